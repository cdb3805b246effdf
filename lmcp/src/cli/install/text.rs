//! A text that is changed in places: every byte that no change names stays where it is.

use std::fmt;
use std::ops::Range;

/// Changes of one text, each a range of it and what stands there instead.
#[derive(Debug, Default)]
pub(super) struct Changes(Vec<(Range<usize>, String)>);

impl Changes {
    pub(super) fn replace(&mut self, range: Range<usize>, with: impl Into<String>) {
        self.0.push((range, with.into()));
    }

    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    pub(super) fn remove(&mut self, range: Range<usize>) {
        self.replace(range, "");
    }

    /// The changed text. Changes do not overlap; two at one place come in the order they were made in.
    pub(super) fn apply(mut self, text: &str) -> String {
        self.0.sort_by_key(|(range, _)| range.start);
        let mut out = String::with_capacity(text.len() + 256);
        let mut at = 0;
        for (range, with) in self.0 {
            out.push_str(text.get(at..range.start).unwrap_or_default());
            out.push_str(&with);
            at = range.end.max(at);
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }
}

/// Why a text is left alone: what is wrong with it, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) why: String,
}

impl Refusal {
    /// About the byte at this place.
    pub(super) fn at(text: &str, place: usize, why: impl Into<String>) -> Self {
        let before = text.get(..place).unwrap_or(text).trim_start_matches(BOM);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Refusal {
            line: before.matches('\n').count() + 1,
            column: before.get(start..).unwrap_or_default().chars().count() + 1,
            why: why.into(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.why)
    }
}

/// The mark that some editors on Windows put in front of UTF-8.
pub(super) const BOM: char = '\u{feff}';

/// How lines end in this text: as its first one does.
pub(super) fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text.get(..at).is_some_and(|line| line.ends_with('\r')) => "\r\n",
        _ => "\n",
    }
}

/// Where the line of this place begins.
pub(super) fn line_start(text: &str, place: usize) -> usize {
    text.get(..place).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// Where the line of this place ends, behind its newline if it has one.
pub(super) fn line_end(text: &str, place: usize) -> usize {
    text.get(place..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| place + newline + 1)
}

/// The blanks that the line of this place begins with.
pub(super) fn indentation(text: &str, place: usize) -> &str {
    let line = text.get(line_start(text, place)..).unwrap_or_default().trim_start_matches(BOM);
    let end = line.find(|c| !matches!(c, ' ' | '\t')).unwrap_or(line.len());
    line.get(..end).unwrap_or_default()
}

/// The lines that differ between two texts: those gone behind `-`, those new behind `+`, the number of the first one
/// in front.
pub(super) fn difference(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old, new) = (old.get(same..).unwrap_or_default(), new.get(same..).unwrap_or_default());
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let mut out = format!("line {}:\n", same + 1);
    for (sign, lines) in [('-', old), ('+', new)] {
        for line in lines.iter().take(lines.len() - tail) {
            out.push(sign);
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_made_in_place() {
        let mut changes = Changes::default();
        changes.remove(6..8);
        changes.insert(2, "+");
        changes.insert(2, "-");
        changes.replace(3..5, "DE");
        assert_eq!(changes.apply("abcdefgh"), "ab+-cDEf");
    }

    #[test]
    fn places_are_counted_in_characters() {
        let text = "\u{feff}é: 1\r\n  ü x";
        let place = text.find('x').expect("it is there");
        assert_eq!(Refusal::at(text, place, "no").to_string(), "line 2, column 5: no");
        assert_eq!(Refusal::at(text, 3, "no").to_string(), "line 1, column 1: no");
        assert_eq!((newline(text), newline("a\nb\r\n"), newline("")), ("\r\n", "\n", "\n"));
        assert_eq!((indentation(text, place), line_start(text, place)), ("  ", 10));
    }

    #[test]
    fn a_difference_is_one_run_of_lines() {
        assert_eq!(difference("a\nb\nc\n", "a\nx\ny\nc\n"), "line 2:\n-b\n+x\n+y\n");
        assert_eq!(difference("", "a\n"), "line 1:\n+a\n");
        assert_eq!(difference("a\na\n", "a\na\na\n"), "line 3:\n+a\n");
    }
}
