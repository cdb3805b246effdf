//! An entry of a YAML file, a block below a block: found, written, taken out.

use super::blocks::Document;
use super::entry::{Item, Pair, Plan};
use super::text::{Changes, Refusal, newline};

/// The keys of the entry `name` below the key `section`, if there is one.
pub(super) fn find(text: &str, section: &str, name: &str) -> Result<Option<Vec<Pair>>, Refusal> {
    let document = Document::parse(text)?;
    let Some((_, _, keys)) = document.entry(section, name)? else { return Ok(None) };
    Ok(Some(keys.iter().map(|key| (key.name.clone(), document.item(key))).collect()))
}

/// The text with the plan carried out: on the entry that is there, or on one that is not there yet, behind the others.
pub(super) fn write(text: &str, section: &str, name: &str, plan: &Plan) -> Result<String, Refusal> {
    let document = Document::parse(text)?;
    let nl = newline(text);
    let mut changes = Changes::default();
    if let Some((_, entry, keys)) = document.entry(section, name)? {
        if !plan.drop.is_empty() {
            for key in keys.iter().filter(|key| plan.drop.contains(&key.name)) {
                changes.remove(document.lines(key));
            }
            let rest = Plan { set: plan.set.clone(), drop: Vec::new() };
            return write(&changes.apply(text), section, name, &rest);
        }
        let indent = keys.first().map_or_else(|| " ".repeat(entry.indent + 2), |key| " ".repeat(key.indent));
        if let (true, Some(value)) = (keys.is_empty(), document.inline(&entry)) {
            changes.remove(value);
        }
        let mut missing = String::new();
        for (name, item) in &plan.set {
            match keys.iter().find(|key| key.name == *name) {
                Some(key) => changes.replace(document.value(key)?, format!(" {}", scalar(item))),
                None => missing.push_str(&format!("{indent}{name}: {}{nl}", scalar(item))),
            }
        }
        document.insert(&mut changes, entry.header + 1, &missing);
        return Ok(changes.apply(text));
    }
    let (section, keys) = match document.section(section)? {
        Some((section, keys)) => (section, keys),
        None => {
            let lines = block(name, plan, 2, 2, nl);
            document.insert(&mut changes, document.length(), &format!("{section}:{nl}{lines}"));
            return Ok(changes.apply(text));
        }
    };
    if let (true, Some(value)) = (keys.is_empty(), document.inline(&section)) {
        changes.remove(value);
    }
    let indent = keys.first().map_or(2, |key| key.indent);
    let unit = keys.iter().find_map(|key| document.unit(key)).unwrap_or(2);
    let at = keys.last().map_or(section.header + 1, |last| last.end);
    document.insert(&mut changes, at, &block(name, plan, indent, unit, nl));
    Ok(changes.apply(text))
}

/// The text without the entry, if it is there.
pub(super) fn remove(text: &str, section: &str, name: &str) -> Result<Option<String>, Refusal> {
    let document = Document::parse(text)?;
    let Some((section, entry, _)) = document.entry(section, name)? else { return Ok(None) };
    let mut changes = Changes::default();
    changes.remove(document.lines(&entry));
    if document.children(&section)?.len() == 1 {
        // A key without anything below it would be null.
        changes.insert(document.behind(&section), " {}");
    }
    Ok(Some(changes.apply(text)))
}

fn block(name: &str, plan: &Plan, indent: usize, unit: usize, nl: &str) -> String {
    let mut out = format!("{}{name}:{nl}", " ".repeat(indent));
    for (key, item) in &plan.set {
        out.push_str(&format!("{}{key}: {}{nl}", " ".repeat(indent + unit), scalar(item)));
    }
    out
}

/// A value on one line: a word as it is, any other text as JSON, which is YAML.
fn scalar(item: &Item) -> String {
    let Item::Text(text) = item else { return item.to_json() };
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let has_meaning = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if is_word && !has_meaning.contains(&text.to_ascii_lowercase().as_str()) { text.clone() } else { item.to_json() }
}

#[cfg(test)]
#[path = "yaml_tests.rs"]
mod tests;
