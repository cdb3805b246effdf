//! What is told to nobody: values of `#[arg(secret)]` and of `writeOnly`.

use super::check::STEPS;
use super::rules::{Id, Node, Rules};
use super::tree::Tree;

/// Whether something in a value is told to nobody.
pub(super) fn holds_secret(rules: &Rules, id: Id, value: &Tree<'_>) -> bool {
    fn search(rules: &Rules, id: Id, value: &Tree<'_>, left: &mut u32) -> bool {
        // What cannot be looked through may hold one.
        let Some(fewer) = left.checked_sub(1) else { return true };
        *left = fewer;
        let node = rules.node(id);
        node.secret && *value != Tree::Null
            || node.all_of.iter().chain(&node.any_of).any(|id| search(rules, *id, value, left))
            || match value {
                Tree::List(items) => items
                    .iter()
                    .enumerate()
                    .any(|(at, item)| node.item(at).is_some_and(|id| search(rules, id, item, left))),
                Tree::Object(entries) => entries
                    .iter()
                    .any(|(name, value)| node.entry(name).flatten().is_some_and(|id| search(rules, id, value, left))),
                _ => false,
            }
    }
    let secret = |node: &Node| node.secret;
    rules.nodes.iter().any(secret) && search(rules, id, value, &mut STEPS.clone())
}
