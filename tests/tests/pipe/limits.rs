//! What a time limit and a limit of concurrency mean to a function on a thread, and to one whose `Drop` panics.

use lmcp::testing::Client;
use lmcp::{Context, Server, State, tool};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

#[derive(Clone, Default)]
struct Seen {
    cancelled: Arc<AtomicUsize>,
    running: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

#[tool(blocking, timeout = "30ms")]
fn asks(ctx: Context, State(seen): State<Seen>) {
    for _ in 0..500 {
        if ctx.is_cancelled() {
            seen.cancelled.fetch_add(1, SeqCst);
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[tool(blocking, timeout = "30ms", concurrency = 1)]
fn alone(State(seen): State<Seen>) {
    seen.most.fetch_max(seen.running.fetch_add(1, SeqCst) + 1, SeqCst);
    std::thread::sleep(Duration::from_millis(200));
    seen.running.fetch_sub(1, SeqCst);
}

struct Bomb;
impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("in `drop`");
    }
}

#[tool(timeout = "30ms")]
async fn bomb() {
    let _bomb = Bomb;
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_thread_is_told_of_its_time_limit() {
    let seen = Seen::default();
    let client = Client::connect(Server::empty().state(seen.clone()).tool(asks)).await.expect("connected");
    let error = client.call("asks", json!({})).await.error();
    assert!(error.contains("time limit"), "{error}");
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(seen.cancelled.load(SeqCst), 1);
}

#[tokio::test]
async fn a_thread_that_goes_on_counts_among_those_that_run() {
    let seen = Seen::default();
    let client = Client::connect(Server::empty().state(seen.clone()).tool(alone)).await.expect("connected");
    for _ in 0..4 {
        assert!(client.call("alone", json!({})).await.is_error());
    }
    assert_eq!(seen.most.load(SeqCst), 1);
}

#[tokio::test]
async fn a_panic_while_dropping_is_answered() {
    let client = Client::connect(Server::empty().tool(bomb)).await.expect("connected");
    let called = tokio::time::timeout(Duration::from_secs(120), client.call("bomb", json!({}))).await;
    assert!(called.expect("an answer").is_error());
}
