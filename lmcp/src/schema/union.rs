//! Alternatives, said so that clients understand them: choices as one `enum`, variants with a tag as one object,
//! anything else as `anyOf`, and none of them at the root.

use super::portable::{Object, is};
use super::reference::name_in;
use serde_json::{Value, json};

/// Simplifies the alternatives of a schema whose members are simple already.
pub(super) fn simplify(object: &mut Object) {
    if object.contains_key("oneOf") && object.contains_key("anyOf") {
        // Both at once: what one of them says is enough to tell a client.
        object.remove("anyOf");
    }
    let Some(Value::Array(members)) = object.remove("oneOf").or_else(|| object.remove("anyOf")) else { return };
    let mut members = flattened(members);
    if members.iter().any(|member| member.as_object().is_some_and(Object::is_empty)) {
        // One of them takes anything.
        return;
    }
    if let Some(choices) = Choices::of(&members) {
        return choices.write(object);
    }
    // Constants among other alternatives are one of them.
    let (constants, others): (Vec<Value>, Vec<Value>) =
        members.into_iter().partition(|member| Choices::of(std::slice::from_ref(member)).is_some());
    members = others;
    if let Some(choices) = Choices::of(&constants) {
        let mut joined = Object::new();
        choices.write(&mut joined);
        members.insert(0, joined.into());
    }
    if let [Value::Object(only)] = members.as_slice() {
        let mut only = only.clone();
        join(&mut only, std::mem::take(object));
        *object = only;
        return;
    }
    if let Some(merged) = tagged(&members) {
        join(object, merged);
        return;
    }
    object.insert("anyOf".into(), members.into());
}

/// Alternatives of alternatives are alternatives.
fn flattened(members: Vec<Value>) -> Vec<Value> {
    let mut flat: Vec<Value> = Vec::new();
    for member in members {
        let inner = match &member {
            Value::Object(object) if object.len() == 1 => object.get("anyOf").and_then(Value::as_array).cloned(),
            _ => None,
        };
        for member in inner.unwrap_or_else(|| vec![member]) {
            if !flat.contains(&member) {
                flat.push(member);
            }
        }
    }
    flat
}

/// A few texts to choose from, with what is said of each.
struct Choices {
    values: Vec<Value>,
    notes: Vec<String>,
}

impl Choices {
    fn of(members: &[Value]) -> Option<Self> {
        let mut choices = Choices { values: Vec::new(), notes: Vec::new() };
        for member in members {
            let member = member.as_object()?;
            let known = ["type", "const", "enum", "description", "title", "deprecated"];
            if member.get("type").is_none_or(|kind| kind != "string")
                || !member.keys().all(|key| known.contains(&key.as_str()))
            {
                return None;
            }
            let these = match (member.get("const"), member.get("enum")) {
                (Some(value), _) => vec![value.clone()],
                (None, Some(Value::Array(values))) => values.clone(),
                _ => return None,
            };
            let text = |key: &str| member.get(key).and_then(Value::as_str);
            match (text("description").or_else(|| text("title")), these.as_slice()) {
                (Some(note), [Value::String(name)]) if !note.starts_with(&format!("- {name}: ")) => {
                    choices.notes.push(format!("- {name}: {note}"));
                }
                // The notes of choices that were joined before.
                (Some(note), _) => choices.notes.push(note.to_owned()),
                _ => {}
            }
            choices
                .values
                .extend(these.into_iter().filter(|value| !choices.values.contains(value)).collect::<Vec<_>>());
        }
        (!choices.values.is_empty()).then_some(choices)
    }

    fn write(self, object: &mut Object) {
        object.insert("type".into(), "string".into());
        object.insert("enum".into(), self.values.into());
        note(object, &self.notes.join("\n"));
    }
}

/// What a profile has no schema for, in a string; it is read as what it holds.
pub(super) fn as_text(object: &Object, words: &str) -> Value {
    let mut text = Object::new();
    text.insert("type".into(), "string".into());
    text.extend(object.get("description").map(|said| ("description".to_owned(), said.clone())));
    note(&mut text, words);
    text.into()
}

/// Any of these schemas.
pub(super) fn one_of(mut schemas: Vec<Value>) -> Value {
    if schemas.len() == 1 {
        return schemas.remove(0);
    }
    let mut object = Object::new();
    object.insert("anyOf".into(), schemas.into());
    simplify(&mut object);
    object.into()
}

/// Adds to a description.
pub(super) fn note(object: &mut Object, note: &str) {
    if note.is_empty() {
        return;
    }
    let before = object.get("description").and_then(Value::as_str);
    if before.is_some_and(|before| before.contains(note)) {
        return;
    }
    let text = before.map_or(note.to_owned(), |before| format!("{before}\n{note}"));
    object.insert("description".into(), text.into());
}

/// Adds what another schema of the same value says.
pub(super) fn join(object: &mut Object, other: Object) {
    for (key, value) in other {
        match (key.as_str(), object.get_mut(&key), value) {
            (_, None, value) => drop(object.insert(key, value)),
            ("properties", Some(Value::Object(properties)), Value::Object(more)) => {
                for (name, schema) in more {
                    let both = properties.remove(&name).map_or(schema.clone(), |before| either(before, schema));
                    properties.insert(name, both);
                }
            }
            ("required", Some(Value::Array(names)), Value::Array(more)) => {
                for name in more {
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
            ("additionalProperties", Some(rest @ Value::Bool(false)), more) => *rest = more,
            ("description", Some(_), Value::String(text)) => note(object, &text),
            _ => {}
        }
    }
}

/// One of two schemas.
fn either(a: Value, b: Value) -> Value {
    if a == b || a == json!({}) {
        return a;
    }
    if b == json!({}) {
        return b;
    }
    let members = |schema: Value| match &schema {
        Value::Object(object) if object.len() == 1 => match object.get("anyOf") {
            Some(Value::Array(members)) => members.clone(),
            _ => vec![schema],
        },
        _ => vec![schema],
    };
    let mut union = members(a);
    for member in members(b) {
        if !union.contains(&member) {
            union.push(member);
        }
    }
    let mut object = Object::new();
    object.insert("anyOf".into(), union.into());
    simplify(&mut object);
    object.into()
}

/// Objects that one property tells apart, as one object: the tag says which other properties belong together.
fn tagged(members: &[Value]) -> Option<Object> {
    let objects: Vec<&Object> =
        members.iter().map(|member| member.as_object().filter(|o| is_object(o))).collect::<Option<_>>()?;
    let tag = tag(&objects)?;
    Some(merged(&objects, |object| {
        let values = object.get("properties")?.get(tag)?.get("enum")?.as_array()?;
        Some(values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
    }))
}

fn is_object(object: &Object) -> bool {
    object.get("type").is_some_and(|kind| kind == "object") && is_alone(object)
}

/// Without further alternatives or parts.
fn is_alone(object: &Object) -> bool {
    !["anyOf", "oneOf", "allOf", "$ref", "if"].iter().any(|key| object.contains_key(*key))
}

/// The property by which objects are told apart.
fn tag<'o>(objects: &[&'o Object]) -> Option<&'o str> {
    let first = objects.first()?.get("properties")?.as_object()?;
    let is_tag = |name: &str| {
        let mut seen: Vec<&Value> = Vec::new();
        objects.iter().all(|object| {
            let required = object.get("required").and_then(Value::as_array);
            let values = object.get("properties").and_then(|p| p.get(name)?.get("enum")?.as_array());
            let new =
                values.is_some_and(|values| values.iter().all(|value| value.is_string() && !seen.contains(&value)));
            seen.extend(values.into_iter().flatten());
            new && required.is_some_and(|names| names.iter().any(|required| required == name))
        })
    };
    first.keys().map(String::as_str).find(|name| is_tag(name))
}

/// One object for several: it may have what any of them has, and must have what all of them must have.
fn merged<'o>(objects: &[&'o Object], name: impl Fn(&'o Object) -> Option<String>) -> Object {
    let mut all = Object::new();
    let mut notes = Vec::new();
    let names = |object: &Object, key: &str| -> Vec<String> {
        let names = object.get(key).and_then(Value::as_array).into_iter().flatten();
        names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let mut required: Option<Vec<String>> = None;
    let mut properties = Object::new();
    let mut closed = true;
    for object in objects {
        let own = names(object, "required");
        required = Some(match required {
            None => own.clone(),
            Some(before) => before.into_iter().filter(|name| own.contains(name)).collect(),
        });
        for (name, schema) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let both = properties.remove(name).map_or(schema.clone(), |before| both_choices(before, schema.clone()));
            properties.insert(name.clone(), both);
        }
        closed &= object.get("additionalProperties") == Some(&Value::Bool(false));
        if let Some(name) = name(object) {
            let others: Vec<String> = own.iter().filter(|own| !required_by_all(objects, own)).cloned().collect();
            let text = object.get("description").and_then(Value::as_str).unwrap_or_default();
            let with = if others.is_empty() { String::new() } else { format!(" with {}", others.join(", ")) };
            let colon = if text.is_empty() { "" } else { ": " };
            notes.push(format!("- {name}{with}{colon}{text}"));
        }
    }
    // What is said of any other entry is said of this one, too, where it is not named.
    for object in objects {
        let Some(rest) = object.get("additionalProperties").filter(|rest| **rest != Value::Bool(false)) else {
            continue;
        };
        let rest = if *rest == Value::Bool(true) { json!({}) } else { rest.clone() };
        let named = object.get("properties").and_then(Value::as_object);
        for (_, schema) in properties.iter_mut().filter(|(name, _)| named.is_none_or(|own| !own.contains_key(*name))) {
            *schema = either(schema.take(), rest.clone());
        }
    }
    all.insert("type".into(), "object".into());
    all.insert("properties".into(), properties.into());
    let required = required.unwrap_or_default();
    if !required.is_empty() {
        all.insert("required".into(), required.into());
    }
    if closed {
        all.insert("additionalProperties".into(), false.into());
    }
    if !notes.is_empty() {
        note(&mut all, &format!("One of:\n{}", notes.join("\n")));
    }
    all
}

fn required_by_all(objects: &[&Object], name: &str) -> bool {
    let requires = |object: &&Object| {
        object
            .get("required")
            .and_then(Value::as_array)
            .is_some_and(|names| names.iter().any(|required| required == name))
    };
    objects.iter().all(requires)
}

/// One of two schemas; of two lists of choices, one list.
fn both_choices(a: Value, b: Value) -> Value {
    match Choices::of(&[a.clone(), b.clone()]) {
        Some(choices) => {
            let mut object = Object::new();
            // The alternatives are told where the tag's values are listed.
            Choices { notes: Vec::new(), ..choices }.write(&mut object);
            object.into()
        }
        None => either(a, b),
    }
}

/// Parts that all hold, as far as they are of one object: one object.
pub(super) fn merge_parts(object: &mut Object) {
    let Some(Value::Array(parts)) = object.get("allOf") else { return };
    let simple = |part: &Value| {
        part.as_object().is_some_and(|part| {
            !["$ref", "if", "not", "allOf", "dependentRequired"].iter().any(|key| part.contains_key(*key))
        })
    };
    if !parts.iter().all(simple) {
        return;
    }
    let alternatives = parts.iter().filter(|part| part.get("anyOf").is_some()).count()
        + usize::from(["anyOf", "oneOf"].iter().any(|key| object.contains_key(*key)));
    if alternatives > 1 {
        // Each has alternatives of its own: what any of them may have.
        let flat: Vec<Object> = parts.iter().filter_map(|part| part.as_object().and_then(all_members)).collect();
        if flat.len() == parts.len() && !["anyOf", "oneOf"].iter().any(|key| object.contains_key(*key)) {
            object.remove("allOf");
            flat.into_iter().for_each(|part| join(object, part));
        }
        return;
    }
    if let Some(Value::Array(parts)) = object.remove("allOf") {
        for part in parts {
            if let Value::Object(part) = part {
                join(object, part);
            }
        }
    }
}

/// One object for the alternatives of another, if all of them are objects.
fn all_members(object: &Object) -> Option<Object> {
    let Some(Value::Array(members)) = object.get("anyOf") else { return Some(object.clone()) };
    let objects: Vec<&Object> =
        members.iter().map(|member| member.as_object().filter(|o| is_object(o))).collect::<Option<_>>()?;
    let mut all = merged(&objects, |_| None);
    let mut own = object.clone();
    own.remove("anyOf");
    join(&mut all, own);
    Some(all)
}

/// Alternatives at the root become one object: no client takes them there.
pub(super) fn open_root(root: &mut Object) {
    // Whole alternatives first, so that what they share with the root is not lost.
    let Some(Value::Array(members)) = root.get("anyOf") else { return };
    let resolved: Vec<Value> = members
        .iter()
        .map(|member| {
            let name = member.as_object().and_then(name_in);
            name.and_then(|name| root.get("$defs")?.get(&name)).unwrap_or(member).clone()
        })
        .collect();
    // Inside an object, a member may leave its type out.
    let typed = is(root, "object");
    let fits = |object: &&Object| is_object(object) || typed && !object.contains_key("type") && is_alone(object);
    let objects: Option<Vec<&Object>> = resolved.iter().map(|member| member.as_object().filter(fits)).collect();
    let Some(objects) = objects else {
        if typed {
            // What they ask besides is checked, though not told.
            root.remove("anyOf");
        }
        return;
    };
    let only_key = |object: &Object| match object.get("properties").and_then(Value::as_object) {
        Some(properties) if properties.len() == 1 => properties.keys().next().map(|key| format!("`{key}`")),
        _ => None,
    };
    let keyed = objects.iter().all(|object| only_key(object).is_some());
    let all = merged(&objects, |object| if keyed { only_key(object) } else { Some(keys(object)) });
    root.remove("anyOf");
    join(root, all);
}

/// The properties of an object, as a name for it.
fn keys(object: &Object) -> String {
    let properties = object.get("properties").and_then(Value::as_object).into_iter().flatten();
    let required = object.get("required").and_then(Value::as_array).into_iter().flatten();
    let mut names: Vec<&str> = properties.map(|(name, _)| name.as_str()).collect();
    for name in required.filter_map(Value::as_str) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { "an object".into() } else { format!("{{{}}}", names.join(", ")) }
}

/// Whether a root is one that clients take: an object, and no alternatives.
pub(crate) fn is_plain_root(schema: &Value) -> bool {
    schema.as_object().is_some_and(|root| {
        is(root, "object")
            && root.get("type").is_some_and(Value::is_string)
            && !["anyOf", "oneOf", "allOf", "$ref"].iter().any(|key| root.contains_key(*key))
    })
}
