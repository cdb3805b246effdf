//! The server as a service inside somebody else's.

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use lmcp::{Auth, HttpService, Server};
use lmcp_tests::guarded::guarded;
use lmcp_tests::http::within;
use lmcp_tests::server;
use serde_json::{Value, json};
use tower_service::Service;

async fn ask(service: &mut HttpService, request: Request<Full<Bytes>>) -> (u16, hyper::HeaderMap, Bytes) {
    let ready = std::future::poll_fn(|cx| Service::<Request<Full<Bytes>>>::poll_ready(service, cx));
    within(ready).await.expect("always ready");
    let answer = within(Service::call(service, request)).await.expect("always answers");
    let (head, body) = answer.into_parts();
    let body = within(body.collect()).await.expect("it can be read").to_bytes();
    (head.status.as_u16(), head.headers, body)
}

fn post(message: &Value) -> Request<Full<Bytes>> {
    let body = Full::new(Bytes::from(message.to_string()));
    Request::post("/mcp").header("Content-Type", "application/json").body(body).expect("a request")
}

#[tokio::test]
async fn it_answers_and_streams() {
    let mut service = server().build().expect("the fixture starts").http_service().expect("it can be mounted");
    let initialize = json!({ "protocolVersion": "2025-11-25", "capabilities": {} });
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": initialize });
    let (status, headers, _) = ask(&mut service, post(&message)).await;
    assert_eq!(status, 200);
    let session = headers.get("mcp-session-id").expect("a session").clone();

    // Clones share sessions.
    let mut clone = service.clone();
    let progress = json!({ "name": "counting", "arguments": { "to": 2 }, "_meta": { "progressToken": 1 } });
    let mut call = post(&json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": progress }));
    call.headers_mut().insert("mcp-session-id", session);
    call.headers_mut().insert("accept", "text/event-stream, application/json".parse().expect("a value"));
    let (status, headers, body) = ask(&mut clone, call).await;
    assert_eq!((status, headers["content-type"].as_bytes()), (200, &b"text/event-stream"[..]));
    let events: Vec<_> = std::str::from_utf8(&body).expect("text").split_terminator("\n\n").collect();
    assert_eq!(events.len(), 4);
    assert_eq!(events[0], "id: 0-0\nretry: 1000\ndata: ");
    for (number, event) in events.iter().enumerate().skip(1) {
        assert!(event.starts_with(&format!("id: 0-{number}\ndata: {{")), "{events:?}");
    }
}

/// Time stands still unless everybody waits.
#[tokio::test(start_paused = true)]
async fn a_listen_stream_gathers_what_nobody_reads() {
    let server = server().build().expect("the fixture starts");
    let mut service = server.http_service().expect("it can be mounted");
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({ "notifications": { "toolsListChanged": true, "promptsListChanged": true }, "_meta": meta });
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": params });
    let mut request = post(&message);
    request.headers_mut().insert("mcp-protocol-version", "2026-07-28".parse().expect("a value"));
    request.headers_mut().insert("mcp-method", "subscriptions/listen".parse().expect("a value"));
    let mut body = Service::call(&mut service, request).await.expect("always answers").into_body();
    let mut piece = async || {
        let frame = body.frame().await.expect("it goes on").expect("it is not cut off");
        String::from_utf8(frame.into_data().expect("no trailers").to_vec()).expect("text")
    };
    assert!(piece().await.contains("notifications/subscriptions/acknowledged"));
    for _ in 0..100 {
        server.handle().tools_changed();
        server.handle().prompts_changed();
    }
    let changes = piece().await;
    assert_eq!(changes.matches("data: ").count(), 2, "{changes}");
    assert!(changes.contains("tools/list_changed") && changes.contains("prompts/list_changed"), "{changes}");
    let begun = tokio::time::Instant::now();
    assert_eq!(piece().await, ":\n\n");
    assert_eq!(begun.elapsed().as_secs(), 30);
    server.handle().tools_changed();
    assert!(piece().await.contains("tools/list_changed"));
    assert_eq!(begun.elapsed().as_secs(), 30, "after a silence nothing is waited for");
}

#[tokio::test]
async fn it_checks_as_on_a_loopback_address() {
    let mut service = server()
        .allow_host("mcp.example.com")
        .build()
        .expect("the fixture starts")
        .http_service()
        .expect("it can be mounted");
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    for (host, expected) in [("localhost:1", 200), ("mcp.example.com", 200), ("evil.example", 421)] {
        let mut request = post(&ping);
        request.headers_mut().insert("host", host.parse().expect("a value"));
        assert_eq!(ask(&mut service, request).await.0, expected, "{host}");
    }
    let mut request = post(&ping);
    request.headers_mut().insert("origin", "https://evil.example".parse().expect("a value"));
    assert_eq!(ask(&mut service, request).await.0, 403);
}

/// Who mounts it may say of anybody that he has a scope, unless the server asks for credentials itself.
#[test]
fn scopes_that_nobody_can_have_keep_it_from_being_mounted() {
    let mounted = |server: Server| server.build().expect("it is put together well").http_service();
    assert!(mounted(guarded()).is_ok(), "the other server vouches");
    let error = mounted(guarded().auth(Auth::bearer("secret").scopes(["files:read", "ask"]))).expect_err("no writing");
    assert!(error.is_setup(), "{error}");
    let text = error.to_string();
    let delete = ": tool `delete` asks for `files:write`, and over HTTP the server's `Auth` gives that to nobody";
    assert!(text.contains(delete) && text.contains("prompt `plan`") && !text.contains("tool `look`"), "{text}");
    assert!(mounted(guarded().auth(Auth::bearer("x").scopes(["files:read", "files:write", "ask"]))).is_ok());
    let checked = Auth::custom(async |_| Err(lmcp::auth::Refused::Missing));
    assert!(mounted(guarded().auth(checked)).is_ok(), "it may let in anybody");
    assert!(mounted(server().auth(Auth::bearer("secret"))).is_ok(), "nothing asks for any");
}

#[tokio::test]
async fn bodies_have_a_limit_there_too() {
    let limits = lmcp::Limits::default().body_bytes(10);
    let mut service =
        server().limits(limits).build().expect("the fixture starts").http_service().expect("it can be mounted");
    let (status, _, _) = ask(&mut service, post(&json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }))).await;
    assert_eq!(status, 413);
}

/// A router that takes its own path off leaves `/`: the answer says what to do.
#[tokio::test]
async fn nested_without_being_told_so() {
    let mut service = server().build().expect("the fixture starts").http_service().expect("it can be mounted");
    let nested = Request::post("/").body(Full::default()).expect("a request");
    let (status, _, body) = ask(&mut service, nested).await;
    let told = "nothing is here; the endpoint is /mcp; a server that is nested below a path needs `.endpoint(\"/\")`\n";
    assert_eq!((status, &*body), (404, told.as_bytes()));
}
