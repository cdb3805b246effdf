//! `get`: renders a prompt and prints its messages.

use super::command::{Misuse, Verb};
use super::text::Look;
use super::{Report, arguments, content, json, request, sample, signature};
use crate::registry::Prompt;
use crate::server::ReadyServer;
use serde_json::{Value, json};

/// Renders the prompt with arguments as they were typed.
pub(super) async fn get(
    server: &ReadyServer,
    prompt: Option<&str>,
    words: &[String],
    json: bool,
    look: Look,
) -> Result<Report, Misuse> {
    let catalog = server.shared.registry.current();
    let name = prompt.ok_or_else(|| Misuse::which(Verb::Get, "prompt", catalog.prompts.names()))?;
    let prompt = catalog.prompts.get(name).map(|prompt| &**prompt);
    // A prompt's arguments are strings on the wire, whatever the function makes of them.
    let schema = json!({ "additionalProperties": { "type": "string" } });
    let arguments = arguments::read(words, &schema, &[]).map_err(|why| Misuse::with(usage(name, prompt), why))?;
    let raw = match request::request(server, "prompts/get", json!({ "name": name, "arguments": arguments })).await {
        Ok(raw) => raw,
        Err(why) if prompt.is_none() => return Ok(Report::failed(why).hint(server, "list prompts")),
        Err(why) => return Ok(Report::failed(why)),
    };
    if json {
        return Ok(Report::done(json::document(raw.get())));
    }
    let result: Value = serde_json::from_str(raw.get()).unwrap_or_default();
    let messages = result.get("messages").and_then(Value::as_array).into_iter().flatten();
    let messages: Vec<String> = messages.map(|message| shown(message, look)).collect();
    Ok(Report::done(messages.join("\n")))
}

/// `user: text`.
fn shown(message: &Value, look: Look) -> String {
    let role = message.get("role").and_then(Value::as_str).unwrap_or_default();
    let text = content::block(message.get("content").unwrap_or(&Value::Null), look);
    format!("{} {}\n", look.bold(&format!("{}:", look.result(role))), text.trim_end_matches('\n'))
}

fn usage(name: &str, prompt: Option<&Prompt>) -> String {
    let Some(prompt) = prompt else { return Verb::Get.usage().into() };
    let arguments = signature::of_prompt(prompt);
    let more = if arguments.iter().all(|argument| argument.required) { "" } else { " [key=value ...]" };
    format!("get {name}{}{more}", sample::words(&arguments, &signature::input(&prompt.common)))
}
