//! Connections that are reset in every stage of a request.

use super::{is_served, said};
use lmcp::Limits;
use lmcp_tests::http::{Connection, Request, Site, until, within};
use lmcp_tests::{Counters, server_with};
use serde_json::json;
use std::sync::atomic::Ordering;

/// Ends a connection with a reset.
fn reset(connection: Connection) {
    connection.socket.set_zero_linger().expect("a socket");
    drop(connection);
}

#[tokio::test]
async fn before_in_and_behind_a_request() {
    let counters = Counters::default();
    // As many connections as may be open: one that is kept would be missed.
    let site = Site::open(server_with(counters.clone()).limits(Limits::default().connections(2))).await;
    let session = site.session("2025-11-25").await;
    let call = Request::call(1, "forever", json!({}));
    let bytes = call.bytes();
    let body = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
    for _ in 0..5 {
        for end in [0, 1, 20, body - 1, body, body + 1, bytes.len() - 1] {
            let mut connection = site.connect().await;
            connection.write(&bytes[..end]).await;
            reset(connection);
        }
    }
    is_served(&site).await;
    // In a call that would answer in JSON, in one that streams, and in one of a session.
    let progress = json!({ "name": "forever", "_meta": { "progressToken": 1 } });
    let mut dropped = 0;
    for (request, streams) in [(call, false), (Request::modern(1, "tools/call", progress.clone()), true)] {
        let running = counters.running.load(Ordering::SeqCst);
        let mut connection = site.connect().await;
        connection.send(&request).await;
        until(|| counters.running.load(Ordering::SeqCst) == running + 1).await;
        if streams {
            assert_eq!(connection.head().await.status, 200);
            assert_eq!(connection.next().await["method"], "notifications/progress");
        }
        reset(connection);
        dropped += 1;
        until(|| counters.dropped.load(Ordering::SeqCst) == dropped).await;
        is_served(&site).await;
    }
    let mut stream = site.stream(&Request::legacy(2, "tools/call", progress).with("Mcp-Session-Id", &session)).await;
    assert_eq!(stream.next().await["method"], "notifications/progress");
    reset(stream);
    is_served(&site).await;
    assert_eq!(counters.dropped.load(Ordering::SeqCst), dropped, "a lost connection cancels none of a session's");
    let cancelled = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 2 } });
    site.ask(&Request::message(&cancelled).with("Mcp-Session-Id", &session)).await;
    until(|| counters.dropped.load(Ordering::SeqCst) == dropped + 1).await;
}

/// A stream that was reset is not the one that changes go to.
#[tokio::test]
async fn during_streams_of_changes() {
    let site = Site::open(server_with(Counters::default()).limits(Limits::default().streams_per_session(2))).await;
    let session = site.session("2025-11-25").await;
    let get = Request::new("GET", "/mcp").with("Accept", "text/event-stream").with("Mcp-Session-Id", &session);
    let listen = Request::modern(1, "subscriptions/listen", json!({ "notifications": { "toolsListChanged": true } }));
    for round in 0..10 {
        within(async {
            loop {
                let mut stream = site.connect().await;
                stream.send(&get).await;
                // The one before may not have been missed yet.
                if stream.head().await.status == 200 {
                    break reset(stream);
                }
            }
        })
        .await;
        let mut listening = site.stream(&listen).await;
        assert_eq!(listening.next().await["method"], "notifications/subscriptions/acknowledged");
        let switch = Request::call(1, "switches", json!({ "name": "add", "on": round % 2 == 1 }));
        assert_eq!(said(&site.ask(&switch).await.json()), "true");
        if round % 2 == 0 {
            assert_eq!(listening.next().await["method"], "notifications/tools/list_changed");
        }
        reset(listening);
    }
    is_served(&site).await;
}

/// An answer that is being written to somebody who is gone.
#[tokio::test]
async fn in_an_answer() {
    let site = Site::open(server_with(Counters::default())).await;
    let read = Request::legacy(1, "resources/read", json!({ "uri": format!("files://{}", "x".repeat(3 << 20)) }));
    for _ in 0..10 {
        let mut connection = site.connect().await;
        connection.send(&read).await;
        assert_eq!(connection.head().await.status, 200);
        reset(connection);
    }
    is_served(&site).await;
}
