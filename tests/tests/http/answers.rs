//! How answers look: JSON with a length, or an event stream from the first thing said before the end.

use super::{said, text};
use lmcp::{Context, Limits, Server, tool};
use lmcp_tests::http::{Request, Site};
use lmcp_tests::server;
use serde_json::{Value, json};
use std::time::Duration;

/// Plain, and yet it says something.
#[tool]
fn speaks(ctx: &Context) -> &'static str {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(ctx.progress(1).into_future()));
    "spoke"
}

fn counting(to: u32) -> [Request; 2] {
    let params = json!({ "name": "counting", "arguments": { "to": to }, "_meta": { "progressToken": "p" } });
    [Request::modern("c", "tools/call", params.clone()), Request::legacy("c", "tools/call", params)]
}

#[tokio::test]
async fn whoever_says_nothing_before_the_end_answers_in_json() {
    let site = Site::open(server()).await;
    for request in [
        Request::call(1, "add", json!({ "a": 1, "b": 2 })),
        Request::call(1, "counting", json!({ "to": 3 })),
        Request::call(1, "waits", json!({ "ms": 30 })),
        Request::legacy_call(1, "counting", json!({ "to": 3 })),
        Request::legacy_call(1, "waits", json!({ "ms": 30 })),
        Request::modern(1, "tools/list", json!({})),
        Request::legacy(1, "tools/list", json!({})),
    ] {
        let answer = site.ask(&request).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-length"), Some(&*answer.body.len().to_string()));
        assert_eq!(answer.header("transfer-encoding"), None);
        assert_eq!(answer.json()["id"], 1);
        assert!(answer.json()["result"].is_object());
        assert_eq!(answer.header("mcp-session-id"), None, "only `initialize` gives one");
    }
}

#[tokio::test]
async fn whoever_speaks_before_the_end_streams() {
    let site = Site::open(server()).await;
    for request in counting(3) {
        let mut connection = site.connect().await;
        connection.send(&request).await;
        let head = connection.head().await;
        assert_eq!(head.status, 200);
        assert_eq!(head.header("content-type"), Some("text/event-stream"));
        assert_eq!(head.header("cache-control"), Some("no-cache"));
        assert_eq!(head.header("x-accel-buffering"), Some("no"));
        assert_eq!(head.header("content-length"), None);
        let messages = connection.rest().await;
        assert_eq!(messages.len(), 4, "{messages:?}");
        for (n, progress) in messages[..3].iter().enumerate() {
            assert_eq!(progress["method"], "notifications/progress");
            assert_eq!(progress["params"]["progressToken"], "p");
            assert_eq!(progress["params"]["progress"], n + 1);
        }
        assert_eq!(messages[3]["id"], "c");
        assert_eq!(said(&messages[3]), "done");
        // The connection serves on.
        connection.send(&Request::call(2, "add", json!({ "a": 1, "b": 2 }))).await;
        assert_eq!(text(&connection.response().await), "3");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_function_that_speaks_streams() {
    let site = Site::open(Server::empty().tool(speaks)).await;
    let params = json!({ "name": "speaks", "_meta": { "progressToken": "p" } });
    let messages = site.stream(&Request::modern(1, "tools/call", params)).await.rest().await;
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert_eq!(messages[0]["method"], "notifications/progress");
    assert_eq!(said(&messages[1]), "spoke");
    // Without a token it has nothing to say.
    assert_eq!(text(&site.ask(&Request::call(2, "speaks", json!({}))).await), "spoke");
}

#[tokio::test]
async fn log_messages_stream_too() {
    let site = Site::open(server()).await;
    let params = json!({ "name": "logs", "_meta": { "io.modelcontextprotocol/logLevel": "warning" } });
    let modern = site.stream(&Request::modern(1, "tools/call", params)).await.rest().await;
    let session = site.session("2025-11-25").await;
    let legacy = Request::legacy_call(1, "logs", json!({})).with("Mcp-Session-Id", &session);
    let legacy = site.stream(&legacy).await.rest().await;
    for messages in [modern, legacy] {
        let levels: Vec<_> = messages.iter().filter_map(|message| message["params"]["level"].as_str()).collect();
        assert_eq!(levels, ["warning", "error"]);
        assert_eq!(messages.last().map(|last| &last["id"]), Some(&json!(1)));
    }
    // Unasked, they do not.
    assert_eq!(site.ask(&Request::call(1, "logs", json!({}))).await.json()["id"], 1);
}

#[tokio::test]
async fn what_the_client_accepts() {
    let site = Site::open(server()).await;
    for accept in
        ["text/html", "application/xml, text/plain;q=0.5", "image/*", "application/json;q=0, text/event-stream;q=0"]
    {
        for request in [Request::modern(1, "tools/list", json!({})), Request::legacy(1, "ping", json!({}))] {
            let answer = site.ask(&request.with("Accept", accept)).await;
            assert_eq!(answer.status, 406, "{accept}");
            assert_eq!(answer.json().get("id"), None);
            assert!(answer.text().contains("application/json") && answer.text().contains("text/event-stream"));
        }
    }
    for accept in ["*/*", "application/*", "Application/JSON", "text/event-stream;q=0.9, application/json;q=1"] {
        for request in [Request::modern(1, "tools/list", json!({})), Request::legacy(1, "ping", json!({}))] {
            assert_eq!(site.ask(&request.with("Accept", accept)).await.json()["id"], 1, "{accept}");
        }
    }
    // Two headers are one list.
    let twice =
        Request::modern(1, "tools/list", json!({})).with("Accept", "text/html").and("Accept", "application/json");
    assert_eq!(site.ask(&twice).await.status, 200);
    // Who takes JSON only gets the answer, and nothing before it.
    for request in counting(3) {
        let answer = site.ask(&request.with("Accept", "application/json")).await;
        assert_eq!(text(&answer), "done");
    }
    // Who takes event streams only gets one, even for a single message.
    for request in [
        Request::modern(1, "tools/list", json!({})),
        Request::call(1, "add", json!({ "a": 1, "b": 2 })),
        Request::legacy(1, "tools/list", json!({})),
        Request::legacy_call(1, "add", json!({ "a": 1, "b": 2 })),
    ] {
        let messages = site.stream(&request.with("Accept", "text/event-stream")).await.rest().await;
        assert_eq!(messages.iter().map(|message| &message["id"]).collect::<Vec<&Value>>(), [&json!(1)]);
    }
    // A listen stream is nothing else.
    let listen = Request::modern(1, "subscriptions/listen", json!({ "notifications": {} }));
    assert_eq!(site.ask(&listen.with("Accept", "application/json")).await.status, 406);
}

#[tokio::test]
async fn what_the_client_sends() {
    let site = Site::open(server()).await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data", ""] {
        for request in [Request::modern(1, "tools/list", json!({})), Request::legacy(1, "ping", json!({}))] {
            let answer = site.ask(&request.with("Content-Type", kind)).await;
            assert_eq!(answer.status, 415, "{kind}");
            assert_eq!(answer.json().get("id"), None);
        }
    }
    for kind in ["application/json; charset=utf-8", "Application/JSON", "application/json ;charset=UTF-8"] {
        let answer = site.ask(&Request::modern(1, "tools/list", json!({})).with("Content-Type", kind)).await;
        assert_eq!(answer.status, 200, "{kind}");
    }
}

#[tokio::test]
async fn silent_streams_get_comments() {
    let site = Site::open(server().limits(Limits::default().keep_alive(Duration::from_millis(20)))).await;
    let listen = Request::modern(1, "subscriptions/listen", json!({ "notifications": { "toolsListChanged": true } }));
    let mut modern = site.stream(&listen).await;
    assert_eq!(modern.next().await["method"], "notifications/subscriptions/acknowledged");
    let session = site.session("2025-11-25").await;
    let get = Request::new("GET", "/mcp").with("Accept", "text/event-stream").with("Mcp-Session-Id", &session);
    let mut legacy = site.stream(&get).await;
    assert_eq!(legacy.event().await.as_deref(), Some("id: 0-0\nretry: 1000\ndata: "));
    for stream in [&mut modern, &mut legacy] {
        for _ in 0..3 {
            let event = stream.event().await.expect("the stream goes on");
            assert!(event.starts_with(':'), "{event:?}");
        }
    }
    // Messages come between them as always.
    site.ask(&Request::call(1, "switches", json!({ "name": "add", "on": false }))).await;
    for stream in [&mut modern, &mut legacy] {
        assert_eq!(stream.next().await["method"], "notifications/tools/list_changed");
    }
    // A call that runs on in silence has comments too.
    let params = json!({ "name": "forever", "_meta": { "progressToken": 1 } });
    let mut call = site.stream(&Request::modern(1, "tools/call", params)).await;
    assert_eq!(call.next().await["method"], "notifications/progress");
    assert!(call.event().await.is_some_and(|event| event.starts_with(':')));
    // And so has one that never says anything else: it becomes a stream for them.
    let mut call = site.stream(&Request::call(1, "forever", json!({}))).await;
    assert!(call.event().await.is_some_and(|event| event.starts_with(':')));
}
