//! OpenAI's strict mode (Structured Outputs): the subset of JSON Schema that it takes.
//!
//! Source of all rules, unless another one is named:
//! <https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas>, with its numbers as
//! <https://jsonschemaprofiles.unitvectorylabs.com/schemas/openai> records them (February 2026). Older answers of the
//! API name smaller limits (100 properties, 5 levels, 500 values); those were raised. What the page does not name
//! counts as refused.

use super::clients;
use super::finding::Finding;
use super::target::Target;
use super::walk::{self, Place, Spot};
use serde_json::Value;

const KEYWORDS: [&str; 22] = [
    "type",
    "description",
    "title",
    "enum",
    "const",
    "anyOf",
    "$ref",
    "$defs",
    "definitions",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "minItems",
    "maxItems",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
];
const FORMATS: [&str; 9] = ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

const LEVELS: usize = 10;
const PROPERTIES: usize = 5_000;
const VALUES: usize = 1_000;
/// Of all names, values of `enum` and `const` together.
const CHARACTERS: usize = 120_000;
/// From so many values in one `enum` on, their length is limited too.
const LARGE_ENUM: usize = 250;
const LARGE_ENUM_CHARACTERS: usize = 15_000;

/// What strict mode refuses in the schema of a tool's arguments.
pub(super) fn input(schema: &Value) -> Vec<Finding> {
    let mut findings = clients::root(schema, Target::OpenAiStrict);
    let spots = walk::spots(schema, "input");
    for spot in &spots {
        findings.extend(keywords(spot));
        findings.extend(closed(spot));
        findings.extend(typed(spot));
        findings.extend(references(spot, schema));
    }
    findings.extend(limits(schema, &spots));
    findings
}

/// Only what is known; `default` is refused by name,
/// <https://zenn.dev/nicopin/scraps/a8d8f53f5faebb>.
fn keywords(spot: &Spot) -> Vec<Finding> {
    let mut findings = Vec::new();
    for key in walk::others(spot.schema, &KEYWORDS) {
        // At the root another rule says it.
        let at_root = spot.place == Place::Root && matches!(key, "oneOf" | "allOf" | "not");
        if !at_root {
            let message = format!("has `{key}`, which strict mode does not take");
            let instead = match key {
                "oneOf" => "write `anyOf`",
                "default" | "minLength" | "maxLength" => "say it in the description",
                "prefixItems" => "take a struct instead of a tuple",
                _ => "leave it out",
            };
            findings.push(Finding::error("openai-keyword", message, instead).at(&spot.path));
        }
    }
    if let Some(Value::String(format)) = spot.get("format")
        && !FORMATS.contains(&format.as_str())
    {
        let message = format!("has the format `{format}`, which strict mode does not take");
        findings.push(Finding::error("openai-format", message, "say it in the description").at(&spot.path));
    }
    findings
}

/// Every object is closed, and every field required; one that may be missing may be `null` instead.
fn closed(spot: &Spot) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !spot.is_object() {
        return findings;
    }
    if spot.get("additionalProperties") != Some(&Value::Bool(false)) {
        let message = "is open; in strict mode every object has `additionalProperties: false`";
        let instead = "write `#[tool(schema = \"openai-strict\")]`, which closes it, or `#[serde(deny_unknown_fields)]` \
                       on the struct; instead of a map, take a list of entries";
        findings.push(Finding::error("openai-open", message, instead).at(&spot.path));
    }
    let required = spot.required();
    for (name, _) in spot.properties().filter(|(name, _)| !required.contains(&name.as_str())) {
        let message = "may be left out; in strict mode every field is required";
        let instead = "write `#[tool(schema = \"openai-strict\")]`, which requires it and lets it be `null`: \
                       `\"type\": [\"string\", \"null\"]`";
        findings.push(Finding::error("openai-required", message, instead).at(format!("{}.{name}", spot.path)));
    }
    findings
}

fn typed(spot: &Spot) -> Option<Finding> {
    if let Value::Bool(value) = spot.schema {
        let message = format!("is the schema `{value}`");
        return Some(Finding::error("boolean-schema", message, "give it a type of its own").at(&spot.path));
    }
    if spot.is("array") && !spot.has("items") {
        let message = "is an array without `items`";
        return Some(Finding::error("array-items", message, "take a `Vec` of one type").at(&spot.path));
    }
    if spot.has("enum") && spot.values().is_empty() {
        return Some(Finding::error("enum", "has an empty `enum`, which no value fits", "leave it out").at(&spot.path));
    }
    let says = ["type", "anyOf", "$ref", "enum", "const", "oneOf", "allOf"];
    (!says.iter().any(|key| spot.has(key))).then(|| {
        let instead = "take a type of its own instead of `serde_json::Value`";
        Finding::error("openai-type", "has no type", instead).at(&spot.path)
    })
}

/// A reference stands alone: <https://github.com/openai/openai-python/blob/main/src/openai/lib/_pydantic.py>.
/// Recursion is taken.
fn references(spot: &Spot, root: &Value) -> Option<Finding> {
    let reference = spot.get("$ref")?.as_str()?;
    let (message, instead) = if walk::target(reference, root).is_none() {
        (format!("refers to `{reference}`, which is not there"), "write the schema out in place of the reference")
    } else if spot.place != Place::Root && spot.keys().count() > 1 {
        ("has other keywords beside `$ref`".to_owned(), "move them into what it refers to")
    } else {
        return None;
    };
    Some(Finding::error("openai-reference", message, instead).at(&spot.path))
}

fn limits(schema: &Value, spots: &[Spot]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut limit = |rule, what: &str, got: usize, most: usize, instead: &str, path: &str| {
        if got > most {
            let message = format!("has {got} {what}; strict mode takes {most}");
            findings.push(Finding::error(rule, message, instead).at(path));
        }
    };
    let text = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let mut characters = 0;
    for spot in spots {
        let length: usize = spot.values().iter().map(text).sum();
        if spot.values().len() > LARGE_ENUM {
            let what = format!("characters in an `enum` of more than {LARGE_ENUM} values");
            let instead = "take a string, and say in the description what fits";
            limit("openai-enum", &what, length, LARGE_ENUM_CHARACTERS, instead, &spot.path);
        }
        let definitions = ["$defs", "definitions"].into_iter().filter_map(|key| spot.get(key)?.as_object()).flatten();
        let names = spot.properties().map(|(name, _)| name).chain(definitions.map(|(name, _)| name));
        characters +=
            length + spot.get("const").map_or(0, text) + names.map(|name| name.chars().count()).sum::<usize>();
    }
    let properties = spots.iter().map(|spot| spot.properties().count()).sum();
    let values = spots.iter().map(|spot| spot.values().len()).sum();
    let split = "split the tool";
    limit("openai-depth", "objects in one another", walk::nesting(schema, schema), LEVELS, "flatten them", "input");
    limit("openai-properties", "properties", properties, PROPERTIES, split, "input");
    limit("openai-enum", "values in its `enum`s", values, VALUES, "take strings for some of them", "input");
    limit("openai-names", "characters in names and values", characters, CHARACTERS, split, "input");
    findings
}
