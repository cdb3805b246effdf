//! `help`: the program, one of its commands, one of its tools or prompts. Examples are made of what is really there.

use super::command::{Misuse, Topic, Verb};
use super::page::Page;
use super::signature::{self, Argument};
use super::text::{Look, visible};
use super::width::wrap;
use super::{Report, answers, install, sample};
use crate::registry::item::Common;
use crate::server::ReadyServer;
use crate::server::handle::Info;
use serde_json::Value;

/// What is said of `--answer`.
const ANSWER: &str = "what to answer when it asks: FIELD=TEXT, FIELD:=JSON, a JSON object of several, {} for none where \
                      all may be left out, or a text alone for a question with one field or none; each answers once, in \
                      this order, and a list takes all that stand together";

/// What help is given from. Without a server, which may be unable to start, there are no examples.
pub(super) struct Help<'a> {
    pub(super) info: &'a Info,
    pub(super) server: Option<&'a ReadyServer>,
    pub(super) program: &'a str,
    pub(super) look: Look,
}

impl Help<'_> {
    pub(super) fn about(&self, topic: &Topic) -> Result<Report, Misuse> {
        let text = match topic {
            Topic::Program => self.program(),
            Topic::Verb(verb) => self.verb(*verb),
            Topic::Tool(name) => self.tool(name)?,
            Topic::Prompt(name) => self.prompt(name)?,
            Topic::Unknown(misuse) => return Err(misuse.clone()),
        };
        Ok(Report::done(text))
    }

    fn program(&self) -> String {
        let Info { name, title, version, description, .. } = self.info;
        let mut page = Page::new(self.look);
        let title = title.as_ref().map(|title| format!(": {}", visible(title))).unwrap_or_default();
        page.line(&format!("{} {}{title}", self.look.bold(&visible(name)), visible(version)));
        if let Some(description) = description {
            page.paragraph(description);
        }
        let program = self.program;
        page.section("USAGE");
        // What its own arguments look like is said once, where none were given.
        let is_bare = self.info.usage.is_some() && self.info.arguments.is_empty();
        if is_bare {
            page.line(&format!("  {program} [COMMAND]"));
        }
        let row = |rest: &str| if is_bare { rest.to_owned() } else { format!("{program} {rest}") };
        let alone = if is_bare { "(no command)".to_owned() } else { program.to_owned() };
        let mut usage = vec![(alone, "serve over stdio: what an MCP client starts")];
        if cfg!(feature = "http") {
            usage.push((row("--http [HOST:PORT]"), "serve over HTTP, by default on 127.0.0.1:8080"));
        }
        usage.extend(Verb::ALL.map(|verb| (row(verb.short_usage()), verb.about())));
        page.table(&usage);
        page.section("OPTIONS");
        let mut options: Vec<(String, &str)> = vec![
            ("--json".into(), "print JSON, as it is on the wire"),
            ("--answer ANSWER".into(), "with call, read, get: the answer when it asks, as in place=4A"),
            ("--decline".into(), "with call, read, get: the answer is no"),
            ("--save DIR".into(), "with call, read, get: where to put pictures and other files"),
        ];
        if cfg!(feature = "http") {
            options.push(("--conf FILE".into(), "with --http: who gets in, as a line `token = ...`"));
        }
        if cfg!(feature = "oauth") {
            options.push(("--oidc ISSUER".into(), "with --http: whoever has a token of this authorization server"));
            options
                .push(("--audience URI".into(), "with --oidc: whom tokens must be for; by default the server's URL"));
        }
        if cfg!(feature = "tls") {
            options.push(("--tls-cert FILE".into(), "with --http: serve TLS, with this certificate (PEM)"));
            options.push(("--tls-key FILE".into(), "with --tls-cert: its private key (PEM)"));
        }
        options.extend([
            ("-h, --help".into(), "print help, also behind a command, a tool, a prompt"),
            ("-V, --version".into(), "print name and version"),
        ]);
        page.table(&options);
        let examples: Vec<String> = [Verb::Call, Verb::Read, Verb::Get]
            .into_iter()
            .flat_map(|verb| self.examples(verb).into_iter().take(1))
            .collect();
        page.examples(&examples);
        page.section("ENVIRONMENT");
        let mut environment: Vec<(String, &str)> =
            vec![("LMCP_LOG".into(), "what to log on standard error: info, debug, or TARGET=LEVEL; also RUST_LOG")];
        if cfg!(feature = "http") {
            environment.push(("LMCP_TOKEN".into(), "the bearer token that --http asks for"));
            environment.push(("LMCP_ALLOW_HOST".into(), "further hosts that --http answers to, with commas between"));
        }
        if cfg!(feature = "oauth") {
            environment.push(("LMCP_OIDC".into(), "the authorization server whose tokens --http asks for, as --oidc"));
            environment.push(("LMCP_AUDIENCE".into(), "whom they must be for, as --audience"));
        }
        environment.push(("LMCP_SECRET".into(), "what replicas of a server share to finish each other's calls"));
        environment.push(("NO_COLOR".into(), "plain text, on terminals too; CLICOLOR_FORCE=1 is the opposite"));
        environment.push(("COLUMNS".into(), "how wide lines may be; by default as wide as the terminal"));
        page.table(&environment);
        page.section("EXIT CODES");
        page.table(&[
            ("0".into(), "done"),
            ("1".into(), "the server, or what it ran, reported an error; check found one"),
            ("2".into(), "the command line was not understood; nothing ran"),
        ]);
        page.text
    }

    fn verb(&self, verb: Verb) -> String {
        let mut page = Page::new(self.look);
        page.line(&format!("{} {}", self.program, verb.usage()));
        page.paragraph(match verb {
            Verb::List => {
                "Shows what the server offers: what each function takes and gives, and the first line of what is said \
                 of it. `?` marks an argument that may be left out, `=` its default."
            }
            Verb::Call => {
                "Runs a tool here, in this process. Its text goes to standard output; progress, log messages and \
                 errors go to standard error. What the tool asks is answered by --answer, and else on the terminal. \
                 There, a list of objects is shown as a table, and an object as indented JSON."
            }
            Verb::Read => {
                "Prints a resource: text as it is, bytes when standard output is not a terminal. With --save, writes it \
                 to a file instead."
            }
            Verb::Get => "Renders a prompt and prints its messages, each behind its role.",
            Verb::Check => {
                "Reports what clients, and the models behind them, would refuse or cut off of the definitions, and what \
                 directories ask for; each with what to write instead, and how large the list of tools is. A token is \
                 counted for each four bytes. Errors fail, advice does not."
            }
            Verb::Install => {
                "Writes this program into a client's configuration, as a server that the client starts; or, with --http, \
                 the address of one that runs. Nothing else in the file changes, what was added to the entry by hand \
                 stays, and what was there before is kept in a file beside it that ends in .bak. Without CLIENT, lists \
                 the clients, each with its file."
            }
            Verb::Uninstall => {
                "Takes this server out of a client's configuration, and nothing else. Without CLIENT, lists the \
                 clients, each with its file."
            }
            Verb::Manifest => {
                "Prints a server.json, with which the server can be published in the MCP registry \
                 (registry.modelcontextprotocol.io). What is left to be done goes to standard error."
            }
            Verb::Completions => {
                "Prints a script with which bash, zsh or fish completes words: commands, options, the names of tools, \
                 prompts and resources, what they take and ask, and the values of choices. The script asks this program, \
                 and stays right when the server changes."
            }
            Verb::Help => "Says more about a command; behind `call` about a tool, behind `get` about a prompt.",
        });
        if matches!(verb, Verb::Call | Verb::Get) {
            page.section("ARGUMENTS");
            let pair = match verb {
                Verb::Call => "a string as it is, anything else as JSON, as the tool's schema says",
                _ => "a string as it is",
            };
            let mut rows = vec![("key=value".to_owned(), pair)];
            if verb == Verb::Call {
                rows.push(("key=a key=b".into(), "a list, item by item"));
                rows.push(("key.field=value".into(), "one field of an object"));
                rows.push(("key:=json".into(), "JSON, whatever the schema says"));
            }
            rows.push(("'{\"key\": \"value\"}'".into(), "several at once, as a JSON object"));
            rows.push(("@file.json".into(), "the same, from a file"));
            rows.push(("-".into(), "the same, from standard input"));
            page.table(&rows);
        }
        let json = match verb {
            Verb::List => "print the definitions as JSON, as they are on the wire",
            Verb::Check => "print findings and sizes as JSON",
            _ => "print the whole result as JSON, as it is on the wire",
        };
        let print = match verb {
            Verb::Install => "show what would be written and where, and change nothing",
            _ => "show what would be taken out and where, and change nothing",
        };
        let help = match verb {
            Verb::Call => "print this; behind a tool's name, what the tool takes",
            Verb::Get => "print this; behind a prompt's name, what the prompt takes",
            _ => "print this",
        };
        if verb != Verb::Help {
            page.section("OPTIONS");
            let mut options = match verb {
                Verb::Install | Verb::Uninstall => vec![("--print".to_owned(), print)],
                Verb::Manifest | Verb::Completions => Vec::new(),
                Verb::Check => {
                    let profiles = "whom to ask: clients (all of them), openai-strict, gemini, anthropic";
                    vec![("--profile PROFILE".to_owned(), profiles), ("--json".to_owned(), json)]
                }
                Verb::Call | Verb::Read | Verb::Get => vec![
                    ("--answer ANSWER".to_owned(), ANSWER),
                    ("--decline".to_owned(), "no to what the answers before it do not answer"),
                    ("--save DIR".to_owned(), "write pictures, sounds and other files into this folder"),
                    ("--json".to_owned(), json),
                ],
                _ => vec![("--json".to_owned(), json)],
            };
            if verb == Verb::Install && cfg!(feature = "http") {
                options.insert(0, ("--http URL".to_owned(), "write the URL of a server that runs, and no command"));
            }
            options.push(("-h, --help".to_owned(), help));
            page.table(&options);
        }
        if matches!(verb, Verb::Install | Verb::Uninstall) {
            page.section("CLIENTS");
            for line in wrap(&install::names().join(", "), self.look.width.unwrap_or(80).clamp(40, 100) - 2) {
                page.line(&format!("  {line}"));
            }
        }
        page.examples(&self.examples(verb));
        page.text
    }

    fn tool(&self, name: &str) -> Result<String, Misuse> {
        let catalog = self.server.map(|server| server.shared.registry.current());
        let tool = catalog.as_ref().and_then(|catalog| catalog.tool(name));
        let Some(tool) = tool else {
            let known = catalog.iter().flat_map(|catalog| catalog.tools.names());
            return Err(Misuse::unknown(Verb::Call, "tool", name, known));
        };
        let arguments = signature::of_tool(tool);
        let output = signature::output(tool).map(|output| format!(" -> {output}")).unwrap_or_default();
        Ok(self.function(Verb::Call, &tool.common, (&arguments, &tool.input_schema), &output))
    }

    fn prompt(&self, name: &str) -> Result<String, Misuse> {
        let catalog = self.server.map(|server| server.shared.registry.current());
        let prompt = catalog.as_ref().and_then(|catalog| catalog.prompts.get(name));
        let Some(prompt) = prompt else {
            let known = catalog.iter().flat_map(|catalog| catalog.prompts.names());
            return Err(Misuse::unknown(Verb::Get, "prompt", name, known));
        };
        let arguments = signature::of_prompt(prompt);
        let root = signature::input(&prompt.common);
        Ok(self.function(Verb::Get, &prompt.common, (&arguments, &root), ""))
    }

    fn function(&self, verb: Verb, common: &Common, (arguments, root): (&[Argument], &Value), output: &str) -> String {
        let example = self.example(verb, common, arguments, root);
        let mut page = Page::new(self.look);
        page.line(&format!("{}{}{output}", self.look.bold(&visible(&common.name)), signature::list(arguments)));
        if let Some(description) = &common.description {
            page.paragraph(description);
        }
        let rows = rows(arguments, root);
        let nested = rows.len() > arguments.len();
        if rows.iter().any(|(_, about)| !about.is_empty()) || nested {
            page.section("ARGUMENTS");
            page.table(&rows);
        }
        if let (true, Some(outer)) = (nested && verb == Verb::Call, arguments.iter().find(|a| a.is_nested(root))) {
            let (name, list) = (&outer.name, outer.is_list(root));
            page.paragraph(&match list {
                true => format!(
                    "A nested value is JSON: {name}:='[{{…}}]', and a list may come item by item, {name}='{{…}}'."
                ),
                false => format!("A nested value is JSON: {name}:='{{…}}'."),
            });
        }
        let mut examples = vec![example];
        for form in common.forms.iter().filter_map(|form| form().ok()) {
            let fields = signature::of_form(&form);
            page.section("ASKS");
            if fields.is_empty() {
                page.table(&[("nothing but yes or no".to_owned(), "")]);
                continue;
            }
            let alone = fields.len() == 1;
            let named = |field: &Argument| match field.to_string() {
                _ if alone && field.name == answers::VALUE => field.kind.clone(),
                shown => shown,
            };
            let row = |field: &Argument| (named(field), field.about(&Value::Null));
            page.table(&fields.iter().map(row).collect::<Vec<_>>());
            if fields.iter().all(|field| !field.required) {
                let all = if alone { "It" } else { "All of it" };
                page.paragraph(&format!("{all} may be left out: {}", answers::NOTHING));
            }
        }
        let example = examples.first().cloned().unwrap_or_default();
        examples.extend(answers::examples(common).iter().map(|answer| format!("{example} {answer}")));
        page.examples(&examples);
        page.text
    }

    /// What can be typed as it stands, at most three of a command.
    fn examples(&self, verb: Verb) -> Vec<String> {
        let Some(server) = self.server else { return Vec::new() };
        let catalog = server.shared.registry.current();
        let program = self.program;
        match verb {
            Verb::List => vec![format!("{program} list"), format!("{program} list tools --json")],
            Verb::Call => catalog
                .tools
                .items()
                .iter()
                .take(3)
                .map(|tool| self.example(verb, &tool.common, &signature::of_tool(tool), &tool.input_schema))
                .collect(),
            Verb::Read => {
                let fixed = catalog.resources.names().map(str::to_owned);
                let filled = catalog.templates.items().iter().map(|template| {
                    let input = signature::input(&template.common);
                    sample::uri(&template.uri_template, &template.common, &signature::of_template(template), &input)
                });
                fixed.take(2).chain(filled).take(3).map(|uri| format!("{program} read {uri}")).collect()
            }
            Verb::Get => catalog
                .prompts
                .items()
                .iter()
                .take(3)
                .map(|prompt| {
                    self.example(verb, &prompt.common, &signature::of_prompt(prompt), &signature::input(&prompt.common))
                })
                .collect(),
            Verb::Check => vec![format!("{program} check"), format!("{program} check --profile gemini --json")],
            Verb::Install => {
                let mut examples = vec![format!("{program} install"), format!("{program} install claude-desktop")];
                if cfg!(feature = "http") {
                    examples.push(format!("{program} install cursor --http http://127.0.0.1:8080/mcp --print"));
                }
                examples
            }
            Verb::Uninstall => vec![format!("{program} uninstall claude-desktop")],
            Verb::Manifest => vec![format!("{program} manifest > server.json")],
            Verb::Completions => vec![
                format!("source <({program} completions bash)"),
                format!("source <({program} completions zsh)"),
                format!("{program} completions fish | source"),
            ],
            Verb::Help => {
                let tool = catalog.tools.names().next().map(|name| format!("{program} help call {name}"));
                [format!("{program} help call")].into_iter().chain(tool).collect()
            }
        }
    }

    fn example(&self, verb: Verb, common: &Common, arguments: &[Argument], root: &Value) -> String {
        format!("{} {} {}{}", self.program, verb.as_str(), common.name, sample::words(common, arguments, root))
    }
}

/// Each argument with what is said of it, and below it what is inside of it.
fn rows(arguments: &[Argument], root: &Value) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for argument in arguments {
        rows.push((argument.to_string(), argument.about(root)));
        for (depth, inner) in argument.inside(root) {
            rows.push((format!("{}{inner}", "  ".repeat(depth)), inner.about(root)));
        }
    }
    rows
}
