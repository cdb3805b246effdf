//! MCP's vocabulary: the things that travel, and how each revision spells them. No behaviour.
//!
//! [`At`] pairs a value with a revision; its `Serialize` implementations are the only place where a value is
//! spelled differently for an old client ("nothing leaks backwards").

pub(crate) mod capabilities;
pub(crate) mod content;
pub(crate) mod logging;
pub(crate) mod meta;
pub(crate) mod method;
pub(crate) mod params;
pub(crate) mod prompt;
pub(crate) mod resource;
pub(crate) mod roots;
pub(crate) mod sampling;
pub(crate) mod shown;
pub(crate) mod tool;
pub(crate) mod version;

pub use capabilities::{ClientCapabilities, Implementation};
pub use content::{Annotations, Audio, Content, Embedded, Icon, Image, ResourceLink, Role, TextContent};
pub use logging::Level;
pub use meta::Meta;
pub use prompt::{Message, PromptResult};
pub use resource::{ResourceBody, ResourceContents};
pub use roots::Root;
pub use sampling::{
    SamplingContent, SamplingMessage, SamplingRequest, SamplingTool, ToolChoice, ToolUse, ToolUseResult,
};
pub use tool::ToolResult;
pub use version::ProtocolVersion;

/// A value as one protocol revision spells it.
#[derive(Clone, Copy)]
pub(crate) struct At<'a, T: ?Sized>(pub(crate) &'a T, pub(crate) ProtocolVersion);

/// Bytes as a base64 JSON string, without an intermediate value for the rest of the message.
pub(crate) struct Base64<'a>(pub(crate) &'a [u8]);

impl serde::Serialize for Base64<'_> {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        s.serialize_str(&STANDARD.encode(self.0))
    }
}

/// A slice whose elements are spelled for one revision.
pub(crate) struct AllAt<'a, T>(pub(crate) &'a [T], pub(crate) ProtocolVersion);

impl<'a, T> serde::Serialize for AllAt<'a, T>
where
    At<'a, T>: serde::Serialize,
{
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.0.iter().map(|item| At(item, self.1)))
    }
}
