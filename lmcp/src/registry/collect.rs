//! From entries to items: everything the attributes submitted, or just what was named.

use super::check::Mistakes;
use super::item::{Common, Prompt, Resource, Schemas, Template, Tool};
use super::switch::Kinds;
use super::uri_template::UriTemplate;
use crate::handler::entry::{PromptEntry, ResourceEntry, Source, ToolEntry};
#[cfg(feature = "cli")]
use crate::outcome::Listed;
use crate::sorted::sorted_by_key;
use std::any::TypeId;
use std::panic::Location;
use std::sync::Arc;

/// What a server is to offer.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    /// Everything the attributes submitted, behind what is named.
    pub(crate) collected: bool,
    /// Functions named by hand, in that order.
    pub(crate) named: Vec<Named>,
}

impl Selection {
    /// Whether it takes what the attributes submitted, and that is nothing at all.
    pub(crate) fn is_vain(&self) -> bool {
        self.collected && self.named.is_empty() && files().next().is_none()
    }
}

/// A function named by hand, by its item's own type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) kind: Kind,
    pub(crate) item: TypeId,
    pub(crate) function: &'static str,
    /// Where that stands.
    pub(crate) at: &'static Location<'static>,
}

/// The three kinds of things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Tool,
    Resource,
    Prompt,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Kind::Tool => "tool",
            Kind::Resource => "resource",
            Kind::Prompt => "prompt",
        }
    }

    /// What a list has in it.
    #[cfg(feature = "cli")]
    pub(crate) fn of_list(list: Listed) -> Self {
        match list {
            Listed::Tools => Kind::Tool,
            Listed::Resources | Listed::Templates => Kind::Resource,
            Listed::Prompts => Kind::Prompt,
        }
    }
}

impl Named {
    #[track_caller]
    pub(crate) fn new<F: 'static>(kind: Kind, _function: &F) -> Self {
        Named { kind, item: TypeId::of::<F>(), function: std::any::type_name::<F>(), at: Location::caller() }
    }
}

/// Items of every kind, in the order in which they are listed: those named by hand first, then the rest by name.
#[derive(Debug, Default)]
pub(crate) struct Items {
    pub(crate) tools: Vec<Arc<Tool>>,
    pub(crate) prompts: Vec<Arc<Prompt>>,
    pub(crate) resources: Vec<Arc<Resource>>,
    pub(crate) templates: Vec<(UriTemplate, Arc<Template>)>,
    /// The names of those that cannot be made ready, and where they stand: another one may not have them either.
    pub(crate) broken: Vec<(Kind, &'static str, Source)>,
}

impl Items {
    /// What all of them have.
    pub(crate) fn commons(&self) -> impl Iterator<Item = &Common> {
        let tools = self.tools.iter().map(|i| &i.common);
        let prompts = self.prompts.iter().map(|i| &i.common);
        let resources = self.resources.iter().map(|i| &i.common);
        tools.chain(prompts).chain(resources).chain(self.templates.iter().map(|(_, i)| &i.common))
    }

    /// Which kinds of things these are, and what they can do.
    pub(crate) fn kinds(&self) -> Kinds {
        Kinds {
            tools: !self.tools.is_empty(),
            prompts: !self.prompts.is_empty(),
            resources: !self.resources.is_empty() || !self.templates.is_empty(),
            completions: self.prompts.iter().any(|i| i.common.completes())
                || self.templates.iter().any(|(_, i)| i.common.completes()),
            logging: self.commons().any(Common::can_log),
        }
    }

    /// All that one of them can be switched off by: names, and what a resource is read by.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let resources = self.resources.iter().map(|i| &*i.uri);
        self.commons()
            .map(|common| &*common.name)
            .chain(resources)
            .chain(self.templates.iter().map(|(_, i)| &*i.uri_template))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tools.is_empty() && self.prompts.is_empty() && self.resources.is_empty() && self.templates.is_empty()
    }
}

/// Makes the items of a selection ready; what cannot be made ready is a mistake.
pub(crate) fn collect(selection: &Selection, schemas: Schemas, mistakes: &mut Mistakes) -> Items {
    let mut items = Items::default();
    for entry in entries::<ToolEntry>(selection, Kind::Tool, mistakes) {
        match caught(|| Tool::new(entry, schemas)) {
            Ok(tool) => items.tools.push(Arc::new(tool)),
            Err(why) => {
                mistakes.add(entry.item.source, format!("tool `{}`: {why}", entry.item.name));
                items.broken.push((Kind::Tool, entry.item.name, entry.item.source));
            }
        }
    }
    for entry in entries::<PromptEntry>(selection, Kind::Prompt, mistakes) {
        match caught(|| Prompt::new(entry, schemas)) {
            Ok(prompt) => items.prompts.push(Arc::new(prompt)),
            Err(why) => {
                mistakes.add(entry.item.source, format!("prompt `{}`: {why}", entry.item.name));
                items.broken.push((Kind::Prompt, entry.item.name, entry.item.source));
            }
        }
    }
    for entry in entries::<ResourceEntry>(selection, Kind::Resource, mistakes) {
        let uri = with_scheme(entry.uri, entry.package);
        match UriTemplate::parse(&uri) {
            Ok(template) if template.is_fixed() => match caught(|| Resource::new(entry, uri, schemas)) {
                Ok(resource) => items.resources.push(Arc::new(resource)),
                Err(why) => mistakes.add(entry.item.source, format!("resource `{}`: {why}", entry.item.name)),
            },
            Ok(template) => {
                if entry.size.is_some() {
                    let name = entry.item.name;
                    mistakes
                        .add(entry.item.source, format!("resource `{name}`: a template has no `size`; leave it out"));
                }
                match caught(|| Template::new(entry, &template, schemas)) {
                    Ok(item) => items.templates.push((template, Arc::new(item))),
                    Err(why) => mistakes.add(entry.item.source, format!("resource `{}`: {why}", entry.item.name)),
                }
            }
            Err(why) => mistakes.add(entry.item.source, why.to_string()),
        }
    }
    items
}

/// What comes of the user's own code that runs at start: schemas, defaults, `meta` and icons. One that panics is a mistake
/// like any other.
pub(super) fn caught<T>(make: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(make)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        let said = said.map(|said| format!(": {said}")).unwrap_or_default();
        Err(format!("its schema, a default, `meta` or an icon panicked while the server started{said}"))
    })
}

/// A URI written without a scheme gets the package's name for one: `notes/<id>` is `notes-server://notes/<id>`.
fn with_scheme(uri: &str, package: &str) -> String {
    if uri.contains("://") {
        return uri.to_owned();
    }
    let scheme: String = package.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
    format!("{scheme}://{}", uri.trim_start_matches('/'))
}

/// Whether a selection has something of this name, also where that cannot be made ready.
pub(crate) fn is_selected(selection: &Selection, name: &str) -> bool {
    fn of<E: Entry>(Selection { collected, named }: &Selection, name: &str) -> bool {
        let is_chosen = |entry: &E| *collected || named.iter().any(|named| named.item == (entry.item().item)());
        E::all().into_iter().any(|entry| (entry.item().name == name || entry.key() == name) && is_chosen(entry))
    }
    of::<ToolEntry>(selection, name)
        || of::<ResourceEntry>(selection, name)
        || of::<PromptEntry>(selection, name)
        || selection.named.iter().any(|named| named.function.rsplit("::").next() == Some(name))
}

/// The files from which something is in the program, offered or not, as `file!()` writes them.
pub(crate) fn files() -> impl Iterator<Item = &'static str> {
    fn of<E: Entry>() -> impl Iterator<Item = &'static str> {
        E::all().into_iter().map(|entry| entry.item().source.file)
    }
    of::<ToolEntry>().chain(of::<ResourceEntry>()).chain(of::<PromptEntry>())
}

/// A function that is in the program, and that the server does not offer.
#[cfg(feature = "cli")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LeftOut {
    pub(crate) kind: Kind,
    /// What it would be found by: for a resource its URI, as it was written.
    pub(crate) key: &'static str,
    pub(crate) source: Source,
}

/// What the attributes submitted and is not among these.
#[cfg(feature = "cli")]
pub(crate) fn left_out(items: &Items) -> Vec<LeftOut> {
    fn of<E: Entry>(kind: Kind, items: &Items) -> Vec<LeftOut> {
        let offered = |source: Source| items.commons().any(|common| common.source == source);
        let left = E::all().into_iter().filter(|entry| !offered(entry.item().source));
        let left = left.map(|entry| LeftOut { kind, key: entry.key(), source: entry.item().source }).collect();
        sorted_by_key(left, |left: &LeftOut| (left.key, left.source.file, left.source.line))
    }
    let tools = of::<ToolEntry>(Kind::Tool, items);
    [tools, of::<ResourceEntry>(Kind::Resource, items), of::<PromptEntry>(Kind::Prompt, items)].concat()
}

trait Entry: 'static {
    fn item(&self) -> &crate::handler::entry::Item;
    /// What the list is sorted by: what one sees of it first.
    fn key(&self) -> &'static str {
        self.item().name
    }
    fn all() -> Vec<&'static Self>;
}
macro_rules! entry {
    ($($t:ty $(, $key:ident)?);*) => { $(
        impl Entry for $t {
            fn item(&self) -> &crate::handler::entry::Item { &self.item }
            $(fn key(&self) -> &'static str { self.$key })?
            fn all() -> Vec<&'static Self> { inventory::iter::<&'static $t>().copied().collect() }
        }
    )* };
}
entry!(ToolEntry; ResourceEntry, uri; PromptEntry);

fn entries<E: Entry>(selection: &Selection, kind: Kind, mistakes: &mut Mistakes) -> Vec<&'static E> {
    // inventory's order is arbitrary: the name decides, then the place, so that a duplicate is reported stably.
    let mut rest = sorted_by_key(E::all(), |entry| {
        let item = entry.item();
        (entry.key(), item.source.file, item.source.line)
    });
    let mut chosen: Vec<&'static E> = Vec::new();
    for named in selection.named.iter().filter(|named| named.kind == kind) {
        match rest.iter().position(|entry| (entry.item().item)() == named.item) {
            Some(at) => chosen.push(rest.remove(at)),
            None if chosen.iter().any(|entry| (entry.item().item)() == named.item) => {}
            None => mistakes.add(Source::from(named.at), {
                let kind = kind.as_str();
                format!(
                    "`{}` was given to `.{kind}(…)` but is no {kind}: put `#[lmcp::{kind}]` above the function",
                    named.function
                )
            }),
        }
    }
    if selection.collected {
        chosen.append(&mut rest);
    }
    for item in chosen.iter().map(|entry| entry.item()) {
        if item.meta.is_some_and(|meta| caught(|| Ok(meta().is_object())).is_ok_and(|is_object| !is_object)) {
            let kind = kind.as_str();
            mistakes.add(
                item.source,
                format!("{kind} `{}`: its `meta` is no object; write `json!({{ \"key\": value }})`", item.name),
            );
        }
    }
    chosen
}
