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
    pub(super) kind: String,
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
    let mut fields = of_object(&schema, &schema);
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

/// How deep the fields of fields are shown.
const FIELDS: usize = 4;

impl Argument {
    pub(super) fn description(&self) -> Option<&str> {
        self.schema.get("description")?.as_str()
    }

    /// What is said of it, and what its values keep to as far as its type does not show it.
    pub(super) fn about(&self, root: &Value) -> String {
        let said = self.description().unwrap_or_default();
        match limits(concrete(&self.schema, root)) {
            None => said.to_owned(),
            Some(limits) if said.is_empty() => format!("({limits})"),
            Some(limits) => format!("{said} ({limits})"),
        }
    }

    /// The fields inside of it, each with how deep it is.
    pub(super) fn inside(&self, root: &Value) -> Vec<(usize, Argument)> {
        let mut fields = Vec::new();
        inside(&self.schema, root, &mut Vec::new(), &mut fields);
        fields
    }

    /// Whether there are fields inside of it.
    pub(super) fn is_nested(&self, root: &Value) -> bool {
        !self.inside(root).is_empty()
    }

    /// Whether it is a list.
    pub(super) fn is_list(&self, root: &Value) -> bool {
        concrete(&self.schema, root).get("items").is_some()
    }
}

/// What a schema comes to behind references, and beside `null`.
fn concrete<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    let mut schema = schema;
    for _ in 0..16 {
        let members = ["anyOf", "oneOf"].iter().find_map(|union| schema.get(*union)?.as_array());
        let mut members = members.into_iter().flatten().filter(|member| member.get("type").is_none_or(|t| t != "null"));
        schema = match (target(schema, root), members.next(), members.next()) {
            (Some(target), ..) => target,
            (None, Some(only), None) => only,
            _ => break,
        };
    }
    schema
}

fn inside<'s>(schema: &'s Value, root: &'s Value, open: &mut Vec<&'s Value>, fields: &mut Vec<(usize, Argument)>) {
    let mut schema = concrete(schema, root);
    while let Some(items) = schema.get("items") {
        schema = concrete(items, root);
    }
    // A type that holds itself is shown once.
    if open.len() >= FIELDS || open.iter().any(|known| std::ptr::eq(*known, schema)) {
        return;
    }
    open.push(schema);
    for field in of_object(schema, root) {
        // As it is in the schema: what holds itself is known by where it stands.
        let property = schema.get("properties").and_then(|all| all.get(&field.name));
        fields.push((open.len(), field));
        if let Some(property) = property {
            inside(property, root, open, fields);
        }
    }
    open.pop();
}

/// What its values keep to, in a few words.
fn limits(schema: &Value) -> Option<String> {
    let number = |key: &str| schema.get(key).filter(|bound| bound.is_number());
    let range = |least: Option<&Value>, most: Option<&Value>, what: &str| {
        Some(match (least, most) {
            (Some(least), Some(most)) if least == most => format!("{least}{what}"),
            (Some(least), Some(most)) => format!("{least} to {most}{what}"),
            (Some(least), None) => format!("at least {least}{what}"),
            (None, Some(most)) => format!("at most {most}{what}"),
            (None, None) => return None,
        })
    };
    let exclusive = |key: &str, words: &str| number(key).map(|bound| format!("{words} {bound}"));
    // What an integer can hold in Rust is no limit that somebody set.
    let natural = match (number("minimum").and_then(Value::as_i64), number("maximum").and_then(Value::as_u64)) {
        (Some(0), most) => most.is_none_or(|most| most == 255 || most == 65_535 || most == u64::from(u32::MAX)),
        _ => false,
    };
    let bounds = if natural { None } else { range(number("minimum"), number("maximum"), "") };
    let values = schema.get("enum").and_then(Value::as_array).filter(|values| values.len() > ENTRIES);
    let all = [
        bounds,
        exclusive("exclusiveMinimum", "more than"),
        exclusive("exclusiveMaximum", "less than"),
        number("multipleOf").map(|of| format!("a multiple of {of}")),
        range(number("minLength"), number("maxLength"), " characters"),
        range(number("minItems").filter(|least| **least != 0), number("maxItems"), " items"),
        schema.get("pattern").and_then(Value::as_str).map(|pattern| format!("matches {pattern}")),
        schema.get("format").and_then(Value::as_str).map(|format| format!("format {format}")),
        values.map(|values| format!("one of {}", values.iter().map(short).collect::<Vec<_>>().join(", "))),
    ];
    let all: Vec<String> = all.into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(", "))
}

impl std::fmt::Display for Argument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mark = if self.required || self.kind.contains(" = ") { "" } else { "?" };
        write!(f, "{}{mark}: {}", visible(&self.name), self.kind)
    }
}

/// The properties of an object's schema: those that are required in their order, then the others.
fn of_object(schema: &Value, root: &Value) -> Vec<Argument> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let required = schema.get("required").and_then(Value::as_array);
    let argument = |(name, property): (&String, &Value)| {
        let mut kind = kind(property, root, 0);
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
    let order = |name: &str| required.and_then(|names| names.iter().position(|n| n == name)).unwrap_or(usize::MAX);
    let mut arguments: Vec<Argument> = properties.iter().map(argument).collect();
    arguments.sort_by_key(|argument| order(&argument.name));
    arguments
}

fn arguments(common: &Common, schema: &Value) -> Vec<Argument> {
    let mut arguments = of_object(schema, schema);
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
                let (mut first, later): (Vec<_>, Vec<_>) = properties.keys().partition(|name| is_required(name));
                // In the order of the type, as far as the schema tells it.
                first.sort_by_key(|name| required.and_then(|names| names.iter().position(|n| n == name.as_str())));
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
