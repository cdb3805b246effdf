//! Content blocks: what tool results and prompt messages are made of.

use super::meta::Meta;
use super::resource::ResourceContents;
use super::{At, Base64, ProtocolVersion};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::borrow::Cow;

/// One block of a tool's result or a prompt's message.
///
/// Everything that is a block converts into it: `Content::from("text")`, `Content::from(image)`.
///
/// ```
/// use lmcp::{Content, Image, ResourceLink, tool};
///
/// /// A house, in words, as a picture, and where to read more.
/// #[tool]
/// fn house() -> Vec<Content> {
///     vec!["A red house.".into(), Image::png(b"\x89PNG".to_vec()).into(), ResourceLink::new("houses://7").into()]
/// }
/// assert_eq!(house()[0], Content::text("A red house."));
/// ```
///
/// Spec: server/tools, "Tool Result".
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// Text.
    Text(TextContent),
    /// A picture.
    Image(Image),
    /// Sound.
    Audio(Audio),
    /// A link to a resource, for the client to read if it wants to.
    ResourceLink(ResourceLink),
    /// A resource's contents, inline.
    Embedded(Embedded),
}

impl Content {
    /// A text block.
    pub fn text(text: impl Into<String>) -> Self {
        Content::Text(TextContent::new(text))
    }
}

/// Who a message or a block is by or for.
///
/// ```
/// use lmcp::{Message, Role};
/// assert_eq!(Message::user("Hello").role, Role::User);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// Hints for the client on how to use a block or a resource.
///
/// ```
/// use lmcp::{Annotations, Role, TextContent};
///
/// let hints = Annotations::new().audience(Role::User).priority(0.3).last_modified("2026-08-30T12:00:00Z");
/// let text = TextContent::new("for people, not for the model").annotated(hints);
/// assert_eq!(text.annotations.unwrap().audience, [Role::User]);
/// ```
///
/// Spec: server/resources, "Annotations".
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Annotations {
    /// Who it is meant for.
    pub audience: Vec<Role>,
    /// From 0.0 (optional) to 1.0 (required).
    pub priority: Option<f64>,
    /// ISO 8601 time of the last change.
    pub last_modified: Option<String>,
}

impl Annotations {
    /// No hints.
    pub fn new() -> Self {
        Self::default()
    }
    /// Adds somebody it is meant for.
    pub fn audience(mut self, role: Role) -> Self {
        self.audience.push(role);
        self
    }
    /// Sets how important it is, from 0.0 to 1.0.
    pub fn priority(mut self, priority: f64) -> Self {
        self.priority = Some(priority);
        self
    }
    /// Sets when it last changed, as ISO 8601.
    pub fn last_modified(mut self, time: impl Into<String>) -> Self {
        self.last_modified = Some(time.into());
        self
    }
}

/// A picture that stands for a server, a tool, a resource or a prompt in a client's interface.
///
/// ```
/// use lmcp::{Icon, Server};
///
/// let icon = Icon::new("https://example.com/icon.png").mime("image/png").size("48x48").theme("dark");
/// let server = Server::empty().icon(icon);
/// ```
///
/// Spec: basic, `icons` (from 2025-11-25 on).
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Icon {
    /// An `https:` or `data:` URI.
    pub src: String,
    /// The picture's type, if the URI does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// Sizes such as `48x48`, or `any`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sizes: Vec<String>,
    /// `light` or `dark`: the background it is made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
}

impl Icon {
    /// An icon at an `https:` or `data:` URI.
    pub fn new(src: impl Into<String>) -> Self {
        Icon { src: src.into(), ..Self::default() }
    }
    /// Sets the picture's type.
    pub fn mime(mut self, mime: impl Into<String>) -> Self {
        self.mime_type = Some(mime.into());
        self
    }
    /// Adds a size, such as `48x48`, or `any` for pictures that scale.
    pub fn size(mut self, size: impl Into<String>) -> Self {
        self.sizes.push(size.into());
        self
    }
    /// Sets the background it is made for, `light` or `dark`.
    pub fn theme(mut self, theme: impl Into<String>) -> Self {
        self.theme = Some(theme.into());
        self
    }
}

macro_rules! annotated {
    ($($t:ident),*) => { $(
        impl $t {
            /// Adds hints for the client.
            pub fn annotated(mut self, annotations: Annotations) -> Self {
                self.annotations = Some(annotations);
                self
            }
            /// Adds one `_meta` entry.
            pub fn meta(mut self, key: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
                self.meta.get_or_insert_default().insert(key.into(), value.into());
                self
            }
        }
        impl From<$t> for Content {
            fn from(block: $t) -> Self { block.into_content() }
        }
    )* };
}
annotated!(TextContent, Image, Audio, ResourceLink, Embedded);

/// A text block with annotations or metadata; plain text is `Content::text`.
///
/// ```
/// use lmcp::TextContent;
///
/// let text = TextContent::new("hello").meta("example.com/language", "en");
/// assert_eq!(text.meta.unwrap()["example.com/language"], "en");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TextContent {
    /// The text.
    pub text: Cow<'static, str>,
    /// Hints for the client.
    pub annotations: Option<Annotations>,
    /// Additional metadata.
    pub meta: Option<Meta>,
}

impl Content {
    /// The text of a block that is nothing but text.
    pub(crate) fn plain_text(&self) -> Option<&str> {
        match self {
            Content::Text(TextContent { text, annotations: None, meta: None }) => Some(text),
            _ => None,
        }
    }
}

impl TextContent {
    /// A text block.
    pub fn new(text: impl Into<String>) -> Self {
        TextContent { text: Cow::Owned(text.into()), annotations: None, meta: None }
    }
    fn into_content(self) -> Content {
        Content::Text(self)
    }
}

macro_rules! media {
    ($(#[$doc:meta])* $t:ident, $($(#[$shortdoc:meta])* $short:ident = $mime:literal),*) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct $t {
            /// The raw bytes; base64 on the wire.
            pub data: Vec<u8>,
            /// Their MIME type.
            pub mime: Cow<'static, str>,
            /// Hints for the client.
            pub annotations: Option<Annotations>,
            /// Additional metadata.
            pub meta: Option<Meta>,
        }
        impl $t {
            /// Raw bytes of the given MIME type.
            pub fn new(data: impl Into<Vec<u8>>, mime: impl Into<Cow<'static, str>>) -> Self {
                $t { data: data.into(), mime: mime.into(), annotations: None, meta: None }
            }
            $($(#[$shortdoc])* pub fn $short(data: impl Into<Vec<u8>>) -> Self { Self::new(data, $mime) })*
            fn into_content(self) -> Content { Content::$t(self) }
        }
    };
}
media!(
    /// A picture.
    ///
    /// ```
    /// use lmcp::{Image, tool};
    /// /// One red pixel.
    /// #[tool]
    /// fn pixel() -> Image {
    ///     Image::png(b"\x89PNG...".to_vec())
    /// }
    /// assert_eq!(pixel().mime, "image/png");
    /// ```
    Image,
    /// A PNG file's bytes.
    png = "image/png",
    /// A JPEG file's bytes.
    jpeg = "image/jpeg"
);
media!(
    /// Sound. Clients before 2025-03-26 get a text that says what it was.
    ///
    /// ```
    /// use lmcp::{Audio, tool};
    /// /// A beep.
    /// #[tool]
    /// fn beep() -> Audio {
    ///     Audio::wav(b"RIFF...".to_vec())
    /// }
    /// assert_eq!(beep().mime, "audio/wav");
    /// ```
    Audio,
    /// A WAV file's bytes.
    wav = "audio/wav",
    /// An MP3 file's bytes.
    mp3 = "audio/mpeg"
);

/// A link to a resource. Clients before 2025-06-18 get it as text.
///
/// ```
/// use lmcp::{ResourceLink, tool};
///
/// /// The report of a month.
/// #[tool(read_only)]
/// fn report(month: u8) -> ResourceLink {
///     ResourceLink::new(format!("reports://{month}")).title("Monthly report").mime("text/markdown").size(4096)
/// }
/// ```
///
/// Spec: server/tools, "Resource Links".
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResourceLink {
    /// The resource's URI.
    pub uri: String,
    /// Its name; the URI when not set.
    pub name: String,
    /// Its name for people.
    pub title: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Its MIME type.
    pub mime: Option<String>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Hints for the client.
    pub annotations: Option<Annotations>,
    /// Additional metadata.
    pub meta: Option<Meta>,
}

impl ResourceLink {
    /// A link to `uri`, named like it.
    pub fn new(uri: impl Into<String>) -> Self {
        let uri = uri.into();
        ResourceLink {
            name: uri.clone(),
            uri,
            title: None,
            description: None,
            mime: None,
            size: None,
            annotations: None,
            meta: None,
        }
    }
    /// Sets the name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }
    /// Sets the name for people.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }
    /// Says what it is.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
    /// Sets the MIME type.
    pub fn mime(mut self, mime: impl Into<String>) -> Self {
        self.mime = Some(mime.into());
        self
    }
    /// Sets the size in bytes.
    pub fn size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }
    fn into_content(self) -> Content {
        Content::ResourceLink(self)
    }
}

/// A resource's contents inside a result.
///
/// ```
/// use lmcp::{Annotations, Embedded, ResourceContents, Role};
///
/// let note = ResourceContents::text("Buy milk.").uri("notes://7");
/// let note = Embedded::new(note).annotated(Annotations::new().audience(Role::Assistant));
/// assert_eq!(note.resource.uri.as_deref(), Some("notes://7"));
/// ```
///
/// Spec: server/tools, "Embedded Resources".
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Embedded {
    /// The contents.
    pub resource: ResourceContents,
    /// Hints for the client.
    pub annotations: Option<Annotations>,
    /// Additional metadata.
    pub meta: Option<Meta>,
}

impl Embedded {
    /// Contents that carry their own URI.
    pub fn new(resource: ResourceContents) -> Self {
        Embedded { resource, annotations: None, meta: None }
    }
    fn into_content(self) -> Content {
        Content::Embedded(self)
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Content::text(text)
    }
}
impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Content::text(text)
    }
}

// ---- how each revision spells them

impl Serialize for At<'_, Annotations> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let At(it, version) = *self;
        let mut map = s.serialize_map(None)?;
        if !it.audience.is_empty() {
            map.serialize_entry("audience", &it.audience)?;
        }
        if let Some(priority) = it.priority {
            map.serialize_entry("priority", &priority)?;
        }
        if let (Some(time), true) = (&it.last_modified, version.has_last_modified()) {
            map.serialize_entry("lastModified", time)?;
        }
        map.end()
    }
}

impl Serialize for At<'_, Content> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let At(content, version) = *self;
        let mut map = s.serialize_map(None)?;
        let (annotations, meta) = match content {
            Content::Text(text) => {
                text_entries(&mut map, &text.text)?;
                (&text.annotations, &text.meta)
            }
            Content::Image(image) => {
                map.serialize_entry("type", "image")?;
                map.serialize_entry("data", &Base64(&image.data))?;
                map.serialize_entry("mimeType", &image.mime)?;
                (&image.annotations, &image.meta)
            }
            Content::Audio(audio) => {
                if version.has_audio() {
                    map.serialize_entry("type", "audio")?;
                    map.serialize_entry("data", &Base64(&audio.data))?;
                    map.serialize_entry("mimeType", &audio.mime)?;
                } else {
                    text_entries(&mut map, &format!("[audio: {}, {} bytes]", audio.mime, audio.data.len()))?;
                }
                (&audio.annotations, &audio.meta)
            }
            Content::ResourceLink(link) => {
                if version.has_resource_links() {
                    map.serialize_entry("type", "resource_link")?;
                    link_entries(&mut map, link)?;
                } else {
                    let what = link.description.as_deref().or(link.title.as_deref()).unwrap_or(&link.name);
                    text_entries(&mut map, &format!("[resource: {} ({what})]", link.uri))?;
                }
                (&link.annotations, &link.meta)
            }
            Content::Embedded(embedded) => {
                map.serialize_entry("type", "resource")?;
                map.serialize_entry("resource", &At(&embedded.resource, version))?;
                (&embedded.annotations, &embedded.meta)
            }
        };
        common_entries(&mut map, annotations.as_ref(), meta.as_ref(), version)?;
        map.end()
    }
}

fn text_entries<M: SerializeMap>(map: &mut M, text: &str) -> Result<(), M::Error> {
    map.serialize_entry("type", "text")?;
    map.serialize_entry("text", text)
}

fn link_entries<M: SerializeMap>(map: &mut M, link: &ResourceLink) -> Result<(), M::Error> {
    map.serialize_entry("uri", &link.uri)?;
    map.serialize_entry("name", &link.name)?;
    for (key, value) in [("title", &link.title), ("description", &link.description), ("mimeType", &link.mime)] {
        if let Some(value) = value {
            map.serialize_entry(key, value)?;
        }
    }
    if let Some(size) = link.size {
        map.serialize_entry("size", &size)?;
    }
    Ok(())
}

/// `annotations` and `_meta`, which close every block and definition.
pub(crate) fn common_entries<M: SerializeMap>(
    map: &mut M,
    annotations: Option<&Annotations>,
    meta: Option<&Meta>,
    version: ProtocolVersion,
) -> Result<(), M::Error> {
    if let Some(annotations) = annotations {
        map.serialize_entry("annotations", &At(annotations, version))?;
    }
    if let (Some(meta), true) = (meta, version.has_meta_on_items()) {
        map.serialize_entry("_meta", meta)?;
    }
    Ok(())
}
