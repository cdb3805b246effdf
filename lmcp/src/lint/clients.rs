//! What at least one of the clients people use, or the model behind it, refuses in a schema.
//!
//! A client hands its model every tool in one request: one schema that is refused takes all the others along.

use super::finding::Finding;
use super::target::Target;
use super::walk::{self, Place, Spot};
use serde_json::Value;

/// What is wrong with the schema of a tool's arguments.
pub(super) fn input(schema: &Value) -> Vec<Finding> {
    let mut findings = root(schema, Target::Clients);
    findings.extend(property_names(schema));
    for spot in walk::spots(schema, "input") {
        findings.extend(sound(&spot));
        findings.extend(nulls(&spot));
        findings.extend(enums(&spot));
        findings.extend(references(&spot, schema));
    }
    findings
}

/// What is wrong with the schema of a tool's result, which clients validate and models do not see.
pub(super) fn output(schema: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Before 2026-07-28 a result's schema has `type: "object"` at its root, and lmcp wraps others:
    // https://modelcontextprotocol.io/specification/2025-11-25/schema#tool
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        let message = "is no object, so clients of revisions before 2026-07-28 get it as `{\"result\": …}`";
        let instead = "give back a struct to have one form for all of them";
        findings.push(Finding::advice("wrapped-output", message, instead).at("output"));
    }
    for spot in walk::spots(schema, "output") {
        findings.extend(sound(&spot));
        findings.extend(references(&spot, schema));
    }
    findings
}

/// The root is a plain object.
///
/// - Anthropic: "input_schema does not support oneOf, allOf, or anyOf at the top level",
///   <https://github.com/anthropics/claude-code/issues/5973>
/// - OpenAI: "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level",
///   <https://github.com/langchain-ai/langchainjs/issues/9804>
/// - OpenAI: "object schema missing properties", <https://github.com/bnb-chain/bnbchain-mcp/issues/68>
/// - Gemini CLI does not know the dialect `2020-12`, <https://github.com/google-gemini/gemini-cli/issues/14970>
pub(super) fn root(schema: &Value, target: Target) -> Vec<Finding> {
    let mut findings = Vec::new();
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        let message = "is no object, as the protocol and every model's API want it";
        findings.push(Finding::error("root-type", message, "take a struct with named fields").at("input"));
    } else if target.is_openai() && !schema.get("properties").is_some_and(Value::is_object) {
        let message = "has no `properties`, without which OpenAI refuses it";
        findings.push(Finding::error("root-properties", message, "add `\"properties\": {}`").at("input"));
    }
    for key in ["oneOf", "anyOf", "allOf", "enum", "not"].into_iter().filter(|key| schema.get(*key).is_some()) {
        let claude = target.is_claude() && !matches!(key, "enum" | "not");
        let who = match (claude, target.is_openai()) {
            (true, true) => "Claude and OpenAI refuse",
            (true, false) => "Claude refuses",
            (false, true) => "OpenAI refuses",
            (false, false) => continue,
        };
        let message = format!("{who} `{key}` at the root");
        let instead = "take a struct, and make the choice one of its fields";
        findings.push(Finding::error("root-combinator", message, instead).at("input"));
    }
    if target == Target::Clients && schema.get("$schema").is_some() {
        let message = "Gemini CLI has refused calls of tools that name their dialect with `$schema`";
        findings.push(Finding::advice("dialect", message, "leave it out: 2020-12 is the default").at("input"));
    }
    findings
}

/// Anthropic: "Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'", for the keys of the root only,
/// <https://github.com/decocms/studio/pull/6874>
pub(super) fn property_names(schema: &Value) -> Vec<Finding> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let names = schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name);
    let bad = names.filter(|name| name.is_empty() || name.len() > 64 || !name.chars().all(fits));
    bad.map(|name| {
        let message = "Claude refuses this name of an argument";
        let instead = "write 1 to 64 of `A-Z a-z 0-9 _ . -`";
        Finding::error("property-name", message, instead).at(format!("input.{name}"))
    })
    .collect()
}

/// What no validator or model can make sense of.
///
/// - boolean schemas: Gemini, <https://github.com/github/copilot-cli/issues/4623>; an error for the Inspector's
///   `--strict`
/// - `items`: OpenAI, "array schema missing items", <https://github.com/spacelift-io/spacectl/issues/402>; VS Code,
///   "array type must have items", <https://github.com/agentscope-ai/ReMe/issues/84>
/// - `format`: Genkit refuses the tool, <https://github.com/apollographql/apollo-mcp-server/issues/245>; OpenCode and
///   others print a warning each time, <https://github.com/anomalyco/opencode/issues/31002>
/// - `required`: Gemini, <https://github.com/Kilo-Org/kilocode/pull/11955>
/// - no keyword at all: a warning of the Inspector's
fn sound(spot: &Spot) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Value::Bool(value) = spot.schema {
        let message = format!("is the schema `{value}`, which Gemini refuses");
        findings.push(Finding::error("boolean-schema", message, "give it a type of its own").at(&spot.path));
    }
    if spot.is("array") && !spot.has("items") {
        let message = "is an array without `items`, which OpenAI and VS Code refuse";
        findings.push(Finding::error("array-items", message, "take a `Vec` of one type").at(&spot.path));
    }
    if let Some(Value::String(format)) = spot.get("format")
        && !crate::schema::format::KNOWN.contains(&format.as_str())
    {
        let message = format!("JSON Schema knows no format `{format}`; Genkit refuses it, others warn at each start");
        let instead = "leave `format` out, and say it with `minimum` and `maximum`";
        findings.push(Finding::error("format", message, instead).at(&spot.path));
    }
    if spot.has("properties") {
        let known: Vec<&String> = spot.properties().map(|(name, _)| name).collect();
        for name in spot.required().into_iter().filter(|name| !known.iter().any(|known| known == name)) {
            let message = format!("requires `{name}`, which is not among its properties; Gemini refuses that");
            findings.push(Finding::error("required", message, "add the property").at(&spot.path));
        }
    }
    let blank = |key: &str| matches!(key, "description" | "title" | "default" | "examples" | "$comment" | "deprecated");
    let says_nothing = spot.keys().all(|key| blank(key) || key.starts_with("x-"));
    if spot.schema.is_object() && says_nothing && !matches!(spot.place, Place::Root | Place::Branch) {
        let gives = spot.path.starts_with("output");
        let message = if gives {
            "may be anything, so a model has to guess what comes"
        } else {
            "takes anything, so a model has to guess"
        };
        let instead = if gives {
            "give a type of its own instead of `serde_json::Value`"
        } else {
            "take a type of its own instead of `serde_json::Value`"
        };
        findings.push(Finding::advice("untyped", message, instead).at(&spot.path));
    }
    findings
}

/// One type for each value, and no `null`.
///
/// - Cursor: "must be of type null,string, got string", <https://github.com/cursor/cursor/issues/3778>
/// - Gemini: "Proto field is not repeating, cannot start list", for every tool of every server,
///   <https://github.com/taylorwilsdon/google_workspace_mcp/issues/1099>
/// - mcp-gateway drops the tool, <https://github.com/baruchiro/paperless-mcp/issues/138>
/// - Pydantic AI's `enum` has no `null`, <https://github.com/browseros-ai/BrowserOS/pull/2585>
fn nulls(spot: &Spot) -> Option<Finding> {
    let is_nothing = spot.types() == ["null"] && spot.place != Place::Branch;
    if spot.allows_null() || is_nothing {
        let message = "may be `null`; Cursor and Gemini refuse that, and others drop the tool";
        let instead = match spot.place {
            // Where there is no `required`, the `Option` is what makes it `null`.
            Place::Element if spot.path.ends_with(".*") => "take the `Option` off the map's values",
            Place::Element if spot.path.ends_with(']') => "take the `Option` off the list's items",
            _ => "leave it out of `required` instead, as an `Option` or a field with `#[serde(default)]`",
        };
        return Some(Finding::error("null", message, instead).at(&spot.path));
    }
    let kinds = spot.types();
    (kinds.len() > 1).then(|| {
        let message = format!("is {} at once, which Gemini refuses", kinds.join(" or "));
        Finding::error("type-union", message, "take one type, or an enum with a field of each").at(&spot.path)
    })
}

/// - Gemini: "(TYPE_STRING), 2", <https://github.com/microsoft/azure-devops-mcp/issues/139>
/// - Gemini: "enum[n]: cannot be empty", <https://github.com/router-for-me/CLIProxyAPI/pull/4545>
/// - an empty `enum` matches nothing; JSON Schema says it should not be empty
fn enums(spot: &Spot) -> Option<Finding> {
    let (message, instead) = match spot.values() {
        [] if spot.has("enum") => ("has an empty `enum`, which no value fits", "leave it out"),
        values if values.iter().any(|value| !value.is_string() && !value.is_null()) => {
            ("has values in its `enum` that are no strings; Gemini refuses them", "take an enum of unit variants")
        }
        values if values.iter().any(|value| value == "") => {
            ("has an empty string in its `enum`, which Gemini refuses", "give that value a name")
        }
        _ => return None,
    };
    Some(Finding::error("enum", message, instead).at(&spot.path))
}

/// References into the schema itself lead astray where `$defs` is dropped: VS Code and Claude Desktop,
/// <https://github.com/PrefectHQ/fastmcp/pull/2861>; Copilot CLI, <https://github.com/github/copilot-cli/issues/1876>;
/// Gemini CLI, <https://github.com/google-gemini/gemini-cli/issues/13326>; Claude Code,
/// <https://github.com/anthropics/claude-code/issues/76881>. A recursive type has no other form, and newer versions of
/// these clients follow them: so this is advice.
pub(super) fn references(spot: &Spot, root: &Value) -> Option<Finding> {
    let reference = spot.get("$ref")?.as_str()?;
    let finding = if !reference.starts_with('#') {
        let message = format!("refers to `{reference}`, which no client fetches");
        Finding::error("reference", message, "write the schema out in place of the reference")
    } else if reference.len() > 1 && !reference.starts_with("#/") {
        let message = format!("refers to the anchor `{reference}`, which few clients look for");
        Finding::advice("reference", message, "write the schema out in place of the reference")
    } else if walk::target(reference, root).is_none() {
        let message = format!("refers to `{reference}`, which is not there");
        Finding::error("reference", message, "write the schema out in place of the reference")
    } else {
        let clients = "VS Code, Copilot CLI and Gemini CLI have dropped tools over";
        let (what, instead) = match walk::is_recursive(reference, root) {
            true => ("a recursive type", "send a list of entries that name their parents"),
            false => ("a reference", "write the schema out in place of the reference"),
        };
        Finding::advice("reference", format!("is {what}: {clients} `$ref`"), instead)
    };
    Some(finding.at(&spot.path))
}
