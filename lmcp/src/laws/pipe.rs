//! The laws of a pipe: each request gets exactly one answer, every line that comes out is a valid message of one of the
//! eras, nothing comes out once the input has ended and what ran has, and what comes out is in proportion.
//!
//! In: the bytes of several lines. A line that begins with `@` is short for a request of 2026-07-28, one with `~` for one
//! of the revisions before: a method, and its `params` without what each request says of itself.

use super::server::{LINE, server};
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use std::collections::HashMap;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How many lines are sent. More of them find nothing that these do not.
const LINES: usize = 24;
/// What one line may bring forth, in bytes, besides a multiple of its own.
const SHARE: usize = 24 << 10;

/// The bytes of several lines.
pub fn pipe(bytes: &[u8]) {
    let sent = expanded(bytes);
    let received = talk(&sent);
    let lines = sent.split(|byte| *byte == b'\n').count();
    assert!(received.len() <= lines * SHARE + sent.len() * 40, "{} bytes of {}", received.len(), sent.len());
    assert!(received.is_empty() || received.ends_with(b"\n"), "the last line ends");
    let mut answers: HashMap<String, usize> = HashMap::new();
    let mut nameless = 0;
    for line in received.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let value: Value = serde_json::from_slice(line).unwrap_or_else(|e| panic!("{e}: {}", shown(line)));
        match value {
            Value::Array(messages) => {
                assert!(!messages.is_empty(), "an empty batch");
                for message in &messages {
                    assert!(message.get("method").is_none(), "only answers come in batches: {message}");
                    count(&mut answers, &mut nameless, message);
                }
            }
            message => count(&mut answers, &mut nameless, &message),
        }
    }
    held_against(&sent, &answers, nameless);
}

/// One message that came out, if it is one; and whose answer it is.
fn count(answers: &mut HashMap<String, usize>, nameless: &mut usize, message: &Value) {
    match checked(message) {
        Some(id) => *answers.entry(id).or_default() += 1,
        None => *nameless += usize::from(message.get("method").is_none()),
    }
}

/// Fails if this is no message of JSON-RPC; the id if it is an answer, and nothing for one that names no request.
pub(super) fn checked(message: &Value) -> Option<String> {
    let object = message.as_object().unwrap_or_else(|| panic!("no object: {message}"));
    assert_eq!(object.get("jsonrpc"), Some(&json!("2.0")), "{message}");
    for key in object.keys() {
        assert!(["jsonrpc", "id", "method", "params", "result", "error"].contains(&key.as_str()), "{message}");
    }
    let id = object.get("id");
    if let Some(method) = object.get("method") {
        assert!(method.is_string() && !object.contains_key("result") && !object.contains_key("error"), "{message}");
        assert!(id.is_none_or(|id| id.is_string() || id.is_i64()), "{message}");
        return None;
    }
    match (object.get("result"), object.get("error")) {
        (Some(result), None) => assert!(result.is_object() && id.is_some(), "{message}"),
        (None, Some(error)) => {
            assert!(
                error["code"].is_i64() && error["message"].as_str().is_some_and(|text| !text.is_empty()),
                "{message}"
            );
        }
        _ => panic!("neither a result nor an error, or both: {message}"),
    }
    id.filter(|id| !id.is_null()).map(Value::to_string)
}

/// Each request that was sent was answered once, and so was each line that is no message.
fn held_against(sent: &[u8], answers: &HashMap<String, usize>, nameless: usize) {
    // Requests of which there is no doubt, and messages that may be answered under an id, whatever they are.
    let (mut sure, mut doubtful): (HashMap<String, usize>, HashMap<String, usize>) = Default::default();
    let mut cancels = false;
    let mut take = |value: &Value, text: &[u8]| {
        let is_plain = !text.contains(&b'\\') && once_each(text);
        let id = value.get("id").filter(|id| id.is_string() || id.is_i64() || id.is_u64());
        cancels |= value["method"] == "notifications/cancelled";
        if let Some(id) = id.map(Value::to_string) {
            let is_sure = is_plain && value["jsonrpc"] == "2.0" && value["method"].is_string();
            *if is_sure { sure.entry(id) } else { doubtful.entry(id) }.or_default() += 1;
        }
    };
    // What cannot be read may still have had an id.
    let (mut messages, mut unread, mut refused) = (0, 0, 0);
    for line in sent.split(|byte| *byte == b'\n') {
        let is_blank = line.iter().all(u8::is_ascii_whitespace);
        messages += usize::from(!is_blank || line.len() > LINE);
        match serde_json::from_slice::<Value>(line) {
            _ if line.len() > LINE => (unread, refused) = (unread + 1, refused + 1),
            Ok(Value::Array(elements)) => {
                // A batch of too many, or where there are none, is answered as a whole.
                (messages, unread) = (messages + elements.len(), unread + elements.len());
                elements.iter().for_each(|element| take(element, b"\\"));
            }
            Ok(value) => take(&value, line),
            Err(_) => {
                unread += 1;
                refused += usize::from(!is_blank && serde_json::from_slice::<IgnoredAny>(line).is_err());
            }
        }
    }
    for (id, count) in answers {
        let most = sure.get(id).copied().unwrap_or(0) + doubtful.get(id).copied().unwrap_or(0) + unread;
        assert!(*count <= most, "{count} answers to {id}, of which there were {most}");
    }
    for (id, count) in &sure {
        let answered = answers.get(id).copied().unwrap_or(0);
        assert!(answered >= *count || cancels, "{id} was sent {count} times and answered {answered} times");
    }
    let all = answers.values().sum::<usize>() + nameless;
    assert!(all <= messages, "{all} answers to {messages} messages");
    let least = sure.values().sum::<usize>() + refused;
    assert!(all >= least || cancels, "{all} answers to {least} messages that have one");
}

/// Whether no key comes twice at the top, as far as can be told by counting.
fn once_each(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    ["\"jsonrpc\"", "\"id\"", "\"method\"", "\"params\"", "\"result\"", "\"error\""]
        .iter()
        .all(|key| text.matches(key).count() <= 1)
}

/// Sends all of it at once, ends the input, and gives all that came.
fn talk(sent: &[u8]) -> Vec<u8> {
    // Its clock goes on when there is nothing to do but to wait for it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let (ours, theirs) = tokio::io::duplex(8 << 10);
        let (read, write) = tokio::io::split(theirs);
        let serving = tokio::spawn(server().serve_io(read, write));
        let (mut read, mut write) = tokio::io::split(ours);
        let sent = sent.to_vec();
        let writing = tokio::spawn(async move {
            // A server may have ended before everything was sent to it.
            let _ended = write.write_all(&sent).await;
            let _ended = write.shutdown().await;
            write
        });
        let mut received = Vec::new();
        read.read_to_end(&mut received).await.expect("it can be read");
        serving.await.expect("it does not panic").expect("the input is no error");
        writing.await.expect("it does not panic");
        assert_eq!(read.read(&mut [0; 1]).await.expect("it can be read"), 0, "something came after the end");
        received
    })
}

/// The lines, with short ones written out.
pub(super) fn expanded(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, line) in bytes.split(|byte| *byte == b'\n').take(LINES).enumerate() {
        match line {
            [b'@', call @ ..] => out.extend_from_slice(request(at, call, true).as_bytes()),
            [b'~', call @ ..] => out.extend_from_slice(request(at, call, false).as_bytes()),
            line => out.extend_from_slice(line),
        }
        out.push(b'\n');
    }
    out.pop();
    out
}

/// A request from `method {"params": …}`; its id is the place of its line.
pub(super) fn request(at: usize, call: &[u8], is_modern: bool) -> String {
    let call = String::from_utf8_lossy(call);
    let (method, params) = call.split_once(' ').unwrap_or((&call, "{}"));
    let method = Value::from(method);
    let meta = match is_modern {
        true => {
            r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{"form":{}},"roots":{},"sampling":{}},"progressToken":1},"#
        }
        false => "",
    };
    // What stands in the braces is anybody's guess.
    let inside = params.trim().strip_prefix('{').unwrap_or(params);
    let inside = if inside == "}" && is_modern {
        format!("{}}}", meta.trim_end_matches(','))
    } else {
        format!("{meta}{inside}")
    };
    format!(r#"{{"jsonrpc":"2.0","id":{at},"method":{method},"params":{{{inside}}}"#)
}

fn shown(line: &[u8]) -> String {
    String::from_utf8_lossy(line.get(..line.len().min(400)).unwrap_or_default()).into_owned()
}
