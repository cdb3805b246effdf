//! `manifest`: the `server.json` with which the server is published in the MCP registry.
//!
//! The format: <https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json>. What the registry wants of
//! a package on crates.io: <https://modelcontextprotocol.io/registry/package-types>. What cannot be known here has a
//! placeholder that is valid and reads like one, and is told on standard error.

mod arguments;

use super::text::{self, visible};
use super::{Report, install, json};
use crate::server::Package;
use crate::server::handle::Info;
use arguments::Arguments;
use serde_json::Value;

const SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";
/// The most characters of a description and of a title.
const LINE: usize = 100;
/// The most characters of a name.
const NAME: usize = 200;
/// The most characters of a version.
const VERSION: usize = 255;
/// Who has to be put in where no repository tells.
const OWNER: &str = "YOUR-GITHUB-NAME";
const DESCRIPTION: &str = "PUT IN WHAT THIS SERVER DOES, IN ONE SENTENCE";

/// Prints the manifest, and what to do before it can be published.
pub(super) fn manifest(info: &Info, package: &Package) -> Report {
    let mut notes = Vec::new();
    match document(info, package, &mut notes) {
        Ok(document) => {
            let mut report = Report::done(json::document(&document));
            report.stderr = Some(
                visible(&notes.iter().map(|note| format!("note: {note}")).collect::<Vec<_>>().join("\n")).into_owned(),
            );
            report
        }
        Err(why) => Report::failed(why),
    }
}

/// The manifest as JSON. Its keys come in the order in which people write them.
fn document(info: &Info, package: &Package, notes: &mut Vec<String>) -> Result<String, String> {
    let repository = Repository::of(package.repository);
    let owner = repository.as_ref().and_then(|repository| repository.github_owner());
    if owner.is_none() {
        notes.push(format!(
            "no repository on GitHub is named in Cargo.toml (`repository = ...`): put your name in for {OWNER}, or begin \
             `name` with a domain of yours, backwards"
        ));
    }
    let name = format!("io.github.{}/{}", owner.unwrap_or(OWNER), install::safe(&info.name));
    if name.len() > NAME {
        return Err(format!("the name {name:?} has more than {NAME} characters"));
    }
    for version in [info.version.as_str(), package.version] {
        let range = |c: char| matches!(c, '^' | '~' | '<' | '>' | '=' | '*' | '|');
        if version == "latest" || version.contains(range) || version.chars().count() > VERSION {
            return Err(format!(
                "{version:?} is no version that the registry takes: it has to be a single one, as 1.2.3"
            ));
        }
    }
    let description = match info.description.as_deref().map(one_line).filter(|text| !text.is_empty()) {
        Some(text) => cut(text, "description", notes),
        None => {
            notes.push("put in a `description`, of at most 100 characters; Cargo.toml has none".into());
            DESCRIPTION.to_owned()
        }
    };
    let text = |text: &str| Value::from(text).to_string();
    let mut fields = vec![("$schema", text(SCHEMA)), ("name", text(&name))];
    if let Some(title) = info.title.as_deref().map(one_line).filter(|title| !title.is_empty()) {
        fields.push(("title", text(&cut(title, "title", notes))));
    }
    fields.push(("description", text(&description)));
    fields.push(("version", text(&info.version)));
    if let Some(Repository { url, source }) = &repository {
        fields.push(("repository", object(&[("url", text(url)), ("source", text(source))])));
    }
    let website = info.website.as_deref().unwrap_or(package.homepage);
    if host(website).is_some() {
        fields.push(("websiteUrl", text(website)));
    }
    if package.name.is_empty() {
        notes.push("no package is known, so `packages` is empty: begin the server with `lmcp::server!()`".into());
    } else {
        notes.push(format!(
            "publish {} {} on crates.io first, with a README that says `mcp-name: {name}` where people see it (crates.io \
             takes comments out); or list another package in `packages`",
            package.name, package.version
        ));
        let mut package = vec![
            ("registryType", text("cargo")),
            ("registryBaseUrl", text("https://crates.io")),
            ("identifier", text(package.name)),
            ("version", text(package.version)),
            ("transport", object(&[("type", text("stdio"))])),
        ];
        let arguments = own_arguments(info, notes);
        if !arguments.is_empty() {
            package.push(("packageArguments", format!("[{}]", arguments.join(","))));
        }
        fields.push(("packages", format!("[{}]", object(&package))));
    }
    notes.push("save this as server.json, and publish it with `mcp-publisher publish`".into());
    Ok(object(&fields))
}

/// What clients have to start the program with, as far as its usage line says it.
fn own_arguments(info: &Info, notes: &mut Vec<String>) -> Vec<String> {
    let usage = info.usage.as_deref().map(str::trim).filter(|usage| !usage.is_empty());
    let Arguments { written, switches } = usage.and_then(Arguments::of).unwrap_or_default();
    let optional =
        if switches.is_empty() { String::new() } else { format!("; {} cannot be said there", switches.join(", ")) };
    if !written.is_empty() {
        notes.push(format!(
            "`packageArguments` has what the program's own usage says, `{}`{optional}: look at it, and give each of them \
             a `description`, which clients show to whoever fills it in",
            usage.unwrap_or_default()
        ));
    } else if !switches.is_empty() {
        notes.push(format!("the program's own options may be left out{optional}: clients start it without them"));
    } else if let Some(usage) =
        usage.map(str::to_owned).or_else(|| (!info.arguments.is_empty()).then(|| text::own(info)))
    {
        notes.push(format!(
            "the program's own arguments, `{}`, are not in here: what clients have to start it with stands in \
             `packageArguments` of the package, each as {{\"type\": \"named\", \"name\": \"--option\", \"description\": \
             \"what it is\", \"isRequired\": true}}",
            usage.trim()
        ));
    }
    written
}

/// An object of values that are JSON already, in this order.
fn object(fields: &[(&str, String)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}", fields.join(","))
}

/// Where the sources are.
struct Repository<'a> {
    url: &'a str,
    source: &'a str,
}

impl<'a> Repository<'a> {
    fn of(url: &'a str) -> Option<Self> {
        let host = host(url)?;
        let source = match host {
            "github.com" | "www.github.com" => "github",
            "gitlab.com" => "gitlab",
            other => other,
        };
        Some(Repository { url, source })
    }

    /// The first part of the path on GitHub, if it is one that GitHub gives.
    fn github_owner(&self) -> Option<&'a str> {
        let (_, path) = self.url.split_once("://")?.1.split_once('/').filter(|_| self.source == "github")?;
        let owner = path.split(['/', '?', '#']).next()?;
        let valid = !owner.is_empty() && owner.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        valid.then_some(owner)
    }
}

/// The host of a URL of the web.
fn host(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next()?;
    (!host.is_empty() && !url.contains(char::is_whitespace)).then_some(host)
}

fn one_line(text: &str) -> &str {
    text.trim().lines().next().unwrap_or_default().trim()
}

/// At most as many characters as the registry takes, whole words if there are any.
fn cut(text: &str, key: &str, notes: &mut Vec<String>) -> String {
    if text.chars().count() <= LINE {
        return text.to_owned();
    }
    notes.push(format!("`{key}` was cut to {LINE} characters"));
    let kept: String = text.chars().take(LINE - 1).collect();
    let end = kept.rfind(' ').filter(|end| *end > LINE / 2).unwrap_or(kept.len());
    format!("{}…", kept.get(..end).unwrap_or(&kept).trim_end_matches([' ', ',', ';', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn info() -> Info {
        Info { name: "calc".into(), version: "1.2.3".into(), description: Some("Adds.".into()), ..Info::default() }
    }

    const PACKAGE: Package = Package {
        name: "calc-server",
        version: "1.2.3",
        description: "Adds.",
        repository: "https://github.com/Ada-L/calc.git",
        homepage: "",
        directory: "",
    };

    fn made(info: &Info, package: &Package) -> (Value, Vec<String>) {
        let mut notes = Vec::new();
        let document = document(info, package, &mut notes).expect("a manifest");
        (serde_json::from_str(&document).expect("JSON"), notes)
    }

    #[test]
    fn the_repository_names_the_owner() {
        let (manifest, notes) = made(&info(), &PACKAGE);
        assert_eq!(manifest["name"], "io.github.Ada-L/calc");
        let repository = json!({ "url": "https://github.com/Ada-L/calc.git", "source": "github" });
        assert_eq!((&manifest["repository"], notes.len()), (&repository, 2));
        for (repository, source) in [
            ("", Value::Null),
            ("git@github.com:ada/calc", Value::Null),
            ("https://codeberg.org/ada/calc", "codeberg.org".into()),
            ("https://github.com/", "github".into()),
        ] {
            let (manifest, notes) = made(&info(), &Package { repository, ..PACKAGE });
            assert_eq!(manifest["name"], format!("io.github.{OWNER}/calc"), "{repository}");
            assert_eq!(manifest.pointer("/repository/source").unwrap_or(&Value::Null), &source);
            assert!(notes[0].contains(OWNER), "{notes:?}");
        }
    }

    #[test]
    fn long_texts_are_cut_at_words() {
        let long = "word ".repeat(40);
        let (manifest, notes) =
            made(&Info { description: Some(long), title: Some("é".repeat(150)), ..info() }, &PACKAGE);
        let description = manifest["description"].as_str().unwrap_or_default();
        assert!(description.chars().count() <= 100 && description.ends_with("word…"), "{description}");
        assert_eq!(manifest["title"].as_str().map(|title| title.chars().count()), Some(100));
        assert_eq!(notes.iter().filter(|note| note.contains("was cut")).count(), 2);
    }

    #[test]
    fn what_cannot_be_published_is_an_error() {
        let refused =
            |info: &Info, package: &Package| document(info, package, &mut Vec::new()).expect_err("no manifest");
        assert!(refused(&Info { version: "latest".into(), ..info() }, &PACKAGE).contains("\"latest\" is no version"));
        assert!(refused(&Info { version: "1.*".into(), ..info() }, &PACKAGE).contains("\"1.*\" is no version"));
        assert!(refused(&Info { name: "x".repeat(190), ..info() }, &PACKAGE).contains("more than 200"));
    }

    #[test]
    fn arguments_of_the_programs_own_are_there_as_far_as_their_usage_is_plain() {
        let made = |usage: Option<&str>, arguments: &[&str]| {
            let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
            let (manifest, notes) = made(&Info { usage: usage.map(str::to_owned), arguments, ..info() }, &PACKAGE);
            let notes: Vec<String> = notes.into_iter().filter(|note| note.contains("the program's own")).collect();
            (manifest.pointer("/packages/0/packageArguments").cloned(), notes)
        };
        assert_eq!(made(None, &[]), (None, vec![]));
        let (arguments, notes) = made(Some(" --db FILE [--write]"), &["--db", "/srv/shop.db"]);
        let db =
            json!({ "type": "named", "name": "--db", "placeholder": "FILE", "format": "filepath", "isRequired": true });
        assert_eq!(arguments, Some(json!([db])), "where it is on this machine is nobody else's business");
        assert!(notes[0].contains("`--db FILE [--write]`; --write cannot be said there: look"), "{notes:?}");
        for (usage, arguments, told) in [
            (Some("--db <FILE>"), &[][..], "own arguments, `--db <FILE>`, are not in here"),
            (None, &["--db", "shop.db"], "own arguments, `--db shop.db`, are not in here"),
            (Some("[--write]"), &["--write"], "own options may be left out; --write cannot be said there"),
        ] {
            let (arguments, notes) = made(usage, arguments);
            assert!(arguments.is_none() && notes.len() == 1 && notes[0].contains(told), "{notes:?}");
        }
    }

    #[test]
    fn without_a_package_there_is_none() {
        let (manifest, notes) = made(&Info { description: None, ..info() }, &Package::default());
        assert_eq!((manifest.get("packages"), &manifest["description"]), (None, &json!(DESCRIPTION)));
        assert_eq!(notes.len(), 4);
    }
}
