//! What is expected and what came, in words that a model acts on.

use super::rules::{Bound, Id, Kinds, Node, Range, Rules};
use super::tag::Tag;
use super::tree::{Number, Tree, write_text};
use crate::registry::nearest::nearest;
use std::borrow::Cow;
use std::fmt;

/// The way to a value: `filter.tags[2]`.
pub(super) enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
    /// The value itself.
    Same(&'p Path<'p>),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Same(before) => before.fmt(f),
            Path::Item(before, at) => write!(f, "{before}[{at}]"),
            Path::Key(before, name) => {
                let plain = !name.is_empty()
                    && name.len() <= 64
                    && name.chars().all(|c| c.is_alphanumeric() || "_-$@".contains(c));
                let dot = if matches!(before, Path::Root) { "" } else { "." };
                match plain {
                    true => write!(f, "{before}{dot}{name}"),
                    false if matches!(before, Path::Root) => write!(f, "{}", quoted(name)),
                    false => write!(f, "{before}[{}]", quoted(name)),
                }
            }
        }
    }
}

/// How many letters of a value are told.
const SHOWN: usize = 40;
/// How many choices are listed.
const CHOICES: usize = 24;

/// A text in quotes, shortened.
pub(super) fn quoted(text: &str) -> String {
    let short = text.char_indices().nth(SHOWN).map_or(text, |(end, _)| text.get(..end).unwrap_or(text));
    let mut out = String::new();
    write_text(&mut out, short);
    if short.len() < text.len() {
        out.pop();
        out.push_str("…\"");
    }
    out
}

/// What came, never whole, and of a secret only its type.
pub(crate) fn got(value: &Tree<'_>, secret: bool) -> String {
    match value {
        Tree::Null => "null".into(),
        Tree::Bool(_) | Tree::Number(_) | Tree::Text(_) if secret => match value {
            Tree::Bool(_) => "a boolean",
            Tree::Number(_) => "a number",
            _ => "a string",
        }
        .into(),
        Tree::Bool(value) => value.to_string(),
        Tree::Number(text) if text.len() > SHOWN => "a long number".into(),
        Tree::Number(text) => text.to_string(),
        Tree::Text(text) => quoted(text),
        Tree::List(items) => match items.len() {
            0 => "an empty array".into(),
            1 => "an array of 1 item".into(),
            n => format!("an array of {n} items"),
        },
        Tree::Object(_) => "an object".into(),
        Tree::Deep(json) => match json.as_bytes().first() {
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            _ => "a string",
        }
        .into(),
    }
}

/// What came, with its length.
pub(super) fn characters(got: &str, length: usize, secret: bool) -> String {
    let unit = if length == 1 { "character" } else { "characters" };
    if secret { format!("{length} {unit}") } else { format!("{got} ({length} {unit})") }
}

/// `2 to 4 items`, `at least 1 item`.
pub(super) fn amount(range: Range, one: &str, many: &str) -> String {
    let unit = |n: u64| if n == 1 { one } else { many };
    match (range.least.filter(|n| *n > 0), range.most) {
        (Some(least), Some(most)) if least == most => format!("{least} {}", unit(most)),
        (Some(least), Some(most)) => format!("{least} to {most} {many}"),
        (Some(least), None) => format!("at least {least} {}", unit(least)),
        (None, Some(most)) => format!("at most {most} {}", unit(most)),
        (None, None) => format!("any number of {many}"),
    }
}

/// `one of a, b, c`.
pub(super) fn one_of(values: &[&str]) -> String {
    match values {
        [] => "nothing at all".into(),
        [only] => quoted(only),
        _ => {
            let more =
                if values.len() > CHOICES { format!(" (and {} more)", values.len() - CHOICES) } else { String::new() };
            let listed: Vec<&str> = values.iter().take(CHOICES).copied().collect();
            format!("one of {}{more}", listed.join(", "))
        }
    }
}

/// A name that nothing like is known of.
pub(super) fn unknown<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.collect();
    match names.len() {
        0 => "unknown; nothing is taken here".into(),
        n if n > CHOICES || names.iter().map(|name| name.len()).sum::<usize>() > 400 => "unknown".into(),
        _ => format!("unknown; known are {}", names.join(", ")),
    }
}

/// A key that is not of the form that all keys have.
pub(super) fn no_key(node: &Node) -> String {
    let integers = |pattern: &str| matches!(pattern, r"^-?\d+$" | r"^\d+$");
    let mut patterns: Vec<String> = node
        .patterns
        .iter()
        .map(|(pattern, _)| match pattern.as_str() {
            pattern if integers(pattern) => "an integer".into(),
            pattern => format!("a name that matches {}", short_pattern(pattern)),
        })
        .collect();
    patterns.truncate(4);
    patterns.extend(node.properties.iter().take(CHOICES).map(|(name, _)| quoted(name)));
    format!("not a key that is taken here; expected {}", patterns.join(" or "))
}

/// The alternative that a text may have been meant as.
pub(super) fn near_alternative(rules: &Rules, node: &Node, value: &Tree<'_>) -> Option<String> {
    let Tree::Text(text) = value else { return None };
    let near = node.any_of.iter().find_map(|id| near_choice(rules.resolved(*id), value));
    let tag = || Tag::of(rules, node);
    near.map(|near| format!("{near:?}")).or_else(|| {
        let tag = tag()?;
        let near = nearest(text, tag.variants.iter().map(|(name, _)| name.as_str()))?;
        Some(match tag.name {
            Some(name) => format!("an object with {}: {}", quoted(&name), quoted(near)),
            None => format!("an object with the key {}", quoted(near)),
        })
    })
}

/// The choice that is most like what came.
pub(super) fn near_choice(node: &Node, value: &Tree<'_>) -> Option<String> {
    let Tree::Text(text) = value else { return None };
    let texts =
        node.choices.iter().flatten().filter_map(|c| if let Tree::Text(text) = c { Some(text.as_ref()) } else { None });
    nearest(text, texts).map(str::to_owned)
}

/// The types a node allows, its references and alternatives looked through.
pub(super) fn kinds(rules: &Rules, id: Id) -> Kinds {
    rules.resolved(id).kinds
}

/// What a node expects, seen what came instead.
pub(crate) fn expected(rules: &Rules, id: Id, came: Option<&Tree<'_>>) -> String {
    expected_at(rules, id, came, 0)
}

fn expected_at(rules: &Rules, id: Id, came: Option<&Tree<'_>>, depth: usize) -> String {
    let optional = rules.node(id).optional;
    let node = rules.resolved(id);
    if let Some(choices) = &node.choices {
        let texts: Vec<Cow<'_, str>> = choices
            .iter()
            .filter(|choice| !optional || **choice != Tree::Null)
            .map(|choice| match choice {
                Tree::Text(text) if is_word(text) => Cow::Borrowed(text.as_ref()),
                Tree::Text(text) => Cow::Owned(quoted(text)),
                other => Cow::Owned(short(&other.to_json())),
            })
            .collect();
        return match texts.as_slice() {
            [only] => {
                if is_word(only) {
                    quoted(only)
                } else {
                    only.to_string()
                }
            }
            _ => one_of(&texts.iter().map(AsRef::as_ref).collect::<Vec<_>>()),
        };
    }
    if !node.any_of.is_empty() && depth < 3 {
        let mut parts: Vec<String> = Vec::new();
        let tag = Tag::of(rules, node);
        // What is overstepped is told.
        let came = came.filter(|came| matches!(came, Tree::Number(_)));
        for id in &node.any_of {
            // What may be left out is not told as `null`.
            if optional && rules.resolved(*id).kinds == Kinds::NULL {
                continue;
            }
            let part = match &tag {
                Some(tag) if tag.variants.iter().any(|(_, variant)| variant == id) => tagged(tag),
                _ => expected_at(rules, *id, came, depth + 1),
            };
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        return parts.join(" or ");
    }
    let kinds = if optional { node.kinds.without(Kinds::NULL) } else { node.kinds };
    let mut parts: Vec<String> = Vec::new();
    for (kind, word) in [
        (Kinds::STRING, 0),
        (Kinds::INTEGER, 1),
        (Kinds::NUMBER, 2),
        (Kinds::BOOLEAN, 3),
        (Kinds::ARRAY, 4),
        (Kinds::OBJECT, 5),
        (Kinds::NULL, 6),
    ] {
        if kinds.has(kind) {
            parts.push(match word {
                0 => text(node),
                1 => number(node, "an integer", came),
                2 => number(node, "a number", came),
                3 => "true or false".into(),
                4 => array(node),
                5 => "an object".into(),
                _ => "null".into(),
            });
        }
    }
    if parts.is_empty() {
        // No type is named: what is asked tells.
        return match came {
            Some(Tree::Text(_)) => text(node),
            Some(Tree::Number(_)) => number(node, "a number", came),
            Some(Tree::List(_)) => array(node),
            _ => "something else".into(),
        };
    }
    parts.join(" or ")
}

/// Objects that are told apart by a tag.
fn tagged(tag: &Tag) -> String {
    let values: Vec<&str> = tag.variants.iter().map(|(name, _)| name.as_str()).collect();
    match &tag.name {
        Some(name) => format!("an object whose {} is {}", quoted(name), one_of(&values)),
        None => format!("an object with one key, {}", one_of(&values)),
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= SHOWN
        && !matches!(text, "true" | "false" | "null")
        && text.chars().all(|c| c.is_alphanumeric() || "_-.+/#".contains(c))
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

fn short(json: &str) -> String {
    match json.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", json.get(..end).unwrap_or_default()),
        None => json.to_owned(),
    }
}

fn text(node: &Node) -> String {
    let mut words = match node.format {
        Some(format) => format.words().to_owned(),
        None => "a string".into(),
    };
    if node.length.is_given() {
        words.push_str(" of ");
        words.push_str(&amount(node.length, "character", "characters"));
    }
    if let Some((pattern, _)) = &node.pattern {
        words.push_str(" that matches ");
        words.push_str(&short_pattern(pattern));
    }
    words
}

fn short_pattern(pattern: &str) -> String {
    match pattern.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", pattern.get(..end).unwrap_or_default()),
        None => pattern.to_owned(),
    }
}

/// Bounds as wide as a machine's integers say little: only the one that is overstepped is told.
pub(crate) const WIDE: f64 = 2_147_483_647.0;

fn is_wide(bound: &Bound) -> bool {
    bound.number.real().abs() >= WIDE
}

fn number(node: &Node, what: &str, came: Option<&Tree<'_>>) -> String {
    let came = match came {
        Some(Tree::Number(text)) => Some(Number::of(text)),
        _ => None,
    };
    let came = came.filter(|number| node.kinds.has(Kinds::NUMBER) || number.is_integer());
    let shown = |bound: &&Bound, order| !is_wide(bound) || came.is_some_and(|came| came.compare(bound.number) == order);
    let low = node.low.as_ref().filter(|low| shown(low, std::cmp::Ordering::Less));
    let high = node.high.as_ref().filter(|high| shown(high, std::cmp::Ordering::Greater));
    let mut words = match (low, high) {
        (None, None) => what.to_owned(),
        (Some(low), None) if !low.exclusive && low.text == "0" => format!("{what} that is not negative"),
        (Some(low), None) if low.exclusive => format!("{what} greater than {}", low.text),
        (Some(low), None) => format!("{what} from {} on", low.text),
        (None, Some(high)) if high.exclusive => format!("{what} less than {}", high.text),
        (None, Some(high)) => format!("{what} up to {}", high.text),
        (Some(low), Some(high)) => match (low.exclusive, high.exclusive) {
            (false, false) => format!("{what} from {} to {}", low.text, high.text),
            (false, true) => format!("{what} from {} on and less than {}", low.text, high.text),
            (true, false) => format!("{what} greater than {} and up to {}", low.text, high.text),
            (true, true) => format!("{what} greater than {} and less than {}", low.text, high.text),
        },
    };
    if let Some(of) = node.multiple_of {
        let of = match of {
            Number::Integer(of) => of.to_string(),
            Number::Real(of) => of.to_string(),
        };
        words.push_str(&format!(", a multiple of {of}"));
    }
    words
}

fn array(node: &Node) -> String {
    let mut count = node.count;
    if node.closed {
        count.most = count.most.or(Some(node.prefix.len() as u64));
    }
    if count.is_given() { format!("an array of {}", amount(count, "item", "items")) } else { "an array".into() }
}

/// A value in the one spelling that all equal values have.
pub(super) fn canonical(value: &Tree<'_>) -> String {
    match value {
        Tree::Number(text) => match Number::of(text) {
            Number::Integer(integer) => integer.to_string(),
            Number::Real(real) => real.to_string(),
        },
        Tree::List(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Tree::Object(entries) => {
            let mut entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| {
                    let mut out = String::new();
                    write_text(&mut out, key);
                    out + ":" + &canonical(value)
                })
                .collect();
            entries.sort_unstable();
            format!("{{{}}}", entries.join(","))
        }
        other => other.to_json(),
    }
}

/// A JSON pointer as a path: `/filter/tags/2` is `filter.tags[2]`.
#[cfg(feature = "jsonschema")]
pub(super) fn pointer(pointer: &str) -> String {
    let mut path = String::new();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        if !step.is_empty() && step.bytes().all(|b| b.is_ascii_digit()) {
            path.push_str(&format!("[{step}]"));
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&step);
        }
    }
    path
}
