//! One valid value, made from a schema: what a call looks like.

use super::check::fits;
use super::rules::{Id, Kinds, Node, Rest, Rules};
use super::tree::{Number, Tree, write_text};
use std::borrow::Cow;

/// How deep an example goes.
const DEPTH: usize = 64;
/// How many nodes are tried: types that hold each other in many ways have many ways to fail.
const STEPS: u32 = 4096;

/// A step from a value to one inside it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Key(String),
    Item(usize),
    /// One of several alternatives.
    Member(Id),
    /// Part of the same value.
    Part(Id),
}

/// The arguments of a call: those that are required, and those that are named besides. `None` if none can be made.
pub(crate) fn call(rules: &Rules, also: &[&str]) -> Option<Tree<'static>> {
    let root = rules.node(rules.root);
    let mut entries = object(rules, rules.root)?;
    for name in also {
        let name = root.canonical(name);
        if let (Some(id), false) = (root.property(name), entries.iter().any(|(known, _)| known == name)) {
            // What no value can be made of may be left out.
            let made = value(rules, id).filter(|value| fits(rules, id, value));
            entries.extend(made.map(|value| (Cow::Owned(name.to_owned()), value)));
        }
    }
    let example = Tree::Object(entries);
    fits(rules, rules.root, &example).then_some(example)
}

/// A value that keeps the rules of a node, as far as one can be made.
pub(super) fn value(rules: &Rules, id: Id) -> Option<Tree<'static>> {
    Maker::of(rules).value(id)
}

/// So many items.
pub(super) fn list(rules: &Rules, node: &Node, count: u64) -> Option<Vec<Tree<'static>>> {
    Maker::of(rules).list(node, count)
}

/// A value as people would write it: texts are their names, numbers count. `at` is the place among others.
#[cfg(feature = "cli")]
pub(super) fn readable(rules: &Rules, name: &str, at: usize) -> Option<Tree<'static>> {
    let label = Some(Label { name: name.to_owned(), at });
    let made = Maker { label, ..Maker::of(rules) }.value(rules.root).filter(|made| fits(rules, rules.root, made));
    made.or_else(|| value(rules, rules.root))
}

fn object(rules: &Rules, id: Id) -> Option<Entries> {
    Maker::of(rules).object(id)
}

type Entries = Vec<(Cow<'static, str>, Tree<'static>)>;

/// Makes one value.
struct Maker<'r> {
    rules: &'r Rules,
    /// What is being made: a type that holds itself does not, a second time.
    open: Vec<Id>,
    left: u32,
    /// What people would know it by, where they are to read it.
    label: Option<Label>,
}

/// The name of a value, and its place among others.
#[derive(Clone, Debug)]
struct Label {
    name: String,
    at: usize,
}

impl<'r> Maker<'r> {
    fn of(rules: &'r Rules) -> Self {
        Maker { rules, open: Vec::new(), left: STEPS, label: None }
    }

    fn value(&mut self, id: Id) -> Option<Tree<'static>> {
        let node = self.rules.node(id);
        if let Some(sample) = &node.sample
            && fits(self.rules, id, sample)
        {
            return Some(sample.clone());
        }
        self.left = self.left.checked_sub(1)?;
        if self.open.contains(&id) || self.open.len() > DEPTH {
            return None;
        }
        self.open.push(id);
        let made = self.made(id, node);
        self.open.pop();
        made
    }

    fn made(&mut self, id: Id, node: &Node) -> Option<Tree<'static>> {
        if let Some(choices) = &node.choices {
            return choices.iter().find(|choice| **choice != Tree::Null).or(choices.first()).cloned();
        }
        if !node.any_of.is_empty() {
            let rules = self.rules;
            let mut members = node.any_of.iter().filter(|id| rules.resolved(**id).kinds != Kinds::NULL);
            let first = members.find_map(|id| self.value(*id))?;
            // A flattened enum: what stands beside the alternatives belongs to the value, too.
            return match (first, node.kinds == Kinds::OBJECT) {
                (Tree::Object(entries), true) => Some(Tree::Object(joined(self.object(id)?, entries))),
                (first, _) => Some(first),
            };
        }
        let kinds = node.kinds;
        if kinds.is_any() {
            let parts = node.all_of.iter().map(|id| self.value(*id)).collect::<Option<Vec<_>>>()?;
            let mut parts = parts.into_iter();
            return match parts.next() {
                Some(Tree::Object(entries)) => Some(Tree::Object(parts.fold(entries, |all, part| match part {
                    Tree::Object(entries) => joined(all, entries),
                    _ => all,
                }))),
                Some(first) => Some(first),
                None => Some(Tree::Text(Cow::Owned(text(node, self.label.as_ref())))),
            };
        }
        Some(if kinds.has(Kinds::STRING) {
            Tree::Text(Cow::Owned(text(node, self.label.as_ref())))
        } else if kinds.has(Kinds::INTEGER) || kinds.has(Kinds::NUMBER) {
            Tree::Number(Cow::Owned(number(node, self.label.as_ref())))
        } else if kinds.has(Kinds::BOOLEAN) {
            Tree::Bool(true)
        } else if kinds.has(Kinds::ARRAY) {
            let count = node.count.least.unwrap_or(1).max(1).min(node.count.most.unwrap_or(64)).min(64);
            Tree::List(self.list(node, count)?)
        } else if kinds.has(Kinds::OBJECT) {
            Tree::Object(self.object(id)?)
        } else {
            Tree::Null
        })
    }

    fn list(&mut self, node: &Node, count: u64) -> Option<Vec<Tree<'static>>> {
        let mut items = Vec::new();
        for at in 0..usize::try_from(count).ok()?.max(node.prefix.len()) {
            let item = match node.item(at) {
                Some(id) => match self.value(id) {
                    Some(item) => item,
                    // A type that holds itself ends with an empty list.
                    None if node.count.least.is_none_or(|least| items.len() as u64 >= least) => break,
                    None => return None,
                },
                None if node.closed => break,
                None => Tree::Number(Cow::Owned(at.to_string())),
            };
            items.push(distinct(node, item, at));
        }
        Some(items)
    }

    fn object(&mut self, id: Id) -> Option<Entries> {
        let node = self.rules.node(id);
        let mut entries = Entries::new();
        for (at, name) in node.required.iter().enumerate() {
            let label = self.label.clone();
            self.label = label.as_ref().map(|_| Label { name: name.clone(), at });
            let inner = match node.entry(name) {
                Some(Some(id)) => self.value(id),
                _ => Some(Tree::Text(Cow::Borrowed("…"))),
            };
            self.label = label;
            entries.push((Cow::Owned(name.clone()), inner?));
        }
        for part in &node.all_of {
            if let Tree::Object(more) = self.value(*part)? {
                entries = joined(entries, more);
            }
        }
        // A map says little when it is empty.
        if let (true, Rest::Of(id)) =
            (node.properties.is_empty() && node.entries.least.is_some_and(|least| least > 0), node.rest)
            && let Some(inner) = self.value(id)
        {
            entries.push((Cow::Borrowed("key"), inner));
        }
        Some(entries)
    }
}

/// Another item than those before, where each may be there once.
fn distinct(node: &Node, item: Tree<'static>, at: usize) -> Tree<'static> {
    match item {
        Tree::Text(text) if node.unique && at > 0 => Tree::Text(Cow::Owned(format!("{text}{at}"))),
        Tree::Number(text) if node.unique && at > 0 => match Number::of(&text) {
            Number::Integer(integer) => Tree::Number(Cow::Owned((integer + at as i128).to_string())),
            Number::Real(real) => Tree::Number(Cow::Owned((real + at as f64).to_string())),
        },
        item => item,
    }
}

fn joined(mut entries: Entries, more: Entries) -> Entries {
    for (name, value) in more {
        if entries.iter().all(|(known, _)| *known != name) {
            entries.push((name, value));
        }
    }
    entries
}

fn text(node: &Node, label: Option<&Label>) -> String {
    let fits = |text: &str| {
        node.length.has(text.chars().count()) && node.pattern.as_ref().is_none_or(|(_, pattern)| pattern.is_match(text))
    };
    if let Some(format) = node.format {
        return format.example().to_owned();
    }
    if let Some(name) = label.map(|label| label.name.to_uppercase()).filter(|name| !name.is_empty() && fits(name)) {
        return name;
    }
    // Nothing but a length is asked for.
    if node.pattern.is_none() && !fits("…") {
        let length = node.length.least.or(node.length.most).unwrap_or(1).min(256) as usize;
        let letters: String = ('a'..='z').cycle().take(length).collect();
        if fits(&letters) {
            return letters;
        }
    }
    // A pattern is tried with what patterns are mostly about.
    const TRIES: [&str; 24] = [
        "…",
        "a",
        "A",
        "0",
        "abc",
        "ABC",
        "Abc",
        "123",
        "a1",
        "A1",
        "1.0",
        "1.0.0",
        "v1.0.0",
        "abc-123",
        "ABC-123",
        "abc_123",
        "a-b",
        "2026-01-31",
        "12:00",
        "ada@example.com",
        "https://example.com",
        "+15550100",
        "#a1b2c3",
        "/a",
    ];
    if let Some(found) = TRIES.iter().find(|text| fits(text)) {
        return (*found).to_owned();
    }
    if let Some((pattern, _)) = &node.pattern
        && let Some(found) = (0..64).filter_map(|extra| super::pattern::sample(pattern, extra)).find(|text| fits(text))
    {
        return found;
    }
    let least = node.length.least.unwrap_or(1).min(256) as usize;
    let longer = ["…", "a", "A", "0", "1", "-"].iter().map(|letter| letter.repeat(least)).find(|text| fits(text));
    let most = node.length.most.unwrap_or(32).min(256) as usize;
    longer
        .or_else(|| (1..=most).flat_map(|n| ["a", "A", "0"].map(|letter| letter.repeat(n))).find(|text| fits(text)))
        .unwrap_or_else(|| if fits("") { String::new() } else { "…".into() })
}

fn number(node: &Node, label: Option<&Label>) -> String {
    let integer = !node.kinds.has(Kinds::NUMBER);
    let low = node.low.as_ref().map(|bound| (bound.number, bound.exclusive));
    let high = node.high.as_ref().map(|bound| (bound.number, bound.exclusive));
    let inside = |n: f64| {
        low.is_none_or(|(low, exclusive)| if exclusive { n > low.real() } else { n >= low.real() })
            && high.is_none_or(|(high, exclusive)| if exclusive { n < high.real() } else { n <= high.real() })
            && node.multiple_of.is_none_or(|of| Number::of(&n.to_string()).is_multiple_of(of))
            && (!integer || n.fract() == 0.0)
    };
    let of = node.multiple_of.map_or(1.0, Number::real);
    let starts = [low.map(|(low, _)| low.real()), high.map(|(high, _)| high.real())];
    let near = starts.into_iter().flatten().flat_map(|start| {
        let multiple = (start / of).ceil() * of;
        [start, start + 1.0, start - 1.0, multiple, multiple + of, multiple - of, start + 0.5, start - 0.5]
    });
    let middle = low.zip(high).map(|((low, _), (high, _))| (low.real() + high.real()) / 2.0);
    let place = label.map(|label| label.at as f64 + 1.0);
    let found = place.into_iter().chain([1.0, of, 0.0]).chain(near).chain(middle).find(|n| inside(*n)).unwrap_or(1.0);
    if found.fract() == 0.0 && found.abs() < 1e15 { format!("{}", found as i64) } else { found.to_string() }
}

/// A value that has `leaf` at the end of a path, and whatever else it takes to get there.
pub(super) fn with(rules: &Rules, id: Id, path: &[Step], leaf: Tree<'static>) -> Option<Tree<'static>> {
    let Some((step, rest)) = path.split_first() else { return Some(leaf) };
    let node = rules.node(id);
    match step {
        Step::Member(inner) => match (with(rules, *inner, rest, leaf)?, node.kinds == Kinds::OBJECT) {
            (Tree::Object(entries), true) => Some(Tree::Object(joined(entries, object(rules, id)?))),
            (inner, _) => Some(inner),
        },
        // Nothing but a reference adds nothing.
        Step::Part(inner) if node.all_of.len() == 1 && node.properties.is_empty() && node.any_of.is_empty() => {
            with(rules, *inner, rest, leaf)
        }
        Step::Part(inner) => match with(rules, *inner, rest, leaf)? {
            Tree::Object(entries) => match value(rules, id) {
                Some(Tree::Object(more)) => Some(Tree::Object(joined(entries, more))),
                _ => Some(Tree::Object(entries)),
            },
            inner => Some(inner),
        },
        Step::Key(name) => {
            let inner = match node.entry(name) {
                Some(Some(inner)) => with(rules, inner, rest, leaf)?,
                _ => leaf,
            };
            let mut entries = match value(rules, id) {
                Some(Tree::Object(entries)) => entries,
                _ => object(rules, id)?,
            };
            match entries.iter_mut().find(|(known, _)| known == name) {
                Some((_, place)) => *place = inner,
                None => entries.push((Cow::Owned(name.clone()), inner)),
            }
            Some(Tree::Object(entries))
        }
        Step::Item(at) => {
            let inner = with(rules, node.item(*at)?, rest, leaf)?;
            let least = node.count.least.unwrap_or(0).max(*at as u64 + 1);
            let mut items = list(rules, node, least)?;
            match items.get_mut(*at) {
                Some(place) => *place = inner,
                None => items.push(inner),
            }
            Some(Tree::List(items))
        }
    }
}

/// JSON as people write it: a blank behind each colon and comma.
pub(crate) fn spaced(value: &Tree<'_>) -> String {
    fn write(value: &Tree<'_>, out: &mut String) {
        match value {
            Tree::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    write(item, out);
                }
                out.push(']');
            }
            Tree::Object(entries) => {
                out.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    write_text(out, key);
                    out.push_str(": ");
                    write(value, out);
                }
                out.push('}');
            }
            other => out.push_str(&other.to_json()),
        }
    }
    let mut out = String::new();
    write(value, &mut out);
    out
}
