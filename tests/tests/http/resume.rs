//! Streams of a session whose connection is lost: what was missed is given to whoever comes back for it.

use super::sessions::ping;
use super::{said, text};
use lmcp::{Context, Limits, Server, State, tool};
use lmcp_tests::http::{Connection, Request, Site, until, within};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;

/// Steps that a call takes when the test lets it.
#[derive(Clone)]
struct Steps {
    go: Arc<Semaphore>,
    done: Arc<AtomicUsize>,
}

impl Steps {
    fn new() -> Self {
        Steps { go: Arc::new(Semaphore::new(0)), done: Arc::default() }
    }
    fn server(&self) -> Server {
        Server::empty().state(self.clone()).tool(steps).tool(lets_go).tool(silent).tool(changes).tool(chats)
    }
    async fn step(&self) {
        self.go.acquire().await.expect("never closed").forget();
        self.done.fetch_add(1, Ordering::SeqCst);
    }
    async fn take(&self, steps: usize) {
        let before = self.done.load(Ordering::SeqCst);
        self.go.add_permits(steps);
        until(|| self.done.load(Ordering::SeqCst) == before + steps).await;
    }
}

/// Says something at each step.
#[tool]
async fn steps(ctx: &Context, State(steps): State<Steps>, count: usize, padding: usize) -> String {
    for n in 1..=count {
        steps.step().await;
        ctx.error(format!("{n}{}", "x".repeat(padding))).await;
    }
    steps.step().await;
    format!("{count} steps")
}

/// Lets go of its client, and answers later.
#[tool]
async fn lets_go(ctx: &Context, State(steps): State<Steps>) -> &'static str {
    ctx.close_stream();
    steps.step().await;
    "later"
}

/// Says nothing until it is done.
#[tool]
async fn silent(State(steps): State<Steps>) -> &'static str {
    steps.step().await;
    "at last"
}

/// Says something at once.
#[tool]
async fn chats(ctx: &Context) {
    ctx.error("another call").await;
}

/// Tells that something changed.
#[tool]
fn changes(ctx: &Context) {
    ctx.server().tools_changed();
}

fn call(session: &str, id: u32, tool: &str, arguments: Value) -> Request {
    Request::legacy_call(id, tool, arguments).with("Mcp-Session-Id", session)
}

fn get(session: &str, after: &str) -> Request {
    let get = Request::new("GET", "/mcp").with("Accept", "text/event-stream").with("Mcp-Session-Id", session);
    if after.is_empty() { get } else { get.with("Last-Event-ID", after) }
}

fn logged(message: &Value) -> &str {
    message["params"]["data"].as_str().unwrap_or_else(|| panic!("no log message: {message}"))
}

#[tokio::test]
async fn what_a_lost_connection_missed_is_given_again() {
    let steps = Steps::new();
    let site = Site::open(steps.server()).await;
    let session = site.session("2025-11-25").await;
    let mut stream = site.stream(&call(&session, 1, "steps", json!({ "count": 3, "padding": 0 }))).await;
    steps.take(1).await;
    assert_eq!(stream.event().await.as_deref(), Some("id: 0-0\nretry: 1000\ndata: "));
    assert_eq!(logged(&stream.next().await), "1");
    assert_eq!(stream.last_event.as_deref(), Some("0-1"));
    // Another call meanwhile, whose events are its own.
    let other = site.stream(&call(&session, 2, "chats", json!({}))).await.rest().await;
    assert_eq!(logged(&other[0]), "another call");
    drop(stream);
    steps.take(2).await;
    let mut again = site.stream(&get(&session, "0-1")).await;
    assert_eq!(
        again.event().await.map(|event| event.lines().next().unwrap_or_default().to_owned()).as_deref(),
        Some("id: 0-2")
    );
    assert_eq!(logged(&again.next().await), "3");
    // It goes on where it was.
    steps.take(1).await;
    let answer = again.next().await;
    assert_eq!((answer["id"].as_i64(), said(&answer)), (Some(1), "3 steps"));
    assert_eq!(again.rest().await, Vec::<Value>::new(), "the stream ends with the answer");
    // Whoever did not get that to the end may ask again.
    let mut answers = Vec::new();
    for after in ["0-0", "0-3", "0-4"] {
        answers.push(site.stream(&get(&session, after)).await.rest().await.len());
    }
    assert_eq!(answers, [4, 1, 0]);
}

#[tokio::test]
async fn a_handler_lets_go_of_the_connection() {
    let steps = Steps::new();
    let site = Site::open(steps.server().limits(Limits::default().retry(std::time::Duration::from_millis(20)))).await;
    let session = site.session("2025-11-25").await;
    let mut stream = site.stream(&call(&session, 1, "lets_go", json!({}))).await;
    assert_eq!(stream.event().await.as_deref(), Some("id: 0-0\nretry: 20\ndata: "));
    assert_eq!(stream.event().await, None, "the connection is let go, without an answer");
    let mut again = site.stream(&get(&session, "0-0")).await;
    steps.take(1).await;
    assert_eq!(said(&again.next().await), "later");
    // Where a client could not know how to come back, nothing is let go.
    for version in ["2025-06-18", "2025-03-26"] {
        let session = site.session(version).await;
        steps.go.add_permits(1);
        assert_eq!(text(&site.ask(&call(&session, 1, "lets_go", json!({}))).await), "later");
    }
    steps.go.add_permits(2);
    assert_eq!(text(&site.ask(&Request::legacy_call(1, "lets_go", json!({}))).await), "later");
    assert_eq!(text(&site.ask(&Request::call(1, "lets_go", json!({}))).await), "later");
}

#[tokio::test]
async fn before_2025_11_25_events_have_ids_and_nothing_says_so_first() {
    let steps = Steps::new();
    let site = Site::open(steps.server()).await;
    let session = site.session("2025-06-18").await;
    let mut stream = site.stream(&call(&session, 1, "steps", json!({ "count": 1, "padding": 0 }))).await;
    steps.take(1).await;
    assert!(stream.event().await.is_some_and(|event| event.starts_with("id: 0-0\ndata: {")));
    drop(stream);
    steps.take(1).await;
    assert_eq!(said(&site.stream(&get(&session, "0-0")).await.next().await), "1 steps");
    // Neither has a stream without a session, and none of 2026-07-28.
    for request in [
        Request::legacy_call(1, "steps", json!({ "count": 1, "padding": 0 })),
        Request::modern(
            1,
            "tools/call",
            json!({
                "name": "steps", "arguments": { "count": 1, "padding": 0 },
                "_meta": { "io.modelcontextprotocol/logLevel": "debug" },
            }),
        ),
    ] {
        steps.go.add_permits(2);
        let mut stream = site.stream(&request).await;
        assert!(stream.event().await.is_some_and(|event| event.starts_with("data: {")));
    }
}

#[tokio::test]
async fn a_silent_call_soon_says_how_to_come_back() {
    let steps = Steps::new();
    let site = Site::open(steps.server()).await;
    let session = site.session("2025-11-25").await;
    let mut stream = site.stream(&call(&session, 1, "silent", json!({}))).await;
    assert_eq!(stream.event().await.as_deref(), Some("id: 0-0\nretry: 1000\ndata: "));
    drop(stream);
    steps.take(1).await;
    assert_eq!(said(&site.stream(&get(&session, "0-0")).await.next().await), "at last");
}

#[tokio::test]
async fn only_so_much_is_kept() {
    let steps = Steps::new();
    let site = Site::open(steps.server().limits(Limits::default().replay_bytes(2000))).await;
    let session = site.session("2025-11-25").await;
    let mut stream = site.stream(&call(&session, 1, "steps", json!({ "count": 100, "padding": 100 }))).await;
    assert_eq!(stream.event().await.as_deref(), Some("id: 0-0\nretry: 1000\ndata: "));
    drop(stream);
    steps.take(101).await;
    let rest = site.stream(&get(&session, "0-0")).await.rest().await;
    assert!((2..15).contains(&rest.len()), "{} events are kept", rest.len());
    assert_eq!(said(rest.last().expect("the answer")), "100 steps");
    assert!(logged(&rest[rest.len() - 2]).starts_with("100x"), "the newest are kept");
}

#[tokio::test]
async fn streams_of_others_are_not_given() {
    let steps = Steps::new();
    let site = Site::open(steps.server()).await;
    let (mine, other) = (site.session("2025-11-25").await, site.session("2025-11-25").await);
    let mut stream = site.stream(&call(&mine, 1, "steps", json!({ "count": 1, "padding": 0 }))).await;
    steps.take(1).await;
    assert_eq!(logged(&stream.next().await), "1");
    drop(stream);
    for (session, after) in [(&other, "0-0"), (&mine, "7-0"), (&mine, "nonsense"), (&mine, "99999999999999999999-0")] {
        // It is a stream like any other, for what happens from now on.
        let mut stream = site.stream(&get(session, after)).await;
        site.ask(&Request::call(1, "changes", json!({}))).await;
        assert_eq!(stream.next().await["method"], "notifications/tools/list_changed", "{after}");
    }
    steps.take(1).await;
    let rest = site.stream(&get(&mine, "0-1")).await.rest().await;
    assert_eq!(rest.iter().map(said).collect::<Vec<_>>(), ["1 steps"]);
}

/// Opens a stream behind this event, as soon as the session has room for one.
async fn come_back(site: &Site, session: &str, last: &str) -> Connection {
    within(async {
        loop {
            let mut connection = site.connect().await;
            connection.send(&get(session, last)).await;
            match connection.head().await.status {
                200 => break connection,
                status => assert_eq!(status, 429),
            }
        }
    })
    .await
}

#[tokio::test]
async fn the_stream_for_everything_else_can_be_come_back_to() {
    let steps = Steps::new();
    let site = Site::open(steps.server().limits(Limits::default().streams_per_session(1))).await;
    let session = site.session("2025-11-25").await;
    let mut stream = site.stream(&get(&session, "")).await;
    site.ask(&Request::call(1, "changes", json!({}))).await;
    assert_eq!(stream.next().await["method"], "notifications/tools/list_changed");
    assert_eq!(stream.last_event.as_deref(), Some("0-1"));
    // Back before the server has noticed that it was gone: the old connection ends, and does not count.
    let mut again = come_back(&site, &session, "0-0").await;
    assert_eq!(stream.try_message().await, None);
    assert_eq!(again.next().await["method"], "notifications/tools/list_changed", "what may have been missed");
    site.ask(&Request::call(1, "changes", json!({}))).await;
    assert_eq!(again.next().await["method"], "notifications/tools/list_changed");
    assert_eq!(again.last_event.as_deref(), Some("0-2"));
    // What happens while nobody listens waits.
    drop(again);
    site.ask(&Request::call(1, "changes", json!({}))).await;
    let mut last = come_back(&site, &session, "0-2").await;
    assert_eq!(last.next().await["method"], "notifications/tools/list_changed");
}

#[tokio::test]
async fn an_ended_session_keeps_nothing() {
    let steps = Steps::new();
    let site = Site::open(steps.server()).await;
    let session = site.session("2025-11-25").await;
    let mut stream = site.stream(&call(&session, 1, "steps", json!({ "count": 1, "padding": 0 }))).await;
    steps.take(1).await;
    assert_eq!(logged(&stream.next().await), "1");
    let delete = Request::new("DELETE", "/mcp").with("Mcp-Session-Id", &session);
    assert_eq!(site.ask(&delete).await.status, 204);
    assert_eq!(stream.try_message().await, None);
    assert_eq!(site.ask(&get(&session, "0-0")).await.status, 404);
}

#[tokio::test]
async fn who_comes_back_takes_its_own_place() {
    let steps = Steps::new();
    let site = Site::open(steps.server().limits(Limits::default().streams_per_session(1))).await;
    let session = site.session("2025-11-25").await;
    let mut stream = site.stream(&get(&session, "")).await;
    assert_eq!(stream.event().await.as_deref(), Some("id: 0-0\nretry: 1000\ndata: "));
    // The server has not noticed that the first connection is lost.
    let mut again = site.stream(&get(&session, "0-0")).await;
    assert_eq!(stream.event().await, None);
    assert_eq!(site.ask(&get(&session, "")).await.status, 429);
    site.ask(&call(&session, 1, "changes", json!({}))).await;
    assert_eq!(again.next().await["method"], "notifications/tools/list_changed");
}

#[tokio::test]
async fn streams_for_everything_else_do_not_drive_out_a_call() {
    let steps = Steps::new();
    let site = Site::open(steps.server().limits(Limits::default().streams_per_session(100))).await;
    let session = site.session("2025-11-25").await;
    let mut stream = site.stream(&call(&session, 1, "steps", json!({ "count": 1, "padding": 0 }))).await;
    steps.take(1).await;
    assert_eq!(logged(&stream.next().await), "1");
    drop(stream);
    for _ in 0..40 {
        assert!(site.stream(&get(&session, "")).await.event().await.is_some());
    }
    let mut again = site.stream(&get(&session, "0-1")).await;
    steps.take(1).await;
    assert_eq!(said(&again.next().await), "1 steps");
}

#[tokio::test]
async fn an_answer_that_nobody_saw_stays_longest() {
    let steps = Steps::new();
    let site = Site::open(steps.server().limits(Limits::default().connections(1))).await;
    let session = site.session("2025-11-25").await;
    let mut stream = site.stream(&call(&session, 1, "steps", json!({ "count": 1, "padding": 0 }))).await;
    steps.take(1).await;
    assert_eq!(logged(&stream.next().await), "1");
    drop(stream);
    // The next connection is served when the server has noticed: what it could still write counts as seen.
    assert_eq!(site.ask(&ping(&session)).await.status, 200);
    steps.take(1).await;
    for id in 2..42 {
        assert_eq!(site.stream(&call(&session, id, "chats", json!({}))).await.rest().await.len(), 2);
    }
    let mut again = site.stream(&get(&session, "0-1")).await;
    assert_eq!(said(&within(again.next()).await), "1 steps");
}

#[tokio::test]
async fn a_session_stays_until_its_answers_are_read() {
    let steps = Steps::new();
    let site = Site::open(steps.server().limits(Limits::default().sessions(1))).await;
    let session = site.session("2025-11-25").await;
    // So much that the answer has to wait behind it.
    let mut stream = site.stream(&call(&session, 1, "steps", json!({ "count": 1, "padding": 32 << 20 }))).await;
    steps.take(2).await;
    // Once its id is free the call has ended.
    let again = call(&session, 1, "changes", json!({})).with("Accept", "application/json");
    within(async { while site.ask(&again).await.json().get("error").is_some() {} }).await;
    let other = site.ask(&Request::initialize(0, "2025-11-25")).await;
    assert_eq!(logged(&stream.next().await).len(), (32 << 20) + 1);
    assert_eq!(said(&stream.next().await), "1 steps");
    assert_eq!(other.status, 503, "{other:?}");
}
