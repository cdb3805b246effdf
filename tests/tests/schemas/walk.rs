//! Every schema inside a schema, with the place where it stands.
//!
//! References are followed where they stand, since what a definition may say depends on who uses it.

use serde_json::Value;
use std::collections::HashSet;

/// What a schema is a schema of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// The whole.
    Root,
    /// A property that may be absent.
    Optional,
    /// A property that must be there.
    Required,
    /// An item of an array.
    Item,
    /// A value under a key of the sender's choice.
    MapValue,
    /// A key of the sender's choice.
    Key,
    /// A part of a condition: it describes no value.
    Condition,
    /// A definition that nothing refers to.
    Unused,
}

/// A schema, and where it is.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    /// From the root, with the references that were followed.
    pub(crate) path: String,
    pub(crate) schema: &'a Value,
    /// For a member of a union: where the union stands.
    pub(crate) place: Place,
    /// A member of `anyOf`, `oneOf` or `allOf`.
    pub(crate) member: bool,
}

/// All of them, the root first, and those that are further inside later.
pub(crate) fn nodes(root: &Value) -> Vec<Node<'_>> {
    let mut walk = Walk { root, found: Vec::new(), looked_into: 0, followed: HashSet::new() };
    walk.visit(String::new(), root, Place::Root, false);
    walk.go_on();
    for key in ["$defs", "definitions"] {
        for (name, schema) in root.get(key).and_then(Value::as_object).into_iter().flatten() {
            let used =
                |(reference, ..): &(&str, _, _)| target(root, reference).is_some_and(|t| std::ptr::eq(t, schema));
            if !walk.followed.iter().any(used) {
                walk.visit(format!("/{key}/{name}"), schema, Place::Unused, false);
                walk.go_on();
            }
        }
    }
    walk.found
}

struct Walk<'a> {
    root: &'a Value,
    found: Vec<Node<'a>>,
    looked_into: usize,
    followed: HashSet<(&'a str, Place, bool)>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, path: String, schema: &'a Value, place: Place, member: bool) {
        self.found.push(Node { path, schema, place, member });
    }

    fn go_on(&mut self) {
        while let Some(node) = self.found.get(self.looked_into) {
            self.looked_into += 1;
            let (path, schema, place, member) = (node.path.clone(), node.schema, node.place, node.member);
            self.look_into(&path, schema, place, member);
        }
    }

    fn look_into(&mut self, path: &str, schema: &'a Value, place: Place, member: bool) {
        let Some(object) = schema.as_object() else { return };
        let required = object.get("required").and_then(Value::as_array);
        let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|n| n == name));
        for (key, inner) in object {
            let path = format!("{path}/{key}");
            match key.as_str() {
                "$ref" => self.follow(path, inner, place, member),
                "properties" => self.map(&path, inner, |name| match is_required(name) {
                    true => Place::Required,
                    false => Place::Optional,
                }),
                "patternProperties" => self.map(&path, inner, |_| Place::MapValue),
                "dependentSchemas" => self.map(&path, inner, |_| Place::Condition),
                // Says whether there may be more, and is no schema then.
                "additionalProperties" if inner.is_boolean() => {}
                "additionalProperties" | "unevaluatedProperties" => self.visit(path, inner, Place::MapValue, false),
                "items" | "unevaluatedItems" | "contains" => self.visit(path, inner, Place::Item, false),
                "prefixItems" => self.list(&path, inner, Place::Item, false),
                "propertyNames" => self.visit(path, inner, Place::Key, false),
                "anyOf" | "oneOf" | "allOf" => self.list(&path, inner, place, true),
                "not" | "if" | "then" | "else" => self.visit(path, inner, Place::Condition, false),
                // `$defs` are visited where they are used; everything else is no schema.
                _ => {}
            }
        }
    }

    fn map(&mut self, path: &str, schemas: &'a Value, place: impl Fn(&str) -> Place) {
        for (name, schema) in schemas.as_object().into_iter().flatten() {
            self.visit(format!("{path}/{name}"), schema, place(name), false);
        }
    }

    fn list(&mut self, path: &str, schemas: &'a Value, place: Place, member: bool) {
        for (index, schema) in schemas.as_array().into_iter().flatten().enumerate() {
            self.visit(format!("{path}/{index}"), schema, place, member);
        }
    }

    fn follow(&mut self, path: String, reference: &'a Value, place: Place, member: bool) {
        let Some(reference) = reference.as_str() else { return };
        if self.followed.insert((reference, place, member))
            && let Some(schema) = target(self.root, reference)
        {
            self.visit(format!("{path}({reference})"), schema, place, member);
        }
    }
}

/// What a reference inside this schema leads to.
pub(crate) fn target<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    root.pointer(&decoded(reference.strip_prefix('#')?)?)
}

/// A fragment of a URI, whose unusual bytes are percent-encoded.
fn decoded(fragment: &str) -> Option<String> {
    let (first, rest) = match fragment.split_once('%') {
        Some(parts) => parts,
        None => return Some(fragment.to_owned()),
    };
    let mut bytes = first.as_bytes().to_vec();
    for part in rest.split('%') {
        let (code, text) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        bytes.extend(text.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// Whether the definition leads back to itself.
pub(crate) fn is_recursive(root: &Value, reference: &str) -> bool {
    target(root, reference).is_some_and(|schema| is_recursive_schema(root, schema))
}

fn is_recursive_schema(root: &Value, definition: &Value) -> bool {
    let mut seen = HashSet::new();
    let mut next = vec![definition];
    while let Some(schema) = next.pop() {
        for reference in references(schema) {
            let Some(found) = target(root, reference) else { continue };
            if std::ptr::eq(found, definition) {
                return true;
            }
            if seen.insert(reference) {
                next.push(found);
            }
        }
    }
    false
}

/// The references that stand in this schema, its definitions' aside.
pub(crate) fn references(schema: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    collect(schema, &mut found);
    found
}

fn collect<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(object) => {
            // A property may be called like this; then it is no text.
            found.extend(object.get("$ref").and_then(Value::as_str));
            let data = |key: &str| matches!(key, "default" | "const" | "enum" | "examples" | "$defs" | "definitions");
            object.iter().filter(|(key, _)| !data(key)).for_each(|(_, inner)| collect(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// The bytes of this schema if every reference that can be were written out.
pub(crate) fn inlined_size(root: &Value) -> usize {
    let recursive: usize = ["$defs", "definitions"]
        .into_iter()
        .flat_map(|key| root.get(key).and_then(Value::as_object).into_iter().flatten().map(move |d| (key, d)))
        .filter(|(_, (_, schema))| is_recursive_schema(root, schema))
        .map(|(_, (name, schema))| name.len() + 4 + inlined(root, schema))
        .sum();
    inlined(root, root).saturating_add(recursive)
}

fn inlined(root: &Value, value: &Value) -> usize {
    match value {
        Value::Object(object) => {
            let mut size = 2_usize;
            for (key, inner) in object {
                let part = match (key.as_str(), inner) {
                    ("$defs" | "definitions", _) if std::ptr::eq(value, root) => 0,
                    ("$ref", Value::String(reference)) if !is_recursive(root, reference) => {
                        target(root, reference).map_or(0, |schema| inlined(root, schema))
                    }
                    _ => key.len() + 4 + inlined(root, inner),
                };
                size = size.saturating_add(part);
            }
            size
        }
        Value::Array(items) => items.iter().fold(2, |size: usize, item| size.saturating_add(inlined(root, item) + 1)),
        other => other.to_string().len(),
    }
}

#[cfg(test)]
fn example() -> Value {
    serde_json::json!({
        "properties": {
            "$ref": { "type": "string" },
            "maybe": { "anyOf": [{ "$ref": "#/$defs/leaf" }, { "type": "null" }] },
            "must": { "items": { "$ref": "#/$defs/tree" } },
        },
        "required": ["must"],
        "$defs": {
            "leaf": { "type": "integer" },
            "tree": { "properties": { "below": { "$ref": "#/$defs/tree" }, "leaf": { "$ref": "#/$defs/leaf" } } },
            "spare": { "type": "string" },
        },
    })
}

#[test]
fn every_schema_is_found_where_it_stands() {
    let example = example();
    let found: Vec<_> = nodes(&example).iter().map(|node| (node.path.clone(), node.place, node.member)).collect();
    let has = |path: &str, place, member| {
        assert!(found.contains(&(path.to_owned(), place, member)), "{path} as {place:?}: {found:#?}");
    };
    has("", Place::Root, false);
    has("/properties/$ref", Place::Optional, false);
    has("/properties/maybe/anyOf/0/$ref(#/$defs/leaf)", Place::Optional, true);
    has("/properties/maybe/anyOf/1", Place::Optional, true);
    has("/properties/must", Place::Required, false);
    has("/properties/must/items/$ref(#/$defs/tree)/properties/leaf/$ref(#/$defs/leaf)", Place::Optional, false);
    has("/$defs/spare", Place::Unused, false);
}

#[test]
fn references_that_can_be_written_out_are_those_that_do_not_come_back() {
    let example = example();
    assert!(is_recursive(&example, "#/$defs/tree") && !is_recursive(&example, "#/$defs/leaf"));
    assert_eq!(references(&example), ["#/$defs/leaf", "#/$defs/tree"]);
    let escaped = serde_json::json!({ "$defs": { "a/b c": true } });
    assert_eq!(target(&escaped, "#/$defs/a~1b%20c"), Some(&Value::Bool(true)));
    let twice = serde_json::json!({ "a": { "$ref": "#/$defs/x" }, "b": { "$ref": "#/$defs/x" }, "$defs": { "x": { "minimum": 1 } } });
    let written = serde_json::json!({ "a": { "minimum": 1 }, "b": { "minimum": 1 } });
    // The size is about that of the text: a comma more or less.
    assert!(inlined_size(&twice).abs_diff(written.to_string().len()) < 12, "{}", inlined_size(&twice));
}
