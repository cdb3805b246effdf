//! Claude's API: what it refuses in any tool, and, as advice, what its strict tool use refuses besides.
//!
//! An `input_schema` is JSON Schema 2020-12, <https://github.com/anthropics/claude-code/issues/63673>, with the limits
//! that [`clients`] names. Strict tool use (`"strict": true`) takes a subset,
//! <https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations>, as
//! <https://hexdocs.pm/lang_schema/LangSchema.Converter.Anthropic.html> records it and the API's own SDK has it:
//! <https://github.com/anthropics/anthropic-sdk-python/blob/main/src/anthropic/lib/_parse/_transform.py>. The SDK moves
//! `default` to the description too; the page takes it. MCP clients do not turn strict tool use on, so nothing of it is
//! an error.

use super::clients;
use super::finding::Finding;
use super::target::Target;
use super::walk::{self, Spot};
use serde_json::Value;

const KEYWORDS: [&str; 16] = [
    "type",
    "description",
    "title",
    "default",
    "enum",
    "const",
    "anyOf",
    "allOf",
    "$ref",
    "$defs",
    "definitions",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "format",
];
const FORMATS: [&str; 10] =
    ["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];

/// What Claude refuses in the schema of a tool's arguments.
pub(super) fn input(schema: &Value) -> Vec<Finding> {
    let mut findings = clients::root(schema, Target::Anthropic);
    findings.extend(clients::property_names(schema));
    for spot in walk::spots(schema, "input") {
        findings.extend(references(&spot, schema));
        findings.extend(strict(&spot).into_iter().map(|finding| finding.at(&spot.path)));
    }
    findings
}

fn references(spot: &Spot, root: &Value) -> Option<Finding> {
    let reference = spot.get("$ref")?.as_str()?;
    if reference.starts_with("#/") && walk::target(reference, root).is_none() {
        let message = format!("refers to `{reference}`, which is not there");
        let instead = "write the schema out in place of the reference";
        return Some(Finding::error("reference", message, instead).at(&spot.path));
    }
    let why = match reference.starts_with('#') {
        false => "leads out of the schema",
        true if walk::is_recursive(reference, root) => "is recursive",
        true => return None,
    };
    let message = format!("{why}, which strict tool use does not take");
    let instead = "write the schema out in place of the reference";
    Some(Finding::advice("claude-strict-reference", message, instead).at(&spot.path))
}

/// What strict tool use does not take. Its limits for all tools together are in [`definition`](super::definition).
fn strict(spot: &Spot) -> Vec<Finding> {
    let mut findings = Vec::new();
    for key in walk::others(spot.schema, &KEYWORDS) {
        // A pattern is taken unless it looks around or back.
        let taken = match key {
            "minItems" => matches!(spot.get(key).and_then(Value::as_u64), Some(0 | 1)),
            "pattern" => spot.get(key).and_then(Value::as_str).is_some_and(is_plain),
            _ => false,
        };
        if !taken {
            let message = format!("has `{key}`, which strict tool use does not take in this form");
            let instead = if key == "oneOf" { "write `anyOf`" } else { "say it in the description" };
            findings.push(Finding::advice("claude-strict-keyword", message, instead));
        }
    }
    if spot.is_object() && spot.get("additionalProperties") != Some(&Value::Bool(false)) {
        let message = "is open; strict tool use wants `additionalProperties: false` on every object";
        let instead = "add `#[serde(deny_unknown_fields)]` to the struct; instead of a map, take a list of entries";
        findings.push(Finding::advice("claude-strict-open", message, instead));
    }
    if let Some(Value::String(format)) = spot.get("format")
        && !FORMATS.contains(&format.as_str())
    {
        let message = format!("has the format `{format}`, which strict tool use does not take");
        findings.push(Finding::advice("claude-strict-format", message, "say it in the description"));
    }
    if spot.values().iter().any(|value| value.is_object() || value.is_array()) {
        let message = "has objects or arrays in its `enum`, which strict tool use does not take";
        findings.push(Finding::advice("claude-strict-enum", message, "take an enum of unit variants"));
    }
    findings
}

/// Neither a lookaround, nor a backreference, nor a word boundary.
fn is_plain(pattern: &str) -> bool {
    let lookaround = ["(?=", "(?!", "(?<"].iter().any(|group| pattern.contains(group));
    let mut escaped = pattern.chars().scan(false, |after, c| {
        let this = *after;
        *after = c == '\\' && !this;
        Some(this.then_some(c))
    });
    let special = |c: Option<char>| c.is_some_and(|c| matches!(c, 'b' | 'B' | '1'..='9'));
    !lookaround && !escaped.any(special)
}

/// At most 20 strict tools, with 24 parameters that may be left out and 16 with several types, all tools together:
/// <https://platform.claude.com/docs/en/build-with-claude/structured-outputs>, as
/// <https://hexdocs.pm/lang_schema/LangSchema.Converter.Anthropic.html> records it.
pub(super) fn strict_server<'s>(inputs: impl Iterator<Item = &'s Value>) -> Vec<Finding> {
    let (mut tools, mut optional, mut unions) = (0, 0, 0);
    for schema in inputs {
        tools += 1;
        for spot in walk::spots(schema, "input") {
            let required = spot.required();
            optional += spot.properties().filter(|(name, _)| !required.contains(&name.as_str())).count();
            unions += usize::from(spot.has("anyOf") || spot.types().len() > 1);
        }
    }
    let limit = |what: &str, got: usize, most: usize| {
        let message = format!("strict tool use takes {most} {what}, of all tools together: {got}");
        (got > most).then(|| Finding::advice("claude-strict-limits", message, "turn it on for the tools that need it"))
    };
    let parts = [
        limit("tools", tools, 20),
        limit("parameters that may be left out", optional, 24),
        limit("parameters of several types", unions, 16),
    ];
    parts.into_iter().flatten().collect()
}
