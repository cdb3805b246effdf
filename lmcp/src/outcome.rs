//! What a request came to, before any revision spells it: the dispatcher's output, the eras' input.

use crate::ask::Question;
use crate::ask::rounds::InputRequired;
use crate::handler::Completions;
use crate::jsonrpc::ErrorObject;
#[cfg(feature = "http")]
use crate::jsonrpc::encode::is_plain;
use crate::jsonrpc::encode::{write_json, write_text};
use crate::protocol::content::Content;
use crate::protocol::meta::SERVER_INFO;
use crate::protocol::{AllAt, Message, Meta, PromptResult, ProtocolVersion, ResourceContents, ToolResult};
use crate::registry::list::Page;
use crate::registry::view::View;
use crate::registry::{Catalog, Tool};
use crate::server::handle::Shared;
use base64::Engine as _;
#[cfg(feature = "http")]
use bytes::Bytes;
use serde::Serialize;
use std::sync::Arc;

/// A result.
pub(crate) enum Outcome {
    /// `{}`.
    Empty,
    /// A page of a list; its definitions may be written by somebody else, `apart`.
    Page { catalog: Arc<Catalog>, list: Listed, after: Option<String>, view: View, apart: bool },
    /// What a tool gave.
    Tool { result: ToolResult, tool: Arc<Tool> },
    /// What a resource gave.
    Contents(Vec<ResourceContents>),
    /// What a prompt gave.
    Prompt(PromptResult),
    /// Questions to the client, without whose answers there is no result (2026-07-28).
    InputRequired(InputRequired),
    /// Suggestions.
    Completion(Completions),
    /// Who the server is and what it can do (2026-07-28).
    Discovery,
    /// The same, with the revision that was agreed on (before).
    Handshake,
}

/// What a request came to, or why it came to nothing.
pub(crate) type Answer = Result<Outcome, ErrorObject>;

/// The four lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listed {
    Tools,
    Prompts,
    Resources,
    Templates,
}

/// From here on a text, or the definitions of a page, are not copied to be sent.
#[cfg(feature = "http")]
const LONG: usize = 16 << 10;

impl Outcome {
    /// About how many bytes it takes, as far as that may be much.
    pub(crate) fn size(&self) -> usize {
        match self {
            Outcome::Tool { result, .. } => {
                let texts = result.content.iter().filter_map(Content::plain_text).map(str::len).sum::<usize>();
                // Some of it has to be escaped, perhaps.
                texts + texts / 16 + result.structured.as_ref().map_or(0, |json| json.get().len())
            }
            _ => 0,
        }
    }

    /// Takes out what is long and is written as it stands, a tool's only text or a page's definitions: it need not be copied
    /// to be sent.
    #[cfg(feature = "http")]
    pub(crate) fn take_long(&mut self, version: ProtocolVersion, server: &Shared) -> Option<Bytes> {
        let result = match self {
            Outcome::Tool { result, .. } => result,
            Outcome::Page { catalog, list, after, view, apart } => {
                let (_, page) = page(catalog, *list, version, after.as_deref(), server.limits.page_size, view);
                let json = page.map(|page| page.json).filter(|json| json.len() >= LONG)?;
                *apart = true;
                return Some(json);
            }
            _ => return None,
        };
        let [block] = result.content.as_mut_slice() else { return None };
        block.plain_text().filter(|text| text.len() >= LONG && is_plain(text))?;
        let Content::Text(block) = block else { return None };
        Some(Bytes::from(std::mem::take(&mut block.text).into_owned()))
    }

    /// Writes the result object as `version` spells it. Gives where in `out` the last text of a tool's content
    /// ends, or a page's definitions do.
    pub(crate) fn write(&self, out: &mut Vec<u8>, version: ProtocolVersion, server: &Shared) -> Option<usize> {
        let mut fields = Fields::new(out);
        if version.has_result_type() {
            let needs_input = matches!(self, Outcome::InputRequired(_));
            fields.add("resultType", &if needs_input { "input_required" } else { "complete" });
        }
        let mut meta = None;
        match self {
            Outcome::Empty => {}
            Outcome::Page { catalog, list, after, view, apart } => {
                let page = page(catalog, *list, version, after.as_deref(), server.limits.page_size, view);
                write_page(&mut fields, page, *apart);
                fields.add_cache(version, if catalog.is_private(*list) { Cache::NONE } else { Cache::PUBLIC });
            }
            Outcome::Tool { result, tool } => {
                write_tool(&mut fields, result, tool, version);
                meta = result.meta.as_ref();
            }
            Outcome::Contents(contents) => {
                fields.add("contents", &AllAt(contents, version));
                fields.add_cache(version, Cache::NONE);
            }
            Outcome::Prompt(prompt) => {
                if let Some(description) = &prompt.description {
                    fields.add("description", description);
                }
                fields.add("messages", &AllAt::<Message>(&prompt.messages, version));
                meta = prompt.meta.as_ref();
            }
            Outcome::InputRequired(input) => {
                if !input.requests.is_empty() {
                    fields.add("inputRequests", &InputRequests(&input.requests));
                }
                fields.add("requestState", &input.state);
            }
            Outcome::Completion(completions) => {
                fields.add("completion", &Completion::cut(completions, server.limits.completion_values))
            }
            Outcome::Discovery => {
                fields.add("supportedVersions", &ProtocolVersion::MODERN.map(ProtocolVersion::as_str));
                write_introduction(&mut fields, server, version);
                fields.add_cache(version, Cache::PUBLIC);
                fields.add("_meta", &serde_json::json!({ SERVER_INFO: ServerInfo(server, version) }));
                return fields.end();
            }
            Outcome::Handshake => {
                fields.add("protocolVersion", &version.as_str());
                write_introduction(&mut fields, server, version);
                fields.add("serverInfo", &ServerInfo(server, version));
            }
        }
        if version.has_result_type() {
            match meta {
                Some(meta) => {
                    let identity = Identity { name: &server.info.name, version: &server.info.version };
                    fields.add("_meta", &ResultMeta { meta, identity });
                }
                // The same on almost every result: written once.
                None => fields.add_json("_meta", "", &server.identity, ""),
            }
        } else if let Some(meta) = meta {
            fields.add("_meta", meta);
        }
        fields.end()
    }
}

/// An object under construction.
pub(crate) struct Fields<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
    /// Where the last text, or array, ends that was written without a detour.
    text_end: Option<usize>,
}

impl<'a> Fields<'a> {
    fn new(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Fields { out, first: true, text_end: None }
    }
    fn key(&mut self, key: &str) {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }
    fn add(&mut self, key: &str, value: &impl Serialize) {
        self.key(key);
        write_json(self.out, value);
    }
    /// An array whose elements are JSON already.
    fn add_elements(&mut self, key: &str, elements: &[u8]) {
        self.key(key);
        self.out.push(b'[');
        self.out.extend_from_slice(elements);
        self.text_end = Some(self.out.len());
        self.out.push(b']');
    }
    /// Blocks; text, of which there may be much, without a detour.
    fn add_content(&mut self, blocks: &[Content], version: ProtocolVersion) {
        if !blocks.iter().all(|block| block.plain_text().is_some()) {
            return self.add("content", &AllAt::<Content>(blocks, version));
        }
        self.key("content");
        self.out.push(b'[');
        for (at, text) in blocks.iter().filter_map(Content::plain_text).enumerate() {
            self.out.extend_from_slice(if at > 0 {
                b",{\"type\":\"text\",\"text\":"
            } else {
                b"{\"type\":\"text\",\"text\":"
            });
            write_text(self.out, text);
            self.text_end = Some(self.out.len() - 1);
            self.out.push(b'}');
        }
        self.out.push(b']');
    }
    /// A value that is JSON already.
    fn add_json(&mut self, key: &str, before: &str, json: &str, after: &str) {
        self.key(key);
        for part in [before, json, after] {
            self.out.extend_from_slice(part.as_bytes());
        }
    }
    fn add_cache(&mut self, version: ProtocolVersion, cache: Cache) {
        if version.has_result_type() {
            self.add("ttlMs", &cache.ttl_ms);
            self.add("cacheScope", &cache.scope);
        }
    }
    fn end(self) -> Option<usize> {
        self.out.push(b'}');
        self.text_end
    }
}

/// How long and by whom a result may be kept.
///
/// Spec: server/utilities/caching.
struct Cache {
    ttl_ms: u64,
    scope: &'static str,
}

impl Cache {
    /// The same for everybody, but only a notification tells when it changes: no time to rely on.
    const PUBLIC: Cache = Cache { ttl_ms: 0, scope: "public" };
    /// Read anew each time.
    const NONE: Cache = Cache { ttl_ms: 0, scope: "private" };
}

/// The key of a list, and one page of it.
fn page<'a>(
    catalog: &'a Catalog,
    list: Listed,
    version: ProtocolVersion,
    after: Option<&str>,
    size: usize,
    view: &View,
) -> (&'static str, Option<Page<'a>>) {
    match list {
        Listed::Tools => ("tools", catalog.tools.page(version, after, size, view)),
        Listed::Prompts => ("prompts", catalog.prompts.page(version, after, size, view)),
        Listed::Resources => ("resources", catalog.resources.page(version, after, size, view)),
        Listed::Templates => ("resourceTemplates", catalog.templates.page(version, after, size, view)),
    }
}

/// Writes a page; without its definitions, if they are sent `apart`.
fn write_page(fields: &mut Fields<'_>, (key, page): (&str, Option<Page<'_>>), apart: bool) {
    // The cursor was looked up in this very catalog before.
    fields.add_elements(key, page.as_ref().filter(|_| !apart).map_or(b"".as_slice(), |page| &page.json));
    if let Some(last) = page.and_then(|page| page.last) {
        fields.add("nextCursor", &cursor(last));
    }
}

/// The cursor behind the item of this name.
pub(crate) fn cursor(last: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(last)
}

/// The name in a cursor.
pub(crate) fn read_cursor(cursor: &str) -> Option<String> {
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(cursor).ok()?).ok()
}

fn write_tool(fields: &mut Fields<'_>, result: &ToolResult, tool: &Tool, version: ProtocolVersion) {
    fields.add_content(&result.content, version);
    if let (Some(json), true) = (&result.structured, version.has_structured_output()) {
        let json = json.get();
        let any_value = version.has_any_structured_value();
        let wraps =
            tool.output.as_ref().is_some_and(|output| output.wraps(any_value)) || !any_value && !json.starts_with('{');
        match (wraps, tool.output.as_ref().is_some_and(|output| output.is_nullable())) {
            (true, true) if json == "null" => fields.add_json("structuredContent", "{", "", "}"),
            (true, _) => fields.add_json("structuredContent", "{\"result\":", json, "}"),
            (false, _) => fields.add_json("structuredContent", "", json, ""),
        }
    }
    fields.add("isError", &result.is_error);
}

/// Questions by key, in the order in which they were asked.
struct InputRequests<'a>(&'a [(String, Question)]);

impl Serialize for InputRequests<'_> {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Request<'a> {
            method: &'a str,
            params: &'a Question,
        }
        let request = |question| Request { method: Question::method(question), params: question };
        s.collect_map(self.0.iter().map(|(key, question)| (key, request(question))))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Completion<'a> {
    values: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    has_more: bool,
}

impl<'a> Completion<'a> {
    fn cut(all: &'a Completions, most: usize) -> Self {
        let values = all.values.get(..most).unwrap_or(&all.values);
        let known = (!all.has_more).then_some(all.values.len() as u64);
        Completion { values, total: all.total.or(known), has_more: all.has_more || values.len() < all.values.len() }
    }
}

/// `capabilities` and `instructions`.
fn write_introduction(fields: &mut Fields<'_>, server: &Shared, version: ProtocolVersion) {
    fields.add("capabilities", &capabilities(server, version));
    if let Some(instructions) = &server.info.instructions {
        fields.add("instructions", instructions);
    }
}

fn capabilities(server: &Shared, version: ProtocolVersion) -> serde_json::Value {
    use serde_json::json;
    let kinds = server.kinds();
    let mut map = serde_json::Map::new();
    if kinds.tools {
        map.insert("tools".into(), json!({ "listChanged": true }));
    }
    if kinds.prompts {
        map.insert("prompts".into(), json!({ "listChanged": true }));
    }
    if kinds.resources {
        map.insert("resources".into(), json!({ "subscribe": true, "listChanged": true }));
    }
    if kinds.completions && version.has_completions_capability() {
        map.insert("completions".into(), json!({}));
    }
    if kinds.logging {
        map.insert("logging".into(), json!({}));
    }
    map.into()
}

/// The server's `Implementation`.
struct ServerInfo<'a>(&'a Shared, ProtocolVersion);

impl Serialize for ServerInfo<'_> {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let ServerInfo(Shared { info, .. }, version) = self;
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("name", &info.name)?;
        if let (Some(title), true) = (&info.title, version.has_titles()) {
            map.serialize_entry("title", title)?;
        }
        map.serialize_entry("version", &info.version)?;
        if version.has_implementation_details() {
            if let Some(description) = &info.description {
                map.serialize_entry("description", description)?;
            }
            if let Some(website) = &info.website {
                map.serialize_entry("websiteUrl", website)?;
            }
        }
        if !info.icons.is_empty() && version.has_icons() {
            map.serialize_entry("icons", &info.icons)?;
        }
        map.end()
    }
}

/// A result's `_meta` in the modern era: the handler's entries, and who the server is.
struct ResultMeta<'a> {
    meta: &'a Meta,
    identity: Identity<'a>,
}

/// `_meta` of a result that has none of its own, as JSON.
pub(crate) fn identity(name: &str, version: &str) -> String {
    let mut out = Vec::new();
    write_json(&mut out, &ResultMeta { meta: &Meta::new(), identity: Identity { name, version } });
    String::from_utf8(out).unwrap_or_default()
}

/// What the specification wants of `serverInfo` on every result; the rest is told once, by `server/discover`.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Identity<'a> {
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
}

impl Serialize for ResultMeta<'_> {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = s.serialize_map(None)?;
        for (key, value) in self.meta.iter().filter(|(key, _)| *key != SERVER_INFO) {
            map.serialize_entry(key, value)?;
        }
        map.serialize_entry(SERVER_INFO, &self.identity)?;
        map.end()
    }
}
