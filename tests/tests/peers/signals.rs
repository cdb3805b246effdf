//! Signals to a server that has much to do.

use lmcp_tests::http::{Connection, Request};
use lmcp_tests::process::Served;
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const SERVER: &str = env!("CARGO_BIN_EXE_lmcp-test-server");

fn terminate(pid: u32) {
    let sent = Command::new("kill").args(["-TERM", &pid.to_string()]).status().expect("there is `kill`");
    assert!(sent.success());
}

/// Every request that was answered was answered once and whole; then it ends, and well.
#[tokio::test]
async fn over_http() {
    let mut command = Command::new(SERVER);
    command.args(["--http", "127.0.0.1:0"]);
    let mut served = Served::start(command);
    let address = served.address;
    let listen = json!({ "notifications": { "toolsListChanged": true } });
    let mut listening = served.connect().await;
    listening.send(&Request::modern("l", "subscriptions/listen", listen)).await;
    assert_eq!(listening.head().await.status, 200);
    assert_eq!(listening.next().await["method"], "notifications/subscriptions/acknowledged");
    let (ready, mut begun) = tokio::sync::mpsc::channel(32);
    let mut clients = Vec::new();
    for client in 0..16 {
        let ready = ready.clone();
        clients.push(tokio::spawn(async move {
            let mut connection = Connection::open(address).await;
            let mut answered = 0;
            loop {
                let id = format!("{client}-{answered}");
                let request = if client % 4 == 0 {
                    Request::call(id.as_str(), "waits", json!({ "ms": 5 }))
                } else {
                    Request::call(id.as_str(), "add", json!({ "a": 1, "b": 2 }))
                };
                let sent = connection.socket.write_all(&request.bytes()).await;
                let Some(head) = (match sent {
                    Ok(()) => connection.try_head().await,
                    Err(_) => None,
                }) else {
                    return answered;
                };
                assert_eq!(head.status, 200);
                let answer: Value = serde_json::from_slice(&connection.rest_of_body().await).expect("JSON");
                assert_eq!(answer["id"], id);
                answered += 1;
                if answered == 10 {
                    ready.send(()).await.expect("the test goes on");
                }
            }
        }));
    }
    for _ in 0..16 {
        begun.recv().await.expect("all begin");
    }
    terminate(served.id());
    for client in clients {
        assert!(client.await.expect("no panic") >= 10);
    }
    let rest = listening.rest().await;
    assert_eq!(rest.last().expect("its result")["id"], "l", "{rest:?}");
    assert_eq!(served.wait().code(), Some(0));
}

/// What was answered on a pipe is whole, each once.
#[tokio::test]
async fn on_a_pipe() {
    let mut child = tokio::process::Command::new(SERVER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("piped");
    let mut stdout = child.stdout.take().expect("piped");
    let writer = tokio::spawn(async move {
        for id in 0.. {
            let call = json!({ "name": "add", "arguments": { "a": id, "b": 1 } });
            let line = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": call });
            if stdin.write_all(format!("{line}\n").as_bytes()).await.is_err() {
                break;
            }
        }
    });
    let mut out = vec![0; 1 << 16];
    let n = stdout.read(&mut out).await.expect("readable");
    out.truncate(n);
    terminate(child.id().expect("it runs"));
    lmcp_tests::http::within(stdout.read_to_end(&mut out)).await.expect("readable");
    assert_eq!(lmcp_tests::http::within(child.wait()).await.expect("it ends").code(), Some(0));
    writer.await.expect("no panic");
    let text = String::from_utf8(out).expect("text");
    assert!(text.ends_with('\n'), "half a line at the end");
    let mut seen = std::collections::BTreeSet::new();
    for line in text.lines() {
        let answer: Value = serde_json::from_str(line).expect("JSON");
        let id = answer["id"].as_i64().expect("an id");
        assert_eq!(super::said(&answer), (id + 1).to_string());
        assert!(seen.insert(id), "{id} twice");
    }
}
