//! References replaced by what they refer to: many clients drop `$defs`, and with them whatever is in there.
//!
//! A type that holds itself stays a definition, and so does one that is used so often that the schema would more than
//! double without it.

use super::reference::{name_in, name_of};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

type Object = Map<String, Value>;

/// Below this many bytes a schema may grow as it likes.
const SMALL: usize = 1024;

/// Inlines what can be; only definitions that are still referred to are left.
pub(super) fn inline(schema: Value) -> Value {
    let Value::Object(mut root) = schema else { return schema };
    let Some(Value::Object(definitions)) = root.remove("$defs") else { return Value::Object(root) };
    let root = Value::Object(root);
    let inliner = Inliner { kept: kept(&root, &definitions), definitions: &definitions };
    let mut inlined = inliner.inlined(root);
    let mut left = Object::new();
    let mut reached: Vec<String> = references([&inlined]).into_keys().collect();
    while let Some(name) = reached.pop() {
        if let (Some(definition), false) = (definitions.get(&name), left.contains_key(&name)) {
            let definition = inliner.inlined(untitled(definition.clone(), &name));
            reached.extend(references([&definition]).into_keys());
            left.insert(name, definition);
        }
    }
    if let (Value::Object(object), false) = (&mut inlined, left.is_empty()) {
        object.insert("$defs".into(), left.into());
    }
    inlined
}

/// How often each definition is referred to.
pub(super) fn references<'v>(values: impl IntoIterator<Item = &'v Value>) -> BTreeMap<String, usize> {
    fn count(value: &Value, counts: &mut BTreeMap<String, usize>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| count(item, counts)),
            Value::Object(object) => {
                for (key, inner) in object {
                    match inner {
                        Value::String(reference) if key == "$ref" => {
                            if let Some(name) = name_of(reference) {
                                *counts.entry(name).or_default() += 1;
                            }
                        }
                        _ if is_data(key) => {}
                        _ => count(inner, counts),
                    }
                }
            }
            _ => {}
        }
    }
    let mut counts = BTreeMap::new();
    values.into_iter().for_each(|value| count(value, &mut counts));
    counts
}

/// Keywords that hold values, not schemas.
pub(super) fn is_data(key: &str) -> bool {
    matches!(key, "default" | "const" | "enum" | "examples" | "example")
}

/// Keywords that ask nothing of a value.
fn is_annotation(key: &str) -> bool {
    is_data(key) && !matches!(key, "const" | "enum")
        || matches!(key, "title" | "description" | "deprecated" | "readOnly" | "writeOnly" | "$comment")
}

/// The definitions that stay definitions.
fn kept(root: &Value, definitions: &Object) -> BTreeSet<String> {
    let uses: BTreeMap<&str, BTreeMap<String, usize>> =
        definitions.iter().map(|(name, definition)| (name.as_str(), references([definition]))).collect();
    let mut kept: BTreeSet<String> = definitions.keys().filter(|name| reaches_itself(name, &uses)).cloned().collect();
    let own: BTreeMap<&str, usize> =
        definitions.iter().map(|(name, definition)| (name.as_str(), definition.to_string().len())).collect();
    let at_root = references([root]);
    let limit = (2 * (root.to_string().len() + own.values().sum::<usize>())).max(SMALL);
    loop {
        // How large each definition is with everything inlined, and how often it would be there.
        let sizes = sizes(&own, &uses, &kept);
        let grown = |counts: &BTreeMap<String, usize>| -> usize {
            counts.iter().filter(|(name, _)| !kept.contains(*name)).fold(0, |all: usize, (name, times)| {
                all.saturating_add(times.saturating_mul(sizes.get(name.as_str()).copied().unwrap_or(0)))
            })
        };
        let total = kept.iter().fold(root.to_string().len().saturating_add(grown(&at_root)), |all, name| {
            all.saturating_add(sizes.get(name.as_str()).copied().unwrap_or(0))
        });
        if total <= limit {
            return kept;
        }
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for counts in std::iter::once(&at_root).chain(uses.values()) {
            for (name, count) in counts {
                *times.entry(name.clone()).or_default() += count;
            }
        }
        let gain = |name: &String| {
            let times = times.get(name).copied().unwrap_or(0);
            times.saturating_sub(1).saturating_mul(sizes.get(name.as_str()).copied().unwrap_or(0))
        };
        let largest = definitions.keys().filter(|name| !kept.contains(*name)).max_by_key(|name| gain(name));
        match largest.filter(|name| gain(name) > 0) {
            Some(name) => kept.insert(name.clone()),
            None => return kept,
        };
    }
}

fn sizes<'n>(
    own: &BTreeMap<&'n str, usize>,
    uses: &BTreeMap<&'n str, BTreeMap<String, usize>>,
    kept: &BTreeSet<String>,
) -> BTreeMap<String, usize> {
    fn size(
        name: &str,
        own: &BTreeMap<&str, usize>,
        uses: &BTreeMap<&str, BTreeMap<String, usize>>,
        kept: &BTreeSet<String>,
        known: &mut BTreeMap<String, usize>,
    ) -> usize {
        if let Some(size) = known.get(name) {
            return *size;
        }
        let mut total = own.get(name).copied().unwrap_or(0);
        for (inner, times) in uses.get(name).into_iter().flatten().filter(|(inner, _)| !kept.contains(*inner)) {
            total = total.saturating_add(times.saturating_mul(size(inner, own, uses, kept, known)));
        }
        known.insert(name.to_owned(), total);
        total
    }
    let mut known = BTreeMap::new();
    for name in own.keys() {
        size(name, own, uses, kept, &mut known);
    }
    known
}

fn reaches_itself(name: &str, uses: &BTreeMap<&str, BTreeMap<String, usize>>) -> bool {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = vec![name];
    while let Some(next) = open.pop() {
        for inner in uses.get(next).into_iter().flat_map(BTreeMap::keys) {
            if inner == name {
                return true;
            }
            if seen.insert(inner.as_str()) {
                open.push(inner);
            }
        }
    }
    false
}

/// A definition without a title that only repeats its name.
fn untitled(mut definition: Value, name: &str) -> Value {
    if let Value::Object(object) = &mut definition
        && object.get("title").is_some_and(|title| title == name)
    {
        object.remove("title");
    }
    definition
}

struct Inliner<'d> {
    kept: BTreeSet<String>,
    definitions: &'d Object,
}

impl Inliner<'_> {
    fn inlined(&self, value: Value) -> Value {
        match value {
            Value::Array(items) => items.into_iter().map(|item| self.inlined(item)).collect(),
            Value::Object(mut object) => {
                let name = name_in(&object);
                if let Some(name) = name.filter(|name| !self.kept.contains(name))
                    && let Some(definition) = self.definitions.get(&name)
                {
                    object.remove("$ref");
                    let Value::Object(mut inner) = untitled(definition.clone(), &name) else {
                        // Anything, or nothing.
                        let nothing = *definition == Value::Bool(false);
                        object.extend(nothing.then(|| ("not".to_owned(), Value::Object(Object::new()))));
                        return self.inlined(Value::Object(object));
                    };
                    if object.keys().any(|key| !is_annotation(key) && inner.contains_key(key)) {
                        // Both hold.
                        let mut parts = vec![Value::Object(inner)];
                        if let Some(Value::Array(more)) = object.remove("allOf") {
                            parts.extend(more);
                        }
                        object.insert("allOf".into(), parts.into());
                    } else {
                        // What is said beside a reference is about this use of it.
                        inner.extend(object);
                        object = inner;
                    }
                    // It may be a reference itself.
                    return self.inlined(Value::Object(object));
                }
                let inlined = |(key, inner): (String, Value)| {
                    let inner = if is_data(&key) { inner } else { self.inlined(inner) };
                    (key, inner)
                };
                Value::Object(object.into_iter().map(inlined).collect())
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::inline;
    use serde_json::{Value, json};

    #[test]
    fn definitions_disappear() {
        let schema = json!({
            "properties": { "a": { "$ref": "#/$defs/A", "description": "here" }, "b": { "$ref": "#/$defs/A" } },
            "$defs": { "A": { "title": "A", "description": "an A", "items": { "$ref": "#/$defs/B" } }, "B": { "type": "string" } },
        });
        let expected = json!({ "properties": {
            "a": { "description": "here", "items": { "type": "string" } },
            "b": { "description": "an A", "items": { "type": "string" } },
        } });
        assert_eq!(inline(schema), expected);
    }

    #[test]
    fn what_holds_itself_stays() {
        let node = json!({ "properties": { "next": { "$ref": "#/$defs/Node" }, "leaf": { "$ref": "#/$defs/Leaf" } } });
        let schema =
            json!({ "items": { "$ref": "#/$defs/Node" }, "$defs": { "Node": node, "Leaf": { "type": "null" } } });
        let inlined = inline(schema);
        assert_eq!(inlined["items"]["$ref"], "#/$defs/Node");
        assert_eq!(inlined["$defs"]["Node"]["properties"]["leaf"], json!({ "type": "null" }));
        assert_eq!(inlined["$defs"].as_object().map(serde_json::Map::len), Some(1));
    }

    #[test]
    fn what_would_explode_does_not() {
        // Each holds the next twice: 2^40 of the last.
        let definitions: serde_json::Map<String, Value> = (0..40)
            .map(|n| {
                let next = json!({ "$ref": format!("#/$defs/T{}", n + 1) });
                (format!("T{n}"), json!({ "properties": { "a": next, "b": next } }))
            })
            .chain([("T40".to_owned(), json!({ "type": "string", "description": "x".repeat(100) }))])
            .collect();
        let schema = json!({ "items": { "$ref": "#/$defs/T0" }, "$defs": definitions });
        let before = schema.to_string().len();
        assert!(inline(schema).to_string().len() <= 2 * before);
    }
}
