//! What schemars' attributes say about values, and about fields.

use super::shapes::Point;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Numbers within bounds.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Ranges {
    #[schemars(range(min = 1, max = 14))]
    days: u8,
    #[schemars(range(min = -90.0, max = 90.0))]
    latitude: f64,
    #[schemars(range(min = 0))]
    positive: i32,
    #[schemars(range(max = 10))]
    maybe: Option<u64>,
    #[schemars(extend("multipleOf" = 5))]
    step: u32,
    #[schemars(extend("exclusiveMinimum" = 0))]
    ratio: f32,
    #[schemars(range(min = 1), inner(range(min = 2)))]
    list: Vec<u8>,
}

/// Texts that have a form.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Texts {
    #[schemars(length(min = 1, max = 8))]
    short: String,
    #[schemars(length(equal = 2))]
    country: String,
    #[schemars(regex(pattern = r"^\d{4}-\d{2}$"))]
    month: String,
    #[schemars(contains(pattern = "@"))]
    handle: String,
    #[schemars(email)]
    mail: Option<String>,
    #[schemars(url)]
    site: Option<String>,
    #[schemars(ipv4)]
    host: Option<String>,
    #[schemars(extend("format" = "hostname"))]
    name: Option<String>,
    #[schemars(extend("format" = "phone"))]
    phone: Option<String>,
}

/// Lists that have a form.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Lists {
    #[schemars(length(min = 1, max = 3))]
    few: Vec<u8>,
    #[schemars(inner(length(min = 1)))]
    full: Vec<String>,
    #[schemars(inner(inner(range(max = 9))))]
    digits: Vec<Vec<u8>>,
    #[schemars(extend("uniqueItems" = true))]
    tags: Vec<String>,
    #[schemars(length(max = 2))]
    maybe: Option<Vec<u8>>,
    #[schemars(extend("minProperties" = 1))]
    map: BTreeMap<String, u8>,
}

/// What there is to say about a field.
///
/// In more than one paragraph:
///
/// - with a list,
/// - and `code`.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Notes {
    /// The words above it.
    documented: String,
    /// Not these words.
    #[schemars(description = "But these.")]
    described: u8,
    #[schemars(title = "A Title of Its Own")]
    titled: u8,
    #[deprecated]
    #[serde(default)]
    old: u8,
    #[schemars(example = 1, example = 2)]
    number: u8,
    #[schemars(extend("examples" = ["a", "b"]))]
    text: String,
    #[serde(default = "ten")]
    ten: u8,
    #[serde(default)]
    zero: u8,
    #[serde(default)]
    list: Vec<Option<u8>>,
    #[schemars(default)]
    point: Option<Point>,
    #[schemars(extend("x-order" = 1))]
    extended: bool,
    #[schemars(extend("const" = "fixed"))]
    fixed: String,
    /// What the field says of a type that has words of its own.
    place: Point,
    maybe_place: Option<Point>,
}

fn ten() -> u8 {
    10
}

/// Under another name.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "another-name", title = "Titled Whole", example = &Named { a: 1 })]
struct Named {
    a: u8,
}

/// Fields whose schema is that of another type, or of a function.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Replaced {
    #[schemars(with = "String")]
    text: Value,
    #[schemars(with = "Option<u8>")]
    maybe: Value,
    #[schemars(with = "Vec<Point>")]
    list: Value,
    #[schemars(schema_with = "even")]
    even: u8,
    #[schemars(schema_with = "even")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    maybe_even: Option<u8>,
    #[serde(default)]
    #[schemars(skip)]
    hidden: Option<u8>,
}

fn even(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "integer", "format": "uint8", "title": "even", "multipleOf": 2 })
}

corpus! {
    ranges(args): Ranges = [
        {"days": 1, "latitude": 0.0, "positive": 0, "step": 5, "ratio": 0.5, "list": []},
        {"days": 14, "latitude": -90.0, "positive": 1, "maybe": null, "step": 0, "ratio": 1.0, "list": [2]},
        {"days": 7, "latitude": 90.0, "positive": 2147483647, "maybe": 10, "step": 10, "ratio": 2.5, "list": [2, 255]},
    ];
    texts(args): Texts = [
        {"short": "a", "country": "de", "month": "2026-01", "handle": "@"},
        {
            "short": "12345678", "country": "\u{e9}\u{e9}", "month": "0000-00", "handle": "a@b", "mail": null, "site": null,
            "host": null, "name": null, "phone": null,
        },
        {
            "short": "a", "country": "fr", "month": "2026-12", "handle": "@@", "mail": "a@example.com",
            "site": "https://example.com/", "host": "127.0.0.1", "name": "example.com", "phone": "1",
        },
    ];
    lists(args): Lists = [
        {"few": [0], "full": [], "digits": [], "tags": [], "map": {"a": 1}},
        {"few": [1, 2, 3], "full": ["a"], "digits": [[], [9]], "tags": ["a", "b"], "maybe": null, "map": {"a": 1}},
        {"few": [1, 1], "full": ["a", "a"], "digits": [[0]], "tags": ["a"], "maybe": [1, 2], "map": {"a": 1, "b": 2}},
    ];
    notes(args): Notes = [
        {
            "documented": "", "described": 0, "titled": 0, "number": 0, "text": "", "extended": true, "fixed": "fixed",
            "place": {"x": 0, "y": 0},
        },
        {
            "documented": "", "described": 0, "titled": 0, "old": 1, "number": 0, "text": "", "ten": 11, "zero": 1,
            "list": [null], "point": null, "extended": true, "fixed": "fixed", "place": {"x": 0, "y": 0},
            "maybe_place": null,
        },
        {
            "documented": "a", "described": 1, "titled": 2, "old": 1, "number": 0, "text": "", "ten": 0, "list": [1],
            "point": {"x": 1, "y": 2}, "extended": false, "fixed": "fixed", "place": {"x": 0, "y": 0},
            "maybe_place": {"x": 0, "y": 0},
        },
    ];
    other_name(args): Named = [{"a": 0}, {"a": 1}, {"a": 255}];
    replaced: Replaced = [
        {"text": "a", "maybe": 1, "list": [], "even": 0},
        {"text": "", "maybe": 0, "list": [{"x": 1, "y": 2}], "even": 2, "maybe_even": 4},
    ];
}
