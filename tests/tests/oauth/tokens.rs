//! Tokens, good and bad ones.

use super::{called, refused, server, tokens_of};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lmcp::Auth;
use lmcp::auth::Algorithm;
use lmcp_tests::http::Site;
use lmcp_tests::issuer::{AUDIENCE, Issuer, Key, now};
use serde_json::{Value, json};
use std::time::Duration;

const ANA: &str = "ana [files:read files:write] true";

#[tokio::test]
async fn every_algorithm() {
    let (rsa, p256, p384, ed) = (Key::rsa("r"), Key::p256("p"), Key::p384("q"), Key::ed25519("e"));
    let issuer = Issuer::start("", &[&rsa, &p256, &p384, &ed]).await;
    let site = Site::open(server(tokens_of(&issuer))).await;
    for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] {
        assert_eq!(called(&site, &rsa.token(algorithm, &issuer.claims())).await, ANA, "{algorithm}");
    }
    for (key, algorithm) in [(&p256, "ES256"), (&p384, "ES384"), (&ed, "EdDSA"), (&ed, "Ed25519")] {
        assert_eq!(called(&site, &key.token(algorithm, &issuer.claims())).await, ANA, "{algorithm}");
    }
    // Without a `kid` any key that fits may have signed it.
    let unnamed = p256.token_with(json!({ "alg": "ES256" }), "ES256", &issuer.claims());
    assert_eq!(called(&site, &unnamed).await, ANA);
    for typ in ["JWT", "jwt", "at+jwt", "application/at+jwt"] {
        let token = ed.token_with(json!({ "alg": "EdDSA", "kid": "e", "typ": typ }), "EdDSA", &issuer.claims());
        assert_eq!(called(&site, &token).await, ANA, "{typ}");
    }
    assert_eq!(issuer.key_fetches(), 1);
}

#[tokio::test]
async fn claims() {
    let key = Key::p256("p");
    let issuer = Issuer::start("", &[&key]).await;
    let site = Site::open(server(tokens_of(&issuer))).await;
    let token = |change: Value| key.token("ES256", &issuer.claims_with(change));
    for good in [
        json!({ "aud": ["https://other.example.com", AUDIENCE] }),
        json!({ "exp": now() - 30 }),
        json!({ "nbf": now() + 30, "iat": now() + 30 }),
        json!({ "scope": null, "scp": ["files:read", "files:write"] }),
    ] {
        assert_eq!(called(&site, &token(good.clone())).await, ANA, "{good}");
    }
    for (bad, why) in [
        (json!({ "aud": "https://other.example.com/mcp" }), "another audience"),
        (json!({ "aud": null }), "another audience"),
        (json!({ "exp": now() - 3600 }), "the token has expired"),
        (json!({ "exp": null }), "does not say when it expires"),
        (json!({ "nbf": now() + 3600 }), "not valid yet"),
        (json!({ "iat": now() + 3600 }), "not valid yet"),
        (json!({ "sub": null }), "no `sub`"),
        (json!({ "iss": "https://other.example.com" }), "not valid"),
        (json!({ "iss": null }), "not valid"),
    ] {
        let reason = refused(&site, &token(bad.clone())).await;
        assert!(reason.contains(why), "{bad}: {reason}");
    }
}

#[tokio::test]
async fn how_far_clocks_may_differ() {
    let key = Key::p256("p");
    let issuer = Issuer::start("", &[&key]).await;
    let late = key.token("ES256", &issuer.claims_with(json!({ "exp": now() - 30 })));
    let strict = Site::open(server(tokens_of(&issuer).leeway(Duration::ZERO))).await;
    assert_eq!(refused(&strict, &late).await, "the token has expired");
    let loose = Site::open(server(tokens_of(&issuer).leeway(Duration::from_secs(600)))).await;
    let later = key.token("ES256", &issuer.claims_with(json!({ "exp": now() - 500 })));
    assert_eq!(called(&loose, &later).await, ANA);
}

#[tokio::test]
async fn signatures_that_are_none() {
    let (rsa, p256, ed) = (Key::rsa("r"), Key::p256("p"), Key::ed25519("e"));
    let issuer = Issuer::start("", &[&rsa, &p256, &ed]).await;
    let site = Site::open(server(tokens_of(&issuer))).await;
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let good = p256.token("ES256", &issuer.claims());

    let unsigned = format!("{}.{}.", part(&json!({ "alg": "none" })), part(&issuer.claims()));
    assert!(refused(&site, &unsigned).await.contains("algorithm"));
    // The public key as a secret, in the ways it is written down.
    let public = rsa.public();
    let secrets = [public["n"].as_str().expect("text").to_owned(), public.to_string()];
    for secret in secrets {
        let signed = format!("{}.{}", part(&json!({ "alg": "HS256", "kid": "r" })), part(&issuer.claims()));
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, signed.as_bytes())));
        assert!(refused(&site, &token).await.contains("algorithm"));
    }
    // Somebody else's key under the same id.
    let forged = Key::p256("p").token("ES256", &issuer.claims());
    assert_eq!(refused(&site, &forged).await, "the token's signature is wrong");
    // Other claims under the same signature.
    let mut parts: Vec<&str> = good.split('.').collect();
    let other = part(&issuer.claims_with(json!({ "sub": "bo" })));
    parts[1] = &other;
    assert_eq!(refused(&site, &parts.join(".")).await, "the token's signature is wrong");
    // The header names an algorithm that is not the key's, or a key that is not the signature's.
    for header in [
        json!({ "alg": "RS256", "kid": "p" }),
        json!({ "alg": "ES384", "kid": "p" }),
        json!({ "alg": "ES256", "kid": "e" }),
    ] {
        let token = p256.token_with(header.clone(), "ES256", &issuer.claims());
        assert_eq!(refused(&site, &token).await, "the token's key is unknown", "{header}");
    }
    // What else a header may say.
    for (header, why) in [
        (json!({ "alg": "ES256", "kid": "p", "crit": ["b64"], "b64": false }), "extensions"),
        (json!({ "alg": "ES256", "kid": "p", "typ": "dpop+jwt" }), "`typ`"),
        (json!({ "alg": "ES256", "kid": "p", "typ": 7 }), "`typ`"),
        (json!({ "alg": "ES256", "kid": 7 }), "`kid`"),
        (json!({ "kid": "p" }), "algorithm"),
    ] {
        let token = p256.token_with(header.clone(), "ES256", &issuer.claims());
        assert!(refused(&site, &token).await.contains(why), "{header}");
    }
    assert_eq!(called(&site, &good).await, ANA);
}

#[tokio::test]
async fn algorithms_that_are_taken() {
    let (p256, ed) = (Key::p256("p"), Key::ed25519("e"));
    let issuer = Issuer::start("", &[&p256, &ed]).await;
    let site = Site::open(server(tokens_of(&issuer).algorithms([Algorithm::EdDSA]))).await;
    assert_eq!(called(&site, &ed.token("EdDSA", &issuer.claims())).await, ANA);
    assert!(refused(&site, &p256.token("ES256", &issuer.claims())).await.contains("algorithm"));
}

#[tokio::test]
async fn what_is_no_token_asks_nobody() {
    let key = Key::p256("p");
    let issuer = Issuer::start("", &[&key]).await;
    let site = Site::open(server(tokens_of(&issuer))).await;
    let long = key.token("ES256", &issuer.claims_with(json!({ "more": "x".repeat(20_000) })));
    for garbage in ["x", "a.b.c", "..", "e30.e30.", "é.é.é", "eyJhbGciOiJFUzI1NiJ9.e30.AA", &long] {
        assert_eq!(refused(&site, garbage).await, "the bearer token is not valid", "{garbage:.40}");
    }
    assert_eq!(issuer.asked(), Vec::<String>::new());
    // In the URL a token does not count.
    let token = key.token("ES256", &issuer.claims());
    let answer = site.ask(&super::call().target(&format!("/mcp?access_token={token}"))).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn scopes_that_every_caller_needs() {
    let key = Key::p256("p");
    let issuer = Issuer::start("", &[&key]).await;
    let site = Site::open(server(tokens_of(&issuer).require_scopes(["files:read", "mcp"]))).await;
    let answer = site.ask(&super::call().by(&key.token("ES256", &issuer.claims()))).await;
    assert_eq!(answer.status, 403);
    assert_eq!(super::message(&answer), "the token lacks a scope: the request needs files:read mcp");
    assert_eq!(
        answer.header("www-authenticate"),
        Some(
            "Bearer realm=\"mcp\", error=\"insufficient_scope\", \
             error_description=\"the token lacks a scope that the request needs\", \
             resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\", \
             scope=\"files:read mcp\""
        )
    );
    let token = key.token("ES256", &issuer.claims_with(json!({ "scp": "mcp" })));
    assert_eq!(called(&site, &token).await, "ana [files:read files:write mcp] true");
}

#[tokio::test]
async fn beside_other_checks() {
    let key = Key::p256("p");
    let issuer = Issuer::start("", &[&key]).await;
    let by_header = async |credentials: lmcp::auth::Credentials| match credentials.header("x-user") {
        Some(name) => Ok(lmcp::Principal::new(name).claim("exp", 0)),
        None => Err(lmcp::auth::Refused::Missing),
    };
    let auth = Auth::bearer("secret").named("ci").scopes(["a"]).or(tokens_of(&issuer)).or(Auth::custom(by_header));
    let site = Site::open(server(auth)).await;
    assert_eq!(called(&site, "secret").await, "ci [a] false");
    assert_eq!(called(&site, &key.token("ES256", &issuer.claims())).await, ANA);
    let answer = site.ask(&super::call().with("X-User", "bo")).await;
    assert!(answer.text().contains("bo [] true"), "{answer:?}");
    // The one that came closest says why.
    let late = key.token("ES256", &issuer.claims_with(json!({ "exp": 1 })));
    assert_eq!(refused(&site, &late).await, "the token has expired");
    assert_eq!(refused(&site, "another").await, "the bearer token is not valid");
}
