//! Messages that are nested deeper than they may be, on a pipe and over HTTP.

use lmcp::{Limits, Server};
use lmcp_tests::http::{Request, Site};
use lmcp_tests::pipe::{Pipe, modern};
use lmcp_tests::server;
use serde_json::{Value, json};

/// A value of so many levels, with brackets in a text that count for nothing.
fn nested(levels: usize) -> Value {
    (1..levels).fold(json!(["[[[[{{{{\\\"[[[["]), |value, _| json!([value]))
}

/// `params`, `_meta` and the message itself are three levels.
fn request(levels: usize) -> Value {
    modern(1, "tools/call", json!({ "name": "takes_meta", "_meta": { "deep": nested(levels - 3) } }), &json!({}))
}

async fn codes(server: Server, levels: [usize; 2]) -> Vec<(Value, Value)> {
    let mut pipe = Pipe::open(&server.build().expect("it starts"));
    let mut codes = Vec::new();
    for levels in levels {
        pipe.send(&request(levels)).await;
        let answer = pipe.next().await;
        codes.push((answer["id"].clone(), answer["error"]["code"].clone()));
    }
    codes
}

#[tokio::test]
async fn the_limit_is_the_servers() {
    let expected = [(json!(1), Value::Null), (json!(1), json!(-32600))];
    assert_eq!(codes(server(), [127, 129]).await, expected);
    assert_eq!(codes(server().limits(Limits::default().nesting(10)), [10, 11]).await, expected);
    let site = Site::open(server().limits(Limits::default().nesting(10))).await;
    let post = |levels| {
        let request = Request::message(&request(levels)).with("MCP-Protocol-Version", "2026-07-28");
        request.with("Mcp-Method", "tools/call").with("Mcp-Name", "takes_meta")
    };
    assert_eq!(site.ask(&post(10)).await.status, 200);
    let refused = site.ask(&post(11)).await;
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (400, &json!(-32600)));
    assert!(refused.text().contains("`nesting`"), "{refused:?}");
}

#[tokio::test]
async fn a_million_levels_are_refused_like_a_few() {
    let mut pipe = Pipe::open(&server().build().expect("it starts"));
    let deep = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"ping","params":{{"x":{}"#, "[".repeat(1_000_000));
    let answer = pipe.ask_line(&deep).await;
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(7), &json!(-32600)), "{answer}");
    pipe.send(&json!({ "jsonrpc": "2.0", "id": 8, "method": "ping" })).await;
    assert_eq!(pipe.next().await["id"], 8);
}
