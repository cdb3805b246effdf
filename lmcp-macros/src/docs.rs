//! Doc comments: a function's description, its parameters' descriptions, and the `# Arguments` section.

use crate::errors::Errors;
use crate::model::{Param, Text};
use crate::nearest::{listed, nearest};
use crate::signature::plain;
use quote::ToTokens;
use syn::{Attribute, Expr, Lit, Meta};

/// The doc attributes of one item, in order.
pub(crate) struct Docs(Vec<Piece>);

enum Piece {
    Line(Line),
    /// `#[doc = include_str!("...")]` and its like.
    Expr(Expr),
}

struct Line {
    text: String,
    attr: Attribute,
}

/// Gathers doc comments, without the space that follows `///`.
pub(crate) fn read(attrs: &[Attribute]) -> Docs {
    let mut pieces = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("doc")) {
        let Meta::NameValue(meta) = &attr.meta else { continue };
        match crate::args::literal(&meta.value) {
            Some(Lit::Str(text)) => {
                let lines = lines(&text.value());
                pieces.extend(lines.into_iter().map(|text| Piece::Line(Line { text, attr: attr.clone() })));
            }
            _ => pieces.push(Piece::Expr(meta.value.clone())),
        }
    }
    Docs(pieces)
}

/// The lines of one doc attribute: one of `///`, many of `/** */`, whose stars and indentation go.
fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.len() < 2 {
        return vec![text.strip_prefix(' ').unwrap_or(text).trim_end().to_owned()];
    }
    let starred = lines[1..].iter().all(|line| line.trim().is_empty() || line.trim_start().starts_with('*'));
    if starred {
        for line in &mut lines[1..] {
            *line = line.trim_start().strip_prefix('*').unwrap_or_default();
        }
    }
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let common = lines[1..].iter().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or_default();
    let first = std::iter::once(lines[0].trim());
    let others = lines[1..].iter().map(|line| line.get(common..).unwrap_or_default().trim_end());
    first.chain(others).map(str::to_owned).collect()
}

impl Docs {
    /// All of it as one expression, if there is any.
    pub(crate) fn into_text(self) -> Option<Text> {
        (!self.0.is_empty()).then(|| text(self.0))
    }

    /// The function's description; what `# Arguments` says goes to the parameters.
    pub(crate) fn into_parts(self, params: &mut [Param], errors: &mut Errors) -> Text {
        let (kept, arguments) = split(self.0, errors);
        for argument in arguments {
            argument.describe(params, errors);
        }
        text(kept)
    }
}

/// Joins lines; expressions stay for themselves.
fn text(pieces: Vec<Piece>) -> Text {
    let mut parts = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Line(line) => lines.push(line.text),
            Piece::Expr(expr) => {
                if !lines.is_empty() {
                    parts.push((std::mem::take(&mut lines).join("\n") + "\n").to_token_stream());
                }
                parts.push(expr.to_token_stream());
                // The expression's line ends here.
                lines.push(String::new());
            }
        }
    }
    match lines.join("\n").trim_end() {
        "" => {}
        rest if parts.is_empty() => parts.push(rest.trim().to_token_stream()),
        rest => parts.push(rest.to_token_stream()),
    }
    Text(parts)
}

/// One entry of an `# Arguments` section.
struct Argument {
    name: String,
    text: String,
    attr: Attribute,
}

/// Takes the `# Arguments` section out.
fn split(pieces: Vec<Piece>, errors: &mut Errors) -> (Vec<Piece>, Vec<Argument>) {
    let mut section = Section::default();
    for piece in pieces {
        match piece {
            Piece::Line(line) => section.read(line, errors),
            Piece::Expr(_) => {
                section.inside = false;
                section.kept.push(piece);
            }
        }
    }
    (section.kept, section.arguments)
}

#[derive(Default)]
struct Section {
    kept: Vec<Piece>,
    arguments: Vec<Argument>,
    /// Between the heading and the next one.
    inside: bool,
    /// In an example.
    fenced: bool,
    /// The last entry goes on.
    open: bool,
    after_blank: bool,
}

impl Section {
    fn read(&mut self, line: Line, errors: &mut Errors) {
        let trimmed = line.text.trim().to_owned();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            self.fenced = !self.fenced;
        } else if let Some(heading) = heading(&trimmed).filter(|_| !self.fenced) {
            self.inside = heading.eq_ignore_ascii_case("arguments");
            self.open = false;
            if self.inside {
                return;
            }
        }
        if !self.inside {
            self.kept.push(Piece::Line(line));
            return;
        }
        let indented = line.text.starts_with("  ");
        if let Some(entry) = bullet(&line.text).filter(|_| !self.fenced) {
            let named = named(entry).map(|(name, text)| (name, text.to_owned()));
            self.open = named.is_some();
            match named {
                Some((name, text)) => self.arguments.push(Argument { name, text, attr: line.attr }),
                None => errors.add(
                    &line.attr,
                    "this entry of `# Arguments` names no parameter",
                    "write `* `name`: text`, or put the entry under another heading",
                ),
            }
        } else if trimmed.is_empty() {
            // One blank line is left where something was taken out.
            let is_blank = |piece: &Piece| matches!(piece, Piece::Line(line) if line.text.is_empty());
            if !self.kept.last().is_none_or(is_blank) {
                self.kept.push(Piece::Line(line));
            }
        } else if let Some(argument) = self.arguments.last_mut()
            && self.open
            && (indented || !self.after_blank)
        {
            argument.text.push('\n');
            argument.text.push_str(&trimmed);
        } else {
            self.open = false;
            self.kept.push(Piece::Line(line));
        }
        self.after_blank = trimmed.is_empty();
    }
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    (text.len() < line.len() && text.starts_with(' ')).then(|| text.trim())
}

fn bullet(line: &str) -> Option<&str> {
    let indent = line.len() - line.trim_start().len();
    let entry = ["* ", "- ", "+ "].iter().find_map(|mark| line.trim_start().strip_prefix(mark));
    entry.filter(|_| indent < 2).map(str::trim)
}

/// `` `name` - text ``, `` `name`: text ``, `name: text`, `name - text`.
fn named(entry: &str) -> Option<(String, &str)> {
    let (name, text) = match entry.strip_prefix('`') {
        Some(quoted) => quoted.split_once('`')?,
        None => {
            let end = entry.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(entry.len());
            let (name, text) = entry.split_at(end);
            (name, text.strip_prefix(':').or_else(|| text.strip_prefix(" -")).or_else(|| text.strip_prefix(" –"))?)
        }
    };
    let name = name.strip_prefix("r#").unwrap_or(name);
    let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_name.then(|| (name.to_owned(), text.trim_start_matches([' ', ':', '-', '–', '—'])))
}

impl Argument {
    fn describe(self, params: &mut [Param], errors: &mut Errors) {
        let Argument { name, text, attr } = self;
        let Some(index) = params.iter().position(|param| param.bound.iter().any(|ident| plain(ident) == name)) else {
            let names: Vec<String> = params.iter().flat_map(|param| param.bound.iter().map(plain)).collect();
            let write = match nearest(&name, names.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None if names.is_empty() => "take the entry out, or add the parameter".to_owned(),
                None => format!("take the entry out; the parameters are {}", listed(&names)),
            };
            errors.add(&attr, format!("`# Arguments` describes `{name}`, which is no parameter"), write);
            return;
        };
        let param = &mut params[index];
        if param.description.is_some() {
            errors.add(
                &attr,
                format!("the parameter `{name}` is described twice"),
                "keep this entry of `# Arguments`, or what stands at the parameter",
            );
        } else if !text.trim().is_empty() {
            let text = text.trim();
            param.description = Some(Text(vec![text.to_token_stream()]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{bullet, lines, named};

    #[test]
    fn comments_lose_their_marks_and_keep_their_shape() {
        assert_eq!(lines(" One line. "), ["One line."]);
        assert_eq!(lines("    code"), ["   code"]);
        assert_eq!(lines("* A block.\n *\n *   indented\n * flush\n "), ["* A block.", "", "  indented", "flush", ""]);
        assert_eq!(lines(" A block.\n\n    indented\n  flush"), ["A block.", "", "  indented", "flush"]);
    }

    #[test]
    fn entries_are_read_in_their_usual_forms() {
        for entry in
            ["* `city` - the city", "- `city`: the city", "* city: the city", "+ city - the city", "* `city` the city"]
        {
            let found = bullet(entry).and_then(named);
            assert_eq!(found, Some(("city".to_owned(), "the city")), "{entry}");
        }
        assert_eq!(bullet("* `r#type` — its type").and_then(named), Some(("type".to_owned(), "its type")));
        for entry in ["* the city", "* `the city` - where", "* city"] {
            assert_eq!(bullet(entry).and_then(named), None, "{entry}");
        }
        assert_eq!(bullet("    - nested"), None);
    }
}
