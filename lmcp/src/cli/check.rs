//! `check`: what clients would refuse of the definitions, as a table for people or as JSON for programs.

use super::text::{Look, visible};
use super::width::{columns, wrap};
use super::{Report, exit, json, missing};
use crate::lint::{self, Finding, Offer, Size, Target};
use crate::server::ReadyServer;
use serde::Serialize;
use std::borrow::Cow;

/// Checks everything that the server offers. Errors make it fail.
pub(super) fn check(server: &ReadyServer, target: Target, json: bool, look: Look) -> Report {
    let offer = Offer::of(server);
    if !json && offer.is_empty() {
        return Report::note("nothing to check: no tools, resources, templates or prompts")
            .noting(missing::note(server, None));
    }
    let findings = lint::lint(&offer, target);
    let code = if findings.iter().any(Finding::is_error) { exit::FAILED } else { exit::DONE };
    let stdout = if json {
        let text = serde_json::to_string(&Checked::new(&offer, target, &findings)).unwrap_or_default();
        json::document(&text)
    } else {
        let rest = if target == Target::Clients {
            directories(&offer, &findings, look)
        } else {
            profile(target, &findings, look)
        };
        Table::new(&offer, &findings, look).render() + &rest
    };
    Report { code, ..Report::done(stdout) }.noting(missing::note(server, None).filter(|_| !json))
}

/// The whole as JSON.
#[derive(Serialize)]
struct Checked<'a> {
    profile: &'static str,
    errors: usize,
    advice: usize,
    #[serde(flatten)]
    size: Size,
    tools: Vec<ToolSize<'a>>,
    findings: &'a [Finding],
}

#[derive(Serialize)]
struct ToolSize<'a> {
    name: &'a str,
    source: String,
    #[serde(flatten)]
    size: Size,
}

impl<'a> Checked<'a> {
    fn new(offer: &'a Offer, target: Target, findings: &'a [Finding]) -> Self {
        let size = |tool: &'a lint::Definition| ToolSize {
            name: &tool.name,
            source: tool.source.to_string(),
            size: tool.size,
        };
        let errors = errors(findings);
        Checked {
            profile: target.as_str(),
            errors,
            advice: findings.len() - errors,
            size: offer.size(),
            tools: offer.tools.iter().map(size).collect(),
            findings,
        }
    }
}

fn errors(findings: &[Finding]) -> usize {
    findings.iter().filter(|finding| finding.is_error()).count()
}

/// The whole for people: every tool with its size, below it what was found; of other kinds only what was found.
struct Table<'a> {
    offer: &'a Offer,
    findings: &'a [Finding],
    look: Look,
    /// The advice that several of them get, by rule and message.
    shared: Vec<(&'static str, &'a str)>,
    /// Where the texts of findings begin.
    rules: usize,
    out: String,
}

impl<'a> Table<'a> {
    fn new(offer: &'a Offer, findings: &'a [Finding], look: Look) -> Self {
        let rules = findings.iter().map(|finding| finding.rule.len()).max().unwrap_or(0);
        Table { offer, findings, shared: shared(findings), look, rules, out: String::new() }
    }

    fn render(mut self) -> String {
        let offer = self.offer;
        let sections = [
            ("TOOLS", "tool", &offer.tools),
            ("RESOURCES", "resource", &offer.resources),
            ("TEMPLATES", "template", &offer.templates),
            ("PROMPTS", "prompt", &offer.prompts),
        ];
        for (heading, kind, definitions) in sections {
            let own = |f: &Finding| f.kind == Some(kind) && !self.is_shared(f);
            let found = |name: &str| self.findings.iter().any(|f| own(f) && f.name.as_deref() == Some(name));
            let shown: Vec<_> = definitions.iter().filter(|d| kind == "tool" || found(&d.name)).collect();
            if shown.is_empty() {
                continue;
            }
            self.section(heading);
            let sizes = Sizes::of(&shown);
            let column = shown.iter().map(|d| columns(&visible(&d.name))).filter(|c| *c <= 40).max().unwrap_or(0);
            for definition in shown {
                let gap = " ".repeat(column.saturating_sub(columns(&visible(&definition.name))) + 2);
                let size = if kind == "tool" { sizes.row(definition.size) } else { String::new() };
                let rest = self.look.dim(&format!("{size}{}", definition.source));
                let name = self.look.bold(&visible(&definition.name));
                self.out.push_str(&format!("  {name}{gap}{rest}\n"));
                self.findings(kind, Some(&definition.name));
            }
        }
        self.several();
        if self.findings.iter().any(|finding| finding.kind == Some("server")) {
            self.section("SERVER");
            self.findings("server", None);
        }
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out + &summary(offer, self.findings) + "\n"
    }

    fn section(&mut self, heading: &str) {
        let gap = if self.out.is_empty() { "" } else { "\n" };
        self.out.push_str(&format!("{gap}{}\n", self.look.bold(heading)));
    }

    /// The findings about one thing; those that differ in their paths only are one row.
    fn findings(&mut self, kind: &str, name: Option<&str>) {
        let mut rows: Vec<(&Finding, Vec<&str>)> = Vec::new();
        let about = |f: &&Finding| f.kind == Some(kind) && f.name.as_deref() == name && !self.is_shared(f);
        for finding in self.findings.iter().filter(about) {
            let same = |row: &&mut (&Finding, Vec<&str>)| {
                (row.0.rule, &row.0.message, &row.0.instead) == (finding.rule, &finding.message, &finding.instead)
            };
            let paths = match rows.iter_mut().find(same) {
                Some((_, paths)) => paths,
                None => {
                    rows.push((finding, Vec::new()));
                    match rows.last_mut() {
                        Some((_, paths)) => paths,
                        None => continue,
                    }
                }
            };
            paths.extend(finding.path.as_deref());
        }
        rows.sort_by_key(|(finding, _)| !finding.is_error());
        for (finding, paths) in rows {
            self.row(finding, &paths.join(", "), &finding.instead, paths.len());
        }
    }

    fn is_shared(&self, finding: &Finding) -> bool {
        !finding.is_error() && self.shared.contains(&(finding.rule, &*finding.message))
    }

    /// The same advice for several is told once, with the places: `add input.a, input.b; greet input.name`.
    fn several(&mut self) {
        if !self.shared.is_empty() {
            self.section("SEVERAL");
        }
        for (rule, message) in self.shared.clone() {
            let mut these = self.findings.iter().filter(|f| !f.is_error() && (f.rule, &*f.message) == (rule, message));
            let Some(first) = these.clone().next() else { continue };
            let mut places: Vec<(&str, Vec<&str>)> = Vec::new();
            for finding in these.clone() {
                let name = finding.name.as_deref().unwrap_or_default();
                match places.last_mut().filter(|(last, _)| *last == name) {
                    Some((_, paths)) => paths.extend(finding.path.as_deref()),
                    None => places.push((name, finding.path.as_deref().into_iter().collect())),
                }
            }
            let with_paths = places.iter().any(|(_, paths)| !paths.is_empty());
            let many = these.clone().count();
            let places: Vec<String> = places
                .into_iter()
                .map(
                    |(name, paths)| {
                        if paths.is_empty() { name.to_owned() } else { format!("{name} {}", paths.join(", ")) }
                    },
                )
                .collect();
            let so_on = if these.all(|f| f.instead == first.instead) { "" } else { ", and so on" };
            let instead = format!("{}{so_on}", first.instead);
            self.row(first, &places.join(if with_paths { "; " } else { ", " }), &instead, many);
        }
    }

    fn row(&mut self, finding: &Finding, paths: &str, instead: &str, many: usize) {
        let colon = if paths.is_empty() { "" } else { ": " };
        let message = about(&finding.message, many);
        let severity = format!("{:6}", finding.severity.as_str());
        let severity = if finding.is_error() { self.look.bold(&severity) } else { severity };
        let rules = self.rules;
        let column = 4 + 6 + 2 + rules + 2;
        // On a narrow terminal the texts stand below the rule, where there is more room.
        let below = self.look.width.is_some_and(|width| width < column + 50);
        let indent = format!("\n{}", " ".repeat(if below { 6 } else { column }));
        let room = self.look.width.map_or(usize::MAX, |width| (width + 1).saturating_sub(indent.len()).max(24));
        let lines = |text: &str| wrap(&visible(text), room).join(&indent);
        let message = lines(&format!("{paths}{colon}{message}"));
        let instead = self.look.dim(&lines(&format!("-> {instead}")));
        let rule = if below { format!("{}{indent}", finding.rule) } else { format!("{:rules$}  ", finding.rule) };
        self.out.push_str(&format!("    {severity}  {rule}{message}{indent}{instead}\n"));
    }
}

/// What is said of one, said of as many.
fn about(message: &str, many: usize) -> Cow<'_, str> {
    match (many > 1, message.strip_prefix("has "), message.strip_prefix("is open")) {
        (true, Some(rest), _) => format!("have {rest}").into(),
        (true, None, Some(rest)) => format!("are open{rest}").into(),
        _ => message.into(),
    }
}

/// How lmcp itself writes schemas as the profile takes them, where that would help.
fn profile(target: Target, findings: &[Finding], look: Look) -> String {
    let name = match target {
        Target::OpenAiStrict => "OpenAiStrict",
        Target::Gemini => "Gemini",
        _ => return String::new(),
    };
    let written = |rule: &str| {
        let of_profile = rule.strip_prefix("openai-").or_else(|| rule.strip_prefix("gemini-"));
        matches!(of_profile, Some("open" | "required" | "keyword" | "format"))
    };
    if !findings.iter().any(|finding| written(finding.rule)) {
        return String::new();
    }
    let schema = target.as_str();
    let text = format!(
        "lmcp writes schemas for this profile where it is asked to: `#[tool(schema = \"{schema}\")]`, or \
         `Server::profile(Profile::{name})` for all tools"
    );
    paragraph(&text, look)
}

/// What is next where nothing can be said against the tools, and directories have not been thought of.
fn directories(offer: &Offer, findings: &[Finding], look: Look) -> String {
    if !findings.is_empty() || offer.tools.is_empty() || offer.has_titles() || offer.has_hints() {
        return String::new();
    }
    let text = "the directories of Claude and ChatGPT ask for more of every tool: `#[tool(title = \"…\", read_only, \
                open_world = false)]`, or what else is so; `check --profile claude` tells what is missing";
    paragraph(text, look)
}

fn paragraph(text: &str, look: Look) -> String {
    format!("\n{}\n", wrap(text, look.width.map_or(usize::MAX, |width| width.max(40))).join("\n"))
}

/// The advice that more than one thing gets, by rule and message, in the order of the findings.
fn shared(findings: &[Finding]) -> Vec<(&'static str, &str)> {
    let mut shared = Vec::new();
    for finding in findings.iter().filter(|finding| !finding.is_error()) {
        let key = (finding.rule, &*finding.message);
        let other = |f: &Finding| (f.rule, &*f.message) == key && (f.kind, &f.name) != (finding.kind, &finding.name);
        if !shared.contains(&key) && findings.iter().any(|f| !f.is_error() && other(f)) {
            shared.push(key);
        }
    }
    shared
}

/// `7 tools, 1 error, 3 advice; 4,210 bytes, about 1,053 tokens`.
fn summary(offer: &Offer, findings: &[Finding]) -> String {
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let errors = errors(findings);
    let found = match (errors, findings.len() - errors) {
        (0, 0) => "all well".to_owned(),
        (0, advice) => format!("no errors, {advice} advice"),
        (errors, advice) => format!("{}, {advice} advice", count(errors, "error")),
    };
    match offer.tools.len() {
        0 => format!("no tools, {found}"),
        tools => format!("{}, {found}; {}", count(tools, "tool"), amount(offer.size())),
    }
}

fn amount(size: Size) -> String {
    format!("{} bytes, about {} tokens", thousands(size.bytes), thousands(size.tokens))
}

/// How wide the columns of sizes are.
struct Sizes {
    bytes: usize,
    tokens: usize,
}

impl Sizes {
    fn of(definitions: &[&lint::Definition]) -> Self {
        let widest = |number: fn(Size) -> usize| {
            definitions.iter().map(|definition| thousands(number(definition.size)).len()).max().unwrap_or(0)
        };
        Sizes { bytes: widest(|size| size.bytes), tokens: widest(|size| size.tokens) }
    }

    fn row(&self, size: Size) -> String {
        let (bytes, tokens) = (thousands(size.bytes), thousands(size.tokens));
        let Sizes { bytes: b, tokens: t } = self;
        format!("{bytes:>b$} bytes, about {tokens:>t$} tokens  ")
    }
}

/// `4,210`.
fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Table, about, profile, thousands};
    use crate::cli::text::Look;
    use crate::lint::{Definition, Finding, Offer, Size, Target};

    fn definition(name: &str, bytes: usize) -> Definition {
        Definition {
            name: name.into(),
            json: serde_json::Value::Null,
            size: Size { bytes, tokens: bytes / 4 },
            source: crate::handler::entry::Source { file: "src/main.rs", line: 7, function: "f" },
        }
    }

    fn table(look: Look) -> String {
        let tools = vec![definition("add", 4000), definition("sum_up", 80)];
        let offer = Offer { tools, ..Offer::default() };
        let found = |rule, path: &str| {
            let finding = Finding::advice(rule, "is not as clients want it to be", "write it in another way");
            finding.at(path).of("tool", &offer.tools[1])
        };
        let mut findings = vec![found("short", "input.a"), found("short", "input.b"), found("longer", "input.a")];
        findings.push(Finding::error("longer", "is \x1b[31mrefused", "leave it out").of("tool", &offer.tools[1]));
        findings.push(Finding::advice("tools", "are many", "split it").of_server());
        Table::new(&offer, &findings, look).render()
    }

    #[test]
    fn errors_come_first_and_equal_findings_together() {
        let expected = "\
TOOLS
  add     4,000 bytes, about 1,000 tokens  src/main.rs:7
  sum_up     80 bytes, about    20 tokens  src/main.rs:7
    error   longer  is ␛[31mrefused
                    -> leave it out
    advice  short   input.a, input.b: is not as clients want it to be
                    -> write it in another way
    advice  longer  input.a: is not as clients want it to be
                    -> write it in another way

SERVER
    advice  tools   are many
                    -> split it

2 tools, 1 error, 4 advice; 4,081 bytes, about 1,021 tokens
";
        assert_eq!(table(Look::default()), expected);
    }

    #[test]
    fn a_narrow_terminal_gets_lines_that_fit() {
        let narrow = table(Look { terminal: true, colour: false, width: Some(40) });
        let expected = "    advice  short
      input.a, input.b: is not as
      clients want it to be
      -> write it in another way
";
        assert!(narrow.contains(expected), "{narrow}");
        assert!(narrow.lines().skip(3).all(|line| line.len() <= 60), "{narrow}");
    }

    #[test]
    fn advice_that_several_get_is_told_once_with_the_first_of_what_to_write() {
        let untitled =
            |name, instead| Finding::advice("title", "has no title", instead).of("tool", &definition(name, 80));
        let several = |findings: &[Finding]| Table::new(&Offer::default(), findings, Look::default()).render();
        let told = several(&[untitled("add", "write `Add`"), untitled("sum_up", "write `Sum up`")]);
        assert!(told.contains("title  add, sum_up: have no title\n"), "{told}");
        assert!(told.contains("-> write `Add`, and so on\n") && !told.contains("`Sum up`"), "{told}");
        let told = several(&[untitled("add", "write one"), untitled("sum_up", "write one")]);
        assert!(told.contains("-> write one\n"), "{told}");
    }

    #[test]
    fn several_have_what_one_has() {
        assert_eq!(about("has no description", 1), "has no description");
        assert_eq!(about("has no description", 2), "have no description");
        assert_eq!(about("is open; close it", 2), "are open; close it");
        assert_eq!(about("may be left out", 2), "may be left out");
    }

    #[test]
    fn the_profile_that_would_help_is_named() {
        let found = |rule| vec![Finding::error(rule, "is open", "close it")];
        let said = profile(Target::OpenAiStrict, &found("openai-open"), Look::default());
        assert!(
            said.contains("`#[tool(schema = \"openai-strict\")]`, or `Server::profile(Profile::OpenAiStrict)`"),
            "{said}"
        );
        assert!(profile(Target::Gemini, &found("gemini-format"), Look::default()).contains("Profile::Gemini"));
        assert_eq!(profile(Target::OpenAiStrict, &found("openai-depth"), Look::default()), "");
        assert_eq!(profile(Target::Clients, &found("openai-open"), Look::default()), "");
    }

    #[test]
    fn numbers_are_grouped() {
        for (n, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(n), expected);
        }
    }
}
