//! Plain functions take turns on a few workers: one that blocks must not keep those behind it from running.

use lmcp::{Server, tool};
use lmcp_tests::http::{PATIENCE, within};
use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf};

static OPEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
static OPENED: Condvar = Condvar::new();

/// Blocks until the gates are as they should be. Whoever waits in vain has been given up by the test long since, and lets its
/// runtime end.
fn wait_until(enough: impl Fn(&BTreeSet<String>) -> bool) {
    let open = OPEN.lock().expect("nobody panics");
    let _gates = OPENED.wait_timeout_while(open, 2 * PATIENCE, |open| !enough(open)).expect("nobody panics");
}

fn wait_for(gate: &str) {
    wait_until(|open| open.contains(gate));
}

fn open(gate: String) {
    OPEN.lock().expect("nobody panics").insert(gate);
    OPENED.notify_all();
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

/// Blocks until two of them run.
#[tool]
fn meets(gate: String) {
    open(format!("{gate} is met"));
    wait_until(|open| open.iter().filter(|gate| gate.ends_with(" is met")).count() == 2);
    if !gate.is_empty() {
        wait_for(&gate);
    }
}

#[tool]
fn opens(gate: String) {
    open(gate);
}

fn call(id: usize, tool: &str, gate: &str) -> String {
    format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/call\",\"params\":{{\"name\":\"{tool}\",\"arguments\":{{\"gate\":\"{gate}\"}}}}}}\n"
    )
}

struct Client {
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    write: WriteHalf<DuplexStream>,
}

impl Client {
    fn connect() -> Self {
        let server = Server::empty().tool(waits).tool(waits_in_place).tool(meets).tool(opens);
        let server = server.build().expect("it starts");
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        tokio::spawn(async move {
            let (read, write) = tokio::io::split(theirs);
            server.serve_io(read, write).await
        });
        let (read, write) = tokio::io::split(ours);
        Client { lines: BufReader::new(read).lines(), write }
    }

    /// Sends calls of these tools at once; their ids count from here.
    async fn send(&mut self, from: usize, calls: &[(&str, &str)]) {
        let calls: String = calls.iter().enumerate().map(|(at, (tool, gate))| call(from + at, tool, gate)).collect();
        self.write.write_all(calls.as_bytes()).await.expect("written");
    }

    async fn answers(&mut self, most: usize) {
        for _ in 0..most {
            let line = within(self.lines.next_line()).await.expect("readable").expect("answered");
            assert!(line.contains("\"result\""), "{line}");
        }
    }
}

/// Sends calls of these tools at once, and waits until each is answered.
async fn all_are_answered(tools: &[&str], gate: &str) {
    let mut client = Client::connect();
    let calls: Vec<_> = tools.iter().map(|tool| (*tool, gate)).collect();
    client.send(0, &calls).await;
    client.answers(tools.len()).await;
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

/// Whoever begins last sees to another worker, who must not wait for his thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_later_runs_although_the_last_to_begin_blocks() {
    let mut client = Client::connect();
    client.send(0, &[("meets", ""), ("meets", "later"), ("opens", "nobody's"), ("opens", "nobody's")]).await;
    client.answers(3).await;
    client.send(4, &[("opens", "later")]).await;
    client.answers(2).await;
}

/// Whoever writes must not wait for the thread of a worker that had something for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_leaves_although_the_next_function_blocks() {
    let mut client = Client::connect();
    for round in 0..50 {
        let gate = format!("round {round}");
        client.send(0, &[("opens", "nobody's"), ("waits", &gate)]).await;
        client.answers(1).await;
        client.send(2, &[("opens", &gate)]).await;
        client.answers(2).await;
    }
}
