//! JSON cut into raw parts in one pass: where an object's values begin and end. All of it is checked on the way, so that a
//! part is valid JSON by itself; what a part means is read later, by whoever needs it.
//!
//! serde_json could do this as well ([`serde_json::value::RawValue`]), but looks at each byte of a string by itself, and
//! again at each level that is cut out. What this takes and refuses is what serde_json takes and refuses; a test holds the
//! two together.

use bytes::Bytes;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// One JSON value as it was written, with nothing around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Raw<'a>(&'a str);

impl<'a> Raw<'a> {
    /// The JSON.
    pub(crate) fn get(self) -> &'a str {
        self.0
    }

    /// The JSON as a part of the message that it was cut out of: it outlives whoever reads that.
    pub(crate) fn kept(self, message: &Bytes) -> Bytes {
        message.slice_ref(self.0.as_bytes())
    }

    pub(crate) fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// The text, if this is a string.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
            return Some(Cow::Borrowed(inner));
        }
        serde_json::from_str(self.0).ok().map(Cow::Owned)
    }
}

impl<'a> From<&'a RawValue> for Raw<'a> {
    fn from(raw: &'a RawValue) -> Self {
        Raw(raw.get())
    }
}

impl<'de: 'a, 'a> serde::Deserialize<'de> for Raw<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(d).map(Raw::from)
    }
}

/// Why a text is not cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uncut {
    /// It is not JSON. Where and why serde_json can say.
    NotJson,
    /// It is nested deeper than it may be.
    TooDeep,
}

/// Goes through one JSON text.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// How many arrays and objects may still be opened inside each other.
    levels: usize,
    /// It is known to be JSON: a string is searched for its end alone.
    is_known: bool,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str, nesting: usize) -> Self {
        Scanner { text, at: 0, levels: nesting, is_known: false }
    }

    /// Goes through what was read before, or is of our own making.
    pub(crate) fn again(text: &'a str) -> Self {
        Scanner { is_known: true, ..Self::new(text, usize::MAX) }
    }

    /// The next byte that is no space.
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<u8, Uncut> {
        match self.byte() {
            Some(byte) if byte > b' ' => Ok(byte),
            _ => self.skip(),
        }
    }

    /// Skips spaces, up to the next byte that is none.
    #[cold]
    fn skip(&mut self) -> Result<u8, Uncut> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
        self.byte().ok_or(Uncut::NotJson)
    }

    /// That nothing but spaces is left.
    pub(crate) fn end(mut self) -> Result<(), Uncut> {
        if self.peek().is_err() { Ok(()) } else { Err(Uncut::NotJson) }
    }

    /// Reads an object: each key is given to `entry`, which reads the value behind it. Gives all of it.
    pub(crate) fn object(
        &mut self,
        mut entry: impl FnMut(&mut Self, &str) -> Result<(), Uncut>,
    ) -> Result<Raw<'a>, Uncut> {
        self.expect(b'{')?;
        let start = self.at - 1;
        self.levels = self.levels.checked_sub(1).ok_or(Uncut::TooDeep)?;
        if self.peek()? == b'}' {
            self.at += 1;
        } else {
            loop {
                let mut unescaped = String::new();
                let key = self.key(&mut unescaped)?;
                entry(self, key)?;
                match self.peek()? {
                    b',' => self.at += 1,
                    b'}' => break self.at += 1,
                    _ => return Err(Uncut::NotJson),
                }
            }
        }
        self.levels += 1;
        self.since(start)
    }

    /// Reads any value, and gives all of it.
    pub(crate) fn value(&mut self) -> Result<Raw<'a>, Uncut> {
        let first = self.peek()?;
        let start = self.at;
        match first {
            b'{' | b'[' => self.compound()?,
            _ => self.scalar(first)?,
        }
        self.since(start)
    }

    fn since(&self, start: usize) -> Result<Raw<'a>, Uncut> {
        self.text.get(start..self.at).map(Raw).ok_or(Uncut::NotJson)
    }

    fn expect(&mut self, byte: u8) -> Result<(), Uncut> {
        if self.peek()? != byte {
            return Err(Uncut::NotJson);
        }
        self.at += 1;
        Ok(())
    }

    /// A key and its colon. What has to be unescaped is kept where the caller says.
    fn key<'k>(&mut self, unescaped: &'k mut String) -> Result<&'k str, Uncut>
    where
        'a: 'k,
    {
        self.expect(b'"')?;
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let length = plain(rest);
        // As most are.
        if let Some([b'"', b':', ..]) = rest.get(length..) {
            self.at = start + length + 2;
            return self.text.get(start..start + length).ok_or(Uncut::NotJson);
        }
        let is_plain = self.string()?;
        let end = self.at;
        self.expect(b':')?;
        if is_plain {
            return self.text.get(start..end - 1).ok_or(Uncut::NotJson);
        }
        let json = self.text.get(start - 1..end).ok_or(Uncut::NotJson)?;
        *unescaped = serde_json::from_str(json).map_err(|_| Uncut::NotJson)?;
        Ok(unescaped)
    }

    fn scalar(&mut self, first: u8) -> Result<(), Uncut> {
        match first {
            b'"' => {
                self.at += 1;
                self.string().map(drop)
            }
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'n' => self.literal("null"),
            _ => self.number(),
        }
    }

    fn literal(&mut self, word: &str) -> Result<(), Uncut> {
        let is_here = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        self.at += word.len();
        if is_here { Ok(()) } else { Err(Uncut::NotJson) }
    }

    fn number(&mut self) -> Result<(), Uncut> {
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        match self.byte() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn digits(&mut self) -> Result<(), Uncut> {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(Uncut::NotJson) }
    }

    /// The rest of a string, of which the first quote was read; whether it is without escapes.
    fn string(&mut self) -> Result<bool, Uncut> {
        let bytes = self.text.as_bytes();
        let mut is_plain = true;
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            self.at +=
                if self.is_known { memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len()) } else { plain(rest) };
            match bytes.get(self.at..) {
                Some([b'"', ..]) => {
                    self.at += 1;
                    return Ok(is_plain);
                }
                Some([b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..]) => self.at += 2,
                Some([b'\\', b'u', digits @ ..])
                    if digits.get(..4).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) =>
                {
                    self.at += 6;
                }
                // A control character, no escape, or the end.
                _ => return Err(Uncut::NotJson),
            }
            is_plain = false;
        }
    }

    /// An array or an object, whatever is inside. However deep it is, this takes no stack.
    fn compound(&mut self) -> Result<(), Uncut> {
        let mut inside = Inside::default();
        let mut is_empty = false;
        loop {
            let next = self.peek()?;
            if !(is_empty && next == inside.closer()) {
                if inside.is_object() {
                    self.expect(b'"')?;
                    self.string()?;
                    self.expect(b':')?;
                }
                let first = self.peek()?;
                if matches!(first, b'{' | b'[') {
                    self.at += 1;
                    self.levels = self.levels.checked_sub(1).ok_or(Uncut::TooDeep)?;
                    inside.push(first == b'{');
                    is_empty = true;
                    continue;
                }
                self.scalar(first)?;
            }
            // Behind a value, or before the end of something empty.
            is_empty = false;
            loop {
                let next = self.peek()?;
                self.at += 1;
                if next == b',' {
                    break;
                }
                if next != inside.closer() {
                    return Err(Uncut::NotJson);
                }
                self.levels += 1;
                if inside.pop() {
                    return Ok(());
                }
            }
        }
    }
}

/// Which of the values that are open are objects: one bit each, 64 of them without memory of their own.
#[derive(Default)]
struct Inside {
    depth: usize,
    objects: u64,
    outer: Vec<u64>,
}

impl Inside {
    fn push(&mut self, is_object: bool) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.outer.push(self.objects);
        }
        self.objects = self.objects << 1 | u64::from(is_object);
        self.depth += 1;
    }

    /// Closes the innermost; whether none is left.
    fn pop(&mut self) -> bool {
        self.depth -= 1;
        self.objects >>= 1;
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.objects = self.outer.pop().unwrap_or_default();
        }
        self.depth == 0
    }

    fn is_object(&self) -> bool {
        self.depth > 0 && self.objects & 1 == 1
    }

    fn closer(&self) -> u8 {
        if self.is_object() { b'}' } else { b']' }
    }
}

/// How many bytes there are before a quote, a backslash or a control character.
#[inline]
pub(super) fn plain(bytes: &[u8]) -> usize {
    // Most strings are short.
    if let Some(word) = bytes.first_chunk() {
        let found = specials(u64::from_le_bytes(*word));
        if found != 0 {
            return found.trailing_zeros() as usize / 8;
        }
    }
    plain_of_many(bytes)
}

/// The same for what is longer than a word.
fn plain_of_many(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    for _ in 0..WORDS {
        let Some((word, behind)) = rest.split_first_chunk() else {
            return bytes.len() - rest.len() + rest.iter().position(is_special).unwrap_or(rest.len());
        };
        let found = specials(u64::from_le_bytes(*word));
        if found != 0 {
            return bytes.len() - rest.len() + found.trailing_zeros() as usize / 8;
        }
        rest = behind;
    }
    // A long one is searched with wide instructions for its end, and up to there for control characters.
    let end = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
    let (text, behind) = rest.split_at(end);
    let text = without_controls::<64>(without_controls::<1024>(text));
    let left = text.iter().position(|byte| *byte < SPACE).map_or(0, |at| text.len() - at);
    bytes.len() - behind.len() - left
}

/// What is left behind pieces of this size in which there are no control characters. Each piece is gone through to its
/// end, whatever is found: so the compiler looks at many bytes at a time, and makes one of them at the end of a piece.
fn without_controls<const SIZE: usize>(mut text: &[u8]) -> &[u8] {
    while let Some((piece, more)) = text.split_first_chunk::<SIZE>()
        && piece.iter().fold(u8::MAX, |least, byte| least.min(*byte)) >= SPACE
    {
        text = more;
    }
    text
}

/// Below are the control characters.
const SPACE: u8 = 0x20;

/// How many eight bytes are looked at before a string counts as long.
const WORDS: usize = 8;

fn is_special(byte: &u8) -> bool {
    *byte == b'"' || *byte == b'\\' || *byte < SPACE
}

/// The highest bit of the first special byte, and of none before it.
fn specials(word: u64) -> u64 {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    // A byte below `n` borrows, and so may those behind it: the first one is right.
    let below = |word: u64, n: u8| word.wrapping_sub(EACH * u64::from(n)) & !word;
    let is = |byte: u8| below(word ^ (EACH * u64::from(byte)), 1);
    (below(word, 0x20) | is(b'"') | is(b'\\')) & (EACH << 7)
}

#[cfg(test)]
mod tests {
    use super::{Raw, Scanner, Uncut, plain};
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    fn scan(text: &str) -> Result<Raw<'_>, Uncut> {
        let mut scanner = Scanner::new(text, 200);
        let value = scanner.value()?;
        scanner.end().map(|()| value)
    }

    #[track_caller]
    fn agrees(text: &str) {
        let ours = scan(text).ok().map(Raw::get);
        let serdes = serde_json::from_str::<&RawValue>(text).ok().map(RawValue::get);
        assert_eq!(ours, serdes, "{text:?}");
        if let Some(known) = serdes {
            assert_eq!(Scanner::again(text).value().map(Raw::get), Ok(known), "{text:?}");
        }
    }

    #[test]
    fn what_is_json_is_what_serde_json_takes() {
        let texts = r#"
            null nul nullx true truefalse false " "" "a "a" "a\" "a\"b" "\q" "\u12" "\u12ag" "\u00e4" "\ud800" "ä🦀"
            0 -0 - 01 -01 00 1 12 1. 1.5 .5 -.5 1.5.5 1e 1e5 1E+5 1e- 1e+x 1.e5 0.0e0 0e 0x1 1a +1 --1 1-1
            [] [ ] [1] [1,] [,1] [1,,2] [1,2] [1 ] [[]] [[] [ ]] ] [} [] [{}] [{} [{]} [[[[[]]]]] [[[[[]]]]]]
            {} { } {,} {"a" {"a":} {"a":1} {"a":1,} {"a":1,"b":[]} {"a":{"b":{}}} {a:1} {"a"1} {"a":1 "b":2} {1:2} {"a":1]
            {"\u0061":1} {"a\u":1} {"a":"b} {}{} {}x [1}2
        "#;
        for text in
            texts.split_ascii_whitespace().chain(["", " ", "[1, 2 ]", "{ \"a\" : 1 , \"b\" : [ ] } ", "1 2", "\u{a0}1"])
        {
            agrees(text);
        }
        for byte in 0..=255_u8 {
            for text in [format!("\"{}\"", char::from(byte)), format!("{}1", char::from(byte)), char::from(byte).into()]
            {
                agrees(&text);
            }
        }
    }

    #[test]
    fn levels_are_counted_and_take_no_stack() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for depth in [63, 64, 65, 127, 128, 129, 200] {
            assert!(scan(&nested(depth)).is_ok(), "{depth}");
        }
        assert_eq!(scan(&nested(201)), Err(Uncut::TooDeep));
        let mixed = format!("{}1{}", r#"[{"a":"#.repeat(100), "}]".repeat(100));
        assert!(scan(&mixed).is_ok());
        assert_eq!(scan(&mixed.replace("1}]}]", "1]}}]")), Err(Uncut::NotJson));
        // Side by side is not inside.
        for text in ["[[],[],[],{}]", r#"{"a":[],"b":{},"c":[],"d":{}}"#] {
            assert!(Scanner::new(text, 2).value().is_ok(), "{text}");
        }
        let mut scanner = Scanner::new(r#"[{},{},{}]"#, 2);
        assert!(scanner.value().is_ok() && scanner.levels == 2);
        let mut scanner = Scanner::new(r#"{"a":{},"b":{},"c":{}}"#, 2);
        let inner = |scanner: &mut Scanner<'_>, _: &str| scanner.object(|_, _| Ok(())).map(drop);
        assert!(scanner.object(inner).is_ok() && scanner.levels == 2);
        let mut scanner = Scanner::new("{\"a\":[[]]}", 2);
        assert_eq!(scanner.object(|scanner, _| scanner.value().map(drop)), Err(Uncut::TooDeep));
        let deep = nested(2_000_000);
        assert!(Scanner::new(&deep, usize::MAX).value().is_ok());
    }

    proptest! {
        #[test]
        fn any_text_is_cut_as_serde_json_does(text in r#"([\[\]{}:,"\\ \n]|"[a-z]{0,3}"|"a":|[0-9.eE+-]{1,3}|true|null|\\u00e4|ä){0,24}"#) {
            agrees(&text);
        }

        #[test]
        fn the_end_of_a_string_is_found_wherever_it_is(before in "[a-zä]{0,300}|[a-zä]{900,2200}", end in "[\"\\\\\\x00-\\x1f]", rest in ".{0,100}") {
            let text = format!("{before}{end}{rest}");
            prop_assert_eq!(plain(text.as_bytes()), before.len());
            prop_assert_eq!(plain(before.as_bytes()), before.len());
        }
    }
}
