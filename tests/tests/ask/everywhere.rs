//! The same handler against clients of every revision, in memory, over standard streams and over HTTP, and by replicas
//! that share nothing but a secret.

use super::{accept, everything, text};
use crate::asking::{Effects, server, server_with};
use lmcp::ProtocolVersion;
use lmcp::testing::Client;
use lmcp_tests::http::{Request, Site};
use lmcp_tests::pipe::{Pipe, modern};
use serde_json::{Value, json};

const EXPECTED: &str = "Ada First Some(2) the sea file:///home/ada true true";

/// What a person, a model and a client answer.
fn answer(method: &str, params: &Value) -> Value {
    match (method, params["message"].as_str()) {
        ("elicitation/create", Some("Who travels?")) => {
            let fields = params["requestedSchema"]["properties"].as_object().expect("fields");
            assert_eq!(fields.len(), 3, "{params}");
            json!({ "action": "accept", "content": { "name": "Ada", "class": "first", "bags": 2 } })
        }
        ("elicitation/create", Some("Book seat 1 to Rome?")) => accept(true),
        ("sampling/createMessage", _) => {
            assert_eq!(params["messages"][0]["content"]["text"], "What does Ada want to see in Rome?");
            json!({ "role": "assistant", "model": "m", "content": { "type": "text", "text": "the sea" } })
        }
        ("roots/list", _) => json!({ "roots": [{ "uri": "file:///home/ada" }] }),
        other => panic!("an unexpected question: {other:?}"),
    }
}

fn call() -> Value {
    json!({ "name": "trip", "arguments": { "to": "Rome" } })
}

/// The params of the next round.
fn retry(answer_to: &Value) -> Value {
    let mut params = call();
    let requests = answer_to["result"]["inputRequests"].as_object().expect("questions");
    let responses = requests
        .iter()
        .map(|(key, request)| (key.clone(), answer(request["method"].as_str().expect("a method"), &request["params"])));
    params["inputResponses"] = responses.collect::<serde_json::Map<_, _>>().into();
    params["requestState"] = answer_to["result"]["requestState"].clone();
    params
}

fn needs_input(message: &Value) -> bool {
    message["result"]["resultType"] == "input_required"
}

#[tokio::test]
async fn in_memory_in_every_revision() {
    for version in ProtocolVersion::ALL.into_iter().filter(|version| *version >= ProtocolVersion::V2025_06_18) {
        let effects = Effects::default();
        let server = server_with(effects.clone()).build().expect("it starts");
        let client = Client::connect_as(&server, version).await.expect("connected");
        client.answer("Who travels?", json!({ "name": "Ada", "class": "first", "bags": 2 }));
        client.answer("Book seat 1 to Rome?", true);
        client.answer_sampling("the sea");
        client.set_roots(["file:///home/ada"]).await;
        assert_eq!(client.call("trip", json!({ "to": "Rome" })).await.text(), EXPECTED, "{version}");
        assert_eq!(effects.count(), 1, "{version}");
    }
}

async fn through_a_modern_pipe(mut pipe: Pipe) {
    let mut message = pipe.ask(1, "tools/call", call(), &everything()).await;
    for round in 2..=4 {
        assert!(needs_input(&message), "{message}");
        message = pipe.ask(round, "tools/call", retry(&message), &everything()).await;
    }
    assert_eq!(text(&message), EXPECTED);
}

async fn through_a_legacy_pipe(mut pipe: Pipe, version: &str) {
    pipe.initialize(version, everything()).await;
    pipe.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call() })).await;
    for _question in 0..4 {
        let question = pipe.next().await;
        let result = answer(question["method"].as_str().expect("a question"), &question["params"]);
        pipe.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": result })).await;
    }
    assert_eq!(text(&pipe.next().await), EXPECTED);
}

#[tokio::test]
async fn over_standard_streams() {
    let program = env!("CARGO_BIN_EXE_lmcp-test-asking");
    through_a_modern_pipe(Pipe::spawn(program)).await;
    through_a_legacy_pipe(Pipe::spawn(program), "2025-11-25").await;
    through_a_legacy_pipe(Pipe::spawn(program), "2025-06-18").await;
    let fresh = || Pipe::open(&server().build().expect("it starts"));
    through_a_modern_pipe(fresh()).await;
    through_a_legacy_pipe(fresh(), "2025-11-25").await;
}

/// One request of 2026-07-28, with the headers it needs.
fn post(id: u32, params: Value) -> Request {
    let message = modern(id, "tools/call", params, &everything());
    Request::message(&message)
        .with("MCP-Protocol-Version", "2026-07-28")
        .with("Mcp-Method", "tools/call")
        .with("Mcp-Name", "trip")
}

#[tokio::test]
async fn over_http_in_2026() {
    let site = Site::open(server()).await;
    let mut message = site.ask(&post(1, call())).await.json();
    for round in 2..=4 {
        assert!(needs_input(&message), "{message}");
        message = site.ask(&post(round, retry(&message))).await.json();
    }
    assert_eq!(text(&message), EXPECTED);
}

#[tokio::test]
async fn over_http_before() {
    for version in ["2025-11-25", "2025-06-18"] {
        let site = Site::open(server()).await;
        let params = json!({
            "protocolVersion": version, "capabilities": everything(), "clientInfo": { "name": "t", "version": "1" },
        });
        let opened = site.ask(&Request::legacy(0, "initialize", params)).await;
        let session = opened.header("mcp-session-id").expect("a session").to_owned();
        let mut stream = site.stream(&Request::legacy(1, "tools/call", call()).with("Mcp-Session-Id", &session)).await;
        for question in 0..4 {
            let asked = stream.next().await;
            let result = answer(asked["method"].as_str().expect("a question"), &asked["params"]);
            let reply = json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result });
            let reply = Request::message(&reply).with("Mcp-Session-Id", &session);
            assert_eq!(site.ask(&reply).await.status, 202, "{question}");
            // It counts once.
            assert_eq!(site.ask(&reply).await.status, 400, "{question}");
        }
        assert!(text(&stream.next().await).starts_with("Ada First"));
    }
}

#[tokio::test]
async fn replicas_that_share_a_secret_answer_in_turns() {
    let secret = "0123456789abcdef0123456789abcdef";
    let effects = [Effects::default(), Effects::default()];
    let sites = [
        Site::open(server_with(effects[0].clone()).secret(secret)).await,
        Site::open(server_with(effects[1].clone()).secret(secret)).await,
    ];
    let mut message = sites[0].ask(&post(1, call())).await.json();
    for round in 2..=4 {
        assert!(needs_input(&message), "{message}");
        message = sites[round as usize % 2].ask(&post(round, retry(&message))).await.json();
    }
    assert_eq!(text(&message), EXPECTED);
    assert_eq!(effects.map(|effects| effects.count()), [1, 0], "what was done once is not done again elsewhere");
    // One that does not have the secret cannot go on.
    let first = sites[0].ask(&post(1, call())).await.json();
    let stranger = Site::open(server()).await;
    let refused = stranger.ask(&post(2, retry(&first))).await.json();
    assert_eq!(refused["error"]["code"], -32602);
}
