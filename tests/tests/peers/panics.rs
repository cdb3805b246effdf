//! Handlers that panic wherever user code runs: the call is answered, and the server goes on.

use super::{call, is_answered, is_served, said};
use lmcp::{Call, Completions, Context, Elicit, Parameter, Server, State, Unanswered, prompt, resource, tool};
use lmcp_tests::http::{Request, Site};
use lmcp_tests::pipe::Pipe;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::fmt;

/// Panics when it is dropped, unless a panic is on its way.
#[derive(Clone, serde::Serialize, JsonSchema)]
struct Bomb;
impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("in `drop`");
        }
    }
}

/// Panics when it is read, as an argument: always, or for one value.
#[derive(JsonSchema)]
struct Unreadable;
impl<'de> serde::Deserialize<'de> for Unreadable {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        panic!("in `deserialize`")
    }
}
#[derive(JsonSchema)]
struct Unlucky(#[allow(dead_code, reason = "it is for the schema")] u8);
impl<'de> serde::Deserialize<'de> for Unlucky {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let number: u8 = serde::Deserialize::deserialize(d)?;
        assert_ne!(number, 13, "in `deserialize`");
        Ok(Unlucky(number))
    }
}

/// Panics when it is dropped, as an argument.
#[derive(serde::Deserialize, JsonSchema)]
struct Dropped(#[allow(dead_code, reason = "it is only dropped")] u8, #[serde(skip)] Option<Armed>);
struct Armed;
impl Drop for Armed {
    fn drop(&mut self) {
        panic!("an argument in `drop`");
    }
}

/// Panics when it is written or shown.
#[derive(Debug, JsonSchema)]
struct Unwritable;
impl serde::Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("in `serialize`")
    }
}
impl fmt::Display for Unwritable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("in `fmt`")
    }
}
impl std::error::Error for Unwritable {}
impl From<Unwritable> for String {
    fn from(_: Unwritable) -> String {
        panic!("in `into`")
    }
}

/// Panics when it is taken out of a call.
struct Extracted;
impl<'c> Parameter<'c> for Extracted {
    fn from_call(_: &'c Call<'c>) -> Result<Self, lmcp::Error> {
        panic!("in an extractor")
    }
}

/// Panics when it is cloned.
struct Unclonable;
impl Clone for Unclonable {
    fn clone(&self) -> Self {
        panic!("in `clone`")
    }
}

#[tool]
fn plain() {
    panic!("at once")
}
#[tool]
async fn later() {
    tokio::task::yield_now().await;
    panic!("later")
}
#[tool(timeout = "10s", concurrency = 1)]
async fn limited() {
    panic!("under limits")
}
#[tool(blocking)]
fn on_a_thread() {
    panic!("on a thread")
}
#[tool]
fn with_a_bomb() {
    std::panic::panic_any(Bomb)
}
#[tool]
fn extracts(_extracted: Extracted) {}
#[tool]
fn clones(State(_state): State<Unclonable>) {}
#[tool]
fn reads(_argument: Unlucky) {}
#[tool]
fn never_reads(_argument: Unreadable) {}
#[tool]
fn drops_an_argument(mut argument: Dropped) {
    argument.1 = Some(Armed);
}
#[tool]
fn gives_a_bomb() -> lmcp::Json<Bomb> {
    lmcp::Json(Bomb)
}
#[tool]
fn writes() -> lmcp::Json<Unwritable> {
    lmcp::Json(Unwritable)
}
#[tool]
fn fails() -> Result<(), Unwritable> {
    Err(Unwritable)
}
#[tool]
async fn reports(ctx: &Context) {
    ctx.progress(1).message(Unwritable).await;
}
#[tool]
async fn logs(ctx: &Context) {
    ctx.error(Unwritable).await;
}
#[tool]
async fn spawns() -> Result<(), tokio::task::JoinError> {
    tokio::spawn(async { panic!("in a task") }).await
}
#[tool]
async fn once(ctx: &Context) -> Result<u8, Unanswered> {
    ctx.once("key", async || panic!("in `once`")).await
}
#[tool]
async fn joins(ctx: &Context) {
    let _never = tokio::join!(ctx.elicit::<String>("A?"), async { panic!("in a join") });
}
#[tool]
async fn asks_within(ctx: &Context) -> Result<(), Unanswered> {
    let ask: Elicit<'_, String> = ctx.elicit(Unwritable);
    ask.await.map(drop)
}

/// Whatever panics, the call has one answer, and so has the next one.
const TOOLS: [&str; 18] = [
    "plain",
    "later",
    "limited",
    "on_a_thread",
    "with_a_bomb",
    "extracts",
    "clones",
    "reads",
    "drops_an_argument",
    "gives_a_bomb",
    "writes",
    "fails",
    "reports",
    "logs",
    "spawns",
    "once",
    "joins",
    "asks_within",
];

#[resource("panics://fixed")]
fn fixed() -> String {
    panic!("in a resource")
}
#[resource("panics://each/<id>")]
fn each(#[arg(complete = suggests)] id: u32) -> Result<String, Unwritable> {
    let _id = id;
    Err(Unwritable)
}
async fn suggests(_typed: String) -> Completions {
    panic!("in a completer")
}
#[prompt]
fn asks() -> String {
    panic!("in a prompt")
}

fn server() -> Server {
    Server::empty()
        .state(Unclonable)
        .tool(plain)
        .tool(later)
        .tool(limited)
        .tool(on_a_thread)
        .tool(with_a_bomb)
        .tool(extracts)
        .tool(clones)
        .tool(reads)
        .tool(drops_an_argument)
        .tool(gives_a_bomb)
        .tool(writes)
        .tool(fails)
        .tool(reports)
        .tool(logs)
        .tool(spawns)
        .tool(once)
        .tool(joins)
        .tool(asks_within)
        .tool(suspended)
        .tool(lmcp_tests::add)
        .resource(fixed)
        .resource(each)
        .prompt(asks)
}

fn params(tool: &str) -> Value {
    let arguments = match tool {
        "reads" => json!({ "_argument": 13 }),
        "drops_an_argument" => json!({ "argument": [1] }),
        _ => json!({}),
    };
    json!({ "name": tool, "arguments": arguments, "_meta": { "progressToken": 1 } })
}

#[tokio::test]
async fn a_tool_on_a_pipe() {
    let mut pipe = Pipe::open(&server().build().expect("it starts"));
    let everything = json!({ "elicitation": {} });
    for tool in TOOLS {
        let answer = pipe.ask(1, "tools/call", params(tool), &everything).await;
        assert!(answer["result"]["isError"] == true, "{tool}: {answer}");
        // What it panicked with is for the log only.
        assert!(!answer.to_string().contains("in `"), "{tool}: {answer}");
        is_answered(&mut pipe).await;
    }
    pipe.initialize("2025-11-25", everything).await;
    for (id, tool) in TOOLS.iter().enumerate() {
        pipe.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params(tool) })).await;
        let answer = loop {
            // The question that is open beside the panic is asked, and taken back.
            let message = pipe.next().await;
            if message["id"] == id {
                break message;
            }
        };
        assert!(answer["result"]["isError"] == true, "{tool}: {answer}");
    }
    is_answered(&mut pipe).await;
}

#[tokio::test]
async fn a_tool_over_http() {
    let site = Site::open(server()).await;
    let session = site.session("2025-11-25").await;
    for tool in TOOLS {
        for request in [
            Request::modern(1, "tools/call", params(tool)),
            Request::legacy(1, "tools/call", params(tool)),
            Request::legacy(1, "tools/call", params(tool)).with("Mcp-Session-Id", &session),
        ] {
            let mut connection = site.connect().await;
            connection.send(&request).await;
            let head = connection.head().await;
            let answer = if head.header("content-type") == Some("text/event-stream") {
                connection.rest().await.pop().expect("an answer")
            } else {
                serde_json::from_slice(&connection.rest_of_body().await).expect("JSON")
            };
            assert!(answer["result"]["isError"] == true, "{tool}: {answer}");
            // The connection goes on.
            connection.send(&Request::call(2, "add", json!({ "a": 1, "b": 1 }))).await;
            assert_eq!(said(&connection.response().await.json()), "2", "{tool}");
        }
    }
    is_served(&site).await;
}

#[tokio::test]
async fn whatever_else_is_asked_for() {
    let mut pipe = Pipe::open(&server().build().expect("it starts"));
    let completion = json!({
        "ref": { "type": "ref/resource", "uri": "panics://each/{id}" }, "argument": { "name": "id", "value": "" },
    });
    for (method, params) in [
        ("resources/read", json!({ "uri": "panics://fixed" })),
        ("resources/read", json!({ "uri": "panics://each/1" })),
        ("prompts/get", json!({ "name": "asks" })),
        ("completion/complete", completion),
    ] {
        let answer = pipe.ask(1, method, params, &json!({})).await;
        assert_eq!(answer["error"]["code"], -32603, "{method}: {answer}");
        assert!(answer["error"]["message"].as_str().is_some_and(|m| m.ends_with("internal error")), "{answer}");
        is_answered(&mut pipe).await;
    }
}

/// Panics when it is put off: what it holds is dropped then.
#[tool]
async fn suspended(ctx: &Context) -> Result<String, Unanswered> {
    let _armed = Armed;
    ctx.elicit::<String>("Name?").await
}

#[tokio::test]
async fn a_call_that_is_put_off_or_cancelled() {
    let mut pipe = Pipe::open(&server().build().expect("it starts"));
    let answer =
        pipe.ask(1, "tools/call", json!({ "name": "suspended", "arguments": {} }), &json!({ "elicitation": {} })).await;
    assert!(answer["result"]["isError"] == true, "{answer}");
    // Before, the call runs on while its client is asked, and is dropped when it is cancelled.
    pipe.initialize("2025-11-25", json!({ "elicitation": {} })).await;
    pipe.send(&json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": { "name": "suspended" } })).await;
    assert_eq!(pipe.next().await["method"], "elicitation/create");
    pipe.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 2 } })).await;
    loop {
        pipe.send(&call(3, "add", json!({ "a": 1, "b": 1 }))).await;
        let message = pipe.next().await;
        if message["id"] == 3 {
            assert_eq!(said(&message), "2");
            break;
        }
        assert_eq!(message["method"], "notifications/cancelled", "{message}");
    }
}

/// Panics when its schema is made.
#[derive(serde::Deserialize, serde::Serialize)]
struct Shapeless;
impl JsonSchema for Shapeless {
    fn schema_name() -> Cow<'static, str> {
        "Shapeless".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        panic!("in `json_schema`")
    }
}

#[tool]
fn takes_shapeless(_shapeless: Shapeless) {}
#[tool]
fn gives_shapeless() -> lmcp::Json<Shapeless> {
    lmcp::Json(Shapeless)
}
#[tool(meta = no_meta())]
fn has_no_meta() {}
fn no_meta() -> Value {
    panic!("in `meta`")
}

/// A panic at start is a mistake like any other: with its place, and beside the others.
#[test]
fn at_start() {
    let server = Server::empty()
        .tool(takes_shapeless)
        .tool(gives_shapeless)
        .tool(has_no_meta)
        .tool(never_reads)
        .state(1_u8)
        .state(2_u8);
    let error = server.build().expect_err("it must not start").to_string();
    for says in
        ["tool `takes_shapeless`", "tool `gives_shapeless`", "tool `has_no_meta`", "tool `never_reads`", "two states"]
    {
        assert!(error.contains(says), "{says}: {error}");
    }
    assert_eq!(error.matches("in `json_schema`").count(), 2, "{error}");
    assert!(error.contains("peers/panics.rs:"), "{error}");
    let running = Server::empty().tool(lmcp_tests::add).build().expect("it starts");
    let late = running.handle().add_tool(takes_shapeless).expect_err("it is no tool").to_string();
    assert!(late.contains("in `json_schema`"), "{late}");
}

/// The same over HTTP, where the error is in an answer like any other.
#[tokio::test]
async fn a_resource_over_http() {
    let site = Site::open(server()).await;
    for uri in ["panics://fixed", "panics://each/1"] {
        let answer = site.ask(&Request::modern(1, "resources/read", json!({ "uri": uri }))).await;
        assert_eq!((answer.status, super::code(&answer.json())), (200, -32603), "{answer:?}");
    }
    is_served(&site).await;
}
