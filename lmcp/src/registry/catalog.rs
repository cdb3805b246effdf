//! The frozen catalog: lookups by name and URI, lists rendered once.

use super::collect::Items;
use super::item::{Prompt, Resource, Template, Tool};
use super::list::List;
use super::template_index::{Lookup, TemplateIndex};
use super::uri_template::Refusal;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// Everything a server offers at one moment. Immutable; a change makes the next one.
#[derive(Debug)]
pub(crate) struct Catalog {
    pub(crate) tools: List<Tool>,
    pub(crate) prompts: List<Prompt>,
    /// Keyed by URI.
    pub(crate) resources: List<Resource>,
    /// Keyed by URI template, as RFC 6570 writes it.
    pub(crate) templates: List<Template>,
    aliases: HashMap<&'static str, Arc<Tool>>,
    index: TemplateIndex<Arc<Template>>,
    /// Some tool has arguments that are repeated in headers.
    #[cfg(feature = "http")]
    pub(crate) mirrors: bool,
}

/// What a URI leads to.
pub(crate) enum Found<'a, 'u> {
    Resource(&'a Arc<Resource>),
    Template(&'a Arc<Template>, Vec<Cow<'u, str>>),
    Refused(Refusal),
    Nothing,
}

impl Catalog {
    pub(crate) fn new(items: Items) -> Self {
        let aliases =
            items.tools.iter().flat_map(|tool| tool.aliases.iter().map(|alias| (*alias, tool.clone()))).collect();
        let listed = items.templates.iter().map(|(_, item)| item.clone()).collect();
        // Collisions were refused before an item got here.
        let index = TemplateIndex::build(items.templates).unwrap_or_else(|_| TemplateIndex::empty());
        #[cfg(feature = "http")]
        let mirrors = items.tools.iter().any(|tool| tool.common.arguments().any(|param| param.header.is_some()));
        Catalog {
            #[cfg(feature = "http")]
            mirrors,
            tools: List::new(items.tools, |tool| &tool.common.name),
            prompts: List::new(items.prompts, |prompt| &prompt.common.name),
            resources: List::new(items.resources, |resource| &resource.uri),
            templates: List::new(listed, |template| &template.uri_template),
            aliases,
            index,
        }
    }

    pub(crate) fn tool(&self, name: &str) -> Option<&Arc<Tool>> {
        self.tools.get(name).or_else(|| self.aliases.get(name))
    }

    /// Literals win over templates; among templates the most specific.
    pub(crate) fn read<'u>(&self, uri: &'u str) -> Found<'_, 'u> {
        if let Some(resource) = self.resources.get(uri) {
            return Found::Resource(resource);
        }
        match self.index.lookup(uri) {
            Lookup::Found(found) => Found::Template(found.value, found.captures),
            Lookup::Refused(why) => Found::Refused(why),
            Lookup::NotFound => Found::Nothing,
        }
    }
}
