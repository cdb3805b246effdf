//! The portable pass: a schema said again in the part of JSON Schema that every client understands.
//!
//! Where that part is smaller than what a schema says, the new one allows more than the old: never less. What it lost is
//! checked by the rules, which are made of the old one.

use super::inline::{inline, is_data};
use super::reference::name_in;
use super::{defaults, format, hoist, rules, union};
use serde_json::{Map, Value, json};

pub(super) type Object = Map<String, Value>;

/// What a schema is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// What a handler takes.
    Input,
    /// What a handler gives.
    Output,
}

/// Says a schema again, portably.
pub(crate) fn pass(schema: Value, side: Side) -> Value {
    let mut schema = schema;
    if let Value::Object(root) = &mut schema {
        root.remove("$schema");
    }
    hoist::rename(&mut schema);
    let mut schema = inline(schema);
    simplify(&mut schema, side);
    if let Value::Object(root) = &mut schema {
        union::open_root(root);
        root_reference(root);
    }
    if side == Side::Input {
        defaults::leave_out_nulls(&mut schema);
    }
    schema
}

/// A root that is a reference becomes what it refers to.
fn root_reference(root: &mut Object) {
    let name = name_in(root);
    let target = name.and_then(|name| root.get("$defs")?.get(&name)?.as_object().cloned());
    if let Some(mut target) = target {
        root.remove("$ref");
        let mut own = std::mem::take(root);
        // What both say of the entries holds together; of anything else the root has the last word.
        let entries = ["properties", "required", "additionalProperties"];
        let mut both = Object::new();
        both.extend(entries.into_iter().filter_map(|key| own.remove_entry(key)));
        target.extend(own);
        union::join(&mut target, both);
        *root = target;
    }
}

/// Simplifies a schema, and everything below it first.
fn simplify(value: &mut Value, side: Side) {
    match value {
        // Anything, and nothing.
        Value::Bool(true) => *value = json!({}),
        Value::Bool(false) => *value = json!({ "not": {} }),
        Value::Object(object) => {
            tuple(object);
            for (key, inner) in object.iter_mut() {
                match (key.as_str(), inner) {
                    (key, _) if is_data(key) => {}
                    ("properties" | "$defs" | "patternProperties" | "dependentSchemas", Value::Object(schemas)) => {
                        schemas.values_mut().for_each(|schema| simplify(schema, side));
                    }
                    ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(schemas)) => {
                        schemas.iter_mut().for_each(|schema| simplify(schema, side));
                    }
                    ("additionalProperties" | "unevaluatedProperties", Value::Bool(_)) => {}
                    ("additionalProperties", rest) => {
                        simplify(rest, side);
                        if *rest == json!({}) {
                            *rest = true.into();
                        }
                    }
                    ("items" | "contains" | "propertyNames" | "if" | "then" | "else" | "not", schema) => {
                        simplify(schema, side);
                    }
                    _ => {}
                }
            }
            node(object, side);
        }
        _ => {}
    }
}

/// Simplifies one schema whose parts are simple already.
fn node(object: &mut Object, side: Side) {
    for key in ["$schema", "$comment", "$id", "$anchor", "unevaluatedProperties", "unevaluatedItems", "nullable"] {
        object.remove(key);
    }
    // Zero is the only number that types forbid like this; the rules know.
    if object.get("not").is_some_and(|not| not.as_object().is_none_or(|not| !not.is_empty())) {
        object.remove("not");
    }
    integers(object);
    constant(object);
    let nulls = match side {
        Side::Input => drop_nulls,
        Side::Output => leave_out_nulls,
    };
    nulls(object);
    keys_by_pattern(object);
    union::merge_parts(object);
    union::simplify(object);
    if side == Side::Input {
        choices_of_others(object);
        // What became of alternatives has properties that not all of them had.
        drop_nulls(object);
    }
    if is(object, "array") {
        object.entry("items").or_insert_with(|| json!({}));
    }
    if is(object, "object") {
        object.entry("properties").or_insert_with(|| json!({}));
    }
}

/// Whether a schema names this type, perhaps among others.
pub(super) fn is(object: &Object, kind: &str) -> bool {
    match object.get("type") {
        Some(Value::String(only)) => only == kind,
        Some(Value::Array(kinds)) => kinds.iter().any(|one| one == kind),
        _ => false,
    }
}

/// `uint8`, `int64`, `double` and their like are not JSON Schema's; the bounds of small integers stay.
fn integers(object: &mut Object) {
    let Some(Value::String(name)) = object.get("format") else { return };
    if format::KNOWN.contains(&name.as_str()) {
        return;
    }
    let name = name.clone();
    object.remove("format");
    let Some((low, high)) = rules::natural(&name) else { return };
    let small = high <= i128::from(u16::MAX);
    let mut bound = |key: &str, exclusive: &str, number: i128| {
        if !object.contains_key(exclusive)
            && !object.contains_key(key)
            && let Ok(number) = i64::try_from(number)
        {
            object.insert(key.into(), number.into());
        }
    };
    if small || low == 0 {
        bound("minimum", "exclusiveMinimum", low);
    }
    if small {
        bound("maximum", "exclusiveMaximum", high);
    }
}

/// In inputs the `null` of a property that may be absent means just that, so its schema need not allow it. Elsewhere,
/// as in `Vec<Option<u8>>`, `null` is a value.
fn drop_nulls(object: &mut Object) {
    let required = object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        for (name, schema) in properties {
            if let (Value::Object(schema), false) = (schema, required.iter().any(|r| r == name)) {
                drop_null(schema);
            }
        }
    }
}

/// In outputs a property that is `null` is left out of the value, so it is no property that is required.
fn leave_out_nulls(object: &mut Object) {
    if is_variant(object) {
        return;
    }
    let Some(Value::Object(properties)) = object.get_mut("properties") else { return };
    let mut nullable: Vec<String> = Vec::new();
    for (name, schema) in properties {
        if let Value::Object(schema) = schema
            && drop_null(schema)
        {
            nullable.push(name.clone());
        }
    }
    if let Some(Value::Array(required)) = object.get_mut("required") {
        required.retain(|name| !nullable.iter().any(|nullable| name == nullable));
        if required.is_empty() {
            object.remove("required");
        }
    }
}

/// A variant that its only key names: without the key there is nothing left of it.
pub(super) fn is_variant(object: &Object) -> bool {
    let only = |key: &str| match object.get(key) {
        Some(Value::Object(entries)) => entries.len() == 1,
        Some(Value::Array(items)) => items.len() == 1,
        _ => false,
    };
    only("properties") && only("required") && object.get("additionalProperties") == Some(&Value::Bool(false))
}

/// Whether a schema allows nothing but `null`.
pub(super) fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}

/// Takes `null` out of what a schema allows, unless nothing else is left; whether it was there.
pub(crate) fn drop_null(object: &mut Object) -> bool {
    let mut dropped = false;
    if let Some(Value::Array(kinds)) = object.get_mut("type")
        && kinds.iter().any(|kind| kind != "null")
    {
        let before = kinds.len();
        kinds.retain(|kind| kind != "null");
        dropped = kinds.len() < before;
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(values)) = object.get_mut("enum")
        && values.len() > 1
    {
        let before = values.len();
        values.retain(|value| !value.is_null());
        dropped |= values.len() < before;
    }
    for union in ["anyOf", "oneOf"] {
        let Some(Value::Array(members)) = object.get_mut(union) else { continue };
        if members.iter().all(is_null) {
            continue;
        }
        let before = members.len();
        members.retain(|member| !is_null(member));
        dropped |= members.len() < before;
        for member in members.iter_mut() {
            if let Value::Object(member) = member {
                dropped |= drop_null(member);
            }
        }
        // What differed in nothing but `null` is the same now.
        let mut different: Vec<Value> = Vec::new();
        for member in members.drain(..) {
            if !different.contains(&member) {
                different.push(member);
            }
        }
        *members = different;
        if let [Value::Object(only)] = members.as_slice() {
            let mut only = only.clone();
            object.remove(union);
            // What was said beside the union comes first.
            let said = only.remove("description");
            only.extend(std::mem::take(object));
            *object = only;
            if let Some(Value::String(said)) = said {
                union::note(object, &said);
            }
        }
    }
    if object.get("default").is_some_and(Value::is_null) {
        object.remove("default");
    }
    dropped
}

/// Items in fixed places: an array of that many, each of one of their types. Few clients know `prefixItems`.
fn tuple(object: &mut Object) {
    let Some(Value::Array(prefix)) = object.remove("prefixItems") else { return };
    let closed = object.get("items") == Some(&Value::Bool(false))
        || object.get("maxItems").and_then(Value::as_u64).is_some_and(|most| most <= prefix.len() as u64);
    let mut kinds: Vec<Value> = Vec::new();
    let rest = object.remove("items").filter(Value::is_object).unwrap_or_else(|| json!({}));
    for item in prefix.iter().chain(std::iter::once(&rest).filter(|_| !closed)) {
        if !kinds.contains(item) {
            kinds.push(item.clone());
        }
    }
    let word = |item: &Value| match item.get("type").and_then(Value::as_str) {
        Some("integer") => "an integer".to_owned(),
        Some("array" | "object") => format!("an {}", item["type"].as_str().unwrap_or_default()),
        Some(kind) => format!("a {kind}"),
        None => "a value".to_owned(),
    };
    if kinds.len() > 1 {
        union::note(object, &format!("In this order: {}.", prefix.iter().map(word).collect::<Vec<_>>().join(", ")));
    }
    // Where any item may follow, any item may be there.
    let items = if kinds.contains(&json!({})) { json!({}) } else { union::one_of(kinds) };
    object.insert("items".into(), items);
    if closed {
        object.entry("maxItems").or_insert_with(|| prefix.len().into());
    }
}

/// Maps whose keys are numbers: what the pattern says of a key is checked, and told.
fn keys_by_pattern(object: &mut Object) {
    let Some(Value::Object(patterns)) = object.remove("patternProperties") else { return };
    let mut kinds: Vec<Value> = Vec::new();
    for schema in patterns.values() {
        if !kinds.contains(schema) {
            kinds.push(schema.clone());
        }
    }
    if kinds.is_empty() {
        return;
    }
    let names: Vec<String> = patterns.keys().map(|pattern| format!("`{pattern}`")).collect();
    union::note(object, &format!("Keys match {}.", names.join(" or ")));
    if let Some(rest) = object.get("additionalProperties").filter(|rest| rest.is_object())
        && !kinds.contains(rest)
    {
        kinds.push(rest.clone());
    }
    // What else may be there is not told apart from these.
    let open = object.get("additionalProperties").is_none_or(|rest| *rest == Value::Bool(true));
    let rest = if open { json!({}) } else { union::one_of(kinds) };
    object.insert("additionalProperties".into(), if rest == json!({}) { true.into() } else { rest });
}

/// Choices that are no texts are told in words: not every client takes them.
fn choices_of_others(object: &mut Object) {
    let mut choices = match (object.get("enum"), object.get("const")) {
        (Some(Value::Array(values)), _) => values.clone(),
        (None, Some(only)) => vec![only.clone()],
        _ => return,
    };
    if choices.iter().all(Value::is_string) {
        return;
    }
    object.remove("enum");
    object.remove("const");
    let listed: Vec<String> = choices.iter().map(Value::to_string).collect();
    let always = if listed.len() == 1 { "Always" } else { "One of" };
    union::note(object, &format!("{always} {}.", listed.join(", ")));
    choices.dedup_by_key(|value| kind(value));
    if let ([only], false) = (choices.as_slice(), object.contains_key("type")) {
        object.insert("type".into(), kind(only).into());
    }
}

/// The type of a value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// One constant is a list of one choice: not every client knows `const`.
fn constant(object: &mut Object) {
    if object.get("const") == Some(&Value::Null) {
        object.remove("const");
        object.insert("type".into(), "null".into());
    }
    if let Some(value @ Value::String(_)) = object.get("const").cloned() {
        object.remove("const");
        object.insert("type".into(), "string".into());
        object.insert("enum".into(), vec![value].into());
    }
}

#[cfg(test)]
mod tests {
    use super::{Side, pass};
    use serde_json::json;

    #[test]
    fn a_list_that_may_go_on_goes_on() {
        let open = json!({ "type": "array", "prefixItems": [{ "type": "string" }, { "type": "boolean" }] });
        let said = pass(json!({ "type": "object", "properties": { "a": open } }), Side::Input);
        let list = &said["properties"]["a"];
        assert_eq!((&list["items"], &list["maxItems"], &list["minItems"]), (&json!({}), &json!(null), &json!(null)));
        let closed =
            json!({ "type": "array", "prefixItems": [{ "type": "string" }, { "type": "boolean" }], "items": false });
        let said = pass(json!({ "type": "object", "properties": { "a": closed } }), Side::Input);
        let list = &said["properties"]["a"];
        assert_eq!(list["items"], json!({ "anyOf": [{ "type": "string" }, { "type": "boolean" }] }));
        assert_eq!(list["maxItems"], 2);
    }

    #[test]
    fn parts_that_may_be_no_objects_are_not_made_one() {
        let either = |kind: &str| json!({ "anyOf": [{ "type": "integer" }, { "type": kind }] });
        let parts = json!({ "allOf": [either("string"), either("boolean")] });
        let said = pass(json!({ "type": "object", "properties": { "a": parts } }), Side::Input);
        assert_eq!(said["properties"]["a"], parts);
    }

    #[test]
    fn a_root_that_is_a_reference_and_more_has_the_properties_of_both() {
        let list = json!({ "type": "object", "properties": { "next": { "$ref": "#/$defs/A" } }, "required": ["next"] });
        for more in [json!({}), json!({ "b": { "type": "integer" } })] {
            let schema = json!({ "$ref": "#/$defs/A", "properties": more, "required": ["b"], "$defs": { "A": list } });
            let said = pass(schema, Side::Input);
            assert_eq!(said["properties"]["next"]["$ref"], "#/$defs/A", "{said}");
            assert_eq!(said["properties"]["b"], more.get("b").cloned().unwrap_or_default(), "{said}");
            assert_eq!(said["required"], json!(["next", "b"]), "{said}");
        }
    }

    #[test]
    fn a_map_among_alternatives_may_have_the_keys_of_the_others() {
        let map = json!({ "type": "object", "additionalProperties": { "type": "string" } });
        let named = json!({ "type": "object", "properties": { "n": { "type": "integer" } } });
        let said = pass(json!({ "type": "object", "anyOf": [map, named] }), Side::Input);
        assert_eq!(said["properties"]["n"], json!({ "anyOf": [{ "type": "integer" }, { "type": "string" }] }));
    }

    #[test]
    fn what_is_said_again_is_not_told_twice() {
        let choice =
            json!({ "anyOf": [{ "const": "x", "type": "string", "description": "X." }, { "type": "integer" }] });
        let nulls = json!({ "type": ["null", "null"] });
        let schema = json!({ "type": "object", "properties": { "a": choice, "b": nulls }, "required": ["a"] });
        let once = pass(schema, Side::Input);
        assert_eq!(once["properties"]["a"]["anyOf"][0]["description"], "- x: X.");
        assert_eq!(once["properties"]["b"], nulls);
        assert_eq!(pass(once.clone(), Side::Input), once);
    }

    #[test]
    fn keys_of_any_of_two_kinds_are_one_list_of_alternatives() {
        let nullable = json!({ "anyOf": [{ "type": "null" }, { "type": "boolean" }] });
        let map = json!({
            "type": "object", "patternProperties": { "^a": { "type": "boolean" }, "^b": nullable },
            "additionalProperties": false,
        });
        let said = pass(json!({ "type": "object", "properties": { "a": map } }), Side::Input);
        let members = said["properties"]["a"]["additionalProperties"]["anyOf"].as_array().expect("alternatives");
        assert!(members.len() == 2 && members.iter().all(|member| member.get("type").is_some()), "{members:?}");
    }

    #[test]
    fn a_default_has_no_null_that_its_schema_does_not_take() {
        let filter = json!({
            "type": "object",
            "properties": {
                "words": { "type": ["string", "null"] },
                "any": {},
                "inner": { "$ref": "#/$defs/Inner" },
                "list": { "type": "array", "items": { "type": ["integer", "null"] } },
            },
            "default": { "words": null, "any": null, "inner": { "a": null, "b": 1 }, "list": [null] },
        });
        let inner = json!({
            "type": "object",
            "properties": { "a": { "anyOf": [{ "type": "string" }, { "type": "null" }] }, "b": { "type": "integer" } },
        });
        let properties = json!({ "filter": filter, "default": { "type": ["string", "null"], "default": "x" } });
        let schema = json!({ "type": "object", "properties": properties, "$defs": { "Inner": inner } });
        let said = pass(schema.clone(), Side::Input);
        let expected = json!({ "any": null, "inner": { "b": 1 }, "list": [null] });
        assert_eq!(said["properties"]["filter"]["default"], expected, "{said}");
        assert_eq!(said["properties"]["default"]["default"], "x", "{said}");
        assert_eq!(pass(schema, Side::Output)["properties"]["filter"]["default"]["words"], json!(null));
    }
}
