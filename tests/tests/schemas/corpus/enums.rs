//! Enums as serde writes them by itself: a string, or an object with one key.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Level {
    Low,
    Middle,
    High,
}

/// How warm it is.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) enum Documented {
    /// Below ten degrees.
    Cold,
    /// Between ten and twenty.
    Warm,
    /// Above twenty.
    ///
    /// Or more.
    Hot,
}

/// Some variants are explained, some are not.
#[derive(Serialize, Deserialize, JsonSchema)]
enum HalfDocumented {
    Plain,
    /// With a word about it.
    Explained,
    AlsoPlain,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Screaming {
    NorthWest,
    SouthEast,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Renamed {
    TwoWords,
    /// Called otherwise.
    #[serde(rename = "something else")]
    Other,
    #[serde(alias = "nick", alias = "name")]
    Nicknamed,
    #[deprecated]
    #[allow(dead_code)]
    Old,
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum Only {
    One,
}

/// A choice with a way out.
#[derive(Serialize, Deserialize, JsonSchema)]
enum WithOther {
    Known,
    #[serde(other)]
    Unknown,
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum Skipping {
    Seen,
    #[serde(skip)]
    #[allow(dead_code)]
    Unseen,
    Data(u8),
}

/// A bit of everything.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Mixed {
    /// Nothing more to say.
    NothingAtAll,
    AlsoNothing,
    /// A number.
    Newtype(u32),
    Tuple(u8, String),
    /// With names.
    Struct {
        /// The first.
        first_field: String,
        second_field: Option<u8>,
    },
    Empty {},
    UnitInside(()),
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum AllData {
    Text(String),
    Level(Level),
    Nested(Box<Mixed>),
    List(Vec<Documented>),
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum OneData {
    Only { a: u8 },
}

/// No value at all.
#[derive(Serialize, Deserialize, JsonSchema)]
enum Never {}

#[derive(Serialize, Deserialize, JsonSchema)]
struct WithNever {
    never: Option<Never>,
    none: Vec<Never>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct WithEnums {
    level: Level,
    /// What the field says.
    documented: Documented,
    mixed: Mixed,
    #[serde(default = "warm")]
    defaulted: Documented,
    list: Vec<Level>,
    by_level: BTreeMap<Level, Documented>,
}

fn warm() -> Documented {
    Documented::Warm
}

corpus! {
    enum_level: Level = ["Low", "Middle", "High"];
    enum_documented: Documented = ["Cold", "Warm", "Hot"];
    enum_half_documented: HalfDocumented = ["Plain", "Explained", "AlsoPlain"];
    enum_screaming: Screaming = ["NORTH_WEST", "SOUTH_EAST"];
    enum_renamed: Renamed = ["two-words", "something else", "nicknamed", "old"];
    enum_only: Only = ["One", "One"];
    enum_other: WithOther = ["Known", "Unknown"];
    enum_skipping: Skipping = ["Seen", {"Data": 0}, {"Data": 255}];
    enum_mixed: Mixed = [
        "nothing_at_all", "also_nothing", {"newtype": 7}, {"tuple": [1, "a"]}, {"struct": {"firstField": "a"}},
        {"struct": {"firstField": "", "secondField": null}}, {"struct": {"firstField": "", "secondField": 3}},
        {"empty": {}}, {"unit_inside": null},
    ];
    enum_all_data: AllData = [
        {"Text": ""}, {"Level": "High"}, {"Nested": "also_nothing"}, {"Nested": {"newtype": 1}},
        {"List": []}, {"List": ["Hot", "Cold"]},
    ];
    enum_one_data: OneData = [{"Only": {"a": 0}}, {"Only": {"a": 255}}];
    enum_fields(args): WithEnums = [
        {"level": "Low", "documented": "Hot", "mixed": "also_nothing", "list": [], "by_level": {}},
        {
            "level": "High", "documented": "Cold", "mixed": {"struct": {"firstField": "", "secondField": null}},
            "defaulted": "Hot", "list": ["Low", "Low"], "by_level": {"Low": "Warm", "High": "Hot"},
        },
    ];
    opt_never: Option<Never> = [null, null];
    enum_never(args): WithNever = [{"none": []}, {"never": null, "none": []}];
    enum_list: Vec<Mixed> = [[], ["also_nothing"], [{"newtype": 0}, {"struct": {"firstField": ""}}], [{"empty": {}}]];
}
