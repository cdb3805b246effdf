//! Bytes that are no UTF-8, wherever text is expected.

use super::{code, is_answered, is_served, said};
use lmcp_tests::http::{Request, Site};
use lmcp_tests::pipe::Pipe;
use lmcp_tests::server;
use serde_json::json;

const BROKEN: [&[u8]; 5] = [b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\xaf"];

/// A request with these bytes in this place of it.
fn broken(place: &str, bytes: &[u8]) -> Vec<u8> {
    let text = match place {
        "id" => r#"{"jsonrpc":"2.0","id":"@","method":"ping"}"#,
        "method" => r#"{"jsonrpc":"2.0","id":1,"method":"@"}"#,
        "key" => r#"{"jsonrpc":"2.0","id":1,"method":"ping","@":1}"#,
        "argument" => r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":"@"}}}"#,
        "before" => r#"@{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
        _ => r#"{"jsonrpc":"2.0","id":1,"method":"ping"}@"#,
    };
    let (before, after) = text.split_once('@').expect("a place");
    [before.as_bytes(), bytes, after.as_bytes()].concat()
}

#[tokio::test]
async fn in_lines_and_bodies() {
    let mut pipe = Pipe::open(&server().build().expect("it starts"));
    let site = Site::open(server()).await;
    for place in ["id", "method", "key", "argument", "before", "after"] {
        for bytes in BROKEN {
            let message = broken(place, bytes);
            pipe.send_bytes(&[&message[..], b"\n"].concat()).await;
            let answer = pipe.next().await;
            assert_eq!((code(&answer), answer.get("id")), (-32700, None), "{place} {bytes:?}: {answer}");
            let answer = site.ask(&Request::post(message)).await;
            assert_eq!((answer.status, code(&answer.json())), (400, -32700), "{place} {bytes:?}");
        }
    }
    is_answered(&mut pipe).await;
    is_served(&site).await;
}

/// Half a character behind an escape is JSON that no text can hold.
#[tokio::test]
async fn half_characters() {
    let mut pipe = Pipe::open(&server().build().expect("it starts"));
    for line in [
        r#"{"jsonrpc":"2.0","id":1,"method":"\ud800"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\udc00"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"\ud800\ud800"}}"#,
    ] {
        let answer = pipe.ask_line(line).await;
        assert_eq!(answer["id"], 1, "{answer}");
        assert!((-32700..=-32600).contains(&code(&answer)), "{answer}");
    }
    let answer = pipe.ask_line(r#"{"jsonrpc":"2.0","id":"\ud800","method":"ping"}"#).await;
    assert!(answer.get("id").is_none() && matches!(code(&answer), -32600 | -32700), "{answer}");
    is_answered(&mut pipe).await;
}

#[tokio::test]
async fn in_heads() {
    let site = Site::open(server()).await;
    let good = Request::call(1, "add", json!({ "a": 1, "b": 2 })).bytes();
    let head = good.windows(2).position(|pair| pair == b"\r\n").expect("a first line") + 2;
    for bytes in BROKEN {
        for name in ["X-Own", "Mcp-Session-Id", "Last-Event-ID", "Accept-Language", "Authorization"] {
            let header = [name.as_bytes(), b": ", bytes, b"\r\n"].concat();
            let mut connection = site.connect().await;
            connection.write(&[&good[..head], &header, &good[head..]].concat()).await;
            // What nobody reads is nobody's concern.
            assert_eq!(said(&connection.response().await.json()), "3", "{name}");
        }
        for name in ["MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"] {
            let header = [name.as_bytes(), b": ", bytes, b"\r\n"].concat();
            let mut connection = site.connect().await;
            connection.write(&[&good[..head], &header, &good[head..]].concat()).await;
            assert_eq!(connection.response().await.status, 400, "{name}");
        }
        for line in ["Host", "Origin"] {
            let mut connection = site.connect().await;
            let header = [b"POST /mcp HTTP/1.1\r\n", line.as_bytes(), b": ", bytes, b"\r\n\r\n"].concat();
            connection.write(&header).await;
            if let Some(head) = connection.try_head().await {
                assert!((400..500).contains(&head.status), "{line} {head:?}");
            }
        }
        // A target and a header's name are ASCII.
        for line in [[b"GET /", bytes, b" HTTP/1.1"].concat(), [b"GET / HTTP/1.1\r\n", bytes, b": x"].concat()] {
            let mut connection = site.connect().await;
            connection.write(&[&line[..], b"\r\nHost: localhost\r\n\r\n"].concat()).await;
            if let Some(head) = connection.try_head().await {
                assert!(matches!(head.status, 400 | 404), "{head:?}");
            }
        }
    }
    let legacy = Request::legacy(1, "ping", json!({}));
    let text = String::from_utf8(legacy.bytes()).expect("ASCII");
    let mut connection = site.connect().await;
    let named = text.replacen("\r\n", "\r\nMcp-Session-Id: @\r\n", 1);
    connection.write(&named.bytes().map(|b| if b == b'@' { 0xff } else { b }).collect::<Vec<_>>()).await;
    assert_eq!(connection.response().await.status, 404, "no session has such an id");
    is_served(&site).await;
}

#[tokio::test]
async fn behind_percent_signs() {
    let mut pipe = Pipe::open(&server().build().expect("it starts"));
    for encoded in ["%ff", "%c3%28", "%ed%a0%80", "%", "%0", "%zz", "%2", "a%f"] {
        for uri in [format!("files://{encoded}"), format!("files://special/{encoded}"), format!("notes://{encoded}")] {
            let answer = pipe.ask(1, "resources/read", json!({ "uri": uri }), &json!({})).await;
            let read = &answer["result"]["contents"][0]["text"];
            assert!(read.is_string() || code(&answer) == -32602, "{uri}: {answer}");
            assert!(!read.as_str().is_some_and(|text| text.contains('\u{fffd}')), "{uri}: {answer}");
        }
    }
    let answer = pipe.ask(1, "resources/read", json!({ "uri": "files://%00" }), &json!({})).await;
    assert_eq!(
        answer["result"]["contents"][0]["text"].as_str().or(answer["error"]["message"].as_str()).map(str::is_empty),
        Some(false)
    );
    is_answered(&mut pipe).await;
}
