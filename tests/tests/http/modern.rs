//! 2026-07-28: listen streams, and connections whose end is a cancellation.

use lmcp::Limits;
use lmcp_tests::http::{Request, Site, until};
use lmcp_tests::{Counters, server, server_with};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const TAG: &str = "io.modelcontextprotocol/subscriptionId";

fn listen(id: impl Into<Value>, notifications: Value) -> Request {
    Request::modern(id, "subscriptions/listen", json!({ "notifications": notifications }))
}

#[tokio::test]
async fn listen_streams_from_the_acknowledgement_to_the_result() {
    let mut site = Site::open(server()).await;
    let ids = [json!("a"), json!(7)];
    let mut streams = Vec::new();
    for id in &ids {
        let wanted = json!({ "toolsListChanged": true, "resourceSubscriptions": ["fixture://about", "no://thing"] });
        let mut stream = site.stream(&listen(id.clone(), wanted)).await;
        let acknowledged = stream.next().await;
        assert_eq!(acknowledged["method"], "notifications/subscriptions/acknowledged");
        assert_eq!(acknowledged["params"]["_meta"][TAG], *id);
        let agreed = json!({ "toolsListChanged": true, "resourceSubscriptions": ["fixture://about"] });
        assert_eq!(acknowledged["params"]["notifications"], agreed);
        streams.push(stream);
    }
    for uri in ["fixture://raw", "fixture://about"] {
        assert_eq!(site.ask(&Request::call(1, "updates", json!({ "uri": uri }))).await.status, 200);
    }
    for (stream, id) in streams.iter_mut().zip(&ids) {
        let updated = stream.next().await;
        assert_eq!(updated["method"], "notifications/resources/updated", "{updated}");
        assert_eq!(updated["params"]["uri"], "fixture://about");
        assert_eq!(updated["params"]["_meta"][TAG], *id);
    }
    for name in ["greet", "fixture://raw", "add"] {
        site.ask(&Request::call(1, "switches", json!({ "name": name, "on": false }))).await;
    }
    for (stream, id) in streams.iter_mut().zip(&ids) {
        let changed = stream.next().await;
        assert_eq!(changed["method"], "notifications/tools/list_changed", "only what was asked for");
        assert_eq!(changed["params"]["_meta"][TAG], *id);
    }
    site.end();
    for (stream, id) in streams.iter_mut().zip(&ids) {
        let rest = stream.rest().await;
        assert_eq!(rest.len(), 1, "{rest:?}");
        assert_eq!(rest[0]["id"], *id);
        assert_eq!(rest[0]["result"]["resultType"], "complete");
        assert_eq!(rest[0]["result"]["_meta"][TAG], *id);
        stream.closed().await;
    }
    site.ended().await;
}

#[tokio::test]
async fn an_acknowledgement_may_be_empty() {
    let site = Site::open(server()).await;
    let mut stream = site.stream(&listen(1, json!({}))).await;
    assert_eq!(stream.next().await["params"]["notifications"], json!({}));
    for wrong in [json!(null), json!(7), json!({ "toolsListChanged": 1 })] {
        let answer = site.ask(&listen(1, wrong.clone())).await;
        assert_eq!((answer.status, super::code(&answer)), (200, -32602), "{wrong}");
    }
}

#[tokio::test]
async fn equal_changes_collapse() {
    let mut site = Site::open(server()).await;
    let mut stream = site.stream(&listen(1, json!({ "resourceSubscriptions": ["fixture://about"] }))).await;
    assert!(stream.next().await["method"].as_str().is_some_and(|method| method.ends_with("acknowledged")));
    // The tool says it twice.
    site.ask(&Request::call(1, "updates", json!({ "uri": "fixture://about" }))).await;
    assert_eq!(stream.next().await["params"]["uri"], "fixture://about");
    // Whatever it has yet to hear comes before its end.
    site.end();
    assert_eq!(stream.rest().await.len(), 1);
}

#[tokio::test]
async fn closing_the_connection_cancels_a_call_that_would_answer_in_json() {
    let counters = Counters::default();
    let site = Site::open(server_with(counters.clone())).await;
    for n in 1..=3 {
        let mut connection = site.connect().await;
        connection.send(&Request::call(1, "forever", json!({}))).await;
        until(|| counters.running.load(Ordering::SeqCst) == n).await;
        assert_eq!(counters.dropped.load(Ordering::SeqCst), n - 1);
        drop(connection);
        until(|| counters.dropped.load(Ordering::SeqCst) == n).await;
    }
}

#[tokio::test]
async fn what_a_call_left_behind_learns_that_it_was_cancelled() {
    let gate = super::Gate::new();
    let site = Site::open(gate.server()).await;
    let mut connection = site.connect().await;
    connection.send(&Request::call(1, "leaves_behind", json!({}))).await;
    until(|| gate.came() == 1).await;
    assert_eq!(gate.went(), 0);
    drop(connection);
    until(|| gate.went() == 1).await;
}

#[tokio::test]
async fn closing_the_connection_cancels_a_call_that_streams() {
    let counters = Counters::default();
    let site = Site::open(server_with(counters.clone())).await;
    let params = json!({ "name": "forever", "_meta": { "progressToken": 1 } });
    let mut stream = site.stream(&Request::modern(1, "tools/call", params)).await;
    assert_eq!(stream.next().await["method"], "notifications/progress");
    assert_eq!(counters.dropped.load(Ordering::SeqCst), 0);
    drop(stream);
    until(|| counters.dropped.load(Ordering::SeqCst) == 1).await;
}

#[tokio::test]
async fn calls_with_one_id_do_not_meet() {
    let gate = super::Gate::new();
    let site = Site::open(gate.server()).await;
    let mut connections = [site.connect().await, site.connect().await];
    for connection in &mut connections {
        connection.send(&Request::call("same", "gated", json!({}))).await;
    }
    until(|| gate.came() == 2).await;
    gate.let_through(2);
    for connection in &mut connections {
        assert_eq!(super::text(&connection.response().await), "through");
    }
}

#[tokio::test]
async fn sessions_and_event_ids_mean_nothing() {
    let site = Site::open(server()).await;
    let call = Request::call(1, "add", json!({ "a": 1, "b": 2 }));
    let answer = site.ask(&call.with("Mcp-Session-Id", "gone").with("Last-Event-ID", "5")).await;
    assert_eq!(super::text(&answer), "3");
    assert_eq!(answer.header("mcp-session-id"), None);
    // No notification is defined; nothing is expected of their headers.
    let notification = json!({ "jsonrpc": "2.0", "method": "notifications/whatever" });
    let answer = site.ask(&Request::message(&notification).with("MCP-Protocol-Version", "2026-07-28")).await;
    assert_eq!((answer.status, answer.body.len()), (202, 0));
    // Nor are there batches.
    let batch = json!([{ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }]);
    let answer = site.ask(&Request::message(&batch).with("MCP-Protocol-Version", "2026-07-28")).await;
    assert_eq!((answer.status, super::code(&answer)), (400, -32600));
    assert_eq!(answer.json().get("id"), None);
}

#[tokio::test]
async fn a_message_larger_than_the_queue_gets_through() {
    let site = Site::open(server().limits(Limits::default().queued_bytes(16))).await;
    let params = json!({ "name": "counting", "arguments": { "to": 20 }, "_meta": { "progressToken": 1 } });
    let messages = site.stream(&Request::modern(1, "tools/call", params)).await.rest().await;
    assert_eq!(messages.len(), 21);
}

#[tokio::test]
async fn both_eras_share_a_connection() {
    let site = Site::open(server()).await;
    let mut connection = site.connect().await;
    for _ in 0..3 {
        connection.send(&Request::modern(1, "server/discover", json!({}))).await;
        let discovered = connection.response().await.json();
        assert_eq!(discovered["result"]["supportedVersions"], json!(["2026-07-28"]));
        connection.send(&Request::initialize(1, "2025-06-18")).await;
        let answer = connection.response().await;
        assert_eq!(answer.json()["result"]["protocolVersion"], "2025-06-18");
        assert!(answer.json()["result"].get("resultType").is_none());
    }
}
