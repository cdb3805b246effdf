//! Which answer belongs to which request, when the handler cannot be interrupted.

use lmcp::{Limits, Server, State, tool};
use lmcp_tests::http::{PATIENCE, until, within};
use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf};

/// What was said: by the test, to let a call go on, and by calls, when they begin and end.
#[derive(Clone, Default)]
struct Said(Arc<(Mutex<BTreeSet<String>>, Condvar)>);

impl Said {
    fn say(&self, word: String) {
        self.0.0.lock().expect("nobody panics").insert(word);
        self.0.1.notify_all();
    }
    /// Blocks. Whoever waits in vain has been given up by the test long since, and lets its runtime end.
    fn wait_for(&self, word: &str) {
        let said = self.0.0.lock().expect("nobody panics");
        drop(self.0.1.wait_timeout_while(said, 2 * PATIENCE, |said| !said.contains(word)));
    }
    async fn comes(&self, word: &str) {
        until(|| self.0.0.lock().expect("nobody panics").contains(word)).await;
    }
}

/// Goes on when it is told to; nothing else interrupts it.
#[tool]
fn waits(say: String, State(said): State<Said>) -> String {
    said.say(format!("{say} begins"));
    said.wait_for(&say);
    said.say(format!("{say} ends"));
    say
}

type Ends = (Lines<BufReader<ReadHalf<DuplexStream>>>, WriteHalf<DuplexStream>);

fn connect(limits: Limits) -> (Said, Ends) {
    let said = Said::default();
    let server = Server::empty().limits(limits).state(said.clone()).tool(waits).build().expect("it starts");
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    tokio::spawn(async move {
        let (read, write) = tokio::io::split(theirs);
        server.serve_io(read, write).await
    });
    let (read, write) = tokio::io::split(ours);
    (said, (BufReader::new(read).lines(), write))
}

fn call(id: u32, say: &str) -> String {
    format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/call\",\"params\":{{\"name\":\"waits\",\"arguments\":{{\"say\":\"{say}\"}}}}}}"
    )
}

const CANCEL: &str = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}\n";
const PING: &str = "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"ping\"}\n";
const INITIALIZE: &str = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-03-26\",\"capabilities\":{},\"clientInfo\":{\"name\":\"a\",\"version\":\"1\"}}}\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_cancelled_answer_is_not_taken_for_another() {
    let (said, (mut lines, mut write)) = connect(Limits::default());
    write.write_all(format!("{}\n", call(1, "cancelled")).as_bytes()).await.expect("written");
    said.comes("cancelled begins").await;
    write.write_all(CANCEL.as_bytes()).await.expect("written");
    write.write_all(format!("{}\n", call(1, "asked again")).as_bytes()).await.expect("written");
    said.comes("asked again begins").await;
    said.say("cancelled".into());
    said.comes("cancelled ends").await;
    write.write_all(PING.as_bytes()).await.expect("written");
    let line = within(lines.next_line()).await.expect("readable").expect("answered");
    assert!(line.contains("\"id\":9"), "{line}");
    said.say("asked again".into());
    let line = within(lines.next_line()).await.expect("readable").expect("answered");
    assert!(line.contains("asked again"), "{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_batch_leaves_when_its_last_call_is_cancelled() {
    let (said, (mut lines, mut write)) = connect(Limits::default());
    write.write_all(INITIALIZE.as_bytes()).await.expect("written");
    lines.next_line().await.expect("readable").expect("answered");
    let batch = format!("[{{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}},{}]\n", call(1, "late"));
    write.write_all(batch.as_bytes()).await.expect("written");
    said.comes("late begins").await;
    write.write_all(CANCEL.as_bytes()).await.expect("written");
    // While the call still runs.
    let line = within(lines.next_line()).await.expect("readable");
    assert_eq!(line.as_deref(), Some("[{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}]"));
    said.say("late".into());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_batch_is_not_lost_at_the_end() {
    let (said, (mut lines, mut write)) = connect(Limits::default().drain(Duration::from_millis(100)));
    write.write_all(INITIALIZE.as_bytes()).await.expect("written");
    lines.next_line().await.expect("readable").expect("answered");
    let batch = format!("[{{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}},{}]\n", call(1, "late"));
    write.write_all(batch.as_bytes()).await.expect("written");
    write.shutdown().await.expect("closed");
    let line = within(lines.next_line()).await.expect("readable");
    assert_eq!(line.as_deref(), Some("[{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}]"));
    said.say("late".into());
}
