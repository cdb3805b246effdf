//! Who gets in: hosts, origins, tokens, and what browsers are told.

use lmcp::{Auth, Server};
use lmcp_tests::http::{Request, Response, Site};
use lmcp_tests::server;
use serde_json::json;

fn list() -> Request {
    Request::modern(1, "tools/list", json!({}))
}

/// A refusal: this status, an error without an id that says this.
fn refused(answer: &Response, status: u16, says: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    let error = answer.json();
    assert_eq!(error.get("id"), None);
    assert!(error["error"]["message"].as_str().is_some_and(|message| message.contains(says)), "{says}: {error}");
}

#[tokio::test]
async fn hosts_on_a_loopback_address() {
    let site = Site::open(server()).await;
    let port = site.address.port();
    for host in
        ["localhost", "LocalHost:1", "127.0.0.1", "[::1]", &format!("127.0.0.1:{port}"), &format!("[::1]:{port}")]
    {
        assert_eq!(site.ask(&list().with("Host", host)).await.status, 200, "{host}");
    }
    for host in ["evil.example", "localhost.evil.example:80", "127.0.0.1.evil.example", "mcp.example.com", "x"] {
        for request in
            [list(), Request::new("GET", "/health"), Request::new("OPTIONS", "/mcp"), Request::new("GET", "/x")]
        {
            let answer = site.ask(&request.with("Host", host)).await;
            refused(&answer, 421, ".allow_host(");
            refused(&answer, 421, host.split(':').next().unwrap_or_default());
        }
    }
    let site = Site::open(server().allow_host("mcp.example.com").allow_host("other.example:8080")).await;
    for host in ["mcp.example.com", "MCP.example.com:443", "other.example", "localhost"] {
        assert_eq!(site.ask(&list().with("Host", host)).await.status, 200, "{host}");
    }
    refused(&site.ask(&list().with("Host", "evil.example")).await, 421, "evil.example");
}

#[tokio::test]
async fn origins_on_a_loopback_address() {
    let site = Site::open(server()).await;
    assert_eq!(site.ask(&list()).await.joined("access-control-allow-origin"), "", "no origin, nothing to say");
    for origin in ["http://localhost", "http://localhost:6274", "https://127.0.0.1:1", "http://[::1]:3000"] {
        let answer = site.ask(&list().with("Origin", origin)).await;
        assert_eq!(answer.status, 200, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        assert_eq!(answer.header("vary"), Some("Origin"));
        let exposed = answer.joined("access-control-expose-headers").to_lowercase();
        assert!(exposed.contains("mcp-session-id") && exposed.contains("www-authenticate"), "{exposed}");
    }
    for origin in [
        "https://evil.example",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "null",
        "localhost",
        "",
    ] {
        for request in [list(), Request::initialize(1, "2025-11-25"), Request::new("OPTIONS", "/mcp")] {
            let answer = site.ask(&request.with("Origin", origin)).await;
            refused(&answer, 403, ".allow_origin(");
            assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
        }
    }
    let site = Site::open(server().allow_origin("https://app.example.com")).await;
    let answer = site.ask(&list().with("Origin", "https://app.example.com")).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example.com"));
    for other in ["http://app.example.com", "https://app.example.com.evil.example", "https://app.example.com:8443"] {
        refused(&site.ask(&list().with("Origin", other)).await, 403, other);
    }
    let site = Site::open(server().allow_origin("*")).await;
    assert_eq!(site.ask(&list().with("Origin", "https://anything.example")).await.status, 200);
}

#[tokio::test]
async fn pages_see_errors_too() {
    let site = Site::open(server().auth(Auth::bearer("secret"))).await;
    let allowed = |request: Request| request.with("Origin", "http://localhost:6274");
    let inside = |request: Request| allowed(request).with("Authorization", "Bearer secret");
    for (request, status) in [
        (allowed(list()), 401),
        (inside(Request::post("{")), 400),
        (inside(Request::modern(1, "no/such", json!({}))), 404),
        (inside(list().target("/nowhere")), 404),
        (inside(list().verb("PUT")), 405),
        (inside(list().with("Accept", "text/plain")), 406),
        (inside(list().with("Content-Type", "text/plain")), 415),
        (
            inside(
                list()
                    .with("Mcp-Session-Id", "gone")
                    .without("MCP-Protocol-Version")
                    .with("Content-Length", "999999999"),
            ),
            413,
        ),
        (inside(Request::legacy(1, "ping", json!({})).with("Mcp-Session-Id", "gone")), 404),
    ] {
        let answer = site.ask(&request).await;
        assert_eq!(answer.status, status, "{request:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("http://localhost:6274"), "{request:?}");
        assert!(answer.joined("access-control-expose-headers").to_lowercase().contains("mcp-session-id"));
    }
}

#[tokio::test]
async fn preflight() {
    let site = Site::open(server().auth(Auth::bearer("secret"))).await;
    let request = Request::new("OPTIONS", "/mcp")
        .with("Origin", "http://localhost:6274")
        .with("Access-Control-Request-Method", "POST")
        .with("Access-Control-Request-Headers", "mcp-method,mcp-param-city,x-own");
    let answer = site.ask(&request).await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://localhost:6274"));
    assert_eq!(answer.header("access-control-max-age"), Some("86400"));
    let allowed = answer.joined("access-control-allow-headers").to_lowercase();
    let allowed: Vec<_> = allowed.split(',').map(str::trim).collect();
    for name in ["authorization", "content-type", "mcp-method", "mcp-param-city", "x-own"] {
        assert!(allowed.contains(&name), "{name}: {allowed:?}");
    }
    let methods = answer.joined("access-control-allow-methods");
    for verb in ["POST", "GET", "DELETE"] {
        assert!(methods.contains(verb), "{methods}");
    }
}

#[tokio::test]
async fn tokens() {
    let site = Site::open(server().auth(Auth::bearer("secret"))).await;
    let session = Request::legacy(1, "ping", json!({}));
    for request in [list(), session, Request::new("GET", "/mcp"), Request::new("DELETE", "/mcp"), Request::post("{")] {
        let without = site.ask(&request).await;
        refused(&without, 401, "Authorization: Bearer");
        let challenge = without.header("www-authenticate").expect("a challenge");
        assert!(challenge.starts_with("Bearer") && !challenge.contains("error"), "{challenge}");
        for none in ["Bearer", "Basic secret", "secret"] {
            let answer = site.ask(&request.clone().with("Authorization", none)).await;
            refused(&answer, 401, "Authorization: Bearer");
            let challenge = answer.header("www-authenticate").expect("a challenge");
            assert!(!challenge.contains("error") && !answer.text().contains("secret"), "{answer:?}");
        }
        for wrong in ["Bearer Secret", "Bearer secret2"] {
            let answer = site.ask(&request.clone().with("Authorization", wrong)).await;
            refused(&answer, 401, "not valid");
            let challenge = answer.header("www-authenticate").expect("a challenge");
            assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
            assert!(!answer.text().contains("secret"), "{answer:?}");
        }
    }
    for right in ["Bearer secret", "bearer secret"] {
        assert_eq!(site.ask(&list().with("Authorization", right)).await.status, 200);
    }
    // What needs none.
    assert_eq!(site.ask(&Request::new("GET", "/health")).await.status, 200);
    assert_eq!(site.ask(&Request::new("OPTIONS", "/mcp")).await.status, 204);
    // The body of somebody without a token is not even read.
    let announced = Request::post("").with("Content-Length", "1000");
    assert_eq!(site.ask(&announced).await.status, 401);
}

#[tokio::test]
async fn an_empty_token_is_refused_at_start() {
    let error = Server::empty().auth(Auth::bearer("")).build().expect_err("nobody could tell it from none");
    assert!(error.is_setup(), "{error}");
}

/// A host that the environment lists, on a loopback address.
#[tokio::test]
async fn hosts_of_the_environment_are_served() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    command.args(["--http", "127.0.0.1:0"]).env("LMCP_ALLOW_HOST", "calc.local, mcp.example.com");
    let served = lmcp_tests::process::Served::start(command);
    for (host, status) in [("mcp.example.com", 200), ("calc.local:80", 200), ("example.com", 421)] {
        let mut connection = served.connect().await;
        connection.send(&Request::legacy(1, "ping", json!({})).without("Host").with("Host", host)).await;
        assert_eq!(connection.response().await.status, status, "{host}");
    }
}
