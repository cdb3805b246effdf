//! Clients that are asked something and are never heard of again.

use super::is_served;
use lmcp::{Context, Limits, Server, State, Unanswered, tool};
use lmcp_tests::http::{Request, Site, until};
use lmcp_tests::pipe::Pipe;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Handlers that run, and those that found out that nobody answers.
#[derive(Clone, Default)]
struct Seen {
    running: Arc<AtomicUsize>,
    unanswered: Arc<AtomicUsize>,
}

struct Runs(Arc<AtomicUsize>);
impl Drop for Runs {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Asks, and counts itself as long as it runs.
#[tool]
async fn asks(ctx: &Context, State(seen): State<Seen>) -> Result<String, Unanswered> {
    seen.running.fetch_add(1, Ordering::SeqCst);
    let _runs = Runs(seen.running);
    let answer = ctx.elicit::<String>("Name?").await;
    if answer.is_err() {
        seen.unanswered.fetch_add(1, Ordering::SeqCst);
    }
    answer
}

fn server(seen: &Seen, limits: Limits) -> Server {
    Server::empty().state(seen.clone()).tool(asks).tool(lmcp_tests::add).limits(limits)
}

/// In 2026-07-28 nothing waits for an answer: the call has ended.
#[tokio::test]
async fn in_2026_07_28() {
    let seen = Seen::default();
    let server = server(&seen, Limits::default());
    let site = Site::open(super::vanishing::server(&seen, Limits::default())).await;
    let params = json!({
        "name": "asks", "_meta": { "io.modelcontextprotocol/clientCapabilities": { "elicitation": {} } },
    });
    for id in 0..20 {
        let asked = site.ask(&Request::modern(id, "tools/call", params.clone())).await.json();
        assert_eq!(asked["result"]["resultType"], "input_required", "{asked}");
    }
    let mut pipe = Pipe::open(&server.build().expect("it starts"));
    let asked = pipe.ask(1, "tools/call", params, &json!({ "elicitation": {} })).await;
    assert_eq!(asked["result"]["resultType"], "input_required", "{asked}");
    assert_eq!(seen.running.load(Ordering::SeqCst), 0);
    is_served(&site).await;
}

/// Before, the handler waits: until the pipe ends.
#[tokio::test]
async fn from_a_pipe() {
    let seen = Seen::default();
    let limits = Limits::default().drain(Duration::from_millis(50));
    let ready = server(&seen, limits).build().expect("it starts");
    for politely in [true, false] {
        let mut pipe = Pipe::open(&ready);
        pipe.initialize("2025-11-25", json!({ "elicitation": {} })).await;
        for id in 1..=10 {
            let call = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": "asks" } });
            pipe.send(&call).await;
            assert_eq!(pipe.next().await["method"], "elicitation/create");
        }
        assert_eq!(seen.running.load(Ordering::SeqCst), 10);
        if politely {
            pipe.finish().await;
        }
        drop(pipe);
        until(|| seen.running.load(Ordering::SeqCst) == 0).await;
    }
}

/// Or until the answer's time is over, over HTTP: the session might come back.
#[tokio::test]
async fn from_a_session() {
    let seen = Seen::default();
    let limits = Limits::default().answer_time(Duration::from_millis(300)).sessions(2);
    let site = Site::open(server(&seen, limits)).await;
    let initialize = json!({
        "protocolVersion": "2025-11-25", "capabilities": { "elicitation": {} },
        "clientInfo": { "name": "test", "version": "1" },
    });
    let mut sessions = Vec::new();
    for _ in 0..2 {
        let answer = site.ask(&Request::legacy(0, "initialize", initialize.clone())).await;
        let session = answer.header("mcp-session-id").expect("a session").to_owned();
        let call = Request::legacy_call(1, "asks", json!({})).with("Mcp-Session-Id", &session);
        let mut stream = site.stream(&call).await;
        assert_eq!(stream.next().await["method"], "elicitation/create");
        sessions.push(session);
    }
    // Both are in use, by calls that nobody waits for.
    assert_eq!(site.ask(&Request::legacy(0, "initialize", initialize.clone())).await.status, 503);
    is_served(&site).await;
    until(|| seen.unanswered.load(Ordering::SeqCst) == 2 && seen.running.load(Ordering::SeqCst) == 0).await;
    lmcp_tests::http::within(async {
        while site.ask(&Request::legacy(0, "initialize", initialize.clone())).await.status != 200 {}
    })
    .await;
    // One that comes back late is not taken for an answer to anything.
    let late = json!({ "jsonrpc": "2.0", "id": "guess", "result": { "action": "accept", "content": {} } });
    let late = Request::message(&late).with("Mcp-Session-Id", &sessions[1]);
    assert!(matches!(site.ask(&late).await.status, 400 | 404));
    is_served(&site).await;
}
