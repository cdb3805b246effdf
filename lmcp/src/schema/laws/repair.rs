//! The laws of repair: arguments that were right stay as they were, to the last digit; those that were repaired are right
//! by what is enforced and need no second repair; what is refused is told shortly, with an example that would be taken.

#[cfg(test)]
use super::dice::Dice;
use crate::handler::call::Problems;
use crate::handler::parameter::Role;
use crate::laws::server::server;
use crate::registry::Tool;
use crate::schema::check::{Mode, check, fits};
use crate::schema::repair::{has_open, repair as repaired};
use crate::schema::rules::Rules;
use crate::schema::tree::{Number, Tree};
use std::collections::HashSet;

/// The longest that an answer may be that refuses, in bytes.
const REFUSAL: usize = 12 << 10;

/// The first line names a tool of the laws' server, the rest is the JSON of a call's arguments.
pub fn repair(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (name, json) = text.split_once('\n').unwrap_or((text, "{}"));
    let catalog = server().shared.registry.current();
    let tools = catalog.tools.items();
    // Any name is some tool's.
    let any = || tools.get(name.bytes().map(usize::from).sum::<usize>() % tools.len());
    let Some(tool) = catalog.tool(name).or_else(any) else { return };
    let Some(Tree::Object(entries)) = Tree::parse(json) else { return };
    let came = without_signs(Tree::Object(entries));
    let json = &*came.to_json();
    let (params, arguments) = (&tool.common.params, &tool.common.arguments);
    let Some(rules) = arguments.rules(params) else { panic!("{name} has rules") };
    let is_right = is_right(tool, rules, &came);
    if is_right {
        let mut tree = came.clone();
        let changed = repaired(rules, &mut tree);
        assert_eq!((&tree, changed), (&came, Vec::new()), "{name} {json} was right");
    }
    match arguments.admit(params, Some(json)) {
        Ok(None) => {}
        // What comes in quotes is read as what it holds.
        Ok(Some(_)) if has_open(rules) => {}
        Ok(Some(admitted)) => {
            assert!(!is_right, "{name} {json} was right, and is now {admitted}");
            mended(tool, rules, &came, &admitted);
        }
        Err(problems) => {
            assert!(!is_right, "{name} {json} was right: {problems:?}");
            refused(tool, rules, &problems);
        }
    }
    let mut problems = Problems::new();
    problems.add("", "does not fit");
    match arguments.repaired(params, Some(json), problems) {
        Ok(repaired) => mended(tool, rules, &came, &repaired),
        Err(problems) => refused(tool, rules, &problems),
    }
}

/// `-0` as `0`: some integers read it and most do not, so it is repaired wherever it comes.
fn without_signs(tree: Tree<'_>) -> Tree<'_> {
    match tree {
        Tree::Number(text) if text == "-0" => Tree::Number("0".into()),
        Tree::List(items) => Tree::List(items.into_iter().map(without_signs).collect()),
        Tree::Object(entries) => {
            Tree::Object(entries.into_iter().map(|(name, value)| (name, without_signs(value))).collect())
        }
        other => other,
    }
}

/// Arguments of a tool of the laws' server that the bytes choose: what its schema says, and some of it in quotes.
#[cfg(test)]
pub(crate) fn arguments(tool: &str, bytes: &[u8]) -> serde_json::Value {
    fn quoted(value: &mut serde_json::Value, dice: &mut Dice<'_>) {
        use serde_json::Value;
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| quoted(item, dice)),
            Value::Object(entries) => entries.values_mut().for_each(|value| quoted(value, dice)),
            _ => {}
        }
        if !value.is_string() && dice.once_in(4) {
            *value = Value::from(value.to_string());
        }
    }
    let catalog = server().shared.registry.current();
    let tool = catalog.tool(tool).expect("it is there");
    let schema = crate::schema::source::input(&tool.common.params, true).expect("it has a schema");
    let mut dice = Dice::of(bytes);
    let mut value = super::values::value(&schema, &schema, &mut dice, 0);
    if let serde_json::Value::Object(entries) = &mut value {
        entries.values_mut().for_each(|value| quoted(value, &mut dice));
    }
    value
}

/// Whether the types take the arguments as they came, and the rules have nothing against them.
fn is_right(tool: &Tool, rules: &Rules, tree: &Tree<'_>) -> bool {
    let Tree::Object(entries) = tree else { return false };
    let mut names = HashSet::new();
    let takes = tool.common.params.iter().all(|param| match (param.role, param.accepts) {
        (Role::Arguments, Some(accepts)) => accepts(&tree.to_json()),
        (Role::Argument, Some(accepts)) => {
            let mine = |name: &str| name == param.name || param.aliases.contains(&name);
            let came = entries.iter().find(|(name, _)| mine(name));
            came.map_or(!param.is_required(), |(_, value)| accepts(&value.to_json()))
        }
        _ => true,
    });
    takes && entries.iter().all(|(name, _)| names.insert(name)) && check(rules, tree, Mode::Full).is_empty()
}

/// What a repair made is right by what is enforced, stays as it is from then on, and has nothing in it that did not come.
fn mended(tool: &Tool, rules: &Rules, came: &Tree<'_>, json: &str) {
    let name = &tool.common.name;
    let tree = Tree::parse(json).unwrap_or_else(|| panic!("{name}: {json} is no JSON"));
    let found = check(rules, &tree, Mode::Enforced);
    assert!(found.is_empty() || !tool.common.arguments.enforces(), "{name}: {json} was repaired: {found:?}");
    let mut again = tree.clone();
    let changed = repaired(rules, &mut again);
    assert_eq!((&again, changed), (&tree, Vec::new()), "{name}: {} was repaired", came.to_json());
    let (mut before, mut after) = (HashSet::new(), HashSet::new());
    numbers(came, &mut before, true);
    numbers(&tree, &mut after, false);
    let new: Vec<_> = after.difference(&before).collect();
    assert!(new.is_empty(), "{name}: {} was repaired to {json}, with {new:?}", came.to_json());
    kept(tool, rules, came, &tree);
}

/// An argument that was right by itself is what it was, whatever stands beside it.
fn kept(tool: &Tool, rules: &Rules, came: &Tree<'_>, tree: &Tree<'_>) {
    let (Tree::Object(before), Tree::Object(after)) = (came, tree) else { return };
    for (name, value) in before {
        let twice = before.iter().filter(|(other, _)| other == name).count() > 1;
        let param = tool.common.params.iter().find(|param| param.name == name && param.role == Role::Argument);
        let (Some(id), Some(accepts)) = (rules.node(rules.root).property(name), param.and_then(|p| p.accepts)) else {
            continue;
        };
        if twice || *value == Tree::Null || !fits(rules, id, value) || !accepts(&value.to_json()) {
            continue;
        }
        let now = after.iter().find(|(other, _)| other == name).map(|(_, value)| value);
        assert_eq!(now, Some(value), "{}: `{name}` was right", tool.common.name);
    }
}

/// All numbers of a value as they are written; with those that its texts are, and as the integers that they are.
fn numbers(tree: &Tree<'_>, all: &mut HashSet<String>, meant: bool) {
    match tree {
        Tree::Number(text) => {
            all.insert(text.to_string());
            if let (Number::Integer(integer), true) = (Number::of(text), meant) {
                all.insert(integer.to_string());
            }
        }
        Tree::Text(text) if meant => {
            if let Some(read) = Tree::parse(text.trim()) {
                numbers(&read, all, true);
            }
        }
        Tree::List(items) => items.iter().for_each(|item| numbers(item, all, meant)),
        Tree::Object(entries) => entries.iter().for_each(|(_, value)| numbers(value, all, meant)),
        _ => {}
    }
}

/// What cannot be repaired is told shortly, on few lines, and with an example that would have been right.
fn refused(tool: &Tool, rules: &Rules, problems: &Problems) {
    let text = problems.text(&tool.common.name);
    assert!(text.len() <= REFUSAL, "{} bytes: {text}", text.len());
    assert!(text.lines().count() <= 64, "{text}");
    if let Some(example) = &problems.example {
        let example = Tree::parse(example).unwrap_or_else(|| panic!("{example} is no JSON"));
        assert!(is_right(tool, rules, &example), "{}: {} is not right", tool.common.name, example.to_json());
    }
}
