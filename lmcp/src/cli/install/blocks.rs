//! YAML as lines and the keys that begin them: as much of it as a file has that a program writes block by block. What is
//! written in another way is refused where it matters, and passed over where it does not.

use super::entry::Item;
use super::text::{BOM, Changes, Refusal, newline};
use std::ops::Range;

/// A line of the text.
#[derive(Debug)]
struct Line {
    start: usize,
    /// Behind its last character, in front of its newline.
    end: usize,
    indent: usize,
    kind: Kind,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Blank, or a comment.
    Nothing,
    /// The inside of a value that began before.
    Inside,
    /// Something begins here.
    Said,
}

/// A key, and the lines it takes: the one it stands on and those below it.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) indent: usize,
    pub(super) header: usize,
    /// Behind its colon, from the beginning of its line.
    colon: usize,
    /// The line behind the last one that says something of it.
    pub(super) end: usize,
}

/// A text that was read as lines.
pub(super) struct Document<'t> {
    text: &'t str,
    lines: Vec<Line>,
}

impl<'t> Document<'t> {
    pub(super) fn parse(text: &'t str) -> Result<Self, Refusal> {
        let mut document = Document { text, lines: Vec::new() };
        let mut at = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
        while at < text.len() {
            let rest = text.get(at..).unwrap_or_default();
            let length = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
            let line = rest.get(..length).unwrap_or_default();
            let said = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
            if let Some(inside) = said.find('\r') {
                return Err(Refusal::at(
                    text,
                    at + inside,
                    "a carriage return by itself, which YAML takes for a line's end",
                ));
            }
            let indent = said.len() - said.trim_start_matches(' ').len();
            let nothing = said.trim().is_empty() || said.trim_start().starts_with('#');
            let kind = if nothing { Kind::Nothing } else { Kind::Said };
            document.lines.push(Line { start: at, end: at + said.len(), indent, kind });
            at += length;
        }
        document.pass_over_values()?;
        document.check()?;
        Ok(document)
    }

    /// How many lines there are.
    pub(super) fn length(&self) -> usize {
        self.lines.len()
    }

    /// The place behind a key's colon.
    pub(super) fn behind(&self, key: &Key) -> usize {
        self.lines.get(key.header).map_or(self.text.len(), |line| line.start) + key.colon
    }

    fn said(&self, line: usize) -> &'t str {
        self.lines.get(line).and_then(|line| self.text.get(line.start..line.end)).unwrap_or_default()
    }

    fn refuse<T>(&self, line: usize, column: usize, why: impl Into<String>) -> Result<T, Refusal> {
        let start = self.lines.get(line).map_or(self.text.len(), |line| line.start);
        Err(Refusal::at(self.text, start + column, why))
    }

    /// Marks the lines inside of values that go over several: texts in quotes, lists and maps in brackets, block texts.
    fn pass_over_values(&mut self) -> Result<(), Refusal> {
        let mut at = 0;
        while at < self.lines.len() {
            if self.lines[at].kind != Kind::Said {
                at += 1;
                continue;
            }
            let (line, indent) = (self.said(at), self.lines[at].indent);
            if line.trim_start_matches(' ').starts_with('\t') {
                return self.refuse(at, indent, "a line is indented with a tab, which YAML forbids");
            }
            let value = value_start(line, indent);
            let rest = line.get(value..).unwrap_or_default();
            if rest.starts_with(['|', '>']) {
                // A block text: all that is indented deeper than the key.
                at += 1;
                while at < self.lines.len() && (self.said(at).trim().is_empty() || self.lines[at].indent > indent) {
                    if !self.said(at).trim().is_empty() {
                        self.lines[at].kind = Kind::Inside;
                    }
                    at += 1;
                }
                continue;
            }
            let last = self.close(at, value)?;
            for inside in at + 1..=last {
                self.lines[inside].kind = Kind::Inside;
            }
            at = last + 1;
        }
        Ok(())
    }

    /// The line where a value in quotes or brackets ends that begins here; this one for any other.
    fn close(&self, first: usize, column: usize) -> Result<usize, Refusal> {
        let mut nested: Vec<char> = Vec::new();
        let mut quote: Option<char> = None;
        for at in first..self.lines.len() {
            let line = self.said(at);
            if at > first && !line.trim().is_empty() && self.lines[at].indent <= self.lines[first].indent {
                // Closing brackets may stand there, and are all that may.
                if quote.is_some() || !line.trim_start().starts_with([']', '}']) {
                    return self.refuse(first, column, "a value that begins here does not end");
                }
            }
            let begin = if at == first { column } else { 0 };
            let mut chars = line.get(begin..).unwrap_or_default().chars().peekable();
            let mut previous = ' ';
            while let Some(c) = chars.next() {
                match (quote, c) {
                    (Some('"'), '\\') => drop(chars.next()),
                    (Some('\''), '\'') if chars.peek() == Some(&'\'') => drop(chars.next()),
                    (Some(open), c) if c == open => quote = None,
                    (Some(_), _) => {}
                    (None, '#') if previous.is_whitespace() => break,
                    (None, '"' | '\'') if matches!(previous, ' ' | '\t' | '[' | '{' | ',' | ':') => quote = Some(c),
                    (None, '[' | '{') if !nested.is_empty() || previous == ' ' => nested.push(c),
                    (None, ']' | '}') => drop(nested.pop()),
                    // A plain text: nothing in it opens anything.
                    (None, _) if nested.is_empty() && !c.is_whitespace() => return Ok(at),
                    (None, _) => {}
                }
                previous = c;
                if quote.is_none() && nested.is_empty() {
                    return Ok(at);
                }
            }
            if quote.is_none() && nested.is_empty() {
                return Ok(at);
            }
        }
        self.refuse(first, column, "a value that begins here does not end")
    }

    /// What this reader understands at all: one document that is a block of keys.
    fn check(&self) -> Result<(), Refusal> {
        let mut begun = false;
        for (at, line) in self.lines.iter().enumerate().filter(|(_, line)| line.kind == Kind::Said) {
            if line.indent > 0 && begun {
                continue;
            }
            let said = self.said(at);
            match said.split_whitespace().next().unwrap_or_default() {
                "---" if begun => return self.refuse(at, 0, "only a file with one document can be changed here"),
                "---" if said.trim_end() == "---" => {}
                "---" | "..." | "?" => return self.refuse(at, 0, "this way of writing YAML is not understood here"),
                word if word.starts_with('%') && !begun => {}
                "-" if begun => {}
                _ if line.indent > 0 || key(said, 0).is_none() => {
                    return self.refuse(at, line.indent, "a key and a colon are expected here");
                }
                _ => begun = true,
            }
        }
        Ok(())
    }

    /// The keys below the line `from`, up to `to`, which all stand equally deep.
    fn keys(&self, from: usize, to: usize, deeper_than: Option<usize>) -> Result<Vec<Key>, Refusal> {
        let mut keys: Vec<Key> = Vec::new();
        let mut depth = None;
        for at in from..to {
            let Some(line) = self.lines.get(at) else { break };
            let said = self.said(at);
            if line.kind != Kind::Said {
                // What is inside of a value belongs to its key, blank lines and comments only if more follows.
                if let (Kind::Inside, Some(last)) = (line.kind, keys.last_mut()) {
                    last.end = at + 1;
                }
                continue;
            }
            if line.indent == 0 && (said.starts_with("---") || said.starts_with('%')) {
                continue;
            }
            let is_list = is_list(said);
            if is_list && keys.is_empty() {
                return self.refuse(at, line.indent, "a list stands where a block of keys is expected");
            }
            let depth = *depth.get_or_insert(line.indent);
            if line.indent < depth || deeper_than.is_some_and(|parent| depth <= parent) {
                return self.refuse(at, line.indent, "this line is indented less than what it belongs to");
            }
            if line.indent > depth || is_list {
                if let Some(last) = keys.last_mut() {
                    last.end = at + 1;
                }
                continue;
            }
            match key(said, line.indent) {
                Some((name, colon)) => {
                    if keys.iter().any(|key| key.name == name) {
                        return self.refuse(at, line.indent, format!("{name:?} is here a second time"));
                    }
                    keys.push(Key { name, indent: depth, header: at, colon, end: at + 1 });
                }
                None => return self.refuse(at, line.indent, "a key and a colon are expected here"),
            }
        }
        Ok(keys)
    }

    fn root(&self) -> Result<Vec<Key>, Refusal> {
        self.keys(0, self.lines.len(), None)
    }

    /// The keys below a key, whose value must be a block of keys, or nothing.
    pub(super) fn children(&self, parent: &Key) -> Result<Vec<Key>, Refusal> {
        let value = self.plain(parent);
        if !matches!(value, "" | "{}" | "null" | "~") {
            return self.refuse(parent.header, parent.colon, "a block of keys is expected below this one");
        }
        let keys = self.keys(parent.header + 1, parent.end, Some(parent.indent))?;
        if !value.is_empty() && !keys.is_empty() {
            return self.refuse(parent.header, parent.colon, "nothing is expected below this value");
        }
        Ok(keys)
    }

    pub(super) fn section(&self, section: &str) -> Result<Option<(Key, Vec<Key>)>, Refusal> {
        let Some(section) = self.root()?.into_iter().find(|key| key.name == section) else { return Ok(None) };
        let keys = self.children(&section)?;
        Ok(Some((section, keys)))
    }

    /// The section, the entry in it, and the entry's keys.
    pub(super) fn entry(&self, section: &str, name: &str) -> Result<Option<(Key, Key, Vec<Key>)>, Refusal> {
        let Some((section, keys)) = self.section(section)? else { return Ok(None) };
        let Some(entry) = keys.into_iter().find(|key| key.name == name) else { return Ok(None) };
        let keys = self.children(&entry)?;
        Ok(Some((section, entry, keys)))
    }

    /// What stands behind a key on its line, without a comment.
    fn plain(&self, key: &Key) -> &'t str {
        let rest = self.said(key.header).get(key.colon..).unwrap_or_default();
        without_comment(rest).trim()
    }

    /// The blanks and the value behind a key, if there is a value.
    pub(super) fn inline(&self, key: &Key) -> Option<Range<usize>> {
        let value = self.plain(key);
        let start = self.behind(key);
        let blanks = self.text.get(start..)?.find(|c| c != ' ')?;
        (!value.is_empty()).then(|| start..start + blanks + value.len())
    }

    /// The value of a key with the blanks in front of it, over all its lines.
    pub(super) fn value(&self, key: &Key) -> Result<Range<usize>, Refusal> {
        if self.plain(key).starts_with('&') {
            return self.refuse(key.header, key.colon, "this value has a name, and may be used elsewhere by it");
        }
        let start = self.behind(key);
        if key.end > key.header + 1 {
            return Ok(start..self.lines.get(key.end - 1).map_or(self.text.len(), |last| last.end));
        }
        Ok(self.inline(key).unwrap_or(start..start))
    }

    pub(super) fn item(&self, key: &Key) -> Item {
        let value = self.plain(key);
        if key.end > key.header + 1 {
            let lines = self.lines(key);
            return Item::Other(self.text.get(lines).unwrap_or_default().to_owned());
        }
        match value {
            "true" | "false" => Item::Flag(value == "true"),
            "[]" => Item::Empty,
            _ if value.starts_with('"') => {
                serde_json::from_str(value).map_or_else(|_| Item::Other(value.to_owned()), Item::Text)
            }
            _ => {
                let quoted = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\''));
                let plain = !value.starts_with(['[', '{', '|', '>', '&', '*', '!', '\'']) && !value.is_empty();
                match (quoted, value.parse()) {
                    (Some(text), _) => Item::Text(text.replace("''", "'")),
                    (None, Ok(number)) => Item::Number(number),
                    (None, Err(_)) if plain => Item::Text(value.to_owned()),
                    (None, Err(_)) => Item::Other(value.to_owned()),
                }
            }
        }
    }

    /// All lines of a key, with the newline of the last one, or with the one in front where the text ends without.
    pub(super) fn lines(&self, key: &Key) -> Range<usize> {
        let start = self.lines.get(key.header).map_or(self.text.len(), |line| line.start);
        let end = self.lines.get(key.end).map_or(self.text.len(), |next| next.start);
        if self.text.get(..end).is_some_and(|before| before.ends_with('\n')) {
            return start..end;
        }
        let before = self.text.get(..start).unwrap_or_default();
        let before = before.strip_suffix('\n').unwrap_or(before);
        before.strip_suffix('\r').unwrap_or(before).len()..end
    }

    /// How much deeper the keys below a key stand.
    pub(super) fn unit(&self, key: &Key) -> Option<usize> {
        let below = self.lines.get(key.header + 1..key.end)?.iter().find(|line| line.kind == Kind::Said)?;
        below.indent.checked_sub(key.indent).filter(|unit| *unit > 0)
    }

    /// Inserts whole lines in front of a line, or behind the last one, whose newline stays away if it was.
    pub(super) fn insert(&self, changes: &mut Changes, line: usize, lines: &str) {
        if lines.is_empty() {
            return;
        }
        match self.lines.get(line) {
            Some(line) => changes.insert(line.start, lines),
            None if self.text.is_empty() || self.text.ends_with('\n') => changes.insert(self.text.len(), lines),
            None => {
                let nl = newline(self.text);
                changes.insert(self.text.len(), format!("{nl}{}", lines.trim_end_matches(['\n', '\r'])));
            }
        }
    }
}

fn is_list(line: &str) -> bool {
    let said = line.trim_start();
    said == "-" || said.starts_with("- ")
}

/// The key at the beginning of a line and where its colon ends, if the line begins with one.
fn key(line: &str, indent: usize) -> Option<(String, usize)> {
    let said = line.get(indent..)?;
    if is_list(said) {
        return None;
    }
    let (name, length) = match said.chars().next()? {
        quote @ ('"' | '\'') => {
            let end = said.get(1..)?.find(quote)? + 1;
            let name = said.get(1..end)?;
            // An escape in a key: not the one that is looked for.
            (name.to_owned(), end + 1)
        }
        '[' | '{' | '&' | '*' | '!' | '|' | '>' | '%' | '@' | '`' | '#' => return None,
        _ => {
            let bytes = said.as_bytes();
            let colon = said
                .char_indices()
                .find(|(at, c)| *c == ':' && bytes.get(at + 1).is_none_or(|next| matches!(next, b' ' | b'\t')))?;
            (said.get(..colon.0)?.trim_end().to_owned(), colon.0)
        }
    };
    let rest = said.get(length..)?;
    let blanks = rest.len() - rest.trim_start().len();
    let behind = rest.get(blanks..)?.strip_prefix(':')?;
    (behind.is_empty() || behind.starts_with([' ', '\t'])).then_some((name, indent + length + blanks + 1))
}

/// Where the value of a line begins: behind its dashes, its key and its blanks.
fn value_start(line: &str, indent: usize) -> usize {
    let mut at = indent;
    while line.get(at..).is_some_and(|rest| rest.starts_with("- ")) {
        at += 2;
        at += line.get(at..).map_or(0, |rest| rest.len() - rest.trim_start_matches(' ').len());
    }
    if let Some((_, colon)) = key(line, at) {
        at = colon;
    }
    at + line.get(at..).map_or(0, |rest| rest.len() - rest.trim_start_matches([' ', '\t']).len())
}

/// A value on one line without the comment behind it.
fn without_comment(rest: &str) -> &str {
    let mut quote = None;
    let mut previous = ' ';
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') if matches!(previous, ' ' | '\t' | '[' | '{' | ',') => quote = Some(c),
            (Some('"'), '"') if previous == '\\' => {}
            (Some(open), c) if c == open => quote = None,
            (None, '#') if previous.is_whitespace() => return rest.get(..at).unwrap_or_default(),
            _ => {}
        }
        previous = if previous == '\\' && c == '\\' { ' ' } else { c };
    }
    rest
}
