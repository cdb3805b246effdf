//! What clients are told: the document, and the challenges that lead to it.

use super::{server, tokens_of};
use lmcp::Auth;
use lmcp_tests::http::{Request, Site};
use lmcp_tests::issuer::{AUDIENCE, Issuer, Key};
use serde_json::json;

const ROOT: &str = "/.well-known/oauth-protected-resource";

#[tokio::test]
async fn the_document() {
    let issuer = Issuer::start("", &[]).await;
    let auth = tokens_of(&issuer).require_scopes(["mcp"]).scopes_supported(["files:read", "mcp"]);
    let site = Site::open(server(auth).title("A Server")).await;
    for path in [ROOT, "/.well-known/oauth-protected-resource/mcp"] {
        let answer = site.ask(&Request::new("GET", path).with("Origin", "https://any.example")).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(
            answer.json(),
            json!({
                "resource": AUDIENCE,
                "authorization_servers": [issuer.url],
                "scopes_supported": ["mcp", "files:read"],
                "bearer_methods_supported": ["header"],
                "resource_name": "A Server",
            })
        );
        let asked = Request::new("OPTIONS", path)
            .with("Origin", "https://any.example")
            .with("Access-Control-Request-Headers", "mcp-protocol-version");
        let answer = site.ask(&asked).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, Some("*")));
        assert!(answer.joined("access-control-allow-headers").contains("mcp-protocol-version"));
        assert_eq!(site.ask(&Request::new("POST", path)).await.status, 405);
    }
    for path in ["/.well-known/oauth-protected-resource/other", "/.well-known/oauth-protected-resources"] {
        assert_eq!(site.ask(&Request::new("GET", path)).await.status, 404, "{path}");
    }
    assert_eq!(issuer.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn by_the_name_that_was_asked_for() {
    let issuer = Issuer::start("", &[]).await;
    let site = Site::open(server(Auth::jwt(&issuer.url, "api://calc"))).await;
    for host in ["localhost:1", "127.0.0.1:8080"] {
        let answer = site.ask(&Request::new("GET", ROOT).with("Host", host)).await;
        assert_eq!(answer.json()["resource"], format!("http://{host}/mcp"));
        assert_eq!(answer.json().get("scopes_supported"), None);
        assert_eq!(answer.json()["resource_name"], "oauth");
        let answer = site.ask(&super::call().with("Host", host)).await;
        assert_eq!(
            answer.header("www-authenticate"),
            Some(&*format!(
                "Bearer realm=\"mcp\", \
                 resource_metadata=\"http://{host}/.well-known/oauth-protected-resource/mcp\""
            ))
        );
    }
    // Who says no name is told no URL, and nothing that is none gets into a header.
    for host in ["", "a b", "u@localhost", "x\"y"] {
        let answer = site.ask(&super::call().with("Host", host)).await;
        assert!(!answer.header("www-authenticate").unwrap_or_default().contains("resource_metadata"), "{answer:?}");
    }
    assert_eq!(site.ask(&Request::new("GET", ROOT).without("Host").old()).await.status, 400);
}

/// There it is in no header.
#[cfg(feature = "http2")]
#[tokio::test]
async fn by_the_name_that_was_asked_for_over_http2() {
    use http_body_util::Empty;
    use hyper_util::rt::{TokioExecutor, TokioIo};
    use lmcp_tests::http::within;
    let issuer = Issuer::start("", &[]).await;
    let site = Site::open(server(Auth::jwt(&issuer.url, "api://calc"))).await;
    let socket = within(tokio::net::TcpStream::connect(site.address)).await.expect("it listens");
    let begun = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(socket));
    let (mut client, connection) = within(begun).await.expect("HTTP/2 is spoken");
    tokio::spawn(connection);
    let request = hyper::Request::get("http://localhost:7/mcp").body(Empty::<bytes::Bytes>::new());
    let answer = within(client.send_request(request.expect("a request"))).await.expect("an answer");
    assert_eq!(
        answer.headers()["www-authenticate"],
        "Bearer realm=\"mcp\", resource_metadata=\"http://localhost:7/.well-known/oauth-protected-resource/mcp\""
    );
}

#[tokio::test]
async fn by_the_name_that_was_said() {
    let issuer = Issuer::start("", &[]).await;
    let auth = Auth::jwt(&issuer.url, "api://calc").resource("https://example.com/tools/calc");
    let site = Site::open(server(auth).endpoint("/")).await;
    for path in [ROOT, "/.well-known/oauth-protected-resource/tools/calc"] {
        let answer = site.ask(&Request::new("GET", path)).await;
        assert_eq!(answer.json()["resource"], "https://example.com/tools/calc", "{path}");
    }
    let answer = site.ask(&super::call().target("/")).await;
    assert_eq!(
        answer.header("www-authenticate"),
        Some(
            "Bearer realm=\"mcp\", \
             resource_metadata=\"https://example.com/.well-known/oauth-protected-resource/tools/calc\""
        )
    );
}

#[tokio::test]
async fn challenges() {
    let key = Key::p256("p");
    let issuer = Issuer::start("", &[&key]).await;
    let site = Site::open(server(tokens_of(&issuer).require_scopes(["mcp", "files:read"]))).await;
    let rest = "resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\", \
                scope=\"mcp files:read\"";
    let challenge = async |request: Request| {
        let answer = site.ask(&request).await;
        assert_eq!(answer.status, 401);
        answer.header("www-authenticate").expect("a challenge").to_owned()
    };
    assert_eq!(challenge(super::call()).await, format!("Bearer realm=\"mcp\", {rest}"));
    let invalid =
        |why: &str| format!("Bearer realm=\"mcp\", error=\"invalid_token\", error_description=\"{why}\", {rest}");
    assert_eq!(challenge(super::call().by("x")).await, invalid("the bearer token is not valid"));
    let late = key.token("ES256", &issuer.claims_with(json!({ "exp": 1 })));
    assert_eq!(challenge(super::call().by(&late)).await, invalid("the token has expired"));
    // Neither streams nor the end of sessions are for everybody.
    for verb in ["GET", "DELETE"] {
        assert_eq!(challenge(Request::new(verb, "/mcp")).await, format!("Bearer realm=\"mcp\", {rest}"));
    }
    // What needs no token.
    assert_eq!(site.ask(&Request::new("GET", "/health")).await.status, 200);
    assert_eq!(site.ask(&Request::new("OPTIONS", "/mcp")).await.status, 204);
    // Hosts are still checked.
    assert_eq!(site.ask(&Request::new("GET", ROOT).with("Host", "evil.example")).await.status, 421);
}

#[tokio::test]
async fn where_there_is_nothing_to_tell() {
    let by_nobody = async |_: lmcp::auth::Credentials| Err::<lmcp::Principal, _>(lmcp::auth::Refused::Missing);
    for site in [
        Site::open(lmcp_tests::server()).await,
        Site::open(server(Auth::bearer("secret"))).await,
        Site::open(server(Auth::custom(by_nobody))).await,
    ] {
        for path in [ROOT, "/.well-known/oauth-protected-resource/mcp"] {
            assert_eq!(site.ask(&Request::new("GET", path)).await.status, 404);
        }
    }
}

#[test]
fn what_keeps_a_server_from_starting() {
    for (auth, why) in [
        (Auth::jwt("id.example.com", "a"), "the issuer \"id.example.com\" is no URL"),
        (Auth::jwt("http://id.example.com", "a"), "without TLS"),
        (Auth::jwt("https://id.example.com?a=b", "a"), "has a query"),
        (Auth::jwt("https://id.example.com#a", "a"), "is no URL"),
        (Auth::jwt("https://id.example.com", " "), "the audience of tokens"),
        (Auth::jwt("https://id.example.com", "a").algorithms([]), "by no algorithm"),
        (Auth::jwt("https://id.example.com", "a").resource("mcp.example.com"), "the resource \"mcp.example.com\""),
        (Auth::jwt("https://id.example.com", "a").require_scopes(["a b"]), "\"a b\" is no scope"),
        (Auth::jwt("https://id.example.com", "a").scopes_supported([""]), "\"\" is no scope"),
    ] {
        let error = server(auth).build().expect_err(why);
        assert!(error.is_setup() && error.to_string().contains(why), "{why}: {error}");
    }
    server(Auth::jwt("http://localhost:1/a", "a")).build().expect("this machine is safe");
}
