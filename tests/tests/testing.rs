//! What `lmcp::testing` says when a test fails: the thing, what was said on the wire, and the line of the test.

use lmcp::testing::{Client, Connecting};
use lmcp::{CompletionArguments, Context, Image, ProtocolVersion, Server, Unanswered, prompt, resource, tool};
use lmcp_tests::http::within;
use serde_json::json;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

/// Adds.
#[tool]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Draws.
#[tool]
fn draw() -> Image {
    Image::png(*b"png")
}

/// Says much.
#[tool]
fn long(bytes: usize) -> String {
    "x".repeat(bytes)
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Seat {
    place: String,
    row: u8,
}

/// Books a seat.
#[tool]
async fn book(ctx: &Context) -> Result<String, Unanswered> {
    let seat: Seat = ctx.elicit("Which seat?").await?;
    Ok(format!("{}{}", seat.row, seat.place))
}

/// Never ends.
#[tool]
async fn hang() {
    std::future::pending().await
}

/// A note.
#[resource("notes://<id>")]
fn note(id: u8) -> Option<String> {
    (id == 1).then(|| "one".into())
}

fn server() -> Server {
    Server::empty().tool(add).tool(draw).tool(long).tool(book).tool(hang).resource(note)
}

async fn client() -> Client {
    Connecting::new(server()).await
}

/// Where and with which text a panic happened last; the hook is the process's.
static PANICS: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// The text of the panic and the file it is said to be in.
async fn panicked<T>(work: impl Future<Output = T>) -> (String, String) {
    static HOOK: std::sync::Once = std::sync::Once::new();
    HOOK.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let text = info.payload().downcast_ref::<String>().cloned().unwrap_or_default();
            let file = info.location().map(|location| location.file().to_owned()).unwrap_or_default();
            PANICS.lock().unwrap_or_else(PoisonError::into_inner).push((text, file));
        }));
    });
    let text = match CatchUnwind(Box::pin(work)).await {
        Ok(_) => panic!("it did not panic"),
        Err(panic) => *panic.downcast::<String>().expect("a text"),
    };
    let panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
    let (_, file) = panics.iter().rfind(|(said, _)| *said == text).expect("the hook saw it").clone();
    (text, file)
}

/// A future whose panic is a result.
struct CatchUnwind<F>(Pin<Box<F>>);

impl<F: Future> Future for CatchUnwind<F> {
    type Output = std::thread::Result<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<Self::Output> {
        match catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    }
}

/// The text begins so, goes on with the exchange, whose last line begins so, and is said to be at this test.
async fn fails<T>(work: impl Future<Output = T>, what: &str, last: &str) {
    let (text, file) = panicked(work).await;
    let (said, wire) = text.split_once("\non the wire:\n").unwrap_or_else(|| panic!("no wire: {text}"));
    assert_eq!(said, what);
    assert!(wire.starts_with("--> {") && wire.lines().last().is_some_and(|line| line.starts_with(last)), "{wire}");
    assert!(file.ends_with("tests/testing.rs"), "{file}");
}

#[tokio::test]
#[should_panic(expected = "the state `opened` of `client!`: no disk")]
async fn a_state_that_cannot_be_opened_fails_the_test() {
    let opened: Result<u8, std::io::Error> = Err(std::io::Error::other("no disk"));
    let _client = lmcp::testing::client!(state = opened).await;
}

#[tokio::test]
async fn results_of_another_kind() {
    let client = client().await;
    let answer = "<-- {\"jsonrpc\":\"2.0\",\"id\":";
    let add = async |arguments| client.call("add", arguments).await;
    let fine = json!({ "a": 1, "b": 2 });
    fails(
        async { add(fine.clone()).await.error() },
        "the call was expected to fail, and succeeded with a text \"3\"",
        answer,
    )
    .await;
    let none = "the tool gave no structured content, but a text \"3\"; a tool gives it whose result's type is \
                `Serialize` and `JsonSchema`";
    fails(async { add(fine.clone()).await.structured() }, none, answer).await;
    let wrong =
        "the tool failed: add: 1 problem with the arguments\n- b: required, missing\nexample: {\"a\": 1, \"b\": 1}";
    fails(async { add(json!({ "a": 1 })).await.text() }, wrong, answer).await;
    let unknown = "the call failed: unknown tool \"ad\"; did you mean \"add\"? (-32602)";
    fails(async { client.call("ad", json!({})).await.text() }, unknown, answer).await;
    let image = "the tool gave no text, but an image; `content()` has it";
    fails(async { client.call("draw", json!({})).await.text() }, image, answer).await;
}

#[tokio::test]
async fn questions_that_the_test_does_not_answer() {
    let server = server().build().expect("it starts");
    for version in [ProtocolVersion::LATEST, ProtocolVersion::V2025_11_25] {
        let client = Connecting::to(&server).version(version).await;
        let (text, _) = panicked(async { client.call("book", json!({})).await.text() }).await;
        assert!(text.contains("the test does not answer; use client.answer(\"Which seat?\", …)"), "{text}");
        client.answer("Which seat?", json!({ "place": "A", "row": 700 }));
        let (text, _) = panicked(async { client.call("book", json!({})).await.text() }).await;
        assert!(text.contains("does not fit") && text.contains("row: expected an integer from 0 to 255"), "{text}");
        assert!(text.contains("\non the wire:\n") && text.contains("elicitation/create"), "{text}");
    }
}

#[tokio::test]
async fn an_error_shows_the_wire_when_it_is_unwrapped() {
    let client = client().await;
    let error = client.read("notes://2").await.expect_err("there is no such note");
    assert_eq!(error.to_string(), "resource \"notes://2\" not found (-32602)");
    let (text, file) = panicked(async { client.read("notes://2").await.expect("the second note") }).await;
    assert!(
        text.starts_with("the second note: resource \"notes://2\" not found (-32602)\non the wire:\n--> "),
        "{text}"
    );
    assert!(file.ends_with("tests/testing.rs"), "{file}");
    // What every line repeats is shown once.
    assert_eq!(text.matches("clientCapabilities").count(), 1, "{text}");
    let last = r#"--> {"id":3,"jsonrpc":"2.0","method":"resources/read","params":{"_meta":{…},"uri":"notes://2"}}"#;
    assert_eq!(text.lines().nth_back(1), Some(last));
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_hangs_fails_with_words() {
    let client = client().await.time_limit(Duration::from_millis(50));
    let (text, _) = panicked(client.call("hang", json!({}))).await;
    let began = "no answer to tools/call \"hang\" within 50ms, the client's time limit, as asked for at ";
    assert!(text.starts_with(began) && text.contains("tests/testing.rs:"), "{text}");
    assert!(text.lines().last().is_some_and(|line| line.contains("notifications/cancelled")), "{text}");
    let asked = text.lines().nth_back(1).is_some_and(|line| line.starts_with("--> ") && line.contains("\"hang\""));
    assert!(asked, "{text}");
    let (text, _) = panicked(client.notification("notifications/message")).await;
    assert!(text.starts_with("no notifications/message came within 50ms, the client's time limit, as asked"), "{text}");
    let (text, _) = panicked(client.notification("notifications/resources/updated")).await;
    let why = "came, and this client has subscribed to nothing: `client.subscribe(uri).await` comes first, within 50ms";
    assert!(text.contains(why), "{text}");
    assert_eq!(client.call("add", json!({ "a": 1, "b": 2 })).await.text(), "3", "the client goes on");
}

#[tokio::test]
async fn what_is_huge_is_shown_in_part() {
    let client = client().await;
    for _ in 0..30 {
        let _result = client.call("long", json!({ "bytes": 5000 })).await;
    }
    let (text, _) = panicked(async { client.call("long", json!({ "bytes": 1_000_000 })).await.error() }).await;
    assert!(text.starts_with("the call was expected to fail, and succeeded with a text of 1000000 bytes\non the wire:\n… 24 lines before these\n--> "), "{text}");
    assert!(text.ends_with("\n(`client.transcript()` has all of it)") && text.len() < 40_000, "{}", text.len());
    assert!(client.transcript().len() > 1_000_000);
}

#[tokio::test]
async fn a_server_that_does_not_start_names_the_test() {
    fn no_tool() {}
    let (text, _) = panicked(async { Connecting::new(Server::empty().tool(no_tool)).await }).await;
    assert!(text.starts_with("the server cannot start") && text.contains("\nthe client of "), "{text}");
    assert!(text.contains("tests/testing.rs:"), "{text}");
}

/// Writes a note.
#[tool]
fn write(ctx: &Context, id: u8) {
    ctx.server().resource_updated(format!("notes://{id}"));
}

/// Takes itself away, or comes back.
#[tool]
fn once(ctx: &Context, on: bool) {
    if on {
        ctx.server().enable("add");
    } else {
        ctx.server().disable("add");
    }
}

#[tokio::test]
async fn changes_are_told_in_every_revision() {
    let server = server().tool(write).tool(once).build().expect("it starts");
    for version in ProtocolVersion::ALL {
        let client = Connecting::to(&server).version(version).await;
        client.subscribe("notes://1").await.expect("there is such a resource");
        client.subscribe("notes://1").await.expect("twice is once");
        let streams = client.transcript().matches("\"method\":\"subscriptions/listen\"").count();
        assert_eq!(streams, usize::from(version.is_modern()), "{version}");
        assert!(client.subscribe("letters://1").await.is_err(), "{version}: there is none");
        let _written = client.call("write", json!({ "id": 1 })).await;
        assert_eq!(client.notification("notifications/resources/updated").await["uri"], "notes://1");
        client.unsubscribe("notes://1").await.expect("it was subscribed to");

        client.listen().await.expect("there are lists");
        let _written = client.call("write", json!({ "id": 1 })).await;
        for on in [false, true] {
            let _switched = client.call("once", json!({ "on": on })).await;
            client.notification("notifications/tools/list_changed").await;
        }
        let rest = client.notifications();
        assert!(
            rest.iter().all(|message| message["method"] != "notifications/resources/updated"),
            "{version}: {rest:?}"
        );
    }
}

struct Working(std::sync::Arc<tokio::sync::Notify>);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// Says when it begins and when it is dropped.
#[tool]
async fn work(lmcp::State(told): lmcp::State<std::sync::Arc<tokio::sync::Notify>>) {
    let _working = Working(told.clone());
    told.notify_one();
    std::future::pending().await
}

#[tokio::test]
async fn a_call_that_is_dropped_is_cancelled() {
    let told = std::sync::Arc::new(tokio::sync::Notify::new());
    let server = server().tool(work).state(told.clone()).build().expect("it starts");
    for version in ProtocolVersion::ALL {
        let client = Connecting::to(&server).version(version).await;
        tokio::select! {
            _never = client.call("work", json!({})) => panic!("it never ends"),
            () = within(told.notified()) => {}
        }
        within(told.notified()).await;
        assert_eq!(client.call("add", json!({ "a": 1, "b": 2 })).await.text(), "3", "{version}: the client goes on");
        assert_eq!(
            client.transcript().matches("notifications/cancelled").count(),
            1,
            "answered ones are not cancelled"
        );
    }
}

/// Counts, and says that the tools changed.
#[tool]
async fn count(ctx: &Context, to: u8) -> u8 {
    for n in 1..=to {
        ctx.progress(n).of(to).await;
        tokio::task::yield_now().await;
    }
    ctx.server().tools_changed();
    to
}

#[tokio::test]
async fn each_call_gets_its_own_reports_and_nothing_else() {
    let server = server().tool(count).build().expect("it starts");
    for version in ProtocolVersion::ALL {
        let client = Connecting::to(&server).version(version).await;
        client.listen().await.expect("there are lists");
        let count = |to| client.call_with_progress("count", json!({ "to": to }));
        let (two, three) = tokio::join!(count(2), count(3));
        for ((called, reports), to) in [(two, 2), (three, 3)] {
            assert_eq!(called.text(), to.to_string(), "{version}");
            let steps: Vec<_> = reports.iter().map(|report| (&report["progress"], &report["total"])).collect();
            assert_eq!(json!(steps), json!((1..=to).map(|n| (n, to)).collect::<Vec<_>>()), "{version}");
        }
        client.notification("notifications/tools/list_changed").await;
        let rest = client.notifications();
        assert!(rest.iter().all(|message| message["method"] != "notifications/progress"), "{version}: {rest:?}");
    }
}

/// Plan a trip.
#[prompt]
fn trip(country: String, #[arg(complete = cities)] city: String) -> String {
    format!("Plan a trip to {city}, {country}.")
}

fn cities(typed: &str, others: CompletionArguments) -> Vec<String> {
    vec![format!("{typed}, {}", others.get("country").unwrap_or("somewhere"))]
}

#[tokio::test]
async fn what_is_filled_in_already_is_told_to_completers() {
    let server = server().prompt(trip).build().expect("it starts");
    for version in [ProtocolVersion::LATEST, ProtocolVersion::V2025_11_25] {
        let client = Connecting::to(&server).version(version).await;
        assert_eq!(client.complete("trip", "city", "Rome").await.expect("completed"), ["Rome, somewhere"]);
        let completed = client.complete_with("trip", "city", "Rome", json!({ "country": "Italy" })).await;
        assert_eq!(completed.expect("completed"), ["Rome, Italy"], "{version}");
    }
}

#[tokio::test]
async fn one_round_alone_is_answered_by_the_test() {
    let client = client().await;
    client.answer("Which seat?", json!({ "place": "A", "row": 7 }));
    let mut call = json!({ "name": "book", "arguments": {} });
    let asks = client.request_once("tools/call", call.clone()).await.expect("a result");
    assert_eq!(asks["resultType"], "input_required", "the answer that was said before is not sent: {asks}");
    let key = asks["inputRequests"].as_object().and_then(|asks| asks.keys().next()).expect("a question");
    call["inputResponses"] = json!({ key: { "action": "accept", "content": { "place": "B", "row": 8 } } });
    call["requestState"] = asks["requestState"].clone();
    let booked = client.request_once("tools/call", call).await.expect("a result");
    assert_eq!(booked["content"][0]["text"], "8B");
    assert_eq!(client.call("book", json!({})).await.text(), "7A");
}

#[tokio::test]
async fn a_client_connects_with_its_time_limit() {
    let client = Connecting::new(server()).time_limit(Duration::from_millis(50)).await;
    let (text, _) = panicked(client.call("hang", json!({}))).await;
    assert!(text.starts_with("no answer to tools/call \"hang\" within 50ms, the client's time limit, as"), "{text}");
}
