//! Types that are read otherwise than they are written.

use super::shapes::Point;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// Not required where it is read, always there where it is written.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Defaults {
    #[serde(default)]
    count: u8,
    #[serde(default)]
    list: Vec<Point>,
    #[serde(default = "yes")]
    flag: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rarely: Vec<u8>,
}

fn yes() -> bool {
    true
}

/// Some fields go one way only.
#[derive(Serialize, Deserialize, JsonSchema)]
struct OneWay {
    #[serde(skip_serializing)]
    #[allow(dead_code)]
    password: String,
    #[serde(skip_deserializing, default = "yes")]
    checked: bool,
    both: u8,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase", deserialize = "snake_case"))]
struct TwoNames {
    first_name: String,
    #[serde(rename(serialize = "out", deserialize = "in"))]
    other: Option<u8>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum TwoChoices {
    #[serde(rename(serialize = "written", deserialize = "read"))]
    Named,
    #[serde(skip_serializing)]
    #[allow(dead_code)]
    OnlyRead,
    Both,
}

/// Seconds: a number or a text where they are read, a number where they are written.
struct Seconds(u32);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}
impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Read {
            Number(u32),
            Text(String),
        }
        match Read::deserialize(deserializer)? {
            Read::Number(number) => Ok(Seconds(number)),
            Read::Text(text) => text.parse().map(Seconds).map_err(serde::de::Error::custom),
        }
    }
}
impl JsonSchema for Seconds {
    fn schema_name() -> Cow<'static, str> {
        "Seconds".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        if generator.contract().is_serialize() {
            json_schema!({ "type": "integer", "minimum": 0 })
        } else {
            json_schema!({ "type": ["integer", "string"], "minimum": 0 })
        }
    }
}

/// The same type in both directions, further inside.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Timer {
    every: Seconds,
    once: Option<Seconds>,
    all: Vec<Seconds>,
}

/// Read from a text, written as an object.
#[derive(Serialize, Deserialize, JsonSchema, Clone)]
#[serde(try_from = "String", into = "Parsed")]
struct Version {
    major: u8,
    minor: u8,
}
#[derive(Serialize, JsonSchema)]
struct Parsed {
    major: u8,
    minor: Option<u8>,
}
impl From<Version> for Parsed {
    fn from(version: Version) -> Self {
        Parsed { major: version.major, minor: (version.minor > 0).then_some(version.minor) }
    }
}
impl TryFrom<String> for Version {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let number = |part: &str| part.parse().map_err(|e| format!("{part}: {e}"));
        let (major, minor) = text.split_once('.').ok_or("no dot")?;
        Ok(Version { major: number(major)?, minor: number(minor)? })
    }
}

corpus! {
    defaults(args): Defaults = [{}, {"count": 1, "list": []}, {"list": [{"x": 1, "y": 2}], "flag": false}, {"rarely": [1]}];
    one_way(args): OneWay = [{"password": "", "both": 0}, {"password": "a", "both": 255}];
    two_names(args): TwoNames = [{"first_name": ""}, {"first_name": "a", "in": null}, {"first_name": "a", "in": 1}];
    two_choices: TwoChoices = ["read", "Both"];
    seconds: Seconds = [0, 1, "60", "0"];
    opt_seconds: Option<Seconds> = [null, 1, "60"];
    timer(args): Timer = [{"every": 1, "all": []}, {"every": "2", "once": null, "all": [1, "2"]}, {"every": 3, "once": "4", "all": []}];
    version: Version = ["1.0", "0.1", "255.255"];
    list_versions: Vec<Version> = [[], ["1.0"], ["0.1", "2.0"]];
}
