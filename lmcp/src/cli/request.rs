//! One request to the server, in memory, as any client makes it. Progress and log messages go to standard error.

use super::answers::{Answers, YES};
use super::prompt::{Asked, Terminal};
use super::status::Status;
use super::text::complain;
use crate::ProtocolVersion;
use crate::client::Connection;
use crate::first::first;
use crate::protocol::meta::LOG_LEVEL;
use crate::server::ReadyServer;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::pin::pin;
use std::sync::Arc;

/// The `result` as the server wrote it, or the message of its error. `hint` is what to write where nobody can be asked.
pub(super) async fn request(
    server: &ReadyServer,
    method: &str,
    mut params: Value,
    answers: Answers,
    hint: &str,
) -> Result<Box<RawValue>, String> {
    let status = Arc::new(Status::of_stderr());
    let asked = Arc::new(Asked::new(answers, status.clone()));
    let respond = Arc::new(Terminal(asked.clone()));
    let connection = Connection::open(server, ProtocolVersion::LATEST, "lmcp-cli", None, asked.capabilities(), respond)
        .await
        .map_err(|e| message(&e, hint))?;
    if let Value::Object(params) = &mut params {
        params.insert("_meta".into(), json!({ "progressToken": 1, LOG_LEVEL: "info" }));
    }
    let mut answer = pin!(connection.request_raw(method, params));
    let answer = loop {
        let said = async {
            match connection.next_notification().await {
                Some(said) => Ok(said),
                // The server has ended: what is left to wait for is the answer.
                None => std::future::pending().await,
            }
        };
        match first(said, async { Err(answer.as_mut().await) }).await {
            Ok(said) => status.show(&said),
            Err(answer) => break answer,
        }
    };
    // What came between the last look and the answer.
    connection.notifications().iter().for_each(|said| status.show(said));
    status.clear();
    if let (Ok(_), Some(unused)) = (&answer, asked.unused()) {
        complain(&unused);
    }
    answer.map_err(|e| message(&e, hint))
}

/// What people read of a JSON-RPC error: its message, and its data unless that only repeats what was asked for.
fn message(error: &Value, hint: &str) -> String {
    let message = error.get("message").and_then(Value::as_str).unwrap_or("the server failed without saying why");
    match error.get("data") {
        Some(Value::Object(data)) if data.keys().all(|key| key == "uri") => message.to_owned(),
        Some(Value::Object(data)) if data.contains_key("requiredCapabilities") => {
            let asks = data.get("requiredCapabilities").and_then(|required| required.get("elicitation"));
            let hint = asks.map_or(String::new(), |asks| {
                // Whether to go to a page is no form.
                let hint = if asks.get("url").is_some() { YES } else { hint };
                format!("\non a terminal, this command asks you; elsewhere, add {hint}")
            });
            format!("{message}{hint}")
        }
        Some(data) => format!("{message}\ndata: {data}"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::message;
    use serde_json::json;

    #[test]
    fn errors_are_their_messages() {
        let message = |error| message(&error, "--answer a=1");
        assert_eq!(message(json!({ "code": 1, "message": "no", "data": { "uri": "a://b" } })), "no");
        assert_eq!(message(json!({ "code": 1, "message": "no", "data": { "why": 1 } })), "no\ndata: {\"why\":1}");
        let lacks =
            |what: &str| json!({ "code": -32021, "message": "no", "data": { "requiredCapabilities": { what: {} } } });
        assert_eq!(message(lacks("sampling")), "no");
        let asks = "no\non a terminal, this command asks you; elsewhere, add --answer a=1";
        assert_eq!(message(lacks("elicitation")), asks);
        let page = json!({ "code": -32021, "message": "no", "data": { "requiredCapabilities": { "elicitation": { "url": {} } } } });
        assert_eq!(message(page), asks.replace("a=1", "yes"));
    }
}
