//! What is in the program, or beside it, and is not offered: [`Server::empty`](crate::Server::empty) leaves out what is not
//! named.

use super::Report;
use super::text::{self, visible};
use crate::registry::collect::{Kind, LeftOut};
use crate::registry::switch::Off;
use crate::server::ReadyServer;

/// Where all reasons stand.
const PAGE: &str = "see \"When a tool does not show up\" in the documentation of lmcp";

/// Notes on what the program has and the server does not offer, of one kind or of all; none if it offers everything.
pub(super) fn note(server: &ReadyServer, only: Option<Kind>) -> Option<String> {
    let is_asked = |kind: Kind| only.is_none_or(|only| only == kind);
    let (mut left, mut off) = (server.shared.registry.left_out(), server.shared.registry.switched_off());
    left.retain(|left| is_asked(left.kind));
    off.retain(|off| is_asked(off.kind));
    let left = (!left.is_empty()).then(|| said(&left));
    let notes: Vec<String> = left.into_iter().chain(off.iter().map(switched_off)).collect();
    (!notes.is_empty()).then(|| notes.join("\nnote: "))
}

/// Why clients do not see what somebody looks for by this name or URI, if it is switched off.
pub(super) fn off(server: &ReadyServer, kind: Option<Kind>, key: &str) -> Option<String> {
    let off = server.shared.registry.switched_off();
    let found = off.into_iter().find(|off| off.key == key && kind.is_none_or(|kind| kind == off.kind));
    let found = match kind {
        Some(Kind::Resource) => found.or_else(|| server.shared.registry.switched_off_for(key)),
        _ => found,
    };
    found.map(|off| format!("the {} {}", off.kind.as_str(), switched_off(&off)))
}

fn switched_off(off: &Off) -> String {
    format!(
        "`{}` ({}) is switched off, by `disable` at {}:{}: no client sees it",
        visible(&off.key),
        off.source,
        off.at.file(),
        off.at.line()
    )
}

/// `name` is unknown to the server: why that can be, and what to do.
pub(super) fn unknown(server: &ReadyServer, kind: Kind, name: &str, why: &str) -> Report {
    if let Some(off) = off(server, Some(kind), name) {
        return Report::failed(off);
    }
    let catalog = server.shared.registry.current();
    let (kinds, none) = match kind {
        Kind::Tool => ("tools", catalog.tools.items().is_empty()),
        Kind::Prompt => ("prompts", catalog.prompts.items().is_empty()),
        Kind::Resource => ("resources", catalog.resources.items().is_empty() && catalog.templates.items().is_empty()),
    };
    // The protocol's answer for a kind that is not there names a method.
    let mut text = match none {
        true => format!("unknown {} {name:?}: the server offers no {kinds}", kind.as_str()),
        false => why.to_owned(),
    };
    let left: Vec<LeftOut> =
        server.shared.registry.left_out().into_iter().filter(|left| left.kind == kind && left.key == name).collect();
    if !left.is_empty() {
        text.push_str(&format!("\n{}; {PAGE}", said(&left)));
    } else if let Some(other) = elsewhere(server, kind, name) {
        text.push_str(&format!("\n{other}"));
    } else if !text.contains("did you mean") {
        let program = text::program(&server.shared.info);
        let of = if kind == Kind::Resource { String::new() } else { format!(" {kinds}") };
        if !none {
            text.push_str(&format!("\n`{program} list{of}` shows what there is"));
        }
        // A URI is more often a wrong one than of a function that is missing.
        if none || kind != Kind::Resource {
            text.push_str(&format!("\na file needs `mod my_file;`, a library `use my_lib as _;`: {PAGE}"));
        }
    }
    Report::failed(text)
}

/// What is called `name` among the things of another kind, and the command for it.
fn elsewhere(server: &ReadyServer, kind: Kind, name: &str) -> Option<String> {
    let catalog = server.shared.registry.current();
    let resource = || catalog.resources.items().iter().find(|item| item.common.name == name).map(|item| &*item.uri);
    let template =
        || catalog.templates.items().iter().find(|item| item.common.name == name).map(|item| &*item.uri_template);
    let (is, command) = if kind != Kind::Tool && catalog.tool(name).is_some() {
        ("tool", format!("call {name}"))
    } else if kind != Kind::Prompt && catalog.prompts.get(name).is_some() {
        ("prompt", format!("get {name}"))
    } else if let Some(uri) = resource().or_else(template) {
        ("resource", format!("read {uri}"))
    } else {
        return None;
    };
    Some(format!("there is a {is} of this name: `{} {}`", text::program(&server.shared.info), visible(&command)))
}

/// The first of them, and how they would be offered.
fn said(left: &[LeftOut]) -> String {
    const MOST: usize = 3;
    let mut names: Vec<String> =
        left.iter().take(MOST).map(|left| format!("`{}` ({})", visible(left.key), left.source)).collect();
    let more = left.len().saturating_sub(MOST);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    let last = names.pop().unwrap_or_default();
    let names = if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) };
    let methods: Vec<String> = [Kind::Tool, Kind::Resource, Kind::Prompt]
        .into_iter()
        .filter(|kind| left.iter().any(|left| left.kind == *kind))
        .map(|kind| format!("`.{}(…)`", kind.as_str()))
        .collect();
    let (are, verb) = (if left.len() == 1 { "is" } else { "are" }, if methods.len() == 1 { "names" } else { "name" });
    format!("{names} {are} in this program, but `Server::empty` offers only what {} {verb}", methods.join(", "))
}
