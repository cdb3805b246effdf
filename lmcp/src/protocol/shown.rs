//! Names and URIs from the wire, as they may stand in messages and in the log.

/// A name from the wire, in quotes, not too long, and without control characters.
pub(crate) fn quoted(name: &str) -> String {
    let short = shortened(name);
    format!("{short:?}{}", if short.len() < name.len() { "…" } else { "" })
}

/// A name or a URI from the wire as it may stand in a log: not too long, no control characters, no password.
pub(crate) fn shown(json: &str) -> String {
    let hidden = json.split_once("://").and_then(|(scheme, rest)| {
        let authority = rest.split(['/', '?', '#', '"']).next()?;
        let (_user, host) = authority.rsplit_once('@')?;
        Some(format!("{scheme}://…@{host}{}", rest.get(authority.len()..)?))
    });
    let text = shortened(hidden.as_deref().unwrap_or(json));
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}

/// At most 80 characters.
fn shortened(text: &str) -> &str {
    text.char_indices().nth(80).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
