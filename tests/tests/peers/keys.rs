//! Keys that come twice, and ids that are used while they are taken.

use super::{code, is_answered, is_served, said};
use lmcp_tests::http::{Request, Site};
use lmcp_tests::pipe::Pipe;
use lmcp_tests::{Counters, server, server_with};
use serde_json::json;
use std::sync::atomic::Ordering;

const TWICE: [(&str, i64); 9] = [
    (r#"{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"ping"}"#, -32600),
    (r#"{"jsonrpc":"2.0","id":1,"id":1,"method":"ping"}"#, -32600),
    (r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}"#, -32600),
    (r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{},"params":{}}"#, -32600),
    (r#"{"params":{},"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"#, -32600),
    (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","name":"list"}}"#, -32602),
    (
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list","arguments":{},"arguments":{}}}"#,
        -32602,
    ),
    (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list","_meta":{},"_meta":{}}}"#, -32602),
    (
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list","_meta":{"progressToken":1,"progressToken":2}}}"#,
        -32602,
    ),
];

#[tokio::test]
async fn keys_of_messages() {
    let mut pipe = Pipe::open(&server().build().expect("it starts"));
    let site = Site::open(server()).await;
    for (line, expected) in TWICE {
        let answer = pipe.ask_line(line).await;
        assert_eq!((code(&answer), answer["id"].as_i64()), (expected, Some(1)), "{line}: {answer}");
        let answer = site.ask(&Request::post(line)).await.json();
        assert_eq!((code(&answer), answer["id"].as_i64()), (expected, Some(1)), "{line}: {answer}");
    }
    is_answered(&mut pipe).await;
    is_served(&site).await;
}

/// One argument given twice could be two things to two readers.
#[tokio::test]
async fn keys_of_arguments() {
    let mut pipe = Pipe::open(&server().build().expect("it starts"));
    let twice =
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"a":2,"b":3}}}"#;
    let answer = pipe.ask_line(twice).await;
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    assert!(said(&answer).contains("a: given twice"), "{answer}");
    is_answered(&mut pipe).await;
}

#[tokio::test]
async fn ids_in_flight() {
    let counters = Counters::default();
    let mut pipe = Pipe::open(&server_with(counters.clone()).build().expect("it starts"));
    for id in [json!(7), json!("seven"), json!("\u{7}")] {
        let running = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": "forever" } });
        pipe.send(&running).await;
        lmcp_tests::http::until(|| counters.running.load(Ordering::SeqCst) > 0).await;
        // However it is spelled: the first one goes on, the second one is refused.
        for second in [running.to_string(), running.to_string().replace("seven", "\\u0073even")] {
            let answer = pipe.ask_line(&second).await;
            assert_eq!((code(&answer), &answer["id"]), (-32600, &id), "{answer}");
        }
        counters.running.store(0, Ordering::SeqCst);
        assert_eq!(counters.dropped.load(Ordering::SeqCst), 0);
    }
    is_answered(&mut pipe).await;
}
