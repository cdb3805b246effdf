//! Very many of one kind at once. Sessions and connections in their tens of thousands are in `load.rs`.
#![cfg(target_os = "linux")]

use lmcp_tests::http::{Request, within};
use lmcp_tests::process::Served;
use serde_json::{Value, json};
use std::process::Command;

/// A thousand listen while everything changes all the time, and half of them do not read.
#[tokio::test]
async fn a_storm_of_changes() {
    const STREAMS: usize = 1000;
    let mut command = Command::new("sh");
    let server = env!("CARGO_BIN_EXE_lmcp-test-server");
    command.args(["-c", "ulimit -Sn 4096; exec \"$0\" --http 127.0.0.1:0", server]);
    let served = Served::start(command);
    lmcp_tests::process::open_files(STREAMS as u64 + 500);
    let mut streams = Vec::with_capacity(STREAMS);
    let wanted = json!({ "notifications": {
        "toolsListChanged": true, "resourcesListChanged": true, "promptsListChanged": true,
        "resourceSubscriptions": ["fixture://about", "notes://1", "notes://2"],
    } });
    for id in 0..STREAMS {
        let mut stream = served.connect().await;
        stream.send(&Request::modern(id, "subscriptions/listen", wanted.clone())).await;
        assert_eq!(stream.head().await.status, 200);
        assert_eq!(stream.next().await["method"], "notifications/subscriptions/acknowledged");
        streams.push(stream);
    }
    let before = served.proc("status", "VmRSS");
    let mut beside = served.connect().await;
    for round in 0..15 {
        let on = round % 2 == 1;
        for name in ["prints", "greet", "fixture://raw"] {
            beside.send(&Request::call(1, "switches", json!({ "name": name, "on": on }))).await;
            assert_eq!(within(beside.response()).await.status, 200);
        }
        for uri in ["fixture://about", "notes://1", "notes://2", "notes://3"] {
            beside.send(&Request::call(1, "updates", json!({ "uri": uri }))).await;
            assert_eq!(within(beside.response()).await.status, 200);
        }
    }
    let grown = served.proc("status", "VmRSS").saturating_sub(before);
    assert!(grown < 60 << 10, "{grown} KiB for 105 changes");
    // Who reads hears of everything, and of nothing else; equal changes collapse.
    for stream in streams.iter_mut().step_by(2) {
        let mut heard = std::collections::BTreeSet::new();
        while heard.len() < 6 {
            let change = stream.next().await;
            let what = change["params"]["uri"].as_str().or(change["method"].as_str()).map(str::to_owned);
            heard.insert(what.unwrap_or_else(|| panic!("no change: {change}")));
        }
        assert!(!heard.contains("notes://3"), "{heard:?}");
    }
    beside.send(&Request::call(1, "add", json!({ "a": 1, "b": 2 }))).await;
    assert_eq!(beside.response().await.json()["result"]["content"][0]["text"], Value::from("3"));
}
