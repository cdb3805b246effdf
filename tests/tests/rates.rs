//! How often a caller may call, in memory, where time stands still unless everybody waits.

use lmcp::testing::{Client, Connecting};
use lmcp::{Context, Limits, Principal, Rate, Server, Unanswered, tool};
use lmcp_tests::guarded::{guarded, limited, open};
use serde_json::json;
use std::sync::{Mutex, mpsc};
use std::time::Duration;

/// Calls as often as is let through, and gives how often that was and what was said then.
async fn exhaust(client: &Client, tool: &str) -> (u32, String) {
    let mut let_through = 0;
    loop {
        let result = client.request("tools/call", json!({ "name": tool })).await.expect("a result, no error");
        let text = result["content"][0]["text"].as_str().expect("a text").to_owned();
        if result["isError"] == true {
            return (let_through, text);
        }
        let_through += 1;
        assert!(let_through < 1000, "there is no end to it");
    }
}

const TOO_MANY: &str = "too many calls of `limited`: at most 2 a minute; try again in 30 s";

#[tokio::test(start_paused = true)]
async fn tokens_come_back_evenly_and_no_more_than_fit() {
    let client = Connecting::new(guarded()).await;
    assert_eq!(exhaust(&client, "limited").await, (2, TOO_MANY.into()));
    tokio::time::advance(Duration::from_millis(29_500)).await;
    let soon = TOO_MANY.replace("30 s", "1 s");
    assert_eq!(exhaust(&client, "limited").await, (0, soon), "what is refused costs nothing, and half a second is one");
    tokio::time::advance(Duration::from_millis(500)).await;
    assert_eq!(exhaust(&client, "limited").await, (1, TOO_MANY.into()));
    tokio::time::advance(Duration::from_secs(24 * 3600)).await;
    assert_eq!(exhaust(&client, "limited").await, (2, TOO_MANY.into()));
}

/// A pipe is a caller; somebody is one over all his pipes.
#[tokio::test(start_paused = true)]
async fn callers_have_buckets_of_their_own() {
    let server = guarded().build().expect("it starts");
    for _ in 0..3 {
        let client = Connecting::to(&server).await;
        assert_eq!(exhaust(&client, "limited").await.0, 2);
    }
    let ana = || Connecting::to(&server).principal(Principal::new("ana"));
    assert_eq!(exhaust(&ana().await, "limited").await.0, 2);
    assert_eq!(exhaust(&ana().await, "limited").await.0, 0, "another connection");
    assert_eq!(exhaust(&Connecting::to(&server).principal(Principal::new("bo")).await, "limited").await.0, 2);
    // A server has buckets of its own, too.
    let other = guarded().build().expect("it starts");
    assert_eq!(exhaust(&Connecting::to(&other).principal(Principal::new("ana")).await, "limited").await.0, 2);
}

/// Of two functions with one rate, each has its own for each caller; and so has each caller his of the server's.
#[tokio::test(start_paused = true)]
async fn buckets_are_for_one_function_and_one_caller() {
    let server = guarded().build().expect("it starts");
    let client = Connecting::to(&server).principal(Principal::new("ana").scope("files:write")).await;
    assert_eq!(exhaust(&client, "limited").await.0, 2);
    assert_eq!(exhaust(&client, "limited_and_scoped").await.0, 1);
    let server = Server::empty().tool(open).rate(Rate::per_hour(3)).build().expect("it starts");
    for name in ["ana", "bo"] {
        let client = Connecting::to(&server).principal(Principal::new(name)).await;
        for _ in 0..2 {
            client.request("tools/list", json!({})).await.expect("the introduction was the first of three");
        }
        client.request("tools/list", json!({})).await.expect_err("one too many");
    }
    for _ in 0..2 {
        let client = Connecting::to(&server).await;
        client.request("tools/list", json!({})).await.expect("a pipe is a caller");
    }
}

#[tokio::test(start_paused = true)]
async fn the_server_s_rate_is_for_all_requests_together() {
    let server = Server::empty().tool(open).tool(limited).rate(Rate::per_second(10).burst(4));
    let client = Connecting::new(server).await;
    // The introduction was the first.
    for method in ["tools/list", "tools/list"] {
        client.request(method, json!({})).await.expect("let through");
    }
    assert_eq!(client.call("open", json!({})).await.text(), "open");
    for (method, params) in [("tools/list", json!({})), ("tools/call", json!({ "name": "open" }))] {
        let error = client.request(method, params).await.expect_err("one too many");
        assert_eq!(error.code(), -32603);
        assert_eq!(error.message(), "too many requests: at most 10 a second; try again in 1 s");
        assert_eq!(error.data().map(|data| &data["retryAfter"]), Some(&json!(1)));
    }
    tokio::time::advance(Duration::from_millis(100)).await;
    client.request("tools/list", json!({})).await.expect("let through");
}

/// Asks, and then does it.
#[tool(rate = "3/h")]
async fn careful(ctx: &Context) -> Result<String, Unanswered> {
    ctx.elicit::<String>("Sure?").await
}

/// Each round of a call of 2026-07-28 runs the function, and the same answers could be sent for ever: so each counts.
/// Before, a call is one, however much it asks.
#[tokio::test(start_paused = true)]
async fn going_on_with_answers_is_a_call() {
    for (version, expected) in [(lmcp::ProtocolVersion::LATEST, 1), (lmcp::ProtocolVersion::LATEST_LEGACY, 3)] {
        let client = Connecting::new(Server::empty().tool(careful)).version(version).await;
        client.answer("Sure?", "yes");
        let (let_through, said) = exhaust(&client, "careful").await;
        assert_eq!(let_through, expected, "{version:?}");
        assert!(said.starts_with("too many calls of `careful`: at most 3 an hour; try again in "), "{said}");
    }
}

/// However many callers there are: those who have most left are forgotten, and begin anew.
#[tokio::test(start_paused = true)]
async fn what_is_known_of_callers_is_bounded() {
    let server = guarded().limits(Limits::default().rate_buckets(8)).build().expect("it starts");
    let waiting = Connecting::to(&server).principal(Principal::new("waiting")).await;
    assert_eq!(exhaust(&waiting, "limited").await.0, 2);
    for number in 0..30 {
        let once = Connecting::to(&server).principal(Principal::new(format!("passer-by {number}"))).await;
        assert_eq!(once.call("limited", json!({})).await.text(), "limited");
    }
    assert_eq!(exhaust(&waiting, "limited").await.0, 0, "who has nothing left is remembered");
}

#[test]
fn rates_read_as_they_are_written() {
    let rates = [
        (Rate::per_second(10), "10/s"),
        (Rate::per_minute(100).burst(5), "100/m burst 5"),
        (Rate::per_hour(0), "1/h"),
        (Rate::per_hour(7).burst(0), "7/h burst 1"),
        (Rate::per_hour(7).burst(7), "7/h"),
    ];
    for (rate, text) in rates {
        assert_eq!(rate.to_string(), text);
    }
}

/// What `stuck` waits for: that the other end is gone.
static GATE: Mutex<Option<mpsc::Receiver<()>>> = Mutex::new(None);

/// Waits for the gate, one call at a time.
#[tool(blocking, timeout = "20ms", concurrency = 1)]
fn stuck() {
    let gate = GATE.lock().expect("nobody panicked").take().expect("one call runs");
    assert!(gate.recv().is_err());
}

/// A thread goes on when its call is out of time, and others wait for it: those are told that it was not they who were slow.
#[tokio::test]
async fn who_never_had_a_turn_is_told_so() {
    let (closed, gate) = mpsc::channel();
    GATE.lock().expect("nobody panicked").replace(gate);
    let client = Connecting::new(Server::empty().tool(stuck)).await;
    let first = client.request("tools/call", json!({ "name": "stuck" })).await.expect("a result");
    assert_eq!(first["content"][0]["text"], "stuck did not finish within its time limit of 20 ms");
    let second = client.request("tools/call", json!({ "name": "stuck" })).await.expect("a result");
    assert_eq!(second["content"][0]["text"], "stuck did not get its turn within 20 ms: it runs 1 call at a time");
    drop(closed);
}
