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

/// A definition, as far as it matters whether it stays one. Others are told by their places among all.
struct Definition<'d> {
    name: &'d str,
    /// In bytes.
    own: usize,
    uses: Vec<Use>,
    stays: bool,
}

/// Which definition is referred to, and how often.
type Use = (usize, usize);

/// The definitions that stay definitions.
fn kept<'d>(root: &Value, definitions: &'d Object) -> BTreeSet<&'d str> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    places.extend(definitions.keys().cloned().zip(0..));
    let uses = |value: &Value| -> Vec<Use> {
        let counts = references([value]).into_iter();
        counts.filter_map(|(name, times)| Some((*places.get(&name)?, times))).collect()
    };
    let mut all: Vec<Definition<'d>> = Vec::new();
    for (name, definition) in definitions {
        all.push(Definition { name, own: definition.to_string().len(), uses: uses(definition), stays: false });
    }
    let circular: Vec<bool> = (0..all.len()).map(|at| reaches_itself(at, &all)).collect();
    all.iter_mut().zip(circular).for_each(|(definition, stays)| definition.stays = stays);
    let (own, at_root) = (root.to_string().len(), uses(root));
    let limit = (2 * (own + all.iter().map(|definition| definition.own).sum::<usize>())).max(SMALL);
    while let Some(largest) = too_much(own, &at_root, &all, limit) {
        match all.get_mut(largest) {
            Some(definition) => definition.stays = true,
            None => break,
        }
    }
    let mut kept = BTreeSet::new();
    kept.extend(all.iter().filter(|definition| definition.stays).map(|definition| definition.name));
    kept
}

/// Which definition should stay one too, for the schema to come closer to its limit.
fn too_much(own: usize, at_root: &[Use], all: &[Definition<'_>], limit: usize) -> Option<usize> {
    // How large each is with everything inlined, and how often it would be there.
    let mut sizes = vec![None; all.len()];
    let sizes: Vec<usize> = (0..all.len()).map(|at| size(at, all, &mut sizes)).collect();
    let mut times = vec![0_usize; all.len()];
    for (inner, count) in all.iter().flat_map(|definition| &definition.uses).chain(at_root) {
        times.get_mut(*inner).into_iter().for_each(|times| *times += count);
    }
    let of = |numbers: &[usize], at: usize| numbers.get(at).copied().unwrap_or(0);
    let stays = |at: usize| all.get(at).is_some_and(|definition| definition.stays);
    let inlined = at_root.iter().filter(|(inner, _)| !stays(*inner));
    let grown = inlined.fold(own, |all, (inner, times)| all.saturating_add(times.saturating_mul(of(&sizes, *inner))));
    let total = (0..all.len()).filter(|at| stays(*at)).fold(grown, |all, at| all.saturating_add(of(&sizes, at)));
    if total <= limit {
        return None;
    }
    let gain = |at: usize| of(&times, at).saturating_sub(1).saturating_mul(of(&sizes, at));
    (0..all.len()).filter(|at| !stays(*at)).max_by_key(|at| gain(*at)).filter(|at| gain(*at) > 0)
}

/// How large a definition is with everything inlined that does not stay.
fn size(at: usize, all: &[Definition<'_>], known: &mut [Option<usize>]) -> usize {
    if let Some(Some(size)) = known.get(at) {
        return *size;
    }
    let Some(definition) = all.get(at) else { return 0 };
    let mut total = definition.own;
    for (inner, times) in &definition.uses {
        if all.get(*inner).is_some_and(|inner| !inner.stays) {
            total = total.saturating_add(times.saturating_mul(size(*inner, all, known)));
        }
    }
    known.get_mut(at).into_iter().for_each(|known| *known = Some(total));
    total
}

fn reaches_itself(at: usize, all: &[Definition<'_>]) -> bool {
    let mut seen = vec![false; all.len()];
    let mut open = vec![at];
    while let Some(next) = open.pop() {
        for (inner, _) in all.get(next).into_iter().flat_map(|definition| &definition.uses) {
            if *inner == at {
                return true;
            }
            if let Some(seen) = seen.get_mut(*inner).filter(|seen| !**seen) {
                *seen = true;
                open.push(*inner);
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
    kept: BTreeSet<&'d str>,
    definitions: &'d Object,
}

impl Inliner<'_> {
    fn inlined(&self, value: Value) -> Value {
        match value {
            Value::Array(items) => items.into_iter().map(|item| self.inlined(item)).collect(),
            Value::Object(mut object) => {
                let name = name_in(&object);
                if let Some(name) = name.filter(|name| !self.kept.contains(name.as_str()))
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
                for (key, inner) in &mut object {
                    if !is_data(key) {
                        *inner = self.inlined(inner.take());
                    }
                }
                Value::Object(object)
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
