//! What a caller sees is what he may use, in memory, in every revision.

use lmcp::testing::{Client, Connecting, RpcError};
use lmcp::{Principal, ProtocolVersion};
use lmcp_tests::guarded::guarded;
use serde_json::{Value, json};

fn named(list: &[Value], key: &str) -> Vec<String> {
    list.iter().map(|item| item[key].as_str().expect("a name").to_owned()).collect()
}

fn with(scopes: &[&str]) -> Principal {
    scopes.iter().fold(Principal::new("ana"), |principal, scope| principal.scope(*scope))
}

/// Whether it is there and not refused for its scopes.
fn may(outcome: Result<impl Sized, RpcError>) -> bool {
    match outcome {
        Ok(_) => true,
        Err(error) if error.message().contains("needs the scope") => {
            assert_eq!(error.code(), -32600, "{error}");
            assert!(error.data().is_some_and(|data| data["requiredScopes"].is_array()), "{error}");
            false
        }
        Err(error) => panic!("{error}"),
    }
}

async fn calls(client: &Client, name: &str) -> bool {
    may(client.request("tools/call", json!({ "name": name })).await)
}

/// For every set of scopes, and whoever is nobody, in every revision: the lists show just what can be called, read, got and
/// completed.
#[tokio::test]
async fn lists_show_just_what_can_be_used() {
    let all = ["files:read", "files:write", "ask", "unknown"];
    for version in ProtocolVersion::ALL {
        let mut sizes = Vec::new();
        for held in 0..=1_usize << all.len() {
            // A server of its own: rates are counted by name.
            let server = guarded().build().expect("it starts");
            let scopes: Vec<_> =
                all.iter().enumerate().filter(|(at, _)| held >> at & 1 == 1).map(|(_, s)| *s).collect();
            let client = Connecting::to(&server).version(version);
            let client = if held >> all.len() == 1 { client.await } else { client.principal(with(&scopes)).await };
            let tools = named(&client.tools().await, "name");
            for name in ["open", "look", "delete", "deletes", "ask", "limited", "limited_and_scoped"] {
                client.answer("Sure?", "yes");
                assert_eq!(calls(&client, name).await, tools.iter().any(|tool| tool == name), "{scopes:?} {name}");
            }
            assert_eq!(calls(&client, "remove").await, tools.iter().any(|tool| tool == "delete"), "an alias");
            let resources = named(&client.resources().await, "uri");
            for uri in ["guarded://about", "guarded://minutes"] {
                assert_eq!(may(client.read(uri).await), resources.iter().any(|r| r == uri), "{scopes:?} {uri}");
            }
            let templates = named(&client.resource_templates().await, "uriTemplate");
            for (uri, template) in
                [("guarded://files/a", "guarded://files/{name}"), ("guarded://x/a", "guarded://{+path}")]
            {
                let shown = templates.iter().any(|t| t == template);
                assert_eq!(may(client.read(uri).await), shown, "{scopes:?} {uri}");
                if template.contains("name") {
                    assert_eq!(may(client.complete(template, "name", "").await), shown, "{scopes:?} {template}");
                    assert_eq!(may(client.complete(uri, "name", "").await), shown, "{scopes:?} {uri}");
                }
                if !version.is_modern() {
                    let subscribed = client.request("resources/subscribe", json!({ "uri": uri })).await;
                    assert_eq!(may(subscribed), shown, "{scopes:?} {uri}");
                }
            }
            let prompts = named(&client.prompts().await, "name");
            for name in ["hello", "plan"] {
                let shown = prompts.iter().any(|prompt| prompt == name);
                let arguments = if name == "plan" { json!({ "name": "x" }) } else { json!({}) };
                assert_eq!(may(client.get(name, arguments).await), shown, "{scopes:?} {name}");
            }
            let shown = prompts.iter().any(|prompt| prompt == "plan");
            assert_eq!(may(client.complete("plan", "name", "").await), shown, "{scopes:?}");
            sizes.push([tools.len(), resources.len(), templates.len(), prompts.len()]);
        }
        assert_eq!(sizes[0], [3, 1, 1, 1], "nothing held");
        assert_eq!(sizes[0b11], [6, 2, 2, 2]);
        assert_eq!(sizes[0b1111], [7, 2, 2, 2]);
        assert_eq!(sizes[0b10000], [7, 2, 2, 2], "nobody in particular, on a pipe");
    }
}

#[tokio::test]
async fn the_error_names_all_scopes_and_says_nothing_of_what_is_near() {
    let client = lmcp::testing::Connecting::new(guarded()).principal(with(&["files:read"])).await;
    let refused = client.request("tools/call", json!({ "name": "remove", "arguments": 7 })).await.expect_err("a scope");
    assert_eq!(refused.message(), "tool `delete` needs the scopes `files:read`, `files:write`");
    let data = refused.data().cloned().map(Value::from);
    assert_eq!(data, Some(json!({ "requiredScopes": ["files:read", "files:write"] })));
    // `delete` is nearer, and not shown.
    let unknown = client.request("tools/call", json!({ "name": "delet" })).await.expect_err("unknown");
    assert_eq!(unknown.message(), "unknown tool \"delet\"; did you mean \"deletes\"?");
    let unknown = client.request("prompts/get", json!({ "name": "plann" })).await.expect_err("unknown");
    assert_eq!(unknown.message(), "unknown prompt \"plann\"");
    let all = Connecting::new(guarded()).await;
    let unknown = all.request("tools/call", json!({ "name": "delet" })).await.expect_err("unknown");
    assert_eq!(unknown.message(), "unknown tool \"delet\"; did you mean \"delete\"?");
    let unknown = all.request("prompts/get", json!({ "name": "plann" })).await.expect_err("unknown");
    assert_eq!(unknown.message(), "unknown prompt \"plann\"; did you mean \"plan\"?");
}

/// `guarded://minutes` is nearest, and told to those who see it.
#[tokio::test]
async fn a_uri_that_leads_nowhere_is_named_with_what_is_near_and_shown() {
    for version in [ProtocolVersion::V2025_11_25, ProtocolVersion::LATEST] {
        for (scopes, hint) in [(&[][..], ""), (&["files:read"][..], "; did you mean \"guarded://minutes\"?")] {
            let client = Connecting::new(guarded()).version(version).principal(with(scopes)).await;
            for uri in ["gaurded://minutes", "nowhere://\u{1b}[2J"] {
                let mut errors = vec![client.read(uri).await.expect_err("nowhere")];
                if version != ProtocolVersion::LATEST {
                    errors.push(client.subscribe(uri).await.expect_err("nowhere"));
                }
                for error in errors {
                    let hint = if uri.ends_with("minutes") { hint } else { "" };
                    assert_eq!(error.message(), format!("resource {uri:?} not found{hint}"));
                    assert_eq!(error.data().map(|data| data["uri"].clone()), Some(json!(uri)));
                }
            }
            let long = format!("nowhere://{}", "x".repeat(500));
            let error = client.read(&long).await.expect_err("nowhere");
            assert_eq!(error.message(), format!("resource {:?}… not found", &long[..80]));
        }
    }
}

/// A reference is what its type says, whatever else stands in it.
#[tokio::test]
async fn a_completion_cannot_be_asked_for_under_another_name() {
    let client = Connecting::new(guarded()).principal(with(&[])).await;
    for reference in [
        json!({ "type": "ref/prompt", "name": "plan", "uri": "guarded://about" }),
        json!({ "type": "ref/resource", "name": "hello", "uri": "guarded://files/{name}" }),
        json!({ "type": "ref/resource", "uriTemplate": "guarded://files/{name}" }),
        json!({ "type": "ref/resource", "uri": "guarded://files/x" }),
    ] {
        let params = json!({ "ref": reference, "argument": { "name": "name", "value": "" } });
        assert!(!may(client.request("completion/complete", params).await), "{reference}");
    }
}

#[tokio::test]
async fn pages_hold_what_is_seen_and_cursors_go_on_for_everybody() {
    let server = guarded().build().expect("it starts");
    let ana = Connecting::to(&server).principal(with(&["files:read", "files:write"])).await;
    let bo = Connecting::to(&server).principal(with(&[])).await;
    let page = async |client: &Client, cursor: Option<&Value>| {
        let params = cursor.map_or(json!({}), |cursor| json!({ "cursor": cursor }));
        let page = client.request("tools/list", params).await.expect("a page");
        assert_eq!(page["cacheScope"], "private");
        (named(page["tools"].as_array().expect("tools"), "name"), page.get("nextCursor").cloned())
    };
    let (first, cursor) = page(&bo, None).await;
    assert_eq!(first, ["open", "deletes"]);
    let (rest, none) = page(&bo, cursor.as_ref()).await;
    assert_eq!((rest, none), (vec!["limited".to_owned()], None));
    let (first, cursor) = page(&ana, None).await;
    assert_eq!(first, ["open", "look"]);
    // Somebody whose token has lost a scope since goes on behind what he does not see any more.
    let (second, _) = page(&bo, cursor.as_ref()).await;
    assert_eq!(second, ["deletes", "limited"]);
    let (second, cursor) = page(&ana, cursor.as_ref()).await;
    assert_eq!(second, ["delete", "deletes"]);
    let (third, none) = page(&ana, cursor.as_ref()).await;
    assert_eq!((third, none), (vec!["limited".to_owned(), "limited_and_scoped".to_owned()], None));
    // What is switched off changes neither the scope of a page nor the way on.
    for name in ["look", "delete", "ask", "limited_and_scoped"] {
        assert!(server.handle().disable(name));
    }
    let (first, _) = page(&ana, None).await;
    assert_eq!(first, ["open", "deletes"]);
}

#[tokio::test]
async fn only_lists_with_scopes_in_them_are_private() {
    let server = guarded().tool(lmcp_tests::add).build().expect("it starts");
    let client = Connecting::to(&server).await;
    for (method, scope) in [
        ("tools/list", "private"),
        ("resources/list", "private"),
        ("resources/templates/list", "private"),
        ("prompts/list", "private"),
        ("server/discover", "public"),
    ] {
        assert_eq!(client.request(method, json!({})).await.expect("a result")["cacheScope"], scope, "{method}");
    }
    let some = lmcp::Server::empty().tool(lmcp_tests::guarded::look).prompt(lmcp_tests::guarded::hello);
    let client = Connecting::new(some).await;
    for (method, scope) in [("tools/list", "private"), ("prompts/list", "public")] {
        assert_eq!(client.request(method, json!({})).await.expect("a result")["cacheScope"], scope, "{method}");
    }
}

#[tokio::test]
async fn listening_is_cut_down_to_what_is_seen() {
    let server = guarded().build().expect("it starts");
    let uris = ["guarded://about", "guarded://minutes", "guarded://files/a", "guarded://b"];
    for (scopes, expected) in [(&[][..], &["guarded://about", "guarded://b"][..]), (&["files:read"], &uris)] {
        let client = Connecting::to(&server).principal(with(scopes)).await;
        // It is never answered; the acknowledgement is a notification.
        let listening = {
            let client = client.clone();
            tokio::spawn(async move {
                let wanted = json!({ "notifications": { "resourceSubscriptions": uris } });
                client.request("subscriptions/listen", wanted).await
            })
        };
        let agreed = client.notification("notifications/subscriptions/acknowledged").await;
        let mut expected: Vec<_> = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(agreed["notifications"]["resourceSubscriptions"], json!(expected));
        listening.abort();
    }
}

/// The answers of a call that was let in do not let in the next one.
#[tokio::test]
async fn going_on_with_answers_is_checked_again() {
    let server = guarded().secret("sixteen bytes and more").build().expect("it starts");
    let may = Connecting::to(&server).principal(with(&["ask"])).await;
    let question = may.request("tools/call", json!({ "name": "ask" })).await;
    assert!(question.is_err(), "nothing is said to the question: {question:?}");
    let asked: Vec<Value> = may
        .transcript()
        .lines()
        .filter_map(|line| serde_json::from_str(line.strip_prefix("<-- ")?).ok())
        .filter(|message: &Value| message["result"]["resultType"] == "input_required")
        .collect();
    let result = &asked.first().expect("a question")["result"];
    let key = result["inputRequests"].as_object().and_then(|requests| requests.keys().next()).expect("one question");
    let params = json!({
        "name": "ask", "requestState": result["requestState"],
        "inputResponses": { key: { "action": "accept", "content": { "value": "so" } } },
    });
    let done = may.request("tools/call", params.clone()).await.expect("the same caller");
    assert_eq!(done["content"][0]["text"], "as you say, so");
    let lost = Connecting::to(&server).principal(with(&[])).await;
    let refused = lost.request("tools/call", params).await.expect_err("the scope is gone");
    assert_eq!(refused.message(), "tool `ask` needs the scope `ask`");
}

/// A tool that comes back does so with its scopes.
#[tokio::test]
async fn what_is_added_and_enabled_later_is_guarded_too() {
    let server = lmcp::Server::empty().tool(lmcp_tests::guarded::open).build().expect("it starts");
    let client = Connecting::to(&server).principal(with(&[])).await;
    assert_eq!(named(&client.tools().await, "name"), ["open"]);
    server.handle().add_tool(lmcp_tests::guarded::look).expect("it can be added");
    assert_eq!(server.handle().scopes(), ["files:read"]);
    assert_eq!(named(&client.tools().await, "name"), ["open"]);
    assert!(!calls(&client, "look").await);
    server.handle().disable("look");
    let unknown = client.request("tools/call", json!({ "name": "look" })).await.expect_err("switched off");
    assert_eq!(unknown.message(), "unknown tool \"look\"");
    server.handle().enable("look");
    assert!(!calls(&client, "look").await);
}
