//! Rendered lists: every definition once per revision, as one run of bytes from which any page is a slice.

use super::view::{Needs, View};
use crate::auth::access::Access;
use crate::hash::QuickMap;
use crate::protocol::{At, ProtocolVersion};
use bytes::Bytes;
use serde::Serialize;
use std::sync::{Arc, OnceLock};

/// Items in their listed order, with a name to find each by.
#[derive(Debug)]
pub(crate) struct List<T> {
    items: Vec<Arc<T>>,
    names: Vec<String>,
    positions: QuickMap<String, usize>,
    needs: Needs,
    rendered: [OnceLock<Rendered>; ProtocolVersion::ALL.len()],
}

/// The definitions as JSON, separated by commas, and where each one ends.
#[derive(Debug, Default)]
struct Rendered {
    bytes: Bytes,
    ends: Vec<usize>,
}

impl Rendered {
    /// The definitions of items that follow each other, with the commas between them.
    fn slice(&self, start: usize, end: usize) -> &[u8] {
        let from = start.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| end + 1);
        let to = end.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or(0);
        self.bytes.get(from..to).unwrap_or_default()
    }
}

/// One page of a list.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    /// The definitions, separated by commas.
    pub(crate) json: Bytes,
    /// The name of the last one, if there are more behind it.
    pub(crate) last: Option<&'a str>,
}

impl<T> List<T>
where
    for<'a> At<'a, T>: Serialize,
{
    pub(crate) fn new(
        items: Vec<Arc<T>>,
        name: impl Fn(&T) -> &str,
        scopes: impl Fn(&T) -> &'static [&'static str],
    ) -> Self {
        let names: Vec<String> = items.iter().map(|item| name(item).to_owned()).collect();
        let positions = names.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
        let needs = Needs::new(items.iter().map(|item| scopes(item)));
        List { items, names, positions, needs, rendered: Default::default() }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Arc<T>> {
        self.items.get(*self.positions.get(name)?)
    }

    pub(crate) fn items(&self) -> &[Arc<T>] {
        &self.items
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The names of what this caller sees.
    pub(crate) fn names_for(&self, access: &Access) -> impl Iterator<Item = &str> {
        let view = self.view(access);
        self.names().enumerate().filter(move |(at, _)| self.needs.shows(*at, &view)).map(|(_, name)| name)
    }

    /// What this caller sees.
    pub(crate) fn view(&self, access: &Access) -> View {
        self.needs.view(access)
    }

    /// At most `size` of the definitions that are seen, those behind `after`; `None` when nothing of that name is listed.
    /// Who does not see what he asks to go on behind goes on there all the same: he saw it once.
    pub(crate) fn page(
        &self,
        version: ProtocolVersion,
        after: Option<&str>,
        size: usize,
        view: &View,
    ) -> Option<Page<'_>> {
        let start = match after {
            None => 0,
            Some(name) => self.positions.get(name)? + 1,
        };
        let rendered = self.rendered(version);
        if view.is_whole() {
            let end = start.saturating_add(size).min(self.items.len());
            let more = start < end && end < self.items.len();
            let last = if more { self.names.get(end - 1).map(String::as_str) } else { None };
            return Some(Page { json: rendered.bytes.slice_ref(rendered.slice(start, end)), last });
        }
        let mut seen = (start..self.items.len()).filter(|at| self.needs.shows(*at, view));
        let mut json = Vec::new();
        let mut last = None;
        for at in seen.by_ref().take(size) {
            if last.is_some() {
                json.push(b',');
            }
            json.extend_from_slice(rendered.slice(at, at + 1));
            last = Some(at);
        }
        let last = last.filter(|_| seen.next().is_some());
        Some(Page { json: json.into(), last: last.and_then(|at| self.names.get(at)).map(String::as_str) })
    }

    /// Renders on the first demand: a process rarely meets more than one revision.
    fn rendered(&self, version: ProtocolVersion) -> &Rendered {
        static NONE: Rendered = Rendered { bytes: Bytes::new(), ends: Vec::new() };
        let at = ProtocolVersion::ALL.iter().position(|v| *v == version);
        let Some(slot) = at.and_then(|at| self.rendered.get(at)) else { return &NONE };
        slot.get_or_init(|| {
            let (mut bytes, mut ends) = (Vec::new(), Vec::new());
            for item in &self.items {
                if !bytes.is_empty() {
                    bytes.push(b',');
                }
                crate::jsonrpc::encode::write_json(&mut bytes, &At(&**item, version));
                ends.push(bytes.len());
            }
            Rendered { bytes: bytes.into(), ends }
        })
    }
}
