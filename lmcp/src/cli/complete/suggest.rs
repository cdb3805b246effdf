//! What the program's own completers suggest: they are asked as clients ask them, by `completion/complete`.

use crate::ProtocolVersion;
use crate::client::{Connection, Respond};
use crate::handler::entry::BoxFuture;
use crate::server::ReadyServer;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long whoever types is kept waiting: 2 s.
const PATIENCE: Duration = Duration::from_secs(2);
/// What a segment of a URI may hold as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same where it is the rest of a path.
const REST: &AsciiSet = &SEGMENT.remove(b'/');

/// The values that an argument of a prompt may have, `given` the others; none where that takes too long or fails.
pub(super) async fn of_prompt(
    server: &ReadyServer,
    prompt: &str,
    name: &str,
    value: &str,
    given: Map<String, Value>,
) -> Vec<String> {
    suggested(server, json!({ "type": "ref/prompt", "name": prompt }), name, value, given).await
}

/// The URIs that a begun one may become, as this template says.
pub(super) async fn of_template(server: &ReadyServer, template: &str, typed: &str) -> Vec<String> {
    let Some(Place { before, value, name, rest, behind, given }) = Place::of(template, typed) else {
        return Vec::new();
    };
    let values = suggested(server, json!({ "type": "ref/resource", "uri": template }), name, &value, given).await;
    let set = if rest { REST } else { SEGMENT };
    values.iter().map(|value| format!("{before}{}{behind}", utf8_percent_encode(value, set))).collect()
}

async fn suggested(
    server: &ReadyServer,
    reference: Value,
    name: &str,
    value: &str,
    given: Map<String, Value>,
) -> Vec<String> {
    let params = json!({
        "ref": reference,
        "argument": { "name": name, "value": value },
        "context": { "arguments": given },
    });
    let ask = async {
        let nobody = Arc::new(Nobody);
        let connection =
            Connection::open(server, ProtocolVersion::LATEST, "lmcp-cli", None, json!({}), nobody).await.ok()?;
        connection.request("completion/complete", params).await.ok()
    };
    let result = tokio::time::timeout(PATIENCE, ask).await.ok().flatten().unwrap_or_default();
    let values = result.pointer("/completion/values").and_then(Value::as_array);
    values.into_iter().flatten().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

/// Where in a template a begun URI ends: in the value of a segment.
#[derive(Debug, PartialEq)]
struct Place<'a> {
    /// What stands before the value.
    before: &'a str,
    /// What is typed of it.
    value: String,
    name: &'a str,
    /// It is the rest of the path, slashes and all.
    rest: bool,
    /// What has to stand behind it.
    behind: &'a str,
    /// The values of the segments before it.
    given: Map<String, Value>,
}

impl<'a> Place<'a> {
    fn of(template: &'a str, typed: &'a str) -> Option<Self> {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let mut given = Map::new();
        let (mut template, mut left) = (template, typed);
        while let Some((literal, more)) = template.split_once('{') {
            left = left.strip_prefix(literal)?;
            let (name, behind) = more.split_once('}')?;
            let (name, rest) = name.strip_prefix('+').map_or((name, false), |name| (name, true));
            template = behind;
            let behind = behind.split('{').next().unwrap_or_default();
            if let (false, Some((value, _))) = (behind.is_empty(), left.split_once(behind)) {
                given.insert(name.to_owned(), decoded(value).into());
                left = left.get(value.len()..)?;
                continue;
            }
            let before = typed.get(..typed.len() - left.len())?;
            let fits = rest || !left.contains('/');
            return fits.then(|| Place { before, value: decoded(left), name, rest, behind, given });
        }
        None
    }
}

/// A completer has nobody to ask.
struct Nobody;

impl Respond for Nobody {
    fn respond<'a>(&'a self, method: &'a str, _: &'a RawValue) -> BoxFuture<'a, Result<Value, Value>> {
        let message = format!("the command line does not answer {method}");
        Box::pin(async move { Err(json!({ "code": -32601, "message": message })) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_begun_uri_ends_in_a_segment() {
        let place = |template, typed| {
            let place = Place::of(template, typed)?;
            let Place { before, value, name, rest, behind, given } = place;
            Some(format!("{before}|{value}|{name}|{rest}|{behind}|{}", Value::from(given)))
        };
        let table = "db://tables/{table}/{column}";
        assert_eq!(place(table, "db://tables/or").as_deref(), Some("db://tables/|or|table|false|/|{}"));
        let column = Some("db://tables/a%20b/|c d|column|false||{\"table\":\"a b\"}");
        assert_eq!(place(table, "db://tables/a%20b/c%20d").as_deref(), column);
        assert_eq!(place("file:///{+path}", "file:///a/b").as_deref(), Some("file:///|a/b|path|true||{}"));
        for (template, typed) in [(table, "db://ta"), (table, "db://tables/a/b/c"), ("a://b", "a://b")] {
            assert_eq!(place(template, typed), None, "{typed}");
        }
    }
}
