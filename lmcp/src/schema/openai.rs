//! The profile of OpenAI's strict mode: a portable schema in which everything is required and closed.
//!
//! Source: <https://platform.openai.com/docs/guides/structured-outputs#supported-schemas>

use super::inline::is_data;
use super::portable::Object;
use super::union::{as_text, note};
use serde_json::{Value, json};

/// What may stand in a schema.
const KEYWORDS: [&str; 20] = [
    "type",
    "description",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "anyOf",
    "$ref",
    "$defs",
    "pattern",
    "format",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
];

/// The formats that are enforced there.
const FORMATS: [&str; 9] = ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

/// A portable schema as strict mode takes it.
pub(super) fn pass(mut schema: Value) -> Value {
    strict(&mut schema, true);
    schema
}

fn strict(value: &mut Value, root: bool) {
    let Value::Object(object) = value else { return };
    let is_map = object.get("additionalProperties").is_some_and(|rest| rest.is_object() || *rest == Value::Bool(true));
    let is_empty = object.get("properties").and_then(Value::as_object).is_none_or(Object::is_empty);
    let is_object = object.get("type").is_some_and(|kind| kind == "object");
    let says_nothing = ["type", "enum", "const", "anyOf", "$ref"].iter().all(|key| !object.contains_key(*key));
    if !root && (says_nothing || is_object && is_empty && (is_map || object.get("additionalProperties").is_none())) {
        // Objects are closed there, and every schema names a type.
        let what = if is_object { "A JSON object" } else { "A JSON value" };
        *value = as_text(object, &format!("{what}, written as a string."));
        return;
    }
    told(object);
    if object.len() > 1
        && let Some(reference) = object.remove("$ref")
    {
        // Nothing may stand beside a reference.
        object.insert("anyOf".into(), json!([{ "$ref": reference }]));
    }
    if let Some(Value::Array(kinds)) = object.get_mut("type") {
        // `["string", "null"]` is the one list of types there.
        if kinds.len() == 1 {
            let only = kinds.remove(0);
            object.insert("type".into(), only);
        }
    }
    for (key, inner) in object.iter_mut() {
        match (key.as_str(), inner) {
            (key, _) if is_data(key) => {}
            ("properties" | "$defs", Value::Object(schemas)) => {
                schemas.values_mut().for_each(|schema| strict(schema, false))
            }
            ("anyOf", Value::Array(members)) => members.iter_mut().for_each(|member| strict(member, false)),
            ("items", items) => strict(items, false),
            _ => {}
        }
    }
    if is_object {
        require_all(object);
    }
    object.retain(|key, value| match key.as_str() {
        "format" => value.as_str().is_some_and(|format| FORMATS.contains(&format)),
        key => KEYWORDS.contains(&key),
    });
}

/// What there is no keyword for is told in words.
fn told(object: &mut Object) {
    let mut notes = Vec::new();
    let mut take = |key: &str, words: &dyn Fn(&str) -> String| {
        if let Some(value) = object.remove(key) {
            notes.push(words(&value.to_string()));
        }
    };
    take("minLength", &|n| format!("At least {n} characters."));
    take("maxLength", &|n| format!("At most {n} characters."));
    take("minProperties", &|n| format!("At least {n} entries."));
    take("maxProperties", &|n| format!("At most {n} entries."));
    take("default", &|value| format!("Default: {value}."));
    if object.remove("uniqueItems") == Some(Value::Bool(true)) {
        notes.push("Each item once.".to_owned());
    }
    note(object, &notes.join(" "));
}

/// Every property is required; one that may be left out may be `null`.
fn require_all(object: &mut Object) {
    let required = object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let properties = object.entry("properties").or_insert_with(|| json!({}));
    let Value::Object(properties) = properties else { return };
    for (name, schema) in properties.iter_mut() {
        if let (Value::Object(schema), false) = (schema, required.iter().any(|required| required == name)) {
            nullable(schema);
        }
    }
    let names: Vec<Value> = properties.keys().map(|name| Value::from(name.as_str())).collect();
    object.insert("required".into(), names.into());
    object.insert("additionalProperties".into(), false.into());
}

/// Allows `null` besides.
fn nullable(schema: &mut Object) {
    if let Some(Value::Array(values)) = schema.get_mut("enum")
        && !values.iter().any(Value::is_null)
    {
        values.push(Value::Null);
    }
    match schema.get_mut("type") {
        Some(Value::String(kind)) if kind == "null" => {}
        Some(Value::String(kind)) if kind != "object" && kind != "array" => {
            let kinds = json!([kind, "null"]);
            schema.insert("type".into(), kinds);
        }
        Some(Value::Array(kinds)) => {
            if !kinds.iter().any(|kind| kind == "null") {
                kinds.push("null".into());
            }
        }
        _ => match schema.get_mut("anyOf") {
            Some(Value::Array(members)) => {
                if !members.iter().any(super::portable::is_null) {
                    members.push(json!({ "type": "null" }));
                }
            }
            _ => {
                let mut inner = std::mem::take(schema);
                let description = inner.remove("description");
                schema.insert("anyOf".into(), json!([inner, { "type": "null" }]));
                if let Some(description) = description {
                    schema.insert("description".into(), description);
                }
            }
        },
    }
}
