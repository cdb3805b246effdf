//! The fixture as a process on real pipes: what only a process can show.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_secs(120);

struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Lines<BufReader<ChildStdout>>,
    stderr: ChildStderr,
}

impl Process {
    fn start() -> Self {
        Self::run(&mut Command::new(env!("CARGO_BIN_EXE_lmcp-test-server")))
    }

    fn run(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the fixture starts");
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("piped")).lines();
        let stderr = child.stderr.take().expect("piped");
        Process { child, stdin, stdout, stderr }
    }

    async fn send(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("still open");
        stdin.write_all(bytes).await.expect("the server reads");
    }

    async fn request(&mut self, id: u64, method: &str, params: Value) {
        let message = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.send(format!("{message}\n").as_bytes()).await;
    }

    async fn call(&mut self, id: u64, name: &str, arguments: Value) {
        self.request(id, "tools/call", json!({ "name": name, "arguments": arguments })).await;
    }

    /// The next line; `None` at the end of the output.
    async fn line(&mut self) -> Option<Value> {
        let line = tokio::time::timeout(PATIENCE, self.stdout.next_line()).await.expect("a line comes");
        line.expect("the output is text").map(|line| serde_json::from_str(&line).expect("every line is JSON"))
    }

    async fn next(&mut self) -> Value {
        self.line().await.expect("the output goes on")
    }

    fn close(&mut self) {
        self.stdin = None;
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().expect("it runs").to_string();
        let status = std::process::Command::new("kill").args(["-s", name, &pid]).status().expect("kill is there");
        assert!(status.success());
    }

    /// What is left of the output, how it ended, and all of standard error.
    async fn end(mut self) -> (Vec<Value>, ExitStatus, String) {
        let mut rest = Vec::new();
        while let Some(line) = self.line().await {
            rest.push(line);
        }
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends").expect("it was started");
        let mut stderr = String::new();
        self.stderr.read_to_string(&mut stderr).await.expect("standard error is text");
        (rest, status, stderr)
    }
}

fn text(answer: &Value) -> &str {
    answer["result"]["content"][0]["text"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn running_calls_are_answered_after_the_end_of_the_input() {
    // Once they are, nothing is waited for.
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    let mut server = Process::run(command.env("LMCP_TEST_DRAIN", "3600"));
    server.call(1, "waits", json!({ "ms": 300 })).await;
    server.close();
    let (rest, status, _) = server.end().await;
    assert_eq!(rest.iter().map(text).collect::<Vec<_>>(), ["waited"]);
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn a_call_that_never_ends_does_not_keep_the_process() {
    let mut server = Process::start();
    server.call(1, "forever", json!({})).await;
    server.call(2, "blocking_wait", json!({ "ms": 60_000 })).await;
    server.close();
    let (rest, status, _) = server.end().await;
    assert!(rest.is_empty(), "{rest:?}");
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn a_last_line_without_a_newline_counts() {
    let mut server = Process::start();
    server.send(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).await;
    server.close();
    let (rest, status, _) = server.end().await;
    assert_eq!(rest, [json!({ "jsonrpc": "2.0", "id": 1, "result": {} })]);
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn listen_streams_end_with_their_result_and_a_cancelled() {
    let mut server = Process::start();
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    server
        .request(5, "subscriptions/listen", json!({ "notifications": { "toolsListChanged": true }, "_meta": meta }))
        .await;
    assert_eq!(server.next().await["method"], "notifications/subscriptions/acknowledged");
    server.close();
    let (rest, status, _) = server.end().await;
    assert_eq!(rest.len(), 2, "{rest:?}");
    assert_eq!(rest[0]["id"], 5);
    assert_eq!(rest[0]["result"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 5);
    assert_eq!(rest[1]["method"], "notifications/cancelled");
    assert_eq!(rest[1]["params"]["requestId"], 5);
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn what_calls_change_is_told_before_the_end() {
    let (first, second) = ("fixture://about", "fixture://raw");
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    for (is_modern, goes_on) in [(true, true), (true, false), (false, true), (false, false)] {
        let mut server = Process::start();
        if is_modern {
            let wanted = json!({ "resourceSubscriptions": [first, second] });
            server.request(1, "subscriptions/listen", json!({ "notifications": wanted, "_meta": meta })).await;
        } else {
            let client = json!({ "name": "test", "version": "1" });
            let hello = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
            server.request(0, "initialize", hello).await;
            server.send(b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n").await;
            server.request(1, "resources/subscribe", json!({ "uri": first })).await;
            server.request(2, "resources/subscribe", json!({ "uri": second })).await;
        }
        server.call(3, "updates", json!({ "uri": first })).await;
        while server.next().await["method"] != "notifications/resources/updated" {}
        // What changes now is not told at once: it might change again.
        server.call(4, "updates", json!({ "uri": second })).await;
        if goes_on {
            server.call(5, "waits", json!({ "ms": 50 })).await;
        }
        server.call(6, "updates", json!({ "uri": first })).await;
        server.close();
        let (rest, status, _) = server.end().await;
        assert_eq!(status.code(), Some(0));
        let last = |uri: &str| rest.iter().rposition(|message| message["params"]["uri"] == uri);
        let (first, second) = (last(first).expect("it is told"), last(second).expect("it is told"));
        assert!(!is_modern || first.max(second) + 2 < rest.len(), "a stream ends behind all it tells: {rest:?}");
    }
}

#[tokio::test]
async fn a_signal_ends_it_politely() {
    for name in ["TERM", "INT"] {
        let mut server = Process::start();
        server.request(1, "ping", json!({})).await;
        assert_eq!(server.next().await["id"], 1);
        server.call(2, "waits", json!({ "ms": 300 })).await;
        // The answer to what follows shows that the call is running.
        server.request(3, "ping", json!({})).await;
        assert_eq!(server.next().await["id"], 3);
        server.signal(name);
        let (rest, status, stderr) = server.end().await;
        assert_eq!(rest.iter().map(text).collect::<Vec<_>>(), ["waited"], "{name}");
        assert_eq!(status.code(), Some(0), "{name}");
        assert_eq!(stderr, "", "{name}");
    }
}

#[tokio::test]
async fn a_signal_after_the_end_of_the_input_ends_it_at_once() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    let mut server = Process::run(command.env("LMCP_TEST_DRAIN", "3600").env("LMCP_LOG", "lmcp=debug"));
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    server.call(1, "forever", json!({})).await;
    let wanted = json!({ "resourceSubscriptions": ["fixture://about", "fixture://raw"] });
    server.request(2, "subscriptions/listen", json!({ "notifications": wanted, "_meta": meta })).await;
    assert_eq!(server.next().await["method"], "notifications/subscriptions/acknowledged");
    server.close();
    let mut log = BufReader::new(&mut server.stderr).lines();
    while !log.next_line().await.expect("text").expect("the log goes on").contains("the input has ended") {}
    server.signal("TERM");
    let (rest, status, _) = server.end().await;
    assert_eq!(status.code(), Some(0));
    // A stream gets its result all the same.
    let ids = [rest[0]["id"].clone(), rest[1]["params"]["requestId"].clone()];
    assert_eq!((rest.len(), ids), (2, [json!(2), json!(2)]), "{rest:?}");
}

#[tokio::test]
async fn what_is_printed_goes_to_standard_error_with_one_warning() {
    let mut server = Process::start();
    for id in 1..=3 {
        server.call(id, "prints", json!({})).await;
        assert_eq!(text(&server.next().await), "1");
    }
    server.close();
    let (rest, status, stderr) = server.end().await;
    assert!(rest.is_empty(), "{rest:?}");
    assert_eq!(stderr.matches("Hello from a println!\n").count(), 3, "{stderr}");
    assert_eq!(stderr.matches("warning").count(), 1, "{stderr}");
    assert!(stderr.contains(r#"something printed "Hello from a println!" to standard output"#), "{stderr}");
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn a_panic_is_in_the_log_and_not_in_the_answer() {
    let mut server = Process::start();
    server.call(1, "panics", json!({})).await;
    let answer = server.next().await;
    assert_eq!(text(&answer), "panics failed: internal error");
    assert_eq!(answer["result"]["isError"], true);
    server.close();
    let (_, status, stderr) = server.end().await;
    assert!(stderr.contains("a secret"), "{stderr}");
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn an_oversized_line_is_answered_with_its_id_and_skipped() {
    let mut server = Process::start();
    let filler = vec![b'x'; 9 << 20];
    server.send(br#"{"jsonrpc":"2.0","id":"big","method":"tools/call","params":{"name":""#).await;
    server.send(&filler).await;
    server.send(b"\"}}\n").await;
    server.request(2, "ping", json!({})).await;
    let refused = server.next().await;
    assert_eq!(refused["id"], "big");
    assert_eq!(refused["error"]["code"], -32600);
    assert!(refused["error"]["message"].as_str().is_some_and(|m| m.contains("8388608 bytes")), "{refused}");
    assert_eq!(server.next().await["id"], 2);
    server.close();
    assert_eq!(server.end().await.1.code(), Some(0));
}

#[tokio::test]
async fn bytes_that_are_no_text_are_answered() {
    let mut server = Process::start();
    server.send(b"\xff\xfe\x00\n").await;
    assert_eq!(server.next().await["error"]["code"], -32700);
    server.send(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xc3\x28\"}\n").await;
    assert_eq!(server.next().await["error"]["code"], -32700);
    server.send(b"\x00\n").await;
    assert_eq!(server.next().await["error"]["code"], -32700);
    // Deeper than any stack, where it is looked at and where it is not.
    let deep = "[".repeat(200_000) + &"]".repeat(200_000);
    server
        .send(format!("{{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\",\"params\":{{\"x\":{deep}}}}}\n").as_bytes())
        .await;
    let refused = server.next().await;
    assert_eq!((&refused["id"], &refused["error"]["code"]), (&json!(2), &json!(-32600)), "{refused}");
    server.send(format!("{{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{{\"name\":\"add\",\"arguments\":{{\"a\":{deep},\"b\":1}}}}}}\n").as_bytes()).await;
    let refused = server.next().await;
    assert_eq!((&refused["id"], &refused["error"]["code"]), (&json!(3), &json!(-32600)), "{refused}");
    server.close();
    assert_eq!(server.end().await.1.code(), Some(0));
}

#[tokio::test]
async fn a_client_that_does_not_read_yet_gets_every_answer() {
    const CALLS: u64 = 40_000;
    let mut server = Process::start();
    let mut stdin = server.stdin.take().expect("open");
    // More answers than the pipe and the outbox hold: the server must stop reading, and lose nothing.
    let writer = tokio::spawn(async move {
        for id in 0..CALLS {
            let line = format!(
                "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/call\",\"params\":{{\"name\":\"add\",\"arguments\":{{\"a\":{id},\"b\":1}}}}}}\n"
            );
            stdin.write_all(line.as_bytes()).await.expect("the server reads");
        }
    });
    let mut seen = BTreeMap::new();
    for _ in 0..CALLS {
        let answer = server.next().await;
        let id = answer["id"].as_u64().expect("an id");
        assert_eq!(text(&answer), (id + 1).to_string());
        assert!(seen.insert(id, ()).is_none(), "{id} was answered twice");
    }
    writer.await.expect("all was sent");
    let (rest, status, _) = server.end().await;
    assert!(rest.is_empty(), "{rest:?}");
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_process() {
    let mut server = Process::start();
    server.call(1, "forever", json!({})).await;
    let Process { mut child, stdin, stdout, stderr } = server;
    drop(stdout);
    let mut stdin = stdin.expect("open");
    // Writing the next answer fails, which is how a server notices.
    stdin.write_all(b"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}\n").await.expect("the server reads");
    let status = tokio::time::timeout(PATIENCE, child.wait()).await.expect("it ends").expect("it was started");
    assert_eq!(status.code(), Some(0));
    drop((stdin, stderr));
}

/// Calls `thread` until it is run by whoever reads: short functions are, once they are known to be.
#[cfg(unix)]
async fn until_read_and_run(server: &mut Process) -> String {
    for id in 1000..100_000 {
        server.call(id, "thread", json!({})).await;
        let answer = server.next().await;
        if !text(&answer).starts_with("tokio") {
            return text(&answer).to_owned();
        }
    }
    panic!("it is never run by whoever reads");
}

#[cfg(unix)]
#[tokio::test]
async fn a_short_function_that_takes_long_for_once_holds_up_nobody() {
    let mut server =
        Process::run(Command::new(env!("CARGO_BIN_EXE_lmcp-test-server")).env("LMCP_TEST_LIBRARY", "stdio"));
    let mut readers = std::collections::BTreeSet::new();
    while readers.len() < 2 {
        let reader = until_read_and_run(&mut server).await;
        server.call(1, "thread", json!({ "holds": true })).await;
        server.call(10, "is_held", json!({})).await;
        assert_eq!(server.next().await["id"], 10, "lines are read while {reader} is held");
        server.call(11, "thread", json!({})).await;
        let meanwhile = server.next().await;
        assert_eq!(meanwhile["id"], 11);
        server.call(12, "lets_go", json!({})).await;
        let mut answers = [server.next().await, server.next().await];
        answers.sort_by_key(|answer| answer["id"].as_u64());
        assert_eq!(text(&answers[1]), "1", "{answers:?}");
        // Unless the machine had something else to do, and it was no longer known to be short.
        if text(&answers[0]) == reader {
            assert_eq!(text(&meanwhile), "tokio-rt-worker", "nobody would have seen that this one takes long");
            readers.insert(reader);
        }
    }
    assert_eq!(readers.iter().collect::<Vec<_>>(), ["lmcp-stdin", "lmcp-watch"]);

    until_read_and_run(&mut server).await;
    server.call(3, "thread", json!({ "holds": true })).await;
    server.call(10, "is_held", json!({})).await;
    assert_eq!(server.next().await["id"], 10);
    let cancelled = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 3 } });
    server.send(format!("{cancelled}\n").as_bytes()).await;
    server.call(13, "lets_go", json!({})).await;
    server.close();
    let (rest, status, _) = server.end().await;
    assert_eq!(rest.iter().map(|answer| &answer["id"]).collect::<Vec<_>>(), [13], "{rest:?}");
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn a_reader_that_panics_ends_the_process() {
    let mut server = Process::run(
        Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"))
            .env("LMCP_TEST_LIBRARY", "stdio")
            .env("LMCP_TEST_FRAGILE", "1"),
    );
    server.request(1, "ping", json!({})).await;
    assert_eq!(server.next().await["id"], 1);
    server.send(b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}\n").await;
    let (rest, status, stderr) = server.end().await;
    assert!(rest.is_empty(), "{rest:?}");
    assert!(!status.success(), "{status}");
    assert!(stderr.contains("standard input cannot be read: the thread that reads it panicked"), "{stderr}");
}

#[cfg(unix)]
#[tokio::test]
async fn input_that_cannot_be_read_ends_the_process_with_the_reason() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    command.stdin(std::fs::File::open(env!("CARGO_MANIFEST_DIR")).expect("a folder"));
    let output =
        tokio::time::timeout(PATIENCE, command.kill_on_drop(true).output()).await.expect("it ends").expect("it ran");
    let stderr = String::from_utf8(output.stderr).expect("text");
    assert!(!output.status.success() && stderr.contains("standard input cannot be read"), "{stderr}");
}
