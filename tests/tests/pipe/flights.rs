//! Which answer belongs to which request, when the handler cannot be interrupted.

use lmcp::{Limits, ReadyServer, Server, tool};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf};

/// Nothing interrupts it.
#[tool]
fn sleeps(ms: u64, say: String) -> String {
    std::thread::sleep(Duration::from_millis(ms));
    say
}

type Ends = (Lines<BufReader<ReadHalf<DuplexStream>>>, WriteHalf<DuplexStream>);

fn connect(server: ReadyServer) -> Ends {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    tokio::spawn(async move {
        let (read, write) = tokio::io::split(theirs);
        server.serve_io(read, write).await
    });
    let (read, write) = tokio::io::split(ours);
    (BufReader::new(read).lines(), write)
}

fn call(id: u32, ms: u32, say: &str) -> String {
    format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/call\",\"params\":{{\"name\":\"sleeps\",\"arguments\":{{\"ms\":{ms},\"say\":\"{say}\"}}}}}}"
    )
}

const CANCEL: &str = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}\n";
const INITIALIZE: &str = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-03-26\",\"capabilities\":{},\"clientInfo\":{\"name\":\"a\",\"version\":\"1\"}}}\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_cancelled_answer_is_not_taken_for_another() {
    let (mut lines, mut write) = connect(Server::empty().tool(sleeps).build().expect("it starts"));
    write.write_all(format!("{}\n", call(1, 300, "cancelled")).as_bytes()).await.expect("written");
    tokio::time::sleep(Duration::from_millis(100)).await;
    write.write_all(CANCEL.as_bytes()).await.expect("written");
    write.write_all(format!("{}\n", call(1, 600, "asked again")).as_bytes()).await.expect("written");
    let line = lines.next_line().await.expect("readable").expect("answered");
    assert!(line.contains("asked again"), "{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_batch_leaves_when_its_last_call_is_cancelled() {
    let (mut lines, mut write) = connect(Server::empty().tool(sleeps).build().expect("it starts"));
    write.write_all(INITIALIZE.as_bytes()).await.expect("written");
    lines.next_line().await.expect("readable").expect("answered");
    let batch = format!("[{{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}},{}]\n", call(1, 3000, "late"));
    write.write_all(batch.as_bytes()).await.expect("written");
    tokio::time::sleep(Duration::from_millis(100)).await;
    write.write_all(CANCEL.as_bytes()).await.expect("written");
    let line = tokio::time::timeout(Duration::from_millis(1500), lines.next_line()).await.expect("it leaves at once");
    assert_eq!(line.expect("readable").as_deref(), Some("[{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}]"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_batch_is_not_lost_at_the_end() {
    let limits = Limits::default().drain(Duration::from_millis(100));
    let (mut lines, mut write) = connect(Server::empty().limits(limits).tool(sleeps).build().expect("it starts"));
    write.write_all(INITIALIZE.as_bytes()).await.expect("written");
    lines.next_line().await.expect("readable").expect("answered");
    let batch = format!("[{{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}},{}]\n", call(1, 1000, "late"));
    write.write_all(batch.as_bytes()).await.expect("written");
    write.shutdown().await.expect("closed");
    let line = lines.next_line().await.expect("readable");
    assert_eq!(line.as_deref(), Some("[{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}]"));
}
