//! Enums with a tag inside, a tag beside, or none.

use super::enums::Level;
use super::shapes::Point;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A shape, by its kind.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
pub(crate) enum Internal {
    Nothing,
    /// A circle.
    Circle {
        /// How far it reaches.
        radius: f64,
    },
    Label {
        text: String,
        size: Option<u8>,
    },
    /// Where it is.
    Point(Point),
}

/// An action.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
enum Action {
    /// Makes one.
    Create { name: String, level: Level },
    /// Takes one away.
    Delete { id: u64, force: Option<bool> },
    /// Shows all.
    ListAll,
}

/// The same field means two things.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
enum Clashing {
    Number { value: i64 },
    Text { value: String },
    List { value: Vec<u8>, other: Option<String> },
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
enum OnlyTags {
    /// The first.
    A,
    B,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
enum InternalOther {
    Known {
        a: u8,
    },
    #[serde(other)]
    Unknown,
}

/// A tag in a struct.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename = "tagged-struct")]
struct TaggedStruct {
    a: u8,
}

/// A tag and what belongs to it.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Unit,
    /// A number.
    Newtype(u8),
    Pair(u8, String),
    Named {
        a: u8,
        b: Option<String>,
    },
    Optional(Option<u8>),
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c", deny_unknown_fields)]
enum AdjacentStrict {
    A(String),
    B { x: Level },
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
enum AdjacentTags {
    /// The first.
    A,
    B,
}

/// Any of these.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Untagged {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
    List(Vec<Untagged>),
    Named {
        a: u8,
        b: Option<u8>,
    },
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum UntaggedNull {
    Nothing,
    Number(u8),
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum UntaggedStructs {
    ById { id: u64 },
    ByName { name: String, exact: Option<bool> },
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// A name, or any other.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum OpenEnded {
    Red,
    Green,
    #[serde(untagged)]
    Other(String),
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outer")]
enum Nested {
    In { inner: Internal, more: Vec<Adjacent> },
    Beside(Action),
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct WithTagged {
    internal: Internal,
    adjacent: Adjacent,
    /// One or many.
    untagged: OneOrMany,
    maybe: Option<OneOrMany>,
    list: Vec<Action>,
    map: BTreeMap<String, UntaggedNull>,
}

corpus! {
    tag_internal(args): Internal = [
        {"kind": "Nothing"}, {"kind": "Circle", "radius": 1.5}, {"kind": "Label", "text": "", "size": null},
        {"kind": "Label", "text": "a", "size": 1}, {"kind": "Point", "x": 0, "y": 1},
    ];
    tag_action(args): Action = [
        {"action": "create", "name": "a", "level": "Low"}, {"action": "delete", "id": 1},
        {"action": "delete", "id": 1, "force": null}, {"action": "delete", "id": 1, "force": true},
        {"action": "list_all"},
    ];
    tag_clashing(args): Clashing = [
        {"type": "Number", "value": 1}, {"type": "Text", "value": "1"}, {"type": "List", "value": []},
        {"type": "List", "value": [1], "other": null},
    ];
    tag_only(args): OnlyTags = [{"type": "a"}, {"type": "b"}];
    tag_internal_other: InternalOther = [{"type": "Known", "a": 1}, {"type": "Unknown"}, {"type": "Known", "a": 0}];
    tag_struct: TaggedStruct = [{"type": "tagged-struct", "a": 0}, {"type": "tagged-struct", "a": 255}];
    tag_adjacent(args): Adjacent = [
        {"t": "Unit"}, {"t": "Newtype", "c": 1}, {"t": "Pair", "c": [1, "a"]}, {"t": "Named", "c": {"a": 1}},
        {"t": "Named", "c": {"a": 1, "b": null}}, {"t": "Named", "c": {"a": 1, "b": "b"}},
        {"t": "Optional", "c": null}, {"t": "Optional", "c": 1},
    ];
    tag_adjacent_strict(args): AdjacentStrict = [
        {"t": "A", "c": ""}, {"t": "A", "c": "a"}, {"t": "B", "c": {"x": "Low"}}, {"t": "B", "c": {"x": "High"}},
    ];
    tag_adjacent_only(args): AdjacentTags = [{"t": "A"}, {"t": "B"}];
    untagged: Untagged = [1, "a", [], [1, ["a"]], {"a": 1}, {"a": 1, "b": null}, {"a": 1, "b": 2}];
    untagged_null: UntaggedNull = [null, 0, 1, 255];
    untagged_structs(args): UntaggedStructs = [
        {"id": 1}, {"name": "a"}, {"name": "a", "exact": null}, {"name": "a", "exact": false},
    ];
    untagged_list: Vec<UntaggedNull> = [[], [null], [1, null], [0]];
    one_or_many: OneOrMany = ["", "a", [], ["a", "b"]];
    open_ended: OpenEnded = ["red", "green", "", "blue"];
    tag_nested: Nested = [
        {"outer": "In", "inner": {"kind": "Nothing"}, "more": []},
        {"outer": "In", "inner": {"kind": "Label", "text": "", "size": null}, "more": [{"t": "Optional", "c": null}]},
        {"outer": "Beside", "action": "list_all"}, {"outer": "Beside", "action": "delete", "id": 1},
    ];
    tag_fields(args): WithTagged = [
        {"internal": {"kind": "Nothing"}, "adjacent": {"t": "Unit"}, "untagged": "", "list": [], "map": {}},
        {
            "internal": {"kind": "Label", "text": "", "size": null}, "adjacent": {"t": "Named", "c": {"a": 1}},
            "untagged": ["a"], "maybe": null, "list": [{"action": "list_all"}], "map": {"a": null, "b": 1},
        },
        {
            "internal": {"kind": "Point", "x": 0, "y": 1}, "adjacent": {"t": "Pair", "c": [0, ""]},
            "untagged": [], "maybe": [], "list": [{"action": "delete", "id": 0, "force": null}], "map": {"a": 0},
        },
    ];
}
