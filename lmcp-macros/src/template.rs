//! `"users://<id>/profile"` taken apart: what it captures, and everything wrong with it.
//!
//! These are the rules by which the server parses the same text at start (`registry/uri_template.rs` in lmcp); here
//! they are compile errors. The text may leave out `scheme://`, which the package's name then provides.

/// What a template captures, in order.
pub(crate) struct Template {
    pub(crate) names: Vec<String>,
}

/// A mistake: what is wrong, and what to write.
pub(crate) type Mistake = (String, String);

/// The most segments the server accepts.
const MAX_SEGMENTS: usize = 128;

/// Parses a template.
///
/// # Errors
///
/// All mistakes, not only the first.
pub(crate) fn parse(text: &str) -> Result<Template, Vec<Mistake>> {
    let mut names = Vec::new();
    let mut mistakes = Vec::new();
    if let Some(bad) = text.chars().find(|c| c.is_whitespace() || c.is_control() || "{}\"\\^`|".contains(*c)) {
        mistakes.push(match bad {
            '{' | '}' => (
                format!("`{bad}` captures nothing in {}", quoted(text)),
                "write `<id>` for a segment, `<path..>` for the rest".to_owned(),
            ),
            _ => (format!("{bad:?} cannot stand in a URI"), format!("write `{}`", percent_encoded(bad))),
        });
        return Err(mistakes);
    }
    let body = match text.split_once("://") {
        Some((scheme, body)) => {
            mistakes.extend(check_scheme(scheme, text));
            body
        }
        None => {
            mistakes.extend(check_start(text));
            text
        }
    };
    let (path, query) = body.split_at(body.find(['?', '#']).unwrap_or(body.len()));
    if query.contains('<') {
        mistakes.push((
            format!("a query cannot capture, as in {}", quoted(query)),
            "move the `<...>` before the `?` or `#`, as a segment of its own".to_owned(),
        ));
    }
    let in_path = if query.contains('<') { path } else { body };
    let raw: Vec<&str> = in_path.split('/').collect();
    if raw.len() > MAX_SEGMENTS {
        mistakes.push(("the URI has too many segments".to_owned(), format!("write at most {MAX_SEGMENTS}")));
    }
    for (index, raw) in raw.iter().enumerate() {
        match parse_segment(raw) {
            Ok(None) => {}
            Ok(Some((name, _))) if names.contains(&name) => {
                mistakes.push((format!("two segments are called `<{name}>`"), "give each a name of its own".to_owned()))
            }
            Ok(Some((name, rest))) => {
                if rest && (in_path.split('/').count() > index + 1 || !query.is_empty()) {
                    mistakes.push((
                        format!("`<{name}..>` takes the rest of the URI, but more follows"),
                        "write it last".to_owned(),
                    ));
                }
                names.push(name);
            }
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if mistakes.is_empty() { Ok(Template { names }) } else { Err(mistakes) }
}

fn check_scheme(scheme: &str, text: &str) -> Option<Mistake> {
    if scheme.is_empty() {
        let without = text.trim_start_matches("://");
        return Some((
            format!("{} has no scheme before its `://`", quoted(text)),
            format!("write one, as in `notes://{without}`, or leave `://` out: the package's name is used then"),
        ));
    }
    let valid = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    (!valid).then(|| {
        (
            format!("{} is not a scheme", quoted(scheme)),
            "write a letter, then letters, digits, `+`, `-` or `.`".to_owned(),
        )
    })
}

fn check_start(text: &str) -> Option<Mistake> {
    if text.is_empty() {
        return Some(("the URI is empty".to_owned(), "write one, such as \"notes://<id>\"".to_owned()));
    }
    let without = text.trim_start_matches('/');
    (without.len() < text.len()).then(|| {
        (
            format!("{} begins with a `/`", quoted(text)),
            format!("write \"{without}\", to which the package's name is the scheme, or write the scheme too"),
        )
    })
}

/// The name of a capture and whether it takes the rest; `None` for literal text.
fn parse_segment(raw: &str) -> Result<Option<(String, bool)>, Mistake> {
    if let Some(inside) = raw.strip_prefix('<').and_then(|open| open.strip_suffix('>'))
        && !inside.contains(['<', '>'])
    {
        return parse_capture(inside).map(Some);
    }
    match (raw.find('<'), raw.find('>')) {
        (None, None) => check_literal(raw).map(|()| None),
        (Some(open), Some(close)) if open < close => Err((
            format!("`{raw}` mixes a capture with other text"),
            "a capture is a whole segment: write `<name>` between slashes".to_owned(),
        )),
        (Some(_), None) => {
            Err((format!("the `<` in `{raw}` is not closed"), "write `<name>`, or `%3C` for the character".to_owned()))
        }
        (_, Some(_)) => {
            Err((format!("the `>` in `{raw}` closes nothing"), "write `<name>`, or `%3E` for the character".to_owned()))
        }
    }
}

fn parse_capture(inside: &str) -> Result<(String, bool), Mistake> {
    let (name, rest) = inside.strip_suffix("..").map_or((inside, false), |name| (name, true));
    let is_identifier = name != "_"
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if name.is_empty() {
        let example = if rest { "<path..>" } else { "<id>" };
        Err((format!("`<{inside}>` has no name"), format!("write one, as in `{example}`")))
    } else if !is_identifier {
        Err((
            format!("`<{inside}>` does not hold an identifier"),
            "write letters, digits and `_`, not beginning with a digit: the parameter's name".to_owned(),
        ))
    } else {
        Ok((name.to_owned(), rest))
    }
}

/// Percent signs of literal text stand before two hex digits, and the bytes are UTF-8.
fn check_literal(raw: &str) -> Result<(), Mistake> {
    let mut bytes = Vec::new();
    let mut rest = raw.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let hex = |byte: u8| (byte as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match after {
            [high, low, after @ ..] if hex(*high).is_some() && hex(*low).is_some() => {
                bytes.extend(hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low));
                rest = after;
            }
            _ => {
                return Err((
                    format!("`{raw}` has a `%` without two hex digits"),
                    "write `%25` for a percent sign".to_owned(),
                ));
            }
        }
    }
    match std::str::from_utf8(&bytes) {
        Ok(_) => Ok(()),
        Err(_) => Err((format!("`{raw}` does not decode to UTF-8"), "write the text's UTF-8 bytes".to_owned())),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.escape_debug())
}

fn percent_encoded(character: char) -> String {
    character.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn captures_are_found_in_order() {
        for (text, names) in [
            ("users://<id>/profile", &["id"] as &[&str]),
            ("files://<path..>", &["path"]),
            ("notes/<id>/<part>", &["id", "part"]),
            ("config://app?format=json#top", &[]),
            ("a://b%20c/", &[]),
        ] {
            let found = parse(text).map(|template| template.names);
            assert_eq!(found, Ok(names.iter().map(ToString::to_string).collect()), "{text}");
        }
    }

    #[test]
    fn all_mistakes_are_found() {
        let mistakes = parse("1x://<>/a<b>/<c..>/%zz/<1d>").err().unwrap_or_default();
        assert_eq!(mistakes.len(), 6, "{mistakes:?}");
    }
}
