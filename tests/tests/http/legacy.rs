//! Before 2026-07-28: calls, which outlive their connection and end when they are cancelled, and batches of them.

use super::sessions::{delete, ping};
use super::{Gate, code, text};
use lmcp::{Limits, State, tool};
use lmcp_tests::http::{PATIENCE, Request, Site, until, within};
use lmcp_tests::{Counters, server, server_with};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex};

fn cancelled(session: &str, id: Value) -> Request {
    let message = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } });
    Request::message(&message).with("Mcp-Session-Id", session)
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
    let call = Request::legacy_call(1, "forever", json!({})).with("Mcp-Session-Id", &session);
    connection.send(&call).await;
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
    // Its id is still taken, so it still runs.
    let again = within(site.ask(&call)).await;
    assert_eq!((again.status, code(&again)), (200, -32600));
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

/// Whether a call runs that cannot be interrupted, and until when.
#[derive(Clone, Default)]
struct Stubborn(Arc<(Mutex<(bool, bool)>, Condvar)>);

impl Stubborn {
    fn runs(&self) -> bool {
        self.0.0.lock().expect("nobody panics").0
    }
    fn may_end(&self) {
        self.0.0.lock().expect("nobody panics").1 = true;
        self.0.1.notify_all();
    }
}

/// Does not let itself be interrupted.
#[tool]
async fn stubborn(State(stubborn): State<Stubborn>) -> &'static str {
    tokio::task::block_in_place(|| {
        let (state, changed) = &*stubborn.0;
        let mut state = state.lock().expect("nobody panics");
        state.0 = true;
        drop(changed.wait_timeout_while(state, PATIENCE, |(_, may_end)| !*may_end));
    });
    "too late"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_id_that_is_used_again_belongs_to_the_new_call() {
    let (gate, running) = (Gate::new(), Stubborn::default());
    let site = Site::open(gate.server().state(running.clone()).tool(stubborn)).await;
    let session = site.session("2025-11-25").await;
    let call = |tool| Request::legacy_call(7, tool, json!({})).with("Mcp-Session-Id", &session);
    let mut first = site.connect().await;
    first.send(&call("stubborn")).await;
    until(|| running.runs()).await;
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 7 } });
    assert_eq!(site.ask(&Request::message(&cancel).with("Mcp-Session-Id", &session)).await.status, 202);
    let mut second = site.connect().await;
    second.send(&call("gated")).await;
    until(|| gate.came() == 1).await;
    running.may_end();
    let first = first.response().await;
    assert!(!first.text().contains("too late"), "a cancelled call is not answered: {first:?}");
    gate.let_through(1);
    assert_eq!(text(&second.response().await), "through");
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
