//! Clients over HTTP: of both eras, well-behaved and not.

use lmcp_tests::http::{Connection, Request};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;

static CALLS: AtomicU64 = AtomicU64::new(0);
static SESSIONS: AtomicU64 = AtomicU64::new(0);
pub(crate) static PIPES: AtomicU64 = AtomicU64::new(0);

/// How many calls, sessions and pipes there were.
pub(crate) fn done() -> [u64; 3] {
    [&CALLS, &SESSIONS, &PIPES].map(|count| count.load(Ordering::Relaxed))
}

/// Starts a client for each kind of thing, which goes on for ever.
pub(crate) fn start(clients: &mut JoinSet<()>, address: SocketAddr, client: usize) {
    macro_rules! forever {
        ($($scenario:ident),*) => { $(
            clients.spawn(async move {
                for round in client.. {
                    $scenario(address, round).await;
                }
            });
        )* };
    }
    forever!(
        calls,
        session,
        asked_before,
        asked_since,
        listens,
        comes_back,
        sends_much,
        gives_up,
        breaks_off,
        nonsense
    );
}

/// A connection that leaves nothing behind, so that ports do not run out.
async fn connect(address: SocketAddr) -> Connection {
    let connection = Connection::open(address).await;
    connection.socket.set_zero_linger().expect("a socket");
    connection
}

async fn ask(connection: &mut Connection, request: &Request) -> Value {
    CALLS.fetch_add(1, Ordering::Relaxed);
    connection.send(request).await;
    connection.response().await.json()
}

pub(crate) fn said(answer: &Value) -> &str {
    answer["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no text: {answer}"))
}

async fn stream(connection: &mut Connection, request: &Request) {
    CALLS.fetch_add(1, Ordering::Relaxed);
    connection.send(request).await;
    let head = connection.head().await;
    assert_eq!((head.status, head.header("content-type")), (200, Some("text/event-stream")), "{head:?}");
}

/// Calls, lists, reads, progress and errors, on one connection.
async fn calls(address: SocketAddr, round: usize) {
    let mut connection = connect(address).await;
    for id in 0..50 {
        let sum = ask(&mut connection, &Request::call(id, "add", json!({ "a": id, "b": round }))).await;
        assert_eq!(said(&sum), (id as usize + round).to_string());
        let sum = ask(&mut connection, &Request::legacy_call(id, "add", json!({ "a": id, "b": round }))).await;
        assert_eq!(said(&sum), (id as usize + round).to_string());
    }
    let list = ask(&mut connection, &Request::modern(1, "tools/list", json!({}))).await;
    assert!(list["result"]["tools"].is_array());
    let read = ask(&mut connection, &Request::modern(1, "resources/read", json!({ "uri": "notes://7" }))).await;
    assert_eq!(read["result"]["contents"][0]["text"], "note 7");
    for (tool, says) in [("fails", "the disk is gone"), ("panics", "internal error"), ("too_slow", "20 ms")] {
        // A panic is told on standard error each time.
        if tool != "panics" || round.is_multiple_of(100) {
            assert!(said(&ask(&mut connection, &Request::call(1, tool, json!({}))).await).contains(says));
        }
    }
    assert_eq!(ask(&mut connection, &Request::call(1, "nobody", json!({}))).await["error"]["code"], -32602);
    let counting = json!({ "name": "counting", "arguments": { "to": 30 }, "_meta": { "progressToken": 1 } });
    stream(&mut connection, &Request::modern(1, "tools/call", counting)).await;
    assert_eq!(said(connection.rest().await.last().expect("an answer")), "done");
}

/// Opens a session that can be asked.
async fn open(connection: &mut Connection) -> String {
    SESSIONS.fetch_add(1, Ordering::Relaxed);
    let params = json!({
        "protocolVersion": "2025-11-25", "capabilities": { "elicitation": {} },
        "clientInfo": { "name": "soak", "version": "1" },
    });
    connection.send(&Request::legacy(0, "initialize", params)).await;
    let answer = connection.response().await;
    let session = answer.header("mcp-session-id").unwrap_or_else(|| panic!("{answer:?}")).to_owned();
    let ready = Request::message(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    connection.send(&ready.with("Mcp-Session-Id", &session)).await;
    assert_eq!(connection.response().await.status, 202);
    session
}

async fn close(connection: &mut Connection, session: &str) {
    connection.send(&Request::new("DELETE", "/mcp").with("Mcp-Session-Id", session)).await;
    assert_eq!(connection.response().await.status, 204);
}

/// A session that is ended, or left alone.
async fn session(address: SocketAddr, round: usize) {
    let mut connection = connect(address).await;
    let session = open(&mut connection).await;
    let inside = |request: Request| request.with("Mcp-Session-Id", &session);
    for id in 1..10 {
        let sum = ask(&mut connection, &inside(Request::legacy_call(id, "add", json!({ "a": id, "b": 1 })))).await;
        assert_eq!(said(&sum), (id + 1).to_string());
        let subscribe = Request::legacy(id, "resources/subscribe", json!({ "uri": format!("notes://{id}") }));
        assert!(ask(&mut connection, &inside(subscribe)).await["result"].is_object());
    }
    let get = inside(Request::new("GET", "/mcp").with("Accept", "text/event-stream"));
    let mut changes = connect(address).await;
    stream(&mut changes, &get).await;
    ask(&mut connection, &Request::call(1, "updates", json!({ "uri": "notes://3" }))).await;
    while changes.next().await["method"] != "notifications/resources/updated" {}
    if round.is_multiple_of(2) {
        close(&mut connection, &session).await;
        while changes.try_message().await.is_some() {}
    }
}

/// Is asked before 2026-07-28, and answers, says no, or is gone.
async fn asked_before(address: SocketAddr, round: usize) {
    let mut connection = connect(address).await;
    let session = open(&mut connection).await;
    let inside = |request: Request| request.with("Mcp-Session-Id", &session);
    let mut call = connect(address).await;
    stream(&mut call, &inside(Request::legacy_call(1, "ask", json!({})))).await;
    for content in [json!({ "value": "Ada" }), json!({ "value": true })] {
        let question = call.next().await;
        assert_eq!(question["method"], "elicitation/create", "{question}");
        if round % 5 == 4 {
            // Its time runs out.
            return;
        }
        let field =
            question["params"]["requestedSchema"]["properties"].as_object().and_then(|fields| fields.keys().next());
        let content = json!({ (field.expect("a field")): content["value"] });
        let result = json!({ "action": "accept", "content": content });
        let answer = json!({ "jsonrpc": "2.0", "id": question["id"], "result": result });
        connection.send(&inside(Request::message(&answer))).await;
        assert_eq!(connection.response().await.status, 202);
    }
    assert_eq!(said(call.rest().await.last().expect("an answer")), "Ada 7 true");
    if round.is_multiple_of(3) {
        close(&mut connection, &session).await;
    }
}

/// Is asked since 2026-07-28, round by round; sometimes it is never heard of again.
async fn asked_since(address: SocketAddr, round: usize) {
    let mut connection = connect(address).await;
    let capabilities = json!({ "io.modelcontextprotocol/clientCapabilities": { "elicitation": {} } });
    let mut params = json!({ "name": "ask", "arguments": {}, "_meta": capabilities });
    for given in [json!("Ada"), json!(true)] {
        let asked = ask(&mut connection, &Request::modern(1, "tools/call", params.clone())).await;
        if round % 5 == 4 {
            return;
        }
        let questions = asked["result"]["inputRequests"].as_object().unwrap_or_else(|| panic!("no questions: {asked}"));
        let (key, question) = questions.iter().next().expect("a question");
        let field =
            question["params"]["requestedSchema"]["properties"].as_object().and_then(|fields| fields.keys().next());
        let content = json!({ (field.expect("a field")): given });
        params["inputResponses"] = json!({ (key): { "action": "accept", "content": content } });
        params["requestState"] = asked["result"]["requestState"].clone();
    }
    assert_eq!(said(&ask(&mut connection, &Request::modern(1, "tools/call", params)).await), "Ada 7 true");
}

/// Streams of changes that come and go in a storm.
async fn listens(address: SocketAddr, round: usize) {
    let wanted = json!({ "notifications": { "toolsListChanged": true, "resourceSubscriptions": ["fixture://about"] } });
    let mut streams = Vec::new();
    for id in 0..20 {
        let mut listening = connect(address).await;
        stream(&mut listening, &Request::modern(id, "subscriptions/listen", wanted.clone())).await;
        assert_eq!(listening.next().await["method"], "notifications/subscriptions/acknowledged");
        streams.push(listening);
    }
    let mut connection = connect(address).await;
    for on in [false, true].repeat(10) {
        ask(&mut connection, &Request::call(1, "switches", json!({ "name": "prints", "on": on }))).await;
        ask(&mut connection, &Request::call(1, "updates", json!({ "uri": "fixture://about" }))).await;
    }
    // Some of them hear of it before they go.
    for listening in streams.iter_mut().skip(round % 2).step_by(2) {
        listening.next().await;
    }
}

/// Loses its connection, and comes back for the rest.
async fn comes_back(address: SocketAddr, _round: usize) {
    let mut connection = connect(address).await;
    let session = open(&mut connection).await;
    let inside = |request: Request| request.with("Mcp-Session-Id", &session);
    let mut first = connect(address).await;
    stream(&mut first, &inside(Request::legacy_call(1, "says", json!({ "messages": 50 })))).await;
    first.next().await;
    let last = first.last_event.clone().expect("an event with an id");
    drop(first);
    let mut again = connect(address).await;
    let get = inside(Request::new("GET", "/mcp").with("Accept", "text/event-stream").with("Last-Event-ID", &last));
    stream(&mut again, &get).await;
    assert_eq!(said(again.rest().await.last().expect("an answer")), "said");
    close(&mut connection, &session).await;
}

/// Large bodies, large answers, and such as are too large.
async fn sends_much(address: SocketAddr, _round: usize) {
    let mut connection = connect(address).await;
    let text = "x".repeat(1 << 20);
    assert_eq!(said(&ask(&mut connection, &Request::call(1, "echo", json!({ "text": text }))).await), "1048576");
    let large = ask(&mut connection, &Request::call(1, "large", json!({ "bytes": 1 << 20 }))).await;
    assert_eq!(said(&large).len(), 1 << 20);
    connection.send(&Request::post("").with("Content-Length", "99999999")).await;
    assert_eq!(connection.response().await.status, 413);
    // One that reads nothing of what it asked for.
    let mut connection = connect(address).await;
    connection.send(&Request::call(1, "large", json!({ "bytes": 4 << 20 }))).await;
    connection.head().await;
}

/// Calls that never end: their clients cancel them, or are gone.
async fn gives_up(address: SocketAddr, _round: usize) {
    let progress = json!({ "name": "forever", "_meta": { "progressToken": 1 } });
    let mut connection = connect(address).await;
    stream(&mut connection, &Request::modern(1, "tools/call", progress.clone())).await;
    connection.next().await;
    let mut silent = Connection::open(address).await;
    silent.send(&Request::call(1, "forever", json!({}))).await;
    let mut connection = connect(address).await;
    let session = open(&mut connection).await;
    let mut call = connect(address).await;
    stream(&mut call, &Request::legacy(7, "tools/call", progress).with("Mcp-Session-Id", &session)).await;
    call.next().await;
    let cancelled = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 7 } });
    connection.send(&Request::message(&cancelled).with("Mcp-Session-Id", &session)).await;
    assert_eq!(connection.response().await.status, 202);
    while call.try_message().await.is_some() {}
    // This one is closed and not reset.
    silent.finish().await;
    silent.closed().await;
}

/// Resets in every stage.
async fn breaks_off(address: SocketAddr, round: usize) {
    let bytes = Request::call(1, "counting", json!({ "to": 100 })).bytes();
    let mut connection = connect(address).await;
    connection.write(&bytes[..round * 37 % bytes.len()]).await;
    let mut connection = connect(address).await;
    connection.write(&bytes).await;
    drop(connection);
    let mut connection = connect(address).await;
    let counting = json!({ "name": "counting", "arguments": { "to": 100 }, "_meta": { "progressToken": 1 } });
    stream(&mut connection, &Request::modern(1, "tools/call", counting)).await;
    connection.next().await;
}

/// What is no request.
async fn nonsense(address: SocketAddr, round: usize) {
    let mut connection = connect(address).await;
    for body in ["", "{", "[]", "\"x\"", r#"{"jsonrpc":"2.0","id":1}"#] {
        connection.send(&Request::post(body)).await;
        assert_eq!(connection.response().await.status, 400, "{body}");
    }
    let mut connection = connect(address).await;
    let garbage: Vec<u8> = (0..1000).map(|n| (n * (round + 7) % 251) as u8).collect();
    if connection.socket.write_all(&garbage).await.is_ok()
        && let Some(head) = connection.try_head().await
    {
        assert!((400..500).contains(&head.status), "{head:?}");
    }
}
