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
