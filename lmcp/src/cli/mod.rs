//! The built binary as its own command line: `calc` serves, `calc list` and its siblings look at what it serves.
//!
//! The process's arguments enter, and a [`Report`] leaves: what goes to standard output, what to standard error, and
//! the exit code. In the order of that way:
//!
//! - [`command`]: the arguments become one [`Command`], or a [`Misuse`];
//! - [`list`], [`call`], [`read`], [`get`], [`check`], [`install`], [`manifest`], [`complete`], [`help`], [`page`]: a
//!   command becomes a report;
//! - [`request`]: what `call`, `read` and `get` ask of the server, in memory, like any client;
//! - [`prompt`], [`answers`]: what a tool asks meanwhile, of the person at the terminal, or of the command line;
//! - [`missing`]: what the program has and does not offer;
//! - [`status`]: progress and log messages meanwhile;
//! - [`arguments`]: `key=value` becomes JSON, as the schema says; [`sample`] is the way back, for examples;
//! - [`signature`]: what functions take and give, as people read it;
//! - [`content`], [`table`], [`json`], [`text`], [`width`]: results and texts for people and terminals; [`save`] for files.

mod answers;
mod arguments;
mod call;
mod check;
mod command;
mod complete;
mod content;
mod get;
mod help;
pub(crate) mod install;
mod json;
mod list;
mod manifest;
mod missing;
mod page;
mod prompt;
mod read;
mod request;
mod sample;
mod save;
mod signature;
mod status;
mod table;
mod text;
mod width;

#[cfg(feature = "http")]
use crate::auth::{Auth, environment::variable};
use crate::server::{ReadyServer, Server};
use crate::transport::stdout;
use crate::{Error, Result};
use command::{Command, Misuse, Topic, Verb};
#[cfg(feature = "http")]
use command::{HttpOrder, TlsFiles};
use help::Help;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use text::Look;
use tokio::runtime::{Builder, Handle};

/// What the exit codes mean; `--help` says the same.
mod exit {
    pub(super) const DONE: i32 = 0;
    /// The server did not start, or it or what it ran reported an error.
    pub(super) const FAILED: i32 = 1;
    /// The command line was not understood, and nothing ran.
    pub(super) const MISUSED: i32 = 2;
}

/// Does what the process's arguments say, in a runtime of its own. Exits the process unless all went well.
pub(crate) fn main(server: Server) {
    let code = if Handle::try_current().is_ok() {
        let error = "`lmcp::serve!()` starts its own runtime and cannot run inside one; in an async `main` write \
                     `lmcp::server!().run().await`";
        Report::failed(error).print(&mut io::stdout())
    } else {
        match Builder::new_multi_thread().enable_all().build() {
            Ok(runtime) => {
                let code = runtime.block_on(run(server));
                // What still runs on the pool for waiting functions was given its time when serving ended.
                runtime.shutdown_background();
                code
            }
            Err(e) => Report::error(&Error::io("the async runtime cannot be started", e)).print(&mut io::stdout()),
        }
    };
    if code != exit::DONE {
        std::process::exit(code);
    }
}

/// Does what the process's arguments say; gives the code to exit with.
pub(crate) async fn run(server: Server) -> i32 {
    let logs = crate::log::start();
    let program = text::program(server.info());
    let arguments = behind(&server.info().arguments);
    if let Some(words) = complete::asked(&arguments) {
        return completed(server, &words).await;
    }
    let report = match Command::parse(arguments) {
        Ok(command) if !matches!(command, Command::Version | Command::Help(_)) && logs.is_err() => {
            Ok(logs.map_or_else(|e| Report::error(&e).into(), |()| Said::Printed(exit::DONE)))
        }
        Ok(command) => Box::pin(obey(command, server, &program, Look::of_stdout())).await,
        Err(misuse) => {
            let info = server.info().clone();
            Err(meant(misuse, server).own(&info))
        }
    };
    match report {
        Ok(Said::Printed(code)) => code,
        Ok(Said::Report(report)) => report.print(&mut io::stdout()),
        Err(misuse) => Report::misused(misuse, &program).print(&mut io::stdout()),
    }
}

/// What a command leaves to be said.
enum Said {
    Report(Report),
    /// Nothing: it said all itself, and came to this exit code.
    Printed(i32),
}

impl From<Report> for Said {
    fn from(report: Report) -> Self {
        Said::Report(report)
    }
}

impl From<Result<()>> for Said {
    fn from(served: Result<()>) -> Self {
        served.map_or_else(|e| Report::error(&e).into(), |()| Said::Printed(exit::DONE))
    }
}

async fn obey(command: Command, server: Server, program: &str, look: Look) -> Result<Said, Misuse> {
    // A server that does not start says why, whatever was to be done with it.
    let with = |built: Result<ReadyServer>, work: &dyn Fn(&ReadyServer) -> Result<Report, Misuse>| match built {
        Ok(server) => work(&server),
        Err(e) => Ok(Report::error(&e)),
    };
    let report = match command {
        Command::Serve => return Ok(serve(server).await.into()),
        #[cfg(feature = "http")]
        Command::Http(order) => return Ok(serve_http(server, order).await.into()),
        Command::Version => {
            let info = server.info();
            Report::done(format!("{} {}\n", info.name, info.version))
        }
        Command::Help(topic) => {
            let info = server.info().clone();
            let built = server.build();
            let topic = match topic {
                Topic::Unknown(misuse) => built.as_ref().ok().and_then(|server| named(&misuse, server)).map_or_else(
                    || Topic::Unknown(misuse.clone()),
                    |(verb, name)| if verb == Verb::Call { Topic::Tool(name) } else { Topic::Prompt(name) },
                ),
                topic => topic,
            };
            match (built, &topic) {
                (Err(e), Topic::Tool(_) | Topic::Prompt(_)) => Report::error(&e),
                // Help is there also when the server cannot start; then it has no examples.
                (built, topic) => {
                    let server = built.ok();
                    let word = match topic {
                        Topic::Unknown(misuse) => misuse.unknown_command.as_deref(),
                        Topic::Tool(name) | Topic::Prompt(name) => Some(name.as_str()),
                        Topic::Program | Topic::Verb(_) => None,
                    };
                    let off = server.as_ref().zip(word).and_then(|(server, word)| missing::off(server, None, word));
                    if let Some(off) = off {
                        return Ok(Report::failed(off).into());
                    }
                    Help { info: &info, server: server.as_ref(), program, look }.about(topic)?
                }
            }
        }
        Command::Install(order) => {
            let info = server.info().clone();
            // What does not start is not installed either.
            with(server.build(), &|_| install::install(&info, &order, look))?
        }
        Command::Uninstall(order) => install::uninstall(server.info(), &order, look)?,
        Command::Completions(shell) => complete::script(shell, server.info())?,
        Command::Manifest => manifest::manifest(server.info(), server.package()),
        Command::List { only, json } => with(server.build(), &|server| Ok(list::list(server, only, json, look)))?,
        Command::Check { target, json } => {
            with(server.build(), &|server| Ok(check::check(server, target, json, look)))?
        }
        Command::Call { tool, arguments, run } => {
            let call = async |server: &_| call::call(server, tool.as_deref(), &arguments, &run, look).await;
            return Ok(Said::Printed(handle(server, call).await));
        }
        Command::Read { uri, run } => {
            let read = async |server: &_| read::read(server, uri.as_deref(), &run, look).await;
            return Ok(Said::Printed(handle(server, read).await));
        }
        Command::Get { prompt, arguments, run } => {
            let get = async |server: &_| get::get(server, prompt.as_deref(), &arguments, &run, look).await;
            return Ok(Said::Printed(handle(server, get).await));
        }
    };
    Ok(report.into())
}

/// The process's arguments without the program's own: its name first, as always.
fn behind(own: &[String]) -> Vec<OsString> {
    let mut arguments = std::env::args_os();
    arguments.next().into_iter().chain(arguments.skip(own.len())).collect()
}

/// What a shell is told when it asks. Completers of the user's run: what they print is nothing to complete.
async fn completed(server: Server, words: &[String]) -> i32 {
    let stdout = stdout::take(false);
    // A server that cannot start has commands still.
    let report = complete::answer(server.build().ok().as_ref(), words).await;
    match stdout {
        Ok(mut stdout) => {
            let code = report.print(&mut stdout);
            stdout.give_back();
            code
        }
        Err(_) => report.print(&mut io::stdout()),
    }
}

/// A command that is unknown may be the name of something the server has.
fn meant(misuse: Misuse, server: Server) -> Misuse {
    let Ok(server) = server.build() else { return misuse };
    let Some((verb, word)) = named(&misuse, &server) else { return misuse };
    let kind = if verb == Verb::Call { "tool" } else { "prompt" };
    let usage = format!("{} {word} [key=value ...]", verb.as_str());
    Misuse::with(usage, format!("{word:?} is a {kind}, and no command"))
}

/// The tool or the prompt that has an unknown command's name, and what runs it.
fn named(misuse: &Misuse, server: &ReadyServer) -> Option<(Verb, String)> {
    let word = misuse.unknown_command.clone()?;
    let catalog = server.shared.registry.current();
    let verb = match (catalog.tool(&word), catalog.prompts.get(&word)) {
        (Some(_), _) => Verb::Call,
        (None, Some(_)) => Verb::Get,
        (None, None) => return None,
    };
    Some((verb, word))
}

async fn serve(server: Server) -> Result<()> {
    let server = server.build()?;
    if io::stdin().is_terminal() {
        let info = &server.shared.info;
        let program = text::program(info);
        text::complain(&format!(
            "{} {} is a Model Context Protocol server, waiting for a client's JSON on standard input.\n\
             A client starts it by itself. To look at it here, press Ctrl-C and type:\n  \
             {program} list\n  {program} --help",
            info.name, info.version
        ));
    }
    server.stdio().await
}

#[cfg(feature = "http")]
async fn serve_http(server: Server, order: HttpOrder) -> Result<()> {
    let mut server = server;
    if server.has_auth() {
        let options = [
            ("--conf", order.conf.is_some()),
            ("--oidc", order.oidc.issuer.is_some()),
            ("--audience", order.oidc.audience.is_some()),
        ];
        let given: Vec<&str> = options.iter().filter(|(_, is_given)| *is_given).map(|(option, _)| *option).collect();
        if !given.is_empty() {
            return Err(Error::setup(format!(
                "this program says itself who gets in, with an `Auth` in its code: {} would change nothing; leave it out",
                given.join(" and ")
            )));
        }
        crate::auth::environment::warn_of_unused();
    } else if let Some(file) = &order.conf {
        server = server.auth_said_at(Auth::from_conf(file)?, None);
    }
    if let Some(files) = order.tls {
        server = secure(server, &files)?;
    }
    if let Some(hosts) = variable("LMCP_ALLOW_HOST", "host")? {
        server = server.allow_hosts_of("LMCP_ALLOW_HOST", &hosts);
    }
    let server = server.build()?.with_auth_of_environment(order.oidc)?;
    let options = server.http_options();
    let listener = crate::transport::http::listener::bind(&order.address, options).await?;
    #[cfg(feature = "oauth")]
    if options.auth.as_ref().is_some_and(Auth::wants_url) {
        // What cannot be told is an error before it is said that it serves.
        listener.urls(options)?;
    }
    crate::log::start()?;
    server.shared.registry.check_scopes(options.auth.as_ref())?;
    let address = listener.address(options).map_err(|e| Error::io("the listener has no address", e))?;
    let who = options.auth.as_ref().map_or_else(|| "without asking for a token".to_owned(), Auth::whom);
    let at = served_at(&address, &options.endpoint);
    text::complain(&format!("{} serves {address}{at} {who}", server.shared.info.name));
    server.listen(listener, crate::transport::signal::received()).await
}

/// With the certificate that the command line names, whatever the program says.
#[cfg(feature = "tls")]
fn secure(server: Server, files: &TlsFiles) -> Result<Server> {
    Ok(server.tls(crate::Tls::from_pem_files(&files.certificate, &files.key)?))
}

#[cfg(all(feature = "http", not(feature = "tls")))]
fn secure(_: Server, _: &TlsFiles) -> Result<Server> {
    Err(Error::setup("this program was built without TLS; in its Cargo.toml, give lmcp the feature `tls`"))
}

/// The endpoint, behind a URL it belongs to, or beside a socket's path.
#[cfg(feature = "http")]
fn served_at(address: &str, endpoint: &str) -> String {
    if address.starts_with("unix:") { format!(" at {endpoint}") } else { endpoint.to_owned() }
}

/// Runs what may run user code: whatever that prints goes to standard error, as it does while serving, but here there is
/// no protocol to warn about.
async fn handle(server: Server, work: impl AsyncFnOnce(&ReadyServer) -> Result<Report, Misuse>) -> i32 {
    let program = text::program(server.info());
    let begin = || -> Result<_> {
        let stdout = stdout::take(false).map_err(|e| Error::io("standard output cannot be taken", e))?;
        Ok((server.build()?.without_rates(), stdout))
    };
    let (server, mut stdout) = match begin() {
        Ok(begun) => begun,
        Err(e) => return Report::error(&e).print(&mut io::stdout()),
    };
    let report = work(&server).await;
    let code = report.unwrap_or_else(|misuse| Report::misused(misuse, &program)).print(&mut stdout);
    stdout.give_back();
    code
}

/// What a command came to.
#[derive(Debug, PartialEq, Eq)]
struct Report {
    stdout: Vec<u8>,
    stderr: Option<String>,
    code: i32,
}

impl Report {
    fn done(stdout: impl Into<Vec<u8>>) -> Self {
        Report { stdout: stdout.into(), stderr: None, code: exit::DONE }
    }

    /// Something to know that is no result.
    fn note(text: impl Into<String>) -> Self {
        Report { stdout: Vec::new(), stderr: Some(text.into()), code: exit::DONE }
    }

    fn failed(message: impl AsRef<str>) -> Self {
        let message = message.as_ref().trim_end();
        Report { stdout: Vec::new(), stderr: Some(format!("error: {message}")), code: exit::FAILED }
    }

    /// Something to know besides.
    fn noting(mut self, note: Option<String>) -> Self {
        if let Some(note) = note {
            let said = self.stderr.map(|said| said + "\n").unwrap_or_default();
            self.stderr = Some(format!("{said}note: {note}"));
        }
        self
    }

    fn error(error: &Error) -> Self {
        Self::failed(crate::error::chain(error))
    }

    fn misused(misuse: Misuse, program: &str) -> Self {
        let text = format!("error: {}\nusage: {program} {}", misuse.message, misuse.usage);
        Report { stdout: Vec::new(), stderr: Some(text), code: exit::MISUSED }
    }

    fn print(self, stdout: &mut impl Write) -> i32 {
        let written = stdout.write_all(&self.stdout).and_then(|()| stdout.flush());
        if let Some(text) = &self.stderr {
            text::complain(text);
        }
        match written {
            Ok(()) => self.code,
            // Whoever reads has seen enough, as `head` has.
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => self.code,
            Err(e) => {
                text::complain(&format!("error: standard output cannot be written: {e}"));
                exit::FAILED
            }
        }
    }
}
