//! Clients that stop reading: what waits for them is bounded, and nobody else waits.
//!
//! Over HTTP they are in `http/limits.rs`, on a pipe in memory in `pipe/`; this is a process whose memory is looked at.

use lmcp_tests::http::{Request, within};
use lmcp_tests::process::Served;
use serde_json::json;
use std::process::{Command, Stdio};
use tokio::io::AsyncWriteExt;

const SERVER: &str = env!("CARGO_BIN_EXE_lmcp-test-server");

/// Nobody reads its standard output: it stops reading its input, and grows no further.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn of_standard_output() {
    let mut child = tokio::process::Command::new(SERVER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("piped");
    let list = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}\n".repeat(1000);
    let mut taken = 0_usize;
    // Until it takes no more for a while; unread answers of all this would be half a gigabyte.
    while taken < 100 {
        let writing = tokio::time::timeout(std::time::Duration::from_millis(500), stdin.write_all(list.as_bytes()));
        if writing.await.is_err() {
            break;
        }
        taken += 1;
    }
    assert!(taken < 100, "it read everything");
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id().expect("it runs"))).expect("it runs");
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line").trim().to_owned();
    let resident: u64 = resident.split(' ').next().and_then(|kib| kib.parse().ok()).expect("a number");
    assert!(resident < 100 << 10, "{resident} KiB");
}

/// Many who read nothing of a stream that says much, of answers, and of changes.
#[tokio::test]
async fn of_many_streams() {
    let mut command = Command::new(SERVER);
    command.args(["--http", "127.0.0.1:0"]);
    let served = Served::start(command);
    let mut stopped = Vec::new();
    let uri = format!("files://{}", "x".repeat(1 << 20));
    for id in 0..30 {
        let counting = json!({ "name": "counting", "arguments": { "to": 2000 }, "_meta": { "progressToken": id } });
        let read = json!({ "uri": uri });
        let listen =
            json!({ "notifications": { "toolsListChanged": true, "resourceSubscriptions": ["fixture://about"] } });
        for request in [
            Request::modern(id, "tools/call", counting.clone()),
            Request::legacy(id, "tools/call", counting),
            Request::legacy(id, "resources/read", read),
            Request::modern(id, "subscriptions/listen", listen),
        ] {
            let mut connection = served.connect().await;
            connection.send(&request).await;
            stopped.push(connection);
        }
    }
    let mut beside = served.connect().await;
    for on in [false, true].repeat(50) {
        beside.send(&Request::call(1, "switches", json!({ "name": "prints", "on": on }))).await;
        assert_eq!(within(beside.response()).await.status, 200);
    }
    #[cfg(target_os = "linux")]
    {
        let resident = served.proc("status", "VmRSS");
        assert!(resident < 300 << 10, "{resident} KiB");
    }
}
