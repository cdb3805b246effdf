//! What was said on the wire, as a failed assertion shows it: the last of it, and of long lines beginning and end.

use crate::client::Connection;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt::Write as _;

/// How many lines are shown.
const LINES: usize = 40;
/// Of how many bytes a line is shown whole.
const WHOLE: usize = 800;
/// How many bytes of a longer line's beginning and end are shown.
const BEGINNING: usize = 500;
const END: usize = 150;

/// The exchange, for people.
pub(super) fn shown(connection: &Connection) -> String {
    let (before, lines) = connection.last_lines(LINES);
    let mut out = String::from("on the wire:");
    let mut whole = before == 0;
    let mut known = Vec::new();
    if before > 0 {
        let _infallible = write!(out, "\n… {before} lines before these");
    }
    for line in &lines {
        let brief = brief(line, &mut known);
        let shown = short(&brief);
        whole &= shown.is_none();
        out.push('\n');
        out.push_str(shown.as_deref().unwrap_or(&brief));
    }
    if !whole {
        out.push_str("\n(`client.transcript()` has all of it)");
    }
    out
}

/// A line without the `_meta` that a line before it had too.
fn brief<'a>(line: &'a str, known: &mut Vec<&'a str>) -> Cow<'a, str> {
    const KEY: &str = "\"_meta\":";
    // In a text the quotation marks are escaped.
    let Some((before, rest)) = line.split_once(KEY) else { return line.into() };
    let Some(Ok(meta)) = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>().next() else {
        return line.into();
    };
    let meta = meta.get();
    if !known.contains(&meta) {
        known.push(meta);
        return line.into();
    }
    let after = rest.get(meta.len()..).unwrap_or_default();
    format!("{before}{KEY}{{…}}{after}").into()
}

/// A line without its middle, if it is long.
fn short(line: &str) -> Option<String> {
    if line.len() <= WHOLE {
        return None;
    }
    let boundary = |at: usize| (at..line.len()).find(|at| line.is_char_boundary(*at)).unwrap_or(line.len());
    let (first, last) = (boundary(BEGINNING), boundary(line.len() - END));
    let (beginning, end) = (line.get(..first)?, line.get(last..)?);
    Some(format!("{beginning} … {} bytes … {end}", last - first))
}

#[cfg(test)]
mod tests {
    use super::{brief, short};

    #[test]
    fn a_long_line_loses_its_middle() {
        assert_eq!(short(&"x".repeat(800)), None);
        let line = format!("{}{}", "ä".repeat(5_000), "z".repeat(150));
        let expected = format!("{} … 9500 bytes … {}", "ä".repeat(250), "z".repeat(150));
        assert_eq!(short(&line), Some(expected));
    }

    #[test]
    fn what_is_known_is_left_out() {
        let mut known = Vec::new();
        let line = r#"--> {"_meta":{"a":{"b":"}"}},"text":"x"}"#;
        assert_eq!(brief(line, &mut known), line);
        assert_eq!(brief(line, &mut known), r#"--> {"_meta":{…},"text":"x"}"#);
        for other in [r#"{"_meta":{"a":1}}"#, r#"{"text":"\"_meta\":{}"}"#, r#"{"_meta":{"#, "{}"] {
            assert_eq!(brief(other, &mut known), other);
        }
    }
}
