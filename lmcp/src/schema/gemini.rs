//! The profile of Gemini's function declarations: a portable schema in the part of OpenAPI 3.0 that they take.
//!
//! Source: <https://ai.google.dev/api/caching#Schema>

use super::portable::{Object, is_null};
use super::reference::name_in;
use super::union::{as_text, note};
use serde_json::{Map, Value, json};
use std::cell::Cell;

/// What may stand in a schema.
const KEYWORDS: [&str; 19] = [
    "type",
    "format",
    "title",
    "description",
    "nullable",
    "enum",
    "maxItems",
    "minItems",
    "properties",
    "required",
    "minProperties",
    "maxProperties",
    "minLength",
    "maxLength",
    "pattern",
    "anyOf",
    "items",
    "minimum",
    "maximum",
];

/// How often a type that holds itself is written out.
const LEVELS: usize = 3;
/// How many schemas are written out in place of references.
const COPIES: usize = 200;

/// A portable schema as Gemini takes it.
pub(super) fn pass(mut schema: Value) -> Value {
    let definitions = match schema.as_object_mut().and_then(|root| root.remove("$defs")) {
        Some(Value::Object(definitions)) => definitions,
        _ => Map::new(),
    };
    let mut schema = Pass { definitions: &definitions, left: Cell::new(COPIES) }.said(schema, &mut Vec::new(), true);
    if let Value::Object(root) = &mut schema {
        root.entry("properties").or_insert_with(|| json!({}));
    }
    schema
}

struct Pass<'d> {
    definitions: &'d Object,
    left: Cell<usize>,
}

impl Pass<'_> {
    fn said(&self, schema: Value, inside: &mut Vec<String>, root: bool) -> Value {
        let Value::Object(mut object) = schema else { return json!({ "type": "string" }) };
        if let Some(name) = name_in(&object) {
            object.remove("$ref");
            let times = inside.iter().filter(|known| **known == name).count();
            let Some(Value::Object(definition)) =
                self.definitions.get(&name).filter(|_| times < LEVELS && self.left.get() > 0)
            else {
                return as_text(&object, "The same again, as JSON in a string.");
            };
            self.left.set(self.left.get() - 1);
            let mut definition = definition.clone();
            definition.extend(object);
            inside.push(name);
            let said = self.said(Value::Object(definition), inside, root);
            inside.pop();
            return said;
        }
        self.types(&mut object);
        if let Some(Value::Array(members)) = object.remove("anyOf") {
            let nullable = members.iter().any(is_null);
            let mut members: Vec<Value> = members
                .into_iter()
                .filter(|member| !is_null(member))
                .map(|member| self.said(member, inside, false))
                .collect();
            let description = object.remove("description");
            if let [only] = members.as_mut_slice() {
                let mut only = std::mem::take(only);
                if let (Value::Object(only), Some(description)) = (&mut only, description) {
                    only.insert("description".into(), description);
                }
                return with_null(only, nullable);
            }
            let mut union = Object::new();
            if let Some(description) = description {
                union.insert("description".into(), description);
            }
            union.insert("anyOf".into(), members.into());
            return with_null(union.into(), nullable);
        }
        let kind = object.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        if kind == "null" {
            // There is no such type; what is said of its value is that it may be nothing.
            return with_null(as_text(&object, "Always null."), true);
        }
        if kind.is_empty() {
            return as_text(&object, "A JSON value, written as a string.");
        }
        if kind == "object" && !root && object.get("properties").and_then(Value::as_object).is_none_or(Map::is_empty) {
            return as_text(&object, "A JSON object, written as a string.");
        }
        exclusive(&mut object);
        formats(&mut object, &kind);
        choices(&mut object, &kind);
        for (key, inner) in object.iter_mut() {
            match (key.as_str(), inner) {
                ("properties", Value::Object(properties)) => {
                    properties
                        .values_mut()
                        .for_each(|property| *property = self.said(std::mem::take(property), inside, false));
                }
                ("items", items) => *items = self.said(std::mem::take(items), inside, false),
                _ => {}
            }
        }
        object.retain(|key, _| KEYWORDS.contains(&key.as_str()));
        object.into()
    }

    /// One type each, and `nullable` beside it.
    fn types(&self, object: &mut Object) {
        let Some(Value::Array(kinds)) = object.get("type").cloned() else { return };
        let nullable = kinds.iter().any(|kind| kind == "null");
        let kinds: Vec<Value> = kinds.into_iter().filter(|kind| kind != "null").collect();
        match kinds.as_slice() {
            [only] => drop(object.insert("type".into(), only.clone())),
            _ => {
                let mut inner = std::mem::take(object);
                let description = inner.remove("description");
                let members = kinds.iter().map(|kind| {
                    let mut member = inner.clone();
                    member.insert("type".into(), kind.clone());
                    Value::Object(member)
                });
                object.insert("anyOf".into(), members.collect());
                if let Some(description) = description {
                    object.insert("description".into(), description);
                }
            }
        }
        if nullable {
            object.insert("nullable".into(), true.into());
        }
    }
}

fn with_null(mut schema: Value, nullable: bool) -> Value {
    if let (Value::Object(object), true) = (&mut schema, nullable) {
        object.insert("nullable".into(), true.into());
    }
    schema
}

/// There are no exclusive bounds; of integers they have a neighbour.
fn exclusive(object: &mut Object) {
    let integer = object.get("type").is_some_and(|kind| kind == "integer");
    for (exclusive, plain, step) in [("exclusiveMinimum", "minimum", 1), ("exclusiveMaximum", "maximum", -1)] {
        if let Some(bound) = object.remove(exclusive) {
            let bound = match bound.as_i64().filter(|_| integer) {
                Some(bound) => json!(bound.saturating_add(step)),
                None => bound,
            };
            object.entry(plain).or_insert(bound);
        }
    }
}

/// The formats that are known: of strings two.
fn formats(object: &mut Object, kind: &str) {
    let known = |format: &Value| kind == "string" && (format == "date-time" || format == "enum");
    if let Some(format) = object.get("format").filter(|format| !known(format)).cloned() {
        object.remove("format");
        if let (Some(format), "string") = (format.as_str(), kind) {
            note(object, &format!("Format: {format}."));
        }
    }
}

/// Only texts can be chosen from.
fn choices(object: &mut Object, kind: &str) {
    let Some(Value::Array(values)) = object.get("enum") else {
        if let Some(only) = object.remove("const") {
            note(object, &format!("Always {only}."));
        }
        return;
    };
    if kind == "string" && values.iter().all(Value::is_string) {
        return;
    }
    let listed: Vec<String> = values.iter().map(Value::to_string).collect();
    object.remove("enum");
    note(object, &format!("One of {}.", listed.join(", ")));
}
