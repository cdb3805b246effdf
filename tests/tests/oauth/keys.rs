//! Where the issuer's keys come from: discovery, rotation, outages, and how often it is asked.

use super::{called, message, refused, server, tokens_of};
use lmcp_tests::http::{Request, Response, Site, until};
use lmcp_tests::issuer::{Issuer, Key, Mood};
use serde_json::json;
use std::time::Duration;

const ANA: &str = "ana [files:read files:write] true";

async fn ask(site: &Site, token: &str) -> Response {
    site.ask(&super::call().by(token)).await
}

#[tokio::test]
async fn metadata_in_all_its_places() {
    let key = Key::p256("p");
    for (path, places) in [
        ("", &["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"][..]),
        ("/", &["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"]),
        (
            "/a/b",
            &[
                "/.well-known/oauth-authorization-server/a/b",
                "/.well-known/openid-configuration/a/b",
                "/a/b/.well-known/openid-configuration",
            ],
        ),
    ] {
        for (at, place) in places.iter().enumerate() {
            let issuer = Issuer::start(path, &[&key]).await;
            issuer.be(Mood::OnlyAt(place));
            let site = Site::open(server(tokens_of(&issuer))).await;
            assert_eq!(called(&site, &key.token("ES256", &issuer.claims())).await, ANA, "{place}");
            let mut asked: Vec<_> = places[..=at].to_vec();
            asked.push("/keys");
            assert_eq!(issuer.asked(), asked);
        }
    }
}

#[tokio::test]
async fn a_new_key() {
    let (old, new) = (Key::p256("old"), Key::ed25519("new"));
    let issuer = Issuer::start("", &[&old]).await;
    let site = Site::open(server(tokens_of(&issuer))).await;
    assert_eq!(called(&site, &old.token("ES256", &issuer.claims())).await, ANA);
    issuer.publish(&[&new]);
    assert_eq!(called(&site, &new.token("EdDSA", &issuer.claims())).await, ANA);
    assert_eq!(issuer.key_fetches(), 2);
    // What is not published any more is not taken any more.
    assert_eq!(refused(&site, &old.token("ES256", &issuer.claims())).await, "the token's key is unknown");
}

#[tokio::test]
async fn invented_keys_do_not_hammer_the_issuer() {
    let key = Key::p256("p");
    let issuer = Issuer::start("", &[&key]).await;
    let site = Site::open(server(tokens_of(&issuer))).await;
    assert_eq!(called(&site, &key.token("ES256", &issuer.claims())).await, ANA);
    for number in 0..40 {
        let forged = Key::p256(&format!("k{number}")).token("ES256", &issuer.claims());
        assert_eq!(refused(&site, &forged).await, "the token's key is unknown");
    }
    assert_eq!(issuer.key_fetches(), 5, "{:?}", issuer.asked());
    assert_eq!(called(&site, &key.token("ES256", &issuer.claims())).await, ANA);
}

#[tokio::test]
async fn many_at_once_are_one_fetch() {
    let key = Key::p256("p");
    let issuer = Issuer::start("", &[&key]).await;
    let site = Site::open(server(tokens_of(&issuer))).await;
    let token = key.token("ES256", &issuer.claims());
    let mut connections = Vec::new();
    for _ in 0..20 {
        let mut connection = site.connect().await;
        connection.send(&super::call().by(&token)).await;
        connections.push(connection);
    }
    for mut connection in connections {
        assert_eq!(connection.response().await.status, 200);
    }
    assert_eq!(issuer.key_fetches(), 1);
}

#[tokio::test]
async fn an_outage_keeps_the_keys() {
    let key = Key::p256("p");
    let issuer = Issuer::start("", &[&key]).await;
    let site = Site::open(server(tokens_of(&issuer))).await;
    assert_eq!(called(&site, &key.token("ES256", &issuer.claims())).await, ANA);
    issuer.be(Mood::Broken);
    let unknown = Key::p256("other").token("ES256", &issuer.claims());
    assert_eq!(refused(&site, &unknown).await, "the token's key is unknown");
    assert_eq!(called(&site, &key.token("ES256", &issuer.claims())).await, ANA);
}

/// Lets this much time pass, and nothing else happen in it.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn keys_are_looked_after() {
    let (old, new) = (Key::p256("old"), Key::p256("new"));
    let issuer = Issuer::start("", &[&old]).await;
    let site = Site::open(server(tokens_of(&issuer))).await;
    let token = old.token("ES256", &issuer.claims());
    assert_eq!(called(&site, &token).await, ANA);
    issuer.publish(&[&new]);
    pass(Duration::from_secs(14 * 60)).await;
    assert_eq!(called(&site, &token).await, ANA);
    assert_eq!(issuer.key_fetches(), 1);
    pass(Duration::from_secs(2 * 60)).await;
    // As long as the issuer says nothing else, it holds what it said.
    issuer.be(Mood::Broken);
    assert_eq!(called(&site, &token).await, ANA);
    issuer.be(Mood::Well);
    assert_eq!(refused(&site, &token).await, "the token's key is unknown");
}

#[tokio::test]
async fn a_new_key_after_many_invented_ones() {
    let (old, new) = (Key::p256("old"), Key::p256("new"));
    let issuer = Issuer::start("", &[&old]).await;
    let site = Site::open(server(tokens_of(&issuer))).await;
    for _ in 0..10 {
        refused(&site, &Key::p256("forged").token("ES256", &issuer.claims())).await;
    }
    issuer.publish(&[&old, &new]);
    let token = new.token("ES256", &issuer.claims());
    assert_eq!(refused(&site, &token).await, "the token's key is unknown");
    pass(Duration::from_secs(31)).await;
    assert_eq!(called(&site, &token).await, ANA);
    assert_eq!(issuer.key_fetches(), 6);
}

#[tokio::test]
async fn who_hangs_up_does_not_spend_a_fetch() {
    let key = Key::p256("p");
    let issuer = Issuer::start("", &[&key]).await;
    let site = Site::open(server(tokens_of(&issuer))).await;
    let token = key.token("ES256", &issuer.claims());
    issuer.be(Mood::Silent);
    let mut connection = site.connect().await;
    connection.send(&super::call().by(&token)).await;
    until(|| !issuer.asked().is_empty()).await;
    drop(connection);
    // The next one waits for the same fetch, and asks for none of its own.
    let mut connection = site.connect().await;
    connection.send(&super::call().by(&token)).await;
    issuer.be(Mood::Well);
    assert_eq!(connection.response().await.status, 200);
    assert_eq!(issuer.asked(), ["/.well-known/oauth-authorization-server", "/keys"]);
}

/// Nothing of why is for the client.
async fn unavailable(site: &Site, token: &str) {
    let answer = ask(site, token).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(message(&answer), "who you are cannot be checked at the moment; try again later");
    assert_eq!(answer.header("www-authenticate"), None);
}

#[tokio::test]
async fn an_outage_from_the_beginning() {
    let key = Key::p256("p");
    let issuer = Issuer::start("", &[&key]).await;
    let token = key.token("ES256", &issuer.claims());
    for mood in [
        Mood::Broken,
        Mood::Silent,
        Mood::Huge(2000),
        Mood::Keys(json!([])),
        Mood::Keys(json!("keys")),
        Mood::Issuer("http://other".into()),
        Mood::KeysAt("http://keys.example.com/keys".into()),
        Mood::KeysAt("keys".into()),
        Mood::OnlyAt("/nowhere"),
    ] {
        let jwt = tokens_of(&issuer).fetch_bytes(2000).fetch_time(Duration::from_millis(200));
        let site = Site::open(server(jwt)).await;
        issuer.be(mood.clone());
        unavailable(&site, &token).await;
        // Who knows nothing of the issuer need not wait for it.
        assert_eq!(site.ask(&Request::new("GET", "/health")).await.status, 200);
        issuer.be(Mood::Well);
        if mood == Mood::Silent {
            continue; // on a slow machine even this may take longer than so short a time
        }
        assert_eq!(ask(&site, &token).await.status, 200, "{mood:?}");
    }
    let url = issuer.url.clone();
    drop(issuer);
    let gone = lmcp::Auth::jwt(url, lmcp_tests::issuer::AUDIENCE);
    let site = Site::open(server(gone)).await;
    unavailable(&site, &token).await;
}

#[tokio::test]
async fn keys_of_other_kinds_are_left_out() {
    let key = Key::p256("p");
    let issuer = Issuer::start("", &[]).await;
    let others =
        json!({ "keys": [7, {}, { "kty": "oct", "k": "AA" }, { "kty": "EC", "crv": "secp256k1" }, key.public()] });
    issuer.be(Mood::Keys(others));
    let site = Site::open(server(tokens_of(&issuer))).await;
    assert_eq!(called(&site, &key.token("ES256", &issuer.claims())).await, ANA);
    issuer.be(Mood::Keys(json!({ "keys": [] })));
    let site = Site::open(server(tokens_of(&issuer))).await;
    assert_eq!(refused(&site, &key.token("ES256", &issuer.claims())).await, "the token's key is unknown");
}
