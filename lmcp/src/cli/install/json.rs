//! An entry of a JSON file, with comments and trailing commas or without: found, written, taken out.

use super::entry::{Item, Pair, Plan};
use super::text::{BOM, Changes, Refusal, indentation, line_start, newline};
use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::tokens::{Token, TokenAndRange};
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

/// The keys of the entry `name` in the object `section` of the file, if there is one.
pub(super) fn find(text: &str, section: &str, name: &str) -> Result<Option<Vec<Pair>>, Refusal> {
    let document = Document::parse(text)?;
    let Some(entry) = document.entry(section, name)? else { return Ok(None) };
    let pair = |property: &ObjectProp| (property.name.as_str().to_owned(), document.item(&property.value));
    Ok(Some(entry.properties.iter().map(pair).collect()))
}

/// The text with the plan carried out: on the entry that is there, or on one that is not there yet.
pub(super) fn write(text: &str, section: &str, name: &str, plan: &Plan) -> Result<String, Refusal> {
    let mut text = text.to_owned();
    for key in &plan.drop {
        let document = Document::parse(&text)?;
        let Some(entry) = document.entry(section, name)? else { continue };
        text = document.without(entry, key)?;
    }
    let document = Document::parse(&text)?;
    if let Some(entry) = document.entry(section, name)? {
        return document.with(entry, &plan.set);
    }
    let entry = Node::Object(vec![(name.to_owned(), leaves(&plan.set))]);
    let Node::Object(entries) = &entry else { return Ok(text) };
    Ok(match (&document.root, document.section(section)?) {
        (_, Some(section)) => document.append(section, entries),
        (Some(Value::Object(root)), None) => document.append(root, &[(section.to_owned(), entry)]),
        _ => document.begin(&Node::Object(vec![(section.to_owned(), entry)])),
    })
}

/// The text without the entry, if it is there.
pub(super) fn remove(text: &str, section: &str, name: &str) -> Result<Option<String>, Refusal> {
    let document = Document::parse(text)?;
    let Some(section) = document.section(section)? else { return Ok(None) };
    if document.property(section, name)?.is_none() {
        return Ok(None);
    }
    document.without(section, name).map(Some)
}

/// What is written.
enum Node {
    Leaf(Item),
    Object(Vec<(String, Node)>),
}

fn leaves(pairs: &[Pair]) -> Node {
    Node::Object(pairs.iter().map(|(key, item)| (key.clone(), Node::Leaf(item.clone()))).collect())
}

/// A text that was read, and where everything stands in it.
struct Document<'t> {
    text: &'t str,
    /// What is read: the text behind its byte order mark.
    json: &'t str,
    /// The length of that mark.
    offset: usize,
    root: Option<Value<'t>>,
    tokens: Vec<TokenAndRange<'t>>,
}

impl<'t> Document<'t> {
    fn parse(text: &'t str) -> Result<Self, Refusal> {
        let json = text.strip_prefix(BOM).unwrap_or(text);
        // What the clients that take more than JSON have in common.
        let options = ParseOptions {
            allow_comments: true,
            allow_trailing_commas: true,
            allow_loose_object_property_names: false,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        let collect = CollectOptions { comments: CommentCollectionStrategy::AsTokens, tokens: true };
        let parsed = parse_to_ast(json, &collect, &options).map_err(|e| Refusal {
            line: e.line_display(),
            column: e.column_display(),
            why: lower(e.kind()),
        })?;
        let offset = text.len() - json.len();
        let document = Document { text, json, offset, root: parsed.value, tokens: parsed.tokens.unwrap_or_default() };
        match &document.root {
            None | Some(Value::Object(_)) => Ok(document),
            Some(other) => Err(document.refuse(other.start(), "an object is expected here")),
        }
    }

    fn refuse(&self, place: usize, why: impl Into<String>) -> Refusal {
        Refusal::at(self.json, place, why)
    }

    /// The changed text, with the mark in front again.
    fn apply(&self, changes: Changes) -> String {
        self.text.get(..self.offset).unwrap_or_default().to_owned() + &changes.apply(self.json)
    }

    /// The one property of this name.
    fn property<'d>(&'d self, object: &'d Object<'t>, name: &str) -> Result<Option<&'d ObjectProp<'t>>, Refusal> {
        let mut named = object.properties.iter().filter(|property| property.name.as_str() == name);
        let first = named.next();
        match named.next() {
            Some(second) => Err(self.refuse(second.start(), format!("{name:?} is here a second time"))),
            None => Ok(first),
        }
    }

    /// The object that stands behind this name.
    fn object<'d>(&'d self, object: &'d Object<'t>, name: &str) -> Result<Option<&'d Object<'t>>, Refusal> {
        match self.property(object, name)?.map(|property| &property.value) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(other) => Err(self.refuse(other.start(), format!("{name:?} is expected to be an object"))),
        }
    }

    fn section(&self, section: &str) -> Result<Option<&Object<'t>>, Refusal> {
        match &self.root {
            Some(Value::Object(root)) => self.object(root, section),
            _ => Ok(None),
        }
    }

    fn entry(&self, section: &str, name: &str) -> Result<Option<&Object<'t>>, Refusal> {
        self.section(section)?.map_or(Ok(None), |section| self.object(section, name))
    }

    fn item(&self, value: &Value) -> Item {
        match value {
            Value::StringLit(text) => Item::Text(text.value.clone().into_owned()),
            Value::BooleanLit(flag) => Item::Flag(flag.value),
            Value::Array(array) if array.elements.is_empty() => Item::Empty,
            Value::NumberLit(number) => {
                number.value.parse().map_or_else(|_| Item::Other(number.value.to_owned()), Item::Number)
            }
            other => Item::Other(other.text(self.json).to_owned()),
        }
    }

    /// The first token from here on, comments aside.
    fn token_from(&self, place: usize) -> Option<&TokenAndRange<'t>> {
        self.tokens.iter().find(|token| token.range.start >= place && !is_comment(token))
    }

    /// Behind the comma that follows, if one does.
    fn comma_from(&self, place: usize) -> Option<usize> {
        self.token_from(place).filter(|token| token.token == Token::Comma).map(|token| token.range.end)
    }

    /// Behind the comments that follow on the same line, if there are any and nothing else follows there.
    fn comments_from(&self, place: usize) -> Option<usize> {
        let mut end = None;
        for token in self.tokens.iter().filter(|token| token.range.start >= place) {
            let gap = self.json.get(end.unwrap_or(place)..token.range.start).unwrap_or_default();
            if gap.contains('\n') {
                break;
            }
            if !is_comment(token) {
                return None;
            }
            end = Some(token.range.end);
        }
        end
    }

    /// Behind whatever stands before this place, blanks aside.
    fn end_before(&self, place: usize) -> usize {
        self.tokens.iter().take_while(|token| token.range.end <= place).last().map_or(0, |token| token.range.end)
    }

    /// What one level of indentation is: as in the first line that is indented.
    fn unit(&self) -> &'t str {
        let indents = |line: &&str| line.starts_with([' ', '\t']) && !line.trim().is_empty();
        let Some(line) = self.json.lines().find(indents) else { return "  " };
        indentation(line, 0)
    }

    /// A text that has no value yet gets one, behind its comments.
    fn begin(&self, node: &Node) -> String {
        let nl = newline(self.json);
        let gap = if self.json.is_empty() || self.json.ends_with('\n') { "" } else { nl };
        let mut out = self.text.to_owned() + gap;
        node.render(&mut out, "", self.unit(), nl);
        out + nl
    }

    /// Appends properties to an object, in the style of the last one that is there.
    fn append(&self, object: &Object, properties: &[(String, Node)]) -> String {
        let mut changes = Changes::default();
        let (open, close) = (object.range.start, object.range.end - 1);
        let (nl, base, unit) = (newline(self.json), indentation(self.json, open), self.unit());
        let Some(last) = object.properties.last() else {
            let indent = format!("{base}{unit}");
            let written = render_all(properties, &indent, unit, nl);
            let end = self.end_before(close);
            let rest = self.json.get(end..close).unwrap_or_default();
            if end > open + 1 && rest.contains('\n') {
                // Comments: the properties follow them.
                changes.insert(end, format!("{nl}{indent}{written}"));
            } else {
                changes.replace(end..close, format!("{nl}{indent}{written}{nl}{base}"));
            }
            return self.apply(changes);
        };
        let end = last.end();
        let comma = self.comma_from(end);
        if !self.json.get(open..end).is_some_and(|inside| inside.contains('\n')) {
            let written: Vec<String> = properties.iter().map(|(key, node)| node.compact(key)).collect();
            match comma {
                Some(comma) => changes.insert(comma, format!(" {},", written.join(", "))),
                None => changes.insert(end, format!(", {}", written.join(", "))),
            }
            return self.apply(changes);
        }
        let start = last.start();
        let own_line = self.json.get(line_start(self.json, start)..start).is_some_and(|blank| blank.trim().is_empty());
        let indent = if own_line { indentation(self.json, start).to_owned() } else { format!("{base}{unit}") };
        let written = render_all(properties, &indent, unit, nl);
        match comma {
            Some(comma) => {
                let behind = self.comments_from(comma).unwrap_or(comma);
                changes.insert(behind, format!("{nl}{indent}{written},"));
            }
            None => {
                changes.insert(end, ",");
                let behind = self.comments_from(end).unwrap_or(end);
                changes.insert(behind, format!("{nl}{indent}{written}"));
            }
        }
        self.apply(changes)
    }

    /// The entry with these values, in place where its keys are there already.
    fn with(&self, entry: &Object, pairs: &[Pair]) -> Result<String, Refusal> {
        let mut changes = Changes::default();
        let mut missing = Vec::new();
        for (key, item) in pairs {
            match self.property(entry, key)? {
                Some(property) => changes.replace(property.value.start()..property.value.end(), item.to_json()),
                None => missing.push((key.clone(), Node::Leaf(item.clone()))),
            }
        }
        if missing.is_empty() {
            return Ok(self.apply(changes));
        }
        // What is missing first: it stands behind everything that changes in place, and moves nothing of it.
        let appended = self.append(entry, &missing);
        let document = Document::parse(&appended)?;
        Ok(document.apply(changes))
    }

    /// The text without this property: the inverse of [`append`](Self::append). Comments stay.
    fn without(&self, object: &Object, name: &str) -> Result<String, Refusal> {
        let mut changes = Changes::default();
        let Some(property) = self.property(object, name)? else { return Ok(self.text.to_owned()) };
        let (start, end) = (property.start(), property.end());
        let (open, close) = (object.range.start, object.range.end - 1);
        let comma = self.comma_from(end);
        let stop = comma.unwrap_or(end);
        let before = self.end_before(start);
        let after = self.tokens.iter().find(|token| token.range.start >= stop).map_or(close, |next| next.range.start);
        if before == open + 1 && after == close {
            changes.remove(before..close);
            return Ok(self.apply(changes));
        }
        // A comment behind it on a line of its own stays there; on any other line it is another one's.
        let own_line = self.json.get(before..start).is_some_and(|gap| gap.contains('\n'));
        let own_comment = own_line && self.comments_from(stop).is_some();
        // What follows must not end up in a line comment.
        let in_comment = self.tokens.iter().any(|t| t.range.end == before && matches!(t.token, Token::CommentLine(_)))
            && !self.json.get(stop..after).is_some_and(|gap| gap.contains('\n'));
        if own_comment || in_comment {
            let blanks = self.json.get(stop..after).unwrap_or_default().chars().take_while(|c| matches!(c, ' ' | '\t'));
            changes.remove(start..stop + blanks.count());
        } else {
            changes.remove(before..stop);
        }
        if comma.is_none() && object.properties.first().is_some_and(|first| first.start() < start) {
            let previous = object.properties.iter().rev().find(|other| other.end() <= start);
            if let Some(comma) = previous.and_then(|previous| self.comma_from(previous.end())) {
                if comma == before && !(own_comment || in_comment) {
                    // Both at once: two changes must not touch.
                    changes = Changes::default();
                    changes.remove(comma - 1..stop);
                } else {
                    changes.remove(comma - 1..comma);
                }
            }
        }
        Ok(self.apply(changes))
    }
}

fn is_comment(token: &TokenAndRange) -> bool {
    matches!(token.token, Token::CommentLine(_) | Token::CommentBlock(_))
}

/// A message in the middle of a sentence.
fn lower(message: &impl ToString) -> String {
    let message = message.to_string();
    let mut chars = message.chars();
    chars.next().map(|first| first.to_lowercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

fn quoted(text: &str) -> String {
    Item::Text(text.to_owned()).to_json()
}

fn render_all(properties: &[(String, Node)], indent: &str, unit: &str, nl: &str) -> String {
    let mut out = String::new();
    for (at, (key, node)) in properties.iter().enumerate() {
        if at > 0 {
            out.push_str(&format!(",{nl}{indent}"));
        }
        out.push_str(&format!("{}: ", quoted(key)));
        node.render(&mut out, indent, unit, nl);
    }
    out
}

impl Node {
    fn render(&self, out: &mut String, indent: &str, unit: &str, nl: &str) {
        match self {
            Node::Leaf(item) => out.push_str(&item.to_json()),
            Node::Object(properties) => {
                let inner = format!("{indent}{unit}");
                let written = render_all(properties, &inner, unit, nl);
                out.push_str(&format!("{{{nl}{inner}{written}{nl}{indent}}}"));
            }
        }
    }

    fn compact(&self, key: &str) -> String {
        match self {
            Node::Leaf(item) => format!("{}: {}", quoted(key), item.to_json()),
            Node::Object(properties) => {
                let inner: Vec<String> = properties.iter().map(|(key, node)| node.compact(key)).collect();
                format!("{}: {{ {} }}", quoted(key), inner.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format::Json;
    use super::super::tests::{installed, refused, replaced, there_and_back};

    const KEY: &str = "mcpServers";

    #[test]
    fn texts_with_nothing_in_them() {
        let fresh = "{\n  \"mcpServers\": {\n    \"calc\": {\n      \"command\": \"/bin/calc\"\n    }\n  }\n}\n";
        assert_eq!(installed(Json, KEY, ""), fresh);
        assert_eq!(installed(Json, KEY, "\n"), format!("\n{fresh}"));
        assert_eq!(installed(Json, KEY, "{}"), fresh.trim_end());
        assert_eq!(installed(Json, KEY, "{}\n"), fresh);
        assert_eq!(installed(Json, KEY, "\u{feff}{}"), format!("\u{feff}{}", fresh.trim_end()));
        assert_eq!(installed(Json, KEY, "// mine"), format!("// mine\n{fresh}"));
        assert_eq!(installed(Json, KEY, "{\r\n}\r\n"), fresh.replace('\n', "\r\n"));
        let empty = "{\n  \"mcpServers\": {}\n}\n";
        there_and_back(Json, KEY, empty, fresh);
    }

    #[test]
    fn the_first_server_of_a_file() {
        there_and_back(
            Json,
            KEY,
            "{\n\t\"theme\": \"dark\", // at night\n\t\"mcpServers\": {},\n\t\"z\": [1,2]\n}",
            "{\n\t\"theme\": \"dark\", // at night\n\t\"mcpServers\": {\n\t\t\"calc\": {\n\t\t\t\"command\": \
             \"/bin/calc\"\n\t\t}\n\t},\n\t\"z\": [1,2]\n}",
        );
        there_and_back(
            Json,
            KEY,
            "{\n  \"mcpServers\": {\n    // none yet\n  }\n}\n",
            "{\n  \"mcpServers\": {\n    // none yet\n    \"calc\": {\n      \"command\": \"/bin/calc\"\n    }\n  }\n}\n",
        );
        let before =
            "{\n    \"a\": 1,\n    // last\n    \"b\": {\"mcpServers\": {\"calc\": 1}} /* x */ // y\n    // end\n}\n";
        let after = "{\n    \"a\": 1,\n    // last\n    \"b\": {\"mcpServers\": {\"calc\": 1}}, /* x */ // y\n    \
                     \"mcpServers\": {\n        \"calc\": {\n            \"command\": \"/bin/calc\"\n        }\n    }\n    \
                     // end\n}\n";
        assert_eq!(installed(Json, KEY, before), after);
    }

    #[test]
    fn beside_other_servers() {
        there_and_back(
            Json,
            KEY,
            "{\r\n  \"mcpServers\": {\r\n    \"é\": {\"command\": \"x\"} // mine\r\n  }\r\n}",
            "{\r\n  \"mcpServers\": {\r\n    \"é\": {\"command\": \"x\"}, // mine\r\n    \"calc\": {\r\n      \"command\": \
             \"/bin/calc\"\r\n    }\r\n  }\r\n}",
        );
        there_and_back(
            Json,
            KEY,
            "{\n  \"mcpServers\": {\n    \"a\": {\"command\": \"x\"}, // with a comma\n  },\n}\n",
            "{\n  \"mcpServers\": {\n    \"a\": {\"command\": \"x\"}, // with a comma\n    \"calc\": {\n      \"command\": \
             \"/bin/calc\"\n    },\n  },\n}\n",
        );
        there_and_back(
            Json,
            KEY,
            "{\"mcpServers\": {\"a\": {\"command\": \"x\"}}, \"calc\": 1}",
            "{\"mcpServers\": {\"a\": {\"command\": \"x\"}, \"calc\": { \"command\": \"/bin/calc\" }}, \"calc\": 1}",
        );
        there_and_back(
            Json,
            KEY,
            "\u{feff}{ \"mcpServers\": { \"a\": {}, } }",
            "\u{feff}{ \"mcpServers\": { \"a\": {}, \"calc\": { \"command\": \"/bin/calc\" }, } }",
        );
    }

    #[track_caller]
    fn out_of(before: &str, after: &str) {
        let back = super::remove(before, KEY, "calc").expect("it reads").expect("it is there");
        assert_eq!(back, after);
        super::find(&back, KEY, "calc").expect("it still reads");
    }

    #[test]
    fn out_of_every_place() {
        out_of("{\"mcpServers\":{\"calc\":{},\"b\":{}}}", "{\"mcpServers\":{\"b\":{}}}");
        out_of("{\"mcpServers\":{\"a\":{},\"calc\":{},\"b\":{}}}", "{\"mcpServers\":{\"a\":{},\"b\":{}}}");
        out_of("{\"mcpServers\":{\"a\":{}\n,\"calc\":{}}}", "{\"mcpServers\":{\"a\":{}\n}}");
        out_of(
            "{\"mcpServers\": {\n  // of calc\n  \"calc\": {\n    // inside\n  }, // too\n  \"b\": {}\n}}",
            "{\"mcpServers\": {\n  // of calc\n  // too\n  \"b\": {}\n}}",
        );
        out_of(
            "{\"mcpServers\": {\n  \"a\": {}, // of a\n  \"calc\": {} // of calc\n}}",
            "{\"mcpServers\": {\n  \"a\": {} // of a\n  // of calc\n}}",
        );
        out_of(
            "{\"mcpServers\": {\n  \"a\": {}, // of a\n  \"calc\": {} }}",
            "{\"mcpServers\": {\n  \"a\": {} // of a\n  }}",
        );
        out_of("{\"mcpServers\": { // only\n  \"calc\": {}\n}}", "{\"mcpServers\": { // only\n}}");
    }

    #[test]
    fn what_was_added_by_hand_stays() {
        let before = "{\n  \"mcpServers\": {\n    \"calc\": {\n      \"command\": \"/old/calc\", // here\n      \"args\": \
                      [\"-v\"],\n      \"env\": { \"A\": \"1\" }\n    }\n  }\n}";
        assert_eq!(replaced(Json, KEY, before, "/old/calc"), before.replace("/old/calc", "/bin/calc"));
        let before =
            "{\"mcpServers\": {\n  \"calc\": {\n    \"url\": \"http://h\",\n    \"headers\": {\"A\": \"1\"}\n  }\n}}";
        let after = "{\"mcpServers\": {\n  \"calc\": {\n    \"headers\": {\"A\": \"1\"},\n    \"command\": \
                     \"/bin/calc\"\n  }\n}}";
        assert_eq!(replaced(Json, KEY, before, "http://h"), after);
        let before = "{\"mcpServers\": {\"calc\": {\"command\": \"npx\", \"args\": [\"-y\", \"calc\"]}}}";
        assert_eq!(replaced(Json, KEY, before, "npx"), "{\"mcpServers\": {\"calc\": {\"command\": \"/bin/calc\"}}}");
    }

    #[test]
    fn texts_that_are_left_alone() {
        let refused = |text: &str, why: &str| refused(Json, KEY, text, why);
        refused("{\"a\": 1", "line 1, column 1: unterminated object");
        refused("\u{feff}{\n \"é\" 1}", "line 2, column 6: expected colon after the string or word in object property");
        refused("{\"a\":1 \"b\":2}", "line 1, column 7: expected comma");
        refused("[]", "line 1, column 1: an object is expected here");
        refused("{\"mcpServers\": []}", "line 1, column 16: \"mcpServers\" is expected to be an object");
        refused("{\"mcpServers\":{},\n \"mcpServers\":{}}", "line 2, column 2: \"mcpServers\" is here a second time");
        let twice = "{\"mcpServers\":{\"calc\":{},\"calc\":{}}}";
        refused(twice, "line 1, column 26: \"calc\" is here a second time");
        let not_an_object = super::find("{\"mcpServers\":{\"calc\":null}}", KEY, "calc").expect_err("it is null");
        assert_eq!(not_an_object.to_string(), "line 1, column 23: \"calc\" is expected to be an object");
    }
}
