//! `completions`: what a shell needs to complete words; and what it then asks the program, with [`ASK`] in the
//! environment and the words as they were typed: what the last one may become.
//!
//! So a script knows nothing of the server, and need not be written anew when the server changes; and a program takes its
//! own arguments off the words first, as it always does. A shell shows what stands behind a tab, or leaves it out.

mod suggest;

use super::command::{Misuse, Shell, Verb, kinds, options};
use super::signature::{self, Argument};
use super::text::{self, first_sentence};
use super::{Report, install, sample};
use crate::lint::Target;
use crate::registry::Catalog;
use crate::registry::item::Common;
use crate::server::ReadyServer;
use crate::server::handle::Info;
use serde_json::{Map, Value};
use std::ffi::OsString;

/// The variable of the environment with which a script asks.
const ASK: &str = "_LMCP_COMPLETE";

/// The words to complete, if that is what the process was started for. The program's name stands first in `arguments`.
pub(super) fn asked(arguments: &[OsString]) -> Option<Vec<String>> {
    std::env::var_os(ASK).filter(|shell| !shell.is_empty())?;
    Some(arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect())
}

/// The script for a shell.
pub(super) fn script(shell: Option<Shell>, info: &Info) -> Result<Report, Misuse> {
    let shell =
        shell.ok_or_else(|| Misuse::which(Verb::Completions, "shell", Shell::ALL.map(Shell::as_str).into_iter()))?;
    let name = text::name(info);
    let function: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let name = sample::quoted(&name);
    // What was just typed; a comment is one line.
    let command = format!("{name}{} completions {}", text::own(info), shell.as_str()).replace('\n', " ");
    let (head, script) = match shell {
        Shell::Bash => (format!("# source <({command})"), include_str!("complete/bash.sh")),
        Shell::Zsh => (
            format!("#compdef {name}\n# source <({command}), behind `autoload -U compinit; compinit`"),
            include_str!("complete/zsh.sh"),
        ),
        Shell::Fish => (format!("# {command} | source"), include_str!("complete/fish.fish")),
    };
    let script = script.replace("FUNCTION", &function).replace("PROGRAM", &name);
    Ok(Report::done(format!("{head}\n{script}")))
}

/// What the last of these words may become, a line each. The words are those behind the program's name, and behind its
/// own arguments; where there is none, the last one is among those.
pub(super) async fn answer(server: Option<&ReadyServer>, words: &[String]) -> Report {
    let Some((typed, before)) = words.split_last() else { return Report::done("") };
    // What a shell would have to quote is left to whoever types it.
    let fits = |(word, _): &(String, String)| word.starts_with(typed.as_str()) && sample::quoted(word) == *word;
    let line = |(word, about): (String, String)| if about.is_empty() { word } else { format!("{word}\t{about}") };
    let lines = candidates(server, typed, before).await.into_iter().filter(fits).map(line);
    Report::done(lines.map(|line| line + "\n").collect::<String>())
}

/// A word, and what is to be known of it.
type Candidate = (String, String);

async fn candidates(server: Option<&ReadyServer>, typed: &str, before: &[String]) -> Vec<Candidate> {
    let catalog = server.map(|server| server.shared.registry.current());
    let catalog = catalog.as_deref();
    let before: Vec<&str> = before.iter().map(String::as_str).collect();
    let mut words: Vec<&str> = Vec::new();
    let mut at = before.iter();
    while let Some(word) = at.next() {
        match *word {
            "--answer" | "--save" | "--profile" => drop(at.next()),
            word if word.starts_with('-') => {}
            word => words.push(word),
        }
    }
    let verb = words.first().and_then(|word| Verb::parse(word).ok());
    let function = |name: &str, verb: Verb| catalog.and_then(|catalog| Function::find(catalog, verb, name));
    match before.last() {
        Some(&"--profile") => return plain(Target::ALL.map(Target::as_str)),
        Some(&"--answer") => {
            let function = verb.zip(words.get(1)).and_then(|(verb, name)| function(name, verb));
            return function.map_or_else(Vec::new, |function| pairs(&function.asked(), typed, &[]));
        }
        // Files, which a shell knows better.
        Some(&("--save" | "--conf" | "--tls-cert" | "--tls-key")) => return Vec::new(),
        _ => {}
    }
    if typed.starts_with('-') {
        return plain(options(verb));
    }
    let clients = || plain(install::names());
    let named = |verb| catalog.map_or_else(Vec::new, |catalog| names(catalog, verb));
    match (verb, &words[..]) {
        (None, []) => Verb::ALL.map(|verb| (verb.as_str().to_owned(), verb.about().to_owned())).into(),
        (Some(Verb::List), [_]) => plain(kinds()),
        (Some(verb @ (Verb::Call | Verb::Get)), [_]) => named(verb),
        (Some(Verb::Read), [_]) => {
            let mut uris = named(Verb::Read);
            if let (Some(server), Some(catalog)) = (server, catalog) {
                for template in catalog.templates.items() {
                    uris.extend(plain(suggest::of_template(server, &template.uri_template, typed).await));
                }
            }
            uris
        }
        (Some(Verb::Get), [_, name, given @ ..]) if typed.contains('=') => {
            let (argument, value) = typed.split_once('=').unwrap_or_default();
            let pair = |word: &&str| word.split_once('=').map(|(name, value)| (name.to_owned(), Value::from(value)));
            let others: Map<String, Value> = given.iter().filter_map(pair).collect();
            let Some(server) = server else { return Vec::new() };
            let values = suggest::of_prompt(server, name, argument, value, others).await;
            plain(values.iter().map(|value| format!("{argument}={value}")))
        }
        (Some(verb @ (Verb::Call | Verb::Get)), [_, name, given @ ..]) => {
            function(name, verb).map_or_else(Vec::new, |function| pairs(&function.arguments, typed, given))
        }
        (Some(Verb::Install | Verb::Uninstall), [_]) => clients(),
        (Some(Verb::Completions), [_]) => plain(Shell::ALL.map(Shell::as_str)),
        (Some(Verb::Help), [_]) => plain(Verb::ALL.map(Verb::as_str)),
        (Some(Verb::Help), [_, "call"]) => named(Verb::Call),
        (Some(Verb::Help), [_, "get"]) => named(Verb::Get),
        _ => Vec::new(),
    }
}

fn plain(words: impl IntoIterator<Item = impl Into<String>>) -> Vec<Candidate> {
    words.into_iter().map(|word| (word.into(), String::new())).collect()
}

/// What there is to call, to get or to read.
fn names(catalog: &Catalog, verb: Verb) -> Vec<Candidate> {
    let of = |name: &str, common: &Common| (name.to_owned(), first_sentence(common.description.as_deref()));
    match verb {
        Verb::Call => catalog.tools.items().iter().map(|tool| of(&tool.common.name, &tool.common)).collect(),
        Verb::Get => catalog.prompts.items().iter().map(|prompt| of(&prompt.common.name, &prompt.common)).collect(),
        _ => {
            let fixed = catalog.resources.items().iter().map(|resource| of(&resource.uri, &resource.common));
            // As far as a template is the same for all.
            let begun = catalog
                .templates
                .items()
                .iter()
                .map(|template| of(template.uri_template.split('{').next().unwrap_or_default(), &template.common));
            fixed.chain(begun).collect()
        }
    }
}

/// What a tool or a prompt takes and asks.
struct Function<'a> {
    common: &'a Common,
    arguments: Vec<Argument>,
}

impl<'a> Function<'a> {
    fn find(catalog: &'a Catalog, verb: Verb, name: &str) -> Option<Self> {
        if verb == Verb::Call {
            let tool = catalog.tool(name)?;
            return Some(Function { common: &tool.common, arguments: signature::of_tool(tool) });
        }
        let prompt = catalog.prompts.get(name)?;
        Some(Function { common: &prompt.common, arguments: signature::of_prompt(prompt) })
    }

    fn asked(&self) -> Vec<Argument> {
        self.common.forms.iter().filter_map(|form| form().ok()).flat_map(|form| signature::of_form(&form)).collect()
    }
}

/// `name=`, and once that is typed, `name=value` where the values are few.
fn pairs(arguments: &[Argument], typed: &str, given: &[&str]) -> Vec<Candidate> {
    if let Some((name, _)) = typed.split_once('=') {
        let argument = arguments.iter().find(|argument| argument.name == name);
        let values = argument.map(|argument| values(&argument.schema)).unwrap_or_default();
        return values.into_iter().map(|value| (format!("{name}={value}"), String::new())).collect();
    }
    let is_given = |name: &str| given.iter().any(|word| word.split(['=', ':']).next() == Some(name));
    let left = arguments.iter().filter(|argument| !is_given(&argument.name));
    left.map(|argument| (format!("{}=", argument.name), first_sentence(argument.description()))).collect()
}

/// The values of a type that has few.
fn values(schema: &Value) -> Vec<String> {
    if schema.get("type").is_some_and(|kind| kind == "boolean") {
        return vec!["true".into(), "false".into()];
    }
    let list = |key: &str| schema.get(key).and_then(Value::as_array).map(Vec::as_slice);
    let members = list("oneOf").or_else(|| list("anyOf")).unwrap_or_default();
    let values = list("enum").unwrap_or_default().iter().chain(members.iter().filter_map(|member| member.get("const")));
    values.filter_map(|value| Some(value.as_str()?.to_owned())).collect()
}
