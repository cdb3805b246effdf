//! Progress: not too much of it, and a sign of life from those who are silent for long.

use lmcp::testing::Client;
use lmcp::{Context, ProtocolVersion, Server, tool};
use serde_json::{Value, json};
use std::time::Duration;

/// Reports far more than anybody can read, then waits, then is done.
#[tool]
async fn floods(ctx: &Context) {
    for n in 1..=10_000 {
        ctx.progress(n).of(10_000).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    for n in 10_001..=10_010 {
        ctx.progress(n).of(10_010).message("nearly").await;
    }
    for n in 10_011..=10_100 {
        ctx.progress(n).await;
    }
}

/// Is silent for a minute, or says something in between.
#[tool]
async fn slow(ctx: &Context, report: bool) {
    tokio::time::sleep(Duration::from_secs(20)).await;
    if report {
        ctx.progress(1).of(3).message("half way").await;
    }
    tokio::time::sleep(Duration::from_secs(40)).await;
    ctx.progress(2).of(3).await;
}

async fn call(server: Server, version: ProtocolVersion, name: &str, arguments: Value, token: bool) -> Vec<Value> {
    let client = Client::connect_as(&server.build().expect("it starts"), version).await.expect("connected");
    let meta = if token { json!({ "progressToken": "t" }) } else { json!({}) };
    client.request("tools/call", json!({ "name": name, "arguments": arguments, "_meta": meta })).await.expect("called");
    let notifications = client.notifications();
    notifications.into_iter().filter(|n| n["method"] == "notifications/progress").map(|n| n["params"].clone()).collect()
}

fn values(reports: &[Value]) -> Vec<f64> {
    reports.iter().map(|report| report["progress"].as_f64().expect("a number")).collect()
}

#[tokio::test(start_paused = true)]
async fn a_flood_is_thinned_out_and_its_end_is_told() {
    let reports = call(Server::empty().tool(floods), ProtocolVersion::LATEST, "floods", json!({}), true).await;
    let values = values(&reports);
    assert!(values.is_sorted() && (30..60).contains(&values.len()), "{values:?}");
    assert_eq!(&values[..3], [1.0, 2.0, 3.0], "the first ones at once");
    assert!(values.contains(&10_000.0), "the last one before a pause is told soon: {values:?}");
    assert_eq!(values.last(), Some(&10_100.0), "the last one before the answer: {values:?}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_call_says_that_it_is_there() {
    for version in [ProtocolVersion::LATEST, ProtocolVersion::V2025_11_25] {
        let reports = call(Server::empty().tool(slow), version, "slow", json!({ "report": false }), true).await;
        let values = values(&reports);
        assert_eq!(values.len(), 4, "after 15, 30 and 45 s, and at the end: {reports:?}");
        assert!(values.is_sorted() && values[2] < 0.001 && values[3] == 2.0, "{values:?}");
        assert_eq!(reports[0]["message"], "still running");
    }
    // It repeats what was said last.
    let reports =
        call(Server::empty().tool(slow), ProtocolVersion::LATEST, "slow", json!({ "report": true }), true).await;
    let values = values(&reports);
    assert_eq!(values.len(), 5, "15, 20, 35, 50, 60 s: {reports:?}");
    assert!(values[1] == 1.0 && values[2] > 1.0 && values[3] > values[2] && values[4] == 2.0, "{values:?}");
    assert_eq!((&reports[2]["message"], &reports[2]["total"]), (&json!("half way"), &json!(3)));
}

#[tokio::test(start_paused = true)]
async fn who_did_not_ask_is_told_nothing() {
    let none =
        call(Server::empty().tool(slow), ProtocolVersion::LATEST, "slow", json!({ "report": true }), false).await;
    assert_eq!(none, Vec::<Value>::new());
    let off = Server::empty().tool(slow).heartbeat(None);
    let reports = call(off, ProtocolVersion::LATEST, "slow", json!({ "report": true }), true).await;
    assert_eq!(values(&reports), [1.0, 2.0]);
    let often = Server::empty().tool(slow).heartbeat(Duration::from_secs(1));
    let reports = call(often, ProtocolVersion::LATEST, "slow", json!({ "report": false }), true).await;
    assert!((55..=60).contains(&reports.len()), "{}", reports.len());
}

/// Leaves the work, and the reports, to a task of its own.
#[tool]
async fn delegates(ctx: Context) -> Result<(), tokio::task::JoinError> {
    tokio::spawn(async move {
        for n in 1..=100 {
            ctx.progress(n).await;
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn what_another_task_reported_is_told_soon_too() {
    let server = Server::empty().tool(delegates).heartbeat(None);
    let client = Client::connect(server).await.expect("connected");
    let calling = client.clone();
    let params = json!({ "name": "delegates", "arguments": {}, "_meta": { "progressToken": "t" } });
    let call = tokio::spawn(async move { calling.request("tools/call", params).await });
    let last = async { while client.notification("notifications/progress").await["progress"] != 100 {} };
    tokio::time::timeout(Duration::from_secs(5), last).await.expect("soon, not with the answer");
    call.abort();
}
