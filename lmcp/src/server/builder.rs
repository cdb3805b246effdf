//! [`Server`]: everything a program may say about its server before it runs.

#[cfg(feature = "http")]
mod http;
mod program;
mod settings;

use super::handle::{Info, OnStart, ServerHandle, Shared};
use super::limits::Limits;
use super::ready::ReadyServer;
use super::subscribers::Subscribers;
use crate::StateValue;
use crate::admission::Rate;
use crate::admission::buckets::Buckets;
use crate::handler::entry::Source;
use crate::handler::state::States;
use crate::protocol::Level;
use crate::registry::Registry;
use crate::registry::check::{self, Mistakes};
use crate::registry::collect::{self, Kind, Named, Selection};
use crate::registry::item::Schemas;
use crate::registry::nearest::nearest;
use crate::registry::switch::Kinds;
use crate::seal::Secret;
use crate::transport::held::Held;
#[cfg(feature = "http")]
use crate::transport::http::options::Options;
use crate::type_name::type_name;
use crate::{Error, Profile, Result};
use std::panic::Location;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub use program::Package;

/// A server under construction: name, states, limits, what it offers.
///
/// [`server!`](crate::server!) begins one named after your package, with every annotated function in it;
/// [`Server::empty`] begins one without. Then [`stdio`](Server::stdio), [`serve_io`](Server::serve_io) or
/// [`main`](Server::main) run it. Nothing runs before everything has been checked.
///
/// ```standalone_crate
/// use lmcp::{State, tool};
///
/// /// Says who is asked.
/// #[tool]
/// fn who(State(name): State<String>) -> String {
///     name
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> lmcp::Result<()> {
/// let server = lmcp::server!().state("Ada".to_owned()).instructions("Ask who.");
/// let client = lmcp::testing::Client::connect(server).await?;
/// assert_eq!(client.call("who", serde_json::json!({})).await.text(), "Ada");
/// # Ok(())
/// # }
/// ```
#[must_use = "a server does nothing until it is run"]
pub struct Server {
    info: Info,
    package: Package,
    selection: Selection,
    states: States,
    limits: Limits,
    rate: Option<Rate>,
    advertised: Kinds,
    secret: Option<Secret>,
    heartbeat: Option<Duration>,
    forward: Option<Level>,
    schemas: Schemas,
    mistakes: Mistakes,
    /// Where what counts of them last was said.
    places: Places,
    /// Names of what is off from the start.
    /// Each with where that stands.
    disabled: Vec<(String, &'static Location<'static>)>,
    starts: Vec<OnStart>,
    #[cfg(feature = "http")]
    http: Options,
}

/// Where something was said that is looked at when all of it is known.
struct Places {
    name: &'static Location<'static>,
    version: &'static Location<'static>,
    limits: &'static Location<'static>,
}

/// A capability to advertise although nothing is registered for it (yet).
///
/// ```
/// use lmcp::{Advertise, Server};
///
/// // Nothing is there yet; `ServerHandle::add_tool` adds it later, and clients listen for that.
/// let server = Server::empty().advertise(Advertise::Tools).build()?;
/// # Ok::<(), lmcp::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advertise {
    /// `tools`.
    Tools,
    /// `prompts`.
    Prompts,
    /// `resources`.
    Resources,
    /// `completions`.
    Completions,
    /// `logging`.
    Logging,
}

impl Server {
    /// A server named after a package, with every annotated function in it. [`server!`](crate::server!) calls it.
    #[track_caller]
    pub fn new(package: Package) -> Self {
        let at = Location::caller();
        Server {
            info: Info {
                name: package.name.to_owned(),
                version: package.version.to_owned(),
                description: Some(package.description).filter(|d| !d.is_empty()).map(str::to_owned),
                ..Info::default()
            },
            package,
            selection: Selection { collected: true, named: Vec::new() },
            states: States::default(),
            limits: Limits::default(),
            rate: None,
            advertised: Kinds::default(),
            secret: None,
            heartbeat: Some(Duration::from_secs(15)),
            forward: None,
            schemas: Schemas::default(),
            mistakes: Mistakes::default(),
            places: Places { name: at, version: at, limits: at },
            disabled: Vec::new(),
            starts: Vec::new(),
            #[cfg(feature = "http")]
            http: Options::default(),
        }
    }

    /// A server with nothing in it: not the annotated functions, only those given to [`tool`](Self::tool) and its
    /// siblings. For two servers in one process, or a test with one tool.
    ///
    /// ```
    /// /// Adds.
    /// #[lmcp::tool]
    /// fn add(a: i64, b: i64) -> i64 { a + b }
    ///
    /// let server = lmcp::Server::empty().name("calculator").tool(add);
    /// ```
    #[track_caller]
    pub fn empty() -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let mut server = Self::new(Package { name: "lmcp", version, ..Package::default() });
        server.selection.collected = false;
        // It is named after this crate for want of another, and is not published with it.
        server.package = Package::default();
        server
    }

    /// Puts in a value for all handlers that take [`State<T>`](crate::State) of its type.
    ///
    /// One value per type: a second one of the same type keeps the server from starting. Wrap one of them in a type
    /// of its own.
    #[track_caller]
    pub fn state<T: StateValue>(mut self, value: T) -> Self {
        if self.states.put(value) {
            let name = type_name::<T>();
            self.mistake(format!("two states of type `{name}`: wrap one of them in a type of its own"));
        }
        self
    }

    /// Names a `#[tool]` function: it is offered, and listed before those that were not named.
    ///
    /// The function item's own type is the key, so renamed and private functions work. One without the attribute
    /// keeps the server from starting.
    #[track_caller]
    pub fn tool<F: 'static>(mut self, tool: F) -> Self {
        self.selection.named.push(Named::new(Kind::Tool, &tool));
        self
    }
    /// Names a `#[resource]` function; see [`tool`](Self::tool).
    #[track_caller]
    pub fn resource<F: 'static>(mut self, resource: F) -> Self {
        self.selection.named.push(Named::new(Kind::Resource, &resource));
        self
    }
    /// Names a `#[prompt]` function; see [`tool`](Self::tool).
    #[track_caller]
    pub fn prompt<F: 'static>(mut self, prompt: F) -> Self {
        self.selection.named.push(Named::new(Kind::Prompt, &prompt));
        self
    }

    /// Switches something off from the start: a tool, a prompt (by name) or a resource (by name, URI or URI template). It
    /// is neither listed nor run until [`ServerHandle::enable`](super::ServerHandle::enable) puts it back.
    ///
    /// A name that nothing has keeps the server from starting.
    ///
    /// ```
    /// /// Deletes everything.
    /// #[lmcp::tool(destructive)]
    /// fn delete() {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> lmcp::Result<()> {
    /// let may_write = std::env::args().any(|argument| argument == "--write");
    /// let mut server = lmcp::Server::empty().tool(delete);
    /// if !may_write {
    ///     server = server.disable("delete");
    /// }
    /// assert!(lmcp::testing::Client::connect(server).await?.tools().await.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// On the command line, `list`, `call` and their like say where it was switched off.
    #[track_caller]
    pub fn disable(mut self, name: impl Into<String>) -> Self {
        self.disabled.push((name.into(), Location::caller()));
        self
    }

    /// Does this once, when the first client is about to be served: on a pipe, over HTTP, in memory. Commands such as `list`
    /// and `check`, which serve nobody, do not.
    ///
    /// It runs inside the runtime, so it may spawn tasks: what watches files, or looks at a clock, tells of changes by the
    /// handle that it is given.
    ///
    /// ```standalone_crate
    /// use std::time::Duration;
    ///
    /// /// The time.
    /// #[lmcp::resource("clock://now")]
    /// fn now() -> String {
    ///     format!("{:?}", std::time::SystemTime::now())
    /// }
    ///
    /// # fn main() {}
    /// # fn serve() {
    /// lmcp::serve!(on_start = |server: lmcp::ServerHandle| {
    ///     tokio::spawn(async move {
    ///         loop {
    ///             tokio::time::sleep(Duration::from_secs(1)).await;
    ///             server.resource_updated("clock://now");
    ///         }
    ///     });
    /// })
    /// # }
    /// ```
    pub fn on_start(mut self, start: impl FnOnce(ServerHandle) + Send + 'static) -> Self {
        self.starts.push(Box::new(start));
        self
    }

    /// Advertises a capability although nothing is registered for it, because something may be added later.
    pub fn advertise(mut self, capability: Advertise) -> Self {
        let kinds = &mut self.advertised;
        *match capability {
            Advertise::Tools => &mut kinds.tools,
            Advertise::Prompts => &mut kinds.prompts,
            Advertise::Resources => &mut kinds.resources,
            Advertise::Completions => &mut kinds.completions,
            Advertise::Logging => &mut kinds.logging,
        } = true;
        self
    }

    /// Says whom the schemas of tools are written for: every client, by default. One tool has another with
    /// `#[tool(schema = "raw")]`.
    ///
    /// ```
    /// use lmcp::{Profile, tool};
    ///
    /// /// Forecast for a city.
    /// #[tool]
    /// fn forecast(city: String, days: Option<u8>) -> String {
    ///     format!("{} days in {city}", days.unwrap_or(3))
    /// }
    ///
    /// // In strict mode every property is required, and `days` may be `null`.
    /// let server = lmcp::Server::empty().tool(forecast).profile(Profile::OpenAiStrict);
    /// ```
    pub fn profile(mut self, profile: Profile) -> Self {
        self.schemas.profile = profile;
        self
    }

    /// Takes arguments only as they are, where by default those that do not fit are repaired as the schema directs: `"3"`
    /// and `3.0` for 3, `"false"`, a list or an object in quotes, one value for a list, `Rust` for `rust`. For one tool,
    /// `#[tool(strict)]` does the same. What is to be a string is never changed.
    pub fn strict(mut self, strict: bool) -> Self {
        self.schemas.strict = strict;
        self
    }

    /// Sets the limits; see [`Limits`] for each one and its default.
    #[track_caller]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.places.limits = Location::caller();
        self.limits = limits;
        self
    }

    /// How often one caller may ask for anything; unlimited by default. `#[tool(rate = "10/s")]` limits one tool.
    ///
    /// A caller is a principal over all his connections, or where nobody has to say who he is, an address (of IPv6, a /64),
    /// or one pipe. Every request counts, also a list or a `ping`, and in a batch each; notifications and answers do not.
    /// One too many is refused: over HTTP with 429 and `Retry-After`, else with an error that says when to try again. A
    /// model that calls a tool too often reads that as the call's result.
    ///
    /// ```
    /// use lmcp::{Rate, Server};
    /// let server = Server::empty().rate(Rate::per_second(100).burst(200));
    /// ```
    ///
    /// Wrong credentials over HTTP count by the address they come from, at the same rate: too many of them, and no others
    /// from there are looked at for a while, but for fixed tokens and for what was good in the last five minutes. Who shows
    /// nothing is told what to show, and counts for nothing.
    ///
    /// [`Limits::rate_buckets`] says for how many callers it is known what they have left, and of how many addresses and
    /// credentials it is known how they fared.
    pub fn rate(mut self, rate: Rate) -> Self {
        self.rate = Some(rate);
        self
    }

    /// After how long a call that has sent nothing says by itself that it is still running; 15 s. `None` says nothing.
    ///
    /// Only for calls whose client asked for progress: many give up on a call that is silent for a minute, and begin to
    /// count anew with each report.
    pub fn heartbeat(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.heartbeat = time.into().map(|time| time.max(Duration::from_millis(1)));
        self
    }

    /// Sends the `tracing` events of handlers from this level on to their clients as log messages, if the client asked for
    /// that level. By default they are for the program's own log only.
    ///
    /// ```
    /// use lmcp::{Level, tool};
    ///
    /// /// Indexes the documents.
    /// #[tool]
    /// fn index() {
    ///     tracing::info!(documents = 7, "indexed"); // {"message": "indexed", "documents": 7}
    /// }
    ///
    /// let server = lmcp::Server::empty().tool(index).forward_events(Level::Info);
    /// ```
    ///
    /// A program with a subscriber of its own puts [`ForwardEvents`](crate::ForwardEvents) around it. What a handler
    /// spawns is not part of it.
    pub fn forward_events(mut self, level: Level) -> Self {
        self.forward = Some(level);
        self
    }

    /// Sets the secret that seals what clients carry for the server: answers of earlier rounds and, over HTTP, the ids of
    /// sessions. At least 16 bytes. By default what the environment variable `LMCP_SECRET` holds, or else a random one.
    ///
    /// Replicas that share a secret, and a name, can finish each other's calls and know each other's sessions, and so does a server
    /// that was restarted.
    #[track_caller]
    pub fn secret(mut self, secret: impl AsRef<[u8]>) -> Self {
        match Secret::shared(secret.as_ref()) {
            Ok(secret) => self.secret = Some(secret),
            Err(e) => self.mistake(e.to_string()),
        }
        self
    }

    /// Remembers what is wrong where a method was called.
    #[track_caller]
    fn mistake(&mut self, message: impl Into<String>) {
        self.mistakes.add(Source::from(Location::caller()), message);
    }

    /// Checks the server and makes it ready.
    ///
    /// # Errors
    ///
    /// Lists everything that is wrong with what was put together, each with its place: duplicate and invalid names,
    /// templates that collide, missing states, schemas that are none, settings that mean nothing, or that there is nothing
    /// to serve. `is_setup()` is true.
    pub fn build(self) -> Result<ReadyServer> {
        let mut mistakes = self.mistakes;
        for name in self.limits.zeros() {
            mistakes.add(
                Source::from(self.places.limits),
                format!("the limit `{name}` is 0, and nothing could be served: write more, or leave it out"),
            );
        }
        let words = [("name", &self.info.name, self.places.name), ("version", &self.info.version, self.places.version)];
        for (what, word, at) in words {
            if let Some(wrong) = settings::word(what, word) {
                mistakes.add(Source::from(at), wrong);
            }
        }
        let items = collect::collect(&self.selection, self.schemas, &mut mistakes);
        check::check(&items, &self.states, &mut mistakes);
        for (name, at) in &self.disabled {
            // What is wrong with something that is there was told already.
            if !items.keys().any(|key| key == name) && !collect::is_selected(&self.selection, name) {
                let near =
                    nearest(name, items.keys()).map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
                mistakes.add(Source::from(*at), format!("disable({name:?}): nothing of this name is registered{near}"));
            }
        }
        let secret = self.secret.map_or_else(Secret::from_environment, |secret| Ok(Some(secret)));
        let secret = secret.unwrap_or_else(|e| {
            mistakes.add(None, e.to_string());
            None
        });
        if self.selection.is_vain() && self.advertised == Kinds::default() {
            let nothing = check::nothing_collected(&self.package);
            if mistakes.is_empty() {
                return Err(Error::setup(nothing));
            }
            mistakes.add(None, nothing.replace('\n', "\n  "));
        }
        mistakes.into_result()?;
        let registry = Registry::new(items, self.schemas);
        for (name, at) in &self.disabled {
            registry.switch(name, false, at);
        }
        if self.forward.is_some() {
            // Of two subscribers of ours, the one that forwards has to hand on to the log.
            #[cfg(any(feature = "stdio", feature = "http"))]
            crate::log::start()?;
            crate::handler::forward::start();
        }
        let secret = match secret {
            Some(secret) => secret,
            None => Secret::random()?,
        }
        .of_server(&self.info.name);
        Ok(ReadyServer {
            shared: Arc::new(Shared {
                identity: crate::outcome::identity(&self.info.name, &self.info.version),
                info: self.info,
                package: self.package,
                registry,
                states: self.states,
                starts: Mutex::new(self.starts),
                subscribers: Subscribers::default(),
                buckets: Some(Buckets::new(self.limits.rate_buckets)),
                #[cfg(feature = "http")]
                logins: crate::admission::logins::Logins::new(self.rate, self.limits.rate_buckets),
                held: Held::new(self.limits.bytes_in_flight),
                limits: self.limits,
                rate: self.rate,
                advertised: self.advertised,
                heartbeat: self.heartbeat,
                forward: self.forward,
                secret,
            }),
            #[cfg(feature = "http")]
            http: self.http,
        })
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("name", &self.info.name).finish_non_exhaustive()
    }
}
