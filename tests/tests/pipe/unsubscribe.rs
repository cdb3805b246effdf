//! Nothing is told of a resource behind the answer to `resources/unsubscribe`.

use lmcp::ProtocolVersion;
use lmcp::testing::Client;
use serde_json::json;
use std::time::Duration;

/// Time passes here only when nothing goes on any more.
#[tokio::test(start_paused = true)]
async fn what_waits_is_dropped() {
    let server = lmcp_tests::server().build().expect("the fixture starts");
    let client = Client::connect_as(&server, ProtocolVersion::V2025_11_25).await.expect("connected");
    client.request("resources/subscribe", json!({ "uri": "notes://7" })).await.expect("subscribed");
    server.handle().resource_updated("notes://7");
    client.notification("notifications/resources/updated").await;
    // It waits with what else may change in the next moment.
    server.handle().resource_updated("notes://7");
    client.request("resources/unsubscribe", json!({ "uri": "notes://7" })).await.expect("unsubscribed");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(client.notifications(), Vec::<serde_json::Value>::new());
}
