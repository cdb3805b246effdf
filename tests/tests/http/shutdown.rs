//! How a server ends: what runs is answered, what waits is let go, what never ends is cut off.

use super::{Gate, text};
use lmcp::Limits;
use lmcp_tests::http::{Request, Site, until};
use lmcp_tests::{Counters, server, server_with};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Duration;

#[tokio::test]
async fn running_calls_get_their_answers() {
    let gate = Gate::new();
    let mut site = Site::open(gate.server()).await;
    let session = site.session("2025-11-25").await;
    let mut idle = site.connect().await;
    idle.send(&Request::call(1, "quick", json!({}))).await;
    assert_eq!(text(&idle.response().await), "quick");
    let mut fresh = site.connect().await;
    let mut running = Vec::new();
    for request in [
        Request::call(1, "gated", json!({})),
        Request::legacy_call(1, "gated", json!({})),
        Request::legacy_call(1, "gated", json!({})).with("Mcp-Session-Id", &session),
    ] {
        let mut connection = site.connect().await;
        connection.send(&request).await;
        running.push(connection);
    }
    until(|| gate.came() == 3).await;
    let get = Request::new("GET", "/mcp").with("Accept", "text/event-stream").with("Mcp-Session-Id", &session);
    let mut stream = site.stream(&get).await;
    site.end();
    // Idle connections and streams end at once; that they do shows that the end has begun.
    idle.closed().await;
    fresh.closed().await;
    assert_eq!(stream.rest().await, Vec::<Value>::new());
    stream.closed().await;
    gate.let_through(3);
    for connection in &mut running {
        assert_eq!(text(&connection.response().await), "through");
        connection.closed().await;
    }
    let address = site.address;
    site.ended().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_stream_ends_behind_what_has_changed() {
    let mut site = Site::open(server()).await;
    let session = site.session("2025-11-25").await;
    let (first, second) = ("fixture://about", "fixture://raw");
    for uri in [first, second] {
        let subscribe = Request::legacy(2, "resources/subscribe", json!({ "uri": uri }));
        site.ask(&subscribe.with("Mcp-Session-Id", &session)).await;
    }
    let get = Request::new("GET", "/mcp").with("Accept", "text/event-stream").with("Mcp-Session-Id", &session);
    let wanted = json!({ "notifications": { "resourceSubscriptions": [first, second] } });
    let mut legacy = site.stream(&get).await;
    let mut modern = site.stream(&Request::modern(1, "subscriptions/listen", wanted)).await;
    assert_eq!(modern.next().await["method"], "notifications/subscriptions/acknowledged");
    site.ask(&Request::call(3, "updates", json!({ "uri": first }))).await;
    assert_eq!(modern.next().await["params"]["uri"], first);
    assert_eq!(legacy.next().await["params"]["uri"], first);
    // What changes now is not told at once: it might change again.
    site.ask(&Request::call(4, "updates", json!({ "uri": second }))).await;
    site.end();
    let (modern, legacy) = (modern.rest().await, legacy.rest().await);
    assert!(
        matches!(&modern[..], [changed, end] if changed["params"]["uri"] == second && end["id"] == 1),
        "{modern:?}"
    );
    assert!(matches!(&legacy[..], [changed] if changed["params"]["uri"] == second), "{legacy:?}");
    site.ended().await;
}

#[tokio::test]
async fn a_server_without_connections_ends_at_once() {
    // It does not wait for the grace, which is longer than the test does.
    let site = Site::open(server().limits(Limits::default().grace(Duration::from_secs(3600)))).await;
    site.ended().await;
}

#[tokio::test]
async fn what_never_ends_is_cut_off_after_the_grace() {
    let counters = Counters::default();
    let limits = Limits::default().grace(Duration::from_millis(100));
    let site = Site::open(server_with(counters.clone()).limits(limits)).await;
    let session = site.session("2025-11-25").await;
    let progress = json!({ "name": "forever", "_meta": { "progressToken": 1 } });
    let mut connections = Vec::new();
    for request in [
        Request::call(1, "forever", json!({})),
        Request::modern(1, "tools/call", progress.clone()),
        Request::legacy_call(1, "forever", json!({})),
        Request::legacy_call(1, "forever", json!({})).with("Mcp-Session-Id", &session),
        Request::legacy(2, "tools/call", progress).with("Mcp-Session-Id", &session),
    ] {
        let mut connection = site.connect().await;
        connection.send(&request).await;
        connections.push(connection);
    }
    until(|| counters.running.load(Ordering::SeqCst) == 5).await;
    site.ended().await;
    until(|| counters.dropped.load(Ordering::SeqCst) == 5).await;
}

#[tokio::test]
async fn calls_without_a_client_end_with_the_server() {
    let counters = Counters::default();
    let site = Site::open(server_with(counters.clone())).await;
    let session = site.session("2025-11-25").await;
    let mut connection = site.connect().await;
    connection.send(&Request::legacy_call(1, "forever", json!({})).with("Mcp-Session-Id", &session)).await;
    until(|| counters.running.load(Ordering::SeqCst) == 1).await;
    drop(connection);
    site.ended().await;
    until(|| counters.dropped.load(Ordering::SeqCst) == 1).await;
}
