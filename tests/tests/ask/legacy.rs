//! Before 2026-07-28: a question is a request of the server's, on the stream of the call.

use super::{accept, everything, text};
use crate::asking::server;
use lmcp::{Context, Limits, Server, State, Unanswered, tool};
use lmcp_tests::http::{Connection, Request, Site, within};
use lmcp_tests::pipe::Pipe;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;

async fn open(server: Server, version: &str, capabilities: Value) -> Pipe {
    let mut pipe = Pipe::open(&server.build().expect("it starts"));
    pipe.initialize(version, capabilities).await;
    pipe
}

async fn call(pipe: &mut Pipe, id: u32, name: &str) {
    let params = json!({ "name": name, "arguments": {} });
    pipe.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })).await;
}

/// The next message, which is a question of this method.
async fn question(pipe: &mut Pipe, method: &str) -> Value {
    let question = pipe.next().await;
    assert_eq!(question["method"], method, "{question}");
    assert!(question["id"].as_str().is_some_and(|id| id.len() >= 20), "an id that cannot be guessed: {question}");
    question
}

/// Whatever else was said would have come before this.
async fn nothing_came(pipe: &mut Pipe) {
    pipe.send(&json!({ "jsonrpc": "2.0", "id": "last", "method": "ping" })).await;
    assert_eq!(pipe.next().await, json!({ "jsonrpc": "2.0", "id": "last", "result": {} }));
}

async fn answer(pipe: &mut Pipe, question: &Value, result: Value) {
    pipe.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": result })).await;
}

#[tokio::test]
async fn a_question_and_its_answer() {
    for (version, has_mode) in [("2025-11-25", true), ("2025-06-18", false)] {
        let mut pipe = open(server(), version, everything()).await;
        call(&mut pipe, 1, "name").await;
        let asked = question(&mut pipe, "elicitation/create").await;
        assert_eq!(asked["params"]["message"], "Your name?");
        assert_eq!(asked["params"]["mode"], if has_mode { json!("form") } else { Value::Null });
        answer(&mut pipe, &asked, accept("Ada")).await;
        let done = pipe.next().await;
        assert_eq!((text(&done), &done["id"]), ("Ada", &json!(1)));
    }
}

#[tokio::test]
async fn answers_may_come_in_any_order() {
    let mut pipe = open(server(), "2025-11-25", everything()).await;
    call(&mut pipe, 1, "both").await;
    let a = question(&mut pipe, "elicitation/create").await;
    let b = question(&mut pipe, "elicitation/create").await;
    assert_eq!((&a["params"]["message"], &b["params"]["message"]), (&json!("A?"), &json!("B?")));
    // Two calls ask on one pipe, and other requests are answered meanwhile.
    call(&mut pipe, 2, "name").await;
    let name = question(&mut pipe, "elicitation/create").await;
    pipe.send(&json!({ "jsonrpc": "2.0", "id": 3, "method": "ping" })).await;
    assert_eq!(pipe.next().await["id"], 3);
    answer(&mut pipe, &name, accept("Ada")).await;
    assert_eq!(text(&pipe.next().await), "Ada");
    answer(&mut pipe, &b, accept("two")).await;
    answer(&mut pipe, &a, accept("one")).await;
    assert_eq!(text(&pipe.next().await), "one two");
}

#[tokio::test]
async fn what_is_no_answer() {
    let mut pipe = open(server(), "2025-11-25", everything()).await;
    for (result, told) in [
        (json!({ "action": "decline" }), "Declined"),
        (json!({ "action": "cancel" }), "Cancelled"),
        (json!({ "action": "accept" }), "went on"),
        (json!(7), "Invalid(\"it is no object\")"),
    ] {
        call(&mut pipe, 1, "declined").await;
        let asked = question(&mut pipe, "elicitation/create").await;
        answer(&mut pipe, &asked, result).await;
        assert_eq!(text(&pipe.next().await), told);
    }
    call(&mut pipe, 1, "declined").await;
    let asked = question(&mut pipe, "elicitation/create").await;
    let error = json!({ "code": -32601, "message": "no such thing" });
    pipe.send(&json!({ "jsonrpc": "2.0", "id": asked["id"], "error": error })).await;
    assert_eq!(text(&pipe.next().await), "Refused { code: -32601, message: \"no such thing\" }");
    // How a client says that its user does not want its model to be asked.
    call(&mut pipe, 1, "model").await;
    let asked = question(&mut pipe, "sampling/createMessage").await;
    let error = json!({ "code": -1, "message": "User rejected sampling request" });
    pipe.send(&json!({ "jsonrpc": "2.0", "id": asked["id"], "error": error })).await;
    assert_eq!(text(&pipe.next().await), "the user declined to answer");
    // Answers to nothing are ignored.
    for id in [json!("nonsense"), json!(1), asked["id"].clone()] {
        pipe.send(&json!({ "jsonrpc": "2.0", "id": id, "result": {} })).await;
    }
    pipe.send(&json!({ "jsonrpc": "2.0", "id": 9, "method": "ping" })).await;
    assert_eq!(pipe.next().await, json!({ "jsonrpc": "2.0", "id": 9, "result": {} }));
}

#[tokio::test]
async fn a_client_without_the_capability() {
    for (version, capabilities, names) in [
        ("2025-11-25", json!({}), &["name", "model", "folders", "visits"][..]),
        ("2025-11-25", json!({ "elicitation": {} }), &["visits"]),
        // Whatever it declares: its revision has no such thing.
        ("2025-06-18", everything(), &["visits"]),
        ("2025-03-26", everything(), &["name", "visits"]),
        ("2024-11-05", everything(), &["name"]),
    ] {
        let mut pipe = open(server(), version, capabilities).await;
        for name in names {
            call(&mut pipe, 1, name).await;
            let done = pipe.next().await;
            assert_eq!(done["result"]["isError"], true, "{version} {done}");
            assert!(text(&done).contains("the client does not offer"), "{done}");
        }
        let get = json!({ "jsonrpc": "2.0", "id": 2, "method": "prompts/get", "params": { "name": "essay" } });
        pipe.send(&get).await;
        match pipe.next().await {
            failed if failed.get("error").is_some() => assert_eq!(failed["error"]["code"], -32603),
            asked => assert_eq!(asked["method"], "elicitation/create"),
        }
    }
    let mut pipe = open(server(), "2024-11-05", everything()).await;
    call(&mut pipe, 1, "model").await;
    let asked = question(&mut pipe, "sampling/createMessage").await;
    let said = json!({ "role": "assistant", "model": "m", "content": { "type": "text", "text": "Hm." } });
    answer(&mut pipe, &asked, said).await;
    assert_eq!(text(&pipe.next().await), "Hm.");
}

#[tokio::test]
async fn roots_are_asked_for_until_they_change() {
    let mut pipe = open(server(), "2025-11-25", everything()).await;
    call(&mut pipe, 1, "folders").await;
    let asked = question(&mut pipe, "roots/list").await;
    answer(&mut pipe, &asked, json!({ "roots": [{ "uri": "file:///home/ada" }] })).await;
    assert_eq!(text(&pipe.next().await), "None 1 true");
    call(&mut pipe, 2, "folders").await;
    assert_eq!(text(&pipe.next().await), "Some(1) 1 true");
    pipe.send(&json!({ "jsonrpc": "2.0", "method": "notifications/roots/list_changed" })).await;
    call(&mut pipe, 3, "folders").await;
    let asked = question(&mut pipe, "roots/list").await;
    answer(&mut pipe, &asked, json!({ "roots": [] })).await;
    assert_eq!(text(&pipe.next().await), "None 0 false");
}

/// What takes too much to be remembered is asked for each time.
#[tokio::test]
async fn roots_that_take_too_much() {
    let limits = Limits::default().client_bytes(1000);
    let mut pipe = open(server().limits(limits), "2025-11-25", everything()).await;
    let long = json!({ "roots": [{ "uri": format!("file:///{}", "x".repeat(1000)) }] });
    for id in [1, 2] {
        call(&mut pipe, id, "folders").await;
        for _ in 0..2 {
            let asked = question(&mut pipe, "roots/list").await;
            answer(&mut pipe, &asked, long.clone()).await;
        }
        assert_eq!(text(&pipe.next().await), "None 1 false");
    }
}

#[tokio::test]
async fn other_requests_and_pages_to_visit() {
    let mut pipe = open(server(), "2025-11-25", everything()).await;
    call(&mut pipe, 1, "pings").await;
    let asked = question(&mut pipe, "ping").await;
    answer(&mut pipe, &asked, json!({})).await;
    assert_eq!(pipe.next().await["result"]["structuredContent"], json!({}));
    call(&mut pipe, 1, "visits").await;
    let asked = question(&mut pipe, "elicitation/create").await;
    let id = asked["params"]["elicitationId"].clone();
    assert!(id.is_string(), "{asked}");
    assert_eq!(asked["params"]["url"], "https://example.com/pay");
    answer(&mut pipe, &asked, json!({ "action": "accept" })).await;
    let complete = pipe.next().await;
    assert_eq!(complete["method"], "notifications/elicitation/complete");
    assert_eq!(complete["params"], json!({ "elicitationId": id }));
    assert_eq!(text(&pipe.next().await), "paid");
}

#[tokio::test]
async fn a_question_that_is_not_answered_is_taken_back() {
    let limits = Limits::default().answer_time(Duration::from_millis(50));
    let mut pipe = open(server().limits(limits), "2025-11-25", everything()).await;
    call(&mut pipe, 1, "declined").await;
    let asked = question(&mut pipe, "elicitation/create").await;
    let cancelled = pipe.next().await;
    assert_eq!(cancelled["method"], "notifications/cancelled");
    assert_eq!(cancelled["params"]["requestId"], asked["id"]);
    assert_eq!(text(&pipe.next().await), "TimedOut");
    // So is the question of a call that is cancelled; the call itself is not answered.
    let mut pipe = open(server(), "2025-11-25", everything()).await;
    call(&mut pipe, 1, "name").await;
    let asked = question(&mut pipe, "elicitation/create").await;
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } });
    pipe.send(&cancel).await;
    assert_eq!(pipe.next().await["params"]["requestId"], asked["id"]);
    nothing_came(&mut pipe).await;
    // And the one that lost a race.
    call(&mut pipe, 2, "selects").await;
    let (mut a, mut b) =
        (question(&mut pipe, "elicitation/create").await, question(&mut pipe, "elicitation/create").await);
    // `select!` asks in an order of its own.
    if a["params"]["message"] == "B?" {
        std::mem::swap(&mut a, &mut b);
    }
    answer(&mut pipe, &b, accept("yes")).await;
    assert_eq!(pipe.next().await["params"]["requestId"], a["id"]);
    assert_eq!(text(&pipe.next().await), "b yes");
}

/// Time passes here only when nothing goes on any more.
#[tokio::test(start_paused = true)]
async fn the_time_in_which_the_user_thinks_is_not_the_tools() {
    let mut pipe = open(server(), "2025-11-25", everything()).await;
    for (then, told) in [(0, "Ada"), (5000, "hurried did not finish within its time limit of 150 ms")] {
        let params = json!({ "name": "hurried", "arguments": { "then": then } });
        pipe.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params })).await;
        let asked = question(&mut pipe, "elicitation/create").await;
        tokio::time::sleep(Duration::from_millis(250)).await;
        answer(&mut pipe, &asked, accept("Ada")).await;
        assert_eq!(text(&pipe.next().await), told);
    }
}

// ---- over HTTP

async fn session(site: &Site, capabilities: Value) -> String {
    let params = json!({
        "protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": { "name": "t", "version": "1" },
    });
    let opened = site.ask(&Request::legacy(0, "initialize", params)).await;
    opened.header("mcp-session-id").expect("a session").to_owned()
}

fn post_call(session: &str, name: &str) -> Request {
    Request::legacy_call(1, name, json!({})).with("Mcp-Session-Id", session)
}

fn post_answer(session: &str, asked: &Value, result: Value) -> Request {
    Request::message(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result })).with("Mcp-Session-Id", session)
}

#[tokio::test]
async fn an_answer_counts_from_the_session_that_was_asked() {
    let site = Site::open(server()).await;
    let (asked_one, other) = (session(&site, everything()).await, session(&site, everything()).await);
    let mut stream = site.stream(&post_call(&asked_one, "name")).await;
    let asked = stream.next().await;
    let mallory = post_answer(&other, &asked, accept("Mallory"));
    for wrong in [mallory.clone(), mallory.without("Mcp-Session-Id")] {
        assert_eq!(site.ask(&wrong).await.status, 400);
    }
    assert_eq!(site.ask(&post_answer("gone", &asked, accept("Mallory"))).await.status, 404);
    let modern = post_answer(&asked_one, &asked, accept("Mallory")).with("MCP-Protocol-Version", "2026-07-28");
    assert_eq!(site.ask(&modern).await.status, 400);
    assert_eq!(site.ask(&post_answer(&asked_one, &asked, accept("Ada"))).await.status, 202);
    assert_eq!(text(&stream.next().await), "Ada");
}

#[tokio::test]
async fn a_call_without_a_stream_asks_on_the_sessions() {
    let site = Site::open(server()).await;
    let session = session(&site, everything()).await;
    let call = post_call(&session, "name").with("Accept", "application/json");
    // With none open, it fails at once.
    let failed = site.ask(&call).await.json();
    assert!(text(&failed).contains("no session with a stream open"), "{failed}");
    let get = Request::new("GET", "/mcp").with("Accept", "text/event-stream").with("Mcp-Session-Id", &session);
    let mut stream: Connection = site.stream(&get).await;
    let mut connection = site.connect().await;
    connection.send(&call).await;
    let asked = stream.next().await;
    assert_eq!(asked["method"], "elicitation/create");
    assert_eq!(site.ask(&post_answer(&session, &asked, accept("Ada"))).await.status, 202);
    assert_eq!(text(&connection.response().await.json()), "Ada");
}

#[tokio::test]
async fn whoever_has_no_session_is_not_asked() {
    let site = Site::open(server()).await;
    let failed = site.ask(&Request::legacy_call(1, "pings", json!({}))).await.json();
    assert!(text(&failed).contains("no session with a stream open"), "{failed}");
}

#[tokio::test]
async fn a_question_waits_for_a_client_that_lost_its_connection() {
    let site = Site::open(server()).await;
    let session = session(&site, everything()).await;
    let mut stream = site.stream(&post_call(&session, "both")).await;
    let (a, b) = (stream.next().await, stream.next().await);
    drop(stream);
    assert_eq!(site.ask(&post_answer(&session, &a, accept("one"))).await.status, 202);
    let get = Request::new("GET", "/mcp").with("Accept", "text/event-stream").with("Mcp-Session-Id", &session);
    let mut again = site.stream(&get.with("Last-Event-ID", "0-1")).await;
    assert_eq!(again.next().await, b, "the question it may have missed");
    assert_eq!(site.ask(&post_answer(&session, &b, accept("two"))).await.status, 202);
    assert_eq!(text(&again.next().await), "one two");
}

/// Where a question that outlives its call tells what came of it.
#[derive(Clone)]
struct Told(UnboundedSender<Result<String, Unanswered>>);

/// Opens when the answer of the call is there.
#[derive(Clone, Default)]
struct Answered(Arc<Notify>);

/// Is done, and asks later.
#[tool]
async fn asks_later(ctx: Context, State(told): State<Told>, State(answered): State<Answered>) -> &'static str {
    tokio::spawn(async move {
        answered.0.notified().await;
        let _test_is_over = told.0.send(ctx.elicit("Too late?").await);
    });
    "done"
}

/// Asks from a thread.
#[tool(blocking)]
fn asks_from_a_thread(ctx: Context, State(told): State<Told>) {
    let answer = tokio::runtime::Handle::current().block_on(async { ctx.elicit("From a thread?").await });
    let _test_is_over = told.0.send(answer);
}

#[tokio::test]
async fn nothing_is_asked_behind_the_answer() {
    let (told, mut ended) = tokio::sync::mpsc::unbounded_channel();
    let answered = Answered::default();
    let server = Server::empty().state(Told(told)).state(answered.clone()).tool(asks_later);
    let mut pipe = open(server, "2025-11-25", everything()).await;
    call(&mut pipe, 1, "asks_later").await;
    assert_eq!(text(&pipe.next().await), "done");
    answered.0.notify_one();
    assert_eq!(within(ended.recv()).await, Some(Err(Unanswered::Ended)));
    nothing_came(&mut pipe).await;
}

/// Sends the user to where nobody can go.
#[tool]
async fn goes_astray(ctx: &Context, url: String) -> Result<(), Unanswered> {
    ctx.elicit_url("Pay.", url).await.map(drop)
}

#[tokio::test]
async fn pages_have_absolute_urls() {
    let mut pipe = open(Server::empty().tool(goes_astray), "2025-11-25", everything()).await;
    for url in ["/pay", "example.com/pay", "https:", "1https://example.com", "https://example.com/a b", ""] {
        let params = json!({ "name": "goes_astray", "arguments": { "url": url } });
        pipe.send(&json!({ "jsonrpc": "2.0", "id": url, "method": "tools/call", "params": params })).await;
        let answer = pipe.next().await;
        let expected =
            format!("the question cannot be asked: {url:?} is no absolute URL, as in https://example.com/pay");
        assert_eq!(text(&answer), expected, "{answer}");
    }
}

#[tokio::test]
async fn a_cancelled_call_waits_for_no_answer_on_a_thread_either() {
    let (told, mut ended) = tokio::sync::mpsc::unbounded_channel();
    let server = Server::empty().state(Told(told)).tool(asks_from_a_thread);
    let mut pipe = open(server, "2025-11-25", everything()).await;
    call(&mut pipe, 1, "asks_from_a_thread").await;
    let asked = question(&mut pipe, "elicitation/create").await;
    pipe.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } })).await;
    let taken_back = pipe.next().await;
    assert_eq!(taken_back["method"], "notifications/cancelled");
    assert_eq!(taken_back["params"]["requestId"], asked["id"]);
    assert_eq!(within(ended.recv()).await, Some(Err(Unanswered::Ended)));
}

#[tokio::test]
async fn who_introduces_itself_again_is_asked_for_its_roots_again() {
    let mut pipe = open(server(), "2025-11-25", everything()).await;
    for uri in ["file:///home/ada", "file:///home/bob"] {
        call(&mut pipe, 1, "folders").await;
        let asked = question(&mut pipe, "roots/list").await;
        answer(&mut pipe, &asked, json!({ "roots": [{ "uri": uri }] })).await;
        assert_eq!(text(&pipe.next().await), format!("None 1 {}", uri.ends_with("ada")));
        pipe.initialize("2025-11-25", everything()).await;
    }
}
