//! What a time limit and a limit of concurrency mean to a function on a thread, and to one whose `Drop` panics.

use lmcp::testing::Client;
use lmcp::{Context, Server, State, tool};
use lmcp_tests::http::{PATIENCE, until};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

#[derive(Clone, Default)]
struct Seen {
    cancelled: Arc<AtomicUsize>,
    running: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    may_end: Arc<(Mutex<bool>, Condvar)>,
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
    let (may_end, changed) = &*seen.may_end;
    let may_end = may_end.lock().expect("nobody panics");
    drop(changed.wait_timeout_while(may_end, PATIENCE, |may_end| !*may_end));
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
    until(|| seen.cancelled.load(SeqCst) == 1).await;
}

#[tokio::test]
async fn a_thread_that_goes_on_counts_among_those_that_run() {
    let seen = Seen::default();
    let client = Client::connect(Server::empty().state(seen.clone()).tool(alone)).await.expect("connected");
    for _ in 0..4 {
        assert!(client.call("alone", json!({})).await.is_error());
    }
    assert_eq!(seen.most.load(SeqCst), 1);
    let (may_end, changed) = &*seen.may_end;
    *may_end.lock().expect("nobody panics") = true;
    changed.notify_all();
}

#[tokio::test]
async fn a_panic_while_dropping_is_answered() {
    let client = Client::connect(Server::empty().tool(bomb)).await.expect("connected");
    let called = tokio::time::timeout(Duration::from_secs(120), client.call("bomb", json!({}))).await;
    assert!(called.expect("an answer").is_error());
}
