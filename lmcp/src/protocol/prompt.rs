//! What rendering a prompt gives.

use super::At;
use super::content::{Content, Role};
use super::meta::Meta;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// One message of a prompt.
///
/// ```
/// use lmcp::{Content, Message, Role};
///
/// let message = Message::assistant("Let me see.");
/// assert_eq!((message.role, message.content), (Role::Assistant, Content::text("Let me see.")));
/// ```
///
/// Spec: server/prompts, "PromptMessage".
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What it says.
    pub content: Content,
}

impl Message {
    /// A message by the person.
    ///
    /// ```
    /// use lmcp::{Message, prompt};
    /// #[prompt]
    /// fn review(code: String) -> Vec<Message> {
    ///     vec![Message::user(format!("Review this:\n{code}")), Message::assistant("Let me see.")]
    /// }
    /// # assert_eq!(review("x".into()).len(), 2);
    /// ```
    pub fn user(content: impl Into<Content>) -> Self {
        Message { role: Role::User, content: content.into() }
    }
    /// A message by the model.
    pub fn assistant(content: impl Into<Content>) -> Self {
        Message { role: Role::Assistant, content: content.into() }
    }
}

/// A rendered prompt with everything it may carry; `Vec<Message>` or `String` do for most.
///
/// ```
/// use lmcp::{Message, PromptResult, prompt};
///
/// /// Review a change.
/// #[prompt]
/// fn review(change: String) -> PromptResult {
///     PromptResult::new([Message::user(format!("Review {change}."))])
///         .description(format!("Review of {change}"))
///         .meta("example.com/change", change)
/// }
/// assert_eq!(review("17".into()).description.as_deref(), Some("Review of 17"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PromptResult {
    /// What the prompt is for; the prompt's own description when not set.
    pub description: Option<String>,
    /// The messages.
    pub messages: Vec<Message>,
    /// Additional metadata.
    pub meta: Option<Meta>,
}

impl PromptResult {
    /// These messages.
    pub fn new(messages: impl IntoIterator<Item = Message>) -> Self {
        PromptResult { description: None, messages: messages.into_iter().collect(), meta: None }
    }
    /// Says what the rendered prompt is for.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
    /// Adds one `_meta` entry.
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        self.meta.get_or_insert_default().insert(key.into(), value.into());
        self
    }
}

impl Serialize for At<'_, Message> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(2))?;
        map.serialize_entry("role", &self.0.role)?;
        map.serialize_entry("content", &At(&self.0.content, self.1))?;
        map.end()
    }
}
