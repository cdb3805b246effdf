//! What our own rules do not cover, and only schemas written by hand say.

use regex_lite::Regex;
use serde_json::Value;

/// Keywords that are checked by a full validator only.
const BEYOND: [&str; 13] = [
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "contains",
    "minContains",
    "maxContains",
    "propertyNames",
    "unevaluatedItems",
    "$dynamicRef",
    "$recursiveRef",
    "dependencies",
];

/// The first keyword of a schema that these rules do not cover, with its path.
pub(crate) fn beyond(schema: &Value) -> Option<String> {
    fn search(schema: &Value, path: &str) -> Option<String> {
        let object = schema.as_object()?;
        if let Some(key) = BEYOND.iter().find(|key| object.contains_key(**key)) {
            return Some(format!("{path}{key}"));
        }
        if cfg!(feature = "jsonschema")
            && let Some(Value::String(pattern)) = object.get("pattern")
            && Regex::new(pattern).is_err()
        {
            return Some(format!("{path}pattern"));
        }
        object.iter().find_map(|(key, inner)| match (key.as_str(), inner) {
            ("properties" | "$defs" | "patternProperties", Value::Object(schemas)) => {
                schemas.iter().find_map(|(name, schema)| search(schema, &format!("{path}{key}/{name}/")))
            }
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(schemas)) => {
                schemas.iter().enumerate().find_map(|(at, schema)| search(schema, &format!("{path}{key}/{at}/")))
            }
            ("items" | "additionalProperties" | "not", schema) => search(schema, &format!("{path}{key}/")),
            _ => None,
        })
    }
    search(schema, "")
}
