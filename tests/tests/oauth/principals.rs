//! Sessions and sealed states are for who began them, by issuer and subject.

use super::{server, tokens_of};
use lmcp::{Auth, tool};
use lmcp_tests::http::{Request, Site};
use lmcp_tests::issuer::{AUDIENCE, Issuer, Key};
use serde_json::{Value, json};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// Two issuers with one key, so that only `iss` is another one.
struct Two {
    key: Key,
    issuers: [Issuer; 2],
    site: Site,
}

impl Two {
    async fn open() -> Self {
        let key = Key::p256("p");
        let issuers = [Issuer::start("", &[&key]).await, Issuer::start("", &[&key]).await];
        let auth = tokens_of(&issuers[0]).or(Auth::jwt(&issuers[1].url, AUDIENCE)).or(Auth::bearer("x").named("ana"));
        let site = Site::open(server(auth).secret(SECRET)).await;
        Two { key, issuers, site }
    }

    /// Everybody who may be called Ana, the first one twice, with another token.
    fn anas(&self) -> [String; 4] {
        let [a, b] = &self.issuers;
        [
            self.key.token("ES256", &a.claims()),
            self.key.token("ES256", &a.claims_with(json!({ "jti": "another" }))),
            self.key.token("ES256", &b.claims()),
            "x".to_owned(),
        ]
    }
}

#[tokio::test]
async fn sessions() {
    let two = Two::open().await;
    let [ana, same, other, named] = two.anas();
    let bo = two.key.token("ES256", &two.issuers[0].claims_with(json!({ "sub": "bo" })));
    let begun = two.site.ask(&Request::initialize(0, "2025-11-25").by(&ana)).await;
    let session = begun.header("mcp-session-id").expect("a session").to_owned();
    let ping = Request::legacy(1, "ping", json!({})).with("Mcp-Session-Id", &session);
    for (token, status) in [(&ana, 200), (&same, 200), (&other, 404), (&named, 404), (&bo, 404)] {
        assert_eq!(two.site.ask(&ping.clone().by(token)).await.status, status);
    }
    let end = Request::new("DELETE", "/mcp").with("Mcp-Session-Id", &session);
    assert_eq!(two.site.ask(&end.clone().by(&other)).await.status, 404);
    assert_eq!(two.site.ask(&end.by(&same)).await.status, 204);
}

#[tokio::test]
async fn states() {
    let two = Two::open().await;
    let [ana, same, other, named] = two.anas();
    let ask = |more: Value| {
        let mut params = json!({
            "name": "name",
            "_meta": { "io.modelcontextprotocol/clientCapabilities": { "elicitation": { "form": {} } } },
        });
        params.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        Request::modern(1, "tools/call", params)
    };
    let asked = two.site.ask(&ask(json!({})).by(&ana)).await.json();
    let result = &asked["result"];
    let key = result["inputRequests"].as_object().and_then(|all| all.keys().next()).expect("a question");
    let answered = json!({
        "requestState": result["requestState"],
        "inputResponses": { key: { "action": "accept", "content": { "value": "Ana" } } },
    });
    for other in [other, named] {
        let refused = two.site.ask(&ask(answered.clone()).by(&other)).await.json();
        assert!(refused.to_string().contains("another caller"), "{refused}");
    }
    let done = two.site.ask(&ask(answered).by(&same)).await.json();
    assert_eq!(done["result"]["content"][0]["text"], "Ana", "{done}");
}

#[tokio::test]
async fn of_several_issuers() {
    let two = Two::open().await;
    for token in two.anas() {
        assert!(super::called(&two.site, &token).await.starts_with("ana ["));
    }
    let document = two.site.ask(&Request::new("GET", "/.well-known/oauth-protected-resource")).await.json();
    assert_eq!(document["authorization_servers"], json!(two.issuers.each_ref().map(|issuer| &issuer.url)));
    let [a, b] = &two.issuers;
    assert_eq!((a.key_fetches(), b.key_fetches()), (1, 1));
}

/// For the owners of files.
#[tool(scopes("files:read", "files:delete"))]
fn delete() -> &'static str {
    "deleted"
}

/// Who lacks a scope for one function is told which it needs, and where to get them.
#[tokio::test]
async fn a_function_that_needs_more() {
    let key = Key::p256("p");
    let issuer = Issuer::start("", &[&key]).await;
    let site = Site::open(server(tokens_of(&issuer).scopes_supported(["files:read"])).tool(delete)).await;
    let call = |claims: &Value| Request::call(1, "delete", json!({})).by(&key.token("ES256", claims));
    let refused = site.ask(&call(&issuer.claims())).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    assert_eq!(
        refused.header("www-authenticate"),
        Some(
            "Bearer realm=\"mcp\", error=\"insufficient_scope\", \
             error_description=\"the token lacks a scope that the request needs\", \
             resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\", \
             scope=\"files:read files:delete\""
        )
    );
    let stepped_up = issuer.claims_with(json!({ "scope": "files:read files:delete" }));
    assert_eq!(site.ask(&call(&stepped_up)).await.json()["result"]["content"][0]["text"], "deleted");
    let list = async |claims: &Value| {
        let list = Request::modern(1, "tools/list", json!({})).by(&key.token("ES256", claims));
        site.ask(&list).await.json()["result"]["tools"].as_array().map(Vec::len)
    };
    assert_eq!((list(&issuer.claims()).await, list(&stepped_up).await), (Some(2), Some(3)));
}

/// Tokens that are wrong are limited by address before they are verified; one that is known goes on.
#[tokio::test]
async fn too_many_wrong_tokens() {
    let key = Key::p256("p");
    let issuer = Issuer::start("", &[&key]).await;
    let site = Site::open(server(tokens_of(&issuer)).rate(lmcp::Rate::per_hour(3).burst(20)).proxies(1)).await;
    let call = |by: &str, token: &str| super::call().by(token).with("X-Forwarded-For", by);
    let [known, other] = ["known", "other"].map(|id| key.token("ES256", &issuer.claims_with(json!({ "jti": id }))));
    assert_eq!(site.ask(&call("10.0.0.1", &known)).await.status, 200);
    let forged = Key::p256("p").token("ES256", &issuer.claims());
    for _ in 0..20 {
        assert_eq!(site.ask(&call("10.0.0.1", &forged)).await.status, 401);
    }
    for token in [&forged, &other] {
        let refused = site.ask(&call("10.0.0.1", token)).await;
        assert_eq!((refused.status, refused.header("www-authenticate")), (429, None));
        assert!(refused.header("retry-after").is_some_and(|after| after.parse::<u64>().is_ok_and(|s| s <= 1200)));
    }
    assert_eq!(site.ask(&call("10.0.0.1", &known)).await.status, 200);
    assert_eq!(site.ask(&call("10.0.0.2", &other)).await.status, 200);
    // What asks for a token is told where to get one.
    let nobody = site.ask(&super::call().with("X-Forwarded-For", "10.0.0.1")).await;
    assert_eq!(nobody.status, 401);
}
