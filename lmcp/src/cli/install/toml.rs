//! An entry of a TOML file, a table of its own: found, written, taken out. A server that is written in another way, as an
//! inline table or with dotted keys, is refused.

use super::entry::{Item, Pair, Plan};
use super::text::{Changes, Refusal, line_end, line_start, newline};
use std::ops::Range;
use toml_parser::decoder::ScalarKind;
use toml_parser::parser::{Event, EventKind, RecursionGuard, ValidateWhitespace, parse_document};
use toml_parser::{ParseError, Raw, Source};

/// The keys of the table `[section.name]`, if there is one. Tables inside of it count as keys, and may be all there is.
pub(super) fn find(text: &str, section: &str, name: &str) -> Result<Option<Vec<Pair>>, Refusal> {
    let document = Document::parse(text)?;
    let entry = document.entry(section, name)?;
    let own = entry.and_then(|entry| document.tables.get(entry)).map_or([].as_slice(), |table| &table.pairs);
    let table = || Item::Other("{}".to_owned());
    let own = own.iter().filter_map(|pair| {
        let item = if pair.path.len() == 1 { pair.item.clone() } else { table() };
        Some((pair.path.first()?.clone(), item))
    });
    let inside = document.below(section, name).filter_map(|inside| Some((inside.path.get(2)?.clone(), table())));
    let pairs: Vec<Pair> = own.chain(inside).collect();
    Ok((entry.is_some() || !pairs.is_empty()).then_some(pairs))
}

/// The text with the plan carried out: on the table that is there, or on one that is not there yet, at the end.
pub(super) fn write(text: &str, section: &str, name: &str, plan: &Plan) -> Result<String, Refusal> {
    let document = Document::parse(text)?;
    let nl = newline(text);
    let line = |(key, item): &Pair| format!("{key} = {}", item.to_json());
    let Some(entry) = document.entry(section, name)? else {
        let lines: Vec<String> = plan.set.iter().map(line).collect();
        let table = format!("[{section}.{name}]{nl}{}", lines.join(nl));
        // A blank line in front, always; and a text that does not end its last line stays so. This way it is known
        // how to take the table out again.
        return Ok(match text {
            "" => format!("{table}{nl}"),
            text if text.ends_with('\n') => format!("{text}{nl}{table}{nl}"),
            text => format!("{text}{nl}{nl}{table}"),
        });
    };
    if !plan.drop.is_empty() {
        let rest = Plan { set: plan.set.clone(), drop: Vec::new() };
        return write(&document.without(entry, section, name, &plan.drop), section, name, &rest);
    }
    let mut changes = Changes::default();
    let table = &document.tables[entry];
    let mut missing = Vec::new();
    for (key, item) in &plan.set {
        match table.pairs.iter().find(|pair| pair.path == [key.as_str()]) {
            Some(pair) => changes.replace(pair.value.clone(), item.to_json()),
            None => missing.push(line(&(key.clone(), item.clone()))),
        }
    }
    if !missing.is_empty() {
        let end = line_end(text, table.header.end);
        let new = missing.join(nl);
        if text.get(..end).is_some_and(|before| before.ends_with('\n')) {
            changes.insert(end, new + nl);
        } else {
            changes.insert(end, nl.to_owned() + &new);
        }
    }
    Ok(changes.apply(text))
}

/// The text without the table and those inside of it, if it is there.
pub(super) fn remove(text: &str, section: &str, name: &str) -> Result<Option<String>, Refusal> {
    let document = Document::parse(text)?;
    let entry = document.entry(section, name)?.and_then(|entry| document.tables.get(entry));
    let mut tables = entry.into_iter().chain(document.below(section, name)).peekable();
    if tables.peek().is_none() {
        return Ok(None);
    }
    let mut changes = Changes::default();
    for table in tables {
        changes.remove(document.block(table));
    }
    Ok(Some(changes.apply(text)))
}

/// How deep values may be in each other.
const DEPTH: u32 = 80;

/// `[path]` and what stands below it. The first one is the file's beginning, which has no header.
#[derive(Default)]
struct Table {
    path: Vec<String>,
    header: Range<usize>,
    /// It is `[[path]]`.
    list: bool,
    pairs: Vec<Assignment>,
}

/// `path = value`.
struct Assignment {
    path: Vec<String>,
    start: usize,
    value: Range<usize>,
    item: Item,
}

/// A text that was read, and where everything stands in it.
struct Document<'t> {
    text: &'t str,
    tables: Vec<Table>,
}

impl<'t> Document<'t> {
    fn parse(text: &'t str) -> Result<Self, Refusal> {
        let source = Source::new(text);
        let tokens = source.lex().into_vec();
        let mut events: Vec<Event> = Vec::new();
        let mut errors: Vec<ParseError> = Vec::new();
        let mut guard = RecursionGuard::new(&mut events, DEPTH);
        parse_document(&tokens, &mut ValidateWhitespace::new(&mut guard, source), &mut errors);
        let mut reader = Reader { text, errors, tables: vec![Table::default()], path: Vec::new() };
        let mut events = events.iter().filter(|event| !is_blank(event));
        while let Some(event) = events.next() {
            reader.read(event, &mut events);
        }
        let place = |error: &ParseError| error.unexpected().or(error.context()).map_or(0, |span| span.start());
        match reader.errors.iter().min_by_key(|error| place(error)) {
            Some(error) => Err(Refusal::at(text, place(error), error.description())),
            None => Ok(Document { text, tables: reader.tables }),
        }
    }

    /// Where `[section.name]` stands, unless the server is there in a way that is not understood here.
    fn entry(&self, section: &str, name: &str) -> Result<Option<usize>, Refusal> {
        let entry = [section, name];
        let refuse = |place, why: &str| Err(Refusal::at(self.text, place, why));
        let mut found = None;
        for (at, table) in self.tables.iter().enumerate() {
            if table.list && (table.path == entry || table.path == [section]) {
                return refuse(table.header.start, "a table is expected here, and not a list of them");
            }
            if table.path == entry && found.replace(at).is_some() {
                return refuse(table.header.start, "this table is here a second time");
            }
            if table.path.starts_with(&entry.map(str::to_owned)) {
                continue;
            }
            for pair in &table.pairs {
                let whole: Vec<&str> = table.path.iter().chain(&pair.path).map(String::as_str).collect();
                if whole == [section] || whole.starts_with(&entry) {
                    let why = format!("only a table of its own can be changed here: `[{section}.{name}]`");
                    return refuse(pair.start, &why);
                }
            }
        }
        Ok(found)
    }

    /// The tables inside of the entry.
    fn below(&self, section: &str, name: &str) -> impl Iterator<Item = &Table> {
        let entry = [section.to_owned(), name.to_owned()];
        self.tables.iter().filter(move |table| table.path.len() > 2 && table.path.starts_with(&entry))
    }

    /// The text without these keys of the entry, whether they are values or tables.
    fn without(&self, entry: usize, section: &str, name: &str, keys: &[String]) -> String {
        let mut changes = Changes::default();
        let pairs = self.tables.get(entry).map_or([].as_slice(), |table| &table.pairs);
        for pair in pairs.iter().filter(|pair| pair.path.first().is_some_and(|key| keys.contains(key))) {
            changes.remove(self.lines(pair));
        }
        for table in self.below(section, name) {
            if table.path.get(2).is_some_and(|key| keys.contains(key)) {
                changes.remove(self.block(table));
            }
        }
        changes.apply(self.text)
    }

    /// The lines of an assignment, with their newline and what is said behind it.
    fn lines(&self, pair: &Assignment) -> Range<usize> {
        self.whole_lines(line_start(self.text, pair.start), line_end(self.text, pair.value.end))
    }

    /// These lines with their last newline, or with the one in front where the text ends without.
    fn whole_lines(&self, start: usize, end: usize) -> Range<usize> {
        let ended = self.text.get(start..end).is_some_and(|lines| lines.ends_with('\n'));
        let start = if ended { start } else { self.previous_end(start).unwrap_or(start) };
        start..end
    }

    /// Where the line in front of this beginning of one ends, if there is one: before its newline.
    fn previous_end(&self, start: usize) -> Option<usize> {
        let before = self.text.get(..start)?.strip_suffix('\n')?;
        Some(before.strip_suffix('\r').unwrap_or(before).len())
    }

    /// The lines of a table: from its header, with a blank line in front of it, to its last value.
    fn block(&self, table: &Table) -> Range<usize> {
        let last = table.pairs.last().map_or(table.header.end, |pair| pair.value.end);
        let mut start = line_start(self.text, table.header.start);
        // A blank line ends where it begins.
        if let Some(before) = self.previous_end(start).filter(|end| line_start(self.text, *end) == *end) {
            start = before;
        }
        self.whole_lines(start, line_end(self.text, last))
    }
}

/// What is not looked at.
fn is_blank(event: &Event) -> bool {
    matches!(event.kind(), EventKind::Whitespace | EventKind::Comment | EventKind::Newline | EventKind::Error)
}

/// Makes tables of events.
struct Reader<'t> {
    text: &'t str,
    errors: Vec<ParseError>,
    tables: Vec<Table>,
    /// The keys read last, joined by dots.
    path: Vec<String>,
}

impl<'t> Reader<'t> {
    fn read<'e>(&mut self, event: &Event, events: &mut impl Iterator<Item = &'e Event>) {
        let span = event.span();
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                self.path.clear();
                let list = event.kind() == EventKind::ArrayTableOpen;
                self.tables.push(Table { header: span.start()..span.end(), list, ..Table::default() });
            }
            EventKind::StdTableClose | EventKind::ArrayTableClose => {
                let path = std::mem::take(&mut self.path);
                if let Some(table) = self.tables.last_mut() {
                    table.path = path;
                    table.header.end = span.end();
                }
            }
            EventKind::SimpleKey => {
                let key = self.key(event);
                if self.path.is_empty() {
                    let pair = Assignment { path: Vec::new(), start: span.start(), value: 0..0, item: Item::Empty };
                    let in_header =
                        self.tables.last().is_some_and(|table| table.path.is_empty() && table.header.end != 0);
                    if let (false, Some(table)) = (in_header, self.tables.last_mut()) {
                        table.pairs.push(pair);
                    }
                }
                self.path.push(key);
            }
            EventKind::KeyValSep => {
                let path = std::mem::take(&mut self.path);
                let (value, item) = self.value(events);
                if let Some(pair) = self.tables.last_mut().and_then(|table| table.pairs.last_mut()) {
                    (pair.path, pair.value, pair.item) = (path, value, item);
                }
            }
            _ => {}
        }
    }

    fn raw(&self, event: &Event) -> Raw<'t> {
        let span = event.span();
        Raw::new_unchecked(self.text.get(span.start()..span.end()).unwrap_or_default(), event.encoding(), span)
    }

    fn key(&mut self, event: &Event) -> String {
        let mut key = std::borrow::Cow::Borrowed("");
        self.raw(event).decode_key(&mut key, &mut self.errors);
        key.into_owned()
    }

    /// A whole value, with all that is inside of it.
    fn value<'e>(&mut self, events: &mut impl Iterator<Item = &'e Event>) -> (Range<usize>, Item) {
        let mut depth = 0_usize;
        let mut range: Option<Range<usize>> = None;
        let mut item = Item::Empty;
        for event in events {
            let span = event.span();
            let whole = range.get_or_insert(span.start()..span.end());
            whole.end = span.end();
            match event.kind() {
                EventKind::ArrayOpen | EventKind::InlineTableOpen => depth += 1,
                EventKind::ArrayClose | EventKind::InlineTableClose => depth = depth.saturating_sub(1),
                EventKind::Scalar => {
                    let scalar = self.scalar(event);
                    item = if depth == 0 { scalar } else { Item::Other(String::new()) };
                }
                EventKind::SimpleKey => drop(self.key(event)),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        let range = range.unwrap_or_default();
        let raw = self.text.get(range.clone()).unwrap_or_default();
        let item = match item {
            Item::Empty if raw.starts_with('[') => Item::Empty,
            Item::Empty | Item::Other(_) => Item::Other(raw.to_owned()),
            item => item,
        };
        (range, item)
    }

    fn scalar(&mut self, event: &Event) -> Item {
        let mut text = std::borrow::Cow::Borrowed("");
        match self.raw(event).decode_scalar(&mut text, &mut self.errors) {
            ScalarKind::String => Item::Text(text.into_owned()),
            ScalarKind::Boolean(flag) => Item::Flag(flag),
            _ => text.parse().map_or_else(|_| Item::Other(text.clone().into_owned()), Item::Number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format::Toml;
    use super::super::tests::{installed, refused, replaced, there_and_back};

    const KEY: &str = "mcp_servers";
    const CALC: &str = "[mcp_servers.calc]\ncommand = \"/bin/calc\"";

    #[test]
    fn at_the_end_of_any_text() {
        for before in [
            "model = \"o3\" # the usual\n",
            "model = \"o3\"",
            "# nothing\n",
            "a = 1\n\n\n",
            "[mcp_servers]\n",
            "[mcp_servers.\"calc.x\"]\ncommand = '''\n[mcp_servers.calc]\n'''\n",
            "mcp_servers.other.command = \"x\"\n",
            "[[history]]\nx = 1\n[calc]\nmcp_servers = 1\n[x.mcp_servers.calc]\ny = [\n  1, # one\n]\n",
        ] {
            let after = match before.ends_with('\n') {
                true => format!("{before}\n{CALC}\n"),
                false => format!("{before}\n\n{CALC}"),
            };
            there_and_back(Toml, KEY, before, &after);
            let crlf = |text: &str| text.replace('\n', "\r\n");
            if before.contains('\n') {
                there_and_back(Toml, KEY, &crlf(before), &crlf(&after));
            }
        }
        there_and_back(Toml, KEY, "", &format!("{CALC}\n"));
        assert_eq!(installed(Toml, KEY, "\u{feff}a = 1\n"), format!("\u{feff}a = 1\n\n{CALC}\n"));
    }

    #[test]
    fn out_of_the_middle_with_all_that_is_inside() {
        let before = "# top\na = 1\n\n[mcp_servers.calc]\ncommand = \"x\" # here\nargs = [\n  \"a\",\n]\n\n\
                      [mcp_servers.calc.env]\nA = \"1\"\n# of the next\n[mcp_servers.other]\ncommand = \"y\"\n\n\
                      [mcp_servers.calc.tools.add]\nz = 1\n";
        let after = "# top\na = 1\n# of the next\n[mcp_servers.other]\ncommand = \"y\"\n";
        assert_eq!(super::remove(before, KEY, "calc").expect("it reads").as_deref(), Some(after));
    }

    #[test]
    fn what_was_added_by_hand_stays() {
        let before = "[mcp_servers.calc]\n# mine\nargs = [\"-v\"]\ncommand = '/old/calc' # moved\nenv.A = \"1\"\n";
        let after = before.replace("'/old/calc'", "\"/bin/calc\"");
        assert_eq!(replaced(Toml, KEY, before, "/old/calc"), after);
        let headers = "enabled = false\n[mcp_servers.calc.http_headers]\nA = \"1\"";
        let before = format!("[mcp_servers . 'calc']\nurl = \"http://h\"\n{headers}");
        let after = format!("[mcp_servers . 'calc']\ncommand = \"/bin/calc\"\n{headers}");
        assert_eq!(replaced(Toml, KEY, &before, "http://h"), after);
        let before = "[mcp_servers.calc]\ncommand = \"npx\"\nargs = [\"x\"]\nstartup_timeout_sec = 20\n";
        let after = "[mcp_servers.calc]\ncommand = \"/bin/calc\"\nstartup_timeout_sec = 20\n";
        assert_eq!(replaced(Toml, KEY, before, "npx"), after);
        assert_eq!(replaced(Toml, KEY, "[mcp_servers.calc]\nurl = \"x\"", "x"), CALC);
        assert_eq!(replaced(Toml, KEY, "[mcp_servers.calc]", "neither a command nor a URL"), CALC);
    }

    #[test]
    fn a_table_inside_goes_with_its_key() {
        let entry = super::super::entry::Entry { drop: vec!["env"], ..Default::default() };
        let text = "[mcp_servers.calc]\nurl = \"h\"\n\n[mcp_servers.calc.env]\nA = \"1\"\n\n[z]\n";
        let written = super::super::written(Toml, text, KEY, "calc", &entry);
        let (after, _) = written.expect("it reads").expect("there is a table");
        assert_eq!(after, "[mcp_servers.calc]\nurl = \"h\"\n\n[z]\n");
    }

    #[test]
    fn texts_that_are_left_alone() {
        let refused = |text: &str, why: &str| refused(Toml, KEY, text, why);
        refused("a = 1\n[x\n", "line 2, column 3: unclosed table");
        refused("a = tru\n", "line 1, column 5: invalid boolean");
        refused("a = \"\\q\"\n", "line 1, column 7: missing escaped value");
        let why = "only a table of its own can be changed here: `[mcp_servers.calc]`";
        refused("mcp_servers = { calc = { command = \"x\" } }\n", &format!("line 1, column 1: {why}"));
        refused("[mcp_servers]\n calc = { command = \"x\" }\n", &format!("line 2, column 2: {why}"));
        refused("mcp_servers.calc.command = \"x\"\n", &format!("line 1, column 1: {why}"));
        let deep = format!("a = {}", "[".repeat(10_000));
        refused(&deep, "line 1, column 85: cannot recurse further; max recursion depth met");
        refused("[[mcp_servers]]\n", "line 1, column 1: a table is expected here, and not a list of them");
        let twice = "[mcp_servers.calc]\n[a]\n[mcp_servers.calc]\n";
        refused(twice, "line 3, column 1: this table is here a second time");
    }
}
