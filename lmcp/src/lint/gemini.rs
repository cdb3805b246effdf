//! Gemini's function declarations: the subset of OpenAPI's schemas that `parameters` takes.
//!
//! Source of all rules, unless another one is named: the fields of `Schema`,
//! <https://ai.google.dev/api/caching#Schema>, also at
//! <https://docs.cloud.google.com/nodejs/docs/reference/generativelanguage/latest/generativelanguage/protos.google.ai.generativelanguage.v1beta.ischema>.
//! Vertex AI's `Schema` has `additionalProperties`, `ref` and `defs` too, and the newer field `parametersJsonSchema`
//! takes some more of JSON Schema; clients still send `parameters` (the Python SDK does for MCP servers,
//! <https://github.com/googleapis/python-genai/blob/main/google/genai/_mcp_utils.py>), so the stricter one counts here
//! and a finding says when the newer field would do.

use super::clients;
use super::finding::Finding;
use super::target::Target;
use super::walk::{self, Place, Spot, target};
use serde_json::Value;

const KEYWORDS: [&str; 22] = [
    "type",
    "format",
    "title",
    "description",
    "nullable",
    "enum",
    "items",
    "minItems",
    "maxItems",
    "properties",
    "propertyOrdering",
    "required",
    "minProperties",
    "maxProperties",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "example",
    "anyOf",
    "default",
];
/// What JSON Schema may have besides, where Gemini takes it: the list is that of `responseJsonSchema`,
/// <https://pub.dev/documentation/googleapis/latest/aiplatform_v1/GoogleCloudAiplatformV1GenerationConfig/responseJsonSchema.html>;
/// `parametersJsonSchema` has none of its own.
const NEWER: [&str; 7] = ["$id", "$anchor", "$defs", "$ref", "additionalProperties", "oneOf", "prefixItems"];

/// What Gemini refuses in the schema of a tool's arguments.
pub(super) fn input(schema: &Value) -> Vec<Finding> {
    let mut findings = clients::root(schema, Target::Gemini);
    for spot in walk::spots(schema, "input") {
        findings.extend(keywords(&spot));
        findings.extend(typed(&spot, schema));
        findings.extend(values(&spot));
        findings.extend(fields(&spot));
    }
    findings
}

/// "Unknown name "additionalProperties" …: Cannot find field", <https://github.com/nanbingxyz/5ire/issues/42>; `const`
/// and `oneOf` alike, <https://github.com/taylorwilsdon/google_workspace_mcp/issues/1099>
fn keywords(spot: &Spot) -> Vec<Finding> {
    let finding = |key: &str| {
        let newer = if NEWER.contains(&key) { "; only `parametersJsonSchema` does" } else { "" };
        let message = format!("has `{key}`, which `parameters` does not take{newer}");
        let instead = match key {
            "const" => "write an `enum` of one value",
            "oneOf" => "write `anyOf`",
            "$ref" => "write the schema out in place of the reference",
            "prefixItems" => "take a struct instead of a tuple",
            "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" | "uniqueItems" => "say it in the description",
            _ => "leave it out",
        };
        Finding::error("gemini-keyword", message, instead).at(&spot.path)
    };
    walk::others(spot.schema, &KEYWORDS).into_iter().map(finding).collect()
}

/// One type each: "didn't specify the schema type field", <https://github.com/google-gemini/gemini-cli/issues/4400>;
/// "Proto field is not repeating", <https://github.com/nanbingxyz/5ire/issues/218>. `null` is a flag of its own.
fn typed(spot: &Spot, root: &Value) -> Option<Finding> {
    if let Value::Bool(value) = spot.schema {
        // https://github.com/github/copilot-cli/issues/4623
        let message = format!("is the schema `{value}`");
        return Some(Finding::error("boolean-schema", message, "give it a type of its own").at(&spot.path));
    }
    let kinds = spot.types();
    let stands_for_one =
        spot.has("anyOf") || spot.get("$ref").and_then(Value::as_str).is_some_and(|to| target(to, root).is_some());
    let (message, instead) = match kinds[..] {
        ["null"] => ("is of type `null`", "write `\"nullable\": true` beside the type of the other values"),
        _ if spot.get("type").is_some_and(Value::is_array) => {
            ("has a list of types", "write one type, and `\"nullable\": true` for `null`")
        }
        [] if !stands_for_one && spot.place != Place::Root => {
            ("has no type", "take a type of its own instead of `serde_json::Value`")
        }
        ["array"] if !spot.has("items") => {
            return Some(
                Finding::error("array-items", "is an array without `items`", "take a `Vec` of one type").at(&spot.path),
            );
        }
        _ => return None,
    };
    Some(Finding::error("gemini-type", message, instead).at(&spot.path))
}

/// - "enum: only allowed for STRING type", <https://github.com/nanbingxyz/5ire/issues/218>; Vertex AI's page has an
///   example with an integer, <https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/Schema>
/// - "only 'enum' and 'date-time' are supported for STRING type",
///   <https://github.com/google-gemini/gemini-cli/issues/2237>; Firebase's page says so too,
///   <https://firebase.google.com/docs/reference/js/ai.schemashared>; the page of `Schema` says by now that any format is
///   taken
/// - for numbers the page of Vertex AI's `Schema` names `float`, `double`, `int32`, `int64`
fn values(spot: &Spot) -> Vec<Finding> {
    let mut findings = Vec::new();
    if spot.has("enum") {
        let is_name = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
        let message = match spot.values() {
            [] => Some("has an empty `enum`"),
            values if !values.iter().all(is_name) => {
                Some("has values in its `enum` that are no strings, or empty ones")
            }
            _ if spot.types() != ["string"] && !spot.types().is_empty() => Some("has an `enum`, and is no string"),
            _ => None,
        };
        let instead = "take an enum of unit variants with names";
        findings.extend(message.map(|message| Finding::error("gemini-enum", message, instead).at(&spot.path)));
    }
    let Some(format) = spot.get("format").and_then(Value::as_str) else { return findings };
    let taken: &[&str] = match spot.types()[..] {
        ["string"] => &["enum", "date-time"],
        ["integer"] => &["int32", "int64"],
        ["number"] => &["float", "double"],
        _ => &[],
    };
    if !taken.contains(&format) {
        let message = format!("has the format `{format}`, which Gemini has refused for this type");
        findings.push(Finding::error("gemini-format", message, "say it in the description").at(&spot.path));
    }
    findings
}

/// - "should be non-empty for OBJECT type", <https://github.com/agno-agi/agno/issues/2112>; for a tool without
///   arguments clients leave `parameters` out
/// - "properties: only allowed for OBJECT type", <https://github.com/anomalyco/opencode/pull/11888>
/// - `required` names what is there, <https://github.com/Kilo-Org/kilocode/pull/11955>
fn fields(spot: &Spot) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |rule, message: String, instead| {
        findings.push(Finding::error(rule, message, instead).at(&spot.path));
    };
    if spot.is("object") && spot.properties().next().is_none() && spot.place != Place::Root {
        let instead = "take a struct with named fields, or a list of entries instead of a map";
        add("gemini-empty-object", "is an object without properties".to_owned(), instead);
    }
    if spot.has("properties") && !spot.is("object") {
        add("gemini-type", "has properties, and is no object".to_owned(), "add `\"type\": \"object\"`");
    }
    for name in spot.required() {
        if spot.properties().all(|(known, _)| known != name) {
            add("required", format!("requires `{name}`, which is not among its properties"), "add the property");
        }
    }
    findings
}
