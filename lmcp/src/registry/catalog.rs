//! The frozen catalog: lookups by name and URI, lists rendered once.

use super::collect::Items;
use super::item::{Prompt, Resource, Template, Tool};
use super::list::List;
use super::template_index::{Lookup, TemplateIndex};
use super::uri_template::Refusal;
use super::view::View;
use crate::auth::access::Access;
use crate::hash::QuickMap;
use crate::outcome::Listed;
use std::borrow::Cow;
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
    aliases: QuickMap<&'static str, Arc<Tool>>,
    index: TemplateIndex<Arc<Template>>,
    /// Some tool has arguments that are repeated in headers.
    #[cfg(feature = "http")]
    pub(crate) mirrors: bool,
    /// Some item asks for scopes or has a rate.
    pub(crate) is_guarded: bool,
    /// Which lists differ from caller to caller.
    private: Private,
}

/// Of which kinds some item asks for scopes, switched on or not: a list is private or public on all its pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Private {
    pub(crate) tools: bool,
    pub(crate) prompts: bool,
    pub(crate) resources: bool,
    pub(crate) templates: bool,
}

/// What a URI leads to.
pub(crate) enum Found<'a, 'u> {
    Resource(&'a Arc<Resource>),
    Template(&'a Arc<Template>, Vec<Cow<'u, str>>),
    Refused(Refusal),
    Nothing,
}

impl Catalog {
    pub(crate) fn new(items: Items, private: Private) -> Self {
        let is_guarded = items.commons().any(|common| !common.scopes.is_empty() || common.rate.is_some());
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
            is_guarded,
            private,
            tools: List::new(items.tools, |tool| &tool.common.name, |tool| tool.common.scopes),
            prompts: List::new(items.prompts, |prompt| &prompt.common.name, |prompt| prompt.common.scopes),
            resources: List::new(items.resources, |resource| &resource.uri, |resource| resource.common.scopes),
            templates: List::new(listed, |template| &template.uri_template, |template| template.common.scopes),
            aliases,
            index,
        }
    }

    pub(crate) fn tool(&self, name: &str) -> Option<&Arc<Tool>> {
        self.tools.get(name).or_else(|| self.aliases.get(name))
    }

    /// What this caller sees of a list.
    pub(crate) fn view(&self, list: Listed, access: &Access) -> View {
        match list {
            Listed::Tools => self.tools.view(access),
            Listed::Prompts => self.prompts.view(access),
            Listed::Resources => self.resources.view(access),
            Listed::Templates => self.templates.view(access),
        }
    }

    /// Whether a list differs from caller to caller.
    pub(crate) fn is_private(&self, list: Listed) -> bool {
        match list {
            Listed::Tools => self.private.tools,
            Listed::Prompts => self.private.prompts,
            Listed::Resources => self.private.resources,
            Listed::Templates => self.private.templates,
        }
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
