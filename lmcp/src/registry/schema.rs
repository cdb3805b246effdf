//! Schemas of parameters and results, from schemars to what a tool's definition carries.
//!
//! One pass over schemars' output: everything inlined that can be, no names of Rust types, no formats that JSON
//! Schema does not know, no `null` unions in inputs.

use crate::handler::parameter::{ParamSpec, Role};
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

type Object = Map<String, Value>;

/// A generator for what handlers take.
pub(crate) fn input_generator() -> SchemaGenerator {
    settings().for_deserialize().into_generator()
}

/// A generator for what handlers give.
pub(crate) fn output_generator() -> SchemaGenerator {
    settings().for_serialize().into_generator()
}

/// The schema of a type on its own.
pub(crate) fn of_type<T: schemars::JsonSchema>() -> Value {
    let mut generator = input_generator();
    let schema = generator.subschema_for::<T>();
    let mut schema = finish(schema, &mut generator, true);
    if let Value::Object(object) = &mut schema {
        add_definitions(object, &mut generator, true);
    }
    schema
}

fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    })
}

/// The input schema of a function with these parameters, or why it has none.
pub(crate) fn input(params: &[ParamSpec]) -> Result<Value, String> {
    let mut generator = input_generator();
    if let Some(whole) = params.iter().find(|p| p.role == Role::Arguments) {
        let schema = whole.schema.map(|schema| schema(&mut generator)).unwrap_or_default();
        // A schema written by hand may name its dialect; schemars leaves that out.
        let dialect = schema.get("$schema").cloned();
        let mut schema = finish(schema, &mut generator, true);
        let Value::Object(object) = &mut schema else {
            return Err("the schema of its `Args<T>` is no object".into());
        };
        if object.get("type") != Some(&json!("object")) {
            let is = object.get("type").map_or("no object".into(), |t| format!("of type {t}"));
            return Err(format!(
                "the schema of its `Args<T>` is {is}; `T` must be a struct with named fields or a map"
            ));
        }
        object.entry("properties").or_insert_with(|| json!({}));
        if let Some(dialect) = dialect {
            object.insert("$schema".into(), dialect);
        }
        add_definitions(object, &mut generator, true);
        return Ok(schema);
    }
    let mut properties = Object::new();
    let mut required = Vec::new();
    for param in params.iter().filter(|p| p.role == Role::Argument) {
        let schema = param.schema.map(|schema| schema(&mut generator)).unwrap_or_default();
        let mut schema = finish(schema, &mut generator, true);
        if !schema.is_object() {
            schema = json!({});
        }
        if let Value::Object(object) = &mut schema {
            if !param.is_required() {
                drop_null(object);
            }
            if let Some(description) = param.description {
                object.insert("description".into(), description.into());
            }
            if let Some(default) = &param.default {
                object.insert("default".into(), default.clone());
            }
            if let Some(header) = param.header {
                check_header(params, param, header, object)?;
                object.insert("x-mcp-header".into(), header.into());
            }
        }
        properties.insert(param.name.into(), schema);
        if param.is_required() {
            required.push(Value::from(param.name));
        }
    }
    let mut object = Object::new();
    object.insert("type".into(), "object".into());
    object.insert("properties".into(), properties.into());
    if !required.is_empty() {
        object.insert("required".into(), required.into());
    }
    object.insert("additionalProperties".into(), false.into());
    add_definitions(&mut object, &mut generator, true);
    Ok(Value::Object(object))
}

/// A header repeats one integer, string or boolean, under a name of its own.
///
/// Spec: basic/transports/streamable-http, "Custom Headers".
fn check_header(params: &[ParamSpec], param: &ParamSpec, header: &str, schema: &Object) -> Result<(), String> {
    let kind = schema.get("type").and_then(Value::as_str).unwrap_or("no single type");
    if !matches!(kind, "integer" | "string" | "boolean") {
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

/// The output schema, with `null` among its values if the function gives an `Option`.
pub(crate) fn output(schema: fn(&mut SchemaGenerator) -> Option<Schema>, nullable: bool) -> Option<Value> {
    let mut generator = output_generator();
    let schema = schema(&mut generator)?;
    let mut schema = finish(schema, &mut generator, false);
    if nullable {
        schema = json!({ "anyOf": [schema, { "type": "null" }] });
    }
    if let Value::Object(object) = &mut schema {
        add_definitions(object, &mut generator, false);
    }
    Some(schema)
}

/// Adds the definitions of recursive types, which cannot be inlined.
fn add_definitions(object: &mut Object, generator: &mut SchemaGenerator, input: bool) {
    let mut definitions = generator.take_definitions(true);
    if !definitions.is_empty() {
        definitions.values_mut().for_each(|definition| tidy(definition, input));
        // Beside those that a schema written by hand brings along.
        match object.get_mut("$defs") {
            Some(Value::Object(own)) => own.extend(definitions),
            _ => drop(object.insert("$defs".into(), definitions.into())),
        }
    }
}

/// Whether every value of this schema is an object.
pub(crate) fn is_object(schema: &Value) -> bool {
    schema.get("type").is_some_and(|t| t == "object")
}

/// The output schema before 2026-07-28, where structured content must be an object.
pub(crate) fn wrapped(schema: &Value) -> Value {
    let mut inner = schema.clone();
    let definitions = inner.as_object_mut().and_then(|object| object.remove("$defs"));
    let mut outer = json!({ "type": "object", "properties": { "result": inner }, "required": ["result"] });
    if let (Value::Object(object), Some(definitions)) = (&mut outer, definitions) {
        object.insert("$defs".into(), definitions);
    }
    outer
}

/// The schema of one parameter on its own, for completion and for prompts.
pub(crate) fn of_param(param: &ParamSpec) -> Value {
    let mut generator = input_generator();
    let schema = param.schema.map(|schema| schema(&mut generator)).unwrap_or_default();
    let mut schema = finish(schema, &mut generator, true);
    if let Value::Object(object) = &mut schema {
        drop_null(object);
    }
    schema
}

/// The values a schema allows, when they are a few strings or booleans: they complete by themselves.
pub(crate) fn choices(schema: &Value) -> Vec<String> {
    if schema.get("type").is_some_and(|t| t == "boolean") {
        return vec!["true".into(), "false".into()];
    }
    if let Some(Value::Array(values)) = schema.get("enum") {
        return values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    }
    if let Some(Value::String(value)) = schema.get("const") {
        return vec![value.clone()];
    }
    for union in ["oneOf", "anyOf"] {
        if let Some(Value::Array(members)) = schema.get(union) {
            return members.iter().flat_map(choices).collect();
        }
    }
    Vec::new()
}

fn finish(schema: Schema, generator: &mut SchemaGenerator, input: bool) -> Value {
    let mut value = schema.to_value();
    if let Value::Object(object) = &mut value {
        object.remove("$schema");
        // A recursive type at the root comes as a reference to its definition: put the definition here.
        if let Some(name) = object.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix("#/$defs/"))
            && let Some(Value::Object(definition)) = generator.definitions().get(name)
        {
            let mut definition = definition.clone();
            object.remove("$ref");
            definition.extend(std::mem::take(object));
            value = Value::Object(definition);
        }
    }
    tidy(&mut value, input);
    value
}

/// Takes out what says nothing to a client, at every depth.
fn tidy(value: &mut Value, input: bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| tidy(item, input)),
        Value::Object(object) => {
            // A choice's title is what a person chooses by; any other is the name of a Rust type.
            if object.get("title").is_some_and(Value::is_string) && !object.contains_key("const") {
                object.remove("title");
            }
            tidy_format(object);
            if input {
                drop_nulls(object);
            }
            merge_constants(object);
            for (key, inner) in object.iter_mut() {
                match key.as_str() {
                    // Data, not schemas; and conditions, whose meaning a smaller schema would change.
                    "default" | "const" | "enum" | "examples" | "not" | "if" | "then" | "else" => {}
                    // A map of schemas, whose keys are the user's.
                    "properties" | "$defs" | "patternProperties" => {
                        if let Value::Object(schemas) = inner {
                            schemas.values_mut().for_each(|schema| tidy(schema, input));
                        }
                    }
                    _ => tidy(inner, input),
                }
            }
        }
        _ => {}
    }
}

/// `uint8`, `int64`, `double` and their like: not JSON Schema's. Their bounds stay.
fn tidy_format(object: &mut Object) {
    let bounds = match object.get("format").and_then(Value::as_str) {
        Some("int8") => Some((-128, 127)),
        Some("int16") => Some((-32768, 32767)),
        Some("uint8") => Some((0, 255)),
        Some("uint16") => Some((0, 65535)),
        Some("int32" | "int64" | "int128" | "int" | "uint" | "uint32" | "uint64" | "uint128" | "float" | "double") => {
            None
        }
        _ => return,
    };
    object.remove("format");
    if let Some((low, high)) = bounds {
        object.entry("minimum").or_insert_with(|| low.into());
        object.entry("maximum").or_insert_with(|| high.into());
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

fn drop_null(object: &mut Object) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|t| t != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|v| !v.is_null());
    }
    if let Some(Value::Array(members)) = object.get_mut("anyOf") {
        let is_null = |m: &Value| m.get("type").is_some_and(|t| t == "null");
        if !members.iter().all(is_null) {
            members.retain(|m| !is_null(m));
        }
        if let [Value::Object(only)] = members.as_slice() {
            let mut only = only.clone();
            object.remove("anyOf");
            // What was said beside the union (a description) wins over what the type says.
            only.extend(std::mem::take(object));
            *object = only;
        }
    }
    if object.get("default").is_some_and(Value::is_null) {
        object.remove("default");
    }
}

/// Unit variants come as a union of constants: one `enum`, with the variants' descriptions in the description.
fn merge_constants(object: &mut Object) {
    let Some(Value::Array(members)) = object.get("oneOf") else { return };
    let mut values = Vec::new();
    let mut notes = Vec::new();
    for member in members {
        let Some(member) = member.as_object() else { return };
        if member.get("type").is_none_or(|t| t != "string") || member.contains_key("title") {
            return;
        }
        let these: Vec<Value> = match (member.get("const"), member.get("enum")) {
            (Some(value), _) => vec![value.clone()],
            (None, Some(Value::Array(values))) => values.clone(),
            _ => return,
        };
        if let (Some(note), [Value::String(name)]) =
            (member.get("description").and_then(Value::as_str), these.as_slice())
        {
            notes.push(format!("- {name}: {note}"));
        }
        values.extend(these);
    }
    object.remove("oneOf");
    object.insert("type".into(), "string".into());
    object.insert("enum".into(), values.into());
    if !notes.is_empty() {
        let before = object.get("description").and_then(Value::as_str).map(|d| format!("{d}\n")).unwrap_or_default();
        object.insert("description".into(), format!("{before}{}", notes.join("\n")).into());
    }
}
