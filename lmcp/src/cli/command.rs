//! The process's arguments as one [`Command`], and what is said of arguments that are none.

#[cfg(feature = "http")]
mod http;
mod verb;

use super::answers::{Answers, Reply};
use super::install::Order;
use super::save::Folder;
use crate::lint::Target;
use crate::outcome::Listed;
use crate::registry::nearest::nearest;
use crate::server::handle::Info;
#[cfg(feature = "http")]
pub(super) use http::{HttpOrder, TlsFiles};
use lexopt::{Arg, Parser};
use std::ffi::OsString;
pub(super) use verb::{Shell, Verb};

/// What the process is asked to do. What a person leaves out is asked back later, by name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Serve,
    #[cfg(feature = "http")]
    Http(HttpOrder),
    List {
        only: Option<Listed>,
        json: bool,
    },
    Call {
        tool: Option<String>,
        arguments: Vec<String>,
        run: Run,
    },
    Read {
        uri: Option<String>,
        run: Run,
    },
    Get {
        prompt: Option<String>,
        arguments: Vec<String>,
        run: Run,
    },
    Check {
        target: Target,
        json: bool,
    },
    Install(Order),
    Uninstall(Order),
    Manifest,
    /// The script for a shell.
    Completions(Option<Shell>),
    Help(Topic),
    Version,
}

/// How something of the server is run, and what becomes of its result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) json: bool,
    /// The folder for pictures and other files.
    pub(super) save: Option<String>,
    /// What is answered when it asks, in the order in which it was typed.
    pub(super) answers: Vec<Reply>,
}

impl Run {
    /// What stands on the command line, read, and the folder made, before anything runs.
    pub(super) fn prepared(&self) -> Result<(Answers, Option<Folder>), String> {
        Ok((Answers::read(&self.answers)?, self.save.as_deref().map(Folder::open).transpose()?))
    }

    /// One of the options that go with nothing else.
    fn given(&self) -> Option<&'static str> {
        let reply = self.answers.first().map(|reply| match reply {
            Reply::Answer(_) => "--answer",
            Reply::Decline => "--decline",
        });
        reply.or(self.save.as_ref().map(|_| "--save"))
    }
}

/// What stands behind `--answer`.
const ANSWER: &str = "an answer, as in --answer name=Ada";

/// What help is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Program,
    Verb(Verb),
    Tool(String),
    Prompt(String),
    /// A word that is no command; it may be the name of something the server has.
    Unknown(Misuse),
}

/// What may stand behind the program's name when nothing is known of what was meant.
const COMMANDS: &str =
    "[list | call | read | get | check | install | uninstall | manifest | completions | help | --http [HOST:PORT]]";

/// A command line that was not understood. Nothing ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misuse {
    pub(super) message: String,
    /// What to write behind the program's name.
    pub(super) usage: String,
    /// The word that stands where a command should, if that is what is wrong.
    pub(super) unknown_command: Option<String>,
    /// Nothing is known of an option or a command: it may be an argument of the program's own, in a wrong place.
    pub(super) unknown: bool,
}

impl Misuse {
    fn of(verb: impl Into<Option<Verb>>, message: impl Into<String>) -> Self {
        Self::with(verb.into().map_or(COMMANDS, Verb::usage), message)
    }

    pub(super) fn with(usage: impl Into<String>, message: impl Into<String>) -> Self {
        Misuse { message: message.into(), usage: usage.into(), unknown_command: None, unknown: false }
    }

    /// Says where the program's own arguments stand, if what is not understood may be one of them.
    pub(super) fn own(mut self, info: &Info) -> Self {
        if let (true, Some(usage)) = (self.unknown && info.arguments.is_empty(), &info.usage) {
            let name = super::text::name(info);
            self.message.push_str(&format!(
                "\nthe program's own arguments, `{usage}`, stand before the command: {name} {usage} list"
            ));
        }
        self
    }

    /// There is no tool, prompt or resource of this name to say anything about.
    pub(super) fn unknown<'a>(verb: Verb, kind: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self::of(verb, format!("unknown {kind} {name:?}{}", did_you_mean(name, known)))
    }

    /// The name was left out: it asks which of these.
    pub(super) fn which<'a>(verb: Verb, kind: &str, names: impl Iterator<Item = &'a str>) -> Self {
        const MOST: usize = 12;
        let mut names: Vec<&str> = names.take(MOST + 1).collect();
        if names.len() > MOST {
            names.truncate(MOST);
            names.push("…");
        }
        let these = if names.is_empty() { "the server has none".to_owned() } else { names.join(", ") };
        Self::of(verb, format!("which {kind}? {these}"))
    }
}

/// The options, by what they are for.
#[derive(Default)]
struct Options {
    #[cfg(feature = "http")]
    http: http::Options,
    profile: Option<String>,
    run: Run,
    json: bool,
    print: bool,
    help: bool,
    version: bool,
}

impl Command {
    /// Reads the process's arguments, the program's own name first.
    pub(super) fn parse(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Result<Self, Misuse> {
        let mut parser = Parser::from_iter(arguments);
        let mut options = Options::default();
        let mut verb = None;
        let mut words: Vec<String> = Vec::new();
        loop {
            match parser.next().map_err(|e| Misuse::of(verb, e.to_string()))? {
                None => break,
                Some(Arg::Long("profile")) => options.profile = Some(profile(&mut parser)?),
                Some(Arg::Long("json")) => options.json = true,
                Some(Arg::Long("print")) => options.print = true,
                Some(Arg::Short('h') | Arg::Long("help")) => options.help = true,
                Some(Arg::Short('V') | Arg::Long("version")) => options.version = true,
                Some(Arg::Long("answer")) => {
                    let answer = value(&mut parser, verb, "--answer", ANSWER)?;
                    options.run.answers.push(Reply::Answer(answer));
                }
                Some(Arg::Long("decline")) => options.run.answers.push(Reply::Decline),
                Some(Arg::Long("save")) => options.run.save = Some(value(&mut parser, verb, "--save", "a folder")?),
                Some(Arg::Long(name)) => {
                    let name = name.to_owned();
                    #[cfg(feature = "http")]
                    if options.http.take(&name, &mut parser)? {
                        continue;
                    }
                    return Err(unknown_option(verb, &format!("--{name}")));
                }
                Some(Arg::Short(letter)) => return Err(unknown_option(verb, &format!("-{letter}"))),
                Some(Arg::Value(word)) => {
                    let word = word.into_string().map_err(|word| {
                        Misuse::of(verb, format!("{:?} is not UTF-8, as arguments must be", word.to_string_lossy()))
                    })?;
                    match verb {
                        None => verb = Some(Verb::parse(&word)?),
                        Some(_) => words.push(word),
                    }
                }
            }
        }
        Self::of(verb, words, options)
    }

    fn of(verb: Option<Verb>, words: Vec<String>, options: Options) -> Result<Self, Misuse> {
        if options.version {
            return Ok(Command::Version);
        }
        if options.help {
            return Ok(Command::Help(Topic::of(verb, words)));
        }
        #[cfg(feature = "http")]
        let url = match verb {
            Some(Verb::Install) => options.http.url()?,
            _ => None,
        };
        #[cfg(not(feature = "http"))]
        let url = None;
        #[cfg(feature = "http")]
        if url.is_none()
            && let Some(http) = options.http.http(verb, options.json)?
        {
            return Ok(http);
        }
        if options.print && !verb.is_some_and(Verb::has_print) {
            return Err(Misuse::of(verb, "--print belongs to install and uninstall"));
        }
        if options.json && !verb.is_some_and(Verb::has_json) {
            return Err(Misuse::of(verb, "--json belongs to list, call, read, get or check"));
        }
        if options.profile.is_some() && verb != Some(Verb::Check) {
            return Err(Misuse::of(verb, "--profile belongs to check"));
        }
        if let Some(option) = options.run.given().filter(|_| !verb.is_some_and(Verb::runs)) {
            return Err(Misuse::of(verb, format!("{option} belongs to call, read or get")));
        }
        let (json, print) = (options.json, options.print);
        let run = Run { json, ..options.run };
        let mut words = words.into_iter();
        let command = match verb {
            None => Command::Serve,
            Some(Verb::List) => Command::List { only: words.next().map(|word| listed(&word)).transpose()?, json },
            Some(Verb::Call) => {
                return Ok(Command::Call { tool: words.next(), arguments: words.collect(), run });
            }
            Some(Verb::Read) => Command::Read { uri: words.next(), run },
            Some(Verb::Get) => {
                return Ok(Command::Get { prompt: words.next(), arguments: words.collect(), run });
            }
            Some(Verb::Check) => Command::Check { target: target(options.profile.as_deref())?, json },
            Some(Verb::Install) => Command::Install(Order { client: words.next(), url, print }),
            Some(Verb::Uninstall) => Command::Uninstall(Order { client: words.next(), url: None, print }),
            Some(Verb::Manifest) => Command::Manifest,
            Some(Verb::Completions) => Command::Completions(words.next().map(|word| Shell::parse(&word)).transpose()?),
            Some(Verb::Help) => {
                let first = words.next();
                return match first.as_deref().map(Verb::parse).transpose() {
                    Ok(about) => Ok(Command::Help(Topic::of(about, words.collect()))),
                    Err(misuse) => Ok(Command::Help(Topic::Unknown(misuse))),
                };
            }
        };
        match words.next() {
            Some(word) => Err(Misuse::of(verb, format!("{word:?} is one argument too many"))),
            None => Ok(command),
        }
    }
}

impl Topic {
    fn of(verb: Option<Verb>, words: Vec<String>) -> Self {
        match (verb, words.into_iter().next()) {
            (Some(Verb::Call), Some(tool)) => Topic::Tool(tool),
            (Some(Verb::Get), Some(prompt)) => Topic::Prompt(prompt),
            (Some(verb), _) => Topic::Verb(verb),
            (None, _) => Topic::Program,
        }
    }
}

/// What may stand behind `list`.
pub(super) fn kinds() -> [&'static str; 4] {
    ["tools", "resources", "templates", "prompts"]
}

fn listed(word: &str) -> Result<Listed, Misuse> {
    Ok(match word {
        "tools" => Listed::Tools,
        "resources" => Listed::Resources,
        "templates" => Listed::Templates,
        "prompts" => Listed::Prompts,
        _ => {
            let hint = did_you_mean(word, kinds());
            return Err(Misuse::of(Verb::List, format!("there is no list of {word:?}{hint}")));
        }
    })
}

/// The word behind an option of those that run something.
fn value(parser: &mut Parser, verb: Option<Verb>, option: &str, what: &str) -> Result<String, Misuse> {
    let misuse = || Misuse::of(verb, format!("{option} needs {what}"));
    parser.value().ok().and_then(|value| value.into_string().ok()).filter(|value| !value.is_empty()).ok_or_else(misuse)
}

/// The word behind `--profile`.
fn profile(parser: &mut Parser) -> Result<String, Misuse> {
    let missing = |_| Misuse::of(Verb::Check, format!("--profile needs one of {}", targets()));
    Ok(parser.value().map_err(missing)?.to_string_lossy().into_owned())
}

fn target(profile: Option<&str>) -> Result<Target, Misuse> {
    let Some(profile) = profile else { return Ok(Target::default()) };
    // As people call them.
    let name = match profile {
        "claude" => Target::Anthropic.as_str(),
        "openai" => Target::OpenAiStrict.as_str(),
        name => name,
    };
    Target::ALL.into_iter().find(|target| target.as_str() == name).ok_or_else(|| {
        let near = did_you_mean(profile, Target::ALL.map(Target::as_str));
        let hint = if near.is_empty() { format!("; write one of {}", targets()) } else { near };
        Misuse::of(Verb::Check, format!("there is no profile {profile:?}{hint}"))
    })
}

fn targets() -> String {
    Target::ALL.map(Target::as_str).join(", ")
}

/// The options that go with a command; without one, those that serve.
pub(super) fn options(verb: Option<Verb>) -> Vec<&'static str> {
    let mut options = Vec::new();
    if verb.is_some_and(Verb::runs) {
        options.extend(["--answer", "--decline", "--save"]);
    }
    if verb.is_some_and(Verb::has_json) {
        options.push("--json");
    }
    if verb.is_some_and(Verb::has_print) {
        options.push("--print");
    }
    match verb {
        Some(Verb::Check) => options.push("--profile"),
        Some(Verb::Install) if cfg!(feature = "http") => options.push("--http"),
        None if cfg!(feature = "http") => {
            options.extend(["--http", "--conf", "--oidc", "--audience", "--tls-cert", "--tls-key"]);
        }
        _ => {}
    }
    options.push("--help");
    options.extend(verb.is_none().then_some("--version"));
    options
}

fn unknown_option(verb: Option<Verb>, option: &str) -> Misuse {
    let all = Verb::ALL.into_iter().map(Some).chain([None]).flat_map(options);
    let mut hint = did_you_mean(option, options(verb).into_iter().chain(all));
    if option == "--token" {
        hint = "; a token is in the environment variable LMCP_TOKEN, or in a file behind --conf".to_owned();
    } else if hint.is_empty() && matches!(verb, Some(Verb::Call | Verb::Get)) {
        hint = "; arguments are written key=value".to_owned();
    }
    Misuse { unknown: true, ..Misuse::of(verb, format!("unknown option {option:?}{hint}")) }
}

fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map(|near| format!("; did you mean {near:?}?")).unwrap_or_default()
}

#[cfg(test)]
#[path = "command/tests.rs"]
mod tests;
