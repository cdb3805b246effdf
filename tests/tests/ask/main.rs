//! Asking the client: one handler, both eras, every transport.

#[path = "../../src/asking.rs"]
mod asking;
mod everywhere;
mod legacy;
mod progress;
mod rounds;

use serde_json::{Value, json};

/// What a client that can do everything declares.
fn everything() -> Value {
    json!({ "elicitation": { "form": {}, "url": {} }, "sampling": {}, "roots": { "listChanged": true } })
}

/// An answer to an elicitation that asks for one value.
fn accept(value: impl Into<Value>) -> Value {
    json!({ "action": "accept", "content": { "value": value.into() } })
}

/// The text of a tool's result.
fn text(message: &Value) -> &str {
    message["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no text: {message}"))
}
