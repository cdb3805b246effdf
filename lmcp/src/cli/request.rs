//! One request to the server, in memory, as any client makes it. Progress and log messages go to standard error.

use super::text::complain;
use crate::ProtocolVersion;
use crate::client::Connection;
use crate::protocol::meta::LOG_LEVEL;
use crate::server::ReadyServer;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::pin::pin;
use std::task::Poll;

/// The `result` as the server wrote it, or the message of its error.
pub(super) async fn request(server: &ReadyServer, method: &str, mut params: Value) -> Result<Box<RawValue>, String> {
    let (capabilities, respond) = super::prompt::answers();
    let connection = Connection::open(server, ProtocolVersion::LATEST, "lmcp-cli", None, capabilities, respond)
        .await
        .map_err(|e| message(&e))?;
    if let Value::Object(params) = &mut params {
        params.insert("_meta".into(), json!({ "progressToken": 1, LOG_LEVEL: "info" }));
    }
    let mut answer = pin!(connection.request_raw(method, params));
    let answer = loop {
        let mut said = pin!(connection.next_notification());
        let next = std::future::poll_fn(|cx| match said.as_mut().poll(cx) {
            Poll::Ready(Some(said)) => Poll::Ready(Ok(said)),
            _ => answer.as_mut().poll(cx).map(Err),
        });
        match next.await {
            Ok(said) => show(&said),
            Err(answer) => break answer,
        }
    };
    // What came between the last look and the answer.
    connection.notifications().iter().for_each(show);
    answer.map_err(|e| message(&e))
}

/// What people read of a JSON-RPC error: its message, and its data unless that only repeats what was asked for.
fn message(error: &Value) -> String {
    let message = error.get("message").and_then(Value::as_str).unwrap_or("the server failed without saying why");
    match error.get("data") {
        Some(Value::Object(data)) if data.keys().all(|key| key == "uri") => message.to_owned(),
        Some(Value::Object(data)) if data.contains_key("requiredCapabilities") => {
            let asks_user =
                data.get("requiredCapabilities").is_some_and(|required| required.get("elicitation").is_some());
            let hint = if asks_user { "; on a terminal, this command asks you" } else { "" };
            format!("{message}{hint}")
        }
        Some(data) => format!("{message}\ndata: {data}"),
        None => message.to_owned(),
    }
}

fn show(notification: &Value) {
    if let Some(line) = line(notification) {
        complain(&line);
    }
}

/// A notification as one line, if it is one that people read.
fn line(notification: &Value) -> Option<String> {
    let params = notification.get("params")?;
    let text = |key: &str| params.get(key).and_then(Value::as_str);
    match notification.get("method")?.as_str()? {
        "notifications/progress" => {
            let total = params.get("total").map(|total| format!("/{total}")).unwrap_or_default();
            let message = text("message").map(|message| format!(" {message}")).unwrap_or_default();
            Some(format!("progress {}{total}{message}", params.get("progress")?))
        }
        "notifications/message" => {
            let logger = text("logger").map(|logger| format!(" [{logger}]")).unwrap_or_default();
            let data = params.get("data")?;
            let data = data.as_str().map_or_else(|| data.to_string(), str::to_owned);
            Some(format!("{}{logger}: {data}", text("level")?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{line, message};
    use serde_json::json;

    #[test]
    fn notifications_are_lines() {
        let progress = |params| line(&json!({ "method": "notifications/progress", "params": params }));
        assert_eq!(
            progress(json!({ "progress": 3, "total": 10, "message": "hm" })).as_deref(),
            Some("progress 3/10 hm")
        );
        assert_eq!(progress(json!({ "progress": 0.5 })).as_deref(), Some("progress 0.5"));
        let log = |params| line(&json!({ "method": "notifications/message", "params": params }));
        assert_eq!(log(json!({ "level": "info", "data": "text" })).as_deref(), Some("info: text"));
        let disk = json!({ "level": "warning", "logger": "disk", "data": { "free": 0 } });
        assert_eq!(log(disk).as_deref(), Some("warning [disk]: {\"free\":0}"));
        assert_eq!(line(&json!({ "method": "notifications/tools/list_changed" })), None);
    }

    #[test]
    fn errors_are_their_messages() {
        assert_eq!(message(&json!({ "code": 1, "message": "no", "data": { "uri": "a://b" } })), "no");
        assert_eq!(message(&json!({ "code": 1, "message": "no", "data": { "why": 1 } })), "no\ndata: {\"why\":1}");
        let lacks =
            |what: &str| json!({ "code": -32021, "message": "no", "data": { "requiredCapabilities": { what: {} } } });
        assert_eq!(message(&lacks("sampling")), "no");
        assert_eq!(message(&lacks("elicitation")), "no; on a terminal, this command asks you");
    }
}
