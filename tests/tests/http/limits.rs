//! What is too large, too slow or too many.

use super::{Gate, text};
use lmcp::{Context, Limits, Server, State, tool};
use lmcp_tests::http::{PATIENCE, Request, Site, pass, until, within};
use lmcp_tests::server;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;

/// Far more than any of this takes; it passes at once.
const HOUR: Duration = Duration::from_secs(3600);

fn add() -> Request {
    Request::call(1, "add", json!({ "a": 1, "b": 2 }))
}

#[tokio::test]
async fn bodies_that_are_too_large() {
    let body = br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let site = Site::open(server().limits(Limits::default().body_bytes(body.len()))).await;
    assert_eq!(site.ask(&Request::post(*body)).await.status, 200, "as large as may be");
    let larger = [&body[..], b" "].concat();
    let announced = site.ask(&Request::post(larger)).await;
    let chunked = |text: &[u8]| {
        let bytes = [format!("{:x}\r\n", text.len()).as_bytes(), text, b"\r\n0\r\n\r\n"].concat();
        Request::post(bytes).with("Transfer-Encoding", "chunked")
    };
    assert_eq!(site.ask(&chunked(body)).await.status, 200);
    let larger = site.ask(&chunked(&[&body[..], b" "].concat())).await;
    // Nothing is read of what is announced to be too large.
    let not_sent = site.ask(&Request::post("").with("Content-Length", "99999999999")).await;
    for answer in [announced, larger, not_sent] {
        assert_eq!(answer.status, 413, "{answer:?}");
        assert_eq!(answer.json().get("id"), None);
        assert!(answer.text().contains("`body_bytes`"), "{answer:?}");
    }
    assert_eq!(site.ask(&Request::post(*body)).await.status, 200, "others are served on");
}

#[tokio::test]
async fn bodies_that_never_end() {
    let site = Site::open(server().limits(Limits::default().body_time(Duration::from_millis(100)))).await;
    for request in [
        Request::post("{").with("Content-Length", "100"),
        Request::post("").with("Content-Length", "100"),
        Request::post("1\r\n{\r\n").with("Transfer-Encoding", "chunked"),
    ] {
        let mut connection = site.connect().await;
        connection.send(&request).await;
        let answer = connection.response().await;
        assert_eq!(answer.status, 408, "{answer:?}");
        assert_eq!(answer.json().get("id"), None);
        assert!(answer.text().contains("`body_time`"), "{answer:?}");
        // What comes now would be taken for a request.
        connection.closed().await;
    }
    // A body that was announced but cut off is nobody's any more.
    let mut connection = site.connect().await;
    connection.send(&Request::post("{").with("Content-Length", "100")).await;
    connection.finish().await;
    assert!(connection.try_head().await.is_none_or(|head| head.status == 400));
}

#[tokio::test]
async fn heads_that_never_end() {
    let site = Site::open(server().limits(Limits::default().head_time(Duration::from_millis(100)))).await;
    for part in [&b"POST /mcp HTTP/1.1\r\nHost: local"[..], b"P", b""] {
        let mut connection = site.connect().await;
        connection.write(part).await;
        if let Some(head) = connection.try_head().await {
            assert_eq!(head.status, 408);
        }
        connection.closed().await;
    }
    // One that ends in time is answered, however long its call takes.
    let site = site_whose_calls_take(3 * HOUR, Limits::default().head_time(2 * HOUR).keep_alive(9 * HOUR)).await;
    // So is one that takes its time, but no more than it has.
    let mut connection = site.connect().await;
    let quick = Request::call(1, "quick", json!({}));
    let (first, rest) = (quick.bytes()[..20].to_vec(), quick.bytes()[20..].to_vec());
    connection.write(&first).await;
    assert_eq!(text(&site.ask(&quick).await), "quick");
    pass(HOUR).await;
    connection.write(&rest).await;
    assert_eq!(text(&connection.response().await), "quick");
}

#[tokio::test]
async fn connections_between_two_requests() {
    let limits = Limits::default().head_time(HOUR).connection_idle(6 * HOUR).keep_alive(9 * HOUR);
    let site = Site::open(server().limits(limits.clone())).await;
    let mut connection = site.connect().await;
    for _ in 0..2 {
        connection.send(&add()).await;
        assert_eq!(text(&connection.response().await), "3");
        // Longer than a head may take: it has not begun.
        pass(2 * HOUR).await;
    }
    // Once it has, it may not take longer than any other.
    connection.write(b"POST /mcp HT").await;
    assert_eq!(text(&site.ask(&add()).await), "3");
    pass(2 * HOUR).await;
    connection.closed().await;
    // One that is idle for longer is closed.
    let mut connection = site.connect().await;
    connection.send(&add()).await;
    assert_eq!(text(&connection.response().await), "3");
    pass(7 * HOUR).await;
    connection.closed().await;
    // A call takes as long as it takes.
    site_whose_calls_take(7 * HOUR, limits).await;
}

/// A server with these limits that has answered a call after so long.
async fn site_whose_calls_take(time: Duration, limits: Limits) -> Site {
    let gate = Gate::new();
    let site = Site::open(gate.server().limits(limits)).await;
    let mut connection = site.connect().await;
    connection.send(&Request::call(1, "gated", json!({}))).await;
    until(|| gate.came() == 1).await;
    pass(time).await;
    gate.let_through(1);
    assert_eq!(text(&connection.response().await), "through");
    site
}

#[tokio::test]
async fn heads_that_are_too_large() {
    let site = Site::open(server().limits(Limits::default().head_bytes(8 << 10))).await;
    assert_eq!(text(&site.ask(&add().with("X-Padding", &"x".repeat(6 << 10))).await), "3");
    let answer = site.ask(&add().with("X-Padding", &"x".repeat(9 << 10))).await;
    assert_eq!(answer.status, 431, "{answer:?}");
    assert_eq!(answer.json().get("id"), None);
    assert!(answer.text().contains("`head_bytes`"), "{answer:?}");
    // One that is far too large is not even read.
    let mut connection = site.connect().await;
    let far_too_large = add().with("X-Padding", &"x".repeat(64 << 10)).bytes();
    let _closed_meanwhile = within(connection.socket.write_all(&far_too_large)).await;
    assert!(connection.try_head().await.is_none_or(|head| head.status == 431));
    let many = (0..200).fold(add(), |request, n| request.and(&format!("X-{n}"), "x"));
    assert_eq!(site.ask(&many).await.status, 431);
    // The body has a limit of its own.
    let large = Request::call(1, "takes_meta", json!({ "padding": "x".repeat(64 << 10) }));
    assert_eq!(site.ask(&large).await.status, 200);
}

/// Says more than anybody wants to hear.
#[tool]
async fn floods(ctx: &Context, State(sent): State<Arc<AtomicUsize>>) {
    let padding = "x".repeat(100 << 10);
    for n in 1..=FLOOD {
        ctx.error(&padding).await;
        sent.store(n, Ordering::SeqCst);
    }
}

const FLOOD: usize = 300;

/// Whoever does not read costs no more than the limit and what the system buffers.
#[tokio::test]
async fn readers_that_stop() {
    let sent = Arc::new(AtomicUsize::new(0));
    let server = Server::empty().state(sent.clone()).tool(floods);
    let site = Site::open(server.limits(Limits::default().queued_bytes(64 << 10))).await;
    let params = json!({ "name": "floods", "_meta": { "io.modelcontextprotocol/logLevel": "error" } });
    let legacy = json!({ "name": "floods" });
    for request in [Request::modern(1, "tools/call", params), Request::legacy(1, "tools/call", legacy)] {
        sent.store(0, Ordering::SeqCst);
        let mut stream = site.stream(&request).await;
        // As long as it gets on, it does so while those are answered.
        let mut before = 0;
        loop {
            for _ in 0..10 {
                assert_eq!(site.ask(&Request::legacy(1, "ping", json!({}))).await.status, 200);
            }
            let now = sent.load(Ordering::SeqCst);
            if now == before && now > 0 {
                break;
            }
            before = now;
        }
        assert!(before < FLOOD, "all {before} messages are kept for a reader who does not read");
        // One who comes back in time misses nothing.
        assert_eq!(stream.rest().await.len(), FLOOD + 1);
    }
}

/// A call that goes on without its reader does not wait for one.
#[tokio::test]
async fn readers_that_leave() {
    let sent = Arc::new(AtomicUsize::new(0));
    let server = Server::empty().state(sent.clone()).tool(floods);
    let site = Site::open(server.limits(Limits::default().queued_bytes(64 << 10))).await;
    let params = json!({ "name": "floods" });
    let stream = site.stream(&Request::legacy(1, "tools/call", params)).await;
    until(|| sent.load(Ordering::SeqCst) > 0).await;
    // From here on no time passes for the server, which would give up a reader who is there and has stopped.
    tokio::time::pause();
    drop(stream);
    let patience = Instant::now() + PATIENCE;
    while sent.load(Ordering::SeqCst) < FLOOD {
        assert!(Instant::now() < patience, "it waits for somebody who is gone");
        // Never idle: the clock would be set forward.
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn connections_wait_for_each_other() {
    let site = Site::open(server().limits(Limits::default().connections(2))).await;
    let mut open = [site.connect().await, site.connect().await];
    for connection in &mut open {
        connection.send(&add()).await;
        assert_eq!(text(&connection.response().await), "3");
    }
    let mut third = site.connect().await;
    third.send(&add()).await;
    for connection in &mut open {
        connection.send(&add()).await;
        assert_eq!(text(&connection.response().await), "3");
    }
    third.quiet(Duration::ZERO).await;
    let [first, mut second] = open;
    drop(first);
    assert_eq!(text(&third.response().await), "3");
    second.send(&add()).await;
    assert_eq!(text(&second.response().await), "3");
}

#[tokio::test]
async fn connections_beside_each_other() {
    let gate = Gate::new();
    let site = Site::open(gate.server()).await;
    let mut connections = Vec::new();
    for id in 0..50 {
        let mut connection = site.connect().await;
        let call = if id % 2 == 0 {
            Request::call(id, "gated", json!({}))
        } else {
            Request::legacy_call(id, "gated", json!({}))
        };
        connection.send(&call).await;
        connections.push(connection);
    }
    until(|| gate.came() == 50).await;
    gate.let_through(50);
    for (id, connection) in connections.iter_mut().enumerate() {
        assert_eq!(connection.response().await.json()["id"], id);
    }
}

/// They outlive their connections, and there is no session that could end them.
#[tokio::test]
async fn calls_without_a_session() {
    let gate = Gate::new();
    let site = Site::open(gate.server().limits(Limits::default().calls_in_flight(3))).await;
    for id in 0..3 {
        let mut connection = site.connect().await;
        connection.send(&Request::legacy_call(id, "gated", json!({}))).await;
        until(|| gate.came() == id + 1).await;
    }
    let refused = site.ask(&Request::legacy_call(3, "gated", json!({}))).await;
    assert!(super::message(&refused).contains("`calls_in_flight`"), "{refused:?}");
    // In a batch each counts, and in a session or of 2026-07-28 none does.
    let one = json!({ "jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": { "name": "gated" } });
    let refused = site.ask(&Request::message(&json!([one]))).await;
    assert!(refused.text().contains("`calls_in_flight`"), "{refused:?}");
    let session = site.session("2025-11-25").await;
    let (mut known, mut modern) = (site.connect().await, site.connect().await);
    known.send(&Request::legacy_call(5, "gated", json!({})).with("Mcp-Session-Id", &session)).await;
    modern.send(&Request::call(6, "gated", json!({}))).await;
    until(|| gate.came() == 5).await;
    gate.let_through(5);
    until(|| gate.went() == 5).await;
    gate.let_through(1);
    within(async {
        while site.ask(&Request::legacy_call(7, "gated", json!({}))).await.text().contains("in_flight") {}
    })
    .await;
}
