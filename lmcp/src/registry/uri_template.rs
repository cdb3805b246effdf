//! URI templates, as they stand in `#[resource("users://<id>/profile")]`.
//!
//! In: the string a user wrote, and URIs from the wire. Out: the captured values, a refusal or neither; the RFC 6570
//! spelling for the lists; and how the URIs of two templates lie to each other. This file knows no handlers, no MCP
//! errors, and not where templates are kept: `template_index` finds one among many.
//!
//! A template is `scheme://` and segments between slashes: literal text, `<id>` for one segment, `<path..>` for the
//! rest. Matching goes in two steps. The *shape* says which template a URI belongs to, and is all that overlap is
//! about; the *values* are then captured or refused. So a URI that reaches the right template with `..` in it is
//! refused there, and is not handed to a template that asks for less.
//!
//! - A segment is decoded once, and after the split: `%2F` never makes a segment, `%252e` is the text `%2e`.
//! - Literals compare decoded, schemes without regard to ASCII case, and nothing else is normalised.
//! - `?` and `#` are ordinary characters of their segment: a client's `{+path}` leaves them bare.
//! - An empty segment is a segment. `notes://a/` is not `notes://a`; `<id>` is never empty; `<path..>` keeps a trailing
//!   slash (`a/`), and is never empty as a whole.
//! - A `%` without two hex digits, and bytes that are not UTF-8, equal no literal and are refused as a value: no client
//!   gets there by expanding the template, and "not found" would hide whose mistake it is.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;

/// The most segments a template may have: it bounds how deep anything built from templates can get.
pub(crate) const MAX_SEGMENTS: usize = 128;

/// A parsed template: a scheme and segments, of which some capture values.
#[derive(Clone, Debug)]
pub(crate) struct UriTemplate {
    text: Box<str>,
    /// In lower case.
    scheme: Box<str>,
    segments: Box<[Segment]>,
}

/// What stands between two slashes of a template.
#[derive(Clone, Debug)]
pub(super) enum Segment {
    /// This text, kept decoded.
    Literal(Box<str>),
    /// `<name>`: any one segment that is not empty.
    One(Box<str>),
    /// `<name..>`: all that is left, at least one segment; always the last.
    Rest(Box<str>),
}

/// Why a captured value is kept from the function; its `Display` is fit for the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A component, between `/` or `\`, is `..`.
    Parent,
    /// The value is an absolute path: it begins with `/`, `\` or a drive such as `C:`. In `<id>` a drive counts with a
    /// separator behind it, and on Windows without.
    Absolute,
    /// `<path..>` with a backslash, which only some systems read as a separator.
    Backslash,
    /// A NUL character, at which a C library would cut the value short.
    Nul,
    /// A `%` without two hex digits behind it.
    BadEscape,
    /// The decoded bytes are not UTF-8.
    NotUtf8,
}

/// How the set of URIs of one template's shape lies to that of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// No URI has both shapes.
    Disjoint,
    /// Each URI of this one is the other's too, but not the reverse: this one wins where it matches.
    MoreSpecific,
    /// The reverse of [`Relation::MoreSpecific`].
    LessSpecific,
    /// Some URI has both shapes and neither template is the narrower: one of them has to change.
    Collides,
}

/// Why a string is no template: what is wrong, then what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TemplateError {
    template: Box<str>,
    problem: String,
}

impl UriTemplate {
    /// Parses what a user wrote, scheme included.
    ///
    /// # Errors
    ///
    /// The first mistake in `text`, with what to write instead.
    pub(crate) fn parse(text: &str) -> Result<Self, TemplateError> {
        parse_template(text).map_err(|problem| TemplateError { template: text.into(), problem })
    }

    /// Whether this is one URI, a resource, and not a template of many: it captures nothing.
    pub(crate) fn is_fixed(&self) -> bool {
        self.names().next().is_none()
    }

    /// The names of the captures, in the order of the text.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(Segment::name)
    }

    /// The spelling for `resources/templates/list`: `users://{id}`, `files://{+path}`.
    pub(crate) fn as_rfc6570(&self) -> String {
        // The angle brackets of a parsed template all belong to captures.
        let mut spelled = String::with_capacity(self.text.len());
        let mut pieces = self.text.split(['<', '>']);
        spelled.extend(pieces.next());
        while let (Some(capture), Some(literal)) = (pieces.next(), pieces.next()) {
            let (operator, name) = capture.strip_suffix("..").map_or(("", capture), |name| ("+", name));
            spelled.extend(["{", operator, name, "}", literal]);
        }
        spelled
    }

    /// How this template's URIs lie to `other`'s. Refused values count: they belong to the template that refuses them.
    pub(crate) fn relation(&self, other: &Self) -> Relation {
        if self.scheme != other.scheme {
            return Relation::Disjoint;
        }
        // Until shown otherwise, each is inside the other. Two templates overlap as soon as they do at every place, as
        // places are independent; one is inside the other when it is so at every place.
        let (mut inside, mut around) = (true, true);
        let (mut mine, mut theirs) = (&*self.segments, &*other.segments);
        loop {
            match (mine, theirs) {
                ([], []) | ([Segment::Rest(_), ..], [Segment::Rest(_), ..]) => break,
                ([Segment::Rest(_), ..], _) if rest_holds(theirs) => {
                    inside = false;
                    break;
                }
                (_, [Segment::Rest(_), ..]) if rest_holds(mine) => {
                    around = false;
                    break;
                }
                ([one, my_tail @ ..], [two, their_tail @ ..]) if one.holds(two) || two.holds(one) => {
                    inside &= two.holds(one);
                    around &= one.holds(two);
                    (mine, theirs) = (my_tail, their_tail);
                }
                _ => return Relation::Disjoint,
            }
        }
        match (inside, around) {
            (true, false) => Relation::MoreSpecific,
            (false, true) => Relation::LessSpecific,
            _ => Relation::Collides,
        }
    }

    /// The scheme, in lower case.
    pub(super) fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The segments, never none.
    pub(super) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The values of a body that is known to have this template's shape.
    pub(super) fn capture<'u>(&self, body: &'u str) -> Result<Vec<Cow<'u, str>>, Refusal> {
        let mut values = Vec::with_capacity(self.names().count());
        let mut tail = body;
        for segment in &self.segments {
            let (raw, after) = split_segment(tail);
            let value = match segment {
                Segment::Literal(_) => None,
                Segment::One(_) => Some(decode(raw).and_then(check_one)),
                Segment::Rest(_) => Some(decode(tail).and_then(check_rest)),
            };
            match value {
                Some(Ok(value)) => values.push(value),
                Some(Err(refusal)) => return Err(refusal),
                None => {}
            }
            tail = after.unwrap_or_default();
        }
        Ok(values)
    }
}

impl Segment {
    fn name(&self) -> Option<&str> {
        match self {
            Self::Literal(_) => None,
            Self::One(name) | Self::Rest(name) => Some(name),
        }
    }

    /// Whether each segment that `other` matches is matched by this; neither is a rest.
    fn holds(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(mine), Self::Literal(theirs)) => mine == theirs,
            (Self::One(_), Self::Literal(literal)) => !literal.is_empty(),
            (Self::One(_), Self::One(_)) => true,
            _ => false,
        }
    }
}

/// Whether a rest takes all that `tail` matches, or else none of it: it takes each body but the empty one, and the
/// empty one is all that a single empty literal matches.
fn rest_holds(tail: &[Segment]) -> bool {
    match tail {
        [] => false,
        [Segment::Literal(only)] => !only.is_empty(),
        _ => true,
    }
}

/// `scheme://body`, split; the scheme as it came.
pub(super) fn split_scheme(uri: &str) -> Option<(&str, &str)> {
    let (scheme, after) = uri.split_once(':')?;
    Some((scheme, after.strip_prefix("//")?))
}

/// The first segment, still encoded, and what follows its slash.
pub(super) fn split_segment(body: &str) -> (&str, Option<&str>) {
    body.split_once('/').map_or((body, None), |(raw, after)| (raw, Some(after)))
}

/// The text that `raw` spells; borrowed when it spells itself.
pub(super) fn decode(raw: &str) -> Result<Cow<'_, str>, Refusal> {
    if !raw.contains('%') {
        return Ok(raw.into());
    }
    let hex = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    // The decoder would let `%zz` through as three characters.
    let mut escapes = raw.split('%').skip(1).map(str::as_bytes);
    if !escapes.all(|after| hex(after.first()) && hex(after.get(1))) {
        return Err(Refusal::BadEscape);
    }
    percent_decode_str(raw).decode_utf8().map_err(|_| Refusal::NotUtf8)
}

/// `<id>` may hold a slash, sent as `%2F`: it names a thing, such as `owner/name`. It must only not lead elsewhere when
/// a function does take it for a path. `a:1` stays a good name, except on Windows, where `C:1` is a path on a drive.
fn check_one(value: Cow<'_, str>) -> Result<Cow<'_, str>, Refusal> {
    match value.as_bytes() {
        [drive, b':', after @ ..]
            if drive.is_ascii_alphabetic() && (cfg!(windows) || matches!(after, [b'/' | b'\\', ..])) =>
        {
            Err(Refusal::Absolute)
        }
        _ => check_any(value),
    }
}

/// `<path..>` is a path below a root that the function chooses, and stays below it on every system.
fn check_rest(value: Cow<'_, str>) -> Result<Cow<'_, str>, Refusal> {
    match value.as_bytes() {
        [drive, b':', ..] if drive.is_ascii_alphabetic() => Err(Refusal::Absolute),
        _ => check_any(value).and_then(|value| if value.contains('\\') { Err(Refusal::Backslash) } else { Ok(value) }),
    }
}

fn check_any(value: Cow<'_, str>) -> Result<Cow<'_, str>, Refusal> {
    if value.contains('\0') {
        Err(Refusal::Nul)
    } else if value.starts_with(['/', '\\']) {
        Err(Refusal::Absolute)
    } else if value.split(['/', '\\']).any(|component| component == "..") {
        Err(Refusal::Parent)
    } else {
        Ok(value)
    }
}

fn parse_template(text: &str) -> Result<UriTemplate, String> {
    if let Some(bad) = text.chars().find(|c| c.is_whitespace() || c.is_control() || "{}\"\\^`|".contains(*c)) {
        return Err(match bad {
            '{' | '}' => format!("`{bad}` captures nothing here; write `<id>` for a segment, `<path..>` for the rest"),
            _ => format!("{bad:?} cannot stand in a URI; write `{}`", percent_encoded(bad)),
        });
    }
    let Some((scheme, body)) = text.split_once("://").filter(|(scheme, _)| !scheme.is_empty()) else {
        return Err("there is no scheme; begin with one, as in `notes://about`".into());
    };
    if !is_scheme(scheme) {
        return Err(format!("`{scheme}` is not a scheme; write a letter, then letters, digits, `+`, `-` or `.`"));
    }
    if body.split_once(['?', '#']).is_some_and(|(_, query)| query.contains('<')) {
        return Err("a query cannot capture; move the `<...>` before the `?` or `#`, as a segment".into());
    }
    let mut segments: Vec<Segment> = Vec::new();
    for raw in body.split('/') {
        if let Some(Segment::Rest(name)) = segments.last() {
            return Err(format!("`<{name}..>` takes the rest of the URI, but more follows; write it last"));
        }
        if segments.len() == MAX_SEGMENTS {
            return Err(format!("there are too many segments; write at most {MAX_SEGMENTS}"));
        }
        let segment = parse_segment(raw)?;
        if let Some(name) = segment.name()
            && segments.iter().any(|earlier| earlier.name() == Some(name))
        {
            return Err(format!("two segments are called `{name}`; give each a name of its own"));
        }
        segments.push(segment);
    }
    Ok(UriTemplate { text: text.into(), scheme: scheme.to_ascii_lowercase().into(), segments: segments.into() })
}

fn parse_segment(raw: &str) -> Result<Segment, String> {
    if let Some(inside) = raw.strip_prefix('<').and_then(|open| open.strip_suffix('>'))
        && !inside.contains(['<', '>'])
    {
        return parse_capture(inside);
    }
    match (raw.find('<'), raw.find('>')) {
        (None, None) => parse_literal(raw),
        (Some(open), Some(close)) if open < close => Err(format!(
            "`{raw}` mixes a capture with more; a capture is a whole segment, write `<name>` between slashes"
        )),
        (Some(_), None) => Err(format!("the `<` in `{raw}` is not closed; write `<name>`, or `%3C` for the character")),
        (_, Some(_)) => Err(format!("the `>` in `{raw}` closes nothing; write `<name>`, or `%3E` for the character")),
    }
}

fn parse_capture(inside: &str) -> Result<Segment, String> {
    let (name, rest) = inside.strip_suffix("..").map_or((inside, false), |name| (name, true));
    if name.is_empty() {
        let example = if rest { "<path..>" } else { "<id>" };
        Err(format!("`<{inside}>` has no name; write one, as in `{example}`"))
    } else if !is_identifier(name) {
        Err(format!("`{name}` is not an identifier; write letters, digits and `_`, not beginning with a digit"))
    } else if rest {
        Ok(Segment::Rest(name.into()))
    } else {
        Ok(Segment::One(name.into()))
    }
}

fn parse_literal(raw: &str) -> Result<Segment, String> {
    match decode(raw) {
        Ok(literal) => Ok(Segment::Literal(literal.into())),
        Err(Refusal::NotUtf8) => Err(format!("`{raw}` does not decode to UTF-8; write the text's UTF-8 bytes")),
        Err(_) => Err(format!("`{raw}` has a `%` without two hex digits; write `%25` for a percent sign")),
    }
}

/// RFC 3986, section 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// ASCII only: names are also RFC 6570 variables.
fn is_identifier(text: &str) -> bool {
    text != "_"
        && !text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn percent_encoded(character: char) -> String {
    character.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

impl fmt::Display for UriTemplate {
    /// What the user wrote.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parent => "the URI has a `..` component; send the path without it",
            Self::Absolute => "the URI holds an absolute path; send a relative one",
            Self::Backslash => "the URI has a backslash; separate components with `/`",
            Self::Nul => "the URI has a NUL character; send it without",
            Self::BadEscape => "the URI has a `%` without two hex digits; send `%25` for a percent sign",
            Self::NotUtf8 => "the URI does not decode to UTF-8; percent-encode the text's UTF-8 bytes",
        })
    }
}

impl std::error::Error for Refusal {}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "resource template `{}`: {}", self.template.escape_debug(), self.problem)
    }
}

impl std::error::Error for TemplateError {}

#[cfg(test)]
pub(super) mod tests;
