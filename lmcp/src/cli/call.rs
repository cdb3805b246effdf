//! `call`: runs a tool here and prints what it gives.

use super::command::{Misuse, Run, Verb};
use super::text::Look;
use super::{Report, answers, arguments, content, json, missing, request, sample, signature, table};
use crate::registry::Tool;
use crate::registry::collect::Kind;
use crate::server::ReadyServer;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Runs the tool with arguments as they were typed.
pub(super) async fn call(
    server: &ReadyServer,
    tool: Option<&str>,
    words: &[String],
    run: &Run,
    look: Look,
) -> Result<Report, Misuse> {
    let catalog = server.shared.registry.current();
    let name = tool.ok_or_else(|| Misuse::which(Verb::Call, "tool", catalog.tools.names()))?;
    let tool = catalog.tool(name).map(|tool| &**tool);
    let schema = tool.map_or(&Value::Null, |tool| &tool.input_schema);
    let params = tool.map_or([].as_slice(), |tool| &tool.common.params);
    let misuse = |why| Misuse::with(usage(name, tool), why);
    let arguments = arguments::read(words, schema, params).map_err(misuse)?;
    let (answers, folder) = run.prepared().map_err(misuse)?;
    let params = json!({ "name": name, "arguments": arguments });
    let hint = answers::hint(tool.map(|tool| &tool.common));
    let raw = match request::request(server, "tools/call", params, answers, &hint).await {
        Ok(raw) => raw,
        Err(why) if tool.is_none() => return Ok(missing::unknown(server, Kind::Tool, name, &why)),
        Err(why) => return Ok(Report::failed(why)),
    };
    let result: Value = serde_json::from_str(raw.get()).unwrap_or_default();
    let saved = folder.map_or(Ok(Vec::new()), |folder| folder.blocks(content::of(&result), name));
    let text = text(&result, look, saved.as_deref().unwrap_or_default());
    let is_error = result.get("isError").is_some_and(|flag| flag == true);
    let mut report = if is_error { Report::failed(&text) } else { Report::done(text) };
    if let Err(why) = saved {
        report = Report { stdout: report.stdout, ..Report::failed(why) };
    }
    if run.json {
        report.stdout = json::document(raw.get()).into();
    }
    Ok(report)
}

/// What the tool would like to see, as far as it is known.
fn usage(name: &str, tool: Option<&Tool>) -> String {
    let Some(tool) = tool else { return Verb::Call.usage().into() };
    let arguments = signature::of_tool(tool);
    let more = if arguments.iter().all(|argument| argument.required) { "" } else { " [key=value ...]" };
    format!("call {name}{}{more}", sample::words(&tool.common, &arguments, &tool.input_schema))
}

/// The blocks of a result. When it is nothing but JSON, a person gets it as a table, if it is a list of flat objects, and
/// else indented: an object's keys stand below each other then anyway, and its values keep their types and can be copied.
fn text(result: &Value, look: Look, saved: &[Option<PathBuf>]) -> String {
    if let (true, Some(structured), [only]) = (look.terminal, result.get("structuredContent"), content::of(result))
        && let Some(text) = only.get("text").and_then(Value::as_str)
        && let Ok(value) = serde_json::from_str::<Value>(text)
        && (value == *structured || structured.get("result") == Some(&value))
    {
        return table::render(text, look).unwrap_or_else(|| look.result(&json::document(text)).into_owned());
    }
    content::blocks(result, look, saved)
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
            text(&result, Look { terminal, ..Look::default() }, &[])
        };
        assert_eq!(text_of(false), "{\"b\":1,\"a\":2}\n");
        assert_eq!(text_of(true), "{\n  \"b\": 1,\n  \"a\": 2\n}\n");
    }

    #[test]
    fn a_list_is_a_table_for_people_only() {
        let content = json!([{ "type": "text", "text": "[{\"b\":1,\"a\":\"x\"}]" }]);
        let result = json!({ "content": content, "structuredContent": { "result": [{ "a": "x", "b": 1 }] } });
        assert_eq!(text(&result, Look::default(), &[]), "[{\"b\":1,\"a\":\"x\"}]\n");
        assert_eq!(text(&result, Look { terminal: true, ..Look::default() }, &[]), "b  a\n1  x\n");
    }
}
