//! A full validator, for what schemas written by hand say beyond our own rules.

use super::check::Finding;
use super::tree::Tree;
use super::words::pointer;
use serde_json::Value;

/// A schema, compiled by a full validator. It fetches nothing.
pub(super) struct Full(jsonschema::Validator);

impl std::fmt::Debug for Full {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Full")
    }
}

impl Full {
    /// Compiles a schema; the error says what is wrong with it.
    pub(super) fn compile(schema: &Value) -> Result<Self, String> {
        let options =
            jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true).offline();
        options.build(schema).map(Full).map_err(|e| format!("its schema is none: {e}"))
    }

    /// Everything that is wrong with a value. No values are told.
    pub(super) fn check(&self, value: &Tree<'_>) -> Vec<Finding> {
        // Numbers that no machine type holds are as near as they can be.
        let Ok(value) = serde_json::from_str::<Value>(&value.to_json()) else { return Vec::new() };
        let finding = |error: jsonschema::ValidationError<'_>| Finding {
            path: pointer(error.instance_path().as_str()),
            message: error.masked().to_string(),
        };
        self.0.iter_errors(&value).take(20).map(finding).collect()
    }
}
