//! Which of a schema's rules a Rust type checks by itself: it is shown values that break one rule each.
//!
//! What it refuses need not be checked a second time, so a tool whose types keep their own rules pays nothing. Bounds
//! of a `u8`, the variants of an enum, the date in a `NaiveDate` are such rules; `range(…)`, a pattern, or whatever a
//! schema written by hand says of a `serde_json::Value` are not.

use super::example::{self, Step};
use super::rules::{Enforced, Id, Kinds, Node, Rest, Rules};
use super::tag::Tag;
use super::tree::{Number, Tree};
use std::borrow::Cow;
use std::collections::HashSet;
use std::panic::AssertUnwindSafe;

/// Whether a type takes a value.
pub(crate) type Accepts = fn(&str) -> bool;

/// Whether a type takes a value. One that panics does not.
pub(super) fn takes(accepts: Accepts, json: &str) -> bool {
    std::panic::catch_unwind(AssertUnwindSafe(|| accepts(json))).unwrap_or(false)
}

/// A text that is no choice, no format, no number, no key of anybody's.
const NONSENSE: &str = "\u{1}?";

/// Marks the rules at and below `id` that `accepts` does not check.
pub(super) fn probe(rules: &mut Rules, id: Id, accepts: Accepts) {
    let mut found = Vec::new();
    {
        let takes = |json: &str| takes(accepts, json);
        let prober = Prober { rules, start: id, takes: &takes };
        // Without a value that is taken, a refusal says nothing.
        let right = example::value(rules, id);
        let knows = right.is_some_and(|value| takes(&value.to_json()));
        let mut seen = HashSet::new();
        prober.visit(id, &mut Vec::new(), knows, &mut seen, &mut found);
    }
    for (id, enforced) in found {
        if let Some(node) = rules.nodes.get_mut(id) {
            node.enforced = enforced;
        }
    }
}

/// Finds out which properties the names stand for that only serde knows.
pub(super) fn other_names(rules: &mut Rules, accepts: Accepts) {
    let takes = |value: &Tree<'_>| takes(accepts, &value.to_json());
    let root = rules.node(rules.root);
    let mut found = Vec::new();
    for free in &root.free {
        // A required name is missed without it; any name is given twice with it.
        let stands_for = |name: &String, id: Id| {
            let mut example = example::call(rules, &[name])?;
            let value = example.get(name).cloned().or_else(|| example::value(rules, id))?;
            let Tree::Object(entries) = &mut example else { return None };
            if entries.iter().all(|(known, _)| known != name) {
                entries.push((Cow::Owned(name.clone()), value.clone()));
            }
            let once = takes(&example);
            let Tree::Object(entries) = &mut example else { return None };
            entries.push((Cow::Owned(free.clone()), value));
            let twice = takes(&example);
            let Tree::Object(entries) = &mut example else { return None };
            entries.retain(|(known, _)| known != name);
            (once && !twice && takes(&example)).then(|| name.clone())
        };
        found.extend(
            root.properties.iter().find_map(|(name, id)| stands_for(name, *id)).map(|name| (free.clone(), name)),
        );
    }
    for (free, name) in found {
        rules.alias(&free, &name);
    }
}

struct Prober<'r> {
    rules: &'r Rules,
    start: Id,
    takes: &'r dyn Fn(&str) -> bool,
}

impl Prober<'_> {
    fn visit(
        &self,
        id: Id,
        path: &mut Vec<Step>,
        knows: bool,
        seen: &mut HashSet<Id>,
        found: &mut Vec<(Id, Enforced)>,
    ) {
        if !seen.insert(id) || path.len() > 48 {
            return;
        }
        let node = self.rules.node(id);
        let enforced = self.enforced(id, node, path, knows);
        if enforced.any() {
            found.push((id, enforced));
        }
        let mut below = |step: Step, id: Id| {
            path.push(step);
            self.visit(id, path, knows, seen, found);
            path.pop();
        };
        for (at, id) in node.prefix.iter().enumerate() {
            below(Step::Item(at), *id);
        }
        if let Some(id) = node.items {
            below(Step::Item(node.prefix.len()), id);
        }
        for (name, id) in &node.properties {
            below(Step::Key(name.clone()), *id);
        }
        for (pattern, id) in &node.patterns {
            // Keys of maps: numbers, mostly.
            if let Some(key) = ["0", "a", "A", "1a"].iter().find(|key| pattern.is_match(key)) {
                below(Step::Key((*key).to_owned()), *id);
            }
        }
        if let Rest::Of(id) = node.rest {
            below(Step::Key("key".to_owned()), id);
        }
        for id in &node.any_of {
            below(Step::Member(*id), *id);
        }
        for id in &node.all_of {
            below(Step::Part(*id), *id);
        }
    }

    /// Whether a value with this at the end of the path is taken; `unsure` if no such value can be made.
    fn takes(&self, path: &[Step], leaf: Option<Tree<'static>>, unsure: bool) -> bool {
        let Some(leaf) = leaf else { return unsure };
        let whole = example::with(self.rules, self.start, path, leaf);
        whole.map_or(unsure, |whole| (self.takes)(&whole.to_json()))
    }

    fn enforced(&self, id: Id, node: &Node, path: &[Step], knows: bool) -> Enforced {
        let text = |text: &str| Some(Tree::Text(Cow::Owned(text.to_owned())));
        let takes = |leaf: Option<Tree<'static>>| !knows || self.takes(path, leaf, true);
        // What no type but an open one leaves unchecked: without a sign of that, serde is trusted.
        let open = |leaf: Option<Tree<'static>>| knows && self.takes(path, leaf, false);
        let right = example::value(self.rules, id);
        let items = |count: u64| {
            let items = example::list(self.rules, node, count)?;
            (items.len() as u64 == count).then_some(Tree::List(items))
        };
        let without = |name: &String| match right.clone() {
            Some(Tree::Object(mut entries)) => {
                entries.retain(|(known, _)| known != name);
                Some(Tree::Object(entries))
            }
            _ => None,
        };
        let with_unknown = || match right.clone() {
            Some(Tree::Object(mut entries)) => {
                entries.push((NONSENSE.into(), Tree::Null));
                Some(Tree::Object(entries))
            }
            _ => None,
        };
        Enforced {
            kinds: !node.kinds.is_any() && open(other_kind(node.kinds)),
            choices: node.choices.as_ref().is_some_and(|choices| match choices.first() {
                Some(Tree::Text(_)) => takes(text(NONSENSE)),
                Some(Tree::Number(_)) => {
                    takes(Some(Tree::Number("77.5".into()))) || takes(Some(Tree::Number("770077".into())))
                }
                Some(_) => open(text(NONSENSE)),
                None => true,
            }),
            bounds: [(&node.low, -1), (&node.high, 1)]
                .into_iter()
                .any(|(bound, step)| bound.as_ref().is_some_and(|bound| takes(Some(beyond(bound, step, node.kinds))))),
            format: node.format.is_some() && takes(text(NONSENSE)),
            count: node
                .count
                .least
                .is_some_and(|least| least > 0 && takes(items(least - 1).or_else(|| fewer(right.as_ref(), least))))
                || node
                    .count
                    .most
                    .is_some_and(|most| most < 64 && takes(items(most + 1).or_else(|| more(right.as_ref(), most))))
                || node.closed && node.count.most.is_none(),
            required: node.required.iter().any(|name| open(without(name))),
            rest: node.rest == Rest::None && open(with_unknown()),
            not: node.not.is_some_and(|not| takes(example::value(self.rules, not))),
            others: node.length.is_given()
                || node.pattern.is_some()
                || node.unique
                || node.multiple_of.is_some()
                || node.entries.is_given(),
        }
    }
}

fn fewer(right: Option<&Tree<'static>>, least: u64) -> Option<Tree<'static>> {
    let Some(Tree::List(items)) = right else { return None };
    Some(Tree::List(items.iter().take(usize::try_from(least).ok()?.checked_sub(1)?).cloned().collect()))
}

fn more(right: Option<&Tree<'static>>, most: u64) -> Option<Tree<'static>> {
    let Some(Tree::List(items)) = right else { return None };
    let count = usize::try_from(most).ok()? + 1;
    Some(Tree::List(items.iter().cycle().take(count).cloned().collect()))
}

/// A value of a type that is not among these.
fn other_kind(kinds: Kinds) -> Option<Tree<'static>> {
    let candidates = [
        Tree::Text(NONSENSE.into()),
        Tree::Bool(true),
        Tree::Number("0.5".into()),
        Tree::List(Vec::new()),
        Tree::Object(Vec::new()),
        Tree::Null,
    ];
    candidates.into_iter().find(|value| !kinds.allow(value))
}

/// A number just beyond a bound.
fn beyond(bound: &super::rules::Bound, step: i128, kinds: Kinds) -> Tree<'static> {
    Tree::Number(Cow::Owned(match bound.number {
        Number::Integer(number) if bound.exclusive && kinds.has(Kinds::NUMBER) => number.to_string(),
        Number::Integer(number) => number.saturating_add(if bound.exclusive { 0 } else { step }).to_string(),
        Number::Real(real) if bound.exclusive => real.to_string(),
        Number::Real(real) => (real + step as f64).to_string(),
    }))
}

impl Node {
    /// The nodes that it leads to.
    fn below(&self) -> impl Iterator<Item = Id> {
        let rest = if let Rest::Of(id) = self.rest { Some(id) } else { None };
        let named = self.properties.iter().map(|(_, id)| *id).chain(self.patterns.iter().map(|(_, id)| *id));
        let items = self.prefix.iter().copied().chain(self.items).chain(rest);
        items.chain(named).chain(self.any_of.iter().copied()).chain(self.all_of.iter().copied())
    }
}

impl Rules {
    /// Finds out below which nodes something is enforced.
    pub(super) fn spread(&mut self) {
        for node in &mut self.nodes {
            node.enforces = node.enforced.any();
        }
        // References may lead back: until nothing changes any more.
        loop {
            let mut changed = false;
            for id in 0..self.nodes.len() {
                let node = self.node(id);
                if node.enforces {
                    continue;
                }
                if node.below().any(|id| self.node(id).enforces)
                    && let Some(node) = self.nodes.get_mut(id)
                {
                    node.enforces = true;
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// Whether a type tries alternatives inside of alternatives: twice as many with each level of a value, unless a tag
    /// tells which one it is.
    pub(super) fn multiplies(&self) -> bool {
        let returns = |from: Id, to: Id| {
            let mut seen = HashSet::new();
            let mut left = vec![from];
            while let Some(id) = left.pop() {
                if id == to {
                    return true;
                }
                if seen.insert(id) {
                    left.extend(self.node(id).below());
                }
            }
            false
        };
        // What no type reads is ours to check, which takes no longer.
        let read = |id: &Id| {
            let enforced = self.resolved(*id).enforced;
            !enforced.kinds && !enforced.required
        };
        (0..self.nodes.len()).any(|id| {
            let node = self.node(id);
            node.any_of.len() > 1
                && Tag::of(self, node).is_none()
                && node.any_of.iter().filter(|member| read(member) && returns(**member, id)).count() > 1
        })
    }

    /// Whether anything is left to us to check.
    pub(crate) fn enforces(&self) -> bool {
        self.node(self.root).enforces
    }
}
