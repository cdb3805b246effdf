//! Progress grows on the wire, whatever order its reports are awaited in.

use lmcp::testing::Client;
use lmcp::{Context, Server, tool};
use serde_json::json;
use std::future::IntoFuture;

#[tool]
async fn disorderly(ctx: &Context) {
    let (less, more) = (ctx.progress(1).into_future(), ctx.progress(2).into_future());
    more.await;
    less.await;
}

#[tokio::test]
async fn progress_grows() {
    let client = Client::connect(Server::empty().tool(disorderly)).await.expect("connected");
    let params = json!({ "name": "disorderly", "_meta": { "progressToken": 1 } });
    client.request("tools/call", params).await.expect("called");
    let reports: Vec<_> = client.notifications().iter().map(|n| n["params"]["progress"].clone()).collect();
    assert_eq!(reports, [json!(2)]);
}

/// Cannot await.
#[tool(blocking)]
fn counts(ctx: Context) {
    for n in 1..=3 {
        ctx.progress(n).of(3).now();
    }
    ctx.warning("done").logger("counts").now();
}

/// A plain function, on a worker of the runtime.
#[tool]
fn says(ctx: &Context) {
    ctx.progress(1).now();
    ctx.error("said").now();
}

#[tokio::test]
async fn functions_that_cannot_await_report_too() {
    let client = Client::connect(Server::empty().tool(counts).tool(says)).await.expect("connected");
    let mut said = |notification: &serde_json::Value| match notification["method"].as_str() {
        Some("notifications/progress") => notification["params"]["progress"].clone(),
        _ => notification["params"]["data"].clone(),
    };
    let meta = json!({ "progressToken": 1, "io.modelcontextprotocol/logLevel": "info" });
    for (tool, expected) in [("counts", json!([1, 2, 3, "done"])), ("says", json!([1, "said"]))] {
        client.request("tools/call", json!({ "name": tool, "_meta": meta })).await.expect("called");
        let heard: Vec<_> = client.notifications().iter().map(&mut said).collect();
        assert_eq!(json!(heard), expected, "{tool}");
        client.request("tools/call", json!({ "name": tool })).await.expect("called");
        assert!(client.notifications().is_empty(), "nobody asked");
    }
}
