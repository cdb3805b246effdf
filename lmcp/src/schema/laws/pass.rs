//! The laws of the passes: no schema makes one panic, what is listed is bounded in size, said again it is as wide,
//! and a value that is right by the rules is right by what clients are told.

use super::dice::Dice;
use super::{made, values};
use crate::schema::check::{Mode, check};
use crate::schema::portable::{self, Side};
use crate::schema::reference::name_of;
use crate::schema::rules::Rules;
use crate::schema::tree::Tree;
use crate::schema::{Profile, beyond, hoist, limits};
use serde_json::{Value, json};

/// How many values are made of each schema.
const VALUES: usize = 12;

/// The JSON of a schema.
pub fn schema(bytes: &[u8]) {
    if let Ok(schema) = serde_json::from_slice::<Value>(bytes) {
        held(&schema);
    }
}

/// A schema that is made of the bytes.
pub fn schema_made(bytes: &[u8]) {
    held(&made::schema(&mut Dice::of(bytes)));
}

fn held(schema: &Value) {
    if limits::check(schema).is_err() {
        return;
    }
    // As it is when it comes from a type.
    let mut schema = schema.clone();
    hoist::hoist(&mut schema);
    for profile in Profile::ALL {
        for said in [profile.input(schema.clone()), profile.output(schema.clone())] {
            bounded(profile, &schema, &said);
        }
    }
    // Who writes such a schema gets no server, or a full validator.
    if beyond::beyond(&schema).is_some() {
        return;
    }
    let (Ok(rules), Ok(narrow)) = (Rules::compile(&schema), Rules::compile(&closed(&schema, &[]))) else { return };
    if !is_schema(&schema) {
        return;
    }
    let mut dice = Dice::seeded(&schema.to_string());
    let values = (0..VALUES).map(|_| values::value(&schema, &schema, &mut dice, 0));
    let mut tried: Vec<Value> = values.filter(Value::is_object).collect();
    // The `null` of a property means that it is absent, which a part that requires it may see otherwise.
    tried.retain(|value| !has_null(value) && is_right(&rules, value) && is_right(&narrow, value));
    let portable = portable::pass(schema.clone(), Side::Input);
    wider("portable", &schema, &portable, &tried);
    tried.retain(|value| !holds_null(value));
    let result = portable::pass(schema.clone(), Side::Output);
    wider("portable, of results", &schema, &result, &tried);
    for (said, side) in [(portable, Side::Input), (result, Side::Output)] {
        let again = portable::pass(said.clone(), side);
        wider("portable, said again", &said, &again, &tried);
    }
}

/// The same, but that of alternatives none allows what it does not name, and that what is required has to be there, `null`
/// or not.
///
/// Of alternatives that say nothing of each other's properties, the one allows whatever the other does not; told as one
/// object, such a property has the type that it has where it is known. Nothing is lost: no function looks at the other.
fn closed(schema: &Value, beside: &[String]) -> Value {
    let Value::Object(schema) = schema else { return schema.clone() };
    let mut closed = schema.clone();
    let names = |schema: &Value| -> Vec<String> {
        schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect()
    };
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let required: Vec<String> = required.filter_map(|name| name.as_str().map(str::to_owned)).collect();
    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    let mut own = [names(&schema.clone().into()), beside.to_vec()].concat();
    own.extend(parts.flat_map(names));
    for (key, inner) in &mut closed {
        match (key.as_str(), inner) {
            ("properties", Value::Object(schemas)) => {
                for (name, property) in schemas {
                    let inner = self::closed(property, &[]);
                    // As a part, it does not say to the rules that it may be absent.
                    *property = if required.contains(name) { json!({ "allOf": [inner] }) } else { inner };
                }
            }
            ("patternProperties", Value::Object(schemas)) => {
                schemas.values_mut().for_each(|schema| *schema = self::closed(schema, &[]));
            }
            ("$defs", Value::Object(schemas)) => {
                schemas.values_mut().for_each(|schema| *schema = alone(self::closed(schema, &[]), &[]));
            }
            ("anyOf" | "oneOf", Value::Array(members)) => {
                members.iter_mut().for_each(|member| *member = alone(self::closed(member, &own), &own));
            }
            ("allOf", Value::Array(parts)) => parts.iter_mut().for_each(|part| *part = self::closed(part, &own)),
            ("prefixItems", Value::Array(items)) => {
                items.iter_mut().for_each(|item| *item = self::closed(item, &[]));
            }
            ("items" | "additionalProperties" | "not", inner) => *inner = self::closed(inner, &[]),
            _ => {}
        }
    }
    closed.into()
}

/// An object that has the properties it names, and those that stand beside it.
fn alone(schema: Value, beside: &[String]) -> Value {
    let Value::Object(mut object) = schema else { return schema };
    let has_entries = ["properties", "patternProperties", "required"].iter().any(|key| object.contains_key(*key));
    if has_entries && !object.contains_key("additionalProperties") {
        object.insert("additionalProperties".into(), false.into());
        if let Value::Object(properties) = object.entry("properties").or_insert_with(|| json!({})) {
            for name in beside {
                properties.entry(name.as_str()).or_insert(Value::Bool(true));
            }
        }
    }
    object.into()
}

/// Whether each keyword holds what it has to, and each reference names a definition, or the root: what one into the midst
/// of a schema refers to may be gone.
fn is_schema(schema: &Value) -> bool {
    const KINDS: [&str; 7] = ["null", "boolean", "integer", "number", "string", "array", "object"];
    let Value::Object(schema) = schema else { return schema.is_boolean() };
    let is_kind = |kind: &Value| kind.as_str().is_some_and(|kind| KINDS.contains(&kind));
    schema.iter().all(|(key, value)| match (key.as_str(), value) {
        ("properties" | "patternProperties" | "$defs", value) => {
            value.as_object().is_some_and(|schemas| schemas.values().all(is_schema))
        }
        ("allOf" | "anyOf" | "oneOf" | "prefixItems", value) => {
            value.as_array().is_some_and(|members| !members.is_empty() && members.iter().all(is_schema))
        }
        ("items" | "additionalProperties" | "not", value) => is_schema(value),
        ("required", value) => value.as_array().is_some_and(|names| names.iter().all(Value::is_string)),
        ("type", Value::Array(kinds)) => !kinds.is_empty() && kinds.iter().all(is_kind),
        ("type", kind) => is_kind(kind),
        ("enum", value) => value.as_array().is_some_and(|values| !values.is_empty()),
        ("$ref", value) => value.as_str().is_some_and(|reference| reference == "#" || name_of(reference).is_some()),
        ("description" | "title" | "format" | "pattern" | "$schema", value) => value.is_string(),
        ("uniqueItems" | "nullable" | "writeOnly", value) => value.is_boolean(),
        ("minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf", value) => value.is_number(),
        (key, value) if key.starts_with("min") || key.starts_with("max") => value.is_u64(),
        ("const" | "default" | "examples", _) => true,
        // What else there is may be anything, and may be meant to be something else.
        _ => false,
    })
}

fn is_right(rules: &Rules, value: &Value) -> bool {
    check(rules, &Tree::from_value(value), Mode::Full).is_empty()
}

/// What is listed is not much larger than what it was made of.
fn bounded(profile: Profile, schema: &Value, said: &Value) {
    let (was, is) = (schema.to_string().len(), said.to_string().len());
    // Gemini's knows no references, and has each of its 200 copies written out.
    let times = if profile == Profile::Gemini { 256 } else { 64 };
    assert!(is <= 64 * 1024 + was * times, "{profile}: {is} bytes of {was}");
}

/// Each of these values, which are right by the one, is right by the other.
fn wider(name: &str, schema: &Value, said: &Value, values: &[Value]) {
    let rules = Rules::compile(said).unwrap_or_else(|e| panic!("{name}: {said} of {schema} is no schema: {e}"));
    for value in values {
        let found = check(&rules, &Tree::from_value(value), Mode::Full);
        assert!(found.is_empty(), "{name}: {schema}\nas {said}\nrefuses {value}: {found:?}");
    }
}

/// Whether some property is `null`.
fn has_null(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(entries) => entries.values().any(|value| value.is_null() || has_null(value)),
        _ => false,
    }
}

/// In results a property that is `null` is left out; what is left is whole.
fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(holds_null),
        Value::Object(entries) => entries.values().any(holds_null),
        _ => false,
    }
}
