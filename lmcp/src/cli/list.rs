//! `list`: what the server offers, as tables for people or as JSON for programs.

use super::signature;
use super::text::{Look, first_sentence, visible};
use super::width;
use super::{Report, json, missing};
use crate::ProtocolVersion;
use crate::outcome::Listed;
use crate::registry::Catalog;
use crate::registry::collect::Kind;
use crate::registry::item::Common;
use crate::registry::view::View;
use crate::server::ReadyServer;
use serde_json::Value;

const ALL: [Listed; 4] = [Listed::Tools, Listed::Resources, Listed::Templates, Listed::Prompts];

/// Lists everything, or only one kind.
pub(super) fn list(server: &ReadyServer, only: Option<Listed>, json: bool, look: Look) -> Report {
    let catalog = server.shared.registry.current();
    let wanted = ALL.into_iter().filter(|list| only.is_none_or(|only| only == *list));
    if json {
        let guarded: Vec<String> = wanted.clone().filter_map(|list| guards(&catalog, list)).collect();
        let mut lists: Vec<String> = wanted.map(|list| definitions(&catalog, list)).collect();
        if !guarded.is_empty() {
            // On the wire nothing is said of it.
            lists.push(format!("\"access\":{{{}}}", guarded.join(",")));
        }
        return Report::done(json::document(&format!("{{{}}}", lists.join(","))));
    }
    let tables: Vec<String> = wanted.filter_map(|list| Table::of(&catalog, list)).map(|t| t.render(look)).collect();
    if tables.is_empty() {
        let what = only.map_or("nothing to list: no tools, resources, templates or prompts".into(), |only| {
            format!("nothing to list: no {}", heading(only).to_lowercase())
        });
        return Report::note(what).noting(missing::note(server, only.map(Kind::of_list)));
    }
    Report::done(tables.join("\n")).noting(missing::note(server, None).filter(|_| only.is_none()))
}

/// The definitions as they are on the wire, under the name they have there.
fn definitions(catalog: &Catalog, list: Listed) -> String {
    let version = ProtocolVersion::LATEST;
    let page = match list {
        Listed::Tools => catalog.tools.page(version, None, usize::MAX, &View::ALL),
        Listed::Resources => catalog.resources.page(version, None, usize::MAX, &View::ALL),
        Listed::Templates => catalog.templates.page(version, None, usize::MAX, &View::ALL),
        Listed::Prompts => catalog.prompts.page(version, None, usize::MAX, &View::ALL),
    };
    let page = page.map(|page| String::from_utf8_lossy(&page.json).into_owned()).unwrap_or_default();
    format!("\"{}\":[{page}]", key(list))
}

/// What stands before each item of a kind: its scopes and its rate, by its name; nothing if none has any.
fn guards(catalog: &Catalog, list: Listed) -> Option<String> {
    let guard = |name: &str, common: &Common| {
        let mut fields = Vec::new();
        if !common.scopes.is_empty() {
            fields.push(format!("\"scopes\":{}", Value::from(common.scopes)));
        }
        fields.extend(common.rate.map(|rate| format!("\"rate\":{}", Value::from(rate.to_string()))));
        (!fields.is_empty()).then(|| format!("{}:{{{}}}", Value::from(name), fields.join(",")))
    };
    let guards: Vec<String> = match list {
        Listed::Tools => catalog.tools.items().iter().filter_map(|i| guard(&i.common.name, &i.common)).collect(),
        Listed::Resources => catalog.resources.items().iter().filter_map(|i| guard(&i.uri, &i.common)).collect(),
        Listed::Templates => {
            catalog.templates.items().iter().filter_map(|i| guard(&i.uri_template, &i.common)).collect()
        }
        Listed::Prompts => catalog.prompts.items().iter().filter_map(|i| guard(&i.common.name, &i.common)).collect(),
    };
    (!guards.is_empty()).then(|| format!("\"{}\":{{{}}}", key(list), guards.join(",")))
}

/// The name that a list has on the wire.
fn key(list: Listed) -> &'static str {
    match list {
        Listed::Tools => "tools",
        Listed::Resources => "resources",
        Listed::Templates => "resourceTemplates",
        Listed::Prompts => "prompts",
    }
}

fn heading(list: Listed) -> &'static str {
    match list {
        Listed::Tools => "TOOLS",
        Listed::Resources => "RESOURCES",
        Listed::Templates => "TEMPLATES",
        Listed::Prompts => "PROMPTS",
    }
}

/// One kind of things.
struct Table {
    heading: &'static str,
    rows: Vec<Row>,
}

/// One thing: its name, what it takes and gives, and what it is for.
struct Row {
    name: String,
    signature: String,
    description: String,
}

impl Row {
    fn new(name: &str, signature: String, common: &Common) -> Self {
        let signature = signature + &guard(common);
        Row { name: visible(name).into(), signature, description: first_sentence(common.description.as_deref()) }
    }

    fn columns(&self) -> usize {
        width::columns(&self.name) + width::columns(&self.signature)
    }
}

/// Who may use it, and how often: ` [needs files:read, files:write; at most 10/s]`.
fn guard(common: &Common) -> String {
    let needs = (!common.scopes.is_empty()).then(|| format!("needs {}", common.scopes.join(", ")));
    let rate = common.rate.map(|rate| format!("at most {rate}"));
    let parts: Vec<String> = needs.into_iter().chain(rate).collect();
    if parts.is_empty() { String::new() } else { format!(" [{}]", parts.join("; ")) }
}

impl Table {
    /// The table of this kind, unless there is nothing in it.
    fn of(catalog: &Catalog, list: Listed) -> Option<Self> {
        let mime = |mime: Option<&str>| mime.map(|mime| format!(" -> {mime}")).unwrap_or_default();
        let rows: Vec<Row> = match list {
            Listed::Tools => catalog
                .tools
                .items()
                .iter()
                .map(|tool| {
                    let output = signature::output(tool).map(|output| format!(" -> {output}")).unwrap_or_default();
                    let signature = signature::list(&signature::of_tool(tool)) + &output;
                    Row::new(&tool.common.name, signature, &tool.common)
                })
                .collect(),
            Listed::Resources => catalog
                .resources
                .items()
                .iter()
                .map(|resource| Row::new(&resource.uri, mime(resource.mime), &resource.common))
                .collect(),
            Listed::Templates => catalog
                .templates
                .items()
                .iter()
                .map(|template| {
                    let signature = format!(" {}", signature::list(&signature::of_template(template)));
                    Row::new(&template.uri_template, signature + &mime(template.mime), &template.common)
                })
                .collect(),
            Listed::Prompts => catalog
                .prompts
                .items()
                .iter()
                .map(|prompt| {
                    let signature = signature::list(&signature::of_prompt(prompt));
                    Row::new(&prompt.common.name, signature, &prompt.common)
                })
                .collect(),
        };
        (!rows.is_empty()).then(|| Table { heading: heading(list), rows })
    }

    /// Descriptions stand in one column, right of all signatures but those that are too long for that. Below these they
    /// follow in the same column; where no line's end is known, as in a pipe, behind them, so that a thing is one line.
    fn render(&self, look: Look) -> String {
        let limit = look.width.map_or(72, |width| (width / 2).clamp(20, 64));
        let column = self.rows.iter().map(Row::columns).filter(|columns| *columns <= limit).max().unwrap_or(4);
        let below = format!("\n{}", " ".repeat(column + 4));
        let room = look.width.map_or(usize::MAX, |width| width.saturating_sub(column + 4).max(16));
        let mut out = look.bold(self.heading) + "\n";
        for row in &self.rows {
            let end = row.columns();
            out.push_str(&format!("  {}{}", look.bold(&row.name), look.dim(&self.signature(row, look))));
            if !row.description.is_empty() {
                out.push_str(&match look.width {
                    _ if end <= column => " ".repeat(column - end + 2),
                    Some(_) => below.clone(),
                    None => "  ".into(),
                });
                out.push_str(&width::wrap(&row.description, room).join(&below));
            }
            out.push('\n');
        }
        out
    }

    /// A signature, broken behind commas where a terminal's line ends.
    fn signature(&self, row: &Row, look: Look) -> String {
        let Some(width) = look.width.filter(|width| row.columns() + 2 > *width) else { return row.signature.clone() };
        let mut out = String::new();
        let mut at = 2 + width::columns(&row.name);
        for part in row.signature.split_inclusive(", ") {
            let columns = width::columns(part.trim_end());
            if at + columns > width && !out.is_empty() {
                out.truncate(out.trim_end().len());
                out.push_str("\n      ");
                at = 6;
            }
            out.push_str(part);
            at += width::columns(part);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, Table};
    use crate::cli::text::Look;

    fn table() -> Table {
        let row = |name: &str, signature: &str, description: &str| Row {
            name: name.into(),
            signature: signature.into(),
            description: super::first_sentence(Some(description)),
        };
        Table {
            heading: "TOOLS",
            rows: vec![
                row("add", "(a: integer, b: integer)", "Add two integers.\nWith care."),
                row("ping", "()", ""),
                row(
                    "search",
                    "(query: string, language: rust|python|go, limit?: integer)",
                    "Search \x1b[31mall of it.",
                ),
            ],
        }
    }

    #[test]
    fn a_program_gets_one_line_each() {
        let expected = "\
TOOLS
  add(a: integer, b: integer)                                       Add two integers.
  ping()
  search(query: string, language: rust|python|go, limit?: integer)  Search ␛[31mall of it.
";
        assert_eq!(table().render(Look::default()), expected);
    }

    #[test]
    fn a_terminal_gets_lines_that_fit() {
        let look = Look { terminal: true, colour: false, width: Some(50) };
        let expected = "TOOLS
  add(a: integer, b: integer)
          Add two integers.
  ping()
  search(query: string, language: rust|python|go,
      limit?: integer)
          Search ␛[31mall of it.
";
        assert_eq!(table().render(look), expected);
        let look = Look { terminal: true, colour: true, width: Some(60) };
        let rendered = table().render(look);
        let head =
            "\x1b[1mTOOLS\x1b[0m\n  \x1b[1madd\x1b[0m\x1b[2m(a: integer, b: integer)\x1b[0m  Add two integers.\n";
        assert!(rendered.starts_with(head), "{rendered:?}");
    }

    #[test]
    fn columns_are_those_of_the_terminal() {
        let look = Look { terminal: true, colour: false, width: Some(40) };
        let row = |name: &str, description: &str| Row {
            name: name.into(),
            signature: "()".into(),
            description: description.into(),
        };
        let rows = vec![row("天気", "天気を教えてくれる便利な道具です。"), row("ping", "Pong 🏓.")];
        let expected = "\
TOOLS
  天気()  天気を教えてくれる便利な道具で
          す。
  ping()  Pong 🏓.
";
        assert_eq!(Table { heading: "TOOLS", rows }.render(look), expected);
    }
}
