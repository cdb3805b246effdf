//! One frozen catalog after another: what is enabled, disabled or added while the server runs.

use super::catalog::{Catalog, Private};
use super::check::{self, Mistakes};
use super::collect::{self, Items, Named, Selection};
use super::item::{Common, Schemas};
#[cfg(feature = "cli")]
use super::template_index::{Lookup, TemplateIndex};
#[cfg(feature = "http")]
use crate::Auth;
use crate::Error;
#[cfg(feature = "cli")]
use crate::handler::entry::Source;
use crate::handler::state::States;
use crate::outcome::Listed;
use std::collections::{BTreeSet, HashMap};
use std::panic::Location;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// All that is registered, and the catalog of what is enabled.
#[derive(Debug)]
pub(crate) struct Registry {
    all: Mutex<All>,
    current: RwLock<Arc<Catalog>>,
    /// [`Kinds`] as bits: asked for on each call.
    kinds: AtomicU8,
    /// For what is added later.
    schemas: Schemas,
}

#[derive(Debug)]
struct All {
    items: Items,
    /// Names of tools and prompts, URIs and templates of resources.
    disabled: Disabled,
}

/// Each with where it was switched off.
#[derive(Debug, Default)]
struct Disabled {
    tools: Places,
    prompts: Places,
    resources: Places,
}

type Places = HashMap<String, &'static Location<'static>>;

/// Something that is registered and switched off.
#[cfg(feature = "cli")]
pub(crate) struct Off {
    pub(crate) kind: collect::Kind,
    /// What it would be found by: its name, or a resource's URI or template.
    pub(crate) key: String,
    pub(crate) source: Source,
    pub(crate) at: &'static Location<'static>,
}

/// Which lists a change touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Touched {
    pub(crate) tools: bool,
    pub(crate) prompts: bool,
    pub(crate) resources: bool,
}

/// Which kinds of things are registered, enabled or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kinds {
    pub(crate) tools: bool,
    pub(crate) prompts: bool,
    pub(crate) resources: bool,
    pub(crate) completions: bool,
    pub(crate) logging: bool,
}

impl Kinds {
    fn to_bits(self) -> u8 {
        let Kinds { tools, prompts, resources, completions, logging } = self;
        [tools, prompts, resources, completions, logging].iter().rev().fold(0, |bits, is| bits << 1 | u8::from(*is))
    }

    fn from_bits(bits: u8) -> Self {
        let is = |place: u8| bits >> place & 1 == 1;
        Kinds { tools: is(0), prompts: is(1), resources: is(2), completions: is(3), logging: is(4) }
    }
}

impl Registry {
    pub(crate) fn new(items: Items, schemas: Schemas) -> Self {
        let all = All { items, disabled: Disabled::default() };
        Registry {
            current: RwLock::new(Arc::new(all.freeze())),
            kinds: AtomicU8::new(all.items.kinds().to_bits()),
            schemas,
            all: Mutex::new(all),
        }
    }

    /// The catalog as it is now.
    pub(crate) fn current(&self) -> Arc<Catalog> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Enables or disables what has this name or URI; `None` when nothing has. `at` is where that stands.
    pub(crate) fn switch(&self, name: &str, on: bool, at: &'static Location<'static>) -> Option<Touched> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, touched) = all.switch(name, on, at);
        if touched != Touched::default() {
            self.swap(&all);
        }
        known.then_some(touched)
    }

    /// Adds a function that was not collected.
    pub(crate) fn add(&self, named: Named, states: &States) -> Result<Touched, Error> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let mut mistakes = Mistakes::default();
        let selection = Selection { collected: false, named: vec![named] };
        let added = collect::collect(&selection, self.schemas, &mut mistakes);
        mistakes.into_result()?;
        let touched = Touched {
            tools: !added.tools.is_empty(),
            prompts: !added.prompts.is_empty(),
            resources: !added.resources.is_empty() || !added.templates.is_empty(),
        };
        let mut grown = Items {
            tools: all.items.tools.clone(),
            prompts: all.items.prompts.clone(),
            resources: all.items.resources.clone(),
            templates: all.items.templates.clone(),
            broken: Vec::new(),
        };
        grown.tools.extend(added.tools);
        grown.prompts.extend(added.prompts);
        grown.resources.extend(added.resources);
        grown.templates.extend(added.templates);
        let mut mistakes = Mistakes::default();
        check::check(&grown, states, &mut mistakes);
        mistakes.into_result()?;
        all.items = grown;
        self.kinds.store(all.items.kinds().to_bits(), Ordering::Release);
        self.swap(&all);
        Ok(touched)
    }

    /// What is registered, enabled or not: capabilities do not come and go with a switch.
    pub(crate) fn kinds(&self) -> Kinds {
        Kinds::from_bits(self.kinds.load(Ordering::Acquire))
    }

    /// All scopes that some item asks for, enabled or not, in the order of the alphabet.
    pub(crate) fn scopes(&self) -> BTreeSet<&'static str> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scopes = BTreeSet::new();
        scopes.extend(all.items.commons().flat_map(|common| common.scopes.iter().copied()));
        scopes
    }

    /// What is in the program, and not registered.
    #[cfg(feature = "cli")]
    pub(crate) fn left_out(&self) -> Vec<collect::LeftOut> {
        collect::left_out(&self.all.lock().unwrap_or_else(PoisonError::into_inner).items)
    }

    /// What is registered, and switched off.
    #[cfg(feature = "cli")]
    pub(crate) fn switched_off(&self) -> Vec<Off> {
        use collect::Kind;
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let All { items, disabled } = &*all;
        let mut off = Vec::new();
        let mut look = |kind, key: &str, places: &Places, source| {
            off.extend(places.get(key).map(|at| Off { kind, key: key.to_owned(), source, at }));
        };
        items.tools.iter().for_each(|i| look(Kind::Tool, &i.common.name, &disabled.tools, i.common.source));
        items.resources.iter().for_each(|i| look(Kind::Resource, &i.uri, &disabled.resources, i.common.source));
        let templates = items.templates.iter();
        templates.for_each(|(_, i)| look(Kind::Resource, &i.uri_template, &disabled.resources, i.common.source));
        items.prompts.iter().for_each(|i| look(Kind::Prompt, &i.common.name, &disabled.prompts, i.common.source));
        off
    }

    /// The template that is switched off and that this URI would lead to.
    #[cfg(feature = "cli")]
    pub(crate) fn switched_off_for(&self, uri: &str) -> Option<Off> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let off = &all.disabled.resources;
        let templates = all.items.templates.iter().filter(|(_, item)| off.contains_key(&item.uri_template)).cloned();
        // All templates together have no collisions, so a part of them has none.
        let index = TemplateIndex::build(templates.collect()).ok()?;
        let Lookup::Found(found) = index.lookup(uri) else { return None };
        let (key, source) = (found.value.uri_template.clone(), found.value.common.source);
        let at = off.get(&key)?;
        Some(Off { kind: collect::Kind::Resource, key, source, at })
    }

    /// Refuses to serve what nobody could ever reach; see [`check::check_scopes`].
    #[cfg(feature = "http")]
    pub(crate) fn check_scopes(&self, auth: Option<&Auth>) -> Result<(), Error> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let mut mistakes = Mistakes::default();
        check::check_scopes(&all.items, auth, &mut mistakes);
        mistakes.into_result()
    }

    /// Where a list goes on behind something that is switched off: behind the nearest before it that is on, or at the
    /// start. `None` when nothing of this name was ever registered.
    pub(crate) fn before(&self, list: Listed, name: &str) -> Option<Option<String>> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let (items, Disabled { tools, prompts, resources }) = (&all.items, &all.disabled);
        let (names, off): (Vec<&String>, _) = match list {
            Listed::Tools => (items.tools.iter().map(|i| &i.common.name).collect(), tools),
            Listed::Prompts => (items.prompts.iter().map(|i| &i.common.name).collect(), prompts),
            Listed::Resources => (items.resources.iter().map(|i| &i.uri).collect(), resources),
            Listed::Templates => (items.templates.iter().map(|(_, i)| &i.uri_template).collect(), resources),
        };
        let at = names.iter().position(|known| *known == name)?;
        Some(names.into_iter().take(at).rfind(|name| !off.contains_key(*name)).cloned())
    }

    fn swap(&self, all: &All) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all.freeze());
    }
}

impl All {
    fn freeze(&self) -> Catalog {
        let Disabled { tools, prompts, resources } = &self.disabled;
        let items = &self.items;
        let scoped = |common: &Common| !common.scopes.is_empty();
        let private = Private {
            tools: items.tools.iter().any(|i| scoped(&i.common)),
            prompts: items.prompts.iter().any(|i| scoped(&i.common)),
            resources: items.resources.iter().any(|i| scoped(&i.common)),
            templates: items.templates.iter().any(|(_, i)| scoped(&i.common)),
        };
        let enabled = Items {
            tools: items.tools.iter().filter(|i| !tools.contains_key(&i.common.name)).cloned().collect(),
            prompts: items.prompts.iter().filter(|i| !prompts.contains_key(&i.common.name)).cloned().collect(),
            resources: items.resources.iter().filter(|i| !resources.contains_key(&i.uri)).cloned().collect(),
            templates: items
                .templates
                .iter()
                .filter(|(_, i)| !resources.contains_key(&i.uri_template))
                .cloned()
                .collect(),
            broken: Vec::new(),
        };
        Catalog::new(enabled, private)
    }

    fn switch(&mut self, name: &str, on: bool, at: &'static Location<'static>) -> (bool, Touched) {
        let mut known = false;
        let mut flip = |set: &mut Places, keys: Vec<String>| {
            let mut changed = false;
            for key in keys {
                known = true;
                changed |= if on { set.remove(&key).is_some() } else { set.insert(key, at).is_none() };
            }
            changed
        };
        let items = &self.items;
        let tools = items.tools.iter().map(|i| &i.common.name).filter(|n| *n == name).cloned().collect();
        let prompts = items.prompts.iter().map(|i| &i.common.name).filter(|n| *n == name).cloned().collect();
        let resources = items.resources.iter().map(|i| (&i.common.name, &i.uri));
        let templates = items.templates.iter().map(|(_, i)| (&i.common.name, &i.uri_template));
        let resources =
            resources.chain(templates).filter(|(n, uri)| *n == name || *uri == name).map(|(_, uri)| uri.clone());
        let resources = resources.collect();
        let touched = Touched {
            tools: flip(&mut self.disabled.tools, tools),
            prompts: flip(&mut self.disabled.prompts, prompts),
            resources: flip(&mut self.disabled.resources, resources),
        };
        (known, touched)
    }
}
