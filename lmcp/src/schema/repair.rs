//! What models get wrong in known ways, put right as the schema directs.
//!
//! `"3"` and `30.0` for an integer, `"false"`, `"[1,2]"` and `"{…}"` in quotes, one value where a list is expected,
//! `Rust` for `rust`, `null` for what may be left out; nothing else, and nothing where a string is expected.

use super::check::fits;
use super::rules::{Id, Kinds, Node, Rules};
use super::tag::Tag;
use super::tree::{Number, Tree};
use super::words::Path;
use std::borrow::Cow;

/// How many nodes are looked at: alternatives inside alternatives multiply.
const STEPS: u32 = 200_000;

/// Repairs what can be; gives the paths of what was changed.
pub(crate) fn repair(rules: &Rules, value: &mut Tree<'_>) -> Vec<String> {
    let mut repairer = Repairer { rules, left: STEPS, changed: Vec::new() };
    repairer.repair(rules.root, value, &Path::Root);
    repairer.changed
}

struct Repairer<'r> {
    rules: &'r Rules,
    left: u32,
    changed: Vec<String>,
}

impl Repairer<'_> {
    fn repair(&mut self, id: Id, value: &mut Tree<'_>, path: &Path<'_>) {
        let rules = self.rules;
        let node = rules.node(id);
        let Some(left) = self.left.checked_sub(1) else { return };
        self.left = left;
        if node.optional && *value == Tree::Null {
            return;
        }
        if let Some(better) = self.converted(node, value) {
            *value = better;
            self.changed.push(path.to_string());
        }
        match value {
            Tree::List(items) => {
                for (at, item) in items.iter_mut().enumerate() {
                    if let Some(id) = node.item(at) {
                        self.repair(id, item, &Path::Item(path, at));
                    }
                }
            }
            Tree::Object(entries) => {
                entries.retain(|(name, value)| {
                    // `null` means absent, unless it is a value of its own.
                    let absent = *value == Tree::Null
                        && node.property(name).is_some_and(|id| rules.node(id).optional && !takes_null(rules, id, 0));
                    if absent {
                        self.changed.push(Path::Key(path, name).to_string());
                    }
                    !absent
                });
                for (name, value) in entries {
                    if let Some(Some(id)) = node.entry(name) {
                        self.repair(id, value, &Path::Key(path, name));
                    }
                }
            }
            _ => {}
        }
        for id in &node.all_of {
            self.repair(*id, value, path);
        }
        if !node.any_of.is_empty() {
            self.repair_alternatives(node, value, path);
        }
    }

    /// The value that was meant, if this one is of the wrong kind in a way that is known.
    fn converted<'t>(&mut self, node: &Node, value: &Tree<'t>) -> Option<Tree<'t>> {
        let kinds = node.kinds;
        match value {
            Tree::Text(text) if kinds.allow(value) => {
                let choices = node.choices.as_ref()?;
                if choices.iter().any(|choice| choice.equals(value)) {
                    return None;
                }
                let texts = choices
                    .iter()
                    .filter_map(|choice| if let Tree::Text(text) = choice { Some(text.as_ref()) } else { None });
                same_but_for_case(text, texts).map(|text| Tree::Text(Cow::Owned(text.to_owned())))
            }
            Tree::Text(text) => {
                let text = text.trim();
                let read = || Tree::parse(text).and_then(owned);
                match text.as_bytes().first() {
                    Some(b'0'..=b'9' | b'-') if kinds.has(Kinds::INTEGER) || kinds.has(Kinds::NUMBER) => {
                        let number = read().filter(|read| matches!(read, Tree::Number(_)) && kinds.allow(read))?;
                        Some(whole(node, &number).unwrap_or(number))
                    }
                    Some(b'[') if kinds.has(Kinds::ARRAY) => {
                        read().filter(|read| matches!(read, Tree::List(_))).or_else(|| self.wrapped(node, value))
                    }
                    Some(b'{') if kinds.has(Kinds::OBJECT) => read().filter(|read| matches!(read, Tree::Object(_))),
                    Some(b't' | b'T') if kinds.has(Kinds::BOOLEAN) && text.eq_ignore_ascii_case("true") => {
                        Some(Tree::Bool(true))
                    }
                    Some(b'f' | b'F') if kinds.has(Kinds::BOOLEAN) && text.eq_ignore_ascii_case("false") => {
                        Some(Tree::Bool(false))
                    }
                    _ => self.wrapped(node, value),
                }
            }
            Tree::Number(_) if kinds.allow(value) => whole(node, value),
            Tree::Number(_) | Tree::Bool(_) | Tree::Object(_) if !kinds.allow(value) => self.wrapped(node, value),
            _ => None,
        }
    }

    /// A list of this one value, if the list may have it.
    fn wrapped<'t>(&mut self, node: &Node, value: &Tree<'t>) -> Option<Tree<'t>> {
        // No text at all, and the word for no value, are no item either.
        let nothing = matches!(value, Tree::Text(text) if matches!(text.trim(), "" | "null"));
        if !node.kinds.has(Kinds::ARRAY) || !node.prefix.is_empty() || nothing {
            return None;
        }
        let mut item = value.clone();
        if let Some(id) = node.items {
            let mut inside = Repairer { rules: self.rules, left: self.left / 4, changed: Vec::new() };
            inside.repair(id, &mut item, &Path::Root);
            if !fits(self.rules, id, &item) {
                return None;
            }
        }
        Some(Tree::List(vec![item]))
    }

    fn repair_alternatives(&mut self, node: &Node, value: &mut Tree<'_>, path: &Path<'_>) {
        let rules = self.rules;
        let fitting: Vec<Id> = node.any_of.iter().copied().filter(|id| fits(rules, *id, value)).collect();
        if !fitting.is_empty() {
            // Some of what fits a schema still has to be written otherwise for serde: `3.0` for an integer.
            return self.repair_as(&fitting, value, path);
        }
        // Read before it is told which alternative was meant: what is in quotes inside of it needs no guess of its own then.
        if let Tree::Text(text) = &*value
            && text.trim_start().starts_with('{')
            && node.any_of.iter().all(|id| !rules.resolved(*id).kinds.has(Kinds::STRING))
            && node.any_of.iter().any(|id| rules.resolved(*id).kinds.has(Kinds::OBJECT))
            && let Some(read @ Tree::Object(_)) = Tree::parse(text.trim()).and_then(owned)
        {
            *value = read;
            self.changed.push(path.to_string());
            return self.repair_alternatives(node, value, path);
        }
        if let (Some(tag), Tree::Object(entries)) = (Tag::of(rules, node), &mut *value) {
            let names = || tag.variants.iter().map(|(name, _)| name.as_str());
            match (&tag.name, entries.as_mut_slice()) {
                (Some(name), entries) => {
                    if let Some((_, Tree::Text(said))) = entries.iter_mut().find(|(key, _)| key == name)
                        && let Some(meant) = same_but_for_case(said, names())
                    {
                        *said = Cow::Owned(meant.to_owned());
                        self.changed.push(Path::Key(path, name).to_string());
                    }
                }
                (None, [(key, _)]) => {
                    if let Some(meant) = same_but_for_case(key, names()) {
                        *key = Cow::Owned(meant.to_owned());
                        self.changed.push(path.to_string());
                    }
                }
                (None, _) => {}
            }
            if let Ok(id) = tag.chosen(value) {
                return self.repair(id, value, path);
            }
        }
        // `null` is no alternative to what is there.
        let some = node.any_of.iter().copied().filter(|id| rules.resolved(*id).kinds != Kinds::NULL);
        let candidates: Vec<Id> = if *value == Tree::Null { node.any_of.clone() } else { some.collect() };
        self.repair_as(&candidates, value, path);
    }

    /// Each of these alternatives may be what was meant; where several are, nobody knows which.
    fn repair_as(&mut self, candidates: &[Id], value: &mut Tree<'_>, path: &Path<'_>) {
        let rules = self.rules;
        if let [only] = candidates {
            return self.repair(*only, value, path);
        }
        let mut meant: Option<(Tree<'_>, Vec<String>)> = None;
        for id in candidates {
            let mut candidate = value.clone();
            let share = self.left / 8;
            let mut inside = Repairer { rules, left: share, changed: Vec::new() };
            inside.repair(*id, &mut candidate, path);
            self.left -= share - inside.left;
            if !fits(rules, *id, &candidate) {
                continue;
            }
            match &meant {
                // `3.0` is a number as it is.
                Some((known, _)) if !known.equals(&candidate) || inside.changed.is_empty() => return,
                Some(_) => {}
                None => meant = Some((candidate, inside.changed)),
            }
        }
        if let Some((better, changed)) = meant.filter(|(_, changed)| !changed.is_empty()) {
            *value = better;
            self.changed.extend(changed);
        }
    }
}

/// `30.0` as the integer it is, where an integer is expected: serde takes no other spelling.
fn whole(node: &Node, value: &Tree<'_>) -> Option<Tree<'static>> {
    let Tree::Number(text) = value else { return None };
    // serde reads `-0` as a float.
    let is_plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'-') && text != "-0";
    match Number::of(text) {
        Number::Integer(integer) if !is_plain && node.kinds.has(Kinds::INTEGER) && !node.kinds.has(Kinds::NUMBER) => {
            Some(Tree::Number(Cow::Owned(integer.to_string())))
        }
        _ => None,
    }
}

/// The one text that differs in nothing but the case of its letters.
fn same_but_for_case<'c>(text: &str, choices: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let folded = text.to_lowercase();
    let mut found = choices.filter(|choice| *choice != text && choice.to_lowercase() == folded);
    found.next().filter(|_| found.next().is_none())
}

/// Whether `null` is one of the values that a node names.
fn takes_null(rules: &Rules, id: Id, depth: usize) -> bool {
    let node = rules.node(id);
    let named = node.kinds.has(Kinds::NULL) || node.kinds.is_any() && node.any_of.is_empty() && node.all_of.is_empty();
    let below = |id: &Id| depth < 8 && takes_null(rules, *id, depth + 1);
    named || node.any_of.iter().any(below) || node.kinds.is_any() && node.all_of.iter().any(below)
}

/// The same value, on its own; `None` if not all of it could be read.
fn owned(value: Tree<'_>) -> Option<Tree<'static>> {
    Some(match value {
        Tree::Null => Tree::Null,
        Tree::Bool(value) => Tree::Bool(value),
        Tree::Number(text) => Tree::Number(Cow::Owned(text.into_owned())),
        Tree::Text(text) => Tree::Text(Cow::Owned(text.into_owned())),
        Tree::List(items) => Tree::List(items.into_iter().map(owned).collect::<Option<_>>()?),
        Tree::Object(entries) => Tree::Object(
            entries
                .into_iter()
                .map(|(key, value)| Some((Cow::Owned(key.into_owned()), owned(value)?)))
                .collect::<Option<_>>()?,
        ),
        Tree::Deep(_) => return None,
    })
}

/// A text as the value that it is to an argument: read where no string is expected.
pub(super) fn from_text<'t>(rules: &Rules, name: &str, text: Tree<'t>) -> Tree<'t> {
    let root = rules.node(rules.root);
    let Some(id) = root.property(name) else { return text };
    let mut value = text;
    let mut repairer = Repairer { rules, left: STEPS, changed: Vec::new() };
    // The case of letters is a repair; what is in a text is just how it comes.
    let before = value.clone();
    repairer.repair(id, &mut value, &Path::Root);
    if let (Tree::Text(_), Tree::Text(_)) = (&before, &value) { before } else { value }
}

/// Values in quotes, where the profile of the schema asks for them: whatever has no schema there, JSON in a string.
/// Whether there were any.
pub(crate) fn unquote(rules: &Rules, id: Id, value: &mut Tree<'_>) -> bool {
    let node = rules.node(id);
    let mut changed = false;
    if let Tree::Text(text) = &*value
        && (is_open(node) || node.kinds.has(Kinds::OBJECT) && !node.kinds.has(Kinds::STRING))
        && let Some(read) = Tree::parse(text).and_then(owned)
    {
        *value = read;
        changed = true;
    }
    match value {
        Tree::List(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                changed |= node.item(at).is_some_and(|id| unquote(rules, id, item));
            }
        }
        Tree::Object(entries) => {
            for (name, value) in entries {
                changed |= node.entry(name).flatten().is_some_and(|id| unquote(rules, id, value));
            }
        }
        _ => {}
    }
    for id in node.all_of.iter().chain(&node.any_of) {
        // Of alternatives, one that takes the text itself has it.
        if matches!(value, Tree::List(_) | Tree::Object(_)) || node.all_of.contains(id) {
            changed |= unquote(rules, *id, value);
        }
    }
    changed
}

/// Whether a node takes whatever there is.
fn is_open(node: &Node) -> bool {
    node.kinds.is_any() && node.choices.is_none() && node.any_of.is_empty() && node.all_of.is_empty()
}

/// Whether a profile that closes objects has some of a schema's values written in quotes.
pub(crate) fn has_open(rules: &Rules) -> bool {
    let open = |node: &Node| is_open(node) || node.kinds.has(Kinds::OBJECT) && node.properties.is_empty();
    rules.nodes.iter().enumerate().any(|(id, node)| id != rules.root && open(node))
}
