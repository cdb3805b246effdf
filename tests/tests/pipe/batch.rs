//! What one line, or one chunk of many lines, can make the server hold.

use lmcp::{Limits, Server, tool};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

const INITIALIZE: &str = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-03-26\",\"capabilities\":{},\"clientInfo\":{\"name\":\"a\",\"version\":\"1\"}}}\n";

#[tokio::test]
async fn a_batch_has_a_limit() {
    let server = lmcp_tests::server().build().expect("the fixture starts");
    let (ours, theirs) = tokio::io::duplex(1 << 20);
    tokio::spawn(async move {
        let (read, write) = tokio::io::split(theirs);
        server.serve_io(read, write).await
    });
    let (read, mut write) = tokio::io::split(ours);
    let mut lines = BufReader::new(read).lines();
    write.write_all(INITIALIZE.as_bytes()).await.expect("written");
    lines.next_line().await.expect("readable").expect("answered");
    let lists: Vec<_> =
        (1..5000).map(|id| format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/list\"}}")).collect();
    write.write_all(format!("[{}]\n", lists.join(",")).as_bytes()).await.expect("written");
    let line = lines.next_line().await.expect("readable").expect("answered");
    assert!(line.len() < 1000 && line.contains("`batch_messages`"), "{} bytes", line.len());
}

static RUN: AtomicUsize = AtomicUsize::new(0);

/// Answers with 64 KiB.
#[tool]
fn big() -> String {
    RUN.fetch_add(1, Ordering::SeqCst);
    "x".repeat(64 << 10)
}

/// Time passes here only when nothing goes on any more.
#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_is_not_served_a_whole_chunk() {
    let limits = Limits::default().queued_bytes(1);
    let server = Server::empty().limits(limits).tool(big).build().expect("it starts");
    // All requests are in one chunk, as after a line of many megabytes.
    let (mut to, from) = tokio::io::duplex(1 << 20);
    let (out, unread) = tokio::io::duplex(1 << 10);
    let lists: String = (0..1000).map(|id| format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/list\"}}\n{{\"jsonrpc\":\"2.0\",\"id\":\"c{id}\",\"method\":\"tools/call\",\"params\":{{\"name\":\"big\"}}}}\n")).collect();
    to.write_all(lists.as_bytes()).await.expect("written");
    let serving = tokio::spawn(async move { server.serve_io(from, out).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    serving.abort();
    drop(unread);
    let run = RUN.load(Ordering::SeqCst);
    assert!(run < 5, "{run} calls ran for a client that reads nothing");
}
