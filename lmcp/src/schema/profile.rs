//! [`Profile`]: whom the schemas of a server are written for.

use super::portable::{self, Side};
use super::{gemini, openai};
use serde_json::Value;
use std::fmt;
use std::str::FromStr;

/// Whom the schemas of tools are written for. [`Portable`](Profile::Portable) is for all clients at once, and the default.
///
/// It is set for a server with [`Server::profile`](crate::Server::profile), or for one tool with
/// `#[tool(schema = "raw")]`. What a server checks and repairs does not depend on it.
///
/// ```
/// use lmcp::Profile;
///
/// assert_eq!("openai-strict".parse(), Ok(Profile::OpenAiStrict));
/// assert_eq!(Profile::default().as_str(), "portable");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// `portable`: what every client takes. References are inlined, formats are those of JSON Schema 2020-12, an `Option`
    /// is not required and its schema knows no `null`, choices are one `enum`, and no alternatives stand at the root.
    #[default]
    Portable,
    /// `openai-strict`: the part of JSON Schema that OpenAI's strict mode takes. All properties are required, those that
    /// may be left out allow `null`; maps and values of any type are JSON in a string, which is read as what it holds.
    OpenAiStrict,
    /// `gemini`: the part of OpenAPI's schemas that Gemini's function declarations take. A type that holds itself ends
    /// after a few levels.
    Gemini,
    /// `raw`: what schemars says, or who wrote the schema by hand, with nothing changed.
    Raw,
}

impl Profile {
    /// All of them.
    pub const ALL: [Profile; 4] = [Profile::Portable, Profile::OpenAiStrict, Profile::Gemini, Profile::Raw];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Profile::Portable => "portable",
            Profile::OpenAiStrict => "openai-strict",
            Profile::Gemini => "gemini",
            Profile::Raw => "raw",
        }
    }

    /// The schema of what a handler takes.
    pub(crate) fn input(self, schema: Value) -> Value {
        match self {
            Profile::Portable => portable::pass(schema, Side::Input),
            Profile::OpenAiStrict => openai::pass(portable::pass(schema, Side::Input)),
            Profile::Gemini => gemini::pass(portable::pass(schema, Side::Input)),
            Profile::Raw => schema,
        }
    }

    /// The schema of what a handler gives. No model's API takes one, so there is one that all clients take.
    pub(crate) fn output(self, schema: Value) -> Value {
        match self {
            Profile::Raw => schema,
            _ => portable::pass(schema, Side::Output),
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Profile {
    type Err = String;

    /// # Errors
    ///
    /// Names the profiles there are.
    fn from_str(name: &str) -> Result<Self, String> {
        let known = Profile::ALL.map(Profile::as_str);
        Profile::ALL.into_iter().find(|profile| profile.as_str() == name).ok_or_else(|| {
            let near = crate::registry::nearest::nearest(name, known);
            let hint = near.map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
            format!("there is no profile {name:?}{hint} (they are {})", known.join(", "))
        })
    }
}
