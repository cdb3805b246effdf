//! Before 2026-07-28: sessions, who has to leave for another one, and the streams on which they hear of changes.

use super::{Gate, code, text};
use lmcp::{Advertise, Limits};
use lmcp_tests::http::{Request, Site, until, within};
use lmcp_tests::server;
use serde_json::{Value, json};
use std::pin::pin;
use std::time::Duration;

pub(super) fn ping(session: &str) -> Request {
    Request::legacy(1, "ping", json!({})).with("Mcp-Session-Id", session)
}

fn get(session: &str) -> Request {
    Request::new("GET", "/mcp").with("Accept", "text/event-stream").with("Mcp-Session-Id", session)
}

pub(super) fn delete(session: &str) -> Request {
    Request::new("DELETE", "/mcp").with("Mcp-Session-Id", session)
}

fn switch(on: bool) -> Request {
    Request::call(1, "switches", json!({ "name": "add", "on": on }))
}

#[tokio::test]
async fn each_initialize_opens_a_session() {
    let site = Site::open(server()).await;
    let mut ids = Vec::new();
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        // Even within another session.
        let request = Request::initialize(1, version).with("Mcp-Session-Id", ids.last().map_or("gone", String::as_str));
        let answer = site.ask(&request).await;
        assert_eq!(answer.json()["result"]["protocolVersion"], version);
        let id = answer.header("mcp-session-id").expect("a session").to_owned();
        assert!(id.len() >= 32 && id.bytes().all(|b| b.is_ascii_graphic()), "{id}");
        assert!(!ids.contains(&id));
        ids.push(id);
    }
    for id in &ids {
        assert_eq!(site.ask(&ping(id)).await.json(), json!({ "jsonrpc": "2.0", "id": 1, "result": {} }));
        // A call before `initialized` is served.
        let call = Request::legacy_call(1, "add", json!({ "a": 1, "b": 2 })).with("Mcp-Session-Id", id);
        assert_eq!(text(&site.ask(&call).await), "3");
    }
    // What they agreed on is kept, whatever the header says.
    let seen = Request::legacy_call("x", "takes_meta", json!({}));
    let seen = site.ask(&seen.with("Mcp-Session-Id", &ids[2]).with("MCP-Protocol-Version", "2025-11-25")).await;
    assert_eq!(text(&seen), "\"x\" 2025-06-18 test 1 -");
    let wrong = site.ask(&Request::legacy(1, "initialize", json!({}))).await;
    assert_eq!((wrong.status, code(&wrong), wrong.header("mcp-session-id")), (200, -32602, None));
}

#[tokio::test]
async fn sessions_end() {
    let site = Site::open(server()).await;
    let session = site.session("2025-11-25").await;
    let other = site.session("2025-11-25").await;
    let mut stream = site.stream(&get(&session)).await;
    let answer = site.ask(&delete(&session)).await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(stream.try_message().await, None, "its stream ends");
    let notification = Request::message(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    let batch = Request::message(&json!([{ "jsonrpc": "2.0", "id": 1, "method": "ping" }]));
    for gone in [session.as_str(), "never-was", ""] {
        for request in [
            ping(gone),
            get(gone),
            delete(gone),
            notification.clone().with("Mcp-Session-Id", gone),
            batch.clone().with("Mcp-Session-Id", gone),
        ] {
            let answer = site.ask(&request).await;
            assert_eq!(answer.status, 404, "{request:?}");
            assert_eq!(answer.json().get("id"), None);
        }
    }
    assert_eq!(site.ask(&ping(&other)).await.status, 200, "the other one lives");
    for verb in ["DELETE", "GET"] {
        let answer = site.ask(&Request::new(verb, "/mcp").with("Accept", "text/event-stream")).await;
        assert_eq!(answer.status, 400, "{verb}");
        assert!(answer.text().contains("Mcp-Session-Id"));
    }
    assert_eq!(site.ask(&get(&other).without("Accept")).await.status, 406);
    assert_eq!(site.ask(&get(&other).with("Accept", "application/json")).await.status, 406);
}

#[tokio::test]
async fn changes_go_to_the_newest_stream() {
    let site = Site::open(server()).await;
    let session = site.session("2025-11-25").await;
    let mut first = site.stream(&get(&session)).await;
    site.ask(&switch(false)).await;
    let changed = first.next().await;
    assert_eq!(changed["method"], "notifications/tools/list_changed");
    assert!(changed["params"].get("_meta").is_none(), "{changed}");

    let mut second = site.stream(&get(&session)).await;
    site.ask(&switch(true)).await;
    assert_eq!(second.next().await["method"], "notifications/tools/list_changed");
    // Once the newest is gone, the one before it is the newest. It has not heard of the switch.
    let subscribe = Request::legacy(1, "resources/subscribe", json!({ "uri": "fixture://about" }));
    site.ask(&subscribe.with("Mcp-Session-Id", &session)).await;
    drop(second);
    let update = Request::call(1, "updates", json!({ "uri": "fixture://about" }));
    let mut heard = pin!(first.next());
    let heard = loop {
        tokio::select! {
            heard = &mut heard => break heard,
            _answer = site.ask(&update) => {}
        }
    };
    assert_eq!(heard["method"], "notifications/resources/updated");
}

#[tokio::test]
async fn only_those_who_subscribed_hear_of_updates() {
    let mut site = Site::open(server()).await;
    let sessions = [site.session("2025-11-25").await, site.session("2024-11-05").await];
    let update = Request::call(1, "updates", json!({ "uri": "fixture://about" }));
    let subscribe = Request::legacy(1, "resources/subscribe", json!({ "uri": "fixture://about" }));
    assert_eq!(site.ask(&subscribe.with("Mcp-Session-Id", &sessions[1])).await.json()["result"], json!({}));
    let mut streams = [site.stream(&get(&sessions[0])).await, site.stream(&get(&sessions[1])).await];
    site.ask(&update).await;
    site.ask(&switch(false)).await;
    assert_eq!(streams[0].next().await["method"], "notifications/tools/list_changed");
    let mut methods = [streams[1].next().await, streams[1].next().await].map(|message| message["method"].clone());
    methods.sort_by_key(Value::to_string);
    assert_eq!(methods, ["notifications/resources/updated", "notifications/tools/list_changed"]);
    let unsubscribe = Request::legacy(1, "resources/unsubscribe", json!({ "uri": "fixture://about" }));
    site.ask(&unsubscribe.with("Mcp-Session-Id", &sessions[1])).await;
    site.ask(&update).await;
    // Whatever it has yet to hear comes before its end.
    site.end();
    assert_eq!(streams[1].rest().await, Vec::<Value>::new());
}

#[tokio::test]
async fn changes_wait_for_a_stream() {
    let mut site = Site::open(server()).await;
    let session = site.session("2025-11-25").await;
    let unready = site.ask(&Request::initialize(1, "2025-11-25")).await;
    let unready = unready.header("mcp-session-id").expect("a session").to_owned();
    site.ask(&switch(false)).await;
    assert_eq!(site.stream(&get(&session)).await.next().await["method"], "notifications/tools/list_changed");
    // Who has not said `initialized` hears nothing.
    let mut stream = site.stream(&get(&unready)).await;
    site.ask(&switch(true)).await;
    // Whatever it has yet to hear comes before its end.
    site.end();
    assert_eq!(stream.rest().await, Vec::<Value>::new());
}

#[tokio::test]
async fn streams_of_a_session_are_counted() {
    let site = Site::open(server().limits(Limits::default().streams_per_session(2))).await;
    let (session, other) = (site.session("2025-11-25").await, site.session("2025-11-25").await);
    let first = site.stream(&get(&session)).await;
    let _second = site.stream(&get(&session)).await;
    let third = site.ask(&get(&session)).await;
    assert_eq!(third.status, 429);
    assert!(third.text().contains("`streams_per_session`"));
    let _other = site.stream(&get(&other)).await;
    drop(first);
    within(async {
        loop {
            let mut connection = site.connect().await;
            connection.send(&get(&session)).await;
            match connection.head().await.status {
                200 => break,
                status => assert_eq!(status, 429),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_least_useful_session_makes_room() {
    let site = Site::open(server().limits(Limits::default().sessions(3))).await;
    let alive = async |session: &str| match site.ask(&ping(session)).await.status {
        200 => true,
        404 => false,
        other => panic!("{other}"),
    };
    let (a, b) = (site.session("2025-11-25").await, site.session("2025-11-25").await);
    let unready = site.ask(&Request::initialize(1, "2025-11-25")).await;
    let unready = unready.header("mcp-session-id").expect("a session").to_owned();
    // The one that was never ready goes first, although it was used last.
    assert!(alive(&a).await && alive(&b).await && alive(&unready).await);
    let c = site.session("2025-11-25").await;
    assert!(!alive(&unready).await);
    // Then the one not used for longest.
    assert!(alive(&b).await && alive(&a).await && alive(&c).await);
    let d = site.session("2025-11-25").await;
    assert!(!alive(&b).await);
    // Never one with an open stream, however long ago that was opened.
    let stream = site.stream(&get(&a)).await;
    assert!(alive(&c).await && alive(&d).await);
    let e = site.session("2025-11-25").await;
    assert!(!alive(&c).await);
    assert!(alive(&d).await && alive(&e).await && alive(&a).await);
    // When nobody can go, nobody may come.
    let _others = [site.stream(&get(&d)).await, site.stream(&get(&e)).await];
    let full = site.ask(&Request::initialize(1, "2025-11-25")).await;
    assert_eq!((full.status, full.header("mcp-session-id")), (503, None));
    assert!(full.text().contains("`sessions`"));
    // Until somebody leaves.
    drop(stream);
    within(async { while site.ask(&Request::initialize(1, "2025-11-25")).await.status != 200 {} }).await;
    assert!(!alive(&a).await);
    assert!(alive(&d).await && alive(&e).await);
}

#[tokio::test]
async fn a_session_with_a_running_call_stays() {
    let gate = Gate::new();
    let site = Site::open(gate.server().limits(Limits::default().sessions(1))).await;
    let session = site.session("2025-11-25").await;
    let mut connection = site.connect().await;
    connection.send(&Request::legacy_call(1, "gated", json!({})).with("Mcp-Session-Id", &session)).await;
    until(|| gate.came() == 1).await;
    assert_eq!(site.ask(&Request::initialize(1, "2025-11-25")).await.status, 503);
    assert_eq!(site.ask(&ping(&session)).await.status, 200);
    gate.let_through(1);
    assert_eq!(text(&connection.response().await), "through");
    within(async { while site.ask(&Request::initialize(1, "2025-11-25")).await.status != 200 {} }).await;
    assert_eq!(site.ask(&ping(&session)).await.status, 404);
}

#[tokio::test]
async fn idle_sessions_leave() {
    let site = Site::open(server().limits(Limits::default().session_idle(Duration::from_millis(300)))).await;
    let idle = site.session("2025-11-25").await;
    let busy = site.session("2025-11-25").await;
    let stream = site.stream(&get(&busy)).await;
    // Longer than a session may be idle.
    let wait = Request::call(1, "waits", json!({ "ms": 400 }));
    assert_eq!(text(&site.ask(&wait).await), "waited");
    assert_eq!(site.ask(&ping(&idle)).await.status, 404);
    assert_eq!(site.ask(&ping(&busy)).await.status, 200);
    assert_eq!(text(&site.ask(&wait).await), "waited");
    // It is idle from the end of its stream on, not from its beginning.
    drop(stream);
    let mut quick = site.connect().await;
    quick.send(&Request::legacy(1, "ping", json!({}))).await;
    assert_eq!(quick.response().await.status, 200);
    assert_eq!(site.ask(&ping(&busy)).await.status, 200);
}

#[tokio::test]
async fn log_levels_belong_to_a_session() {
    let site = Site::open(server().advertise(Advertise::Logging)).await;
    let (loud, quiet) = (site.session("2025-11-25").await, site.session("2025-11-25").await);
    let level = |level: &str| Request::legacy(1, "logging/setLevel", json!({ "level": level }));
    let levels = async |session: &str| {
        let call = Request::legacy_call(1, "logs", json!({})).with("Mcp-Session-Id", session);
        let messages = site.stream(&call).await.rest().await;
        messages.iter().filter_map(|message| message["params"]["level"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let set = site.ask(&level("debug").with("Mcp-Session-Id", &loud)).await;
    assert_eq!(set.json()["result"], json!({}));
    assert_eq!(levels(&loud).await, ["debug", "warning", "error"]);
    assert_eq!(levels(&quiet).await, ["warning", "error"]);
}

#[tokio::test]
async fn a_session_runs_so_many_calls_at_once() {
    let gate = Gate::new();
    let site = Site::open(gate.server().limits(Limits::default().calls_in_flight(2))).await;
    let session = site.session("2025-11-25").await;
    let call = |id| Request::legacy_call(id, "gated", json!({})).with("Mcp-Session-Id", &session);
    let mut running = Vec::new();
    for id in 1..=2 {
        let mut connection = site.connect().await;
        connection.send(&call(id)).await;
        running.push(connection);
    }
    until(|| gate.came() == 2).await;
    let refused = within(site.ask(&call(3))).await.json();
    assert_eq!(refused["error"]["code"], -32603, "{refused}");
    gate.let_through(3);
    for mut connection in running {
        assert_eq!(text(&connection.response().await), "through");
    }
    assert_eq!(text(&site.ask(&call(3)).await), "through");
}
