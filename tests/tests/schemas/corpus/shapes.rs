//! Structs: flattened, renamed, generic, transparent, empty, and with names that a schema might take for its own.

use super::tagged::Internal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;

/// A place.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct Point {
    /// To the right.
    x: i32,
    /// Up.
    y: i32,
}

/// Which page.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Paging {
    /// How many at most.
    limit: Option<u32>,
    #[serde(default)]
    offset: u32,
}

/// With the fields of another.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Flat {
    query: String,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct FlatMaybe {
    query: String,
    #[serde(flatten)]
    point: Option<Point>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct FlatMap {
    id: u8,
    /// The rest.
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct FlatNumbers {
    id: u8,
    #[serde(flatten)]
    rest: HashMap<String, u8>,
}

/// With the fields of one of several.
#[derive(Serialize, Deserialize, JsonSchema)]
struct FlatInternal {
    id: u8,
    #[serde(flatten)]
    shape: Internal,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Choice {
    ByName(String),
    ById { id: u8 },
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct FlatExternal {
    strict: bool,
    #[serde(flatten)]
    choice: Choice,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct FlatTwice {
    #[serde(flatten)]
    flat: Flat,
    #[serde(flatten)]
    point: Point,
    note: Option<String>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Renamed {
    first_name: String,
    #[serde(rename = "Last-Name")]
    last_name: Option<String>,
    r#type: u8,
    #[serde(alias = "nick")]
    nick_name: Option<String>,
    #[serde(skip)]
    #[allow(dead_code, reason = "neither read nor written")]
    secret: u8,
}

/// Names that mean something elsewhere.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Keywords {
    #[serde(rename = "$ref")]
    reference: String,
    #[serde(rename = "$schema")]
    schema: Option<String>,
    #[serde(rename = "$defs")]
    defs: Option<BTreeMap<String, u8>>,
    title: Option<String>,
    r#type: Option<String>,
    format: Option<String>,
    properties: Option<Point>,
    items: Vec<Option<u8>>,
    required: bool,
    r#enum: Option<Vec<Option<String>>>,
    r#const: Option<u8>,
    default: Option<u8>,
    #[serde(rename = "anyOf")]
    any_of: Option<Vec<Point>>,
    #[serde(rename = "additionalProperties")]
    additional: Option<bool>,
    examples: Option<u8>,
    not: Option<Point>,
    #[serde(rename = "if")]
    condition: Option<Point>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Unusual {
    #[serde(rename = "with space")]
    space: u8,
    #[serde(rename = "gr\u{f6}\u{df}e")]
    size: Option<u8>,
    #[serde(rename = "a/b~c")]
    pointer: Option<u8>,
    #[serde(rename = "")]
    empty: Option<u8>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Strict {
    a: u8,
    b: Option<Point>,
}

/// With a default for the whole.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Defaulted {
    /// How many.
    count: u8,
    name: String,
    list: Vec<u8>,
    maybe: Option<u8>,
    point: Point,
}
impl Default for Defaulted {
    fn default() -> Self {
        Defaulted { count: 3, name: "a".into(), list: vec![1], maybe: None, point: Point { x: 1, y: 2 } }
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
struct Transparent {
    inner: Vec<Point>,
}

/// An identifier.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Id(u64);

#[derive(Serialize, Deserialize, JsonSchema)]
struct TupleStruct(u8, Option<String>, Id);

#[derive(Serialize, Deserialize, JsonSchema)]
struct UnitStruct;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Empty {}

/// A number that knows its unit.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Typed<U> {
    value: f64,
    #[serde(default)]
    unit: PhantomData<U>,
}

/// One page of a longer list.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
    total: Option<u64>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Wrapper<T, U> {
    /// The first.
    first: T,
    second: Option<U>,
    both: Vec<(T, U)>,
}

/// Whatever comes.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Loose {
    /// Any value.
    anything: Value,
    object: Map<String, Value>,
    maybe: Option<Value>,
    list: Vec<Value>,
    unit: UnitStruct,
}

corpus! {
    point(args): Point = [{"x": 0, "y": 0}, {"x": 1, "y": -1}, {"x": 2147483647, "y": -2147483648}, {"x": 7, "y": 8}];
    flat(args): Flat = [{"query": ""}, {"query": "a", "limit": null}, {"query": "a", "limit": 1, "offset": 2}, {"query": "b", "offset": 0}];
    flat_maybe(args): FlatMaybe = [{"query": ""}, {"query": "a", "x": 1, "y": 2}, {"query": "b"}, {"query": "c", "x": 0, "y": 0}];
    flat_map(args): FlatMap = [{"id": 0}, {"id": 1, "a": null}, {"id": 2, "a": [1], "b": {}}, {"id": 3, "c": "d"}];
    flat_numbers(args): FlatNumbers = [{"id": 0}, {"id": 1, "a": 2}, {"id": 2, "a": 0, "b": 255}, {"id": 3, "c": 4}];
    flat_internal(args): FlatInternal = [
        {"id": 0, "kind": "Nothing"}, {"id": 1, "kind": "Circle", "radius": 0.5},
        {"id": 2, "kind": "Label", "text": "", "size": null}, {"id": 3, "kind": "Point", "x": 1, "y": 2},
    ];
    flat_external(args): FlatExternal = [
        {"strict": true, "by_name": ""}, {"strict": false, "by_id": {"id": 0}}, {"strict": true, "by_id": {"id": 255}},
    ];
    flat_twice(args): FlatTwice = [
        {"query": "", "x": 0, "y": 0}, {"query": "", "limit": null, "offset": 1, "x": 0, "y": 0, "note": null},
        {"query": "a", "limit": 3, "x": 1, "y": 2, "note": "b"},
    ];
    renamed(args): Renamed = [
        {"firstName": "", "type": 0}, {"firstName": "a", "Last-Name": null, "type": 1, "nickName": null},
        {"firstName": "a", "Last-Name": "b", "type": 255, "nickName": "c"},
    ];
    keywords(args): Keywords = [
        {"$ref": "", "items": [], "required": true},
        {
            "$ref": "#/$defs/Point", "$schema": null, "$defs": null, "title": null, "type": null, "format": null,
            "properties": null, "items": [null], "required": false, "enum": null, "const": null, "default": null,
            "anyOf": null, "additionalProperties": null, "examples": null, "not": null, "if": null,
        },
        {
            "$ref": "x", "$schema": "x", "$defs": {"a": 1}, "title": "x", "type": "x", "format": "x",
            "properties": {"x": 1, "y": 2}, "items": [1, null], "required": false, "enum": ["a", null], "const": 1,
            "default": 2, "anyOf": [{"x": 1, "y": 2}], "additionalProperties": true, "examples": 3,
            "not": {"x": 1, "y": 2}, "if": {"x": 3, "y": 4},
        },
    ];
    unusual(args): Unusual = [
        {"with space": 0}, {"with space": 1, "gr\u{f6}\u{df}e": null, "a/b~c": 2, "": 3},
        {"with space": 255, "gr\u{f6}\u{df}e": 1, "": null},
    ];
    strict(args): Strict = [{"a": 0}, {"a": 1, "b": null}, {"a": 2, "b": {"x": 1, "y": 2}}, {"a": 255}];
    defaulted(args): Defaulted = [{}, {"count": 0, "name": "", "list": []}, {"maybe": null, "point": {"x": 0, "y": 0}}, {"maybe": 5}];
    transparent: Transparent = [[], [{"x": 0, "y": 0}], [{"x": 1, "y": 2}, {"x": 3, "y": 4}]];
    newtype: Id = [0, 1, u32::MAX, u64::MAX];
    tuple_struct: TupleStruct = [[0, null, 0], [1, "a", 2], [255, "", 7], [7, null, 9]];
    unit_struct: UnitStruct = [null, null];
    empty(args): Empty = [{}, {}];
    phantom(args): Typed<u8> = [{"value": 0.5}, {"value": 1.5, "unit": null}, {"value": -1.0}];
    page(args): Page<Point> = [
        {"items": []}, {"items": [{"x": 1, "y": 2}], "next": null, "total": 1}, {"items": [], "next": "a", "total": null},
    ];
    page_of_options: Page<Option<u8>> = [{"items": []}, {"items": [null]}, {"items": [1, null], "next": "a"}];
    wrapper(args): Wrapper<Point, Page<String>> = [
        {"first": {"x": 0, "y": 0}, "both": []},
        {"first": {"x": 0, "y": 0}, "second": {"items": [], "next": null}, "both": [[{"x": 1, "y": 2}, {"items": ["a"]}]]},
    ];
    anything: Value = [null, true, 1, "a", [null], {"a": null}];
    object(args): Map<String, Value> = [{}, {"a": null}, {"a": 1, "b": [null]}, {"c": {"d": null}}];
    loose(args): Loose = [
        {"anything": null, "object": {}, "list": [], "unit": null},
        {"anything": {"a": null}, "object": {"a": null}, "maybe": null, "list": [null], "unit": null},
        {"anything": 1, "object": {"a": {"b": null}}, "maybe": {"c": null}, "list": [1, {}], "unit": null},
    ];
}
