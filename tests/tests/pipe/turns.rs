//! Plain functions take turns on a few workers: one that blocks must not keep those behind it from running.

use lmcp::{Server, tool};
use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

static OPEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
static OPENED: Condvar = Condvar::new();

fn wait_for(gate: &str) {
    let open = OPEN.lock().expect("nobody panics");
    let _open = OPENED.wait_while(open, |open| !open.contains(gate)).expect("nobody panics");
}

/// Blocks its thread.
#[tool]
fn waits(gate: String) {
    wait_for(&gate);
}

/// Blocks, and tells the runtime.
#[tool]
fn waits_in_place(gate: String) {
    tokio::task::block_in_place(|| wait_for(&gate));
}

#[tool]
fn opens(gate: String) {
    OPEN.lock().expect("nobody panics").insert(gate);
    OPENED.notify_all();
}

fn call(id: usize, tool: &str, gate: &str) -> String {
    format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/call\",\"params\":{{\"name\":\"{tool}\",\"arguments\":{{\"gate\":\"{gate}\"}}}}}}\n"
    )
}

/// Sends calls of these tools at once, and waits until each is answered.
async fn all_are_answered(tools: &[&str], gate: &str) {
    let server = Server::empty().tool(waits).tool(waits_in_place).tool(opens).build().expect("it starts");
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    tokio::spawn(async move {
        let (read, write) = tokio::io::split(theirs);
        server.serve_io(read, write).await
    });
    let (read, mut write) = tokio::io::split(ours);
    let calls: String = tools.iter().enumerate().map(|(id, tool)| call(id, tool, gate)).collect();
    write.write_all(calls.as_bytes()).await.expect("written");
    let mut lines = BufReader::new(read).lines();
    for _ in tools {
        let line = lines.next_line().await.expect("readable").expect("answered");
        assert!(line.contains("\"result\""), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_blocks_in_place_lets_any_number_run() {
    let mut tools = vec!["waits_in_place"; 40];
    tools.push("opens");
    all_are_answered(&tools, "in place").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn what_blocks_leaves_the_other_threads_free() {
    all_are_answered(&["waits", "waits", "opens"], "blocked").await;
}
