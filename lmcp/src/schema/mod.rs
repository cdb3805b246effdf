//! Schemas: what clients are told of arguments and results, and what is made of values that do not keep to it.
//!
//! - [`source`]: what schemars says of the types, whole, with [`hoist`]; [`limits`]: how large that may be, and [`circle`]:
//!   that it ends;
//! - [`portable`], with [`inline`] and [`union`]: the same, as every client takes it; [`openai`] and [`gemini`]: as one of
//!   them does; [`profile`] chooses;
//! - [`rules`]: the same, compiled; [`probe`] finds out which of the rules the types do not check by themselves;
//! - [`beyond`]: what those rules do not cover; [`cost`]: whether reading a value would take too long; [`secret`]: what is
//!   told to nobody;
//! - [`arguments`]: what a call's arguments go through: [`check`], with [`format`]; [`repair`]; and the explanation, with
//!   [`words`] and an [`example`], for which a [`pattern`] has a text;
//! - [`output`]: what a result goes through, so that it keeps to its schema;
//! - [`tag`]: how alternatives are told apart; [`tree`]: the values of all of these.

pub(crate) mod arguments;
mod beyond;
mod check;
mod circle;
mod cost;
mod defaults;
mod example;
pub(crate) mod format;
#[cfg(feature = "jsonschema")]
mod full;
mod gemini;
mod hoist;
mod inline;
#[cfg(any(test, fuzzing))]
pub(crate) mod laws;
pub(crate) mod limits;
mod openai;
pub(crate) mod output;
mod pattern;
pub(crate) mod portable;
mod probe;
mod profile;
pub(crate) mod reference;
mod repair;
pub(crate) mod rules;
mod secret;
pub(crate) mod source;
mod tag;
pub(crate) mod tree;
mod union;
mod words;

pub use profile::Profile;
pub(crate) use words::WIDE;

use serde_json::Value;

/// A name as the path to its value.
pub(crate) fn path_of(name: &str) -> String {
    words::Path::Key(&words::Path::Root, name).to_string()
}

/// The values a schema allows, when they are a few strings or booleans: they complete by themselves.
pub(crate) fn choices(schema: &Value) -> Vec<String> {
    if schema.get("type").is_some_and(|t| t == "boolean") {
        return vec!["true".into(), "false".into()];
    }
    if let Some(Value::Array(values)) = schema.get("enum") {
        return values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    }
    if let Some(Value::String(value)) = schema.get("const") {
        return vec![value.clone()];
    }
    if let Some(Value::Array(members)) = schema.get("anyOf") {
        return members.iter().flat_map(choices).collect();
    }
    Vec::new()
}

/// A value that fits a schema and is made to be read, as JSON whose entries are in the order of their types'; `root` is
/// where the schema's references lead.
#[cfg(feature = "cli")]
pub(crate) fn readable(schema: &Value, root: &Value, name: &str, at: usize) -> Option<String> {
    let mut whole = schema.clone();
    if let (Value::Object(whole), Some(types)) = (&mut whole, root.get("$defs")) {
        whole.entry("$defs").or_insert_with(|| types.clone());
    }
    let rules = rules::Rules::compile(&whole).ok()?;
    Some(example::readable(&rules, name, at)?.to_json())
}

/// What a value breaks of what a type's schema says, each with its path.
pub(crate) fn broken<T: schemars::JsonSchema>(value: &Value) -> Vec<String> {
    // Whether the schema is one was found out when the form was made.
    let Ok(rules) = rules::Rules::compile(&source::of_type::<T>()) else { return Vec::new() };
    let found = check::check(&rules, &tree::Tree::from_value(value), check::Mode::Full);
    let line = |finding: check::Finding| match finding.path.as_str() {
        "" => finding.message,
        path => format!("{path}: {}", finding.message),
    };
    found.into_iter().map(line).collect()
}
