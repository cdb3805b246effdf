//! One finding: what is wrong, where, and what to write instead.

use super::offer::Definition;
use serde::Serialize;
use std::fmt;

/// How bad a [`Finding`] is.
///
/// ```
/// use lmcp::testing::{Severity, Target, check_schema};
/// use serde_json::json;
///
/// let schema = json!({"type": "object", "properties": {"size": {"type": "integer", "format": "uint8"}}});
/// let findings = check_schema(&schema, Target::Clients);
/// assert_eq!(findings[0].severity, Severity::Error);
/// assert_eq!(findings[0].severity.as_str(), "error");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// It works; some client would do better, or a directory asks for it.
    Advice,
    /// A client or a model's API refuses it.
    Error,
}

impl Severity {
    /// `error` or `advice`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Advice => "advice",
            Severity::Error => "error",
        }
    }
}

/// What [`check`](crate::testing::check) and its siblings found.
///
/// It reads as one line: the place, what is wrong, what to write instead, the rule.
///
/// ```
/// use lmcp::testing::{Target, check_schema};
/// use serde_json::json;
///
/// let schema = json!({"type": "object", "properties": {"size": {"type": "integer", "format": "uint8"}}});
/// let finding = &check_schema(&schema, Target::Clients)[0];
/// assert_eq!((finding.rule, finding.path.as_deref()), ("format", Some("input.size")));
/// assert!(finding.is_error());
/// println!("{finding}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The rule, by a name that stays: `root-combinator`, `title`, …
    pub rule: &'static str,
    /// What it is about: `tool`, `resource`, `template`, `prompt` or `server`; nothing for a schema on its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// The name on the wire: for resources the URI, for templates the URI template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The function's `file:line`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Where in a schema: `input.filter.tags[]`, or which argument of a prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What is wrong, and for whom.
    pub message: String,
    /// What to write instead.
    pub instead: String,
}

impl Finding {
    fn new(severity: Severity, rule: &'static str, message: impl Into<String>, instead: impl Into<String>) -> Self {
        let (message, instead) = (message.into(), instead.into());
        Finding { severity, rule, kind: None, name: None, source: None, path: None, message, instead }
    }

    pub(crate) fn error(rule: &'static str, message: impl Into<String>, instead: impl Into<String>) -> Self {
        Self::new(Severity::Error, rule, message, instead)
    }

    pub(crate) fn advice(rule: &'static str, message: impl Into<String>, instead: impl Into<String>) -> Self {
        Self::new(Severity::Advice, rule, message, instead)
    }

    /// Where in a schema.
    pub(crate) fn at(self, path: impl Into<String>) -> Self {
        Finding { path: Some(path.into()), ..self }
    }

    /// Which definition it is about.
    pub(crate) fn of(self, kind: &'static str, definition: &Definition) -> Self {
        let source = Some(definition.source.to_string());
        Finding { kind: Some(kind), name: Some(definition.name.clone()), source, ..self }
    }

    /// It is about the server as a whole.
    pub(crate) fn of_server(self) -> Self {
        Finding { kind: Some("server"), ..self }
    }

    /// Whether a client or a model's API refuses this.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(source) = &self.source {
            write!(f, "{source}: ")?;
        }
        write!(f, "{}: ", self.severity.as_str())?;
        match (self.kind, &self.name) {
            (Some(kind), Some(name)) => write!(f, "{kind} `{name}`: ")?,
            (Some(kind), None) => write!(f, "{kind}: ")?,
            _ => {}
        }
        if let Some(path) = &self.path {
            write!(f, "{path}: ")?;
        }
        write!(f, "{}; {} [{}]", self.message, self.instead, self.rule)
    }
}
