//! Servers in memory: how they are put together, how calls are kept apart, what is added and switched off.

mod mistakes;

use lmcp::testing::{Client, Connecting};
use lmcp::{
    Advertise, Audio, Content, Context, Image, Limits, Principal, ProtocolVersion, Server, prompt, resource, tool,
};
use lmcp_tests::{Counters, server, server_with};
use serde_json::json;
use std::sync::atomic::Ordering;

#[tokio::test]
async fn every_revision_lists_calls_reads_and_renders() {
    let server = server().build().expect("the fixture starts");
    for version in ProtocolVersion::ALL {
        let client = Client::connect_as(&server, version).await.expect("connected");
        assert_eq!(client.tools().await.len(), 20, "{version}");
        assert_eq!(client.call("add", json!({ "a": 1, "b": 2 })).await.text(), "3");
        assert_eq!(client.read("notes://7").await.expect("read")[0]["text"], "note 7");
        assert_eq!(client.get("greet", json!({ "name": "Ada" })).await.expect("rendered").len(), 1);
    }
}

#[tokio::test]
async fn pages_add_up_to_the_whole_list() {
    let whole: Vec<_> = Client::connect(server()).await.expect("connected").tools().await;
    for size in [1, 3, 7, 20, 21] {
        let client = Client::connect(server().limits(Limits::default().page_size(size))).await.expect("connected");
        assert_eq!(client.tools().await, whole, "pages of {size}");
        let first = client.request("tools/list", json!({})).await.expect("listed");
        assert_eq!(first["tools"].as_array().map(Vec::len), Some(size.min(20)));
        assert_eq!(first.get("nextCursor").is_some(), size < 20);
    }
}

#[tokio::test]
async fn a_cursor_outlives_the_item_it_points_at() {
    let server = server().limits(Limits::default().page_size(3)).build().expect("the fixture starts");
    let client = Client::connect_as(&server, ProtocolVersion::LATEST).await.expect("connected");
    let first = client.request("tools/list", json!({})).await.expect("listed");
    let second = client.request("tools/list", json!({ "cursor": first["nextCursor"] })).await.expect("listed");
    for tool in ["blocking_wait", "annotated.tool", "add"] {
        assert!(server.handle().disable(tool));
        // Whatever is switched off on the first page, the second one is behind it.
        let again = client.request("tools/list", json!({ "cursor": first["nextCursor"] })).await.expect("listed");
        assert_eq!(again["tools"], second["tools"], "without {tool}");
    }
    let error = client.request("tools/list", json!({ "cursor": "bm9ib2R5" })).await.expect_err("it never was");
    assert_eq!(error.code(), -32602);
}

/// Waits until a handler was dropped before it was done; far longer than that takes.
async fn dropped(counters: &Counters) {
    let seen = async {
        while counters.dropped.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(120), seen).await.expect("the handler is dropped");
}

#[tokio::test]
async fn a_cancelled_call_is_dropped_and_not_answered() {
    let counters = Counters::default();
    let client = Client::connect(server_with(counters.clone())).await.expect("connected");
    let call = tokio::spawn({
        let client = client.clone();
        async move { client.request("tools/call", json!({ "name": "forever", "_meta": { "progressToken": 1 } })).await }
    });
    // Its progress shows that it runs.
    client.notification("notifications/progress").await;
    let id = 2; // the second request after `server/discover`
    client.notify("notifications/cancelled", json!({ "requestId": id })).await;
    dropped(&counters).await;
    assert_eq!(client.call("add", json!({ "a": 1, "b": 2 })).await.text(), "3");
    assert!(!call.is_finished(), "a cancelled call was answered");
    call.abort();
}

#[tokio::test]
async fn a_pipe_that_ends_cancels_what_is_running() {
    let counters = Counters::default();
    let server = server_with(counters.clone()).limits(Limits::default().drain(std::time::Duration::ZERO));
    let client = Client::connect(server).await.expect("connected");
    let call = tokio::spawn({
        let client = client.clone();
        async move { client.request("tools/call", json!({ "name": "forever", "_meta": { "progressToken": 1 } })).await }
    });
    client.notification("notifications/progress").await;
    call.abort();
    let _aborted = call.await;
    drop(client);
    dropped(&counters).await;
}

#[tokio::test]
async fn concurrency_is_kept() {
    let counters = Counters::default();
    let client = Client::connect(server_with(counters.clone())).await.expect("connected");
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.call("one_at_a_time", json!({})).await.is_error() })
        })
        .collect();
    for call in calls {
        assert!(!call.await.expect("called"));
    }
    assert_eq!(counters.most.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn blocking_functions_run_beside_the_others() {
    let client = Client::connect(server()).await.expect("connected");
    let slow = tokio::spawn({
        let client = client.clone();
        async move { client.call("blocking_wait", json!({ "ms": 200 })).await.text() }
    });
    // On this one-threaded runtime they could not be answered if the thread were taken.
    assert_eq!(client.call("add", json!({ "a": 1, "b": 2 })).await.text(), "3");
    assert!(!slow.is_finished());
    assert_eq!(slow.await.expect("called"), "false");
}

#[tokio::test]
async fn too_many_calls_at_once_are_refused_by_name() {
    let client = Client::connect(server().limits(Limits::default().calls_in_flight(1))).await.expect("connected");
    let call = tokio::spawn({
        let client = client.clone();
        async move { client.request("tools/call", json!({ "name": "forever", "_meta": { "progressToken": 1 } })).await }
    });
    client.notification("notifications/progress").await;
    let refused = client.call("add", json!({ "a": 1, "b": 2 })).await.error();
    assert!(refused.contains("`calls_in_flight`"), "{refused}");
    call.abort();
}

#[tool]
fn later() -> &'static str {
    "here"
}

#[prompt]
fn later_prompt() -> &'static str {
    "here"
}

#[resource("later://it")]
fn later_resource() -> &'static str {
    "here"
}

#[tokio::test]
async fn functions_are_added_while_it_runs() {
    let server = Server::empty().advertise(Advertise::Tools).build().expect("an empty server starts");
    let client = Client::connect_as(&server, ProtocolVersion::LATEST_LEGACY).await.expect("connected");
    assert_eq!(client.introduction()["capabilities"], json!({ "tools": { "listChanged": true } }));
    assert!(client.tools().await.is_empty());
    let handle = server.handle();
    handle.add_tool(later).expect("it is a tool");
    client.notification("notifications/tools/list_changed").await;
    assert_eq!(client.tools().await.len(), 1);
    assert_eq!(client.call("later", json!({})).await.text(), "here");
    handle.add_prompt(later_prompt).expect("it is a prompt");
    client.notification("notifications/prompts/list_changed").await;
    handle.add_resource(later_resource).expect("it is a resource");
    client.notification("notifications/resources/list_changed").await;
    assert_eq!(client.read("later://it").await.expect("read")[0]["text"], "here");

    let twice = handle.add_tool(later).expect_err("its name is taken").to_string();
    assert!(twice.contains("tool `later`: the tool at tests/tests/server/main.rs:"), "{twice}");
    let none = handle.add_prompt(later).expect_err("it is no prompt").to_string();
    assert!(none.contains("but is no prompt: put `#[lmcp::prompt]` above the function"), "{none}");
}

#[tokio::test]
async fn an_empty_server_has_no_methods() {
    let client = Client::connect(Server::empty()).await.expect("connected");
    assert_eq!(client.introduction()["capabilities"], json!({}));
    for method in
        ["tools/list", "tools/call", "prompts/list", "resources/list", "resources/read", "completion/complete"]
    {
        let error = client.request(method, json!({})).await.expect_err("nothing is there");
        assert_eq!(error.code(), -32601, "{method}");
    }
}

#[tokio::test]
async fn two_servers_live_side_by_side() {
    let one = Client::connect(Server::empty().name("one").tool(later)).await.expect("connected");
    let two = Client::connect(Server::empty().name("two").prompt(later_prompt)).await.expect("connected");
    assert_eq!((one.tools().await.len(), two.prompts().await.len()), (1, 1));
    assert!(one.request("prompts/list", json!({})).await.is_err());
}

#[tool]
async fn asks_for_client(ctx: Context) -> String {
    // It may outlive the call: what it sends then is dropped.
    tokio::spawn({
        let ctx = ctx.clone();
        async move {
            ctx.cancelled().await;
            ctx.progress(1).await;
        }
    });
    format!("{:?} {}", ctx.client().map(|client| &client.name), ctx.protocol_version())
}

#[tokio::test]
async fn the_context_knows_the_client_in_both_eras() {
    let server = Server::empty().tool(asks_for_client).build().expect("it starts");
    let legacy = Client::connect_as(&server, ProtocolVersion::V2025_06_18).await.expect("connected");
    assert_eq!(legacy.call("asks_for_client", json!({})).await.text(), "Some(\"lmcp-testing\") 2025-06-18");
    let modern = Client::connect_as(&server, ProtocolVersion::LATEST).await.expect("connected");
    assert_eq!(modern.call("asks_for_client", json!({})).await.text(), "None 2026-07-28");
}

/// Logs JSON as it came from elsewhere.
#[tool]
async fn relays(ctx: &Context) -> &'static str {
    let pretty = serde_json::value::RawValue::from_string("{\n  \"a\":\r\n 1 }".to_owned()).expect("JSON");
    ctx.error(pretty).await;
    "done"
}

#[tokio::test]
async fn a_message_is_one_line_whatever_is_in_it() {
    let server = Server::empty().tool(relays).build().expect("it starts");
    let client = Client::connect_as(&server, ProtocolVersion::LATEST_LEGACY).await.expect("connected");
    assert_eq!(client.call("relays", json!({})).await.text(), "done");
    assert_eq!(client.notification("notifications/message").await["data"], json!({ "a": 1 }));
    for line in client.transcript().lines() {
        assert!(line.starts_with("--> ") || line.starts_with("<-- {\"jsonrpc\""), "{line}");
    }
}

/// Tells who calls, and asks them something on the way.
#[tool]
async fn whoami(ctx: &Context) -> Result<String, lmcp::Unanswered> {
    let before = ctx.principal().cloned();
    ctx.elicit::<bool>("Really?").await?;
    assert_eq!(before.as_ref(), ctx.principal());
    let Some(principal) = before else { return Ok("nobody".into()) };
    Ok(format!("{} {}", principal.subject(), principal.has_scope("files:read")))
}

#[tokio::test]
async fn a_tests_client_is_whoever_the_test_says() {
    let server = Server::empty().tool(whoami).build().expect("it starts");
    for version in [ProtocolVersion::LATEST, ProtocolVersion::LATEST_LEGACY] {
        for (principal, expected) in [
            (Some(Principal::new("ana").scope("files:read")), "ana true"),
            (Some(Principal::new("bo")), "bo false"),
            (None, "nobody"),
        ] {
            let connecting = Connecting::to(&server).version(version);
            let client = match principal {
                Some(principal) => connecting.principal(principal).await,
                None => connecting.await,
            };
            client.answer("Really?", true);
            assert_eq!(client.call("whoami", json!({})).await.text(), expected, "{version}");
        }
    }
}

#[tokio::test]
async fn what_is_off_from_the_start_can_be_put_back() {
    let server = Server::empty().tool(later).tool(relays).disable("later").build().expect("it starts");
    let client = Client::connect_as(&server, ProtocolVersion::LATEST).await.expect("connected");
    let names = async || client.tools().await.iter().map(|tool| tool["name"].clone()).collect::<Vec<_>>();
    assert_eq!(names().await, ["relays"]);
    assert_eq!(client.call("later", json!({})).await.error(), "unknown tool \"later\"");
    assert!(server.handle().enable("later"));
    assert_eq!(names().await, ["later", "relays"]);

    let error = Server::empty().tool(later).disable("latter").build().expect_err("it must not start").to_string();
    let why = ": disable(\"latter\"): nothing of this name is registered; did you mean \"later\"?";
    assert!(error.contains("tests/server/main.rs:") && error.contains(why), "{error}");
}

/// By name or, what is read, by URI or URI template as well.
#[tokio::test]
async fn whatever_is_named_is_off() {
    let all = || Server::empty().tool(later).prompt(later_prompt).resource(later_resource).resource(file);
    for names in [["later_prompt", "later_resource", "file"], ["later_prompt", "later://it", "files://{+path}"]] {
        let server = names.into_iter().fold(all(), |server, name| server.disable(name)).build().expect("it starts");
        let client = Client::connect_as(&server, ProtocolVersion::LATEST).await.expect("connected");
        let counts = async || {
            let read = (client.resources().await.len(), client.resource_templates().await.len());
            (client.tools().await.len(), client.prompts().await.len(), read)
        };
        assert_eq!(counts().await, (1, 0, (0, 0)), "{names:?}");
        client.get("later_prompt", json!({})).await.expect_err("it is off");
        client.read("later://it").await.expect_err("it is off");
        client.read("files://a").await.expect_err("it is off");
        assert!(names.iter().all(|name| server.handle().enable(name)));
        assert_eq!(counts().await, (1, 1, (1, 1)), "{names:?}");
        assert_eq!(client.read("files://a").await.expect("it is back")[0]["text"], "a");
    }
}

#[tokio::test]
async fn a_change_is_told_of_a_uri_however_its_path_was_written() {
    let server = Server::empty().resource(file).build().expect("it starts");
    let client = Client::connect_as(&server, ProtocolVersion::LATEST_LEGACY).await.expect("connected");
    client.request("resources/subscribe", json!({ "uri": "files://my%20f%C3%BC.txt" })).await.expect("subscribed");
    server.handle().resource_updated("files://my fü.txt");
    let updated = client.notification("notifications/resources/updated").await;
    assert_eq!(updated["uri"], "files://my%20f%C3%BC.txt");
}

#[lmcp::resource("files://<path..>")]
fn file(path: String) -> String {
    path
}

#[resource("pages://<name>", mime = "text/html; charset=utf-8")]
fn page(name: String) -> Vec<u8> {
    if name == "broken" { vec![0xff] } else { name.into_bytes() }
}

#[resource("raw://<name>")]
fn raw(name: String) -> Vec<u8> {
    name.into_bytes()
}

#[tokio::test]
async fn bytes_of_a_type_of_text_travel_as_text() {
    let client = Client::connect(Server::empty().resource(page).resource(raw)).await.expect("connected");
    for (uri, mime, key, body) in [
        ("pages://hello", "text/html; charset=utf-8", "text", "hello"),
        ("pages://broken", "text/html; charset=utf-8", "blob", "/w=="),
        ("raw://hello", "application/octet-stream", "blob", "aGVsbG8="),
    ] {
        let contents = client.read(uri).await.expect("read");
        assert_eq!(json!(contents), json!([{ "uri": uri, "mimeType": mime, key: body }]));
    }
}

#[tokio::test]
async fn a_program_hears_of_its_start_once_and_only_if_it_serves() {
    let starts = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = starts.clone();
    let server = Server::empty().tool(later).on_start(move |handle| {
        counted.fetch_add(1, Ordering::SeqCst);
        // Inside the runtime.
        tokio::spawn(async move { handle.tools_changed() });
    });
    let server = server.build().expect("it starts");
    assert_eq!(starts.load(Ordering::SeqCst), 0);
    for _ in 0..2 {
        let client = Client::connect_as(&server, ProtocolVersion::LATEST_LEGACY).await.expect("connected");
        client.call("later", json!({})).await.text();
    }
    server.http_service().expect("it can be mounted");
    assert_eq!(starts.load(Ordering::SeqCst), 1);
}

#[tool(read_only)]
fn looks() {}

#[tool(read_only = false)]
fn touches() {}

#[tokio::test]
async fn what_only_reads_destroys_nothing() {
    let client = Client::connect(Server::empty().tool(looks).tool(touches)).await.expect("connected");
    let hints: Vec<_> = client.tools().await.iter().map(|tool| tool["annotations"].clone()).collect();
    assert_eq!(json!(hints), json!([{ "readOnlyHint": true, "destructiveHint": false }, { "readOnlyHint": false }]));
}

#[tool]
fn picture_first() -> (Image, String) {
    (Image::png(*b"png"), "a picture".into())
}

#[tool]
fn text_first() -> Result<(&'static str, Vec<Content>), String> {
    Ok(("a sound", vec![Audio::new(*b"wav", "audio/wav").into(), "and a word".into()]))
}

#[tool]
fn two_texts() -> (String, String) {
    ("a".into(), "b".into())
}

#[tokio::test]
async fn a_pair_with_a_block_is_blocks_in_its_order() {
    let server = Server::empty().tool(picture_first).tool(text_first).tool(two_texts);
    let client = Client::connect(server).await.expect("connected");
    let types = |content: Vec<serde_json::Value>| -> Vec<String> {
        content.iter().map(|block| block["type"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(types(client.call("picture_first", json!({})).await.content()), ["image", "text"]);
    assert_eq!(types(client.call("text_first", json!({})).await.content()), ["text", "audio", "text"]);
    assert_eq!(client.call("two_texts", json!({})).await.structured(), json!(["a", "b"]));
}
