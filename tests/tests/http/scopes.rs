//! Who lacks a scope over HTTP: 403 and a challenge, whatever asks for it.

use super::message;
use lmcp::{Auth, Server};
use lmcp_tests::guarded::{self, guarded};
use lmcp_tests::http::{Request, Response, Site};
use serde_json::{Value, json};

/// A challenge to get these scopes, and an error without an id that names them.
fn challenged(answer: &Response, what: &str, scopes: &[&str]) {
    assert_eq!(answer.status, 403, "{answer:?}");
    let challenge = answer.header("www-authenticate").expect("a challenge");
    assert!(challenge.starts_with("Bearer realm=\"mcp\", error=\"insufficient_scope\""), "{challenge}");
    assert!(challenge.contains(&format!(", scope=\"{}\"", scopes.join(" "))), "{challenge}");
    let error = answer.json();
    assert_eq!((&error["id"], &error["error"]["code"]), (&json!(1), &json!(-32600)), "{error}");
    assert_eq!(error["error"]["data"], json!({ "requiredScopes": scopes }));
    let word = if scopes.len() == 1 { "scope" } else { "scopes" };
    assert_eq!(message(answer), format!("{what} needs the {word} `{}`", scopes.join("`, `")));
}

fn names(answer: &Response, list: &str, key: &str) -> Vec<String> {
    let items = &answer.json()["result"][list];
    items.as_array().expect("a list").iter().map(|item| item[key].as_str().expect("a name").to_owned()).collect()
}

/// What asks for something with scopes, what it is called in the error, and which scopes it needs.
fn requests() -> Vec<(&'static str, Value, &'static str, &'static [&'static str])> {
    let complete = |reference: Value| json!({ "ref": reference, "argument": { "name": "name", "value": "" } });
    vec![
        ("tools/call", json!({ "name": "delete" }), "tool `delete`", &["files:read", "files:write"]),
        ("tools/call", json!({ "name": "remove" }), "tool `delete`", &["files:read", "files:write"]),
        ("resources/read", json!({ "uri": "guarded://minutes" }), "resource `guarded://minutes`", &["files:read"]),
        ("resources/read", json!({ "uri": "guarded://files/a" }), "resource `guarded://files/{name}`", &["files:read"]),
        ("prompts/get", json!({ "name": "plan" }), "prompt `plan`", &["files:write"]),
        (
            "completion/complete",
            complete(json!({ "type": "ref/prompt", "name": "plan" })),
            "prompt `plan`",
            &["files:write"],
        ),
        (
            "completion/complete",
            complete(json!({ "type": "ref/resource", "uri": "guarded://files/{name}" })),
            "resource `guarded://files/{name}`",
            &["files:read"],
        ),
    ]
}

#[tokio::test]
async fn who_lacks_a_scope_is_challenged_in_both_eras() {
    let site = Site::mounted(guarded()).await;
    let session = site.session("2025-11-25").await;
    for caller in ["ana other", ""] {
        let who = |request: Request| if caller.is_empty() { request } else { request.with("X-Caller", caller) };
        for (method, params, what, scopes) in requests() {
            let modern = site.ask(&who(Request::modern(1, method, params.clone()))).await;
            challenged(&modern, what, scopes);
            let legacy = who(Request::legacy(1, method, params.clone()));
            challenged(&site.ask(&legacy).await, what, scopes);
            let events = legacy.clone().with("Accept", "text/event-stream");
            challenged(&site.ask(&events).await, what, scopes);
            if caller.is_empty() {
                challenged(&site.ask(&legacy.with("Mcp-Session-Id", &session)).await, what, scopes);
            }
        }
        let subscribe = who(Request::legacy(1, "resources/subscribe", json!({ "uri": "guarded://minutes" })));
        challenged(&site.ask(&subscribe).await, "resource `guarded://minutes`", &["files:read"]);
    }
    let allowed = |request: Request| request.with("X-Caller", "bo files:read files:write ask");
    for (method, params, ..) in requests().into_iter().filter(|(_, params, ..)| params["name"] != "plan") {
        for request in [Request::modern(1, method, params.clone()), Request::legacy(1, method, params)] {
            let answer = site.ask(&allowed(request.clone())).await;
            // One of them may be read once a minute.
            assert!(matches!(answer.status, 200 | 429), "{request:?} {answer:?}");
        }
    }
}

/// Byte for byte, since clients that step up read just this.
#[tokio::test]
async fn the_challenge_to_the_byte() {
    let site = Site::mounted(guarded()).await;
    let answer = site.ask(&Request::call(1, "look", json!({})).with("X-Caller", "ana")).await;
    assert_eq!(
        answer.text(),
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"tool `look` needs the scope `files:read`","data":{"requiredScopes":["files:read"]}}}"#
    );
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn lists_differ_by_caller_and_are_private() {
    let site = Site::mounted(guarded().limits(lmcp::Limits::default())).await;
    for (caller, tools) in [
        ("", &["open", "deletes", "limited"][..]),
        ("ana files:read", &["open", "look", "deletes", "limited"]),
        ("bo files:write", &["open", "deletes", "limited", "limited_and_scoped"]),
        (
            "cy files:write files:read ask",
            &["open", "look", "delete", "deletes", "ask", "limited", "limited_and_scoped"],
        ),
    ] {
        let who = |request: Request| if caller.is_empty() { request } else { request.with("X-Caller", caller) };
        let modern = site.ask(&who(Request::modern(1, "tools/list", json!({})))).await;
        assert_eq!(names(&modern, "tools", "name"), tools, "{caller}");
        assert_eq!(modern.json()["result"]["cacheScope"], "private");
        let legacy = site.ask(&who(Request::legacy(1, "tools/list", json!({})))).await;
        assert_eq!(names(&legacy, "tools", "name"), tools, "{caller}");
    }
}

#[tokio::test]
async fn a_stream_of_changes_holds_only_what_is_seen() {
    let site = Site::mounted(guarded()).await;
    let wanted = json!({ "notifications": { "resourceSubscriptions": ["guarded://about", "guarded://minutes"] } });
    let mut stream = site.stream(&Request::modern(1, "subscriptions/listen", wanted).with("X-Caller", "ana")).await;
    let agreed = stream.next().await;
    assert_eq!(agreed["params"]["notifications"]["resourceSubscriptions"], json!(["guarded://about"]));
}

/// A session is told as much as the newest of its requests may see.
#[tokio::test]
async fn a_session_that_loses_a_scope_is_told_no_more() {
    let site = Site::mounted(guarded().tool(lmcp_tests::updates)).await;
    let begun = site.ask(&Request::initialize(0, "2025-11-25").with("X-Caller", "ana files:read")).await;
    let session = begun.header("mcp-session-id").expect("a session").to_owned();
    let by = |caller: &str, request: Request| request.with("Mcp-Session-Id", &session).with("X-Caller", caller);
    // What is for everybody comes last in the order in which changes are told.
    let (minutes, file, open) = ("guarded://minutes", "guarded://files/a", "guarded://open");
    for uri in [minutes, file, open] {
        let subscribe = Request::legacy(1, "resources/subscribe", json!({ "uri": uri }));
        assert_eq!(site.ask(&by("ana files:read", subscribe)).await.status, 200);
    }
    let get = Request::new("GET", "/mcp").with("Accept", "text/event-stream");
    let mut stream = site.stream(&by("ana files:read", get.clone())).await;
    let changes = async |uris: &[&str]| {
        for uri in uris {
            assert_eq!(site.ask(&Request::call(1, "updates", json!({ "uri": uri }))).await.status, 200);
        }
    };
    for (caller, told) in [("ana files:read", true), ("ana", false), ("ana files:read ask", true), ("ana ask", false)] {
        assert_eq!(site.ask(&by(caller, Request::legacy(2, "ping", json!({})))).await.status, 200);
        changes(&[minutes, file, open]).await;
        let mut heard = Vec::new();
        for _ in 0..if told { 3 } else { 1 } {
            let change = stream.next().await;
            assert_eq!(change["method"], "notifications/resources/updated", "{change}");
            heard.push(change["params"]["uri"].as_str().expect("a URI").to_owned());
        }
        heard.sort_unstable();
        assert_eq!(heard, if told { vec![file, minutes, open] } else { vec![open] }, "{caller}");
    }
    // What changed while nobody listened is not told either, however the stream begins.
    drop(stream);
    changes(&[minutes]).await;
    let mut stream = site.stream(&by("ana", get)).await;
    changes(&[open]).await;
    assert_eq!(stream.next().await["params"]["uri"], open);
}

/// One among others has no status of its own.
#[tokio::test]
async fn in_a_batch_the_error_has_the_id() {
    let site = Site::mounted(guarded()).await;
    let call =
        |id: u32, name: &str| json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": name } });
    let batch = json!([call(1, "open"), call(2, "look"), call(3, "delete")]);
    let answer = site.ask(&Request::message(&batch).with("X-Caller", "ana files:read")).await;
    assert_eq!((answer.status, answer.header("www-authenticate")), (200, None));
    let answers = answer.json();
    let of = |id: u32| answers.as_array().and_then(|all| all.iter().find(|answer| answer["id"] == id)).expect("one");
    assert_eq!(super::said(of(1)), "open");
    assert_eq!(super::said(of(2)), "looked");
    assert_eq!(of(3)["error"]["message"], "tool `delete` needs the scopes `files:read`, `files:write`");
    assert_eq!(of(3)["error"]["data"], json!({ "requiredScopes": ["files:read", "files:write"] }));
}

/// Who asks for credentials himself believes nobody else.
#[tokio::test]
async fn a_server_with_credentials_of_its_own_takes_nobody_s_word() {
    let another = Auth::bearer("another").scopes(["files:read", "files:write", "ask"]);
    let site = Site::mounted(guarded().auth(Auth::bearer("secret").or(another))).await;
    let call = Request::call(1, "look", json!({})).with("X-Caller", "ana files:read");
    assert_eq!(site.ask(&call).await.status, 401);
    challenged(&site.ask(&call.with("Authorization", "Bearer secret")).await, "tool `look`", &["files:read"]);
}

/// What nobody can have is found at start, each place named.
#[tokio::test]
async fn scopes_that_nobody_can_have_keep_the_server_from_listening() {
    let start = async |server: Server| {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        server.build().expect("it is put together well").http_on(listener, std::future::ready(())).await
    };
    let error = start(guarded()).await.expect_err("nobody has scopes");
    assert!(error.is_setup(), "{error}");
    let text = error.to_string();
    assert!(text.contains("there are 7 mistakes"), "{text}");
    let look = ": tool `look` asks for `files:read`, and over HTTP the server asks nobody who he is";
    assert!(text.contains(look) && text.contains("tests/src/guarded.rs:"), "{text}");
    assert!(text.contains(".auth(…)") && text.contains("take `scopes(…)` off"), "{text}");
    assert!(text.contains("resource `file`") && text.contains("prompt `plan`"), "{text}");
    let error = start(guarded().auth(Auth::bearer("secret"))).await.expect_err("the token has none");
    assert!(error.to_string().contains("and over HTTP the server's `Auth` gives that to nobody"), "{error}");
    let auth = Auth::bearer("secret").scopes(["files:read", "ask", "files:writ"]);
    let text = start(guarded().auth(auth)).await.expect_err("a slip").to_string();
    let has = "its principals have `ask`, `files:read`, `files:writ`, of which `files:writ` is nearest; write the same";
    assert!(text.contains("asks for `files:write`, and over HTTP") && text.contains(has), "{text}");
    start(Server::empty().tool(guarded::open)).await.expect("nothing asks for any");
}
