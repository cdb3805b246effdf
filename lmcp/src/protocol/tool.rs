//! What calling a tool gives.

use super::content::Content;
use super::meta::Meta;
use serde_json::value::RawValue;

/// A tool's result with everything it may carry: content, structured content, metadata, the error flag.
///
/// Most tools return something simpler. This is for full control.
///
/// ```
/// use lmcp::{ToolResult, tool};
///
/// /// Looks it up.
/// #[tool]
/// fn look_up(key: String) -> ToolResult {
///     ToolResult::text(format!("nothing under {key}")).error().meta("example.com/cache", "miss")
/// }
/// # assert!(look_up("a".into()).is_error);
/// ```
///
/// Spec: server/tools, "Tool Result".
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ToolResult {
    /// The content blocks, for the model.
    pub content: Vec<Content>,
    /// The structured content, for programs, as JSON.
    pub structured: Option<Box<RawValue>>,
    /// The call failed, and `content` says why.
    pub is_error: bool,
    /// Additional metadata.
    pub meta: Option<Meta>,
}

impl ToolResult {
    /// An empty result.
    pub fn new() -> Self {
        Self::default()
    }
    /// One text block.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new().content(Content::text(text))
    }
    /// Structured content, with its JSON as one text block beside it.
    ///
    /// # Errors
    ///
    /// When `value` cannot be written as JSON (a map whose keys are no strings, for example).
    pub fn structured(value: &impl serde::Serialize) -> Result<Self, crate::Error> {
        let json = serde_json::value::to_raw_value(value)
            .map_err(|e| crate::Error::internal(format!("the result cannot be written as JSON: {e}")))?;
        Ok(Self::from_json(json))
    }
    /// Adds a block.
    pub fn content(mut self, block: impl Into<Content>) -> Self {
        self.content.push(block.into());
        self
    }
    /// Marks the call as failed.
    pub fn error(mut self) -> Self {
        self.is_error = true;
        self
    }
    /// Adds one `_meta` entry.
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        self.meta.get_or_insert_default().insert(key.into(), value.into());
        self
    }

    /// Gives the same result with other structured content, in the text beside it too.
    pub(crate) fn replace_structured(&mut self, json: String) {
        let Ok(structured) = RawValue::from_string(json) else { return };
        if let (Some(Content::Text(block)), Some(before)) = (self.content.first_mut(), &self.structured)
            && block.text == before.get()
        {
            block.text = structured.get().to_owned().into();
        }
        self.structured = Some(structured);
    }

    /// Takes serialised output apart: a top-level `_meta` belongs to the result, the rest is the structured content.
    fn from_json(mut json: Box<RawValue>) -> Self {
        let mut meta = None;
        if json.get().starts_with('{')
            && json.get().contains("\"_meta\"")
            && let Ok(mut map) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(json.get())
            && let Some(serde_json::Value::Object(taken)) = map.remove("_meta")
            && let Ok(rest) = serde_json::value::to_raw_value(&map)
        {
            meta = Some(taken);
            json = rest;
        }
        ToolResult { content: vec![Content::text(json.get())], structured: Some(json), is_error: false, meta }
    }
}
