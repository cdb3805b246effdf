//! Whatever a client can make long: it is refused in few words, and soon.

use super::{code, is_answered, is_served};
use lmcp::{Limits, Server};
use lmcp_tests::http::{Request, Site, within};
use lmcp_tests::pipe::{Pipe, modern};
use lmcp_tests::server;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

const LONG: usize = 1 << 20;

fn long() -> String {
    "x".repeat(LONG)
}

/// An answer that does not give back what it complains about.
fn is_short(answer: &Value) {
    assert!(answer.to_string().len() < 2000, "{} bytes", answer.to_string().len());
}

#[tokio::test]
async fn fields_of_messages() {
    let mut pipe = Pipe::open(&server().build().expect("it starts"));
    let site = Site::open(server()).await;
    let completion = |name: &str, argument: &str| {
        json!({
            "ref": { "type": "ref/prompt", "name": name }, "argument": { "name": argument, "value": "" },
        })
    };
    for (method, params, expected) in [
        (&*long(), json!({}), -32601),
        ("tools/call", json!({ "name": long() }), -32602),
        ("prompts/get", json!({ "name": long() }), -32602),
        ("tools/list", json!({ "cursor": long() }), -32602),
        ("tools/call", json!({ "name": "list", "requestState": long() }), -32602),
        ("tools/call", json!({ "name": "list", "inputResponses": long() }), -32602),
        ("completion/complete", completion(&long(), "name"), -32602),
        ("completion/complete", completion("greet", &long()), -32602),
        ("tools/call", json!({ "name": "list", "_meta": { "io.modelcontextprotocol/logLevel": long() } }), -32602),
    ] {
        let answer = pipe.ask(1, method, params.clone(), &json!({})).await;
        assert_eq!(code(&answer), expected, "{}", &method[..method.len().min(40)]);
        is_short(&answer);
        pipe.send(&json!({ "jsonrpc": "2.0", "id": 2, "method": method, "params": params })).await;
        let answer = pipe.next().await;
        // Before 2026-07-28 there is nothing to carry on, so nobody looks.
        assert!(answer["result"].is_object() || code(&answer) == expected, "{method:.40}");
        is_short(&answer);
        let answer = site.ask(&Request::message(&modern(3, method, params, &json!({})))).await;
        assert_eq!(answer.status, 400, "its headers are missing");
        is_short(&answer.json());
    }
    is_answered(&mut pipe).await;
    is_served(&site).await;
}

/// Arguments that do not fit are told of in words that a model can read.
#[tokio::test]
async fn arguments() {
    let mut pipe = Pipe::open(&server().build().expect("it starts"));
    let many: Value = (0..10_000).map(|n| (format!("k{n}"), json!(n))).collect::<serde_json::Map<_, _>>().into();
    for arguments in [json!({ "a": long(), "b": 1 }), json!({ (long()): 1, "a": 1, "b": 1 }), many] {
        let answer = pipe.ask(1, "tools/call", json!({ "name": "add", "arguments": arguments }), &json!({})).await;
        assert_eq!(answer["result"]["isError"], true);
        assert!(answer.to_string().len() < 20_000, "{} bytes", answer.to_string().len());
    }
    is_answered(&mut pipe).await;
}

#[tokio::test]
async fn lines() {
    let limits = Limits::default().line_bytes(1 << 16);
    let mut pipe = Pipe::open(&server().limits(limits).build().expect("it starts"));
    let padding = long();
    for (line, id) in [
        (json!({ "jsonrpc": "2.0", "id": 7, "method": "ping", "params": { "x": padding } }), json!(7)),
        (json!({ "jsonrpc": "2.0", "id": "x", "method": padding }), json!("x")),
    ] {
        let answer = pipe.ask_line(&line.to_string()).await;
        assert_eq!((code(&answer), &answer["id"]), (-32600, &id));
        is_short(&answer);
    }
    // No newline for a megabyte, then one, and no line in it.
    let answer = pipe.ask_line(&padding).await;
    assert_eq!(code(&answer), -32600);
    is_answered(&mut pipe).await;
}

#[tokio::test]
async fn parts_of_heads() {
    let site = Site::open(server()).await;
    let get = Request::new("GET", "/mcp").with("Accept", "text/event-stream");
    let session = site.session("2025-11-25").await;
    let much = "x".repeat(60 << 10);
    for (request, expected) in [
        (Request::new("GET", &format!("/{much}")), 404),
        (Request::new("GET", &format!("/health?{much}")), 200),
        (Request::new(&"X".repeat(1000), "/mcp"), 405),
        (Request::legacy(1, "ping", json!({})).with("Mcp-Session-Id", &much), 404),
        (get.clone().with("Mcp-Session-Id", &much), 404),
        (Request::new("DELETE", "/mcp").with("Mcp-Session-Id", &much), 404),
        (Request::modern(1, "tools/list", json!({})).with("MCP-Protocol-Version", &much), 400),
        (Request::modern(1, "tools/list", json!({})).with("Mcp-Method", &much), 400),
        (Request::legacy(1, "ping", json!({})).with("Accept", &format!("{much}, application/json")), 200),
        (Request::legacy(1, "ping", json!({})).with("Host", &much), 421),
        (Request::legacy(1, "ping", json!({})).with("Origin", &much), 403),
        // Far beyond: the length of a line, and the number of headers.
        (Request::new("GET", &format!("/{}", "x".repeat(80 << 10))), 431),
        (Request::new("GET", "/health").with("X", &"x".repeat(80 << 10)), 431),
        ((0..101).fold(Request::new("GET", "/health"), |request, n| request.and(&format!("X-{n}"), "")), 431),
    ] {
        let answer = site.ask(&request).await;
        assert!(answer.status == expected || expected == 431 && answer.status == 414, "{expected}: {answer:?}");
    }
    // An event that there never was is no reason to keep anybody waiting.
    for last in
        [&*much, "99999999999999999999-0", "0-99999999999999999999", "18446744073709551615-18446744073709551615"]
    {
        let stream = site.stream(&get.clone().with("Mcp-Session-Id", &session).with("Last-Event-ID", last)).await;
        drop(stream);
    }
    // A line without an end is cut off.
    let mut connection = site.connect().await;
    let _closed_meanwhile = within(connection.socket.write_all(&vec![b'x'; LONG])).await;
    if let Some(head) = connection.try_head().await {
        assert!((400..500).contains(&head.status), "{head:?}");
    }
    is_served(&site).await;
}

#[tokio::test]
async fn sizes_of_bodies_and_chunks() {
    let site = Site::open(server()).await;
    let chunked = |body: String| Request::post(body).with("Transfer-Encoding", "chunked");
    for request in [
        Request::post("").with("Content-Length", "18446744073709551615"),
        Request::post("").with("Content-Length", "99999999999999999999999999"),
        Request::post("").with("Content-Length", "-1"),
        Request::post("{}").with("Content-Length", "2").with("Transfer-Encoding", "chunked"),
        chunked("ffffffffffffffff\r\nx".into()),
        chunked("fffffffffffffffff\r\nx".into()),
        chunked(format!("{}\r\nx", "0".repeat(LONG))),
        chunked(format!("1;{}\r\nx", "x".repeat(LONG))),
        chunked("-1\r\nx".into()),
        chunked(format!("0\r\n{}\r\n\r\n", "X: x\r\n".repeat(10_000))),
    ] {
        let mut connection = site.connect().await;
        let _closed_meanwhile = within(connection.socket.write_all(&request.bytes())).await;
        connection.finish_if_open().await;
        if let Some(head) = connection.try_head().await {
            assert!(matches!(head.status, 400 | 413 | 431), "{head:?}");
        }
    }
    is_served(&site).await;
}

/// As deep as a body can be: it is no deeper to whoever reads it.
#[tokio::test]
async fn depths() {
    let site = Site::open(server()).await;
    let mut pipe = Pipe::open(&server().build().expect("it starts"));
    let levels = LONG / 8;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(levels), close.repeat(levels));
        let argument = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"add","arguments":{{"a":{deep},"b":1}}}}}}"#
        );
        for body in [deep.clone(), argument, open.repeat(levels)] {
            let answer = site.ask(&Request::post(body.clone())).await;
            assert!(matches!(answer.status, 200 | 400) && code(&answer.json()) < -32000, "{:.200}", answer.text());
            is_short(&answer.json());
            let answer = pipe.ask_line(&body).await;
            assert!(code(&answer) < -32000, "{answer}");
            is_short(&answer);
        }
    }
    is_answered(&mut pipe).await;
    is_served(&site).await;
}

/// A million of anything in one message.
#[tokio::test]
async fn numbers_of_things() {
    let mut pipe = Pipe::open(&Server::empty().tool(lmcp_tests::add).build().expect("it starts"));
    let brackets = "[],".repeat(300_000);
    let answer = pipe.ask_line(&format!("[{brackets}1]")).await;
    assert_eq!(code(&answer), -32600);
    is_short(&answer);
    let answer = pipe.ask_line(&format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":[{brackets}1]}}"#)).await;
    assert_eq!(answer["id"], 1);
    is_short(&answer);
    let keys: String = (0..100_000).map(|n| format!("\"k{n}\":0,")).collect();
    let answer = pipe.ask_line(&format!(r#"{{{keys}"jsonrpc":"2.0","id":1,"method":"ping"}}"#)).await;
    assert_eq!(answer["result"], json!({}));
    is_answered(&mut pipe).await;
}
