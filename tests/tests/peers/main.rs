//! Peers that misbehave, over real sockets and pipes. Each request has one answer as long as its connection can carry it,
//! what is held stays bounded, and whoever is beside them is served.

mod crowds;
mod half_closed;
mod held;
mod injection;
mod keys;
mod oversized;
mod panics;
#[cfg(unix)]
mod readers;
mod resets;
#[cfg(unix)]
mod signals;
mod text;
mod trickle;
mod truncated;
mod vanishing;
mod zeros;

use lmcp_tests::http::{Request, Site};
use lmcp_tests::pipe::{Pipe, modern};
use serde_json::{Value, json};

/// A client beside them that behaves is answered.
async fn is_served(site: &Site) {
    let answer = site.ask(&Request::call("beside", "add", json!({ "a": 1, "b": 2 }))).await;
    assert_eq!((said(&answer.json()), answer.json()["id"].as_str()), ("3", Some("beside")), "{answer:?}");
}

/// The pipe is still there: its next answer is this one.
async fn is_answered(pipe: &mut Pipe) {
    let answer = pipe.ask(4711, "tools/list", json!({}), &json!({})).await;
    assert!(answer["result"]["tools"].is_array(), "{answer}");
}

/// A call of 2026-07-28 on a pipe.
fn call(id: u32, tool: &str, arguments: Value) -> Value {
    modern(id, "tools/call", json!({ "name": tool, "arguments": arguments }), &json!({}))
}

fn said(message: &Value) -> &str {
    message["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no text: {message}"))
}

fn code(message: &Value) -> i64 {
    message["error"]["code"].as_i64().unwrap_or_else(|| panic!("no error: {message}"))
}
