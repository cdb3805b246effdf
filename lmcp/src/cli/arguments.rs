//! The arguments of a call as they are typed, made into JSON as the schema says.
//!
//! `key=value`, `key.field=value`, `key:=json`, a JSON object, `@file` with one, `-` for one on standard input. What does not fit the
//! schema goes to the server as it is: its error says best what it wants.

use super::signature::target;
use crate::handler::call::reason;
use crate::handler::parameter::ParamSpec;
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::io::Read as _;

/// Makes one object of all words. The schema is the one of all arguments; a name that it does not know may be another
/// name of one of `params`. The error says which word cannot be understood.
pub(super) fn read(words: &[String], schema: &Value, params: &[ParamSpec]) -> Result<Map<String, Value>, String> {
    let mut arguments = Map::new();
    let mut pairs = HashSet::new();
    for word in words {
        if let Some(object) = object(word)? {
            for (key, value) in object {
                if arguments.contains_key(&key) {
                    return Err(format!("{key:?} is given twice"));
                }
                arguments.insert(key, value);
            }
            continue;
        }
        let Some((key, text)) = word.split_once('=').filter(|(key, _)| !matches!(*key, "" | ":")) else {
            return Err(format!("{word:?} is no argument: write key=value"));
        };
        let (key, is_json) = key.strip_suffix(':').map_or((key, false), |key| (key, true));
        let Place { object, field, wanted } = place(&mut arguments, schema, params, key)?;
        if is_json {
            let value = match Reading::of(wanted, schema, 0) {
                Reading::Integer if is_wide(text) => text.into(),
                _ => parse(text).map_err(|e| format!("the value of {key:?} is not JSON: {}", reason(&e)))?,
            };
            if object.insert(field.to_owned(), value).is_some() {
                return Err(format!("{key:?} is given twice"));
            }
            continue;
        }
        if let (true, Err(e)) = (text.starts_with(['{', '[']) && needs_json(wanted, schema, 0), parse(text)) {
            return Err(format!("the value of {key:?} begins like JSON, but is none: {}", broken(&e, text)));
        }
        let reading = Reading::of(wanted, schema, 0);
        match (object.get_mut(field), reading) {
            (None, reading) => {
                object.insert(field.to_owned(), reading.value(text));
                pairs.insert(key);
            }
            // A list grows with each `key=value`.
            (Some(Value::Array(items)), Reading::List(item)) if pairs.contains(key) => {
                items.extend(Reading::List(item).items(text));
            }
            _ => return Err(format!("{key:?} is given twice")),
        }
    }
    Ok(arguments)
}

/// Where a value goes.
struct Place<'a> {
    object: &'a mut Map<String, Value>,
    field: &'a str,
    wanted: &'a Value,
}

/// Where the value of this key goes: `note.title` is the field `title` of the argument `note`, unless an argument is
/// called so.
fn place<'a>(
    arguments: &'a mut Map<String, Value>,
    root: &'a Value,
    params: &[ParamSpec],
    key: &'a str,
) -> Result<Place<'a>, String> {
    let (mut object, mut schema, mut params, mut field) = (arguments, root, params, key);
    while !is_known(schema, params, field)
        && let Some((outer, inner)) = field.split_once('.')
        && is_known(schema, params, outer)
        && let Some(fields) = object_of(property(schema, params, outer), root, 0)
    {
        let outer = object.entry(outer).or_insert_with(|| Map::new().into());
        object = outer.as_object_mut().ok_or_else(|| format!("{key:?} is given twice"))?;
        (schema, params, field) = (fields, &[], inner);
    }
    Ok(Place { object, field, wanted: property(schema, params, field) })
}

/// Whether an argument or a field is called so.
fn is_known(schema: &Value, params: &[ParamSpec], key: &str) -> bool {
    schema.get("properties").is_some_and(|properties| properties.get(key).is_some())
        || params.iter().any(|param| param.aliases.contains(&key))
}

/// The schema of the object that such a value is, if it is nothing else, but for `null`.
fn object_of<'s>(schema: &'s Value, root: &'s Value, depth: usize) -> Option<&'s Value> {
    if depth > 8 {
        return None;
    }
    if let Some(target) = target(schema, root) {
        return object_of(target, root, depth + 1);
    }
    if let Some(members) = ["anyOf", "oneOf"].iter().find_map(|union| schema.get(*union)?.as_array()) {
        let mut members = members.iter().filter(|member| member.get("type").is_none_or(|kind| kind != "null"));
        let only = members.next().filter(|_| members.next().is_none())?;
        return object_of(only, root, depth + 1);
    }
    let is_object = |kind: &Value| kind == "object" || kind == "null";
    let is = match schema.get("type")? {
        Value::Array(kinds) => kinds.iter().all(is_object),
        kind => is_object(kind),
    };
    is.then_some(schema)
}

/// The schema of the argument of this name.
fn property<'s>(schema: &'s Value, params: &[ParamSpec], key: &str) -> &'s Value {
    let property = |name: &str| schema.get("properties")?.get(name);
    let aliased = || property(params.iter().find(|param| param.aliases.contains(&key))?.name);
    property(key).or_else(aliased).or_else(|| schema.get("additionalProperties")).unwrap_or(&Value::Null)
}

/// A word that is a whole object: `{…}`, `@file` or `-`.
fn object(word: &str) -> Result<Option<Map<String, Value>>, String> {
    let (text, source) = match (word.strip_prefix('@'), word) {
        (Some(path), _) => {
            let text = std::fs::read_to_string(path).map_err(|e| format!("{path:?} cannot be read: {e}"))?;
            (text, format!("{path:?}"))
        }
        (None, "-") => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(|e| format!("standard input cannot be read: {e}"))?;
            (text, "standard input".to_owned())
        }
        (None, word) if word.starts_with('{') => (word.to_owned(), "the argument".to_owned()),
        _ => return Ok(None),
    };
    match parse(&text) {
        Ok(Value::Object(object)) => Ok(Some(object)),
        Ok(_) => Err(format!("{source} is no JSON object")),
        // In a file, line and column help.
        Err(e) if word.starts_with('{') => Err(format!("{source} is not JSON: {}", reason(&e))),
        Err(e) => Err(format!("{source} is not JSON: {e}")),
    }
}

/// What is wrong with a JSON text on one line, and where.
fn broken(error: &serde_json::Error, text: &str) -> String {
    if error.is_eof() {
        return format!("it ends too early: {}", reason(error));
    }
    let at = error.column().saturating_sub(1);
    match text.get(at..).filter(|rest| error.line() == 1 && !rest.is_empty()) {
        Some(rest) => format!("{} at {:?}", reason(error), super::width::cut(rest, 20)),
        None => reason(error),
    }
}

/// Whether nothing but JSON is such a value: there are objects or lists of such, and no texts.
fn needs_json(schema: &Value, root: &Value, depth: usize) -> bool {
    if depth > 8 {
        return false;
    }
    if let Some(target) = target(schema, root) {
        return needs_json(target, root, depth + 1);
    }
    if let Some(members) = ["anyOf", "oneOf"].iter().find_map(|union| schema.get(*union)?.as_array()) {
        let mut members =
            members.iter().filter(|member| member.get("type").is_none_or(|kind| kind != "null")).peekable();
        return members.peek().is_some() && members.all(|member| needs_json(member, root, depth + 1));
    }
    let nested = |kind: &Value| match kind.as_str() {
        Some("object") => true,
        // A text alone is a list of one.
        Some("array") => needs_json(schema.get("items").unwrap_or(&Value::Null), root, depth + 1),
        _ => false,
    };
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().all(|kind| kind == "null" || nested(kind)),
        Some(kind) => nested(kind),
        None => false,
    }
}

fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text)
}

/// Whether this is an integer of more than 64 bits, which a [`Value`] would round.
fn is_wide(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_integer = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_integer && text.parse::<i64>().is_err() && text.parse::<u64>().is_err()
}

/// How a text is read.
#[derive(Debug, PartialEq, Eq)]
enum Reading {
    /// As it is.
    Text,
    /// As JSON, and as it is when it is none.
    Json,
    /// The same, and one of more than 64 bits as a text: where texts are repaired, the server takes it for the number that it
    /// is.
    Integer,
    /// As a JSON array, or as one item.
    List(Box<Reading>),
}

impl Reading {
    fn of(schema: &Value, root: &Value, depth: usize) -> Self {
        if depth > 8 {
            return Reading::Json;
        }
        if let Some(target) = target(schema, root) {
            return Self::of(target, root, depth + 1);
        }
        let all_text =
            |values: &[Value], is_text: &dyn Fn(&Value) -> bool| !values.is_empty() && values.iter().all(is_text);
        for key in ["anyOf", "oneOf", "enum"] {
            let Some(Value::Array(members)) = schema.get(key) else { continue };
            let is_text = |member: &Value| match key {
                "enum" => member.is_string(),
                _ => Self::of(member, root, depth + 1) == Reading::Text,
            };
            return if all_text(members, &is_text) { Reading::Text } else { Reading::Json };
        }
        match schema.get("type") {
            Some(Value::String(kind)) if kind == "string" => Reading::Text,
            Some(Value::String(kind)) if kind == "array" => {
                let item = schema.get("items").unwrap_or(&Value::Null);
                Reading::List(Box::new(Self::of(item, root, depth + 1)))
            }
            Some(Value::String(kind)) if kind == "integer" => Reading::Integer,
            Some(Value::Array(kinds)) if kinds.iter().all(|kind| kind == "integer" || kind == "null") => {
                Reading::Integer
            }
            Some(Value::Array(kinds)) if all_text(kinds, &|kind| kind == "string") => Reading::Text,
            None if schema.get("const").is_some_and(Value::is_string) => Reading::Text,
            _ => Reading::Json,
        }
    }

    fn value(&self, text: &str) -> Value {
        match self {
            Reading::Text => text.into(),
            Reading::Integer if is_wide(text) => text.into(),
            Reading::Json | Reading::Integer => parse(text).unwrap_or_else(|_| text.into()),
            Reading::List(_) => self.items(text).into(),
        }
    }

    fn items(&self, text: &str) -> Vec<Value> {
        match (parse(text), self) {
            (Ok(Value::Array(items)), _) => items,
            (_, Reading::List(item)) => vec![item.value(text)],
            _ => vec![self.value(text)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "s": {"type": "string"},
                "i": {"type": "integer"},
                "whole": {"type": ["integer", "null"]},
                "wholes": {"type": "array", "items": {"type": "integer"}},
                "tags": {"type": "array", "items": {"type": "string"}},
                "numbers": {"type": "array", "items": {"type": "number"}},
                "union": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
                "choice": {"oneOf": [{"type": "string", "const": "1"}, {"type": "string", "enum": ["2"]}]},
                "node": {"$ref": "#/$defs/Name"},
                "map": {"type": ["object", "null"]},
                "maps": {"type": "array", "items": {"anyOf": [{"type": "object"}, {"type": "null"}]}},
                "either": {"anyOf": [{"type": "string"}, {"type": "object"}]},
                "note": {"$ref": "#/$defs/Note"},
                "a.b": {"type": "string"},
            },
            "$defs": {
                "Name": {"type": "string"},
                "Note": {
                    "type": "object",
                    "properties": {
                        "title": {"type": "string"},
                        "tags": {"type": "array", "items": {"type": "string"}},
                        "by": {"anyOf": [{"$ref": "#/$defs/By"}, {"type": "null"}]},
                    },
                },
                "By": {"type": "object", "properties": {"age": {"type": "integer"}}},
            },
        })
    }

    fn ok(line: &str, expected: Value) {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        assert_eq!(read(&words, &schema(), &[]).map(Value::from), Ok(expected), "{line}");
    }

    fn refused(line: &str, expected: &str) {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        assert_eq!(read(&words, &schema(), &[]), Err(expected.to_owned()), "{line}");
    }

    #[test]
    fn the_schema_decides() {
        ok("s=1 i=1 union=1 choice=1 node=true", json!({"s": "1", "i": 1, "union": 1, "choice": "1", "node": "true"}));
        ok("s= i=x union=x stranger=[1]", json!({"s": "", "i": "x", "union": "x", "stranger": [1]}));
        ok("s=a=b i=-1.5", json!({"s": "a=b", "i": -1.5}));
        ok("s:=1 i:=\"1\"", json!({"s": 1, "i": "1"}));
    }

    #[test]
    fn integers_of_any_size_stay_what_they_are() {
        let (most, wide) = (u64::MAX, "340282366920938463463374607431768211455");
        ok(&format!("i={most} whole=-{most}"), json!({"i": most, "whole": format!("-{most}")}));
        ok(
            &format!("i={wide} whole={wide} wholes={wide} wholes=1"),
            json!({"i": wide, "whole": wide, "wholes": [wide, 1]}),
        );
        ok(&format!("i:={wide}"), json!({"i": wide}));
        // Where other numbers are taken, or texts, it is one of those.
        let n = 1e20;
        let line = "numbers=100000000000000000000 union=100000000000000000000 stranger:=100000000000000000000 i=1e20";
        ok(line, json!({"numbers": [n], "union": n, "stranger": n, "i": n}));
    }

    #[test]
    fn lists_grow() {
        ok("tags=a tags=b", json!({"tags": ["a", "b"]}));
        ok("tags=1 numbers=1 numbers=2", json!({"tags": ["1"], "numbers": [1, 2]}));
        ok("tags=[\"a\",\"b\"] tags=c numbers=[]", json!({"tags": ["a", "b", "c"], "numbers": []}));
    }

    #[test]
    fn fields_are_given_one_by_one() {
        ok("note.title=1 note.tags=a note.tags=b", json!({"note": {"title": "1", "tags": ["a", "b"]}}));
        ok("note.by.age=7 note.title:=null", json!({"note": {"by": {"age": 7}, "title": null}}));
        ok("note={\"title\":\"x\"} note.by.age=7", json!({"note": {"title": "x", "by": {"age": 7}}}));
        ok("note.stranger=1 map.a=1", json!({"note": {"stranger": 1}, "map": {"a": 1}}));
        ok("a.b=1 s.t=1 either.x=1 a.c=1", json!({"a.b": "1", "s.t": 1, "either.x": 1, "a.c": 1}));
        refused("note.title=1 note.title=2", "\"note.title\" is given twice");
        refused("note:=7 note.title=x", "\"note.title\" is given twice");
        refused("note.title=x note={}", "\"note\" is given twice");
    }

    #[test]
    fn objects_and_pairs_go_together() {
        ok("{\"i\":7} s=x", json!({"i": 7, "s": "x"}));
        refused("{\"i\":7} i=8", "\"i\" is given twice");
        refused("i=8 {\"i\":7}", "\"i\" is given twice");
        refused("i=8 i=9", "\"i\" is given twice");
        refused("tags:=[] tags=a", "\"tags\" is given twice");
    }

    #[test]
    fn broken_json_is_told_where_only_json_fits() {
        let broken = "the value of \"map\" begins like JSON, but is none: ";
        refused("map={\"a\":1", &format!("{broken}it ends too early: EOF while parsing an object"));
        refused("map={\"a\":1,,\"b\":2}", &format!("{broken}key must be a string at \",\\\"b\\\":2}}\""));
        refused("maps=[{\"a\":}]", "the value of \"maps\" begins like JSON, but is none: expected value at \"}]\"");
        ok("map=x either={ tags=[a s={ i={", json!({"map": "x", "either": "{", "tags": ["[a"], "s": "{", "i": "{"}));
        ok("map={\"a\":1} maps={}", json!({"map": {"a": 1}, "maps": [{}]}));
    }

    #[test]
    fn what_is_no_argument_is_named() {
        refused("1", "\"1\" is no argument: write key=value");
        refused("=1", "\"=1\" is no argument: write key=value");
        refused("i:=x", "the value of \"i\" is not JSON: expected value");
        refused("{\"i\"}", "the argument is not JSON: expected `:`");
        let missing = read(&["@/no/such/file".to_owned()], &Value::Null, &[]).expect_err("there is none");
        assert!(missing.starts_with("\"/no/such/file\" cannot be read: "), "{missing}");
    }
}
