//! Clients that make the server hold much: large messages of calls that run, long URIs, long names, long ids.

use super::{call, code, is_answered, is_served, said};
use lmcp::{Limits, Server, State, tool};
use lmcp_tests::http::{Request, Site, until};
use lmcp_tests::pipe::Pipe;
use lmcp_tests::{add, server};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;

#[derive(Clone)]
struct Gate(Arc<AtomicUsize>, Arc<Semaphore>);

impl Gate {
    fn new() -> Self {
        Gate(Arc::default(), Arc::new(Semaphore::new(0)))
    }
    fn server(&self, bytes: usize) -> Server {
        Server::empty().state(self.clone()).tool(keeps).tool(add).limits(Limits::default().bytes_in_flight(bytes))
    }
    async fn came(&self, calls: usize) {
        until(|| self.0.load(Ordering::SeqCst) == calls).await;
    }
}

/// Keeps its message until the test lets it go.
#[tool]
async fn keeps(State(gate): State<Gate>, padding: String) -> usize {
    gate.0.fetch_add(1, Ordering::SeqCst);
    gate.1.acquire().await.expect("never closed").forget();
    padding.len()
}

const LARGE: usize = 64 << 10;

fn large() -> Value {
    json!({ "padding": "x".repeat(LARGE) })
}

#[tokio::test]
async fn lines_of_calls_that_run() {
    let gate = Gate::new();
    let mut pipe = Pipe::open(&gate.server(3 * LARGE).build().expect("it starts"));
    pipe.send(&call(1, "keeps", large())).await;
    pipe.send(&call(2, "keeps", large())).await;
    gate.came(2).await;
    pipe.send(&call(3, "keeps", large())).await;
    let refused = pipe.next().await;
    assert_eq!((code(&refused), refused["id"].as_i64()), (-32603, Some(3)), "{refused}");
    assert!(refused["error"]["message"].as_str().is_some_and(|m| m.contains("`bytes_in_flight`")), "{refused}");
    // Small ones have room, and so have cancellations.
    pipe.send(&call(4, "add", json!({ "a": 1, "b": 1 }))).await;
    assert_eq!(said(&pipe.next().await), "2");
    let reason = "x".repeat(LARGE);
    let cancelled = json!({ "requestId": 1, "reason": reason });
    pipe.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled })).await;
    pipe.send(&call(5, "keeps", large())).await;
    gate.came(3).await;
    gate.1.add_permits(2);
    let mut ids = [pipe.next().await, pipe.next().await].map(|answer| answer["id"].as_i64());
    ids.sort_unstable();
    assert_eq!(ids, [Some(2), Some(5)]);
    // Nothing is left of any of them.
    gate.1.add_permits(2);
    for id in [6, 7] {
        pipe.send(&call(id, "keeps", large())).await;
        assert_eq!(said(&pipe.next().await), LARGE.to_string());
    }
}

#[tokio::test]
async fn bodies_of_calls_that_run() {
    let gate = Gate::new();
    let site = Site::open(gate.server(3 * LARGE)).await;
    let session = site.session("2025-11-25").await;
    let mut first = site.connect().await;
    first.send(&Request::call(1, "keeps", large())).await;
    // This one outlives its connection, and its message with it.
    let mut second = site.connect().await;
    second.send(&Request::legacy_call(2, "keeps", large()).with("Mcp-Session-Id", &session)).await;
    gate.came(2).await;
    drop(second);
    let refused = site.ask(&Request::call(3, "keeps", large())).await;
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(refused.text().contains("`bytes_in_flight`"), "{refused:?}");
    assert_eq!(refused.json().get("id"), None);
    is_served(&site).await;
    drop(first);
    // As soon as that is noticed there is room again; until then it may take a permit too.
    gate.1.add_permits(3);
    lmcp_tests::http::within(async {
        loop {
            let answer = site.ask(&Request::call(4, "keeps", large())).await;
            match answer.status {
                200 => break assert_eq!(said(&answer.json()), LARGE.to_string()),
                status => assert_eq!(status, 503),
            }
        }
    })
    .await;
}

/// What is being read counts too, and no more than was read of it.
#[tokio::test]
async fn bodies_that_are_being_read() {
    let gate = Gate::new();
    let site = Site::open(gate.server(3 * LARGE)).await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut connection = site.connect().await;
        connection.send(&Request::post("{").with("Content-Length", "1000000")).await;
        slow.push(connection);
    }
    gate.1.add_permits(1);
    assert_eq!(said(&site.ask(&Request::call(1, "keeps", large())).await.json()), LARGE.to_string());
    let mut statuses = Vec::new();
    for connection in &mut slow {
        connection.write(&vec![b' '; LARGE]).await;
    }
    for mut connection in slow {
        if tokio::time::timeout(std::time::Duration::from_millis(100), connection.socket.readable()).await.is_ok() {
            statuses.push(connection.head().await.status);
        }
    }
    assert!(statuses.len() >= 17 && statuses.iter().all(|status| *status == 503), "{statuses:?}");
    is_served(&site).await;
}

/// A short line that came with a long one keeps nothing of it.
#[tokio::test]
async fn short_lines_behind_long_ones() {
    let server = lmcp_tests::server_with(lmcp_tests::Counters::default()).build().expect("it starts");
    let mut pipe = Pipe::open(&server);
    let before = resident();
    let padding = " ".repeat(4 << 20);
    for id in 0..40 {
        let short = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": "forever" } });
        let ping = json!({ "jsonrpc": "2.0", "id": "x", "method": "ping" });
        // The long line is done at once; the short one runs on.
        pipe.send_bytes(format!("{ping}{padding}\n{short}\n").as_bytes()).await;
        assert_eq!(pipe.next().await["id"], "x");
    }
    is_answered(&mut pipe).await;
    let grown = resident().saturating_sub(before);
    assert!(grown < 80 << 20, "{grown} bytes for 40 short lines");
}

/// What this process takes, in bytes; nothing where that is not told.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<usize>().ok()).unwrap_or_default() << 10
}

#[tokio::test]
async fn uris_of_subscriptions() {
    let limits = Limits::default().subscription_bytes(10_000);
    let mut pipe = Pipe::open(&server().limits(limits).build().expect("it starts"));
    pipe.initialize("2025-11-25", json!({})).await;
    let mut subscribed = 0;
    for id in 0..20 {
        let uri = format!("files://{id}{}", "x".repeat(1000));
        for uri in [&uri, &uri] {
            let params = json!({ "uri": uri });
            pipe.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "resources/subscribe", "params": params })).await;
            let answer = pipe.next().await;
            subscribed += usize::from(answer["result"].is_object());
            assert!(answer["result"].is_object() || answer.to_string().contains("`subscription_bytes`"), "{answer}");
        }
    }
    assert_eq!(subscribed, 18, "nine of them, each twice");
    let params = json!({ "uri": format!("files://0{}", "x".repeat(1000)) });
    for method in ["resources/unsubscribe", "resources/unsubscribe", "resources/subscribe"] {
        pipe.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })).await;
        assert!(pipe.next().await["result"].is_object(), "{method}");
    }
    let uris: Vec<_> = (0..20).map(|id| format!("files://{id}{}", "x".repeat(1000))).collect();
    let wanted = json!({ "notifications": { "resourceSubscriptions": uris } });
    let answer = pipe.ask(1, "subscriptions/listen", wanted, &json!({})).await;
    assert!(answer["error"]["message"].as_str().is_some_and(|m| m.contains("`subscription_bytes`")), "{answer}");
}

/// A session outlives the message that opened it, and there may be many.
#[tokio::test]
async fn what_clients_say_of_themselves() {
    let site = Site::open(server()).await;
    let initialize = |name: &str, capability: &str| {
        Request::legacy(
            1,
            "initialize",
            json!({
                "protocolVersion": "2025-11-25", "clientInfo": { "name": name, "version": "1" },
                "capabilities": { "experimental": { "x": capability } },
            }),
        )
    };
    let long = "x".repeat(64 << 10);
    for (name, capability) in [(&*long, ""), ("", &*long)] {
        let refused = site.ask(&initialize(name, capability)).await;
        assert_eq!((code(&refused.json()), refused.header("mcp-session-id")), (-32602, None), "{refused:?}");
        assert!(refused.text().contains("`client_bytes`"), "{refused:?}");
    }
    assert!(site.ask(&initialize("x", &long[..32 << 10])).await.header("mcp-session-id").is_some());
    is_served(&site).await;
}

/// An id is kept as long as its request runs: by a stream, all day.
#[tokio::test]
async fn ids() {
    let mut pipe = Pipe::open(&server().build().expect("it starts"));
    for id in [json!("x".repeat(1023)), json!("\n".repeat(600))] {
        pipe.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "ping" })).await;
        let refused = pipe.next().await;
        assert_eq!((code(&refused), &refused["id"]), (-32600, &id));
    }
    let digits = "9".repeat(2000);
    pipe.send_bytes(format!("{{\"jsonrpc\":\"2.0\",\"id\":{digits},\"method\":\"ping\"}}\n").as_bytes()).await;
    let refused = pipe.line().await;
    assert!(refused.contains(&digits) && refused.contains("-32600"), "{refused}");
    let id = "x".repeat(1022);
    pipe.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "ping" })).await;
    assert_eq!(pipe.next().await["result"], json!({}));
}
