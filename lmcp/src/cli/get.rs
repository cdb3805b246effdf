//! `get`: renders a prompt and prints its messages.

use super::command::{Misuse, Run, Verb};
use super::text::Look;
use super::{Report, answers, arguments, content, json, missing, request, sample, signature};
use crate::registry::Prompt;
use crate::registry::collect::Kind;
use crate::server::ReadyServer;
use serde_json::{Value, json};
use std::path::Path;

/// Renders the prompt with arguments as they were typed.
pub(super) async fn get(
    server: &ReadyServer,
    prompt: Option<&str>,
    words: &[String],
    run: &Run,
    look: Look,
) -> Result<Report, Misuse> {
    let catalog = server.shared.registry.current();
    let name = prompt.ok_or_else(|| Misuse::which(Verb::Get, "prompt", catalog.prompts.names()))?;
    let prompt = catalog.prompts.get(name).map(|prompt| &**prompt);
    // A prompt's arguments are strings on the wire, whatever the function makes of them.
    let schema = json!({ "additionalProperties": { "type": "string" } });
    let misuse = |why| Misuse::with(usage(name, prompt), why);
    let arguments = arguments::read(words, &schema, &[]).map_err(misuse)?;
    let (answers, folder) = run.prepared().map_err(misuse)?;
    let params = json!({ "name": name, "arguments": arguments });
    let hint = answers::hint(prompt.map(|prompt| &prompt.common));
    let raw = match request::request(server, "prompts/get", params, answers, &hint).await {
        Ok(raw) => raw,
        Err(why) if prompt.is_none() => return Ok(missing::unknown(server, Kind::Prompt, name, &why)),
        Err(why) => return Ok(Report::failed(why)),
    };
    let result: Value = serde_json::from_str(raw.get()).unwrap_or_default();
    let messages = result.get("messages").and_then(Value::as_array).map_or([].as_slice(), Vec::as_slice);
    let blocks: Vec<Value> = messages.iter().map(|message| content_of(message).clone()).collect();
    let saved = folder.map_or(Ok(Vec::new()), |folder| folder.blocks(&blocks, name));
    let paths = saved.as_deref().unwrap_or_default();
    let path = |at: usize| paths.get(at).and_then(Option::as_deref);
    let messages: Vec<String> =
        messages.iter().enumerate().map(|(at, message)| shown(message, look, path(at))).collect();
    let text = if run.json { json::document(raw.get()) } else { messages.join("\n") };
    Ok(match saved {
        Ok(_) => Report::done(text),
        Err(why) => Report { stdout: text.into(), ..Report::failed(why) },
    })
}

fn content_of(message: &Value) -> &Value {
    message.get("content").unwrap_or(&Value::Null)
}

/// `user: text`.
fn shown(message: &Value, look: Look, saved: Option<&Path>) -> String {
    let role = message.get("role").and_then(Value::as_str).unwrap_or_default();
    let text = content::block(content_of(message), look, saved);
    format!("{} {}\n", look.bold(&format!("{}:", look.result(role))), text.trim_end_matches('\n'))
}

fn usage(name: &str, prompt: Option<&Prompt>) -> String {
    let Some(prompt) = prompt else { return Verb::Get.usage().into() };
    let arguments = signature::of_prompt(prompt);
    let more = if arguments.iter().all(|argument| argument.required) { "" } else { " [key=value ...]" };
    format!("get {name}{}{more}", sample::words(&prompt.common, &arguments, &signature::input(&prompt.common)))
}
