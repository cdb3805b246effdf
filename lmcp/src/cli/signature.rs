//! What functions take and give, as people read it: `forecast(city: string, days: integer = 3)`.

use super::text::visible;
use crate::ask::form::Form;
use crate::registry::item::Common;
use crate::registry::{Prompt, Template, Tool};
use crate::schema::source;
use crate::{Profile, ProtocolVersion};
use serde_json::Value;

/// One argument.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) schema: Value,
    pub(super) required: bool,
    /// `integer = 3`.
    kind: String,
}

/// The arguments of a tool, in the order of its function's parameters.
pub(super) fn of_tool(tool: &Tool) -> Vec<Argument> {
    arguments(&tool.common, &tool.input_schema)
}

/// The arguments of a prompt. On the wire they are strings; the function knows better.
pub(super) fn of_prompt(prompt: &Prompt) -> Vec<Argument> {
    arguments(&prompt.common, &input(&prompt.common))
}

/// The fields of a form, in its order.
pub(super) fn of_form(form: &Form) -> Vec<Argument> {
    let schema = form.schema(ProtocolVersion::LATEST);
    let mut fields = of_object(&schema);
    fields.sort_by_key(|field| form.names().position(|name| name == field.name));
    fields
}

/// The segments of a template.
pub(super) fn of_template(template: &Template) -> Vec<Argument> {
    arguments(&template.common, &input(&template.common))
}

/// The schema of what a function takes.
pub(super) fn input(common: &Common) -> Value {
    // One without a schema was refused when the server was built.
    Profile::Portable.input(source::input(&common.params, true).unwrap_or_default())
}

/// `(a: integer, b?: integer)`.
pub(super) fn list(arguments: &[Argument]) -> String {
    let arguments: Vec<String> = arguments.iter().map(Argument::to_string).collect();
    format!("({})", arguments.join(", "))
}

/// What a tool gives, when its definition says so.
pub(super) fn output(tool: &Tool) -> Option<String> {
    tool.output.as_ref().map(|output| kind(output.value(), output.value(), 0))
}

impl Argument {
    pub(super) fn description(&self) -> Option<&str> {
        self.schema.get("description")?.as_str()
    }
}

impl std::fmt::Display for Argument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mark = if self.required || self.kind.contains(" = ") { "" } else { "?" };
        write!(f, "{}{mark}: {}", visible(&self.name), self.kind)
    }
}

/// The properties of an object's schema.
fn of_object(schema: &Value) -> Vec<Argument> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let required = schema.get("required").and_then(Value::as_array);
    let argument = |(name, property): (&String, &Value)| {
        let mut kind = kind(property, schema, 0);
        if let Some(default) = property.get("default") {
            kind.push_str(" = ");
            kind.push_str(&short(default));
        }
        Argument {
            name: name.clone(),
            schema: property.clone(),
            required: required.is_some_and(|names| names.iter().any(|n| n == name)),
            kind,
        }
    };
    properties.iter().map(argument).collect()
}

fn arguments(common: &Common, schema: &Value) -> Vec<Argument> {
    let mut arguments = of_object(schema);
    // A schema's entries are sorted by name. What is in no order that somebody wrote keeps this one.
    let names = crate::registry::item::names(&common.params);
    arguments.sort_by_key(|argument| {
        let position = names.iter().position(|name| *name == argument.name);
        (position.is_none(), position, position.is_none() && !argument.required)
    });
    arguments
}

/// How deep a type is spelled out.
const DEPTH: usize = 2;
/// How many entries of an object, or values of an enumeration, are spelled out.
const ENTRIES: usize = 6;

/// A schema as the name of a type. `root` is where its references lead.
pub(super) fn kind(schema: &Value, root: &Value, depth: usize) -> String {
    if depth > DEPTH {
        return "…".into();
    }
    if let Some(target) = target(schema, root) {
        return kind(target, root, depth + 1);
    }
    if let Some(Value::Array(values)) = schema.get("enum") {
        return choices(values);
    }
    if let Some(value) = schema.get("const") {
        return choices(std::slice::from_ref(value));
    }
    if let Some(members) = ["anyOf", "oneOf"].iter().find_map(|union| schema.get(*union)?.as_array()) {
        return union(members.iter().map(|member| kind(member, root, depth + 1)));
    }
    match schema.get("type") {
        Some(Value::String(name)) => of_type(name, schema, root, depth),
        Some(Value::Array(names)) => {
            union(names.iter().filter_map(Value::as_str).map(|name| of_type(name, schema, root, depth)))
        }
        _ => "any".into(),
    }
}

fn of_type(name: &str, schema: &Value, root: &Value, depth: usize) -> String {
    match name {
        "array" => {
            let items = schema.get("items").filter(|items| items.is_object());
            let item = items.map_or("any".into(), |items| kind(items, root, depth + 1));
            if item.contains(['|', ' ']) && !item.starts_with('{') {
                format!("({item})[]")
            } else {
                format!("{item}[]")
            }
        }
        "object" => match schema.get("properties").and_then(Value::as_object) {
            Some(properties) if !properties.is_empty() && depth < DEPTH => {
                let required = schema.get("required").and_then(Value::as_array);
                let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|n| n == name));
                let (first, later): (Vec<_>, Vec<_>) = properties.keys().partition(|name| is_required(name));
                let later = later.into_iter().map(|name| format!("{}?", visible(name)));
                let names: Vec<String> = first.into_iter().map(|name| visible(name).into()).chain(later).collect();
                format!("{{{}}}", first_few(&names, ", "))
            }
            _ => "object".into(),
        },
        _ => visible(name).into(),
    }
}

/// What a reference leads to.
pub(super) fn target<'a>(schema: &Value, root: &'a Value) -> Option<&'a Value> {
    let name = schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")?;
    root.get("$defs")?.get(name)
}

fn union(members: impl Iterator<Item = String>) -> String {
    let mut kinds: Vec<String> = Vec::new();
    for member in members {
        if !kinds.contains(&member) {
            kinds.push(member);
        }
    }
    first_few(&kinds, " | ")
}

/// `rust|python|go`.
fn choices(values: &[Value]) -> String {
    let names: Vec<String> = values.iter().map(short).collect();
    first_few(&names, "|")
}

fn first_few(names: &[String], separator: &str) -> String {
    let few: Vec<&str> = names.iter().take(ENTRIES).map(String::as_str).collect();
    let rest = if names.len() > ENTRIES { format!("{separator}…") } else { String::new() };
    format!("{}{rest}", few.join(separator))
}

/// A value in a few letters: a word as it is, anything else as JSON.
fn short(value: &Value) -> String {
    let is_word = |text: &str| {
        !text.is_empty()
            && !matches!(text, "true" | "false" | "null")
            && text.starts_with(char::is_alphabetic)
            && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    match value {
        Value::String(text) if is_word(text) => text.clone(),
        _ => super::width::cut(&visible(&value.to_string()), 24).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::kind;
    use serde_json::{Value, json};

    fn check(schema: Value, expected: &str) {
        assert_eq!(kind(&schema, &schema, 0), expected, "{schema}");
    }

    #[test]
    fn types_read_like_types() {
        check(json!({"type": "integer", "minimum": 0}), "integer");
        check(json!({"type": "array", "items": {"type": "string"}}), "string[]");
        check(json!({"type": "array", "items": {"type": ["string", "integer"]}}), "(string | integer)[]");
        check(json!({"type": "string", "enum": ["rust", "go", "two words", "1"]}), r#"rust|go|"two words"|"1""#);
        check(json!({"anyOf": [{"type": "string"}, {"type": "null"}]}), "string | null");
        let point = json!({"type": "object", "properties": {"z": {}, "x": {}, "y": {}}, "required": ["x", "y"]});
        check(point.clone(), "{x, y, z?}");
        check(json!({"type": "array", "items": point}), "{x, y, z?}[]");
        check(json!({"type": "object", "additionalProperties": {"type": "integer"}}), "object");
        check(json!({}), "any");
        check(json!(true), "any");
    }

    #[test]
    fn recursion_ends() {
        let node = json!({"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}});
        check(json!({"$ref": "#/$defs/Node", "$defs": {"Node": node}}), "{next?}");
        let endless = json!({"type": "array", "items": {"$ref": "#/$defs/Loop"}});
        check(json!({"$ref": "#/$defs/Loop", "$defs": {"Loop": endless}}), "…[]");
    }
}
