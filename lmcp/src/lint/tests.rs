//! Every rule, with something that trips it and something near it that does not.

mod definitions;

use super::*;
use serde_json::json;

/// The rules that a schema breaks, each with its path.
fn broken(schema: &Value, target: Target) -> Vec<String> {
    input(schema, target).iter().map(|f| format!("{} {}", f.rule, f.path.as_deref().unwrap_or("-"))).collect()
}

#[track_caller]
fn trips(target: Target, schema: Value, expected: &[&str]) {
    assert_eq!(broken(&schema, target), expected, "{target}: {schema}");
}

/// Arguments with one that has this schema.
fn with(schema: Value) -> Value {
    json!({ "type": "object", "properties": { "a": schema }, "required": ["a"], "additionalProperties": false })
}

#[test]
fn the_root_is_a_plain_object() {
    use Target::{Anthropic, Clients, Gemini, OpenAiStrict};
    for target in Target::ALL {
        let closed: &[&str] = if target == Gemini { &["gemini-keyword input"] } else { &[] };
        trips(target, with(json!({ "type": "string" })), closed);
        let none = broken(&json!({ "type": "string" }), target);
        assert!(none.contains(&"root-type input".to_owned()), "{target}: {none:?}");
    }
    let bare = json!({ "type": "object", "additionalProperties": false });
    trips(Clients, bare.clone(), &["root-properties input"]);
    trips(OpenAiStrict, bare.clone(), &["root-properties input"]);
    trips(Anthropic, bare, &[]);
    for key in ["oneOf", "anyOf", "allOf"] {
        let mut schema = json!({ "type": "object", "properties": {}, "additionalProperties": false });
        schema[key] = json!([schema]);
        trips(Clients, schema.clone(), &["root-combinator input"]);
        trips(OpenAiStrict, schema.clone(), &["root-combinator input"]);
        assert!(broken(&schema, Anthropic).contains(&"root-combinator input".to_owned()));
    }
    let not = json!({ "type": "object", "properties": {}, "not": { "required": ["a"] } });
    trips(Clients, not.clone(), &["root-combinator input"]);
    assert!(!broken(&not, Anthropic).contains(&"root-combinator input".to_owned()));
    let dialect =
        json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {} });
    trips(Clients, dialect, &["dialect input"]);
}

/// An `Option` around a map's value or a list's item cannot be left out: it is what is wrong.
#[test]
fn where_null_comes_from_an_option_it_says_so() {
    let instead = |schema: Value| {
        let findings = input(&with(schema), Target::Clients);
        findings.iter().find(|f| f.rule == "null").map(|f| f.instead.clone()).expect("a finding")
    };
    let maybe = || json!({ "type": ["integer", "null"] });
    let map = json!({ "type": "object", "additionalProperties": maybe() });
    assert_eq!(instead(map), "take the `Option` off the map's values");
    assert_eq!(instead(json!({ "type": "array", "items": maybe() })), "take the `Option` off the list's items");
    assert!(instead(maybe()).starts_with("leave it out of `required`"));
}

#[test]
fn clients_refuse() {
    let cases: &[(Value, &[&str])] = &[
        (json!({ "type": "string" }), &[]),
        (json!(true), &["boolean-schema input.a"]),
        (json!({ "type": "array" }), &["array-items input.a"]),
        (json!({ "type": "array", "items": { "type": "array" } }), &["array-items input.a[]"]),
        (json!({ "type": "array", "items": { "type": "string" } }), &[]),
        (json!({ "type": ["string", "null"] }), &["null input.a"]),
        (json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }), &["null input.a"]),
        (json!({ "enum": ["x", null] }), &["null input.a"]),
        (json!({ "type": "null" }), &["null input.a"]),
        (json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] }), &[]),
        (json!({ "type": ["string", "integer"] }), &["type-union input.a"]),
        (json!({ "type": "string", "enum": [] }), &["enum input.a"]),
        (json!({ "type": "integer", "enum": [1, 2] }), &["enum input.a"]),
        (json!({ "type": "string", "enum": ["", "x"] }), &["enum input.a"]),
        (json!({ "type": "string", "enum": ["x"] }), &[]),
        (json!({ "type": "integer", "format": "uint8" }), &["format input.a"]),
        (json!({ "type": "string", "format": "date-time" }), &[]),
        (json!({ "type": "object", "properties": {}, "required": ["b"] }), &["required input.a"]),
        (json!({ "description": "Anything." }), &["untyped input.a"]),
        (json!({ "type": "object", "additionalProperties": { "type": "array" } }), &["array-items input.a.*"]),
        (json!({ "$ref": "https://example.com/schema" }), &["reference input.a"]),
        (json!({ "$ref": "#/$defs/None" }), &["reference input.a"]),
    ];
    for (schema, expected) in cases {
        trips(Target::Clients, with(schema.clone()), expected);
    }
    for (name, fits) in [("a.b-c_1", true), ("filter[id]", false), ("", false), (&*"x".repeat(65), false)] {
        let schema = json!({ "type": "object", "properties": { name: { "type": "string" } } });
        let path = format!("property-name input.{name}");
        for target in [Target::Clients, Target::Anthropic] {
            assert_eq!(!broken(&schema, target).contains(&path), fits, "{target} {name}");
        }
    }
}

#[test]
fn references_are_advice_while_they_lead_somewhere() {
    let tree = json!({
        "type": "object",
        "properties": { "node": { "$ref": "#/$defs/Node" }, "colour": { "$ref": "#/$defs/Colour" } },
        "$defs": {
            "Node": { "type": "object", "properties": { "next": { "$ref": "#/$defs/Node" } } },
            "Colour": { "type": "string" },
        },
    });
    let findings = input(&tree, Target::Clients);
    assert!(findings.iter().all(|finding| finding.rule == "reference" && !finding.is_error()), "{findings:#?}");
    let recursive = |path: &str| {
        let finding = findings.iter().find(|finding| finding.path.as_deref() == Some(path));
        finding.expect("it is found").message.contains("recursive")
    };
    assert_eq!((recursive("input.node"), recursive("input.colour")), (true, false));
    assert_eq!(walk::nesting(&tree, &tree), 2);
}

#[test]
fn openai_strict_refuses() {
    let object = |extra: Value| {
        let mut object = json!({ "type": "object", "properties": { "b": { "type": "string" } }, "required": ["b"] });
        object.as_object_mut().expect("it is one").extend(extra.as_object().cloned().unwrap_or_default());
        object
    };
    let cases: &[(Value, &[&str])] = &[
        (json!({ "type": ["string", "null"], "pattern": "^x" }), &[]),
        (json!({ "type": "integer", "minimum": 0, "multipleOf": 2 }), &[]),
        (json!({ "type": "string", "default": "x" }), &["openai-keyword input.a"]),
        (json!({ "type": "string", "maxLength": 3 }), &["openai-keyword input.a"]),
        (json!({ "oneOf": [{ "type": "string" }] }), &["openai-keyword input.a"]),
        (json!({ "anyOf": [{ "type": "string" }] }), &[]),
        (json!({ "type": "string", "format": "uri" }), &["openai-format input.a"]),
        (json!({ "type": "string", "format": "uuid" }), &[]),
        (json!({ "description": "Anything." }), &["openai-type input.a"]),
        (json!(true), &["boolean-schema input.a"]),
        (json!({ "type": "array" }), &["array-items input.a"]),
        (json!({ "type": "string", "enum": [] }), &["enum input.a"]),
        (object(json!({})), &["openai-open input.a"]),
        (object(json!({ "additionalProperties": false })), &[]),
        (object(json!({ "additionalProperties": false, "required": [] })), &["openai-required input.a.b"]),
        (json!({ "$ref": "#/properties/a", "description": "x" }), &["openai-reference input.a"]),
        (json!({ "$ref": "#/properties/a" }), &[]),
        (json!({ "$ref": "#/$defs/None" }), &["openai-reference input.a"]),
    ];
    for (schema, expected) in cases {
        trips(Target::OpenAiStrict, with(schema.clone()), expected);
    }
}

#[test]
fn openai_strict_has_limits() {
    let nested = |levels: usize| (1..levels).fold(with(json!({ "type": "string" })), |inner, _| with(inner));
    trips(Target::OpenAiStrict, nested(10), &[]);
    trips(Target::OpenAiStrict, nested(11), &["openai-depth input"]);

    let many = |count: usize, length: usize| -> Vec<String> { (0..count).map(|n| format!("{n:0length$}")).collect() };
    let wide = |count: usize, length: usize| {
        let names = many(count, length);
        let properties: Value = names.iter().map(|name| (name.clone(), json!({ "type": "string" }))).collect();
        json!({ "type": "object", "properties": properties, "required": names, "additionalProperties": false })
    };
    trips(Target::OpenAiStrict, wide(5000, 4), &[]);
    trips(Target::OpenAiStrict, wide(5001, 4), &["openai-properties input"]);
    trips(Target::OpenAiStrict, wide(1200, 100), &[]);
    trips(Target::OpenAiStrict, wide(1201, 100), &["openai-names input"]);

    let choice = |count: usize, length: usize| with(json!({ "type": "string", "enum": many(count, length) }));
    trips(Target::OpenAiStrict, choice(1000, 4), &[]);
    trips(Target::OpenAiStrict, choice(1001, 4), &["openai-enum input"]);
    trips(Target::OpenAiStrict, choice(250, 100), &[]);
    trips(Target::OpenAiStrict, choice(251, 100), &["openai-enum input.a"]);
}

#[test]
fn gemini_refuses() {
    let cases: &[(Value, &[&str])] = &[
        (json!({ "type": "string", "maxLength": 3, "default": "x", "nullable": true }), &[]),
        (json!({ "type": "string", "const": "x" }), &["gemini-keyword input.a"]),
        (json!({ "type": "integer", "exclusiveMinimum": 0 }), &["gemini-keyword input.a"]),
        (json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] }), &[]),
        (json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }), &["gemini-type input.a.anyOf[1]"]),
        (json!({ "type": ["string", "null"] }), &["gemini-type input.a"]),
        (json!({ "type": ["string"] }), &["gemini-type input.a"]),
        (json!({ "description": "Anything." }), &["gemini-type input.a"]),
        (json!(true), &["boolean-schema input.a"]),
        (json!({ "type": "array" }), &["array-items input.a"]),
        (json!({ "type": "array", "items": { "type": "string" } }), &[]),
        (json!({ "type": "string", "enum": ["x"] }), &[]),
        (json!({ "type": "string", "enum": [""] }), &["gemini-enum input.a"]),
        (json!({ "type": "string", "enum": [] }), &["gemini-enum input.a"]),
        (json!({ "type": "integer", "enum": [1] }), &["gemini-enum input.a"]),
        (json!({ "type": "integer", "enum": ["1"] }), &["gemini-enum input.a"]),
        (json!({ "type": "string", "format": "date-time" }), &[]),
        (json!({ "type": "string", "format": "uri" }), &["gemini-format input.a"]),
        (json!({ "type": "integer", "format": "int64" }), &[]),
        (json!({ "type": "integer", "format": "uint8" }), &["gemini-format input.a"]),
        (json!({ "type": "object" }), &["gemini-empty-object input.a"]),
        (json!({ "type": "object", "properties": { "b": { "type": "string" } }, "required": ["b"] }), &[]),
        (
            json!({ "type": "object", "properties": { "b": { "type": "string" } }, "required": ["c"] }),
            &["required input.a"],
        ),
        (json!({ "type": "string", "properties": { "b": { "type": "string" } } }), &["gemini-type input.a"]),
    ];
    for (schema, expected) in cases {
        let schema = json!({ "type": "object", "properties": { "a": schema }, "required": ["a"] });
        trips(Target::Gemini, schema, expected);
    }
    let tuple = json!({ "type": "object", "properties": {}, "additionalProperties": false });
    let [finding] = &input(&tuple, Target::Gemini)[..] else { panic!("one finding") };
    assert!(finding.message.ends_with("only `parametersJsonSchema` does"), "{finding}");
}

#[test]
fn claude_refuses_little_and_its_strict_tool_use_more() {
    let cases: &[(Value, &[&str])] = &[
        (json!({ "type": ["string", "null"], "format": "uri", "default": "x" }), &[]),
        (json!({ "type": "integer", "minimum": 0 }), &["claude-strict-keyword input.a"]),
        (json!({ "type": "array", "minItems": 1 }), &[]),
        (json!({ "type": "array", "minItems": 2 }), &["claude-strict-keyword input.a"]),
        (json!({ "type": "string", "pattern": "^a\\\\b+$" }), &[]),
        (json!({ "type": "string", "pattern": "\\ba" }), &["claude-strict-keyword input.a"]),
        (json!({ "type": "string", "pattern": "(?=a)" }), &["claude-strict-keyword input.a"]),
        (json!({ "type": "object" }), &["claude-strict-open input.a"]),
        (json!({ "type": "string", "format": "regex" }), &["claude-strict-format input.a"]),
        (json!({ "enum": [{ "x": 1 }] }), &["claude-strict-enum input.a"]),
        (json!({ "$ref": "#/properties/a" }), &["claude-strict-reference input.a"]),
        (json!({ "$ref": "https://example.com" }), &["claude-strict-reference input.a"]),
        (json!({ "$ref": "#" }), &["claude-strict-reference input.a"]),
    ];
    for (schema, expected) in cases {
        let schema = with(schema.clone());
        trips(Target::Anthropic, schema.clone(), expected);
        assert!(!input(&schema, Target::Anthropic).iter().any(Finding::is_error), "{schema}");
    }
    let dangling = input(&with(json!({ "$ref": "#/$defs/None" })), Target::Anthropic);
    assert!(matches!(&dangling[..], [finding] if finding.is_error() && finding.rule == "reference"), "{dangling:?}");
}

#[test]
fn every_rule_is_on_the_page() {
    let sources = [
        include_str!("anthropic.rs"),
        include_str!("clients.rs"),
        include_str!("definition.rs"),
        include_str!("gemini.rs"),
        include_str!("openai.rs"),
    ];
    let page = include_str!("../docs/check.md");
    let mut rules = std::collections::BTreeSet::new();
    for source in sources {
        for call in ["Finding::error(", "Finding::advice(", "limit(", "add("] {
            let arguments = source.split(call).skip(1).map(str::trim_start);
            let named = arguments.filter_map(|arguments| arguments.strip_prefix('"')?.split_once('"'));
            rules.extend(named.map(|(rule, _)| rule).filter(|rule| !rule.contains(' ')));
        }
    }
    assert!(rules.len() > 35, "{rules:?}");
    for rule in rules {
        assert!(page.contains(&format!("`{rule}`")), "{rule} is not in docs/check.md");
    }
}
