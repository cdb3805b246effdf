//! Sealed session ids: whoever has the secret knows the session.

use super::text;
use lmcp::{Auth, Context, Limits, Server, tool};
use lmcp_tests::http::{Request, Site};
use serde_json::json;
use std::time::Duration;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// Says in what session it runs.
#[tool]
fn whoami(ctx: &Context) -> String {
    let name = ctx.client().map(|client| client.name.clone()).unwrap_or_default();
    format!("{name} {} {}", ctx.protocol_version(), ctx.client_capabilities().roots.is_some())
}

fn server() -> Server {
    Server::empty().tool(whoami)
}

fn initialize() -> Request {
    let params = json!({
        "protocolVersion": "2025-06-18", "capabilities": { "roots": { "listChanged": true } },
        "clientInfo": { "name": "ada", "version": "1" },
    });
    Request::legacy(1, "initialize", params)
}

async fn open(site: &Site) -> String {
    let answer = site.ask(&initialize()).await;
    answer.header("mcp-session-id").expect("a session").to_owned()
}

fn call(session: &str) -> Request {
    Request::legacy_call(1, "whoami", json!({})).with("Mcp-Session-Id", session)
}

#[tokio::test]
async fn replicas_with_one_secret_know_each_others_sessions() {
    let site = Site::open(server().secret(SECRET)).await;
    let session = open(&site).await;
    assert!(session.bytes().all(|b| b.is_ascii_graphic()) && session.len() < 1000, "{session}");
    assert_eq!(text(&site.ask(&call(&session)).await), "ada 2025-06-18 true");
    // Another replica, or this one after a restart.
    let replica = Site::open(server().secret(SECRET)).await;
    assert_eq!(text(&replica.ask(&call(&session)).await), "ada 2025-06-18 true");
    let get = Request::new("GET", "/mcp").with("Accept", "text/event-stream").with("Mcp-Session-Id", &session);
    drop(replica.stream(&get).await);
    // Nobody else does, and nobody knows an id that was changed.
    for other in [Site::open(server().secret("another secret, as long as it")).await, Site::open(server()).await] {
        assert_eq!(other.ask(&call(&session)).await.status, 404);
    }
    let (payload, mac) = session.split_once('.').expect("sealed");
    for changed in
        [format!("{session}A"), payload.to_owned(), format!("{payload}A.{mac}"), format!("x.{mac}"), String::new()]
    {
        assert_eq!(replica.ask(&call(&changed)).await.status, 404, "{changed}");
    }
}

#[tokio::test]
async fn an_ended_session_does_not_come_back() {
    let site = Site::open(server().secret(SECRET)).await;
    let session = open(&site).await;
    let delete = Request::new("DELETE", "/mcp").with("Mcp-Session-Id", &session);
    assert_eq!(site.ask(&delete).await.status, 204);
    assert_eq!(site.ask(&call(&session)).await.status, 404);
    assert_eq!(site.ask(&delete).await.status, 404);
}

#[tokio::test]
async fn one_that_made_room_comes_back() {
    let site = Site::open(server().secret(SECRET).limits(Limits::default().sessions(1))).await;
    let (first, second) = (open(&site).await, open(&site).await);
    for session in [&first, &second, &first] {
        assert_eq!(text(&site.ask(&call(session)).await), "ada 2025-06-18 true");
    }
}

#[tokio::test]
async fn a_sealed_id_is_good_for_a_while() {
    let limits = Limits::default().session_life(Duration::ZERO).session_idle(Duration::ZERO);
    let site = Site::open(server().secret(SECRET).limits(limits)).await;
    let session = open(&site).await;
    lmcp_tests::http::within(async {
        while site.ask(&call(&session)).await.status != 404 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_session_is_for_who_opened_it() {
    let with = |token: &str| server().secret(SECRET).auth(Auth::bearer(token));
    let (ada, bob) = (Site::open(with("ada")).await, Site::open(with("bob")).await);
    let session = ada.ask(&initialize().with("Authorization", "Bearer ada")).await;
    let session = session.header("mcp-session-id").expect("a session").to_owned();
    assert_eq!(ada.ask(&call(&session).with("Authorization", "Bearer ada")).await.status, 200);
    assert_eq!(bob.ask(&call(&session).with("Authorization", "Bearer bob")).await.status, 404);
}

#[tokio::test]
async fn a_client_that_says_too_much_has_a_session_all_the_same() {
    let site = Site::open(server().secret(SECRET)).await;
    let params = json!({
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "x".repeat(5000), "version": "1" },
    });
    let answer = site.ask(&Request::legacy(1, "initialize", params)).await;
    let session = answer.header("mcp-session-id").expect("a session").to_owned();
    assert_eq!(session.len(), 32);
    assert!(text(&site.ask(&call(&session)).await).starts_with("xxx"));
}
