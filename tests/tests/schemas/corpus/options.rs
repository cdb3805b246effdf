//! `Option` wherever it can stand.

use super::enums::{Documented, Level};
use super::shapes::Point;
use super::tagged::Internal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Fields that may be absent, in each way to say so.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Fields {
    /// A number.
    number: Option<u8>,
    text: Option<String>,
    /// Absent when it is read, `null` when it is written.
    #[serde(default)]
    defaulted: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skipped: Option<f64>,
    level: Option<Level>,
    /// The field's words, not those of the type.
    documented: Option<Documented>,
    point: Option<Point>,
    internal: Option<Internal>,
    list: Option<Vec<u8>>,
    #[serde(default)]
    map: Option<BTreeMap<String, u8>>,
    twice: Option<Option<u8>>,
    boxed: Option<Box<Point>>,
    gaps: Vec<Option<u8>>,
    anything: Option<Value>,
}

/// What is absent is not `None` here. No value says `null`: whether that is absent too is not for this corpus to say.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Seven {
    #[serde(default = "seven")]
    seven: Option<u8>,
}

fn seven() -> Option<u8> {
    Some(7)
}

/// Nothing but options.
#[derive(Serialize, Deserialize, JsonSchema)]
struct AllOptional {
    a: Option<String>,
    b: Option<AllInner>,
}
#[derive(Serialize, Deserialize, JsonSchema)]
struct AllInner {
    c: Option<i64>,
    d: Option<Vec<Option<String>>>,
}

/// Options in the variants of an enum.
#[derive(Serialize, Deserialize, JsonSchema)]
enum InVariants {
    Newtype(Option<u8>),
    Pair(Option<u8>, Option<String>),
    Named { a: Option<u8>, b: u8 },
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Maybe(Option<u8>);

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
struct MaybeTransparent {
    inner: Option<u8>,
}

/// A `null` that has to be said.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Said {
    #[serde(deserialize_with = "Option::deserialize")]
    #[schemars(schema_with = "number_or_null")]
    must: Option<u8>,
    may: Option<u8>,
}

fn number_or_null(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": ["integer", "null"], "minimum": 0, "maximum": 255 })
}

/// An option that the schema demands.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Demanded {
    #[schemars(required)]
    must: Option<u8>,
    may: Option<Maybe>,
}

corpus! {
    opt_number: Option<u8> = [null, 0, 1, 255];
    opt_text: Option<String> = [null, "", "a", "null"];
    opt_bool: Option<bool> = [null, true, false];
    opt_twice: Option<Option<u8>> = [null, 0, 1, 255];
    opt_thrice: Option<Option<Option<String>>> = [null, "", "a", "b"];
    opt_list: Option<Vec<u8>> = [null, [], [1], [1, 2]];
    opt_gaps: Option<Vec<Option<u8>>> = [null, [], [null], [null, 2]];
    opt_map: Option<BTreeMap<String, u8>> = [null, {}, {"a": 1}, {"a": 1, "b": 2}];
    opt_level: Option<Level> = [null, "Low", "High", "Middle"];
    opt_documented: Option<Documented> = [null, "Cold", "Warm", "Hot"];
    opt_point: Option<Point> = [null, {"x": 0, "y": 0}, {"x": 1, "y": -1}, {"x": 7, "y": 8}];
    opt_internal: Option<Internal> = [
        null, {"kind": "Nothing"}, {"kind": "Circle", "radius": 1.5}, {"kind": "Label", "text": "a", "size": null},
    ];
    opt_anything: Option<Value> = [null, 1, "a", {"a": null}, [null]];
    opt_unit: Option<()> = [null, null];
    list_opt: Vec<Option<u8>> = [[], [null], [1, null, 255], [0]];
    list_opt_point: Vec<Option<Point>> = [[], [null], [{"x": 1, "y": 2}, null], [{"x": 0, "y": 0}]];
    list_opt_level: Vec<Option<Level>> = [[], [null], ["Low", null], ["High"]];
    list_opt_list: Vec<Option<Vec<Option<u8>>>> = [[], [null], [[null]], [[1], null]];
    map_opt: BTreeMap<String, Option<u8>> = [{}, {"a": null}, {"a": 1, "b": null}, {"null": 0}];
    map_opt_point: HashMap<String, Option<Point>> = [{}, {"a": null}, {"a": {"x": 1, "y": 2}}, {"b": null}];
    tuple_opt: (Option<u8>, Option<String>) = [[null, null], [1, null], [null, "a"], [0, ""]];
    array_opt: [Option<u8>; 2] = [[null, null], [1, null], [null, 2], [0, 255]];
    boxed_opt: Box<Option<u8>> = [null, 0, 1, 255];
    opt_fields(args): Fields = [
        {"gaps": []},
        {
            "number": null, "text": null, "defaulted": null, "skipped": null, "level": null, "documented": null,
            "point": null, "internal": null, "list": null, "map": null, "twice": null, "boxed": null,
            "gaps": [null], "anything": null,
        },
        {
            "number": 255, "text": "", "defaulted": false, "skipped": 0.5, "level": "High", "documented": "Warm",
            "point": {"x": 0, "y": 1}, "internal": {"kind": "Label", "text": "", "size": null}, "list": [],
            "map": {}, "twice": 1, "boxed": {"x": 2, "y": 3}, "gaps": [1, null], "anything": {"a": null},
        },
        {"gaps": [0], "internal": {"kind": "Label", "text": "", "size": 3}, "list": [255], "map": {"a": 1}},
    ];
    opt_seven(args): Seven = [{}, {"seven": 0}, {"seven": 7}, {"seven": 255}];
    opt_all(args): AllOptional = [
        {}, {"a": null, "b": null}, {"a": "", "b": {}}, {"b": {"c": null, "d": null}},
        {"a": "a", "b": {"c": 9, "d": ["a", null]}},
    ];
    opt_list_of_structs: Vec<AllOptional> = [[], [{}], [{"a": null}, {"a": "a", "b": {"d": [null]}}], [{"b": null}]];
    opt_map_of_structs: BTreeMap<String, AllInner> = [{}, {"a": {}}, {"a": {"c": null}}, {"a": {"c": 1}, "b": {}}];
    opt_in_variants: InVariants = [
        {"Newtype": null}, {"Newtype": 1}, {"Pair": [null, null]}, {"Pair": [1, "a"]}, {"Named": {"a": null, "b": 1}},
        {"Named": {"b": 2}},
    ];
    opt_newtype: Maybe = [null, 0, 1, 255];
    opt_transparent: MaybeTransparent = [null, 0, 1, 255];
    opt_said(args): Said = [{"must": null}, {"must": 1}, {"must": null, "may": 2}, {"must": 0, "may": null}];
    opt_demanded(args): Demanded = [{"must": 0}, {"must": 1, "may": null}, {"must": 2, "may": 3}, {"must": 255}];
}
