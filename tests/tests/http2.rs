//! HTTP/2, spoken by a client that knows beforehand: the same answers as over HTTP/1.1, many on one connection.

use bytes::{Buf, Bytes};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use lmcp::Limits;
use lmcp_tests::frames::{self, Frames, PREFACE, settings};
use lmcp_tests::http::{PATIENCE, Request, Site, until, within};
use lmcp_tests::{Counters, server, server_with};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

type Client = SendRequest<Full<Bytes>>;
type Response = hyper::Response<Incoming>;

/// A connection, and the task that ends when the server closes it.
async fn connect(address: SocketAddr) -> (Client, JoinHandle<hyper::Result<()>>) {
    let socket = within(TcpStream::connect(address)).await.expect("it listens");
    let begun = within(http2::handshake(TokioExecutor::new(), TokioIo::new(socket))).await;
    let (client, connection) = begun.expect("HTTP/2 is spoken");
    (client, tokio::spawn(connection))
}

/// The request as HTTP/2 has it: no host but the one in the target.
fn post(method: &str, name: Option<&str>, params: Value) -> hyper::Request<Full<Bytes>> {
    let mut params = params;
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = "2026-07-28".into();
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({});
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
    let mut request = hyper::Request::post("http://localhost/mcp")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", method);
    if let Some(name) = name {
        request = request.header("mcp-name", name);
    }
    request.body(Full::new(body.into())).expect("a request")
}

fn call(tool: &str, arguments: Value, token: Option<i64>) -> hyper::Request<Full<Bytes>> {
    let mut params = json!({ "name": tool, "arguments": arguments, "_meta": {} });
    if let Some(token) = token {
        params["_meta"]["progressToken"] = token.into();
    }
    post("tools/call", Some(tool), params)
}

fn listen() -> hyper::Request<Full<Bytes>> {
    post("subscriptions/listen", None, json!({ "notifications": { "toolsListChanged": true }, "_meta": {} }))
}

async fn ask(client: &mut Client, request: hyper::Request<Full<Bytes>>) -> Response {
    within(client.send_request(request)).await.expect("an answer")
}

async fn text(response: Response) -> String {
    let body = within(response.into_body().collect()).await.expect("it can be read").to_bytes();
    let message: Value = serde_json::from_slice(&body).expect("JSON");
    message["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no text: {message}")).to_owned()
}

/// The next event of a stream; `None` at its proper end. Each of ours comes in a frame of its own.
async fn event(response: &mut Response) -> Option<Value> {
    loop {
        let frame = within(response.body_mut().frame()).await?.expect("the stream is not cut off");
        let mut data = frame.into_data().expect("no trailers");
        let event = data.copy_to_bytes(data.remaining());
        match event.strip_prefix(b"data: ") {
            Some(message) => return Some(serde_json::from_slice(message).expect("one message")),
            None => assert_eq!(event, &b":\n\n"[..]),
        }
    }
}

#[tokio::test]
async fn calls_beside_each_other() {
    let site = Site::open(server()).await;
    let (mut client, _connection) = connect(site.address).await;
    let slow = client.send_request(call("waits", json!({ "ms": 200 }), None));
    let mut clients = vec![client.clone(); 50];
    let mut answers = Vec::new();
    for (n, client) in clients.iter_mut().enumerate() {
        answers.push(client.send_request(call("add", json!({ "a": n, "b": 1 }), None)));
    }
    for (n, answer) in answers.into_iter().enumerate() {
        let answer = within(answer).await.expect("an answer");
        assert_eq!((answer.version(), answer.status().as_u16()), (hyper::Version::HTTP_2, 200));
        assert_eq!(text(answer).await, (n + 1).to_string());
    }
    assert_eq!(text(within(slow).await.expect("an answer")).await, "waited");
}

#[tokio::test]
async fn both_versions_on_one_address() {
    let site = Site::open(server()).await;
    let (mut client, _connection) = connect(site.address).await;
    let answer = site.ask(&Request::call(1, "add", json!({ "a": 1, "b": 1 }))).await;
    assert_eq!(answer.json()["result"]["content"][0]["text"], "2");
    assert_eq!(text(ask(&mut client, call("add", json!({ "a": 1, "b": 1 }), None)).await).await, "2");
}

#[tokio::test]
async fn the_guard_stands_there_too() {
    let site = Site::open(server().auth(lmcp::Auth::bearer("secret"))).await;
    let (mut client, _connection) = connect(site.address).await;
    let add = || call("add", json!({ "a": 1, "b": 1 }), None);
    assert_eq!(ask(&mut client, add()).await.status(), 401);
    let mut other_host = add();
    *other_host.uri_mut() = "http://evil.example/mcp".parse().expect("a URI");
    assert_eq!(ask(&mut client, other_host).await.status(), 421);
    let mut known = add();
    known.headers_mut().insert("authorization", "Bearer secret".parse().expect("a value"));
    assert_eq!(text(ask(&mut client, known).await).await, "2");
}

#[tokio::test]
async fn progress_is_a_stream() {
    let site = Site::open(server()).await;
    let (mut client, _connection) = connect(site.address).await;
    let mut stream = ask(&mut client, call("counting", json!({ "to": 3 }), Some(7))).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let body = within(stream.body_mut().collect()).await.expect("it can be read").to_bytes();
    let body = String::from_utf8(body.to_vec()).expect("text");
    assert_eq!(body.matches("data: ").count(), 4, "{body}");
    assert!(body.contains("notifications/progress") && body.contains(r#""text":"done""#), "{body}");
}

#[tokio::test]
async fn listening() {
    let mut site = Site::open(server().limits(Limits::default().keep_alive(Duration::from_millis(50)))).await;
    let (mut client, connection) = connect(site.address).await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        let mut stream = ask(&mut client, listen()).await;
        let first = event(&mut stream).await.expect("an acknowledgement");
        assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
        streams.push(stream);
    }
    assert_eq!(ask(&mut client, call("switches", json!({ "name": "add", "on": false }), None)).await.status(), 200);
    for stream in &mut streams {
        assert_eq!(event(stream).await.expect("a change")["method"], "notifications/tools/list_changed");
    }
    site.end();
    for stream in &mut streams {
        assert_eq!(event(stream).await.expect("a result")["result"]["resultType"], "complete");
        assert_eq!(event(stream).await, None);
    }
    within(connection).await.expect("no panic").expect("the connection ends well");
    site.ended().await;
}

#[tokio::test]
async fn resetting_a_stream_cancels_its_call() {
    let counters = Counters::default();
    let site = Site::open(server_with(counters.clone())).await;
    let (mut client, _connection) = connect(site.address).await;
    // One that has said nothing yet, and one that streams.
    let waiting = client.send_request(call("forever", json!({}), None));
    let waiting = tokio::spawn(waiting);
    until(|| counters.running.load(Ordering::SeqCst) == 1).await;
    waiting.abort();
    until(|| counters.dropped.load(Ordering::SeqCst) == 1).await;
    let mut stream = ask(&mut client, call("forever", json!({}), Some(1))).await;
    assert_eq!(event(&mut stream).await.expect("progress")["method"], "notifications/progress");
    drop(stream);
    until(|| counters.dropped.load(Ordering::SeqCst) == 2).await;
    assert_eq!(text(ask(&mut client, call("add", json!({ "a": 1, "b": 1 }), None)).await).await, "2");
}

#[tokio::test]
async fn a_lost_connection_cancels_its_calls() {
    let counters = Counters::default();
    let site = Site::open(server_with(counters.clone())).await;
    // A client with threads of its own, which end without a word.
    let threads =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("it starts");
    let address = site.address;
    threads.spawn(async move {
        let (mut client, _connection) = connect(address).await;
        let calls = [(); 3].map(|()| client.send_request(call("forever", json!({}), None)));
        std::future::pending::<()>().await;
        drop(calls);
    });
    until(|| counters.running.load(Ordering::SeqCst) == 3).await;
    threads.shutdown_background();
    until(|| counters.dropped.load(Ordering::SeqCst) == 3).await;
}

#[tokio::test]
async fn running_calls_get_their_answers_at_the_end() {
    let counters = Counters::default();
    let mut site = Site::open(server_with(counters.clone())).await;
    let (mut client, connection) = connect(site.address).await;
    let (mut idle, idle_connection) = connect(site.address).await;
    assert_eq!(ask(&mut idle, call("add", json!({ "a": 1, "b": 1 }), None)).await.status(), 200);
    let running = tokio::spawn(client.send_request(call("waits", json!({ "ms": 500 }), None)));
    // Something that comes later on the connection was answered: the call before it runs.
    assert_eq!(ask(&mut client, call("add", json!({ "a": 1, "b": 1 }), None)).await.status(), 200);
    site.end();
    within(idle_connection).await.expect("no panic").expect("the connection ends well");
    assert_eq!(text(within(running).await.expect("no panic").expect("an answer")).await, "waited");
    within(connection).await.expect("no panic").expect("the connection ends well");
    site.ended().await;
}

#[tokio::test]
async fn what_never_ends_is_cut_off_after_the_grace() {
    let counters = Counters::default();
    let limits = Limits::default().grace(Duration::from_millis(100));
    let site = Site::open(server_with(counters.clone()).limits(limits)).await;
    let (mut client, _connection) = connect(site.address).await;
    let _silent = tokio::spawn(client.send_request(call("forever", json!({}), None)));
    let _streams = ask(&mut client, call("forever", json!({}), Some(1))).await;
    until(|| counters.running.load(Ordering::SeqCst) == 2).await;
    site.ended().await;
    until(|| counters.dropped.load(Ordering::SeqCst) == 2).await;
}

#[tokio::test]
async fn heads_that_are_too_large() {
    let site = Site::open(server().limits(Limits::default().head_bytes(8 << 10))).await;
    let (mut client, _connection) = connect(site.address).await;
    for (size, expected) in [(6 << 10, 200), (9 << 10, 431)] {
        let mut request = call("add", json!({ "a": 1, "b": 1 }), None);
        request.headers_mut().insert("x-padding", "x".repeat(size).parse().expect("a value"));
        assert_eq!(ask(&mut client, request).await.status(), expected, "{size}");
    }
}

#[tokio::test]
async fn beginnings_that_never_end() {
    let limit = Duration::from_millis(200);
    let site = Site::open(server().limits(Limits::default().head_time(limit))).await;
    let patient = Site::open(server().limits(Limits::default().head_time(PATIENCE))).await;
    let whole = [PREFACE, &settings(&[]), &frames::call(1, "add", &json!({ "a": 1, "b": 1 }))].concat();
    for part in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n\r\nSM"] {
        let mut waited_for = Frames::open(patient.address).await;
        waited_for.write(part).await;
        let mut socket = TcpStream::connect(site.address).await.expect("it listens");
        socket.write_all(part).await.expect("it reads");
        let _reset_or_closed = within(socket.read(&mut [0; 64])).await;
        // Where it may take longer it is not closed, and is answered once it goes on.
        waited_for.write(&whole[part.len()..]).await;
        let answer = waited_for.answer(1).await;
        assert_eq!(answer["result"]["content"][0]["text"], "2", "{answer}");
    }
    // One that says no more than that it speaks HTTP/2 is missed when it does not answer.
    let limits = Limits::default().head_time(limit).keep_alive(limit);
    let site = Site::open(server().limits(limits)).await;
    let mut socket = TcpStream::connect(site.address).await.expect("it listens");
    socket.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.expect("it reads");
    let mut said = Vec::new();
    let _reset_or_closed = within(socket.read_to_end(&mut said)).await;
}
