//! Values without the `null`s that their schema does not know, and values that are the same but for those.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;
use std::collections::BTreeSet;

/// The value without those `null`s under a key that keep it from being valid, or why it is not valid even so.
///
/// Whether one was right to be left out, only the type can tell: the caller reads the value again.
pub(crate) fn without_refused(validator: &Validator, value: &Value) -> Result<Value, String> {
    settle(validator, value.clone(), &mut 500).ok_or_else(|| {
        let problems: Vec<_> =
            validator.iter_errors(value).map(|e| format!("at `{}`: {e}", e.instance_path())).collect();
        format!("{value} does not match: {}", problems.join("; "))
    })
}

fn settle(validator: &Validator, mut value: Value, budget: &mut u32) -> Option<Value> {
    *budget = budget.checked_sub(1)?;
    let (mut certain, mut possible) = (BTreeSet::new(), BTreeSet::new());
    for error in validator.iter_errors(&value) {
        suspects(&error, &value, false, &mut certain, &mut possible);
    }
    if certain.is_empty() && possible.is_empty() {
        return validator.is_valid(&value).then_some(value);
    }
    if !certain.is_empty() {
        certain.iter().for_each(|path| remove(&mut value, path));
        return settle(validator, value, budget);
    }
    // A union refuses the `null`s of its other members as well: one at a time.
    possible.iter().find_map(|path| {
        let mut less = value.clone();
        remove(&mut less, path);
        settle(validator, less, budget)
    })
}

fn suspects(
    error: &ValidationError<'_>,
    value: &Value,
    in_union: bool,
    certain: &mut BTreeSet<String>,
    possible: &mut BTreeSet<String>,
) {
    match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            context.iter().flatten().for_each(|inner| suspects(inner, value, true, certain, possible));
        }
        _ => {}
    }
    let path = error.instance_path().as_str();
    let (parent, _) = path.rsplit_once('/').unwrap_or_default();
    if value.pointer(path).is_some_and(Value::is_null) && value.pointer(parent).is_some_and(Value::is_object) {
        let found = if in_union { possible } else { certain };
        found.insert(path.to_owned());
    }
}

/// The paths of all `null`s that stand under a key.
pub(crate) fn nulls_under_keys(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(value, String::new(), &mut found);
    found
}

fn collect(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, inner) in object {
                let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
                match inner {
                    Value::Null => found.push(path),
                    _ => collect(inner, path, found),
                }
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| collect(item, format!("{path}/{index}"), found));
        }
        _ => {}
    }
}

/// Removes what is there, from the object that it is in.
pub(crate) fn remove(value: &mut Value, path: &str) {
    let Some((parent, name)) = path.rsplit_once('/') else { return };
    if let Some(object) = value.pointer_mut(parent).and_then(Value::as_object_mut) {
        object.remove(&name.replace("~1", "/").replace("~0", "~"));
    }
}

/// Whether `less` is `full`, but for `null`s under keys that it may leave out.
pub(crate) fn same_but_for_nulls(less: &Value, full: &Value) -> bool {
    match (less, full) {
        (Value::Object(less), Value::Object(full)) => {
            less.keys().all(|key| full.contains_key(key))
                && full.iter().all(|(key, value)| match less.get(key) {
                    Some(other) => same_but_for_nulls(other, value),
                    None => value.is_null(),
                })
        }
        (Value::Array(less), Value::Array(full)) => {
            less.len() == full.len() && less.iter().zip(full).all(|(less, full)| same_but_for_nulls(less, full))
        }
        (Value::Number(less), Value::Number(full)) => {
            let near = |a: f64, b: f64| (a - b).abs() <= a.abs().max(b.abs()) * 1e-12;
            less == full || less.as_f64().zip(full.as_f64()).is_some_and(|(a, b)| near(a, b))
        }
        _ => less == full,
    }
}

/// Whether two values mean the same: numbers as numbers, and no key less.
pub(crate) fn same(one: &Value, other: &Value) -> bool {
    same_but_for_nulls(one, other) && same_but_for_nulls(other, one)
}

#[test]
fn nulls_are_left_out_where_the_schema_refuses_them() {
    let schema = serde_json::json!({
        "properties": {
            "a": { "type": "integer" },
            "b": { "type": ["integer", "null"] },
            "c": { "anyOf": [
                { "properties": { "d": { "type": "integer" } }, "required": ["d"] },
                { "properties": { "e/f": { "type": "integer" } } },
            ] },
            "g": { "items": { "type": "integer" } },
        }
    });
    let validator = crate::harness::validator(&schema).expect("a schema");
    let value = serde_json::json!({ "a": null, "b": null, "c": { "e/f": null, "h": null } });
    let left = without_refused(&validator, &value).expect("matches");
    assert_eq!(left, serde_json::json!({ "b": null, "c": { "h": null } }));
    assert!(same_but_for_nulls(&left, &value) && !same_but_for_nulls(&value, &left));
    assert!(without_refused(&validator, &serde_json::json!({ "g": [null] })).is_err());
}
