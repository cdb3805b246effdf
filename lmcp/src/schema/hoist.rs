//! Definitions that a schema written by hand brings along, moved to where its references look for them: the root of the
//! whole.

use super::inline::is_data;
use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// The keywords that hold definitions, of today and before.
const HOLDERS: [&str; 2] = ["$defs", "definitions"];

/// Moves the definitions of inner schemas to the root, under names of their own, and has the references follow.
pub(super) fn hoist(schema: &mut Value) {
    let Value::Object(root) = schema else { return };
    let mut definitions = match root.remove("$defs") {
        Some(Value::Object(definitions)) => definitions,
        _ => Object::new(),
    };
    let names: Vec<String> = definitions.keys().cloned().collect();
    for name in names {
        if let Some(mut definition) = definitions.get(&name).cloned() {
            inner(&mut definition, &mut definitions);
            definitions.insert(name, definition);
        }
    }
    for (key, value) in root.iter_mut().filter(|(key, _)| !is_data(key)) {
        below(key, value, &mut definitions);
    }
    if !definitions.is_empty() {
        root.insert("$defs".into(), definitions.into());
    }
}

fn below(key: &str, value: &mut Value, definitions: &mut Object) {
    match value {
        Value::Object(schemas)
            if matches!(key, "properties" | "patternProperties" | "dependentSchemas" | "definitions") =>
        {
            schemas.values_mut().for_each(|schema| inner(schema, definitions));
        }
        value => inner(value, definitions),
    }
}

fn inner(value: &mut Value, definitions: &mut Object) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| inner(item, definitions)),
        Value::Object(object) => {
            // With one, its references would begin there.
            object.remove("$id");
            for holder in HOLDERS {
                let Some(Value::Object(own)) = object.remove(holder) else { continue };
                let mut renamed = Vec::new();
                for (name, definition) in own {
                    let new = free_name(&name, &definition, definitions);
                    // So that its own references find it, and no other takes the name.
                    definitions.insert(new.clone(), definition);
                    renamed.push((format!("#/{holder}/{name}"), format!("#/$defs/{new}"), new));
                }
                for (from, to, new) in &renamed {
                    object.values_mut().for_each(|value| follow(value, from, to));
                    if let Some(Value::String(reference)) =
                        object.get_mut("$ref").filter(|reference| *reference == from)
                    {
                        reference.clone_from(to);
                    }
                    for (_, _, other) in &renamed {
                        if let Some(definition) = definitions.get_mut(other) {
                            follow(definition, from, to);
                        }
                    }
                    if let Some(mut definition) = definitions.get(new).cloned() {
                        inner(&mut definition, definitions);
                        definitions.insert(new.clone(), definition);
                    }
                }
            }
            for (key, value) in object.iter_mut().filter(|(key, _)| !is_data(key)) {
                below(key, value, definitions);
            }
        }
        _ => {}
    }
}

/// Gives the root's definitions the name that they have since 2019-09.
pub(super) fn rename(schema: &mut Value) {
    let Some(Value::Object(former)) = schema.as_object_mut().and_then(|root| root.remove("definitions")) else {
        return;
    };
    let mut definitions = match schema.as_object_mut().and_then(|root| root.remove("$defs")) {
        Some(Value::Object(definitions)) => definitions,
        _ => Object::new(),
    };
    let mut renamed = Vec::new();
    for (name, definition) in former {
        let new = free_name(&name, &definition, &definitions);
        definitions.insert(new.clone(), definition);
        renamed.push((format!("#/definitions/{name}"), format!("#/$defs/{new}")));
    }
    if let Some(root) = schema.as_object_mut() {
        root.insert("$defs".into(), definitions.into());
    }
    for (from, to) in &renamed {
        follow(schema, from, to);
    }
}

/// A name that stands for nothing else.
fn free_name(name: &str, definition: &Value, definitions: &Object) -> String {
    let mut free = name.to_owned();
    for n in 2.. {
        match definitions.get(&free) {
            Some(other) if other != definition => free = format!("{name}{n}"),
            _ => break,
        }
    }
    free
}

/// Has references lead elsewhere.
pub(super) fn follow(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| follow(item, from, to)),
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                match value {
                    Value::String(reference) if key == "$ref" && reference == from => to.clone_into(reference),
                    _ if is_data(key) => {}
                    value => follow(value, from, to),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::hoist;
    use serde_json::json;

    #[test]
    fn former_definitions_stand_beside_others() {
        let mut schema = json!({
            "items": { "$ref": "#/definitions/a" },
            "definitions": { "a": { "items": { "$ref": "#/$defs/a" } } },
            "$defs": { "a": { "type": "string" } },
        });
        super::rename(&mut schema);
        let expected = json!({
            "items": { "$ref": "#/$defs/a2" },
            "$defs": { "a": { "type": "string" }, "a2": { "items": { "$ref": "#/$defs/a" } } },
        });
        assert_eq!(schema, expected);
    }

    #[test]
    fn references_find_what_was_brought_along() {
        let small = json!({ "type": "integer" });
        let mut schema = json!({
            "properties": {
                "a": { "items": { "$ref": "#/definitions/small" }, "definitions": { "small": small } },
                "b": { "$ref": "#/$defs/small", "$defs": { "small": { "$ref": "#/$defs/tiny" }, "tiny": { "type": "null" } } },
                "c": { "$ref": "#/$defs/Known" },
            },
            "$defs": { "Known": { "type": "string" } },
        });
        hoist(&mut schema);
        let expected = json!({
            "properties": {
                "a": { "items": { "$ref": "#/$defs/small" } },
                "b": { "$ref": "#/$defs/small2" },
                "c": { "$ref": "#/$defs/Known" },
            },
            "$defs": {
                "Known": { "type": "string" },
                "small": small,
                "small2": { "$ref": "#/$defs/tiny" },
                "tiny": { "type": "null" },
            },
        });
        assert_eq!(schema, expected);
    }
}
