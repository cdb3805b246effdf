//! Values that a schema describes, more or less.

use super::dice::Dice;
use super::made::constant;
use crate::schema::reference::target;
use serde_json::{Map, Value, json};

/// Keys that hardly a property is: by one pattern, by the other, and by none.
const KEYS: [&str; 3] = ["ab", "12", "~more~"];

/// One value.
pub(super) fn value(schema: &Value, root: &Value, dice: &mut Dice<'_>, depth: usize) -> Value {
    let Some(object) = schema.as_object() else { return constant(dice) };
    if depth > 12 {
        return Value::Null;
    }
    if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
        let inner = target(root, reference).map(|schema| value(schema, root, dice, depth + 1)).unwrap_or_default();
        return with_entries(object, inner, root, dice, depth);
    }
    if let Some(only) = object.get("const") {
        return only.clone();
    }
    if let Some(values) = object.get("enum").and_then(Value::as_array) {
        return dice.pick(values).cloned().unwrap_or_default();
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(members) = object.get(key).and_then(Value::as_array) {
            let inner = dice.pick(members).map(|member| value(member, root, dice, depth + 1)).unwrap_or_default();
            return with_entries(object, inner, root, dice, depth);
        }
    }
    if let Some(members) = object.get("allOf").and_then(Value::as_array) {
        let mut whole = Value::Null;
        for member in members {
            match (value(member, root, dice, depth + 1), &mut whole) {
                (Value::Object(more), Value::Object(all)) => all.extend(more),
                (one, whole) => *whole = one,
            }
        }
        return with_entries(object, whole, root, dice, depth);
    }
    let kind = match object.get("type") {
        Some(Value::Array(kinds)) => dice.pick(kinds).and_then(Value::as_str).unwrap_or("null"),
        kind => kind.and_then(Value::as_str).unwrap_or_else(|| ["integer", "string", "object"][dice.roll(3)]),
    };
    match kind {
        "null" => Value::Null,
        "boolean" => json!(dice.roll(2) == 0),
        "integer" => json!(dice.roll(9)),
        "number" => json!(dice.roll(40) as f64 / 4.0),
        "string" if object.get("format").is_some() => json!("2026-07-28"),
        "string" => json!(["a", "", "aa", "b", "3"][dice.roll(5)]),
        "array" => {
            let prefix = object.get("prefixItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let count = if dice.once_in(2) { prefix.len() } else { dice.roll(4) };
            let item = |at: usize| prefix.get(at).or(object.get("items")).unwrap_or(&Value::Null);
            (0..count).map(|at| value(item(at), root, dice, depth + 1)).collect()
        }
        _ => with_entries(object, json!({}), root, dice, depth),
    }
}

/// What a schema says of the entries of an object, beside what else it is.
fn with_entries(object: &Map<String, Value>, inner: Value, root: &Value, dice: &mut Dice<'_>, depth: usize) -> Value {
    let Value::Object(mut entries) = inner else { return inner };
    let required = object.get("required").and_then(Value::as_array);
    for (name, property) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let is_needed = required.is_some_and(|names| names.iter().any(|required| required == name));
        if is_needed || !dice.once_in(3) {
            entries.insert(name.clone(), value(property, root, dice, depth + 1));
        }
    }
    let named = object.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
    for (pattern, property) in named {
        let [by_letter, by_digit, _] = KEYS;
        let name = if pattern.starts_with("^a") { by_letter } else { by_digit };
        entries.insert(name.to_owned(), value(property, root, dice, depth + 1));
    }
    let rest = object.get("additionalProperties");
    if rest != Some(&Value::Bool(false)) && dice.once_in(2) {
        entries.insert(KEYS[2].into(), value(rest.unwrap_or(&Value::Null), root, dice, depth + 1));
    }
    entries.into()
}
