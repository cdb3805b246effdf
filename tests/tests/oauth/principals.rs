//! Sessions and sealed states are for who began them, by issuer and subject.

use super::{server, tokens_of};
use lmcp::Auth;
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
