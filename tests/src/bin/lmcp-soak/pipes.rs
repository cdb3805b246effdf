//! Clients on pipes: over sockets to the server that is soaked, and as processes of their own that start and end.

use crate::http::{PIPES, said};
use lmcp_tests::pipe::{Pipe, modern};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Starts clients that go on for ever.
pub(crate) fn start(clients: &mut JoinSet<()>, address: SocketAddr, client: usize) {
    clients.spawn(async move {
        for round in client.. {
            let socket = TcpStream::connect(address).await.expect("it listens");
            socket.set_zero_linger().expect("a socket");
            let (read, write) = socket.into_split();
            speak(Pipe::over(read, write), round, round.is_multiple_of(2)).await;
        }
    });
    if client == 0 {
        clients.spawn(async move {
            let program = std::env::current_exe().expect("it runs");
            for round in 0.. {
                speak(Pipe::spawn_with(&program, &["pipe"]), round, true).await;
            }
        });
    }
}

fn call(id: u32, tool: &str, arguments: Value) -> Value {
    modern(id, "tools/call", json!({ "name": tool, "arguments": arguments }), &json!({}))
}

/// A little of everything; then the client says goodbye, or is gone.
async fn speak(mut pipe: Pipe, round: usize, politely: bool) {
    PIPES.fetch_add(1, Ordering::Relaxed);
    for id in 0..100 {
        pipe.send(&call(id, "add", json!({ "a": id, "b": round }))).await;
    }
    for _ in 0..100 {
        let answer = pipe.next().await;
        let id = answer["id"].as_u64().unwrap_or_else(|| panic!("no id: {answer}"));
        assert_eq!(said(&answer), (id + round as u64).to_string());
    }
    pipe.send(&call(1, "echo", json!({ "text": "x".repeat(200 << 10) }))).await;
    assert_eq!(said(&pipe.next().await), (200 << 10).to_string());
    assert_eq!(pipe.ask_line("{").await["error"]["code"], -32700);
    pipe.initialize("2025-11-25", json!({ "elicitation": {} })).await;
    pipe.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "ask" } })).await;
    let question = pipe.until("elicitation/create").await;
    let refusal = json!({ "jsonrpc": "2.0", "id": question["id"], "result": { "action": "decline" } });
    pipe.send(&refusal).await;
    while pipe.next().await["id"] != 1 {}
    pipe.send(&call(2, "forever", json!({}))).await;
    pipe.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 2 } })).await;
    pipe.send(&modern(3, "subscriptions/listen", json!({ "notifications": { "toolsListChanged": true } }), &json!({})))
        .await;
    pipe.until("notifications/subscriptions/acknowledged").await;
    pipe.send(&json!({ "jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": { "name": "ask" } })).await;
    pipe.until("elicitation/create").await;
    if politely {
        pipe.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 4 } }))
            .await;
        pipe.finish().await;
        pipe.rest().await;
    }
}
