//! JSON as a tree that keeps what it was made of: every number as it was written, every key in its place.
//!
//! What is repaired is written back from it, so a number that no machine type holds, or a key that came twice, must
//! not change on the way.

use std::borrow::Cow;
use std::fmt::Write as _;

/// How deep a value is taken apart: deeper than serde goes. What lies deeper is kept as it came.
const DEPTH: usize = 130;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree<'a> {
    Null,
    Bool(bool),
    /// As it was written.
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    List(Vec<Tree<'a>>),
    Object(Vec<(Cow<'a, str>, Tree<'a>)>),
    /// Too deep to be taken apart, or half of a character somewhere: kept as it came, and neither checked nor repaired.
    Deep(&'a str),
}

impl<'a> Tree<'a> {
    /// Takes a value apart; `None` if this is no JSON.
    pub(crate) fn parse(json: &'a str) -> Option<Self> {
        // Checks the grammar, so that what follows need not.
        let raw: &serde_json::value::RawValue = serde_json::from_str(json).ok()?;
        let mut reader = Reader { text: raw.get(), at: 0 };
        reader.value(0)
    }

    /// The value of this key; the last one, if it came more than once.
    pub(crate) fn get(&self, key: &str) -> Option<&Tree<'a>> {
        match self {
            Tree::Object(entries) => entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value as JSON.
    pub(crate) fn to_json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Tree::Null => out.push_str("null"),
            Tree::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Tree::Number(text) => out.push_str(text),
            Tree::Deep(json) => out.push_str(json),
            Tree::Text(text) => write_text(out, text),
            Tree::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Tree::Object(entries) => {
                out.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    write_text(out, key);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    /// The same value, of data of the server's own.
    pub(crate) fn from_value(value: &serde_json::Value) -> Tree<'static> {
        use serde_json::Value;
        match value {
            Value::Null => Tree::Null,
            Value::Bool(value) => Tree::Bool(*value),
            Value::Number(number) => Tree::Number(Cow::Owned(number.to_string())),
            Value::String(text) => Tree::Text(Cow::Owned(text.clone())),
            Value::Array(items) => Tree::List(items.iter().map(Tree::from_value).collect()),
            Value::Object(entries) => Tree::Object(
                entries.iter().map(|(key, value)| (Cow::Owned(key.clone()), Tree::from_value(value))).collect(),
            ),
        }
    }

    /// Whether both are the same to JSON Schema: numbers by value, objects in any order.
    pub(crate) fn equals(&self, other: &Tree<'_>) -> bool {
        match (self, other) {
            (Tree::Null, Tree::Null) => true,
            (Tree::Bool(a), Tree::Bool(b)) => a == b,
            (Tree::Text(a), Tree::Text(b)) => a == b,
            (Tree::Deep(a), Tree::Deep(b)) => a == b,
            (Tree::Number(a), Tree::Number(b)) => a == b || Number::of(a).compare(Number::of(b)).is_eq(),
            (Tree::List(a), Tree::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.equals(b)),
            (Tree::Object(a), Tree::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(key, a)| other.get(key).is_some_and(|b| a.equals(b)))
            }
            _ => false,
        }
    }
}

/// Writes a string as JSON.
pub(crate) fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => drop(write!(out, "\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// A number, exact as long as it is an integer of up to 128 bits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Integer(i128),
    Real(f64),
}

impl Number {
    /// The number that is written like this in JSON.
    pub(crate) fn of(text: &str) -> Self {
        if let Ok(integer) = text.parse() {
            return Number::Integer(integer);
        }
        let real: f64 = text.parse().unwrap_or(f64::NAN);
        match whole(text) {
            Whole::Integer(integer) => Number::Integer(integer),
            Whole::TooLong => Number::Real(real),
            // What a float rounds to an integer is none: a neighbour stands for it.
            Whole::No if real.fract() == 0.0 => {
                Number::Real(if real < 0.0 { real.next_down() } else { real.next_up() })
            }
            Whole::No => Number::Real(real),
        }
    }

    pub(crate) fn is_integer(self) -> bool {
        match self {
            Number::Integer(_) => true,
            // Beyond 2^53 there is nothing behind the point.
            Number::Real(real) => real.is_finite() && real.fract() == 0.0,
        }
    }

    pub(crate) fn real(self) -> f64 {
        match self {
            Number::Integer(integer) => integer as f64,
            Number::Real(real) => real,
        }
    }

    pub(crate) fn compare(self, other: Number) -> std::cmp::Ordering {
        match (self, other) {
            (Number::Integer(a), Number::Integer(b)) => a.cmp(&b),
            (a, b) => a.real().partial_cmp(&b.real()).unwrap_or(std::cmp::Ordering::Less),
        }
    }

    /// Whether it is a multiple of another, as far as floating point can tell.
    pub(crate) fn is_multiple_of(self, of: Number) -> bool {
        match (self, of) {
            (_, Number::Integer(0)) => false,
            (Number::Integer(a), Number::Integer(b)) => a % b == 0,
            (a, b) => {
                let times = a.real() / b.real();
                // 0.3 is three times 0.1, though not to the last bit.
                times.is_finite() && (times - times.round()).abs() <= 1e-9 * times.abs().max(1.0)
            }
        }
    }
}

/// Whether a number is an integer, to the last digit.
enum Whole {
    Integer(i128),
    /// It is, of more digits than are held.
    TooLong,
    No,
}

/// `30.0` and `3e1` are thirty; `1.00000000000000000001` is not one.
fn whole(text: &str) -> Whole {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (before, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{before}{behind}");
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Whole::Integer(0);
    }
    // An exponent that is no `i64` is beyond everything, in one direction or the other.
    let exponent: i64 =
        exponent.trim_start_matches('+').parse().unwrap_or(if exponent.starts_with('-') { i64::MIN } else { i64::MAX });
    let zeros = (digits.len() - significant.len()) as i64;
    let shift = exponent.saturating_sub(behind.len() as i64).saturating_add(zeros);
    let Ok(shift) = usize::try_from(shift) else { return Whole::No };
    if shift.saturating_add(significant.len()) > 40 {
        return Whole::TooLong;
    }
    let sign = if negative { "-" } else { "" };
    format!("{sign}{significant}{}", "0".repeat(shift)).parse().map_or(Whole::TooLong, Whole::Integer)
}

/// Reads text that is known to be JSON.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Option<Tree<'a>> {
        self.space();
        let start = self.at;
        match self.peek()? {
            b'{' | b'[' if depth >= DEPTH => {
                self.skip();
                Some(Tree::Deep(self.text.get(start..self.at)?))
            }
            b'{' => {
                let mut entries = Vec::new();
                while self.next_in(b'}')? {
                    let Some(key) = self.string()? else {
                        // Such a key cannot be written back.
                        self.at = start;
                        self.skip();
                        return Some(Tree::Deep(self.text.get(start..self.at)?));
                    };
                    self.space();
                    self.at += 1;
                    entries.push((key, self.value(depth + 1)?));
                }
                Some(Tree::Object(entries))
            }
            b'[' => {
                let mut items = Vec::new();
                while self.next_in(b']')? {
                    items.push(self.value(depth + 1)?);
                }
                Some(Tree::List(items))
            }
            b'"' => match self.string()? {
                Some(text) => Some(Tree::Text(text)),
                None => Some(Tree::Deep(self.text.get(start..self.at)?)),
            },
            b'n' => self.word(4, Tree::Null),
            b't' => self.word(4, Tree::Bool(true)),
            b'f' => self.word(5, Tree::Bool(false)),
            _ => {
                while self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')) {
                    self.at += 1;
                }
                Some(Tree::Number(Cow::Borrowed(self.text.get(start..self.at)?)))
            }
        }
    }

    fn word(&mut self, length: usize, value: Tree<'a>) -> Option<Tree<'a>> {
        self.at += length;
        Some(value)
    }

    /// Steps over the opening bracket or a comma; whether something comes before the end.
    fn next_in(&mut self, end: u8) -> Option<bool> {
        self.space();
        if self.peek()? == end {
            self.at += 1;
            return Some(false);
        }
        self.at += 1;
        self.space();
        if self.peek()? == end {
            self.at += 1;
            return Some(false);
        }
        Some(true)
    }

    /// A string; `None` inside if it has half of a character (a lone surrogate), which is no text.
    fn string(&mut self) -> Option<Option<Cow<'a, str>>> {
        let start = self.at;
        self.skip_string();
        let quoted = self.text.get(start..self.at)?;
        let inside = quoted.get(1..quoted.len().checked_sub(1)?)?;
        if inside.contains('\\') {
            return Some(serde_json::from_str(quoted).ok().map(Cow::Owned));
        }
        Some(Some(Cow::Borrowed(inside)))
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'"' => return,
                _ => {}
            }
        }
    }

    /// Steps over an array or an object, however deep.
    fn skip(&mut self) {
        let mut open = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.skip_string();
                    continue;
                }
                b'{' | b'[' => open += 1,
                b'}' | b']' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_back() {
        for json in [
            "null",
            "[true,false,null]",
            r#"{"b":1,"a":[{}, []],"b":340282366920938463463374607431768211455}"#,
            r#"  { "x" : [ 1.50 , -0 , 1E+400 , "a\"\\\n" ] }  "#,
            r#""""#,
        ] {
            let tree = Tree::parse(json).expect(json);
            let written: String = tree.to_json();
            let squeezed = |text: &str| text.replace([' '], "");
            assert_eq!(squeezed(&written), squeezed(json.trim()));
        }
    }

    #[test]
    fn no_json_is_none() {
        for text in ["", "{", "[1,]", "nul", "1 2", "{\"a\"}"] {
            assert_eq!(Tree::parse(text), None, "{text}");
        }
    }

    #[test]
    fn depth_is_kept_and_not_followed() {
        let json = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(Tree::parse(&json).map(|tree| tree.to_json()), Some(json));
    }

    #[test]
    fn half_a_character_stays_as_it_came() {
        for json in [r#""\ud800""#, r#"{"a":["\udc00",1]}"#, r#"{"a":{"\ud800":1},"b":2}"#] {
            assert_eq!(Tree::parse(json).map(|tree| tree.to_json()).as_deref(), Some(json));
        }
    }

    #[test]
    fn integers_are_told_from_what_is_almost_one() {
        let integer = |text: &str| if let Number::Integer(n) = Number::of(text) { Some(n) } else { None };
        for (text, n) in
            [("-0", 0), ("0e9", 0), ("30.0", 30), ("3e1", 30), ("1E+2", 100), ("-120e-1", -12), ("0.1e1", 1)]
        {
            assert_eq!(integer(text), Some(n), "{text}");
        }
        assert_eq!(integer("9007199254740993.0"), Some(9_007_199_254_740_993));
        for text in ["0.5", "1.00000000000000000001", "0.1e-500", "1e-99999999999999999999"] {
            assert!(!Number::of(text).is_integer(), "{text}");
        }
        assert!(Number::of("1e300").is_integer() && !Number::of("1e99999999999999999999").is_integer());
    }

    #[test]
    fn numbers_compare_by_value() {
        let equal = |a: &str, b: &str| Tree::parse(a).expect(a).equals(&Tree::parse(b).expect(b));
        assert!(equal("30", "30.0") && equal("1e2", "100") && equal(r#"{"a":1,"b":2}"#, r#"{"b":2.0,"a":1}"#));
        assert!(!equal("1", "\"1\"") && !equal("[1]", "[1,2]") && !equal("1", "1.5"));
        assert!(!equal("9007199254740993", "9007199254740992"));
        assert!(
            Number::of("0.3").is_multiple_of(Number::of("0.1"))
                && !Number::of("0.35").is_multiple_of(Number::of("0.1"))
        );
    }
}
