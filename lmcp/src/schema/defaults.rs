//! Whether each default keeps the rules of its field. A function runs with one that does not, and refuses whoever sends it.
//! And what clients are told of a default.

use super::check::{Mode, check_at};
use super::inline::is_data;
use super::reference::name_in;
use super::rules::{Id, Rest, Rules};
use super::tree::Tree;
use serde_json::Value;

/// Takes out of each default the `null`s of fields that, as clients are told, are left out instead.
pub(super) fn leave_out_nulls(schema: &mut Value) {
    if may_default_to_null(schema) {
        let root = schema.clone();
        leave_out(schema, &root);
    }
}

/// Whether a `null` may be in some default: most schemas have none.
fn may_default_to_null(schema: &Value) -> bool {
    match schema {
        Value::Object(object) => {
            object.get("default").is_some_and(holds_null) || object.values().any(may_default_to_null)
        }
        Value::Array(items) => items.iter().any(may_default_to_null),
        _ => false,
    }
}

fn leave_out(schema: &mut Value, root: &Value) {
    if let Some(mut default) = schema.get("default").filter(|default| holds_null(default)).cloned() {
        prune(&mut default, schema, root, 0);
        if let Value::Object(object) = schema {
            object.insert("default".into(), default);
        }
    }
    match schema {
        Value::Object(object) => {
            for (key, inner) in object.iter_mut() {
                match (key.as_str(), inner) {
                    (key, _) if is_data(key) => {}
                    ("properties" | "$defs" | "patternProperties" | "dependentSchemas", Value::Object(schemas)) => {
                        schemas.values_mut().for_each(|schema| leave_out(schema, root));
                    }
                    (_, inner) => leave_out(inner, root),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| leave_out(inner, root)),
        _ => {}
    }
}

fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(holds_null),
        Value::Object(entries) => entries.values().any(holds_null),
        _ => false,
    }
}

/// The same of a value of this schema.
fn prune(value: &mut Value, schema: &Value, root: &Value, depth: usize) {
    if depth > 32 {
        return;
    }
    let target = schema.as_object().and_then(name_in).and_then(|name| root.get("$defs")?.get(&name));
    if let Some(target) = target {
        return prune(value, target, root, depth + 1);
    }
    match value {
        Value::Object(entries) => {
            let Some(properties) = schema.get("properties") else { return };
            entries.retain(|name, value| {
                let Some(property) = properties.get(name) else { return true };
                if value.is_null() && !takes_null(property, root, 0) {
                    return false;
                }
                prune(value, property, root, depth + 1);
                true
            });
        }
        Value::Array(items) => {
            let Some(of) = schema.get("items") else { return };
            items.iter_mut().for_each(|item| prune(item, of, root, depth + 1));
        }
        _ => {}
    }
}

fn takes_null(schema: &Value, root: &Value, depth: usize) -> bool {
    let Some(object) = schema.as_object().filter(|_| depth <= 32) else { return true };
    if let Some(target) = name_in(object).and_then(|name| root.get("$defs")?.get(&name)) {
        return takes_null(target, root, depth + 1);
    }
    if let Some(members) = ["anyOf", "oneOf"].iter().find_map(|union| object.get(*union)?.as_array()) {
        return members.iter().any(|member| takes_null(member, root, depth + 1));
    }
    match (object.get("type"), object.get("enum").and_then(Value::as_array)) {
        (_, Some(values)) => values.iter().any(Value::is_null),
        (Some(Value::Array(kinds)), None) => kinds.iter().any(|kind| kind == "null"),
        (Some(kind), None) => kind == "null",
        (None, None) => true,
    }
}

/// Looks at the defaults of all arguments, and of the fields in them; the error names those that would be refused.
pub(super) fn check_all(rules: &Rules) -> Result<(), String> {
    let mut seen = Vec::new();
    let mut wrong = Vec::new();
    look(rules, rules.root, "", &mut seen, &mut wrong);
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

fn look(rules: &Rules, id: Id, path: &str, seen: &mut Vec<Id>, wrong: &mut Vec<String>) {
    if seen.contains(&id) {
        return;
    }
    seen.push(id);
    let node = rules.node(id);
    for (name, field) in &node.properties {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        if let Some(default) = &rules.node(*field).default {
            wrong.extend(broken(rules, *field, default, &path));
        }
        look(rules, *field, &path, seen, wrong);
    }
    let items = node.prefix.iter().chain(&node.items).map(|id| (*id, format!("{path}[]")));
    let rest = if let Rest::Of(id) = node.rest { Some(id) } else { None };
    let values = rest.into_iter().chain(node.patterns.iter().map(|(_, id)| *id)).map(|id| (id, format!("{path}.*")));
    let same = node.all_of.iter().chain(&node.any_of).map(|id| (*id, path.to_owned()));
    for (id, path) in items.chain(values).chain(same) {
        look(rules, id, &path, seen, wrong);
    }
}

/// What is wrong with a default, in words.
fn broken(rules: &Rules, id: Id, default: &Tree<'static>, path: &str) -> Option<String> {
    let found = check_at(rules, id, default, Mode::Enforced);
    let first = found.first()?;
    let place = if first.path.is_empty() { String::new() } else { format!(", at `{}`", first.path) };
    Some(format!(
        "the default of `{path}` would be refused if a client sent it{place}: {}; change the default or the rule",
        first.message
    ))
}
