//! What a server offers, as its lists say it in the newest revision, and how large that is.

use crate::handler::entry::Source;
use crate::jsonrpc::decode;
use crate::protocol::{At, ProtocolVersion};
use crate::registry::Catalog;
use crate::registry::collect::{Items, files};
use crate::registry::item::{Common, Prompt, Resource, Template, Tool};
use crate::registry::library::{Lost, lost};
use crate::server::ReadyServer;
use crate::server::handle::Shared;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// All definitions of a server.
#[derive(Debug, Default)]
pub(crate) struct Offer {
    /// The server's name, if it has one.
    pub(crate) name: Option<String>,
    pub(crate) instructions: Option<String>,
    /// The scopes that are asked for and that nobody has over HTTP.
    pub(crate) unreachable: Vec<&'static str>,
    /// What stands in the package's own library, and is not in the program.
    pub(crate) lost: Option<Lost>,
    pub(crate) tools: Vec<Definition>,
    pub(crate) resources: Vec<Definition>,
    pub(crate) templates: Vec<Definition>,
    pub(crate) prompts: Vec<Definition>,
}

/// One definition.
#[derive(Debug)]
pub(crate) struct Definition {
    /// What it is found by on the wire.
    pub(crate) name: String,
    pub(crate) json: Value,
    #[cfg(feature = "cli")]
    pub(crate) size: Size,
    pub(crate) source: Source,
}

/// How much room a definition takes.
#[cfg(feature = "cli")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Size {
    pub(crate) bytes: usize,
    /// About: see [`Size::of`].
    pub(crate) tokens: usize,
}

#[cfg(feature = "cli")]
impl Size {
    /// A token for each four bytes, as in English prose. Each model counts in its own way, and JSON's brackets and
    /// quotes come to more.
    fn of(bytes: usize) -> Self {
        Size { bytes, tokens: bytes.div_ceil(4) }
    }
}

impl Offer {
    /// What this server offers now.
    pub(crate) fn of(server: &ReadyServer) -> Self {
        let Shared { info, package, .. } = &*server.shared;
        Offer {
            name: Some(info.name.clone()),
            instructions: info.instructions.clone(),
            lost: lost(package.name, package.directory, files()),
            #[cfg(feature = "http")]
            unreachable: server.unreachable_scopes(),
            ..Self::of_catalog(&server.shared.registry.current())
        }
    }

    fn of_catalog(catalog: &Catalog) -> Self {
        Offer {
            tools: definitions(catalog.tools.items(), tool),
            resources: definitions(catalog.resources.items(), resource),
            templates: definitions(catalog.templates.items(), template),
            prompts: definitions(catalog.prompts.items(), prompt),
            ..Self::default()
        }
    }

    /// What was collected.
    pub(crate) fn of_items(items: &Items) -> Self {
        let templates: Vec<_> = items.templates.iter().map(|(_, item)| item.clone()).collect();
        Offer {
            tools: definitions(&items.tools, tool),
            resources: definitions(&items.resources, resource),
            templates: definitions(&templates, template),
            prompts: definitions(&items.prompts, prompt),
            ..Self::default()
        }
    }

    /// Whether there is nothing in it.
    #[cfg(feature = "cli")]
    pub(crate) fn is_empty(&self) -> bool {
        [&self.tools, &self.resources, &self.templates, &self.prompts].iter().all(|list| list.is_empty())
    }

    /// All tools together, with the commas between them.
    #[cfg(feature = "cli")]
    pub(crate) fn size(&self) -> Size {
        let commas = self.tools.len().saturating_sub(1);
        Size::of(self.tools.iter().map(|tool| tool.size.bytes).sum::<usize>() + commas)
    }
}

impl Definition {
    /// A text of the definition.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.json.get(key)?.as_str()
    }
}

fn tool(tool: &Tool) -> (&str, &Common) {
    (&tool.common.name, &tool.common)
}
fn resource(resource: &Resource) -> (&str, &Common) {
    (&resource.uri, &resource.common)
}
fn template(template: &Template) -> (&str, &Common) {
    (&template.uri_template, &template.common)
}
fn prompt(prompt: &Prompt) -> (&str, &Common) {
    (&prompt.common.name, &prompt.common)
}

fn definitions<T>(items: &[Arc<T>], common: impl Fn(&T) -> (&str, &Common)) -> Vec<Definition>
where
    for<'a> At<'a, T>: Serialize,
{
    let definition = |item: &Arc<T>| {
        let mut bytes = Vec::new();
        crate::jsonrpc::encode::write_json(&mut bytes, &At(&**item, ProtocolVersion::LATEST));
        let (name, common) = common(item);
        Definition {
            name: name.to_owned(),
            json: decode::read(&bytes).unwrap_or_default(),
            #[cfg(feature = "cli")]
            size: Size::of(bytes.len()),
            source: common.source,
        }
    };
    items.iter().map(definition).collect()
}
