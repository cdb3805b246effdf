//! `install` and `uninstall`: this server as an entry of a client's configuration, and out of it again.
//!
//! A client's name enters, and a [`Report`] leaves. In between: [`client`] says where the client keeps its servers and how
//! it spells them, from [`place`] on; [`file`](mod@file) reads; [`entry`] compares what is there with what should be;
//! [`json`], [`toml`] or [`yaml`], which reads
//! [`blocks`], change a [`text`] in as many places as it takes; [`file`](mod@file) writes.

mod blocks;
mod client;
mod entry;
mod file;
mod json;
#[cfg(any(test, fuzzing))]
pub(crate) mod laws;
mod place;
#[cfg(test)]
mod tests;
mod text;
mod toml;
mod yaml;

use super::Report;
use super::command::{Misuse, Verb};
use super::text::{Look, visible};
use crate::server::handle::Info;
use client::{Client, Format, Target};
pub(super) use entry::safe;
use entry::{Entry, Pair, Plan};
use file::{Backup, Found, untouched};
use place::Environment;
use std::path::Path;
use text::{Refusal, difference};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Order {
    /// The client's name; without one, the clients are listed.
    pub(super) client: Option<String>,
    /// A server that runs, instead of this program.
    pub(super) url: Option<String>,
    /// Only show what would be done.
    pub(super) print: bool,
}

/// Writes the server into a client's file.
pub(super) fn install(info: &Info, order: &Order, look: Look) -> Result<Report, Misuse> {
    run(info, order, Verb::Install, look)
}

/// Takes the server out of a client's file.
pub(super) fn uninstall(info: &Info, order: &Order, look: Look) -> Result<Report, Misuse> {
    run(info, order, Verb::Uninstall, look)
}

fn run(info: &Info, order: &Order, verb: Verb, look: Look) -> Result<Report, Misuse> {
    let (name, env) = (safe(&info.name), Environment::of_process());
    let Some(id) = &order.client else { return list(&name, order, &env, verb, look) };
    let client = find(id, verb, &env)?;
    let job = Job { client, name: client.key(&name), env };
    let said = if verb == Verb::Install { job.install(info, order) } else { job.uninstall(order) };
    Ok(match said {
        Ok(text) => Report::done(look.result(&text).into_owned()),
        Err(why) => Report::failed(why),
    })
}

/// What may stand behind `install`.
pub(super) fn names() -> Vec<&'static str> {
    client::CLIENTS.iter().map(|client| client.id).collect()
}

fn find(id: &str, verb: Verb, env: &Environment) -> Result<&'static Client, Misuse> {
    let known = || Client::all(env).map(|client| client.id);
    let client = Client::all(env).find(|client| client.id == id);
    client.ok_or_else(|| {
        let misuse = Misuse::unknown(verb, "client", id, known());
        if misuse.message.contains("did you mean") {
            return misuse;
        }
        let clients: Vec<&str> = known().collect();
        Misuse { message: format!("{}; there are {}", misuse.message, clients.join(", ")), ..misuse }
    })
}

/// The clients, each with its file and what is in it.
fn list(name: &str, order: &Order, env: &Environment, verb: Verb, look: Look) -> Result<Report, Misuse> {
    if order.print || order.url.is_some() {
        return Err(Misuse::which(verb, "client", Client::all(env).map(|client| client.id)));
    }
    let mut out = look.bold("CLIENTS") + "\n";
    for client in Client::all(env) {
        let (place, state) = match client.file(env) {
            Ok(path) => (path.display().to_string(), state(client, &client.key(name), &path)),
            Err(why) => (String::new(), why),
        };
        out.push_str(&format!("  {}{}  {}\n", look.bold(client.id), " ".repeat(14 - client.id.len()), visible(&place)));
        out.push_str(&format!("{}{}\n", " ".repeat(18), look.dim(&visible(&state))));
    }
    Ok(Report::done(out))
}

/// What the client's file says of this server, in a few words.
fn state(client: &Client, name: &str, path: &Path) -> String {
    let found = match Found::read(path) {
        Ok(found) if found.exists() => found,
        Ok(_) => return "there is no file yet".to_owned(),
        Err(why) => return why,
    };
    match client.format.find(&found.text, client.section, name) {
        Ok(Some(pairs)) => {
            format!("has {name}: {}", entry::target(&pairs).unwrap_or("neither a command nor a URL"))
        }
        Ok(None) => format!("{name} is not in it"),
        Err(refusal) => refusal.to_string(),
    }
}

impl Format {
    fn find(self, text: &str, section: &str, name: &str) -> Result<Option<Vec<Pair>>, Refusal> {
        match self {
            Format::Json => json::find(text, section, name),
            Format::Toml => toml::find(text, section, name),
            Format::Yaml => yaml::find(text, section, name),
        }
    }

    fn write(self, text: &str, section: &str, name: &str, plan: &Plan) -> Result<String, Refusal> {
        match self {
            Format::Json => json::write(text, section, name, plan),
            Format::Toml => toml::write(text, section, name, plan),
            Format::Yaml => yaml::write(text, section, name, plan),
        }
    }

    fn remove(self, text: &str, section: &str, name: &str) -> Result<Option<String>, Refusal> {
        match self {
            Format::Json => json::remove(text, section, name),
            Format::Toml => toml::remove(text, section, name),
            Format::Yaml => yaml::remove(text, section, name),
        }
    }
}

/// The text with the entry as it should be, and where that pointed to before, if it was there: the outer `None` is for
/// an entry that is right already.
type Written = Option<(String, Option<String>)>;

fn written(format: Format, text: &str, section: &str, name: &str, entry: &Entry) -> Result<Written, Refusal> {
    let found = format.find(text, section, name)?;
    let plan = found.as_deref().map_or_else(|| entry.whole(), |found| entry.over(found));
    if found.is_some() && plan.is_empty() {
        return Ok(None);
    }
    let new = format.write(text, section, name, &plan)?;
    // Whatever the editor did, nothing is written that does not read as it should.
    let now = format.find(&new, section, name)?;
    if !now.is_some_and(|now| entry.over(&now).is_empty()) {
        return Err(Refusal {
            line: 1,
            column: 1,
            why: "this file is written in a way that cannot be changed here".into(),
        });
    }
    let was = found.map(|found| entry::target(&found).unwrap_or("neither a command nor a URL").to_owned());
    Ok(Some((new, was)))
}

/// One client's file, and the name to look for in it.
struct Job<'e> {
    client: &'static Client,
    name: String,
    env: Environment<'e>,
}

impl Job<'_> {
    fn install(&self, info: &Info, order: &Order) -> Result<String, String> {
        let target = match &order.url {
            Some(url) => Target::Url(url.clone()),
            None => Target::Command(this_program()?, info.arguments.clone()),
        };
        let description = info.description.as_deref().and_then(|text| text.lines().next()).unwrap_or_default();
        let entry = self.client.entry(&self.name, description, &target)?;
        let (name, found) = (&self.name, Found::read(&self.client.file(&self.env)?)?);
        let written = written(self.client.format, &found.text, self.client.section, name, &entry)
            .map_err(|refusal| untouched(&found.path, &refusal))?;
        let path = found.path.display();
        let Some((new, was)) = written else {
            return Ok(format!("{name} is in {path} already; nothing was changed.\n"));
        };
        if order.print {
            let what = if found.exists() { "would be changed" } else { "would be made" };
            return Ok(format!("{path} {what}, {}", difference(&found.text, &new)));
        }
        let backup = found.replace(&new)?;
        let said = match was {
            None => format!("{name} is in {path} now.\n"),
            Some(was) if was == target.text() => format!("{name} in {path} is as it should be now.\n"),
            Some(was) => format!("{name} in {path} pointed to {was}; now it points to {}.\n", target.text()),
        };
        let token = match target {
            Target::Url(_) => format!(
                "If it asks for a token, this entry needs it: {} with \"Authorization\": \"Bearer ...\".\n",
                self.client.headers()
            ),
            Target::Command(..) => String::new(),
        };
        Ok(said + &backed_up(backup) + &token + self.client.next + "\n")
    }

    fn uninstall(&self, order: &Order) -> Result<String, String> {
        let Job { client, name, env } = self;
        let found = Found::read(&client.file(env)?)?;
        let refused = |refusal| untouched(&found.path, &refusal);
        let path = found.path.display();
        let Some(new) = client.format.remove(&found.text, client.section, name).map_err(refused)? else {
            return Ok(format!("{name} is not in {path}; nothing was changed.\n"));
        };
        client.format.find(&new, client.section, name).map_err(refused)?;
        if order.print {
            return Ok(format!("{path} would be changed, {}", difference(&found.text, &new)));
        }
        let was = client.format.find(&found.text, client.section, name).map_err(refused)?;
        let was = was.as_deref().and_then(entry::target).filter(|was| this_program().is_ok_and(|this| this != *was));
        // Another program may have the same name.
        let was = was.map(|was| format!("; it pointed to {was}")).unwrap_or_default();
        let backup = found.replace(&new)?;
        Ok(format!("{name} is out of {path} now{was}.\n{}Restart {}, if it runs.\n", backed_up(backup), client.title))
    }
}

fn backed_up(backup: Option<Backup>) -> String {
    backup.map(|Backup(path)| format!("What was there before is in {}.\n", path.display())).unwrap_or_default()
}

/// Where this program is.
fn this_program() -> Result<String, String> {
    let path = std::env::current_exe().map_err(|e| format!("it is not known where this program is: {e}"))?;
    path.into_os_string().into_string().map_err(|path| {
        format!("the path of this program is not UTF-8, as configurations must be: {}", path.to_string_lossy())
    })
}
