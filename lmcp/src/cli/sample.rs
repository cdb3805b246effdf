//! Examples of calls, made from schemas: what can be typed as it stands.

use super::signature::{Argument, target};
use serde_json::{Map, Value, json};

/// The arguments that must be given, as they are typed: `a=1 b=2`, each with a blank before it.
pub(super) fn words(arguments: &[Argument], root: &Value) -> String {
    let required = arguments.iter().filter(|argument| argument.required);
    required.enumerate().map(|(at, argument)| format!(" {}", word(argument, root, at))).collect()
}

/// One argument, as it is typed.
pub(super) fn word(argument: &Argument, root: &Value, at: usize) -> String {
    pair(&argument.name, &argument.schema, root, at)
}

/// The same of a name and its schema.
pub(super) fn pair(name: &str, schema: &Value, root: &Value, at: usize) -> String {
    let value = value(schema, root, name, at, 0);
    quoted(&match value {
        Value::String(text) => format!("{name}={text}"),
        // A list of one: its item, for it may be repeated.
        Value::Array(items) => match items.as_slice() {
            [Value::String(text)] => format!("{name}={text}"),
            items => format!("{name}={}", json!(items)),
        },
        value => format!("{name}={value}"),
    })
}

/// A URI template with its segments filled in.
pub(super) fn uri(template: &str, arguments: &[Argument], root: &Value) -> String {
    let mut uri = template.to_owned();
    for (at, Argument { name, schema, .. }) in arguments.iter().enumerate() {
        let value = match value(schema, root, name, at, 0) {
            Value::String(text) => text,
            value => value.to_string(),
        };
        uri = uri.replace(&format!("{{{name}}}"), &value).replace(&format!("{{+{name}}}"), &value);
    }
    quoted(&uri)
}

/// A value that fits the schema: numbers count, texts are their names.
pub(super) fn value(schema: &Value, root: &Value, name: &str, at: usize, depth: usize) -> Value {
    if depth > 4 {
        return Value::Null;
    }
    if let Some(target) = target(schema, root) {
        return value(target, root, name, at, depth + 1);
    }
    let first = |key: &str| schema.get(key)?.as_array()?.first().cloned();
    if let Some(given) = schema.get("const").cloned().or_else(|| first("examples")).or_else(|| first("enum")) {
        return given;
    }
    if let Some(member) = first("anyOf").or_else(|| first("oneOf")) {
        return value(&member, root, name, at, depth + 1);
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        kind => kind.and_then(Value::as_str),
    };
    match kind {
        Some("integer" | "number") => number(schema, at),
        Some("boolean") => true.into(),
        Some("array") => {
            let item = schema.get("items").unwrap_or(&Value::Null);
            vec![value(item, root, name, at, depth + 1)].into()
        }
        Some("object") => {
            let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
            let entry = |(at, key): (usize, &str)| {
                let schema = schema.get("properties").and_then(|all| all.get(key)).unwrap_or(&Value::Null);
                (key.to_owned(), value(schema, root, key, at, depth + 1))
            };
            required.filter_map(Value::as_str).enumerate().map(entry).collect::<Map<_, _>>().into()
        }
        _ => text(schema, name).into(),
    }
}

fn number(schema: &Value, at: usize) -> Value {
    let bound = |key: &str| schema.get(key).and_then(Value::as_i64);
    let number = i64::try_from(at).unwrap_or_default().saturating_add(1);
    let number = number.max(bound("minimum").unwrap_or(number));
    number.min(bound("maximum").unwrap_or(number)).into()
}

fn text(schema: &Value, name: &str) -> String {
    match schema.get("format").and_then(Value::as_str) {
        Some("date") => "2026-01-31".into(),
        Some("date-time") => "2026-01-31T12:00:00Z".into(),
        Some("time") => "12:00:00Z".into(),
        Some("uri") => "https://example.com".into(),
        Some("email") => "ada@example.com".into(),
        Some("uuid") => "67e55044-10b1-426f-9247-bb680e5fe0c8".into(),
        _ => name.to_uppercase(),
    }
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    if !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "=_-./:@%+,".contains(c)) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_fit_their_schemas() {
        let sample = |schema: Value| value(&schema, &schema, "city", 1, 0);
        assert_eq!(sample(json!({"type": "integer"})), 2);
        assert_eq!(sample(json!({"type": "integer", "minimum": 10, "maximum": 20})), 10);
        assert_eq!(sample(json!({"type": "string"})), "CITY");
        assert_eq!(sample(json!({"type": "string", "examples": ["Oslo"]})), "Oslo");
        assert_eq!(sample(json!({"type": "array", "items": {"type": "string"}})), json!(["CITY"]));
        let point = json!({"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]});
        assert_eq!(sample(point), json!({"x": 1}));
        let endless = json!({"type": "array", "items": {"$ref": "#/$defs/Loop"}});
        assert!(sample(json!({"$ref": "#/$defs/Loop", "$defs": {"Loop": endless}})).is_array());
    }

    #[test]
    fn a_shell_takes_a_word_as_it_is() {
        assert_eq!(quoted("a=1"), "a=1");
        assert_eq!(quoted("point={\"x\":1}"), "'point={\"x\":1}'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
