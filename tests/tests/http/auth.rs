//! Who gets in by fixed tokens with names and scopes, and by a function of the program's own.

use lmcp::auth::{Auth, Credentials, Refused};
use lmcp::{Context, Principal, Server, tool};
use lmcp_tests::http::{Request, Response, Site};
use serde_json::json;

/// Says who calls, and what they may do.
#[tool]
fn whoami(ctx: &Context) -> String {
    let principal = ctx.principal().expect("nobody else gets in");
    format!("{} [{}]", principal.subject(), principal.scopes().collect::<Vec<_>>().join(" "))
}

async fn open(auth: impl Into<Auth>) -> Site {
    Site::open(Server::empty().tool(whoami).auth(auth)).await
}

fn call(authorization: &str) -> Request {
    Request::call(1, "whoami", json!({})).with("Authorization", authorization)
}

fn challenge(answer: &Response) -> Option<&str> {
    answer.header("www-authenticate")
}

#[tokio::test]
async fn several_tokens_with_names_and_scopes() {
    let auth = Auth::bearer("one").named("ci").scopes(["files:read", "files:write"]);
    let site = open(auth.or(Auth::bearer("two").named("ana")).or(Auth::bearer("three"))).await;
    for (token, who) in [("one", "ci [files:read files:write]"), ("two", "ana []")] {
        assert_eq!(super::text(&site.ask(&call(&format!("Bearer {token}"))).await), who);
    }
    let unnamed = super::text(&site.ask(&call("Bearer three")).await);
    assert!(unnamed.starts_with("bearer:") && !unnamed.contains("three"), "{unnamed}");
    for wrong in ["Bearer four", "Bearer onetwo", "Bearer one two"] {
        let answer = site.ask(&call(wrong)).await;
        assert_eq!(answer.status, 401, "{wrong}");
        let expected =
            "Bearer realm=\"mcp\", error=\"invalid_token\", error_description=\"the bearer token is not valid\"";
        assert_eq!(challenge(&answer), Some(expected));
    }
    // A token without its scheme, or in another one, is none that could be wrong (RFC 6750, 3.1).
    let without = call("").without("Authorization");
    for none in [without, call("Basic one"), call("one"), call("Token one"), call("Bearer")] {
        let nobody = site.ask(&none).await;
        assert_eq!((nobody.status, challenge(&nobody)), (401, Some("Bearer realm=\"mcp\"")), "{none:?}");
        assert!(super::message(&nobody).contains("Authorization: Bearer"), "{nobody:?}");
    }
}

#[tokio::test]
async fn an_empty_token_among_others_is_refused_at_start() {
    let error = Server::empty().auth(Auth::bearer("a").or(Auth::bearer(""))).build().expect_err("refused");
    assert!(error.is_setup() && error.to_string().contains("empty"), "{error}");
    let error = Server::empty().auth(Auth::bearer("Bearer a")).build().expect_err("refused");
    assert!(error.to_string().contains("give the token alone, without that word"), "{error}");
}

/// An error of the program's, with something in it that is nobody's business.
#[derive(Debug)]
struct Database;

impl std::fmt::Display for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("db.internal refuses the password hunter2")
    }
}

impl std::error::Error for Database {}

async fn by_key(credentials: Credentials) -> Result<Principal, Refused> {
    // What waits does not keep others waiting.
    tokio::task::yield_now().await;
    match credentials.header("x-api-key").or(credentials.token()) {
        None => Err(Refused::Missing),
        Some("withdrawn") => Err(Refused::invalid("the key was \"withdrawn\"")),
        Some("reader") => Err(Refused::insufficient_scope(["files:read", "files:write"])),
        Some("down") => Err(Database)?,
        Some(name) => Ok(Principal::new(name).scope("a")),
    }
}

#[tokio::test]
async fn a_function_of_ones_own() {
    let site = open(Auth::custom(by_key)).await;
    let by = |key: &str| call("").without("Authorization").with("X-Api-Key", key);
    assert_eq!(super::text(&site.ask(&by("ana")).await), "ana [a]");
    assert_eq!(super::text(&site.ask(&call("bearer bo")).await), "bo [a]");

    let missing = site.ask(&call("").without("Authorization")).await;
    assert_eq!((missing.status, challenge(&missing)), (401, Some("Bearer realm=\"mcp\"")));
    let withdrawn = site.ask(&by("withdrawn")).await;
    assert_eq!(withdrawn.status, 401);
    assert_eq!(super::message(&withdrawn), "the bearer token is not valid: the key was \"withdrawn\"");
    assert_eq!(
        challenge(&withdrawn),
        Some("Bearer realm=\"mcp\", error=\"invalid_token\", error_description=\"the key was 'withdrawn'\"")
    );
    let reader = site.ask(&by("reader")).await;
    assert_eq!(reader.status, 403);
    assert_eq!(
        challenge(&reader),
        Some(
            "Bearer realm=\"mcp\", error=\"insufficient_scope\", \
             error_description=\"the token lacks a scope that the request needs\", scope=\"files:read files:write\""
        )
    );
    let down = site.ask(&by("down")).await;
    assert_eq!((down.status, challenge(&down)), (503, None));
    assert!(!down.text().contains("hunter2") && !down.text().contains("db.internal"), "{down:?}");
}

#[tokio::test]
async fn who_is_called_the_same_is_not_the_same() {
    let site = open(Auth::bearer("secret").named("ana").or(Auth::custom(by_key))).await;
    let [named, checked] = ["Bearer secret", "Bearer ana"].map(str::to_owned);
    for (mine, other) in [(&named, &checked), (&checked, &named)] {
        assert_eq!(super::text(&site.ask(&call(mine)).await).split(' ').next(), Some("ana"));
        let begun = site.ask(&Request::initialize(0, "2025-11-25").with("Authorization", mine)).await;
        let session = begun.header("mcp-session-id").expect("a session").to_owned();
        let ping = Request::legacy(1, "ping", json!({})).with("Mcp-Session-Id", &session);
        assert_eq!(site.ask(&ping.clone().with("Authorization", mine)).await.status, 200);
        assert_eq!(site.ask(&ping.with("Authorization", other)).await.status, 404);
    }
}

#[tokio::test]
async fn of_several_refusals_the_closest_counts() {
    let strict = Auth::custom(async |_| Err(Refused::insufficient_scope(["admin"])));
    let unsure = Auth::custom(async |_| Err(Refused::failed("no answer")));
    assert_eq!(open(Auth::custom(by_key).or(strict.clone())).await.ask(&call("Bearer withdrawn")).await.status, 403);
    assert_eq!(open(unsure.clone().or(strict.clone())).await.ask(&call("Bearer x")).await.status, 503);
    // And one that lets in is enough.
    assert_eq!(open(unsure.or(strict).or(Auth::custom(by_key))).await.ask(&call("Bearer x")).await.status, 200);
}
