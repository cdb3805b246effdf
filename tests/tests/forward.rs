//! A handler's `tracing` events as log messages to its client.

use lmcp::testing::Client;
use lmcp::{Context, Level, ProtocolVersion, Server, tool};
use serde_json::{Value, json};

fn events() {
    tracing::trace!("too little");
    tracing::debug!("a detail");
    tracing::info!(documents = 7, ratio = 0.5, name = "ada", "indexed");
    tracing::warn!("the disk is {}", "full");
    tracing::error!(code = -1);
    tracing::error!(target: "lmcp::something", "lmcp's own");
    tracing::error!(target: "lmcpx", "somebody else's");
}

/// Says things, by itself and by way of the program's log.
#[tool]
async fn says(ctx: &Context) {
    tokio::task::yield_now().await;
    events();
    ctx.info("a message").await;
}

/// The same on a thread.
#[tool(blocking)]
fn says_blocking() {
    events();
}

async fn messages(server: Server, version: ProtocolVersion, tool: &str, level: &str) -> Vec<Value> {
    let client = Client::connect_as(&server.build().expect("it starts"), version).await.expect("connected");
    let mut meta = json!({});
    if version.is_modern() {
        meta["io.modelcontextprotocol/logLevel"] = level.into();
    } else {
        client.request("logging/setLevel", json!({ "level": level })).await.expect("set");
    }
    client.request("tools/call", json!({ "name": tool, "_meta": meta })).await.expect("called");
    let messages = client.notifications();
    messages.into_iter().filter(|n| n["method"] == "notifications/message").map(|n| n["params"].clone()).collect()
}

// One test: the subscriber is the process's.
#[tokio::test]
async fn events_of_handlers_go_to_their_clients() {
    let server = || Server::empty().tool(says).tool(says_blocking);
    // Only if the server says so.
    let without = messages(server(), ProtocolVersion::LATEST, "says", "debug").await;
    assert_eq!(without, [json!({ "level": "info", "data": "a message" })]);
    let here = module_path!();
    let info = json!({
        "level": "info", "logger": here, "data": { "message": "indexed", "documents": 7, "ratio": 0.5, "name": "ada" },
    });
    let debug = json!({ "level": "debug", "logger": here, "data": "a detail" });
    let others = [
        json!({ "level": "warning", "logger": here, "data": "the disk is full" }),
        json!({ "level": "error", "logger": here, "data": { "code": -1 } }),
        json!({ "level": "error", "logger": "lmcpx", "data": "somebody else's" }),
    ];
    for version in [ProtocolVersion::LATEST, ProtocolVersion::V2025_11_25] {
        for (tool, own) in [("says", true), ("says_blocking", false)] {
            let mut expected = vec![debug.clone(), info.clone()];
            expected.extend(others.clone());
            expected.extend(own.then(|| json!({ "level": "info", "data": "a message" })));
            let got = messages(server().forward_events(Level::Debug), version, tool, "debug").await;
            let got: Vec<Value> = got.into_iter().filter(|message| message["data"] != "too little").collect();
            assert_eq!(got, expected, "{version} {tool}");
        }
        // From the level on that the client asked for, and the server allows.
        assert_eq!(messages(server().forward_events(Level::Debug), version, "says", "warning").await, others);
        let errors = messages(server().forward_events(Level::Error), version, "says_blocking", "debug").await;
        assert_eq!(errors, others[1..]);
    }
    // Logging is advertised by it.
    let client =
        Client::connect(Server::empty().tool(says_blocking).forward_events(Level::Info)).await.expect("connected");
    assert_eq!(client.introduction()["capabilities"]["logging"], json!({}));
}
