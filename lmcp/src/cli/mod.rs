//! The built binary as its own command line: `calc` serves, `calc list` and its siblings look at what it serves.
//!
//! The process's arguments enter, and a [`Report`] leaves: what goes to standard output, what to standard error, and
//! the exit code. In the order of that way:
//!
//! - [`command`]: the arguments become one [`Command`], or a [`Misuse`];
//! - [`list`], [`call`], [`read`], [`get`], [`help`]: a command becomes a report;
//! - [`request`]: what `call`, `read` and `get` ask of the server, in memory, like any client;
//! - [`arguments`]: `key=value` becomes JSON, as the schema says; [`sample`] is the way back, for examples;
//! - [`signature`]: what functions take and give, as people read it;
//! - [`content`], [`json`], [`text`]: results, JSON and text for people and terminals.

mod arguments;
mod call;
mod command;
mod content;
mod get;
mod help;
mod json;
mod list;
mod log;
mod read;
mod request;
mod sample;
mod signature;
mod text;

#[cfg(feature = "http")]
use crate::Auth;
use crate::server::{ReadyServer, Server};
use crate::transport::stdout;
use crate::{Error, Result};
use command::{Command, Misuse, Topic};
use help::Help;
use std::io::{self, Write};
use text::Look;
use tokio::runtime::{Builder, Handle, Runtime};

/// What the exit codes mean; `--help` says the same.
mod exit {
    pub(super) const DONE: i32 = 0;
    /// The server did not start, or it or what it ran reported an error.
    pub(super) const FAILED: i32 = 1;
    /// The command line was not understood, and nothing ran.
    pub(super) const MISUSED: i32 = 2;
}

/// Does what the process's arguments say. Exits the process unless all went well.
pub(crate) fn main(server: Server) {
    let code = run(server);
    if code != exit::DONE {
        std::process::exit(code);
    }
}

fn run(server: Server) -> i32 {
    if Handle::try_current().is_ok() {
        let error = "`lmcp::serve!()` starts its own runtime and cannot run inside one; in an async `main` write \
                     `lmcp::server!().stdio().await`";
        return Report::failed(error).print(&mut io::stdout());
    }
    log::start();
    let program = text::program(&server.info().name);
    let look = Look::of_stdout();
    let command = match Command::parse(std::env::args_os()) {
        Ok(command) => command,
        Err(misuse) => return Report::misused(misuse, &program).print(&mut io::stdout()),
    };
    match command {
        Command::Serve => match serve(server) {
            Ok(()) => exit::DONE,
            Err(e) => Report::error(&e).print(&mut io::stdout()),
        },
        #[cfg(feature = "http")]
        Command::Http { address, conf } => match serve_http(server, &address, conf.as_deref()) {
            Ok(()) => exit::DONE,
            Err(e) => Report::error(&e).print(&mut io::stdout()),
        },
        Command::Version => {
            let info = server.info();
            Report::done(format!("{} {}\n", info.name, info.version)).print(&mut io::stdout())
        }
        Command::Help(topic) => {
            let info = server.info().clone();
            let report = match (server.build(), &topic) {
                (Err(e), Topic::Tool(_) | Topic::Prompt(_)) => Ok(Report::error(&e)),
                // Help is there also when the server cannot start; then it has no examples.
                (built, topic) => {
                    let server = built.ok();
                    Help { info: &info, server: server.as_ref(), program: &program, look }.about(topic)
                }
            };
            report.unwrap_or_else(|misuse| Report::misused(misuse, &program)).print(&mut io::stdout())
        }
        Command::List { only, json } => {
            let report = match server.build() {
                Ok(server) => list::list(&server, only, json, look),
                Err(e) => Report::error(&e),
            };
            report.print(&mut io::stdout())
        }
        Command::Call { tool, arguments, json } => {
            handle(server, async |server| call::call(server, tool.as_deref(), &arguments, json, look).await)
        }
        Command::Read { uri, json } => {
            handle(server, async |server| read::read(server, uri.as_deref(), json, look).await)
        }
        Command::Get { prompt, arguments, json } => {
            handle(server, async |server| get::get(server, prompt.as_deref(), &arguments, json, look).await)
        }
    }
}

fn serve(server: Server) -> Result<()> {
    let server = server.build()?;
    let runtime = start(Builder::new_multi_thread().enable_all())?;
    let served = runtime.block_on(server.stdio());
    // What still runs on the pool for waiting functions was given its time when serving ended.
    runtime.shutdown_background();
    served
}

#[cfg(feature = "http")]
fn serve_http(server: Server, address: &str, conf: Option<&str>) -> Result<()> {
    let mut server = server;
    if let (Some(file), false) = (conf, server.has_auth()) {
        server = server.auth(Auth::from_conf(file)?);
    }
    let server = server.build()?;
    let runtime = start(Builder::new_multi_thread().enable_all())?;
    let served = runtime.block_on(async {
        let listener = crate::transport::http::listener::bind(address).await?;
        let address = listener.local_addr().map_err(|e| Error::io("the listener has no address", e))?;
        eprintln!("{} serves http://{address}{}", server.shared.info.name, server.endpoint());
        server.http_on(listener, crate::transport::signal::received()).await
    });
    runtime.shutdown_background();
    served
}

/// Runs what may run user code: whatever that prints goes to standard error, as it does while serving.
fn handle(server: Server, work: impl AsyncFnOnce(&ReadyServer) -> Result<Report, Misuse>) -> i32 {
    let program = text::program(&server.info().name);
    let begin = || -> Result<_> {
        // The runtime is of the same kind as for serving; one call needs no thread for each processor.
        let runtime = start(Builder::new_multi_thread().worker_threads(2).enable_all())?;
        let stdout = stdout::take().map_err(|e| Error::io("standard output cannot be taken", e))?;
        Ok((server.build()?, runtime, stdout))
    };
    let (server, runtime, mut stdout) = match begin() {
        Ok(begun) => begun,
        Err(e) => return Report::error(&e).print(&mut io::stdout()),
    };
    let report = runtime.block_on(work(&server));
    runtime.shutdown_background();
    let code = report.unwrap_or_else(|misuse| Report::misused(misuse, &program)).print(&mut stdout);
    stdout.give_back();
    code
}

fn start(builder: &mut Builder) -> Result<Runtime> {
    builder.build().map_err(|e| Error::io("the async runtime cannot be started", e))
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

    /// Names a command that tells more, unless the message itself knows better.
    fn hint(mut self, server: &ReadyServer, command: &str) -> Self {
        if let Some(text) = self.stderr.as_mut().filter(|text| !text.contains("did you mean")) {
            let program = text::program(&server.shared.info.name);
            text.push_str(&format!("\n`{program} {command}` shows what there is"));
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
