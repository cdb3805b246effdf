//! The process's arguments as one [`Command`], and what is said of arguments that are none.

use super::install::Order;
#[cfg(feature = "http")]
use crate::auth::environment::Oidc;
use crate::lint::Target;
use crate::outcome::Listed;
use crate::registry::nearest::nearest;
use lexopt::{Arg, Parser};
use std::ffi::OsString;

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
        json: bool,
    },
    Read {
        uri: Option<String>,
        json: bool,
    },
    Get {
        prompt: Option<String>,
        arguments: Vec<String>,
        json: bool,
    },
    Check {
        target: Target,
        json: bool,
    },
    Install(Order),
    Uninstall(Order),
    Manifest,
    Help(Topic),
    Version,
}

/// Where to serve HTTP, and to whom.
#[cfg(feature = "http")]
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HttpOrder {
    pub(super) address: String,
    pub(super) conf: Option<String>,
    pub(super) oidc: Oidc,
    pub(super) tls: Option<TlsFiles>,
}

/// Where a certificate and its key are.
#[cfg(feature = "http")]
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TlsFiles {
    pub(super) certificate: String,
    pub(super) key: String,
}

/// What help is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Program,
    Verb(Verb),
    Tool(String),
    Prompt(String),
}

/// The word behind the program's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    List,
    Call,
    Read,
    Get,
    Check,
    Install,
    Uninstall,
    Manifest,
    Help,
}

/// What may stand behind the program's name when nothing is known of what was meant.
const COMMANDS: &str =
    "[list | call | read | get | check | install | uninstall | manifest | help | --http [HOST:PORT]]";

/// A command line that was not understood. Nothing ran.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misuse {
    pub(super) message: String,
    /// What to write behind the program's name.
    pub(super) usage: String,
    /// The word that stands where a command should, if that is what is wrong.
    pub(super) unknown_command: Option<String>,
}

impl Misuse {
    fn of(verb: impl Into<Option<Verb>>, message: impl Into<String>) -> Self {
        Self::with(verb.into().map_or(COMMANDS, Verb::usage), message)
    }

    pub(super) fn with(usage: impl Into<String>, message: impl Into<String>) -> Self {
        Misuse { message: message.into(), usage: usage.into(), unknown_command: None }
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

impl Verb {
    const ALL: [Verb; 9] = [
        Verb::List,
        Verb::Call,
        Verb::Read,
        Verb::Get,
        Verb::Check,
        Verb::Install,
        Verb::Uninstall,
        Verb::Manifest,
        Verb::Help,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Verb::List => "list",
            Verb::Call => "call",
            Verb::Read => "read",
            Verb::Get => "get",
            Verb::Check => "check",
            Verb::Install => "install",
            Verb::Uninstall => "uninstall",
            Verb::Manifest => "manifest",
            Verb::Help => "help",
        }
    }

    /// What may stand behind the program's name.
    pub(super) fn usage(self) -> &'static str {
        match self {
            Verb::List => "list [tools | resources | templates | prompts] [--json]",
            Verb::Call => "call TOOL [key=value ...] [--json]",
            Verb::Read => "read URI [--json]",
            Verb::Get => "get PROMPT [key=value ...] [--json]",
            Verb::Check => "check [--profile PROFILE] [--json]",
            Verb::Install if cfg!(feature = "http") => "install [CLIENT] [--http URL] [--print]",
            Verb::Install => "install [CLIENT] [--print]",
            Verb::Uninstall => "uninstall [CLIENT] [--print]",
            Verb::Manifest => "manifest",
            Verb::Help => "help [COMMAND [NAME]]",
        }
    }

    fn parse(word: &str) -> Result<Self, Misuse> {
        Self::ALL.into_iter().find(|verb| verb.as_str() == word).ok_or_else(|| {
            let hint = did_you_mean(word, Self::ALL.map(Self::as_str));
            let misuse = Misuse::of(None, format!("unknown command {word:?}{hint}"));
            Misuse { unknown_command: Some(word.to_owned()), ..misuse }
        })
    }

    fn has_json(self) -> bool {
        matches!(self, Verb::List | Verb::Call | Verb::Read | Verb::Get | Verb::Check)
    }

    fn has_print(self) -> bool {
        matches!(self, Verb::Install | Verb::Uninstall)
    }
}

/// The options, by what they are for.
#[derive(Default)]
struct Options {
    #[cfg(feature = "http")]
    http: Option<String>,
    #[cfg(feature = "http")]
    conf: Option<String>,
    #[cfg(feature = "http")]
    issuer: Option<String>,
    #[cfg(feature = "http")]
    audience: Option<String>,
    #[cfg(feature = "http")]
    certificate: Option<String>,
    #[cfg(feature = "http")]
    key: Option<String>,
    profile: Option<String>,
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
                #[cfg(feature = "http")]
                Some(Arg::Long("http")) => options.http = Some(address(&mut parser)?),
                #[cfg(feature = "http")]
                Some(Arg::Long("conf")) => options.conf = Some(file(&mut parser, "--conf")?),
                #[cfg(feature = "http")]
                Some(Arg::Long("oidc")) => options.issuer = Some(url(&mut parser, "--oidc", "the issuer's URL")?),
                #[cfg(feature = "http")]
                Some(Arg::Long("audience")) => {
                    options.audience = Some(url(&mut parser, "--audience", "what tokens have in `aud`")?);
                }
                #[cfg(feature = "http")]
                Some(Arg::Long("tls-cert")) => options.certificate = Some(file(&mut parser, "--tls-cert")?),
                #[cfg(feature = "http")]
                Some(Arg::Long("tls-key")) => options.key = Some(file(&mut parser, "--tls-key")?),
                Some(Arg::Long("profile")) => options.profile = Some(profile(&mut parser)?),
                Some(Arg::Long("json")) => options.json = true,
                Some(Arg::Long("print")) => options.print = true,
                Some(Arg::Short('h') | Arg::Long("help")) => options.help = true,
                Some(Arg::Short('V') | Arg::Long("version")) => options.version = true,
                Some(Arg::Long(name)) => return Err(unknown_option(verb, &format!("--{name}"))),
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
            Some(Verb::Install) => options.url()?,
            _ => None,
        };
        #[cfg(not(feature = "http"))]
        let url = None;
        #[cfg(feature = "http")]
        if url.is_none()
            && let Some(http) = options.http(verb)?
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
        let (json, print) = (options.json, options.print);
        let mut words = words.into_iter();
        let command = match verb {
            None => Command::Serve,
            Some(Verb::List) => Command::List { only: words.next().map(|word| listed(&word)).transpose()?, json },
            Some(Verb::Call) => {
                return Ok(Command::Call { tool: words.next(), arguments: words.collect(), json });
            }
            Some(Verb::Read) => Command::Read { uri: words.next(), json },
            Some(Verb::Get) => {
                return Ok(Command::Get { prompt: words.next(), arguments: words.collect(), json });
            }
            Some(Verb::Check) => Command::Check { target: target(options.profile.as_deref())?, json },
            Some(Verb::Install) => Command::Install(Order { client: words.next(), url, print }),
            Some(Verb::Uninstall) => Command::Uninstall(Order { client: words.next(), url: None, print }),
            Some(Verb::Manifest) => Command::Manifest,
            Some(Verb::Help) => {
                let about = words.next().map(|word| Verb::parse(&word)).transpose()?;
                return Ok(Command::Help(Topic::of(about, words.collect())));
            }
        };
        match words.next() {
            Some(word) => Err(Misuse::of(verb, format!("{word:?} is one argument too many"))),
            None => Ok(command),
        }
    }
}

#[cfg(feature = "http")]
impl Options {
    /// The URL to install, if there is one. The same option serves, without a command.
    fn url(&self) -> Result<Option<String>, Misuse> {
        let Some(url) = &self.http else { return Ok(None) };
        let host = ["http://", "https://"].into_iter().find_map(|scheme| url.strip_prefix(scheme));
        let whole = host.is_some_and(|host| !host.is_empty() && !host.starts_with('/'));
        if !whole || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
            let message = format!("{url:?} is no URL: write it as in --http http://127.0.0.1:8080/mcp");
            return Err(Misuse::of(Verb::Install, message));
        }
        if let Some((_, option)) = self.beside_http().into_iter().find(|(value, _)| value.is_some()) {
            return Err(Misuse::of(Verb::Install, format!("{option} does not go with install")));
        }
        Ok(Some(url.clone()))
    }

    fn beside_http(&self) -> [(&Option<String>, &'static str); 5] {
        [
            (&self.conf, "--conf"),
            (&self.issuer, "--oidc"),
            (&self.audience, "--audience"),
            (&self.certificate, "--tls-cert"),
            (&self.key, "--tls-key"),
        ]
    }

    /// Serving HTTP, if that is asked for; what belongs to it goes with nothing else.
    fn http(&self, verb: Option<Verb>) -> Result<Option<Command>, Misuse> {
        let misuse = |message: &str| Err(Misuse::with(HTTP, message));
        let Some(address) = self.http.clone() else {
            return match self.beside_http().into_iter().find(|(value, _)| value.is_some()) {
                Some((_, option)) => misuse(&format!("{option} goes with --http")),
                None => Ok(None),
            };
        };
        if let Some(verb) = verb {
            return misuse(&format!("--http serves; it does not go with {}", verb.as_str()));
        }
        if self.json {
            return misuse("--json does not go with --http");
        }
        let tls = match (self.certificate.clone(), self.key.clone()) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (Some(_), None) => {
                return misuse("--tls-cert needs --tls-key, the file with the certificate's private key");
            }
            (None, Some(_)) => return misuse("--tls-key needs --tls-cert, the file with the key's certificate"),
        };
        if self.conf.is_some()
            && let Some((_, option)) = [(&self.issuer, "--oidc"), (&self.audience, "--audience")]
                .into_iter()
                .find(|(value, _)| value.is_some())
        {
            return misuse(&format!("--conf and {option} both say who gets in: write one of them"));
        }
        let oidc = Oidc { issuer: self.issuer.clone(), audience: self.audience.clone() };
        Ok(Some(Command::Http(HttpOrder { address, conf: self.conf.clone(), oidc, tls })))
    }
}

/// What may stand behind the program's name to serve HTTP.
#[cfg(feature = "http")]
const HTTP: &str = if cfg!(feature = "tls") {
    "--http [HOST:PORT] [--conf FILE | --oidc ISSUER [--audience URI]] [--tls-cert FILE --tls-key FILE]"
} else {
    "--http [HOST:PORT] [--conf FILE | --oidc ISSUER [--audience URI]]"
};

/// What stands behind `--oidc` or `--audience`.
#[cfg(feature = "http")]
fn url(parser: &mut Parser, option: &str, what: &str) -> Result<String, Misuse> {
    let misuse = || Misuse::with(HTTP, format!("{option} needs {what}"));
    let value = parser.value().map_err(|_| misuse())?;
    value.into_string().ok().filter(|value| !value.trim().is_empty()).ok_or_else(misuse)
}

#[cfg(feature = "http")]
fn file(parser: &mut Parser, option: &str) -> Result<String, Misuse> {
    let file = parser.value().map_err(|_| Misuse::with(HTTP, format!("{option} needs a file")))?;
    Ok(file.to_string_lossy().into_owned())
}

/// The address behind `--http`, which may be left out.
#[cfg(feature = "http")]
fn address(parser: &mut Parser) -> Result<String, Misuse> {
    let given = match parser.optional_value() {
        Some(value) => Some(value),
        None => {
            let mut rest = parser.raw_args().map_err(|e| Misuse::with(HTTP, e.to_string()))?;
            rest.next_if(|word| !word.to_string_lossy().starts_with('-'))
        }
    };
    Ok(given.map_or_else(|| "127.0.0.1:8080".into(), |value| value.to_string_lossy().into_owned()))
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

fn listed(word: &str) -> Result<Listed, Misuse> {
    Ok(match word {
        "tools" => Listed::Tools,
        "resources" => Listed::Resources,
        "templates" => Listed::Templates,
        "prompts" => Listed::Prompts,
        _ => {
            let hint = did_you_mean(word, ["tools", "resources", "templates", "prompts"]);
            return Err(Misuse::of(Verb::List, format!("there is no list of {word:?}{hint}")));
        }
    })
}

/// The word behind `--profile`.
fn profile(parser: &mut Parser) -> Result<String, Misuse> {
    let missing = |_| Misuse::of(Verb::Check, format!("--profile needs one of {}", targets()));
    Ok(parser.value().map_err(missing)?.to_string_lossy().into_owned())
}

fn target(profile: Option<&str>) -> Result<Target, Misuse> {
    let Some(profile) = profile else { return Ok(Target::default()) };
    Target::ALL.into_iter().find(|target| target.as_str() == profile).ok_or_else(|| {
        let near = did_you_mean(profile, Target::ALL.map(Target::as_str));
        let hint = if near.is_empty() { format!("; write one of {}", targets()) } else { near };
        Misuse::of(Verb::Check, format!("there is no profile {profile:?}{hint}"))
    })
}

fn targets() -> String {
    Target::ALL.map(Target::as_str).join(", ")
}

fn unknown_option(verb: Option<Verb>, option: &str) -> Misuse {
    let mut hint = did_you_mean(
        option,
        [
            "--json",
            "--print",
            "--profile",
            "--help",
            "--version",
            "--http",
            "--conf",
            "--oidc",
            "--audience",
            "--tls-cert",
            "--tls-key",
        ],
    );
    if hint.is_empty() && matches!(verb, Some(Verb::Call | Verb::Get)) {
        hint = "; arguments are written key=value".to_owned();
    }
    Misuse::of(verb, format!("unknown option {option:?}{hint}"))
}

fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map(|near| format!("; did you mean {near:?}?")).unwrap_or_default()
}

#[cfg(test)]
#[path = "command/tests.rs"]
mod tests;
