//! Schemas written by hand, with what no derive would write.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;

macro_rules! handwritten {
    ($($(#[doc = $about:literal])* $name:ident($inner:ty) = $schema:tt;)*) => { $(
        $(#[doc = $about])*
        #[derive(Serialize, Deserialize)]
        struct $name($inner);
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )* };
}

handwritten! {
    /// A whole document.
    Document(Map<String, Value>) = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.com/document",
        "$anchor": "document",
        "$comment": "Not for everybody.",
        "title": "Document",
        "type": "object",
        "properties": { "a": { "type": "integer", "format": "int64" }, "b": { "type": ["string", "null"] } },
        "required": ["a"],
    };
    Conditional(Map<String, Value>) = {
        "type": "object",
        "properties": { "country": { "enum": ["us", "ca"] }, "code": { "type": "string" } },
        "required": ["country"],
        "if": { "properties": { "country": { "const": "us" } } },
        "then": { "properties": { "code": { "pattern": "^[0-9]{5}$" } } },
        "else": { "properties": { "code": { "pattern": "^[A-Z][0-9]" } } },
    };
    AllOf(Map<String, Value>) = {
        "type": "object",
        "allOf": [
            { "properties": { "a": { "type": "integer" } }, "required": ["a"] },
            { "type": "object", "properties": { "b": { "type": "string" } } },
        ],
    };
    Booleans(Map<String, Value>) = {
        "type": "object",
        "properties": { "any": true, "list": { "type": "array", "items": true }, "map": { "additionalProperties": true } },
        "patternProperties": { "^x-": true },
        "additionalProperties": false,
    };
    /// Lists that do not say of what.
    Lists(Map<String, Value>) = {
        "type": "object",
        "properties": {
            "bare": { "type": "array" },
            "maybe": { "type": ["array", "null"] },
            "inner": { "type": "array", "items": { "type": "array" } },
            "some": { "type": "array", "contains": { "type": "integer" } },
        },
    };
    /// Objects that do not say with what.
    Objects(Map<String, Value>) = {
        "type": "object",
        "properties": {
            "bare": { "type": "object" },
            "maybe": { "type": ["object", "null"] },
            "inner": { "type": "array", "items": { "type": "object" } },
            "sized": { "type": "object", "propertyNames": { "pattern": "^[a-z]+$" }, "minProperties": 1 },
        },
    };
    Unions(Map<String, Value>) = {
        "type": "object",
        "properties": {
            "types": { "type": ["string", "integer"] },
            "three": { "type": ["string", "integer", "null"] },
            "any": { "anyOf": [{ "type": "string" }, { "type": "integer" }, { "type": "null" }] },
            "one": { "oneOf": [{ "type": "null" }, { "type": "array", "items": { "type": ["string", "null"] } }] },
            "choice": { "enum": ["a", "b", null] },
            "mixed": { "enum": [1, "one", true] },
            "constant": { "const": null },
            "nullable": { "type": "string", "nullable": true },
            "described": { "description": "Says nothing of its type." },
            "not": { "not": { "type": "null" } },
        },
    };
    RootUnion(Map<String, Value>) = {
        "type": "object",
        "oneOf": [
            { "properties": { "a": { "type": "integer" } }, "required": ["a"] },
            { "properties": { "b": { "type": "integer" } }, "required": ["b"] },
        ],
    };
    /// Definitions under their former name, and a reference to the whole.
    Former(Map<String, Value>) = {
        "$id": "https://example.com/former",
        "type": "object",
        "properties": { "small": { "$ref": "#/definitions/small" } },
        "definitions": { "small": { "type": "integer", "maximum": 9 } },
    };
    Itself(Map<String, Value>) = {
        "$id": "https://example.com/itself",
        "type": "object",
        "properties": { "name": { "type": "string" }, "child": { "$ref": "#" } },
        "required": ["name"],
        "additionalProperties": false,
    };
    Dependent(Map<String, Value>) = {
        "type": "object",
        "properties": { "card": { "type": "string" }, "address": { "type": "string" } },
        "dependentRequired": { "card": ["address"] },
        "dependentSchemas": { "card": { "properties": { "address": { "minLength": 1 } } } },
        "unevaluatedProperties": false,
    };
    Formats(Map<String, Value>) = {
        "type": "object",
        "properties": {
            "time": { "type": "string", "format": "time" },
            "pointer": { "type": "string", "format": "json-pointer" },
            "template": { "type": "string", "format": "uri-template" },
            "regex": { "type": "string", "format": "regex" },
            "password": { "type": "string", "format": "password" },
            "byte": { "type": "string", "format": "byte" },
            "url": { "type": "string", "format": "url" },
        },
    };
    /// Numbers that stand for names.
    Numbers(u8) = { "type": "integer", "enum": [1, 2, 4] };
    Everything(Value) = true;
}

/// Hand-written schemas as fields.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Holder {
    document: Option<Document>,
    /// Any at all.
    everything: Everything,
    numbers: Vec<Numbers>,
    lists: Lists,
}

corpus! {
    unenforced;
    hand_document(args): Document = [{"a": 1}, {"a": 1, "b": "c"}, {"a": 0, "more": [1]}];
    hand_conditional(args): Conditional = [{"country": "us"}, {"country": "us", "code": "12345"}, {"country": "ca", "code": "K1"}];
    hand_all_of(args): AllOf = [{"a": 1}, {"a": 1, "b": ""}];
    hand_booleans(args): Booleans = [{}, {"any": 1, "list": [1, "a"], "map": {}}, {"x-a": 1}];
    hand_lists(args): Lists = [{}, {"bare": []}, {"bare": [1, "a"], "inner": [[1]], "some": [1]}, {"maybe": [1]}];
    hand_objects(args): Objects = [{}, {"bare": {}}, {"bare": {"a": 1}, "inner": [{}], "sized": {"a": 1}}, {"maybe": {}}];
    hand_unions(args): Unions = [
        {}, {"types": "a", "three": 1, "any": "a", "one": ["a", null], "choice": "a", "mixed": 1},
        {"types": 1, "nullable": "a", "described": [], "not": 1, "mixed": true},
    ];
    hand_root_union(args): RootUnion = [{"a": 1}, {"b": 1}];
    hand_former(args): Former = [{}, {"small": 9}];
    hand_itself(args): Itself = [
        {"name": ""}, {"name": "a", "child": {"name": "b"}}, {"name": "a", "child": {"name": "b", "child": {"name": "c"}}},
    ];
    hand_dependent(args): Dependent = [{}, {"card": "1", "address": "a"}, {"address": ""}];
    hand_formats(args): Formats = [{}, {"time": "12:00:00Z", "pointer": "/a", "password": "a", "byte": "YQ=="}];
    hand_numbers: Numbers = [1, 2, 4];
    hand_everything: Everything = [null, 1, "a", {}, []];
    hand_holder(args): Holder = [
        {"everything": 1, "numbers": [], "lists": {}},
        {"document": {"a": 1}, "everything": [], "numbers": [1, 4], "lists": {"bare": [1]}},
        {"document": null, "everything": {"a": null}, "numbers": [1, 4], "lists": {}},
    ];
}
