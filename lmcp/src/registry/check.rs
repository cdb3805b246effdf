//! What would fail later, found at start: every mistake at once, each with its place in the user's source.

use super::collect::{Items, Kind, caught};
use super::item::Common;
use super::library::lost;
#[cfg(feature = "http")]
use super::nearest::nearest;
use super::template_index::TemplateIndex;
#[cfg(feature = "http")]
use crate::Auth;
use crate::Error;
use crate::handler::entry::Source;
use crate::handler::parameter::Role;
use crate::handler::state::States;
use crate::server::Package;
use crate::sorted::sorted_by_key;
use crate::type_name::as_written;
use std::collections::HashMap;
use std::fmt::Write as _;

/// Mistakes in how a server was put together.
#[derive(Debug, Default)]
pub(crate) struct Mistakes(Vec<(Option<Source>, String)>);

impl Mistakes {
    pub(crate) fn add(&mut self, source: impl Into<Option<Source>>, message: impl Into<String>) {
        self.0.push((source.into(), message.into()));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them as one error, if there are any.
    pub(crate) fn into_result(self) -> Result<(), Error> {
        if self.0.is_empty() {
            return Ok(());
        }
        let all = sorted_by_key(self.0, |(source, _)| source.map(|source| (source.file, source.line)));
        let mut text = match all.len() {
            1 => "the server cannot start, there is 1 mistake in it:".to_owned(),
            n => format!("the server cannot start, there are {n} mistakes in it:"),
        };
        for (source, message) in &all {
            let _infallible = match source {
                Some(source) => write!(text, "\n  {source}: {message}"),
                None => write!(text, "\n  {message}"),
            };
        }
        Err(Error::setup(text))
    }
}

/// Checks everything that is known before the first request.
pub(crate) fn check(items: &Items, states: &States, mistakes: &mut Mistakes) {
    let mut tools = Names::new("tool", "name");
    for tool in &items.tools {
        tools.add(&tool.common.name, tool.common.source, mistakes);
        check_tool_name(&tool.common.name, &tool.common, mistakes);
        for alias in tool.aliases {
            tools.add(alias, tool.common.source, mistakes);
            check_tool_name(alias, &tool.common, mistakes);
        }
        check_params(Kind::Tool, &tool.common, states, mistakes);
    }
    let mut prompts = Names::new("prompt", "name");
    for prompt in &items.prompts {
        prompts.add(&prompt.common.name, prompt.common.source, mistakes);
        check_params(Kind::Prompt, &prompt.common, states, mistakes);
    }
    for (kind, name, source) in &items.broken {
        match kind {
            Kind::Tool => tools.add(name, *source, mistakes),
            Kind::Prompt => prompts.add(name, *source, mistakes),
            Kind::Resource => {}
        }
    }
    let mut uris = Names::new("resource", "URI");
    for resource in &items.resources {
        uris.add(&resource.uri, resource.common.source, mistakes);
        check_params(Kind::Resource, &resource.common, states, mistakes);
        check_segments(&[], &resource.common, mistakes);
    }
    for (_, template) in &items.templates {
        check_params(Kind::Resource, &template.common, states, mistakes);
        check_segments(&template.segments, &template.common, mistakes);
    }
    check_collisions(items, mistakes);
}

/// Over HTTP nobody has a scope unless a check of credentials gives it to him.
#[cfg(feature = "http")]
pub(crate) fn check_scopes(items: &Items, auth: Option<&Auth>, mistakes: &mut Mistakes) {
    let kinds = [
        (Kind::Tool, items.tools.iter().map(|i| &i.common).collect::<Vec<_>>()),
        (Kind::Prompt, items.prompts.iter().map(|i| &i.common).collect()),
        (Kind::Resource, items.resources.iter().map(|i| &i.common).collect()),
        (Kind::Resource, items.templates.iter().map(|(_, i)| &i.common).collect()),
    ];
    for (kind, common) in kinds.into_iter().flat_map(|(kind, all)| all.into_iter().map(move |common| (kind, common))) {
        let missing = common.scopes.iter().filter(|scope| auth.is_none_or(|auth| !auth.may_grant(scope)));
        let missing: Vec<&str> = missing.copied().collect();
        if missing.is_empty() {
            continue;
        }
        let (kind, name) = (kind.as_str(), &common.name);
        let (why, granted) = match auth {
            None => ("the server asks nobody who he is", Vec::new()),
            Some(auth) => ("the server's `Auth` gives that to nobody", auth.granted()),
        };
        let quoted = |scopes: &[&str]| scopes.iter().map(|s| format!("`{s}`")).collect::<Vec<_>>().join(", ");
        let write = if granted.is_empty() {
            "give it an `Auth` whose principals have scopes, with `.auth(…)`".to_owned()
        } else {
            let near = missing.iter().find_map(|scope| nearest(scope, granted.iter().copied()));
            let near = near.map(|near| format!(", of which `{near}` is nearest")).unwrap_or_default();
            format!("its principals have {}{near}; write the same in both places", quoted(&granted))
        };
        let missing = quoted(&missing);
        mistakes.add(
            common.source,
            format!("{kind} `{name}` asks for {missing}, and over HTTP {why}: {write}, or take `scopes(…)` off"),
        );
    }
}

/// Names of one kind, each with the place where it was seen first.
struct Names<'a> {
    kind: &'static str,
    what: &'static str,
    seen: HashMap<&'a str, Source>,
}

impl<'a> Names<'a> {
    fn new(kind: &'static str, what: &'static str) -> Self {
        Names { kind, what, seen: HashMap::new() }
    }
    fn add(&mut self, name: &'a str, source: Source, mistakes: &mut Mistakes) {
        let Names { kind, what, seen } = self;
        if let Some(first) = seen.get(name) {
            mistakes.add(
                source,
                format!("{kind} `{name}`: the {kind} at {first} has this {what} too; give one of them another"),
            );
        } else {
            seen.insert(name, source);
        }
    }
}

fn check_tool_name(name: &str, common: &Common, mistakes: &mut Mistakes) {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || name.len() > 128 || !name.chars().all(fits) {
        mistakes.add(
            common.source,
            format!("tool `{name}`: clients refuse this name; write 1 to 128 of `A-Z a-z 0-9 _ - .`"),
        );
    }
}

fn check_params(kind: Kind, common: &Common, states: &States, mistakes: &mut Mistakes) {
    let kind = kind.as_str();
    let name = &common.name;
    for form in &common.forms {
        if let Err(why) = caught(form) {
            mistakes.add(common.source, format!("{kind} `{name}`: {why}"));
        }
    }
    let whole = common.params.iter().filter(|p| p.role == Role::Arguments).count();
    if whole > 1 {
        mistakes.add(common.source, format!("{kind} `{name}`: it takes `Args<T>` twice; one takes all arguments"));
    }
    if whole > 0 && common.arguments().next().is_some() {
        let others = common.arguments().map(|p| format!("`{}`", p.name)).collect::<Vec<_>>().join(", ");
        mistakes.add(
            common.source,
            format!("{kind} `{name}`: `Args<T>` takes all arguments, so {others} cannot stand beside it; make it a field of `T`"),
        );
    }
    let mut taken: HashMap<&str, &str> = HashMap::new();
    for param in &common.params {
        match param.role {
            Role::State { id, name: state } if !states.has(id) => mistakes.add(common.source, {
                let state = as_written(state);
                let names: Vec<String> = states.names().into_iter().map(as_written).collect();
                let there = if names.is_empty() { String::new() } else { format!(", only `{}`", names.join("`, `")) };
                format!(
                    "{kind} `{name}` takes `State<{state}>`, but the server has no such state{there}; add \
                     `.state(value)`, or `state = value` to `serve!`, `client!`"
                )
            }),
            Role::Argument if param.name.is_empty() => mistakes.add(
                common.source,
                format!("{kind} `{name}`: an argument is taken apart by a pattern; give it a name, and take it apart in the body"),
            ),
            Role::Argument if param.optional && param.has_default => mistakes.add(
                common.source,
                format!("{kind} `{name}`: `{}` is an `Option` and has a default, so it is never `None`; drop one of the two", param.name),
            ),
            Role::Argument => {}
            _ if param.has_default || param.complete.is_some() || param.description.is_some() || !param.aliases.is_empty() => {
                mistakes.add(
                    common.source,
                    format!("{kind} `{name}`: `{}` is filled in by lmcp and is no argument; take off its `#[arg]` and `///`", param.name),
                );
            }
            _ => {}
        }
        if param.role == Role::Argument {
            for name_or_alias in std::iter::once(param.name).chain(param.aliases.iter().copied()) {
                if let Some(other) = taken.insert(name_or_alias, param.name) {
                    mistakes.add(
                        common.source,
                        format!("{kind} `{name}`: `{name_or_alias}` names both `{other}` and `{}`", param.name),
                    );
                }
            }
        }
    }
}

/// Each argument is a segment of the URI, and each segment an argument.
fn check_segments(segments: &[String], common: &Common, mistakes: &mut Mistakes) {
    let name = &common.name;
    if common.params.iter().any(|p| p.role == Role::Arguments) {
        mistakes.add(
            common.source,
            format!(
                "resource `{name}`: segments are single parameters; replace `Args<T>` by one parameter per segment"
            ),
        );
        return;
    }
    for param in common.arguments() {
        if !segments.iter().any(|segment| segment == param.name) {
            mistakes.add(
                common.source,
                format!(
                    "resource `{name}`: `{}` is an argument, but its URI has no segment `<{}>`",
                    param.name, param.name
                ),
            );
        }
    }
    for segment in segments {
        if common.arguments().all(|param| param.name != segment) {
            mistakes.add(
                common.source,
                format!("resource `{name}`: its URI names `<{segment}>`, but the function has no such argument"),
            );
        }
    }
}

fn check_collisions(items: &Items, mistakes: &mut Mistakes) {
    let pairs = items.templates.iter().map(|(template, item)| (template.clone(), item.clone())).collect();
    if let Err(collisions) = TemplateIndex::build(pairs) {
        for (a, b) in collisions.pairs {
            let (Some((one, first)), Some((other, second))) = (collisions.entries.get(a), collisions.entries.get(b))
            else {
                continue;
            };
            mistakes.add(
                second.common.source,
                format!(
                    "resource `{}`: some URI matches both `{other}` and `{one}` at {}, and neither is more specific; change one",
                    second.common.name, first.common.source
                ),
            );
        }
    }
}

/// Why nothing was collected, and what to do.
pub(crate) fn nothing_collected(package: &Package) -> String {
    let why = match lost(package.name, package.directory, []) {
        Some(lost) => format!(
            "- {lost} of this package's own library got lost: add `use {} as _;` to `main.rs`, or to the test in \
             `tests/`; the linker leaves out a library that nothing refers to",
            lost.library
        ),
        None => format!(
            "- if they stand in a library, even in this package's own `src/lib.rs`, add `use {} as _;` (with the \
             library's name) to `main.rs`, or to the test in `tests/`: the linker leaves out a library that nothing \
             refers to\n  - a test in `tests/` sees nothing of `src/main.rs`: move the functions to `src/lib.rs`",
            package.name.replace('-', "_")
        ),
    };
    format!(
        "there is nothing to serve: no function with `#[tool]`, `#[resource]` or `#[prompt]` is in this program\n  {why}\n  \
         - if the server is meant to start empty, write `lmcp::Server::empty()` and say what it will offer with `.advertise(…)`"
    )
}
