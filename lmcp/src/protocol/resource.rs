//! What reading a resource gives.

use super::meta::Meta;
use super::shown::quoted;
use super::{At, Base64, ProtocolVersion};
use crate::jsonrpc::ErrorObject;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// The contents of one resource: text or bytes.
///
/// A handler returns it when it needs more than its return type says: another URI than the one asked for,
/// a MIME type of its own, metadata.
///
/// ```
/// use lmcp::{ResourceContents, resource};
///
/// #[resource("logo://main")]
/// fn logo() -> ResourceContents {
///     ResourceContents::blob(b"GIF89a".to_vec()).mime("image/gif")
/// }
/// # assert_eq!(logo().mime.as_deref(), Some("image/gif"));
/// ```
///
/// Spec: server/resources, "Resource Contents".
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResourceContents {
    /// The URI; the one that was asked for when not set.
    pub uri: Option<String>,
    /// The MIME type; the attribute's `mime`, else `text/plain` or `application/octet-stream`, when not set.
    pub mime: Option<String>,
    /// Text or bytes.
    pub body: ResourceBody,
    /// Additional metadata.
    pub meta: Option<Meta>,
}

/// Text, or bytes that travel as base64.
///
/// ```
/// use lmcp::{ResourceBody, ResourceContents};
///
/// assert_eq!(ResourceContents::text("a").body, ResourceBody::Text("a".into()));
/// assert_eq!(ResourceContents::blob([1, 2]).body, ResourceBody::Blob(vec![1, 2]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum ResourceBody {
    /// Under `text` on the wire.
    Text(String),
    /// Under `blob` on the wire, as base64.
    Blob(Vec<u8>),
}

impl ResourceContents {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        ResourceContents { uri: None, mime: None, body: ResourceBody::Text(text.into()), meta: None }
    }
    /// Bytes.
    pub fn blob(bytes: impl Into<Vec<u8>>) -> Self {
        ResourceContents { uri: None, mime: None, body: ResourceBody::Blob(bytes.into()), meta: None }
    }
    /// Sets the URI.
    pub fn uri(mut self, uri: impl Into<String>) -> Self {
        self.uri = Some(uri.into());
        self
    }
    /// Sets the MIME type.
    pub fn mime(mut self, mime: impl Into<String>) -> Self {
        self.mime = Some(mime.into());
        self
    }
    /// Adds one `_meta` entry.
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        self.meta.get_or_insert_default().insert(key.into(), value.into());
        self
    }

    /// Bytes of a type that is text travel as text, if they are: as base64 few clients show them to a model.
    fn spell_out(&mut self, mime: Option<&str>) {
        if let ResourceBody::Blob(bytes) = &mut self.body
            && mime.is_some_and(is_textual)
        {
            self.body = match String::from_utf8(std::mem::take(bytes)) {
                Ok(text) => ResourceBody::Text(text),
                Err(e) => ResourceBody::Blob(e.into_bytes()),
            };
        }
    }

    /// Fills in what the handler left open.
    pub(crate) fn complete(&mut self, uri: &str, mime: Option<&str>) {
        if self.uri.is_none() {
            self.uri = Some(uri.to_owned());
        }
        if self.mime.is_none() {
            self.spell_out(mime);
            let default = match self.body {
                ResourceBody::Text(_) => "text/plain",
                ResourceBody::Blob(_) => "application/octet-stream",
            };
            self.mime = Some(mime.unwrap_or(default).to_owned());
        }
    }
}

fn is_textual(mime: &str) -> bool {
    let essence = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || ["json", "xml", "yaml", "toml", "javascript"].iter().any(|kind| essence.ends_with(kind))
}

impl Serialize for At<'_, ResourceContents> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let At(it, version) = *self;
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("uri", it.uri.as_deref().unwrap_or(""))?;
        if let Some(mime) = &it.mime {
            map.serialize_entry("mimeType", mime)?;
        }
        match &it.body {
            ResourceBody::Text(text) => map.serialize_entry("text", text)?,
            ResourceBody::Blob(bytes) => map.serialize_entry("blob", &Base64(bytes))?,
        }
        super::content::common_entries(&mut map, None, it.meta.as_ref(), version)?;
        map.end()
    }
}

/// Nothing is at this URI, which the message names and `data` has in full.
///
/// Spec: server/resources, "Error Handling".
pub(crate) fn not_found(version: ProtocolVersion, uri: &str, hint: &str) -> ErrorObject {
    let message = format!("resource {} not found{hint}", quoted(uri));
    ErrorObject::new(version.resource_not_found_code(), message).with_data(serde_json::json!({ "uri": uri }))
}

#[cfg(test)]
mod tests {
    use super::is_textual;

    #[test]
    fn types_of_text() {
        for mime in
            ["text/html", "application/json; charset=utf-8", "Image/SVG+XML", "application/x-yaml", "text/x-toml;a=b"]
        {
            assert!(is_textual(mime), "{mime}");
        }
        for mime in ["image/png", "application/octet-stream", "application/zip; of=text/json", ""] {
            assert!(!is_textual(mime), "{mime}");
        }
    }
}
