//! Whether each default keeps the rules of its field. A function runs with one that does not, and refuses whoever sends it.

use super::check::{Mode, check_at};
use super::rules::{Id, Rest, Rules};
use super::tree::Tree;

/// Looks at the defaults of all arguments, and of the fields in them; the error names those that would be refused.
pub(super) fn check_all(rules: &Rules) -> Result<(), String> {
    let mut seen = Vec::new();
    let mut wrong = Vec::new();
    look(rules, rules.root, "", &mut seen, &mut wrong);
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

fn look(rules: &Rules, id: Id, path: &str, seen: &mut Vec<Id>, wrong: &mut Vec<String>) {
    if seen.contains(&id) {
        return;
    }
    seen.push(id);
    let node = rules.node(id);
    for (name, field) in &node.properties {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        if let Some(default) = &rules.node(*field).default {
            wrong.extend(broken(rules, *field, default, &path));
        }
        look(rules, *field, &path, seen, wrong);
    }
    let items = node.prefix.iter().chain(&node.items).map(|id| (*id, format!("{path}[]")));
    let rest = if let Rest::Of(id) = node.rest { Some(id) } else { None };
    let values = rest.into_iter().chain(node.patterns.iter().map(|(_, id)| *id)).map(|id| (id, format!("{path}.*")));
    let same = node.all_of.iter().chain(&node.any_of).map(|id| (*id, path.to_owned()));
    for (id, path) in items.chain(values).chain(same) {
        look(rules, id, &path, seen, wrong);
    }
}

/// What is wrong with a default, in words.
fn broken(rules: &Rules, id: Id, default: &Tree<'static>, path: &str) -> Option<String> {
    let found = check_at(rules, id, default, Mode::Enforced);
    let first = found.first()?;
    let place = if first.path.is_empty() { String::new() } else { format!(", at `{}`", first.path) };
    Some(format!(
        "the default of `{path}` would be refused if a client sent it{place}: {}; change the default or the rule",
        first.message
    ))
}
