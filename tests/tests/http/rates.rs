//! Who comes too often over HTTP: 429, and when to come again.

use super::{message, said, text};
use lmcp::auth::{Auth, Credentials, Refused};
use lmcp::{Limits, Principal, Rate, Server};
use lmcp_tests::guarded::{self, guarded};
use lmcp_tests::http::{Request, Response, Site};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn limited(id: u32) -> Request {
    Request::call(id, "limited", json!({}))
}

/// Too much of this; come again after so long.
fn too_many(answer: &Response, what: &str, least: u64) {
    assert_eq!(answer.status, 429, "{answer:?}");
    let after: u64 = answer.header("retry-after").expect("when").parse().expect("whole seconds");
    // It runs while the test does.
    assert!((1..=least).contains(&after), "{after}");
    let error = answer.json();
    assert_eq!((&error["error"]["code"], &error["error"]["data"]), (&json!(-32603), &json!({ "retryAfter": after })));
    assert_eq!(message(answer), format!("too many {what}; try again in {after} s"));
}

#[tokio::test]
async fn a_tool_is_refused_to_who_calls_too_often() {
    let site = Site::open(Server::empty().tool(guarded::limited).tool(guarded::open)).await;
    // One counts however he calls.
    assert_eq!(text(&site.ask(&limited(1)).await), "limited");
    assert_eq!(text(&site.ask(&Request::legacy_call(2, "limited", json!({}))).await), "limited");
    for request in [limited(3), Request::legacy_call(3, "limited", json!({}))] {
        let answer = site.ask(&request).await;
        too_many(&answer, "calls of `limited`: at most 2 a minute", 30);
        assert_eq!(answer.json()["id"], 3);
    }
    let page = site.ask(&limited(3).with("Origin", "http://localhost:6274")).await;
    assert!(page.joined("access-control-expose-headers").contains("retry-after"), "pages see when, too: {page:?}");
    assert_eq!(text(&site.ask(&Request::call(4, "open", json!({}))).await), "open", "another tool");
}

#[tokio::test]
async fn principals_count_over_all_connections_and_apart_from_each_other() {
    let site = Site::mounted(guarded()).await;
    for name in ["ana", "bo"] {
        let call = |id| limited(id).with("X-Caller", name);
        for id in 0..2 {
            assert_eq!(site.ask(&call(id)).await.status, 200, "{name}");
        }
        too_many(&site.ask(&call(2)).await, "calls of `limited`: at most 2 a minute", 30);
    }
    // A call that is refused for another reason costs nothing.
    let call =
        |scopes: &str| Request::call(1, "limited_and_scoped", json!({})).with("X-Caller", &format!("cy {scopes}"));
    for _ in 0..3 {
        assert_eq!(site.ask(&call("")).await.status, 403);
    }
    assert_eq!(site.ask(&call("files:write")).await.status, 200);
    too_many(&site.ask(&call("files:write")).await, "calls of `limited_and_scoped`: at most 1 an hour", 3600);
}

#[tokio::test]
async fn resources_have_rates_too() {
    let site = Site::mounted(guarded()).await;
    let read = Request::modern(1, "resources/read", json!({ "uri": "guarded://minutes" }));
    let read = read.with("X-Caller", "ana files:read");
    assert_eq!(site.ask(&read).await.status, 200);
    too_many(&site.ask(&read).await, "calls of resource `guarded://minutes`: at most 1 a minute", 60);
}

#[tokio::test]
async fn the_server_s_rate_is_for_every_request_and_for_nothing_else() {
    let server = Server::empty().tool(guarded::open).rate(Rate::per_hour(1).burst(5)).auth(Auth::bearer("secret"));
    let site = Site::open(server).await;
    let inside = |request: Request| request.with("Authorization", "Bearer secret");
    for free in [Request::new("GET", "/health"), Request::new("OPTIONS", "/mcp")] {
        for _ in 0..10 {
            assert!(matches!(site.ask(&free).await.status, 200 | 204));
        }
    }
    // Notifications and answers are not requests, and who is not let in has asked nothing.
    let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    for _ in 0..10 {
        assert_eq!(site.ask(&inside(Request::message(&ready))).await.status, 202);
        assert_eq!(site.ask(&Request::modern(1, "tools/list", json!({}))).await.status, 401);
    }
    let handshake = site.ask(&inside(Request::initialize(1, "2025-11-25"))).await;
    assert_eq!(handshake.status, 200);
    for request in [
        Request::modern(1, "tools/list", json!({})),
        Request::modern(1, "server/discover", json!({})),
        Request::legacy(1, "ping", json!({})),
        Request::call(1, "open", json!({})),
    ] {
        assert_eq!(site.ask(&inside(request)).await.status, 200);
    }
    for request in [
        Request::modern(1, "tools/list", json!({})),
        Request::modern(1, "subscriptions/listen", json!({ "notifications": {} })),
        Request::initialize(1, "2025-11-25"),
        Request::legacy(1, "ping", json!({})),
        Request::call(1, "open", json!({})),
    ] {
        too_many(&site.ask(&inside(request)).await, "requests: at most 1 an hour", 3600);
    }
}

/// One among others has no status of its own: a model reads that it calls too often, anybody else gets an error.
#[tokio::test]
async fn in_a_batch_each_counts() {
    let site = Site::open(Server::empty().tool(guarded::limited).rate(Rate::per_hour(1).burst(4))).await;
    let call = |id: u32| json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": "limited" } });
    let answer = site.ask(&Request::message(&json!([call(1), call(2), call(3), call(4), call(5)]))).await;
    assert_eq!(answer.status, 200);
    let answers = answer.json();
    let of = |id: u32| answers.as_array().and_then(|all| all.iter().find(|answer| answer["id"] == id)).expect("one");
    for id in [1, 2] {
        assert_eq!((said(of(id)), &of(id)["result"]["isError"]), ("limited", &json!(false)));
    }
    for id in [3, 4] {
        assert_eq!(of(id)["result"]["isError"], true);
        assert!(
            said(of(id)).starts_with("too many calls of `limited`: at most 2 a minute; try again in "),
            "{answers}"
        );
    }
    let error: &Value = &of(5)["error"];
    assert_eq!(error["code"], -32603);
    assert!(error["message"].as_str().is_some_and(|text| text.starts_with("too many requests: at most 1 an hour;")));
}

#[tokio::test]
async fn addresses_count_where_nobody_says_who_he_is() {
    let forwarded = |by: &str| limited(1).with("X-Forwarded-For", by);
    // Nobody believes the header by himself.
    let site = Site::open(Server::empty().tool(guarded::limited)).await;
    for by in ["10.0.0.1", "10.0.0.2"] {
        assert_eq!(site.ask(&forwarded(by)).await.status, 200);
    }
    assert_eq!(site.ask(&forwarded("10.0.0.3")).await.status, 429);
    // Behind one proxy, the last address is the one that called it.
    let site = Site::open(Server::empty().tool(guarded::limited).proxies(1)).await;
    for by in ["10.0.0.1", "10.0.0.9, 10.0.0.1"] {
        assert_eq!(site.ask(&forwarded(by)).await.status, 200);
    }
    for by in ["10.0.0.1", "10.0.0.2, 10.0.0.1", "10.0.0.1:80", "8.8.8.8,  ::ffff:10.0.0.1", "[::ffff:10.0.0.1]:7"] {
        assert_eq!(site.ask(&forwarded(by)).await.status, 429, "{by}");
    }
    assert_eq!(site.ask(&forwarded("9.9.9.9").and("X-Forwarded-For", "10.0.0.1")).await.status, 429, "one list in two");
    for by in ["10.0.0.1, 10.0.0.2", "2001:db8::1", "[2001:db8::2]"] {
        assert_eq!(site.ask(&forwarded(by)).await.status, 200, "{by}");
    }
    assert_eq!(site.ask(&forwarded("2001:db8::3")).await.status, 429, "one house has a whole /64");
    // What is no address is nobody's: the proxy's own counts.
    for by in ["unknown", "", "10.0.0.5,"] {
        let expected = if by == "10.0.0.5," { 429 } else { 200 };
        assert_eq!(site.ask(&forwarded(by)).await.status, expected, "{by}");
    }
    let site = Site::open(Server::empty().tool(guarded::limited).proxies(2)).await;
    for by in ["10.0.0.1, 10.1.1.1", "10.0.0.1, 10.1.1.2"] {
        assert_eq!(site.ask(&forwarded(by)).await.status, 200);
    }
    assert_eq!(site.ask(&forwarded("10.0.0.7, 10.0.0.1, 10.1.1.3")).await.status, 429);
}

/// The table is as large as it was made, and whoever is forgotten begins anew.
#[tokio::test]
async fn what_is_known_of_callers_is_bounded() {
    let server = guarded().limits(Limits::default().rate_buckets(1));
    let site = Site::mounted(server).await;
    let call = |name: &str| limited(1).with("X-Caller", name);
    for id in 0..40 {
        assert_eq!(site.ask(&call(&format!("caller{id}"))).await.status, 200);
    }
    assert_eq!(site.ask(&call("caller39")).await.status, 200);
    assert_eq!(site.ask(&call("caller39")).await.status, 429);
}

/// Takes `good…`, and counts how often it was asked.
fn counted(asked: &Arc<AtomicUsize>) -> Auth {
    let asked = asked.clone();
    Auth::custom(move |credentials: Credentials| {
        asked.fetch_add(1, Ordering::SeqCst);
        let shown = credentials.token().or(credentials.header("x-api-key")).map(str::to_owned);
        async move {
            match shown.as_deref() {
                None => Err(Refused::Missing),
                Some("lacks") => Err(Refused::insufficient_scope(["more"])),
                Some("fails") => Err(Refused::failed("the database is gone")),
                Some(good) if good.starts_with("good") => Ok(Principal::new(good)),
                Some(_) => Err(Refused::invalid("a guess")),
            }
        }
    })
}

/// Who guesses is not looked at for a while, and keeps out nobody who was let in before.
#[tokio::test]
async fn failed_logins_count_by_address() {
    let asked = Arc::new(AtomicUsize::new(0));
    let auth = Auth::bearer("secret").or(counted(&asked));
    let server = Server::empty().tool(guarded::open).rate(Rate::per_hour(4).burst(4)).auth(auth).proxies(1);
    let site = Site::open(server).await;
    let list = |by: &str| Request::modern(1, "tools/list", json!({})).with("X-Forwarded-For", by);
    let with = |by: &str, token: &str| list(by).with("Authorization", &format!("Bearer {token}"));
    assert_eq!(site.ask(&with("10.0.0.1", "good")).await.status, 200);
    // Who shows nothing has not guessed, and of whom nothing can be told it is not known.
    for _ in 0..10 {
        assert_eq!(site.ask(&list("10.0.0.1")).await.status, 401);
        assert_eq!(site.ask(&with("10.0.0.1", "fails")).await.status, 503);
    }
    for (token, status) in [("guess", 401), ("lacks", 403), ("another", 401)] {
        assert_eq!(site.ask(&with("10.0.0.1", token)).await.status, status, "{token}");
    }
    assert_eq!(site.ask(&list("10.0.0.1").with("X-Api-Key", "guess")).await.status, 401);
    let before = asked.load(Ordering::SeqCst);
    for request in [with("10.0.0.1", "guess"), with("10.0.0.1", "good2"), list("10.0.0.1").with("X-Api-Key", "good")] {
        let refused = site.ask(&request).await;
        too_many(&refused, "failed logins: at most 4 an hour", 900);
        assert_eq!((refused.json().get("id"), refused.header("www-authenticate")), (None, None));
    }
    assert_eq!(asked.load(Ordering::SeqCst), before, "nobody looked");
    // A good one, in the same place: it was known before, it is fixed, or it is elsewhere.
    assert_eq!(site.ask(&with("10.0.0.1", "good")).await.status, 200);
    assert_eq!(site.ask(&with("10.0.0.1", "secret")).await.status, 200);
    assert_eq!(site.ask(&with("10.0.0.2", "good2")).await.status, 200);
    assert_eq!(site.ask(&with("10.0.0.2", "guess")).await.status, 401);
    assert_eq!(asked.load(Ordering::SeqCst), before + 3);
    // Having been good somewhere is enough.
    assert_eq!(site.ask(&with("10.0.0.1", "good2")).await.status, 200);
    // The house of one IPv6 address is one place.
    for by in ["2001:db8::1", "2001:db8::2", "[2001:db8::3]:7", "2001:db8::4"] {
        assert_eq!(site.ask(&with(by, "guess")).await.status, 401, "{by}");
    }
    assert_eq!(site.ask(&with("2001:db8::5", "guess")).await.status, 429);
}

/// Fixed tokens are guessed no more often; without a rate nothing is counted.
#[tokio::test]
async fn guesses_at_fixed_tokens() {
    let server = || Server::empty().tool(guarded::open).auth(Auth::bearer("secret"));
    let with = |token: &str| Request::call(1, "open", json!({})).with("Authorization", &format!("Bearer {token}"));
    let site = Site::open(server().rate(Rate::per_hour(2))).await;
    for expected in [401, 401, 429, 429] {
        assert_eq!(site.ask(&with("guess")).await.status, expected);
    }
    // Who is asked for a token nevertheless learns so, and who has one gets in.
    assert_eq!(site.ask(&with("").without("Authorization")).await.status, 401);
    assert_eq!(text(&site.ask(&with("secret")).await), "open");
    let site = Site::open(server()).await;
    for _ in 0..20 {
        assert_eq!(site.ask(&with("guess")).await.status, 401);
    }
}
