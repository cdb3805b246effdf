//! The laws of portability, over the whole corpus.

use crate::corpus::{self, Case, Direction};
use crate::harness::{Findings, PROFILES, listed, schema, shown, validator};
use crate::walk::{Node, Place, inlined_size, is_recursive, nodes, references, target};
use lmcp::ProtocolVersion;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Looks at the portable input schema of each type.
async fn each(law: &'static str, look: impl Fn(&Case, &Value, &mut dyn FnMut(String))) {
    let mut findings = Findings::of(law);
    for case in corpus::cases() {
        let Some(tool) = listed(&case, "portable", ProtocolVersion::LATEST).await else { continue };
        if let Some(schema) = schema(&tool, Direction::Input) {
            look(&case, schema, &mut |what| findings.add(&case, what));
        }
    }
    findings.done();
}

/// Looks at each schema inside of the portable input schemas.
async fn each_node(law: &'static str, look: impl Fn(&Node<'_>) -> Option<String>) {
    each(law, |_, schema, add| {
        for node in nodes(schema) {
            if let Some(what) = look(&node) {
                add(format!("{}: {what}", if node.path.is_empty() { "the root" } else { &node.path }));
            }
        }
    })
    .await;
}

/// Whether `type` allows this one.
fn has_type(schema: &Value, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(only)) => only == name,
        Some(Value::Array(types)) => types.iter().any(|t| t == name),
        _ => false,
    }
}

#[tokio::test]
async fn every_schema_of_every_profile_is_json_schema() {
    let mut findings = Findings::of("every listed schema is one by the metaschema of JSON Schema 2020-12");
    let versions = [ProtocolVersion::LATEST, ProtocolVersion::V2025_06_18];
    for case in corpus::cases() {
        for (profile, version) in PROFILES.into_iter().flat_map(|p| versions.map(|v| (p, v))) {
            let Some(tool) = listed(&case, profile, version).await else { continue };
            for direction in [Direction::Input, Direction::Output] {
                let Some(schema) = schema(&tool, direction) else { continue };
                if let Err(e) = jsonschema::draft202012::meta::validate(schema) {
                    findings.add(&case, format!("{profile}, {version}, {direction:?}: `{}`: {e}", e.instance_path()));
                } else if let Err(e) = validator(schema) {
                    findings.add(&case, format!("{profile}, {version}, {direction:?}: {e}"));
                }
            }
        }
    }
    findings.done();
}

#[tokio::test]
async fn references_are_only_where_they_must_be() {
    each("no `$ref`, unless it is recursive or the schema would more than double", |_, schema, add| {
        let size = schema.to_string().len();
        let inlined = inlined_size(schema);
        let mut seen = BTreeSet::new();
        for reference in nodes(schema).iter().filter_map(|node| node.schema.get("$ref").and_then(Value::as_str)) {
            if seen.insert(reference) && !is_recursive(schema, reference) && inlined <= 2 * size {
                add(format!("{reference}: {size} bytes, {inlined} without such references"));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn references_lead_somewhere_and_definitions_are_used() {
    each("each `$ref` leads to a definition, and to each definition leads a `$ref`", |_, schema, add| {
        for node in nodes(schema) {
            if let Some(reference) = node.schema.get("$ref").and_then(Value::as_str)
                && target(schema, reference).is_none()
            {
                add(format!("{}: {reference} leads nowhere", node.path));
            }
            if node.place == Place::Unused {
                add(format!("{}: not used", node.path));
            }
            if node.schema.get("$id").is_some_and(Value::is_string) && node.place != Place::Root {
                add(format!("{}: `$id` makes another document of it, with references of its own", node.path));
            }
        }
        if !references(schema).is_empty() && schema.get("$ref").is_some() {
            add("the root is a reference".into());
        }
    })
    .await;
}

/// `null` is a value of its own among items and under keys of the sender's choice, in a property that must be there, and
/// where nothing else is allowed. What may be absent has no use for it.
#[tokio::test]
async fn null_is_only_where_it_is_a_value_of_its_own() {
    each_node("no `null` in a `type`, an `enum` or a union where the value may be absent", |node| {
        let may_be_absent = matches!(node.place, Place::Root | Place::Optional);
        let null_only =
            node.schema.get("type").is_some_and(|t| t == "null") || node.schema.get("const") == Some(&Value::Null);
        let only = null_only && !node.member;
        if !may_be_absent || only {
            return None;
        }
        let in_enum = node.schema.get("enum").and_then(Value::as_array).is_some_and(|v| v.contains(&Value::Null));
        let is_null = |key| node.schema.get(key).is_some_and(Value::is_null);
        let nullable = node.schema.get("nullable").is_some();
        let found = has_type(node.schema, "null")
            || in_enum
            || (is_null("const") && node.member)
            || is_null("default")
            || nullable;
        found.then(|| shown(node.schema))
    })
    .await;
}

#[tokio::test]
async fn the_root_is_a_plain_object() {
    each("the root is of type object, and no union", |_, schema, add| {
        if schema.get("type") != Some(&json!("object")) {
            add(format!("the root: no object: {}", shown(schema)));
        }
        for union in ["oneOf", "anyOf", "allOf"] {
            if schema.get(union).is_some() {
                add(format!("the root: {union}"));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn arrays_say_of_what() {
    each_node("every array has `items`", |node| {
        (has_type(node.schema, "array") && !node.schema.get("items").is_some_and(Value::is_object))
            .then(|| shown(node.schema))
    })
    .await;
}

#[tokio::test]
async fn objects_have_properties() {
    each_node("every object has `properties`", |node| {
        (has_type(node.schema, "object") && !node.schema.get("properties").is_some_and(Value::is_object))
            .then(|| shown(node.schema))
    })
    .await;
}

#[tokio::test]
async fn no_schema_is_a_boolean() {
    each_node("no schema is a boolean; `additionalProperties` may be", |node| {
        (!node.schema.is_object()).then(|| shown(node.schema))
    })
    .await;
}

const FORMATS: [&str; 19] = [
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uuid",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
];

#[tokio::test]
async fn formats_are_those_of_json_schema() {
    each_node("every `format` is one that JSON Schema 2020-12 knows", |node| {
        let format = node.schema.get("format")?;
        let known = format.as_str().is_some_and(|format| FORMATS.contains(&format));
        (!known).then(|| shown(format))
    })
    .await;
}

#[tokio::test]
async fn no_dialect_is_named() {
    each_node("no `$schema`", |node| node.schema.get("$schema").map(shown)).await;
}

#[tokio::test]
async fn no_title_repeats_the_name_of_a_type() {
    each("no `title` is the name of a Rust type", |case, schema, add| {
        let names = case.type_names();
        for node in nodes(schema) {
            if let Some(title) = node.schema.get("title").and_then(Value::as_str)
                && names.contains(title)
            {
                add(format!("{}: {title}", node.path));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn titles_of_their_own_stay() {
    each("a title that somebody wrote stays", |case, schema, add| {
        let raw = case.raw(Direction::Input);
        let names = case.type_names();
        let text = schema.to_string();
        for title in nodes(&raw).iter().filter_map(|node| node.schema.get("title").and_then(Value::as_str)) {
            if !names.contains(title) && !text.contains(&format!("\"title\":{}", json!(title))) && title.contains(' ') {
                add(format!("{title:?} is gone"));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn choices_of_strings_are_one_enum() {
    each_node("a choice of strings is one `enum`", |node| {
        let is_text = |member: &Value| {
            let mut values =
                member.get("enum").and_then(Value::as_array).into_iter().flatten().chain(member.get("const"));
            values.clone().next().is_some() && values.all(Value::is_string) && member.get("title").is_none()
        };
        let mut unions = ["oneOf", "anyOf"].into_iter().filter_map(|union| node.schema.get(union)?.as_array());
        let found = unions.any(|members| members.iter().filter(|member| is_text(member)).count() > 1);
        found.then(|| shown(node.schema))
    })
    .await;
}

#[tokio::test]
async fn descriptions_of_variants_stay() {
    each("what is said of a variant is still said", |case, schema, add| {
        let raw = case.raw(Direction::Input);
        let text = schema.to_string();
        // Where a reference was followed, the words are a type's.
        for node in nodes(&raw).iter().filter(|node| node.member && !node.path.ends_with(')')) {
            let Some(description) = node.schema.get("description").and_then(Value::as_str) else { continue };
            let words = json!(description).to_string();
            if !text.contains(words.trim_matches('"')) {
                add(format!("{}: {words} is gone", node.path));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn integers_have_their_bounds() {
    each("unsigned integers have a minimum, small ones both bounds", |case, schema, add| {
        let (low, high) = match (case.whole, case.tool) {
            (false, "int8") => (json!(i8::MIN), json!(i8::MAX)),
            (false, "int16") => (json!(i16::MIN), json!(i16::MAX)),
            (false, "uint8" | "opt_number" | "boxed" | "cell") => (json!(0), json!(u8::MAX)),
            (false, "uint16" | "wrapping") => (json!(0), json!(u16::MAX)),
            (false, "uint32" | "uint64" | "uint128" | "uint_size") => (json!(0), Value::Null),
            (false, "nonzero_u8") => (json!(1), json!(u8::MAX)),
            (false, "nonzero_u64" | "nonzero_usize") => (json!(1), Value::Null),
            _ => return,
        };
        let found = &schema["properties"]["value"];
        if found["minimum"] != low || (!high.is_null() && found["maximum"] != high) {
            add(format!("{} and not from {low} to {high}", shown(found)));
        }
    })
    .await;
}

#[tokio::test]
async fn arguments_that_the_macro_made_are_closed() {
    each("`additionalProperties: false` on arguments that the macro made", |case, schema, add| {
        if !case.whole && schema.get("additionalProperties") != Some(&json!(false)) {
            add(format!("the root: {}", shown(schema)));
        }
    })
    .await;
}

#[tokio::test]
async fn schemas_are_not_much_larger_than_before() {
    each("a schema has at most twice the size of schemars' own, and a little", |case, schema, add| {
        let raw = case.raw(Direction::Input).to_string().len();
        let size = schema.to_string().len();
        if size > 2 * raw + 400 || size > 16 * 1024 {
            add(format!("{size} bytes, from {raw}"));
        }
    })
    .await;
}
