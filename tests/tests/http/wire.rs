//! HTTP/1 itself: what clients and proxies do with a connection.

use super::{Gate, said, text};
use lmcp_tests::http::{Request, Site, until};
use lmcp_tests::server;
use serde_json::json;

fn add(id: i64) -> Request {
    Request::call(id, "add", json!({ "a": id, "b": 1 }))
}

#[tokio::test]
async fn requests_follow_each_other_on_one_connection() {
    let site = Site::open(server()).await;
    let mut connection = site.connect().await;
    for id in 0..20 {
        connection
            .send(&if id % 2 == 0 { add(id) } else { Request::legacy_call(id, "add", json!({ "a": id, "b": 1 })) })
            .await;
        assert_eq!(text(&connection.response().await), (id + 1).to_string());
    }
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let site = Site::open(server()).await;
    let mut connection = site.connect().await;
    let mut bytes = Request::call(0, "waits", json!({ "ms": 50 })).bytes();
    for id in 1..10 {
        bytes.extend(add(id).bytes());
    }
    let progress = json!({ "name": "counting", "arguments": { "to": 2 }, "_meta": { "progressToken": 1 } });
    bytes.extend(Request::modern(10, "tools/call", progress).bytes());
    bytes.extend(add(11).bytes());
    connection.write(&bytes).await;
    assert_eq!(text(&connection.response().await), "waited");
    for id in 1..10 {
        assert_eq!(text(&connection.response().await), (id + 1).to_string());
    }
    assert_eq!(connection.head().await.status, 200);
    assert_eq!(connection.rest().await.len(), 3);
    assert_eq!(text(&connection.response().await), "12");
}

#[tokio::test]
async fn requests_in_small_pieces() {
    let site = Site::open(server()).await;
    let mut connection = site.connect().await;
    let bytes = add(1).bytes();
    for piece in bytes.chunks(7) {
        connection.write(piece).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(text(&connection.response().await), "2");
    // And in chunks of their own.
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }).to_string();
    let chunks: String = body.as_bytes().iter().map(|b| format!("1\r\n{}\r\n", char::from(*b))).collect();
    connection.send(&Request::post(chunks + "0\r\n\r\n").with("Transfer-Encoding", "chunked")).await;
    assert_eq!(connection.response().await.json()["result"], json!({}));
}

#[tokio::test]
async fn a_client_that_has_said_everything_is_answered() {
    let site = Site::open(server()).await;
    for request in [
        Request::legacy(1, "ping", json!({})),
        Request::modern(1, "tools/list", json!({})),
        add(1),
        Request::legacy_call(1, "add", json!({ "a": 1, "b": 1 })),
    ] {
        let mut connection = site.connect().await;
        connection.send(&request).await;
        connection.finish().await;
        assert_eq!(connection.response().await.json()["id"], 1, "{request:?}");
        connection.closed().await;
    }
}

#[tokio::test]
async fn what_is_no_http() {
    let site = Site::open(server()).await;
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03hello tls"[..],
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n\r\n\r\n",
        b"POST /mcp\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\nNo colon\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"GET / HTTP/9.9\r\n\r\n",
    ] {
        let mut connection = site.connect().await;
        connection.write(garbage).await;
        if let Some(head) = connection.try_head().await {
            assert_eq!(head.status, 400, "{:?}", String::from_utf8_lossy(garbage));
        }
        connection.closed().await;
    }
    let mut connection = site.connect().await;
    let bad_chunk = Request::post("zz\r\n{}\r\n").with("Transfer-Encoding", "chunked");
    connection.send(&bad_chunk).await;
    assert!(connection.try_head().await.is_none_or(|head| head.status == 400));
    assert_eq!(text(&site.ask(&add(1)).await), "2", "others are served on");
}

#[tokio::test]
async fn old_http() {
    let site = Site::open(server()).await;
    let mut connection = site.connect().await;
    // One without a host at all.
    connection.send(&add(1).old().without("Host")).await;
    assert_eq!(text(&connection.response().await), "2");
    connection.closed().await;
    // A stream without chunks ends with the connection.
    let progress = json!({ "name": "counting", "arguments": { "to": 2 }, "_meta": { "progressToken": 1 } });
    let mut connection = site.connect().await;
    connection.send(&Request::modern(1, "tools/call", progress).old()).await;
    let head = connection.head().await;
    assert_eq!((head.status, head.header("transfer-encoding")), (200, None));
    let messages = connection.rest().await;
    assert_eq!(messages.len(), 3);
    assert_eq!(said(&messages[2]), "done");
    connection.closed().await;
}

#[tokio::test]
async fn connection_close_is_kept() {
    let site = Site::open(server()).await;
    let mut connection = site.connect().await;
    connection.send(&add(1).with("Connection", "close")).await;
    assert_eq!(text(&connection.response().await), "2");
    connection.closed().await;
}

#[tokio::test]
async fn absolute_targets() {
    let site = Site::open(server()).await;
    let here = format!("http://127.0.0.1:{}/mcp", site.address.port());
    assert_eq!(text(&site.ask(&add(1).target(&here)).await), "2");
    assert_eq!(text(&site.ask(&add(1).target("http://localhost/mcp?x=y")).await), "2");
    assert_eq!(site.ask(&add(1).target("http://localhost/other")).await.status, 404);
    // The target's host counts, whatever the header says.
    assert_eq!(site.ask(&add(1).target("http://evil.example/mcp")).await.status, 421);
    assert_eq!(text(&site.ask(&add(1).target("http://localhost/mcp").with("Host", "evil.example")).await), "2");
}

#[tokio::test]
async fn heads_only() {
    let site = Site::open(server()).await;
    let mut connection = site.connect().await;
    connection.send(&Request::new("HEAD", "/health")).await;
    connection.send(&Request::new("HEAD", "/mcp")).await;
    connection.send(&Request::new("HEAD", "/other")).await;
    connection.send(&Request::new("GET", "/health")).await;
    for status in [200, 405, 404] {
        let answer = connection.response().await;
        assert_eq!((answer.status, answer.body.len()), (status, 0));
    }
    let health = connection.response().await;
    assert_eq!((health.status, health.text().trim()), (200, "ok"));
    let posted = site.ask(&Request::post("{}").target("/health")).await;
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET")));
}

#[tokio::test]
async fn clients_that_ask_before_they_send() {
    let site = Site::open(server()).await;
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }).to_string();
    let mut connection = site.connect().await;
    let length = body.len().to_string();
    connection.send(&Request::post("").with("Expect", "100-continue").with("Content-Length", &length)).await;
    assert_eq!(connection.head().await.status, 100);
    connection.write(body.as_bytes()).await;
    assert_eq!(connection.response().await.json()["result"], json!({}));
    // What would be refused anyway is not asked for.
    let large = Request::post("").with("Expect", "100-continue").with("Content-Length", "99999999999");
    assert_eq!(site.ask(&large).await.status, 413);
}

#[tokio::test]
async fn a_pipelining_client_that_leaves_takes_its_call_along() {
    let gate = Gate::new();
    let site = Site::open(gate.server()).await;
    let mut connection = site.connect().await;
    connection.send(&Request::call(1, "gated", json!({}))).await;
    until(|| gate.came() == 1).await;
    // One that only closes might be waiting for its answer, for a moment.
    connection.socket.set_zero_linger().expect("a socket");
    drop(connection);
    // A call that came later takes the only place at the gate: the first one no longer waits there.
    let mut other = site.connect().await;
    other.send(&Request::call(2, "gated", json!({}))).await;
    until(|| gate.came() == 2).await;
    for _ in 0..3 {
        assert_eq!(text(&site.ask(&Request::call(3, "quick", json!({}))).await), "quick");
    }
    gate.let_through(1);
    assert_eq!(text(&other.response().await), "through");
    assert_eq!(gate.went(), 1);
}
