//! `call`: runs a tool here and prints what it gives.

use super::command::{Misuse, Verb};
use super::text::Look;
use super::{Report, arguments, content, json, request, sample, signature};
use crate::registry::Tool;
use crate::server::ReadyServer;
use serde_json::{Value, json};

/// Runs the tool with arguments as they were typed.
pub(super) async fn call(
    server: &ReadyServer,
    tool: Option<&str>,
    words: &[String],
    json: bool,
    look: Look,
) -> Result<Report, Misuse> {
    let catalog = server.shared.registry.current();
    let name = tool.ok_or_else(|| Misuse::which(Verb::Call, "tool", catalog.tools.names()))?;
    let tool = catalog.tool(name).map(|tool| &**tool);
    let schema = tool.map_or(&Value::Null, |tool| &tool.input_schema);
    let params = tool.map_or([].as_slice(), |tool| &tool.common.params);
    let arguments = arguments::read(words, schema, params).map_err(|why| Misuse::with(usage(name, tool), why))?;
    let params = json!({ "name": name, "arguments": arguments });
    let raw = match request::request(server, "tools/call", params).await {
        Ok(raw) => raw,
        Err(why) if tool.is_none() => return Ok(Report::failed(why).hint(server, "list tools")),
        Err(why) => return Ok(Report::failed(why)),
    };
    let result: Value = serde_json::from_str(raw.get()).unwrap_or_default();
    let text = text(&result, look);
    let is_error = result.get("isError").is_some_and(|flag| flag == true);
    let mut report = if is_error { Report::failed(&text) } else { Report::done(text) };
    if json {
        report.stdout = json::document(raw.get()).into();
    }
    Ok(report)
}

/// What the tool would like to see, as far as it is known.
fn usage(name: &str, tool: Option<&Tool>) -> String {
    let Some(tool) = tool else { return Verb::Call.usage().into() };
    let arguments = signature::of_tool(tool);
    let more = if arguments.iter().all(|argument| argument.required) { "" } else { " [key=value ...]" };
    format!("call {name}{}{more}", sample::words(&arguments, &tool.input_schema))
}

/// The blocks of a result. A person gets JSON indented, when it is nothing but that.
fn text(result: &Value, look: Look) -> String {
    if let (true, Some(structured), Some([only])) = (
        look.terminal,
        result.get("structuredContent"),
        result.get("content").and_then(Value::as_array).map(Vec::as_slice),
    ) && let Some(text) = only.get("text").and_then(Value::as_str)
        && serde_json::from_str(text).is_ok_and(|value: Value| value == *structured)
    {
        return look.result(&json::document(text)).into_owned();
    }
    content::blocks(result, look)
}

#[cfg(test)]
mod tests {
    use super::{Look, text};
    use serde_json::json;

    #[test]
    fn structured_content_is_indented_for_people_only() {
        let text_of = |terminal| {
            let content = json!([{ "type": "text", "text": "{\"b\":1,\"a\":2}" }]);
            let result = json!({ "content": content, "structuredContent": { "a": 2, "b": 1 } });
            text(&result, Look { terminal, ..Look::default() })
        };
        assert_eq!(text_of(false), "{\"b\":1,\"a\":2}\n");
        assert_eq!(text_of(true), "{\n  \"b\": 1,\n  \"a\": 2\n}\n");
    }
}
