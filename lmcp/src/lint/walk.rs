//! A schema as a flat list of all schemas in it, each with its path, so that a rule is a loop.

use serde_json::{Map, Value};
use std::collections::HashMap;

/// One schema inside another.
#[derive(Debug)]
pub(super) struct Spot<'s> {
    /// `input.filter.tags[]`.
    pub(super) path: String,
    pub(super) schema: &'s Value,
    pub(super) place: Place,
    /// Part of a condition: it tells values apart, and describes none.
    pub(super) in_condition: bool,
}

/// What a schema is in the one around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Root,
    Property,
    /// One of `anyOf` and its like, or a condition.
    Branch,
    /// An item of an array, or a further value of a map.
    Element,
    Definition,
}

impl Spot<'_> {
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.schema.get(key)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.schema.as_object().into_iter().flatten().map(|(key, _)| key.as_str())
    }

    /// Its types: none, one or several.
    pub(super) fn types(&self) -> Vec<&str> {
        types(self.schema)
    }

    pub(super) fn is(&self, kind: &str) -> bool {
        self.types().contains(&kind)
    }

    /// Whether it describes an object with known fields.
    pub(super) fn is_object(&self) -> bool {
        self.is("object") || self.has("properties")
    }

    pub(super) fn properties(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.get("properties").and_then(Value::as_object).into_iter().flatten()
    }

    pub(super) fn required(&self) -> Vec<&str> {
        let names = self.get("required").and_then(Value::as_array);
        names.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The values of its `enum`.
    pub(super) fn values(&self) -> &[Value] {
        self.get("enum").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether `null` is among its values, however that is written.
    pub(super) fn allows_null(&self) -> bool {
        let is_null = |schema: &Value| types(schema) == ["null"] || schema.get("const").is_some_and(Value::is_null);
        let branches = |key| self.get(key).and_then(Value::as_array).into_iter().flatten();
        self.types().len() > 1 && self.is("null")
            || self.values().iter().any(Value::is_null)
            || ["anyOf", "oneOf"].into_iter().flat_map(branches).any(is_null)
    }
}

fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// How deep a schema is looked into: JSON that is nested deeper was refused before.
const DEPTH: usize = 128;

/// All schemas in this one, itself first.
pub(super) fn spots<'s>(schema: &'s Value, root: &str) -> Vec<Spot<'s>> {
    let mut spots = Vec::new();
    let root = Spot { path: root.to_owned(), schema, place: Place::Root, in_condition: false };
    walk(root, 0, &mut spots);
    spots
}

fn walk<'s>(spot: Spot<'s>, depth: usize, spots: &mut Vec<Spot<'s>>) {
    if depth > DEPTH {
        return;
    }
    let Spot { path, schema, in_condition, .. } = &spot;
    let (path, schema, in_condition) = (path.clone(), *schema, *in_condition);
    spots.push(spot);
    let Value::Object(object) = schema else { return };
    let mut add = |path: String, schema: &'s Value, place: Place, in_condition: bool| {
        walk(Spot { path, schema, place, in_condition }, depth + 1, spots);
    };
    for (key, value) in object {
        match (key.as_str(), value) {
            ("properties", Value::Object(members)) => {
                for (name, member) in members {
                    add(format!("{path}.{name}"), member, Place::Property, in_condition);
                }
            }
            ("patternProperties" | "dependentSchemas" | "$defs" | "definitions", Value::Object(members)) => {
                let is_definition = matches!(key.as_str(), "$defs" | "definitions");
                let place = if is_definition { Place::Definition } else { Place::Element };
                for (name, member) in members {
                    add(format!("{path}.{key}.{name}"), member, place, in_condition);
                }
            }
            ("anyOf" | "oneOf" | "allOf", Value::Array(members)) => {
                for (at, member) in members.iter().enumerate() {
                    add(format!("{path}.{key}[{at}]"), member, Place::Branch, in_condition);
                }
            }
            ("prefixItems", Value::Array(members)) => {
                for (at, member) in members.iter().enumerate() {
                    add(format!("{path}[{at}]"), member, Place::Element, in_condition);
                }
            }
            ("items", member) => add(format!("{path}[]"), member, Place::Element, in_condition),
            ("not" | "if" | "then" | "else" | "contains" | "propertyNames" | "unevaluatedItems", member) => {
                add(format!("{path}.{key}"), member, Place::Branch, true);
            }
            // A boolean here opens or closes the object, and is no schema to name.
            ("additionalProperties" | "unevaluatedProperties", Value::Object(_)) => {
                add(format!("{path}.*"), value, Place::Element, in_condition);
            }
            _ => {}
        }
    }
}

/// What a reference of this schema leads to.
pub(super) fn target<'s>(reference: &str, root: &'s Value) -> Option<&'s Value> {
    crate::schema::reference::target(root, reference)
}

/// How many objects lie in one another, the root included. What leads back to itself counts once.
pub(super) fn nesting<'s>(schema: &'s Value, root: &'s Value) -> usize {
    fn deepest<'s>(schema: &'s Value, root: &'s Value, known: &mut HashMap<&'s str, usize>, depth: usize) -> usize {
        let Value::Object(object) = schema else { return 0 };
        if depth > DEPTH {
            return 0;
        }
        let own = usize::from(types(schema).contains(&"object") || object.contains_key("properties"));
        let within = |value: &'s Value, known: &mut HashMap<&'s str, usize>| deepest(value, root, known, depth + 1);
        let mut inside = 0;
        for (key, value) in object {
            let deep = match (key.as_str(), value) {
                ("properties" | "patternProperties", Value::Object(members)) => {
                    members.values().map(|member| within(member, known)).max().unwrap_or(0)
                }
                ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(members)) => {
                    members.iter().map(|member| within(member, known)).max().unwrap_or(0)
                }
                ("items" | "additionalProperties", member) => within(member, known),
                ("$ref", Value::String(reference)) => match known.get(reference.as_str()) {
                    Some(depth) => *depth,
                    None => {
                        known.insert(reference, 0);
                        let deep = target(reference, root).map_or(0, |target| within(target, known));
                        known.insert(reference, deep);
                        deep
                    }
                },
                _ => 0,
            };
            inside = inside.max(deep);
        }
        own + inside
    }
    deepest(schema, root, &mut HashMap::new(), 0)
}

/// Whether following this reference leads back to it.
pub(super) fn is_recursive(reference: &str, root: &Value) -> bool {
    let mut seen: Vec<&str> = Vec::new();
    let mut open: Vec<&Value> = target(reference, root).into_iter().collect();
    while let Some(schema) = open.pop() {
        for spot in spots(schema, "") {
            let Some(Value::String(next)) = spot.schema.get("$ref") else { continue };
            if next == reference {
                return true;
            }
            if !seen.contains(&next.as_str()) {
                seen.push(next);
                open.extend(target(next, root));
            }
        }
    }
    false
}

/// The keys of an object that are not among these.
pub(super) fn others<'s>(schema: &'s Value, known: &[&str]) -> Vec<&'s str> {
    let keys = schema.as_object().into_iter().flat_map(Map::keys);
    keys.map(String::as_str).filter(|key| !known.contains(key)).collect()
}
