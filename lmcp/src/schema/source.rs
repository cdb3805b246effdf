//! From the types of parameters and results to what schemars says of them, with nothing taken away yet.

use super::inline::references;
use super::reference::name_in;
use crate::handler::parameter::{ParamSpec, Role};
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

type Object = Map<String, Value>;

/// A generator for what handlers take.
fn input_generator() -> SchemaGenerator {
    settings().for_deserialize().into_generator()
}

/// A generator for what handlers give.
fn output_generator() -> SchemaGenerator {
    settings().for_serialize().into_generator()
}

/// A generator for forms, which have no references.
pub(crate) fn form_generator() -> SchemaGenerator {
    settings().with(|settings| settings.inline_subschemas = true).for_deserialize().into_generator()
}

fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = None)
}

/// The schema of a type on its own.
pub(crate) fn of_type<T: schemars::JsonSchema>() -> Value {
    let mut generator = input_generator();
    let schema = generator.subschema_for::<T>();
    rooted(schema, generator)
}

/// The schema of one parameter on its own.
pub(crate) fn of_param(param: &ParamSpec) -> Value {
    let mut generator = input_generator();
    let schema = param.schema.map(|schema| schema(&mut generator)).unwrap_or_default();
    rooted(schema, generator)
}

/// The schema of what a function gives.
pub(crate) fn output(schema: fn(&mut SchemaGenerator) -> Option<Schema>) -> Option<Value> {
    let mut generator = output_generator();
    let schema = schema(&mut generator)?;
    Some(rooted(schema, generator))
}

/// The schema of what a function with these parameters takes, or why it has none.
/// With `closes`, a struct of all arguments says that it takes no others.
pub(crate) fn input(params: &[ParamSpec], closes: bool) -> Result<Value, String> {
    let mut generator = input_generator();
    if let Some(whole) = params.iter().find(|p| p.role == Role::Arguments) {
        let schema = whole.schema.map(|schema| schema(&mut generator)).unwrap_or_default();
        let mut schema = rooted(schema, generator);
        if let Value::Object(object) = &mut schema {
            object_of_alternatives(object);
        }
        if let Value::Object(object) = &mut schema
            && closes
            && is_closed(whole, object)
        {
            object.insert("additionalProperties".into(), false.into());
        }
        return Ok(schema);
    }
    let mut properties = Object::new();
    let mut required = Vec::new();
    for param in params.iter().filter(|p| p.role == Role::Argument) {
        let schema = param.schema.map(|schema| schema(&mut generator)).unwrap_or_default();
        let Value::Object(mut schema) = schema.to_value() else {
            properties.insert(param.name.into(), json!({}));
            continue;
        };
        if let Some(description) = param.description {
            schema.insert("description".into(), description.into());
        }
        if let Some(default) = &param.default {
            schema.insert("default".into(), default.clone());
        }
        if param.secret {
            schema.insert("writeOnly".into(), true.into());
        }
        if let Some(header) = param.header {
            check_header(params, param, header, &schema)?;
            schema.insert("x-mcp-header".into(), header.into());
        }
        properties.insert(param.name.into(), schema.into());
    }
    required.extend(
        params.iter().filter(|p| p.role == Role::Argument && p.is_required()).map(|param| Value::from(param.name)),
    );
    let mut object = Object::new();
    object.insert("type".into(), "object".into());
    object.insert("properties".into(), properties.into());
    if !required.is_empty() {
        object.insert("required".into(), required.into());
    }
    object.insert("additionalProperties".into(), false.into());
    add_definitions(&mut object, generator);
    let mut schema = Value::Object(object);
    super::hoist::hoist(&mut schema);
    Ok(schema)
}

/// Alternatives that are all objects are an object, which MCP wants to see at once.
fn object_of_alternatives(object: &mut Object) {
    let resolved = |member: &Value| {
        let name = member.as_object().and_then(name_in);
        let target = name.and_then(|name| object.get("$defs")?.get(&name));
        target.unwrap_or(member).get("type").is_some_and(|kind| kind == "object")
    };
    let members = ["oneOf", "anyOf"].iter().find_map(|key| object.get(*key)?.as_array());
    if !object.contains_key("type") && members.is_some_and(|members| members.iter().all(resolved)) {
        object.insert("type".into(), "object".into());
    }
}

/// Whether a struct of all arguments has no others than its fields, though serde would let others pass.
pub(crate) fn is_closed(whole: &ParamSpec, schema: &Object) -> bool {
    let fields = (whole.fields)();
    let open =
        ["additionalProperties", "unevaluatedProperties", "patternProperties", "anyOf", "oneOf", "allOf", "$schema"];
    let known = |properties: &Object| properties.keys().all(|name| fields.contains(&name.as_str()));
    !open.iter().any(|key| schema.contains_key(*key))
        && schema.get("properties").and_then(Value::as_object).map_or(!fields.is_empty(), known)
        && (schema.contains_key("properties") || !fields.is_empty())
}

/// Whether nothing but types is asked: no probing, and no compiling, before a call is refused.
pub(crate) fn is_plain(schema: &Value) -> bool {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return false };
    let extra = |key: &&String| {
        !["type", "properties", "required", "additionalProperties", "title", "description"].contains(&key.as_str())
    };
    !schema.as_object().is_some_and(|object| object.keys().any(|key| extra(&key)))
        && properties.values().all(|property| {
            let Some(property) = property.as_object() else { return false };
            let natural = property.get("format").and_then(Value::as_str).is_some_and(|format| {
                format == "double" || format == "float" || super::rules::natural(format).is_some()
            });
            let is = |kind: &str| property.get("type").is_some_and(|t| *t == kind || *t == json!([kind, "null"]));
            let minimum = property.get("minimum").is_none_or(|low| *low == 0 && is("integer"))
                && (property.get("minimum").is_none()
                    || property.get("format").is_some_and(|f| f.as_str().is_some_and(|f| f.starts_with('u'))));
            let kind = is("string") || is("boolean") || (is("integer") || is("number")) && natural;
            kind && minimum
                && property.keys().all(|key| {
                    ["type", "description", "default", "title", "x-mcp-header", "writeOnly", "minimum"]
                        .contains(&key.as_str())
                        || key == "format" && natural
                        || key == "maximum"
                            && natural
                            && property.get("maximum").is_some_and(|high| is_natural_high(property, high))
                })
        })
}

fn is_natural_high(property: &Object, high: &Value) -> bool {
    let natural = property.get("format").and_then(Value::as_str).and_then(super::rules::natural);
    natural.is_some_and(|(_, most)| high.as_i64().map(i128::from) == Some(most))
        && property.get("minimum").and_then(Value::as_i64).map(i128::from) == natural.map(|(least, _)| least)
}

/// A schema at the root of a document of its own: a reference to a definition becomes the definition itself.
fn rooted(schema: Schema, generator: SchemaGenerator) -> Value {
    let mut value = schema.to_value();
    let name = value.as_object().and_then(name_in);
    if let (Value::Object(object), Some(name)) = (&mut value, name)
        && let Some(Value::Object(definition)) = generator.definitions().get(&name)
    {
        let mut definition = definition.clone();
        // The name of a Rust type is no title.
        if definition.get("title").is_some_and(|title| *title == name.as_str()) {
            definition.remove("title");
        }
        object.remove("$ref");
        definition.extend(std::mem::take(object));
        value = Value::Object(definition);
    }
    if let Value::Object(object) = &mut value {
        add_definitions(object, generator);
    }
    super::hoist::hoist(&mut value);
    value
}

/// Adds the definitions that are referred to, beside those that a schema written by hand brings along.
fn add_definitions(object: &mut Object, mut generator: SchemaGenerator) {
    let mut definitions = generator.take_definitions(true);
    for (name, definition) in &mut definitions {
        // A schema written by hand that refers to itself as the root.
        let itself = format!("#/$defs/{}", name.replace('~', "~0").replace('/', "~1").replace('%', "%25"));
        super::hoist::follow(definition, "#", &itself);
    }
    // Only what is reached: the root's own definition often is not.
    let mut wanted = Object::new();
    let mut reached: Vec<String> = references(object.values()).into_keys().collect();
    reached.extend(name_in(object));
    while let Some(name) = reached.pop() {
        if let (Some(definition), false) = (definitions.get(&name), wanted.contains_key(&name)) {
            reached.extend(references([definition]).into_keys());
            wanted.insert(name, definition.clone());
        }
    }
    if !wanted.is_empty() {
        match object.get_mut("$defs") {
            Some(Value::Object(own)) => own.extend(wanted),
            _ => drop(object.insert("$defs".into(), wanted.into())),
        }
    }
}

/// A header repeats one integer, string or boolean, under a name of its own.
///
/// Spec: basic/transports/streamable-http, "Custom Headers".
fn check_header(params: &[ParamSpec], param: &ParamSpec, header: &str, schema: &Object) -> Result<(), String> {
    let alone = super::portable::pass(of_param(param), super::portable::Side::Input);
    let is = |schema: Option<&Value>| {
        let mut kinds = match schema {
            Some(Value::String(kind)) => vec![kind.as_str()],
            Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        kinds.retain(|kind| *kind != "null");
        if let [kind] = kinds.as_slice() { Some((*kind).to_owned()) } else { None }
    };
    let kind = is(schema.get("type")).or_else(|| is(alone.get("type"))).unwrap_or_else(|| "no single type".to_owned());
    if !matches!(kind.as_str(), "integer" | "string" | "boolean") {
        return Err(format!(
            "`{}` has a header and is {kind}; only an integer, a string or a boolean may have one",
            param.name
        ));
    }
    let same = |other: &&ParamSpec| other.header.is_some_and(|other| other.eq_ignore_ascii_case(header));
    if params.iter().filter(same).count() > 1 {
        return Err(format!("the header `{header}` stands for two arguments; give one of them another name"));
    }
    Ok(())
}
