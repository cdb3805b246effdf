//! Clients that close their half of the connection and wait for what they asked for.

use super::said;
use lmcp::{Server, tool};
use lmcp_tests::http::{Connection, Request, Site, until};
use lmcp_tests::{Counters, add, forever, server_with};
use serde_json::json;
use std::sync::atomic::Ordering;

/// Takes a few turns, as whatever waits for something does.
#[tool]
async fn yields() -> &'static str {
    for _ in 0..5 {
        tokio::task::yield_now().await;
    }
    "yielded"
}

async fn answers(connection: &mut Connection) -> Vec<String> {
    let mut answers = Vec::new();
    while let Some(head) = connection.try_head().await {
        assert_eq!(head.status, 200, "{head:?}");
        let body = connection.rest_of_body().await;
        answers.push(said(&serde_json::from_slice(&body).expect("JSON")).to_owned());
    }
    answers
}

#[tokio::test]
async fn everything_that_was_asked_for_is_answered() {
    let site = Site::open(Server::empty().tool(yields).tool(add)).await;
    for count in 1..5 {
        for legacy in [false, true] {
            let mut connection = site.connect().await;
            let request = |id| {
                if legacy {
                    Request::legacy_call(id, "yields", json!({}))
                } else {
                    Request::call(id, "yields", json!({}))
                }
            };
            let requests: Vec<u8> = (0..count).flat_map(|id| request(id).bytes()).collect();
            connection.write(&requests).await;
            connection.finish().await;
            assert_eq!(answers(&mut connection).await, vec!["yielded"; count as usize], "legacy: {legacy}");
            connection.closed().await;
        }
    }
}

/// Whoever says no more is not waited for: it may as well be gone.
#[tokio::test]
async fn a_call_that_takes_long_is_given_up() {
    let counters = Counters::default();
    let site = Site::open(server_with(counters.clone()).tool(forever)).await;
    let mut connection = site.connect().await;
    connection.send(&Request::call(1, "forever", json!({}))).await;
    until(|| counters.running.load(Ordering::SeqCst) == 1).await;
    connection.finish().await;
    until(|| counters.dropped.load(Ordering::SeqCst) == 1).await;
    connection.closed().await;
    super::is_served(&site).await;
}
