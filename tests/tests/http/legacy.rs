//! Before 2026-07-28: sessions, their streams, their calls, batches.

use super::{Gate, code, text};
use lmcp::{Advertise, Limits, Server, tool};
use lmcp_tests::http::{Request, Site, until, within};
use lmcp_tests::{Counters, server, server_with};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Duration;

fn ping(session: &str) -> Request {
    Request::legacy(1, "ping", json!({})).with("Mcp-Session-Id", session)
}

fn get(session: &str) -> Request {
    Request::new("GET", "/mcp").with("Accept", "text/event-stream").with("Mcp-Session-Id", session)
}

fn delete(session: &str) -> Request {
    Request::new("DELETE", "/mcp").with("Mcp-Session-Id", session)
}

fn cancelled(session: &str, id: Value) -> Request {
    let message = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } });
    Request::message(&message).with("Mcp-Session-Id", session)
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
    first.quiet(Duration::from_millis(100)).await;
    // Once the newest is gone, the one before it is the newest.
    drop(second);
    within(async {
        let mut on = true;
        while tokio::time::timeout(Duration::from_millis(50), first.socket.readable()).await.is_err() {
            on = !on;
            site.ask(&switch(on)).await;
        }
    })
    .await;
    assert_eq!(first.next().await["method"], "notifications/tools/list_changed");
}

#[tokio::test]
async fn only_those_who_subscribed_hear_of_updates() {
    let site = Site::open(server()).await;
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
    streams[1].quiet(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn changes_wait_for_a_stream() {
    let site = Site::open(server()).await;
    let session = site.session("2025-11-25").await;
    let unready = site.ask(&Request::initialize(1, "2025-11-25")).await;
    let unready = unready.header("mcp-session-id").expect("a session").to_owned();
    site.ask(&switch(false)).await;
    assert_eq!(site.stream(&get(&session)).await.next().await["method"], "notifications/tools/list_changed");
    // Who has not said `initialized` hears nothing.
    let mut stream = site.stream(&get(&unready)).await;
    site.ask(&switch(true)).await;
    stream.quiet(Duration::from_millis(100)).await;
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
async fn a_lost_connection_cancels_nothing() {
    let gate = Gate::new();
    let site = Site::open(gate.server()).await;
    let session = site.session("2025-11-25").await;
    for request in [
        Request::legacy_call(1, "gated", json!({})).with("Mcp-Session-Id", &session),
        Request::legacy_call(1, "gated", json!({})),
    ] {
        let came = gate.came();
        let mut connection = site.connect().await;
        connection.send(&request).await;
        until(|| gate.came() == came + 1).await;
        drop(connection);
        // Long enough for the server to see it: it takes and answers what came after.
        for _ in 0..3 {
            assert_eq!(site.ask(&ping(&session)).await.status, 200);
        }
        gate.let_through(1);
        until(|| gate.went() == came + 1).await;
    }
}

#[tokio::test]
async fn a_lost_stream_cancels_nothing() {
    let counters = Counters::default();
    let site = Site::open(server_with(counters.clone())).await;
    let session = site.session("2025-11-25").await;
    let params = json!({ "name": "forever", "_meta": { "progressToken": 1 } });
    let call = Request::legacy(5, "tools/call", params).with("Mcp-Session-Id", &session);
    let mut stream = site.stream(&call).await;
    assert_eq!(stream.next().await["method"], "notifications/progress");
    drop(stream);
    for _ in 0..3 {
        assert_eq!(site.ask(&ping(&session)).await.status, 200);
    }
    // Its id is still taken, so it still runs.
    let again = site.ask(&call).await;
    assert_eq!((again.status, code(&again)), (200, -32600));
    assert_eq!(counters.dropped.load(Ordering::SeqCst), 0);
    assert_eq!(site.ask(&cancelled(&session, json!(5))).await.status, 202);
    until(|| counters.dropped.load(Ordering::SeqCst) == 1).await;
}

#[tokio::test]
async fn cancellations_come_from_the_same_session() {
    let counters = Counters::default();
    let site = Site::open(server_with(counters.clone())).await;
    let (session, other) = (site.session("2025-11-25").await, site.session("2025-11-25").await);
    let mut connection = site.connect().await;
    connection.send(&Request::legacy_call(1, "forever", json!({})).with("Mcp-Session-Id", &session)).await;
    until(|| counters.running.load(Ordering::SeqCst) == 1).await;
    // Another session, another id, another type of id, no session, nothing at all.
    let without = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled" });
    for request in [
        cancelled(&other, json!(1)),
        cancelled(&session, json!(2)),
        cancelled(&session, json!("1")),
        cancelled(&session, json!(1)).without("Mcp-Session-Id"),
        Request::message(&without).with("Mcp-Session-Id", &session),
    ] {
        let answer = site.ask(&request).await;
        assert_eq!((answer.status, answer.body.len()), (202, 0));
    }
    connection.quiet(Duration::from_millis(50)).await;
    assert_eq!(counters.dropped.load(Ordering::SeqCst), 0);
    assert_eq!(site.ask(&cancelled(&session, json!(1))).await.status, 202);
    until(|| counters.dropped.load(Ordering::SeqCst) == 1).await;
    assert!(connection.response().await.body.is_empty(), "nothing is sent for a cancelled call");

    // One that streams ends its stream without an answer.
    let params = json!({ "name": "forever", "_meta": { "progressToken": 1 } });
    let mut stream = site.stream(&Request::legacy("s", "tools/call", params).with("Mcp-Session-Id", &session)).await;
    assert_eq!(stream.next().await["method"], "notifications/progress");
    site.ask(&cancelled(&session, json!("s"))).await;
    assert_eq!(stream.rest().await, Vec::<Value>::new());
    until(|| counters.dropped.load(Ordering::SeqCst) == 2).await;

    // The end of a session ends its calls.
    let mut connection = site.connect().await;
    connection.send(&Request::legacy_call(1, "forever", json!({})).with("Mcp-Session-Id", &session)).await;
    until(|| counters.running.load(Ordering::SeqCst) == 3).await;
    assert_eq!(site.ask(&delete(&session)).await.status, 204);
    until(|| counters.dropped.load(Ordering::SeqCst) == 3).await;
    assert!(connection.response().await.body.is_empty());
}

#[tokio::test]
async fn an_id_in_flight_is_taken() {
    let gate = Gate::new();
    let site = Site::open(gate.server()).await;
    let (session, other) = (site.session("2025-11-25").await, site.session("2025-11-25").await);
    let call = |session: &str| Request::legacy_call("same", "gated", json!({})).with("Mcp-Session-Id", session);
    let mut first = site.connect().await;
    first.send(&call(&session)).await;
    until(|| gate.came() == 1).await;
    let second = site.ask(&call(&session)).await;
    assert_eq!((second.status, code(&second)), (200, -32600));
    assert_eq!(second.json()["id"], "same");
    // In another session, and without one, it is another id.
    let mut others = [site.connect().await, site.connect().await];
    others[0].send(&call(&other)).await;
    others[1].send(&call("").without("Mcp-Session-Id")).await;
    until(|| gate.came() == 3).await;
    gate.let_through(3);
    for connection in others.iter_mut().chain([&mut first]) {
        assert_eq!(text(&connection.response().await), "through");
    }
    gate.let_through(1);
    assert_eq!(text(&site.ask(&call(&session)).await), "through", "once answered, it is free");
}

#[tokio::test]
async fn batches_of_2025_03_26() {
    let site = Site::open(server()).await;
    let session = site.session("2025-03-26").await;
    let batch = |elements: Value| Request::message(&elements).with("Mcp-Session-Id", &session);
    let add = json!({ "name": "add", "arguments": { "a": 1, "b": 2 } });
    let modern = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28" });
    let elements = json!([
        { "jsonrpc": "2.0", "id": 1, "method": "ping" },
        { "jsonrpc": "2.0", "id": "two", "method": "tools/call", "params": add },
        { "jsonrpc": "2.0", "method": "notifications/initialized" },
        { "jsonrpc": "2.0", "id": 3, "method": "initialize", "params": { "protocolVersion": "2025-03-26" } },
        { "jsonrpc": "2.0", "id": 4, "method": "tools/list", "params": { "_meta": modern } },
        { "jsonrpc": "2.0", "id": 5, "method": "no/such" },
        { "jsonrpc": "2.0", "id": 6, "result": {} },
        7,
    ]);
    for request in [batch(elements.clone()), Request::message(&elements)] {
        let answer = site.ask(&request).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("mcp-session-id"), None);
        let answers = answer.json();
        let answers = answers.as_array().expect("an array");
        assert_eq!(answers.len(), 6, "{answers:?}");
        let of = |id: Value| answers.iter().find(|answer| answer["id"] == id).expect("answered");
        assert_eq!(of(json!(1))["result"], json!({}));
        assert_eq!(super::said(of(json!("two"))), "3");
        assert_eq!(of(json!(3))["error"]["code"], -32600);
        assert_eq!(of(json!(4))["error"]["code"], -32600);
        assert_eq!(of(json!(5))["error"]["code"], -32601);
        assert_eq!(of(Value::Null)["error"]["code"], -32600);
    }
    // Nothing asked, nothing answered.
    for silent in [
        json!([{ "jsonrpc": "2.0", "method": "notifications/initialized" }]),
        json!([{ "jsonrpc": "2.0", "id": 6, "result": {} }]),
    ] {
        let answer = site.ask(&batch(silent)).await;
        assert_eq!((answer.status, answer.body.len()), (202, 0));
    }
    let empty = site.ask(&batch(json!([]))).await;
    assert_eq!((empty.status, code(&empty)), (400, -32600));
    assert_eq!(empty.json().get("id"), Some(&Value::Null));
    // No other revision has them.
    for version in ["2024-11-05", "2025-06-18", "2025-11-25"] {
        let session = site.session(version).await;
        let answer = site
            .ask(&batch(json!([{ "jsonrpc": "2.0", "id": 1, "method": "ping" }])).with("Mcp-Session-Id", &session))
            .await;
        assert_eq!((answer.status, code(&answer)), (400, -32600), "{version}");
        let id = answer.json().get("id").cloned();
        assert_eq!(id, if version == "2025-11-25" { None } else { Some(Value::Null) }, "{version}");
    }
}

#[tokio::test]
async fn simple_clients_are_served() {
    let site = Site::open(server().limits(Limits::default().sessions(1))).await;
    let session = site.session("2025-11-25").await;
    let bare = |request: Request| request.without("Accept").without("Content-Type");
    let progress = json!({ "name": "counting", "arguments": { "to": 2 }, "_meta": { "progressToken": 1 } });
    assert_eq!(text(&site.ask(&bare(Request::legacy(1, "tools/call", progress))).await), "done");
    let list = site.ask(&bare(Request::legacy(1, "tools/list", json!({})))).await;
    assert_eq!(list.json()["result"]["tools"].as_array().map(Vec::len), Some(20));
    let seen = bare(Request::legacy_call(1, "takes_meta", json!({})));
    assert_eq!(text(&site.ask(&seen).await), "1 2025-03-26 - -");
    let seen = seen.with("MCP-Protocol-Version", "2025-06-18");
    assert_eq!(text(&site.ask(&seen).await), "1 2025-06-18 - -");
    let notification = Request::message(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled" }));
    assert_eq!(site.ask(&bare(notification)).await.status, 202);
    // They take no place in the table, which has but one.
    assert_eq!(site.ask(&ping(&session)).await.status, 200);
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

/// Does not let itself be interrupted.
#[tool]
async fn stubborn() -> &'static str {
    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    tokio::task::block_in_place(|| std::thread::sleep(std::time::Duration::from_millis(800)));
    "too late"
}

/// Takes a while.
#[tool]
async fn takes_a_while() -> &'static str {
    tokio::time::sleep(std::time::Duration::from_millis(900)).await;
    "in time"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_id_that_is_used_again_belongs_to_the_new_call() {
    let site = Site::open(Server::empty().tool(stubborn).tool(takes_a_while)).await;
    let session = site.session("2025-11-25").await;
    let call = |tool| Request::legacy_call(7, tool, json!({})).with("Mcp-Session-Id", &session);
    let mut first = site.connect().await;
    first.send(&call("stubborn")).await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 7 } });
    assert_eq!(site.ask(&Request::message(&cancel).with("Mcp-Session-Id", &session)).await.status, 202);
    let second = site.ask(&call("takes_a_while")).await;
    assert!(second.text().contains("in time"), "{second:?}");
    let first = first.response().await;
    assert!(!first.text().contains("too late"), "a cancelled call is not answered: {first:?}");
}

#[tokio::test]
async fn a_session_runs_so_many_calls_at_once() {
    let server = Server::empty().tool(takes_a_while).limits(Limits::default().calls_in_flight(2));
    let site = Site::open(server).await;
    let session = site.session("2025-11-25").await;
    let call = |id| Request::legacy_call(id, "takes_a_while", json!({})).with("Mcp-Session-Id", &session);
    let mut running = Vec::new();
    for id in 1..=2 {
        let mut connection = site.connect().await;
        connection.send(&call(id)).await;
        running.push(connection);
    }
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let refused = site.ask(&call(3)).await.json();
    assert_eq!(refused["error"]["code"], -32603, "{refused}");
    for mut connection in running {
        assert!(connection.response().await.text().contains("in time"));
    }
    assert!(site.ask(&call(3)).await.text().contains("in time"));
}
