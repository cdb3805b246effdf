//! A limit of nothing: the server says which one it is and does not start, or it serves as it says.

use super::{call, is_served, said};
use lmcp::Limits;
use lmcp_tests::http::{Request, Site};
use lmcp_tests::pipe::Pipe;
use lmcp_tests::server;
use serde_json::json;
use std::time::Duration;

#[test]
fn what_nothing_could_be_served_with() {
    type Set = fn(Limits, usize) -> Limits;
    let numbers: [(&str, Set); 18] = [
        ("line_bytes", Limits::line_bytes),
        ("nesting", Limits::nesting),
        ("page_size", Limits::page_size),
        ("completion_values", Limits::completion_values),
        ("queued_bytes", Limits::queued_bytes),
        ("batch_messages", Limits::batch_messages),
        ("calls_in_flight", Limits::calls_in_flight),
        ("bytes_in_flight", Limits::bytes_in_flight),
        ("subscriptions", Limits::subscriptions),
        ("subscription_bytes", Limits::subscription_bytes),
        ("client_bytes", Limits::client_bytes),
        ("body_bytes", Limits::body_bytes),
        ("head_bytes", Limits::head_bytes),
        ("connections", Limits::connections),
        ("sessions", Limits::sessions),
        ("streams_per_session", Limits::streams_per_session),
        ("state_bytes", Limits::state_bytes),
        ("rounds", |limits, n| limits.rounds(u32::try_from(n).unwrap_or(u32::MAX))),
    ];
    for (name, set) in numbers {
        let error = server().limits(set(Limits::default(), 0)).build().expect_err("it must not start");
        assert!(error.is_setup() && error.to_string().contains(&format!("`{name}` is 0")), "{name}: {error}");
        for some in [1, usize::MAX] {
            assert!(server().limits(set(Limits::default(), some)).build().is_ok(), "{name}: {some}");
        }
    }
    for limits in [Limits::default().head_time(Duration::ZERO), Limits::default().keep_alive(Duration::ZERO)] {
        assert!(server().limits(limits).build().is_err());
    }
}

#[tokio::test]
async fn as_little_as_there_may_be() {
    let limits = Limits::default()
        .page_size(1)
        .completion_values(1)
        .queued_bytes(1)
        .batch_messages(1)
        .calls_in_flight(1)
        .bytes_in_flight(1)
        .subscriptions(1)
        .subscription_bytes(1)
        .sessions(1)
        .streams_per_session(1)
        .rounds(1)
        .replay_bytes(0)
        .client_bytes(100)
        .rate_buckets(0)
        .retry(Duration::ZERO);
    let mut pipe = Pipe::open(&server().limits(limits.clone()).build().expect("it starts"));
    for id in 0..3 {
        pipe.send(&call(id, "add", json!({ "a": 1, "b": 2 }))).await;
        assert_eq!(said(&pipe.next().await), "3");
    }
    let site = Site::open(server().limits(limits).rate(lmcp::Rate::per_hour(100))).await;
    is_served(&site).await;
    let session = site.session("2025-11-25").await;
    for id in 0..3 {
        let counting = json!({ "name": "counting", "arguments": { "to": 3 }, "_meta": { "progressToken": 1 } });
        let counting = Request::legacy(id, "tools/call", counting).with("Mcp-Session-Id", &session);
        let rest = site.stream(&counting).await.rest().await;
        assert_eq!(said(rest.last().expect("an answer")), "done");
    }
    let subscribe = Request::legacy(9, "resources/subscribe", json!({ "uri": "notes://1" }));
    let refused = site.ask(&subscribe.with("Mcp-Session-Id", &session)).await;
    assert!(refused.text().contains("`subscription_bytes`"), "{refused:?}");
    let large = Request::call(1, "takes_meta", json!({ "padding": "x".repeat(100 << 10) }));
    assert_eq!(site.ask(&large).await.status, 200, "one that is alone has room");
}

#[tokio::test]
async fn no_time_at_all() {
    let none = Duration::ZERO;
    let limits = Limits::default().body_time(none).connection_idle(none).drain(none).grace(none).retry(none);
    let site = Site::open(server().limits(limits.session_life(none).answer_time(none).state_time(none))).await;
    is_served(&site).await;
    let session = site.session("2025-11-25").await;
    let ping = Request::legacy(1, "ping", json!({})).with("Mcp-Session-Id", &session);
    assert_eq!(site.ask(&ping).await.status, 200);
    site.ended().await;
}
