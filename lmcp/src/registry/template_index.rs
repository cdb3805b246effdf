//! Finds the template a URI belongs to, among any number of them.
//!
//! In: templates, each with a value. Out: at start, the pairs of templates that collide; then, for a URI, the value of
//! the most specific template and what it captures. This file knows no handlers, and leaves what a captured value may
//! be to `uri_template`.
//!
//! The templates of one scheme form a trie with a level for each segment. A lookup goes down it and prefers literal
//! text to `<id>`, and that to `<path..>`; when a branch ends without a template it goes back to the next. The first
//! template so found is the most specific: no two collide, so those that match one URI lie inside each other, and where
//! two of them part, the inner one has the literal or the `<id>`.
//!
//! What a lookup costs: a node stands at one depth of the trie, so it is entered at most once, and at a depth `d` at
//! most `2^d` nodes are, a literal and an `<id>` below each of the last depth's. Which of those exist is the author's
//! doing and not the peer's; where `<id>` and literals do not mix, it is one node a level, whatever stands beside it. A
//! URI is split no deeper than the deepest template, and none of its segments is decoded more than once to find the
//! way.

use std::borrow::Cow;

use super::uri_template::{Refusal, Relation, Segment, UriTemplate, decode, split_scheme, split_segment};
use crate::hash::QuickMap;

/// Templates without collisions, with a value for each, ready for lookups.
#[derive(Clone, Debug)]
pub(crate) struct TemplateIndex<T> {
    entries: Vec<(UriTemplate, T)>,
    tries: Tries,
    /// The segments of the deepest template.
    depth: usize,
    /// The bytes of the longest literal segment: a longer one of a URI equals none.
    longest_literal: usize,
}

/// What a URI leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lookup<'i, 'u, T> {
    /// A template matches, and this is the most specific one.
    Found(Found<'i, 'u, T>),
    /// The most specific template of the URI's shape refuses a value; a less specific one is not asked.
    Refused(Refusal),
    /// No template has the URI's shape.
    NotFound,
}

/// A template's value, and what the template captures of the URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found<'i, 'u, T> {
    /// What the template was registered with.
    pub(crate) value: &'i T,
    /// Decoded, in the order of [`UriTemplate::names`].
    pub(crate) captures: Vec<Cow<'u, str>>,
}

/// Templates that can't be served together, handed back with the pairs that collide.
#[derive(Clone, Debug)]
pub(crate) struct Collisions<T> {
    /// All that was given to [`TemplateIndex::build`], in its order.
    pub(crate) entries: Vec<(UriTemplate, T)>,
    /// Places in `entries`, the smaller first, each pair once, sorted; never empty.
    pub(crate) pairs: Vec<(usize, usize)>,
}

/// By scheme, in lower case.
type Tries = QuickMap<Box<str>, Node>;

/// Where the templates meet that begin with the same segments; the entries are places in [`TemplateIndex::entries`].
///
/// Nodes own nodes, so dropping or cloning one recurses, as deep as a template may be long and no deeper.
#[derive(Clone, Debug, Default)]
struct Node {
    /// The templates that end here. More than one only until `build` has refused them, as they collide.
    ends: Vec<usize>,
    /// The templates whose `<path..>` begins here, likewise.
    rests: Vec<usize>,
    literals: QuickMap<Box<str>, Node>,
    one: Option<Box<Node>>,
}

/// A segment of a URI on its way through the trie.
struct UriSegment<'u> {
    is_empty: bool,
    /// Nothing when it equals no literal.
    literal: Option<Cow<'u, str>>,
    /// It is empty and the last, so that nothing is left for a `<path..>`.
    is_empty_tail: bool,
}

/// What a lookup has yet to try.
enum Step<'i> {
    Enter(&'i Node, usize),
    Rest(usize),
}

impl<T> TemplateIndex<T> {
    /// An index in which nothing is found.
    pub(crate) fn empty() -> Self {
        Self { entries: Vec::new(), tries: Tries::default(), depth: 0, longest_literal: 0 }
    }

    /// Builds the index; the order of the entries decides nothing.
    ///
    /// # Errors
    ///
    /// All pairs of templates that [collide](Relation::Collides). Finding them costs a walk for each template over
    /// those branches of the trie that overlap with it, so templates that have nothing in common are never compared.
    pub(crate) fn build(entries: Vec<(UriTemplate, T)>) -> Result<Self, Collisions<T>> {
        let mut tries = Tries::default();
        let mut pairs = Vec::new();
        for (place, (template, _)) in entries.iter().enumerate() {
            let root = tries.entry(template.scheme().into()).or_default();
            let collides = |&earlier: &usize| {
                entries.get(earlier).is_some_and(|(other, _)| template.relation(other) == Relation::Collides)
            };
            let overlapping = root.overlapping(template.segments()).into_iter();
            pairs.extend(overlapping.filter(collides).map(|earlier| (earlier, place)));
            root.insert(template.segments(), place);
        }
        if !pairs.is_empty() {
            pairs.sort_unstable();
            return Err(Collisions { entries, pairs });
        }
        let segments = || entries.iter().map(|(template, _)| template.segments());
        let depth = segments().map(<[Segment]>::len).max().unwrap_or_default();
        let literal_len = |segment: &Segment| if let Segment::Literal(literal) = segment { literal.len() } else { 0 };
        let longest_literal = segments().flatten().map(literal_len).max().unwrap_or_default();
        Ok(Self { entries, tries, depth, longest_literal })
    }

    /// Finds the most specific template that matches `uri`.
    pub(crate) fn lookup<'i, 'u>(&'i self, uri: &'u str) -> Lookup<'i, 'u, T> {
        let found = split_scheme(uri).and_then(|(scheme, body)| {
            let place = self.find(self.trie(scheme)?, body)?;
            let (template, value) = self.entries.get(place)?;
            Some((template.capture(body), value))
        });
        match found {
            Some((Ok(captures), value)) => Lookup::Found(Found { value, captures }),
            Some((Err(refusal), _)) => Lookup::Refused(refusal),
            None => Lookup::NotFound,
        }
    }

    fn trie(&self, scheme: &str) -> Option<&Node> {
        self.tries.get(scheme).or_else(|| self.tries.get(&*scheme.to_ascii_lowercase()))
    }

    /// The entry whose template is the most specific of the body's shape.
    fn find<'i>(&'i self, root: &'i Node, body: &str) -> Option<usize> {
        let segments = self.split(body);
        // The most preferred on top. Each node leaves at most two steps behind when one is taken further.
        let mut steps = vec![Step::Enter(root, 0)];
        while let Some(step) = steps.pop() {
            let (node, depth) = match step {
                Step::Enter(node, depth) => (node, depth),
                Step::Rest(place) => return Some(place),
            };
            let Some(segment) = segments.get(depth) else {
                if let Some(&place) = node.ends.first() {
                    return Some(place);
                }
                continue;
            };
            if !segment.is_empty_tail {
                steps.extend(node.rests.first().map(|&place| Step::Rest(place)));
            }
            if !segment.is_empty {
                steps.extend(node.one.as_deref().map(|one| Step::Enter(one, depth + 1)));
            }
            let literal = segment.literal.as_deref().and_then(|literal| node.literals.get(literal));
            steps.extend(literal.map(|node| Step::Enter(node, depth + 1)));
        }
        None
    }

    /// The segments of `body`, to one more than the deepest template has: whatever is longer is too long just the same.
    fn split<'u>(&self, body: &'u str) -> Vec<UriSegment<'u>> {
        let mut segments = Vec::with_capacity(8);
        let mut tail = Some(body);
        while let Some(text) = tail
            && segments.len() <= self.depth
        {
            let (raw, after) = split_segment(text);
            // Encoding makes a byte three at most.
            let may_be_literal = raw.len() / 3 <= self.longest_literal;
            let literal = if may_be_literal { decode(raw).ok() } else { None };
            segments.push(UriSegment { is_empty: raw.is_empty(), literal, is_empty_tail: text.is_empty() });
            tail = after;
        }
        segments
    }
}

impl Node {
    fn insert(&mut self, segments: &[Segment], place: usize) {
        let mut node = self;
        for segment in segments {
            node = match segment {
                Segment::Literal(literal) => node.literals.entry(literal.clone()).or_default(),
                Segment::One(_) => node.one.get_or_insert_default(),
                Segment::Rest(_) => return node.rests.push(place),
            };
        }
        node.ends.push(place);
    }

    /// The entries below that may overlap with `segments`: all that do, and some that don't.
    fn overlapping(&self, segments: &[Segment]) -> Vec<usize> {
        let mut found = Vec::new();
        let mut pending = vec![(self, segments)];
        while let Some((node, segments)) = pending.pop() {
            let one = node.one.as_deref();
            match segments {
                [] => found.extend(&node.ends),
                [Segment::Literal(literal), tail @ ..] => {
                    found.extend(&node.rests);
                    pending.extend(node.literals.get(literal).into_iter().chain(one).map(|node| (node, tail)));
                }
                [Segment::One(_), tail @ ..] => {
                    found.extend(&node.rests);
                    pending.extend(node.literals.values().chain(one).map(|node| (node, tail)));
                }
                // Everything below; the rest stays the rest on the way.
                [Segment::Rest(_), ..] => {
                    found.extend(node.ends.iter().chain(&node.rests));
                    pending.extend(node.literals.values().chain(one).map(|node| (node, segments)));
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests;
