//! Many at once, against a server that is a process: connections, sessions, streams, and who is slow among them.
#![cfg(target_os = "linux")]

use lmcp_tests::http::{Connection, Request, within};
use lmcp_tests::process::{Served, open_files};
use serde_json::json;
use std::process::Command;
use std::time::Duration;

const SERVER: &str = env!("CARGO_BIN_EXE_lmcp-test-server");

fn serve() -> Served {
    let mut command = Command::new(SERVER);
    command.args(["--http", "127.0.0.1:0"]);
    Served::start(command)
}

/// Starts a server that takes so many connections, in a shell that sets its limits of open files first.
fn serve_within(limits: &str, connections: usize) -> Served {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{limits}; exec \"$0\" --http 127.0.0.1:0"), SERVER]);
    command.env("LMCP_TEST_CONNECTIONS", connections.to_string());
    Served::start(command)
}

fn add(id: usize) -> Request {
    Request::call(id, "add", json!({ "a": id, "b": 1 }))
}

/// The number that [`add`] comes to.
async fn sum(connection: &mut Connection) -> usize {
    let answer = connection.response().await.json();
    let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no text: {answer}"));
    text.parse().expect("a number")
}

async fn is_answered(served: &Served) {
    let mut connection = served.connect().await;
    connection.send(&add(1)).await;
    assert_eq!(sum(&mut connection).await, 2);
}

#[tokio::test]
async fn ten_thousand_idle_connections() {
    const IDLE: usize = 10_000;
    open_files(IDLE as u64 + 500);
    // One that may open few files lets itself open more.
    let served = serve_within("ulimit -Sn 256", IDLE + 1);
    let mut idle = Vec::with_capacity(IDLE);
    for n in 0..IDLE {
        let mut connection = served.connect().await;
        // Who connects faster than the server accepts is put off by the system, for a second.
        if n % 100 == 0 {
            connection.send(&add(n)).await;
            assert_eq!(sum(&mut connection).await, n + 1);
        }
        idle.push(connection);
    }
    let mut last = served.connect().await;
    last.send(&add(1)).await;
    assert_eq!(sum(&mut last).await, 2);
    // That is as many as it takes; one more waits for its turn.
    let mut waiting = served.connect().await;
    waiting.send(&add(2)).await;
    waiting.quiet(Duration::from_millis(200)).await;
    drop(idle.pop());
    assert_eq!(sum(&mut waiting).await, 3);
    last.send(&add(3)).await;
    assert_eq!(sum(&mut last).await, 4);
    for connection in idle.iter_mut().step_by(1000) {
        connection.send(&add(4)).await;
        assert_eq!(sum(connection).await, 5);
    }
}

#[tokio::test]
async fn the_limit_of_open_files() {
    for (connections, soft, why) in
        [(1000, 2000, "raised to the hard limit"), (100, 256, "enough, so it is left alone")]
    {
        let served = serve_within("ulimit -Sn 256; ulimit -Hn 2000", connections);
        is_answered(&served).await;
        assert_eq!(served.proc("limits", "Max open files"), soft, "{why}");
    }
    // Where it cannot be had, the log says so, and those that get in are served.
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 64; exec \"$0\" --http 127.0.0.1:0", SERVER]).env("LMCP_LOG", "warn");
    command.env("LMCP_TEST_CONNECTIONS", "1000").stderr(std::process::Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stderr = std::io::BufReader::new(child.stderr.take().expect("piped"));
    let mut said = String::new();
    for _ in 0..2 {
        std::io::BufRead::read_line(&mut stderr, &mut said).expect("it says so");
    }
    child.kill().and_then(|()| child.wait()).expect("it ran");
    assert!(said.contains("Limits::connections") && said.contains("limit=64"), "{said}");
    assert!(said.contains("to 1100"), "it names what is needed: {said}");
}

#[tokio::test]
async fn a_flood_of_sessions() {
    const FLOOD: usize = 12_000;
    const KEPT: usize = 10_000;
    const CONNECTIONS: usize = 8;
    let served = serve();
    is_answered(&served).await;
    let before = served.proc("status", "VmRSS");
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(served.connect().await);
    }
    let mut ids = Vec::with_capacity(FLOOD);
    let hello = Request::initialize(1, "2025-11-25");
    while ids.len() < FLOOD {
        for connection in &mut connections {
            connection.send(&hello).await;
        }
        for connection in &mut connections {
            let answer = connection.response().await;
            assert_eq!(answer.status, 200, "{answer:?}");
            ids.push(answer.header("mcp-session-id").expect("a session").to_owned());
        }
    }
    let grown = served.proc("status", "VmRSS").saturating_sub(before);
    assert!(grown < 40 << 10, "{grown} KiB for {KEPT} sessions");
    let mut known = 0;
    let mut fates = Vec::with_capacity(FLOOD);
    for id in &ids {
        connections[0].send(&Request::legacy(1, "ping", json!({})).with("Mcp-Session-Id", id)).await;
        let status = connections[0].response().await.status;
        assert!(matches!(status, 200 | 404), "{status}");
        known += usize::from(status == 200);
        fates.push(status);
    }
    assert!(known <= KEPT, "{known} sessions");
    assert_eq!((fates.first(), fates.last()), (Some(&404), Some(&200)), "the oldest goes, the newest stays");
}

#[tokio::test]
async fn a_thousand_streams_hear_of_a_change() {
    const STREAMS: usize = 1000;
    open_files(STREAMS as u64 + 500);
    let served = serve_within("ulimit -Sn 256", 10_000);
    let before = served.proc("status", "VmRSS");
    let mut streams = Vec::with_capacity(STREAMS);
    for id in 0..STREAMS {
        let mut stream = served.connect().await;
        let wanted = json!({ "notifications": { "toolsListChanged": true } });
        stream.send(&Request::modern(id, "subscriptions/listen", wanted)).await;
        assert_eq!(stream.head().await.status, 200);
        assert_eq!(stream.next().await["method"], "notifications/subscriptions/acknowledged");
        streams.push(stream);
    }
    let grown = served.proc("status", "VmRSS").saturating_sub(before);
    // Built for debugging it is more than what ARCHITECTURE.md says, not much more.
    assert!(grown < 40 << 10, "{grown} KiB for {STREAMS} streams");
    let mut other = served.connect().await;
    for on in [false, true] {
        other.send(&Request::call(1, "switches", json!({ "name": "add", "on": on }))).await;
        assert_eq!(other.response().await.status, 200);
        for (id, stream) in streams.iter_mut().enumerate() {
            let change = stream.next().await;
            assert_eq!(change["method"], "notifications/tools/list_changed");
            assert_eq!(change["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], id);
        }
    }
}

/// As many slow readers as there could be threads, of answers that no socket buffers.
#[tokio::test]
async fn slow_readers_of_large_answers() {
    const LARGE: usize = 3 << 20;
    let served = serve();
    let uri = format!("files://{}", "x".repeat(LARGE));
    let read = Request::legacy(1, "resources/read", json!({ "uri": uri }));
    let mut slow = Vec::new();
    for _ in 0..8 {
        let mut connection = served.connect().await;
        connection.send(&read).await;
        assert_eq!(connection.head().await.status, 200);
        slow.push(connection);
    }
    for _ in 0..20 {
        is_answered(&served).await;
    }
    for connection in &mut slow {
        let text = connection.rest_of_body().await;
        assert!(text.len() > 2 * LARGE, "its URI and its text: {} bytes", text.len());
    }
}

#[tokio::test]
async fn slow_writers() {
    let served = serve();
    let bytes = add(1).bytes();
    let mut slow: Vec<Connection> = Vec::new();
    for _ in 0..8 {
        slow.push(served.connect().await);
        slow.last().expect("one").socket.set_nodelay(true).expect("a socket");
    }
    for byte in &bytes {
        for connection in &mut slow {
            connection.write(std::slice::from_ref(byte)).await;
        }
    }
    for connection in &mut slow {
        assert_eq!(sum(connection).await, 2);
    }
}

/// Each of many sends all of its requests at once, and reads only then.
#[tokio::test]
async fn pipelines_beside_each_other() {
    const CONNECTIONS: usize = 50;
    const REQUESTS: usize = 40;
    let served = serve();
    let mut connections = Vec::new();
    for n in 0..CONNECTIONS {
        let mut connection = served.connect().await;
        let requests: Vec<u8> = (0..REQUESTS).flat_map(|id| add(n * REQUESTS + id).bytes()).collect();
        connection.write(&requests).await;
        connections.push(connection);
    }
    for (n, connection) in connections.iter_mut().enumerate() {
        for id in 0..REQUESTS {
            assert_eq!(within(sum(connection)).await, n * REQUESTS + id + 1);
        }
        connection.finish().await;
        connection.closed().await;
    }
}
