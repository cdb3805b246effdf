//! How serving ends: a client that does not read, streams that break, a future that is dropped.

use lmcp::{Server, tool};
#[cfg(unix)]
use lmcp_tests::process::full;
use lmcp_tests::{Counters, server, server_with};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

const LIST: &[u8] = b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}\n";

#[tokio::test]
async fn a_client_that_closes_and_does_not_read_does_not_hold_the_server() {
    let server = server().build().expect("the fixture starts");
    let (mut to, from) = tokio::io::duplex(1 << 16);
    let (out, unread) = tokio::io::duplex(1 << 10);
    let serving = tokio::spawn(async move { server.serve_io(from, out).await });
    to.write_all(LIST).await.expect("written");
    drop(to);
    let ended = tokio::time::timeout(Duration::from_secs(120), serving).await;
    drop(unread);
    ended.expect("it ends").expect("no panic").expect("it ends well");
}

#[derive(Clone, Default)]
struct Effects(Arc<AtomicUsize>);

#[tool]
fn effect(lmcp::State(effects): lmcp::State<Effects>) {
    effects.0.fetch_add(1, Ordering::SeqCst);
}

/// Time passes here only when nothing goes on any more.
#[tokio::test(start_paused = true)]
async fn nothing_runs_for_a_client_that_cannot_be_answered() {
    let effects = Effects::default();
    let server = Server::empty().state(effects.clone()).tool(effect).build().expect("it starts");
    let (mut to, from) = tokio::io::duplex(1 << 16);
    let (out, back) = tokio::io::duplex(1 << 16);
    drop(back);
    let serving = tokio::spawn(async move { server.serve_io(from, out).await });
    for id in 0..100 {
        let call = format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/call\",\"params\":{{\"name\":\"effect\"}}}}\n"
        );
        if to.write_all(call.as_bytes()).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::timeout(Duration::from_secs(120), serving).await.expect("it ends").expect("no panic").expect("well");
    assert!(effects.0.load(Ordering::SeqCst) < 100);
}

#[tokio::test]
async fn a_dropped_server_leaves_nothing_behind() {
    let counters = Counters::default();
    let server = server_with(counters.clone()).build().expect("the fixture starts");
    let (mut to, from) = tokio::io::duplex(1 << 16);
    let (out, back) = tokio::io::duplex(1 << 16);
    let serving = tokio::spawn(async move { server.serve_io(from, out).await });
    let call = b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"forever\",\"_meta\":{\"progressToken\":1}}}\n";
    to.write_all(call).await.expect("written");
    let mut lines = BufReader::new(back).lines();
    lines.next_line().await.expect("readable").expect("its progress shows that it runs");
    serving.abort();
    let _aborted = serving.await;
    let closed = tokio::time::timeout(Duration::from_secs(120), lines.next_line()).await;
    assert_eq!(closed.expect("the stream is closed").expect("readable"), None);
    while counters.dropped.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
}

/// Time passes here only when nothing goes on any more.
#[tokio::test(start_paused = true)]
async fn no_call_outlives_its_time_because_nobody_reads() {
    let counters = Counters::default();
    let second = Duration::from_secs(1);
    let limits = lmcp::Limits::default().drain(second).queued_bytes(4096);
    let server = server_with(counters.clone()).limits(limits).build().expect("the fixture starts");
    let (mut to, from) = tokio::io::duplex(1 << 16);
    let (out, unread) = tokio::io::duplex(1 << 6);
    let serving = tokio::spawn(async move { server.serve_io(from, out).await });
    let meta = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;
    for id in 10..18 {
        let listen = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"subscriptions/listen","params":{{"notifications":{{}},{meta}}}}}"#
        );
        let call = format!(r#"{{"jsonrpc":"2.0","id":"{id}","method":"tools/call","params":{{"name":"forever"}}}}"#);
        to.write_all(format!("{listen}\n{call}\n").as_bytes()).await.expect("written");
    }
    // Their answers come behind the end of the input, and are more than may wait.
    for id in 20..120 {
        let call = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"waits","arguments":{{"ms":500}}}}}}"#
        );
        to.write_all(format!("{call}\n").as_bytes()).await.expect("written");
    }
    drop(to);
    // The streams' ends wait for room meanwhile.
    tokio::time::sleep(second * 3 / 2).await;
    assert_eq!([&counters.running, &counters.dropped].map(|counter| counter.load(Ordering::SeqCst)), [8, 8]);
    assert!(!serving.is_finished());
    drop(unread);
    serving.await.expect("no panic").expect("it ends well");
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_ends_a_server_whose_client_does_not_read() {
    for closes in [true, false] {
        let (unread, stdout) = std::io::pipe().expect("a pipe");
        let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"))
            .stdin(Stdio::piped())
            .stdout(stdout.try_clone().expect("a copy"))
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the fixture starts");
        let mut stdin = child.stdin.take().expect("piped");
        // More than a pipe holds.
        for _ in 0..30 {
            stdin.write_all(LIST).await.expect("written");
        }
        stdin.flush().await.expect("written");
        let stdin = if closes { None } else { Some(stdin) };
        full(&stdout).await;
        let pid = child.id().expect("it runs").to_string();
        let sent = std::process::Command::new("kill").args(["-TERM", &pid]).status().expect("there is `kill`");
        assert!(sent.success());
        let ended = tokio::time::timeout(Duration::from_secs(120), child.wait()).await;
        assert!(ended.is_ok(), "SIGTERM was ignored (input closed before: {closes})");
        drop((stdin, unread));
    }
}

/// A slow reader gets everything: only one that reads nothing is given up.
#[tokio::test(start_paused = true)]
async fn a_slow_reader_gets_the_whole_answer() {
    let server = server().build().expect("the fixture starts");
    let (mut to, from) = tokio::io::duplex(1 << 16);
    let (out, mut back) = tokio::io::duplex(1 << 10);
    let serving = tokio::spawn(async move { server.serve_io(from, out).await });
    to.write_all(LIST).await.expect("written");
    drop(to);
    let mut all = Vec::new();
    let mut piece = [0; 1024];
    loop {
        // Less than a reader who reads nothing is given, and all together more.
        tokio::time::sleep(Duration::from_secs(1)).await;
        match back.read(&mut piece).await.expect("readable") {
            0 => break,
            n => all.extend_from_slice(&piece[..n]),
        }
    }
    assert!(all.ends_with(b"\n") && serde_json::from_slice::<serde_json::Value>(&all).is_ok());
    serving.await.expect("no panic").expect("it ends well");
}
