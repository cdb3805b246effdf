//! Schemas from bytes: whatever they are, a schema comes of it, of the keywords that types and hands write.

use super::dice::Dice;
use serde_json::{Map, Value, json};

const DEFINITIONS: [&str; 3] = ["A", "B", "C"];

/// A schema with an object at its root, and definitions that may refer to each other.
pub(super) fn schema(dice: &mut Dice<'_>) -> Value {
    let mut root = Map::new();
    object(&mut root, dice, 0);
    if dice.once_in(3) {
        root.insert(["anyOf", "oneOf", "allOf"][dice.roll(3)].into(), objects(dice, 1));
    }
    let definitions: Map<String, Value> = DEFINITIONS.iter().map(|name| ((*name).to_owned(), any(dice, 2))).collect();
    root.insert("$defs".into(), definitions.into());
    root.into()
}

/// Any schema.
fn any(dice: &mut Dice<'_>, depth: usize) -> Value {
    if dice.once_in(24) {
        return Value::Bool(dice.roll(2) == 0);
    }
    let mut schema = Map::new();
    some(&mut schema, dice, depth);
    // What stands beside an object applies together with it.
    if dice.once_in(3) && depth < 4 && schema.get("type").is_some_and(|kind| kind == "object") {
        let (key, parts) = (["anyOf", "oneOf", "allOf"][dice.roll(3)], objects(dice, depth));
        schema.entry(key).or_insert(parts);
    }
    if dice.once_in(8) {
        schema.insert("description".into(), "Said.".into());
    }
    if dice.once_in(24) {
        schema.insert("default".into(), constant(dice));
    }
    if dice.once_in(24) {
        schema.insert("not".into(), json!({ "const": 0 }));
    }
    schema.into()
}

/// Some keywords that belong together.
fn some(schema: &mut Map<String, Value>, dice: &mut Dice<'_>, depth: usize) {
    let mut set = |key: &str, value: Value| schema.insert(key.to_owned(), value);
    let sides = if depth > 4 { 8 } else { 16 };
    match dice.roll(sides) {
        0 => drop(set("type", "boolean".into())),
        1 => drop(set("type", "null".into())),
        2 => {
            set("type", "string".into());
            match dice.roll(6) {
                0 => drop(set("minLength", dice.roll(3).into())),
                1 => drop(set("maxLength", dice.roll(3).into())),
                2 => drop(set("pattern", "^a*$".into())),
                3 => drop(set("format", "date".into())),
                _ => {}
            }
        }
        3 => {
            set("type", "integer".into());
            match dice.roll(6) {
                0 => drop(set("format", "uint8".into())),
                1 => drop(set("format", "int64".into())),
                2 => drop(set("minimum", dice.roll(3).into())),
                3 => drop(set("exclusiveMaximum", dice.roll(9).into())),
                4 => drop(set("multipleOf", (1 + dice.roll(3)).into())),
                _ => {}
            }
        }
        4 => drop(set("type", "number".into())),
        5 => drop(set("const", constant(dice))),
        6 => drop(set("enum", (0..1 + dice.roll(3)).map(|_| constant(dice)).collect())),
        7 => drop(set("$ref", format!("#/$defs/{}", DEFINITIONS[dice.roll(DEFINITIONS.len())]).into())),
        8 => {
            set("type", "array".into());
            set("items", any(dice, depth + 1));
            match dice.roll(5) {
                0 => drop(set("minItems", dice.roll(3).into())),
                1 => drop(set("maxItems", dice.roll(3).into())),
                2 => drop(set("uniqueItems", true.into())),
                _ => {}
            }
        }
        9 => {
            set("type", "array".into());
            let items: Vec<Value> = (0..1 + dice.roll(3)).map(|_| any(dice, depth + 1)).collect();
            if dice.once_in(2) {
                set("minItems", items.len().into());
                set("maxItems", items.len().into());
            }
            set("prefixItems", items.into());
            match dice.roll(3) {
                0 => drop(set("items", false.into())),
                1 => drop(set("items", any(dice, depth + 1))),
                _ => {}
            }
        }
        10 => object(schema, dice, depth),
        11 => {
            set("type", "object".into());
            match dice.roll(3) {
                0 => drop(set("additionalProperties", any(dice, depth + 1))),
                1 => drop(set("patternProperties", json!({ "^[0-9]+$": any(dice, depth + 1) }))),
                _ => {
                    set("patternProperties", json!({ "^a": any(dice, depth + 1), "^[0-9]+$": any(dice, depth + 1) }));
                    set("additionalProperties", false.into());
                }
            }
        }
        12 => drop(set("anyOf", several(dice, depth))),
        13 => drop(set("oneOf", several(dice, depth))),
        14 => drop(set("allOf", several(dice, depth))),
        _ => {
            let kinds = ["boolean", "string", "integer", "object", "array"];
            set("type", json!([kinds[dice.roll(kinds.len())], "null"]));
        }
    }
}

fn several(dice: &mut Dice<'_>, depth: usize) -> Value {
    (0..1 + dice.roll(3)).map(|_| any(dice, depth + 1)).collect()
}

/// What an object may be besides.
fn objects(dice: &mut Dice<'_>, depth: usize) -> Value {
    let mut one = || {
        let mut schema = Map::new();
        object(&mut schema, dice, depth + 1);
        Value::Object(schema)
    };
    (0..2).map(|_| one()).collect()
}

fn object(schema: &mut Map<String, Value>, dice: &mut Dice<'_>, depth: usize) {
    let mut properties = Map::new();
    for _ in 0..dice.roll(4) {
        // A name of its own, so that it is known which property is meant.
        let name = dice.name();
        properties.insert(name, any(dice, depth + 1));
    }
    if dice.once_in(4) {
        properties.insert("kind".into(), json!({ "const": dice.name() }));
    }
    let required: Vec<Value> = properties.keys().filter(|_| dice.once_in(2)).map(|name| name.as_str().into()).collect();
    schema.insert("type".into(), "object".into());
    if !required.is_empty() {
        schema.insert("required".into(), required.into());
    }
    schema.insert("properties".into(), properties.into());
    match dice.roll(4) {
        0 => drop(schema.insert("additionalProperties".into(), false.into())),
        1 => drop(schema.insert("additionalProperties".into(), any(dice, depth + 1))),
        _ => {}
    }
}

/// A value that is named.
pub(super) fn constant(dice: &mut Dice<'_>) -> Value {
    let values = [
        json!("a"),
        json!("b"),
        json!(1),
        json!(0),
        json!(null),
        json!(true),
        json!(1.5),
        json!({ "a": 1 }),
        json!([]),
    ];
    dice.pick(&values).cloned().unwrap_or_default()
}
