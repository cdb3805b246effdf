//! How long a type takes to read a value: one that tries alternatives one after the other may take very long.

use super::check::{Checker, Mode, STEPS};
use super::rules::{Id, Rules};
use super::tag::Tag;
use super::tree::Tree;
use std::cell::RefCell;
use std::collections::HashMap;

/// How many steps a type takes to read a value, about, if it tries alternatives one after the other.
pub(super) fn steps(rules: &Rules, value: &Tree<'_>) -> u64 {
    let reading = Reading { checker: Checker::new(rules, Mode::Full, STEPS), known: RefCell::default() };
    reading.steps(rules.root, value)
}

struct Reading<'r> {
    checker: Checker<'r>,
    known: RefCell<HashMap<(Id, usize), u64>>,
}

impl Reading<'_> {
    fn steps(&self, id: Id, value: &Tree<'_>) -> u64 {
        let node = self.checker.rules.node(id);
        if !self.checker.step() || !node.kinds.allow(value) {
            return 1;
        }
        let mut steps = 1u64;
        let mut below = |id: Id, value: &Tree<'_>| {
            steps = steps.saturating_add(self.steps(id, value));
            self.checker.fits(id, value, Mode::Full)
        };
        // A type stops at the first thing that does not fit.
        let fits = match value {
            Tree::List(items) => {
                items.iter().enumerate().all(|(at, item)| node.item(at).is_none_or(|id| below(id, item)))
            }
            Tree::Object(entries) => {
                entries.iter().all(|(name, value)| node.entry(name).flatten().is_none_or(|id| below(id, value)))
            }
            _ => true,
        };
        if !fits || !node.all_of.iter().all(|id| below(*id, value)) || node.any_of.is_empty() {
            return steps;
        }
        let key = (id, std::ptr::from_ref(value) as usize);
        if let Some(known) = self.known.borrow().get(&key) {
            return *known;
        }
        match Tag::of(self.checker.rules, node).map(|tag| tag.chosen(value)) {
            Some(Ok(id)) => drop(below(id, value)),
            _ => drop(node.any_of.iter().any(|id| below(*id, value))),
        }
        self.known.borrow_mut().insert(key, steps);
        steps
    }
}
