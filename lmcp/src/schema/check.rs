//! Whether a value keeps a schema's rules, and everything that is wrong with it if it does not.

use super::rules::{Id, Kinds, Node, Rules};
use super::tag::Tag;
use super::tree::{Number, Tree};
use super::words::{self, Path};
use crate::registry::nearest::nearest;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

/// Which of the rules count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mode {
    /// All of them.
    Full,
    /// Those that serde does not check by itself.
    Enforced,
    /// Those that serde does check.
    Structure,
}

/// How many problems are told at most.
const PROBLEMS: usize = 20;

/// How many nodes are looked at before a value counts as too complex: alternatives inside alternatives multiply.
pub(super) const STEPS: u32 = 2_000_000;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) path: String,
    pub(crate) message: String,
}

/// Everything that is wrong with a value.
pub(crate) fn check(rules: &Rules, value: &Tree<'_>, mode: Mode) -> Vec<Finding> {
    check_at(rules, rules.root, value, mode)
}

/// The same for a part of it, which is at this node.
pub(super) fn check_at(rules: &Rules, id: Id, value: &Tree<'_>, mode: Mode) -> Vec<Finding> {
    let mut checker = Checker::new(rules, mode, STEPS);
    checker.check(id, value, &Path::Root, false);
    let Checker { mut found, left, more, .. } = checker;
    if mode == Mode::Enforced && left.get() == 0 {
        found.push(Finding { path: String::new(), message: "too complex to be checked; send less at once".into() });
    }
    if more > 0 {
        found.push(Finding { path: String::new(), message: format!("and {more} more") });
    }
    found
}

/// Whether a value keeps all rules of a node.
pub(super) fn fits(rules: &Rules, id: Id, value: &Tree<'_>) -> bool {
    let checker = Checker::new(rules, Mode::Full, STEPS);
    checker.fits(id, value, Mode::Full)
}

pub(super) struct Checker<'r> {
    pub(super) rules: &'r Rules,
    mode: Mode,
    found: Vec<Finding>,
    left: Cell<u32>,
    more: usize,
    /// Which alternatives a value was found to fit, or not: by the node, the value's place, the mode.
    known: RefCell<HashMap<(Id, usize, Mode), bool>>,
    /// How much is wrong with the best alternative for a value.
    counted: RefCell<HashMap<(Id, usize), usize>>,
}

/// What is wrong with one node of a value, apart from what lies below it.
enum Wrong<'n> {
    /// Another value is expected here.
    Value,
    Length(usize),
    Unique(usize),
    Missing(&'n str),
    Unknown(String),
    Twice(String),
    Entries(usize),
    Not,
}

impl<'r> Checker<'r> {
    pub(super) fn new(rules: &'r Rules, mode: Mode, steps: u32) -> Self {
        let (known, counted) = (RefCell::default(), RefCell::default());
        Checker { rules, mode, found: Vec::new(), left: Cell::new(steps), more: 0, known, counted }
    }

    fn counts(mode: Mode, enforced: bool) -> bool {
        match mode {
            Mode::Full => true,
            Mode::Enforced => enforced,
            Mode::Structure => !enforced,
        }
    }

    /// One step less; whether there was one.
    pub(super) fn step(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }

    /// Whether a value keeps a node's rules, and those below it.
    pub(super) fn fits(&self, id: Id, value: &Tree<'_>, mode: Mode) -> bool {
        if !self.step() {
            return true;
        }
        let node = self.rules.node(id);
        if node.optional && *value == Tree::Null {
            return true;
        }
        if mode == Mode::Enforced && !node.enforces {
            return true;
        }
        if self.own(node, value, mode, &mut |_| {}) > 0 {
            return false;
        }
        let below = match value {
            Tree::List(items) => {
                items.iter().enumerate().all(|(at, item)| node.item(at).is_none_or(|id| self.fits(id, item, mode)))
            }
            Tree::Object(entries) => entries.iter().all(|(name, value)| match node.entry(name) {
                Some(Some(id)) => self.fits(id, value, mode),
                _ => true,
            }),
            _ => true,
        };
        below
            && node.all_of.iter().all(|id| self.fits(*id, value, mode))
            && (node.any_of.is_empty() || self.any_fits(id, value, mode))
    }

    /// Asked once for each node and value: alternatives inside alternatives would multiply.
    fn any_fits(&self, id: Id, value: &Tree<'_>, mode: Mode) -> bool {
        // A value does not move while it is checked.
        let key = (id, std::ptr::from_ref(value) as usize, mode);
        if let Some(known) = self.known.borrow().get(&key) {
            return *known;
        }
        let node = self.rules.node(id);
        let fits = match mode {
            Mode::Full | Mode::Structure => node.any_of.iter().any(|id| self.fits(*id, value, mode)),
            // What fits no alternative's structure is serde's to refuse, or to know better.
            Mode::Enforced => {
                node.any_of.iter().any(|id| self.fits(*id, value, Mode::Full))
                    || !node.any_of.iter().any(|id| self.fits(*id, value, Mode::Structure))
            }
        };
        self.known.borrow_mut().insert(key, fits);
        fits
    }

    /// What is wrong with this very node of the value; gives how much.
    fn own<'n>(&self, node: &'n Node, value: &Tree<'_>, mode: Mode, wrong: &mut dyn FnMut(Wrong<'n>)) -> usize {
        let counts = |enforced| Self::counts(mode, enforced);
        let mut number = 0;
        let mut wrong = |what| {
            number += 1;
            wrong(what);
        };
        let by = node.enforced;
        if !node.kinds.allow(value) {
            // What follows is about values of the right type.
            if counts(by.kinds) {
                wrong(Wrong::Value);
            }
            return number;
        }
        if let Some(choices) = &node.choices
            && counts(by.choices)
            && !choices.iter().any(|choice| choice.equals(value))
        {
            wrong(Wrong::Value);
            return number;
        }
        match value {
            Tree::Number(text) => {
                let number = Number::of(text);
                let outside = |bound: &super::rules::Bound, beyond: std::cmp::Ordering| {
                    let order = number.compare(bound.number);
                    order == beyond || bound.exclusive && order.is_eq()
                };
                let low = node.low.as_ref().is_some_and(|bound| outside(bound, std::cmp::Ordering::Less));
                let high = node.high.as_ref().is_some_and(|bound| outside(bound, std::cmp::Ordering::Greater));
                let uneven = node.multiple_of.is_some_and(|of| !number.is_multiple_of(of));
                if counts(by.bounds) && (low || high) || counts(by.others) && uneven {
                    wrong(Wrong::Value);
                }
            }
            Tree::Text(text) => {
                if counts(by.others) && node.length.is_given() {
                    let length = text.chars().count();
                    if !node.length.has(length) {
                        wrong(Wrong::Length(length));
                        return number;
                    }
                }
                let pattern = node.pattern.as_ref().is_some_and(|(_, pattern)| !pattern.is_match(text));
                let format = node.format.is_some_and(|format| !format.fits(text));
                if counts(by.others) && pattern || counts(by.format) && format {
                    wrong(Wrong::Value);
                }
            }
            Tree::List(items) => {
                let open = !node.closed || items.len() <= node.prefix.len();
                if counts(by.count) && (!node.count.has(items.len()) || !open) {
                    wrong(Wrong::Value);
                }
                if node.unique && counts(by.others) {
                    let mut seen = HashSet::new();
                    if let Some(at) = items.iter().position(|item| !seen.insert(words::canonical(item))) {
                        wrong(Wrong::Unique(at));
                    }
                }
            }
            Tree::Object(entries) => {
                let mut seen: Vec<&str> = Vec::with_capacity(entries.len());
                for (name, _) in entries {
                    let canonical = node.canonical(name);
                    if seen.contains(&canonical) && entries.len() < 1000 {
                        if mode == Mode::Full {
                            wrong(Wrong::Twice(name.to_string()));
                        }
                    } else if entries.len() < 1000 {
                        seen.push(canonical);
                    }
                    if counts(by.rest) && node.entry(name).is_none() {
                        wrong(Wrong::Unknown(name.to_string()));
                    }
                }
                if counts(by.required) {
                    // Under one of serde's own aliases, perhaps.
                    let free = entries.iter().any(|(name, _)| node.free.iter().any(|free| free == name));
                    let has = |name: &String| free || entries.iter().any(|(known, _)| node.canonical(known) == name);
                    node.required.iter().filter(|name| !has(name)).for_each(|name| wrong(Wrong::Missing(name)));
                }
                if counts(by.others) && !node.entries.has(entries.len()) {
                    wrong(Wrong::Entries(entries.len()));
                }
            }
            _ => {}
        }
        if let (Some(not), true) = (node.not, counts(by.not))
            && self.fits(not, value, Mode::Full)
        {
            wrong(Wrong::Not);
        }
        number
    }

    /// How much is wrong with a value, about: which of several alternatives was meant.
    fn wrongs(&self, id: Id, value: &Tree<'_>) -> usize {
        let rules = self.rules;
        let node = rules.node(id);
        if !self.step() || node.optional && *value == Tree::Null || self.mode == Mode::Enforced && !node.enforces {
            return 0;
        }
        let mut wrongs = self.own(node, value, self.mode, &mut |_| {});
        if !node.kinds.allow(value) {
            return wrongs;
        }
        match value {
            Tree::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    wrongs += node.item(at).map_or(0, |id| self.wrongs(id, item));
                }
            }
            Tree::Object(entries) => {
                for (name, value) in entries {
                    wrongs += node.entry(name).flatten().map_or(0, |id| self.wrongs(id, value));
                }
            }
            _ => {}
        }
        wrongs += node.all_of.iter().map(|id| self.wrongs(*id, value)).sum::<usize>();
        if node.any_of.is_empty() || self.any_fits(id, value, self.mode) {
            return wrongs;
        }
        let key = (id, std::ptr::from_ref(value) as usize);
        let known = self.counted.borrow().get(&key).copied();
        wrongs
            + known.unwrap_or_else(|| {
                let allowed = node.any_of.iter().filter(|id| words::kinds(rules, **id).allow(value));
                let least = allowed.map(|id| self.wrongs(*id, value)).filter(|wrongs| *wrongs > 0).min();
                let least = least.unwrap_or(1);
                self.counted.borrow_mut().insert(key, least);
                least
            })
    }

    fn add(&mut self, path: &Path<'_>, message: String) {
        if self.found.len() < PROBLEMS {
            let finding = Finding { path: path.to_string(), message };
            if !self.found.contains(&finding) {
                self.found.push(finding);
            }
        } else {
            self.more += 1;
        }
    }

    /// Adds everything that is wrong with a value.
    fn check(&mut self, id: Id, value: &Tree<'_>, path: &Path<'_>, secret: bool) {
        if !self.step() {
            return;
        }
        let rules = self.rules;
        let node = rules.node(id);
        if node.optional && *value == Tree::Null || self.mode == Mode::Enforced && !node.enforces {
            return;
        }
        let secret = secret || node.secret;
        let mut wrongs = Vec::new();
        self.own(node, value, self.mode, &mut |wrong| wrongs.push(wrong));
        self.tell(id, value, path, secret, wrongs);
        if !node.kinds.allow(value) {
            return;
        }
        match value {
            Tree::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    if let Some(id) = node.item(at) {
                        self.check(id, item, &Path::Item(path, at), secret);
                    }
                }
            }
            Tree::Object(entries) => {
                for (name, value) in entries {
                    if let Some(Some(id)) = node.entry(name) {
                        self.check(id, value, &Path::Key(path, name), secret);
                    }
                }
            }
            _ => {}
        }
        for id in &node.all_of {
            self.check(*id, value, path, secret);
        }
        if !node.any_of.is_empty() && !self.any_fits(id, value, self.mode) {
            self.tell_alternatives(id, value, path, secret);
        }
    }

    /// Puts what is wrong with one node into words.
    fn tell(&mut self, id: Id, value: &Tree<'_>, path: &Path<'_>, secret: bool, wrongs: Vec<Wrong<'_>>) {
        let rules = self.rules;
        let node = rules.node(id);
        let got = words::got(value, secret);
        // A name that is unknown may be what a missing one was meant to be.
        let mut missing: Vec<&str> = wrongs
            .iter()
            .filter_map(|wrong| if let Wrong::Missing(name) = wrong { Some(*name) } else { None })
            .collect();
        if let Tree::Object(entries) = value
            && !missing.is_empty()
        {
            for (name, _) in entries {
                // Of what an open object may have, only what looks like a missing name is a mistake.
                let unknown = node.property(name).is_none() && self.found.len() < PROBLEMS && !missing.is_empty();
                let near = if unknown { nearest(name, missing.iter().copied()) } else { None };
                if let Some(near) = near {
                    self.add(&Path::Key(path, name), format!("unknown; did you mean {near:?}? (required, missing)"));
                    missing.retain(|name| *name != near);
                }
            }
        }
        let guessed: Vec<String> = self.found.iter().map(|finding| finding.path.clone()).collect();
        let mut listed = false;
        for wrong in wrongs {
            if self.found.len() >= PROBLEMS {
                self.more += 1;
                continue;
            }
            match wrong {
                Wrong::Value => {
                    let expected = words::expected(rules, id, Some(value));
                    let near = words::near_choice(node, value).filter(|_| !secret);
                    let near = near.map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
                    self.add(path, format!("expected {expected}, got {got}{near}"));
                }
                Wrong::Length(length) => {
                    let expected = words::expected(rules, id, Some(value));
                    self.add(path, format!("expected {expected}, got {}", words::characters(&got, length, secret)));
                }
                Wrong::Unique(at) => self.add(&Path::Item(path, at), "given twice; each item may be there once".into()),
                Wrong::Missing(name) => {
                    if missing.contains(&name) {
                        self.add(&Path::Key(path, name), "required, missing".into());
                    }
                }
                Wrong::Unknown(name) => {
                    let there = Path::Key(path, &name);
                    if guessed.contains(&there.to_string()) {
                        continue;
                    }
                    let names = || node.properties.iter().map(|(name, _)| name.as_str());
                    let message = match nearest(&name, names()) {
                        Some(near) => format!("unknown; did you mean {near:?}?"),
                        None if !node.patterns.is_empty() => words::no_key(node),
                        // Once is enough.
                        None if std::mem::replace(&mut listed, true) => "unknown".into(),
                        None => words::unknown(names()),
                    };
                    self.add(&there, message);
                }
                Wrong::Twice(name) => self.add(&Path::Key(path, &name), "given twice".into()),
                Wrong::Entries(number) => {
                    let expected = words::amount(node.entries, "entry", "entries");
                    self.add(path, format!("expected an object with {expected}, got {number}"));
                }
                Wrong::Not => {
                    let not = node.not.map(|not| words::expected(rules, not, None)).unwrap_or_default();
                    self.add(path, format!("expected anything but {not}, got {got}"));
                }
            }
        }
    }

    /// None of several alternatives fits: tells what is wrong with the one that was meant.
    fn tell_alternatives(&mut self, id: Id, value: &Tree<'_>, path: &Path<'_>, secret: bool) {
        let rules = self.rules;
        let node = rules.node(id);
        let some = node.any_of.iter().copied().filter(|id| rules.resolved(*id).kinds != Kinds::NULL);
        let some: Vec<Id> = some.collect();
        if let ([only], false) = (some.as_slice(), *value == Tree::Null) {
            let before = (self.found.len(), self.more);
            self.check(*only, value, path, secret);
            if before != (self.found.len(), self.more) {
                return;
            }
        }
        let secret = secret || some.iter().any(|id| rules.node(*id).secret || rules.resolved(*id).secret);
        if let Some(tag) = Tag::of(rules, node)
            && let Tree::Object(_) = value
        {
            match tag.chosen(value) {
                Ok(id) => return self.check(id, value, path, secret),
                Err(got) => {
                    let values: Vec<&str> = tag.variants.iter().map(|(name, _)| name.as_str()).collect();
                    let one_of = words::one_of(&values);
                    let there = tag.name.as_deref().map_or(Path::Same(path), |name| Path::Key(path, name));
                    let message = match (got, &tag.name) {
                        (None, Some(_)) => format!("required, missing; expected {one_of}"),
                        (None, None) => format!("expected an object with one of these keys: {}", values.join(", ")),
                        (Some(got), name) => {
                            let text =
                                if let Tree::Text(text) = &got { nearest(text, values.iter().copied()) } else { None };
                            let near = text.filter(|_| !secret).map(|near| format!("; did you mean {near:?}?"));
                            let what = if name.is_some() { "expected" } else { "expected an object with one key," };
                            format!("{what} {one_of}, got {}{}", words::got(&got, secret), near.unwrap_or_default())
                        }
                    };
                    return self.add(&there, message);
                }
            }
        }
        // Of the alternatives of the right type, the one with the least that is wrong.
        let structured = matches!(value, Tree::Object(_) | Tree::List(_));
        let candidates: Vec<Id> =
            some.iter().copied().filter(|id| structured && words::kinds(rules, *id).allow(value)).collect();
        if let [only] = candidates.as_slice() {
            let before = (self.found.len(), self.more);
            self.check(*only, value, path, secret);
            if before != (self.found.len(), self.more) {
                return;
            }
        }
        let wrong = |id: &Id| self.wrongs(*id, value);
        // One whose names are all there was meant, however much is wrong below them.
        let own = |id: &Id| self.own(rules.resolved(*id), value, Mode::Full, &mut |_| {});
        match candidates.iter().min_by_key(|id| (own(id), wrong(id))).filter(|id| wrong(id) > 0) {
            Some(best) => self.check(*best, value, path, secret),
            None => {
                let expected = words::expected(rules, id, Some(value));
                let near = if secret { None } else { words::near_alternative(rules, node, value) };
                let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                self.add(path, format!("expected {expected}, got {}{near}", words::got(value, secret)));
            }
        }
    }
}
