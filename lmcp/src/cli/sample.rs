//! Examples of calls, made from schemas: what can be typed as it stands.

use super::signature::Argument;
use crate::registry::item::Common;
use crate::schema::readable;
use serde_json::Value;

/// The arguments of a function that must be given, as they are typed: `a=1 b=2`, each with a blank before it.
pub(super) fn words(common: &Common, arguments: &[Argument], root: &Value) -> String {
    let made = common.arguments.readable(&common.params);
    let required = arguments.iter().filter(|argument| argument.required).enumerate();
    let word = |(at, argument): (usize, &Argument)| {
        let made = made.iter().find(|(name, _)| *name == argument.name).map(|(_, json)| json.clone());
        let json = made.unwrap_or_else(|| json(&argument.schema, root, &argument.name, at));
        format!(" {}", typed(&argument.name, &json))
    };
    required.map(word).collect()
}

/// A name and a value that fits its schema, as they are typed.
pub(super) fn pair(name: &str, schema: &Value, root: &Value, at: usize) -> String {
    typed(name, &json(schema, root, name, at))
}

fn typed(name: &str, json: &str) -> String {
    match serde_json::from_str(json) {
        Ok(Value::String(text)) => quoted(&format!("{name}={text}")),
        // A list of one: its item, for it may be repeated.
        Ok(Value::Array(items)) if matches!(items.as_slice(), [Value::String(_)]) => {
            quoted(&format!("{name}={}", items.first().and_then(Value::as_str).unwrap_or_default()))
        }
        _ => quoted(&format!("{name}={json}")),
    }
}

/// A URI template with its segments filled in.
pub(super) fn uri(template: &str, common: &Common, arguments: &[Argument], root: &Value) -> String {
    let made = common.arguments.readable(&common.params);
    let mut uri = template.to_owned();
    for (at, Argument { name, schema, .. }) in arguments.iter().enumerate() {
        let made = made.iter().find(|(known, _)| known == name).map(|(_, json)| json.clone());
        let value = match value(&made.unwrap_or_else(|| json(schema, root, name, at))) {
            Value::String(text) => text,
            value => value.to_string(),
        };
        uri = uri.replace(&format!("{{{name}}}"), &value).replace(&format!("{{+{name}}}"), &value);
    }
    quoted(&uri)
}

/// A value that fits the schema, as JSON: numbers count, texts are their names.
pub(super) fn json(schema: &Value, root: &Value, name: &str, at: usize) -> String {
    readable(schema, root, name, at).unwrap_or_else(|| Value::from(name.to_uppercase()).to_string())
}

/// The value of a JSON text that was made here.
pub(super) fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
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
    use super::{json as sample_json, quoted, value};
    use serde_json::{Value, json};

    #[test]
    fn samples_fit_their_schemas() {
        let sample = |schema: Value| value(&sample_json(&schema, &schema, "city", 1));
        assert_eq!(sample(json!({"type": "integer"})), 2);
        assert_eq!(sample(json!({"type": "integer", "minimum": 10, "maximum": 20})), 10);
        assert_eq!(sample(json!({"type": "string"})), "CITY");
        assert_eq!(sample(json!({"type": "string", "minLength": 6, "maxLength": 6})), "abcdef");
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
