//! [`ServerHandle`]: a running server as its handlers and its program see it; and what all its parts share.

use super::Package;
use super::limits::Limits;
use super::subscribers::{Change, Subscribers};
use crate::Error;
use crate::admission::Rate;
use crate::admission::buckets::Buckets;
use crate::handler::state::States;
use crate::protocol::shown::shown;
use crate::protocol::{Icon, Level};
use crate::registry::Registry;
use crate::registry::catalog::Found;
use crate::registry::collect::{Kind, Named};
use crate::registry::switch::{Kinds, Touched};
use crate::seal::Secret;
use crate::transport::held::Held;
use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A running server: tells subscribers of changes, switches things on and off.
///
/// A handler gets it from [`Context::server`](crate::Context::server), a program from
/// [`Server::on_start`](crate::Server::on_start) or [`ReadyServer::handle`](crate::ReadyServer::handle). Cheap to clone.
///
/// ```
/// use lmcp::{Server, prompt, resource, tool};
///
/// /// Adds.
/// #[tool]
/// fn add(a: i64, b: i64) -> i64 { a + b }
///
/// /// A note.
/// #[resource("notes://<id>")]
/// fn note(id: u32) -> String { format!("note {id}") }
///
/// /// Greets.
/// #[prompt]
/// fn greet() -> &'static str { "Greet me." }
///
/// let server = Server::empty().tool(add).resource(note).build()?;
/// let handle = server.handle();
/// handle.resource_updated("notes://7");
/// assert!(handle.disable("add") && handle.enable("add") && handle.disable("notes://{id}"));
/// assert!(!handle.disable("sub")); // nothing has this name
/// handle.add_prompt(greet)?;
/// assert!(handle.add_tool(add).is_err()); // it is there
/// handle.resources_changed(); // what is listed depends on something else, too
/// # Ok::<(), lmcp::Error>(())
/// ```
#[derive(Clone)]
pub struct ServerHandle(pub(crate) Arc<Shared>);

/// What all parts of a running server share.
pub(crate) struct Shared {
    pub(crate) info: Info,
    /// The user's package; empty if it was not told.
    pub(crate) package: Package,
    /// `_meta` of a result of 2026-07-28 that has none of its own, as JSON.
    pub(crate) identity: String,
    pub(crate) registry: Registry,
    pub(crate) states: States,
    /// What is to be done when the first client is served.
    pub(crate) starts: Mutex<Vec<OnStart>>,
    pub(crate) subscribers: Subscribers,
    pub(crate) limits: Limits,
    /// How often one caller may ask for anything.
    pub(crate) rate: Option<Rate>,
    /// What callers have left of their rates; nothing where nobody counts.
    pub(crate) buckets: Option<Buckets>,
    /// Who showed wrong credentials.
    #[cfg(feature = "http")]
    pub(crate) logins: crate::admission::logins::Logins,
    /// What the messages take that are being read or answered.
    pub(crate) held: Arc<Held>,
    pub(crate) advertised: Kinds,
    /// From which level on the `tracing` events of handlers go to their clients.
    pub(crate) forward: Option<Level>,
    /// After how long a silent call that reports progress says that it is still there.
    pub(crate) heartbeat: Option<Duration>,
    /// What clients carry for us is sealed with it.
    pub(crate) secret: Secret,
}

/// How the server introduces itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Info {
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) version: String,
    pub(crate) description: Option<String>,
    pub(crate) website: Option<String>,
    pub(crate) icons: Vec<Icon>,
    pub(crate) instructions: Option<String>,
    /// The first of the process's arguments, which are the program's own.
    #[cfg(feature = "cli")]
    pub(crate) arguments: Vec<String>,
    /// What they look like.
    #[cfg(feature = "cli")]
    pub(crate) usage: Option<String>,
}

/// What a program does when its server begins to serve.
pub(crate) type OnStart = Box<dyn FnOnce(ServerHandle) + Send>;

impl Shared {
    /// A client is about to be served.
    pub(crate) fn begins(self: &Arc<Self>) {
        let starts = std::mem::take(&mut *self.starts.lock().unwrap_or_else(PoisonError::into_inner));
        for start in starts {
            start(ServerHandle(self.clone()));
        }
    }

    /// What is advertised: what is registered, and what the program said it would offer.
    pub(crate) fn kinds(&self) -> Kinds {
        let registered = self.registry.kinds();
        let forced = self.advertised;
        Kinds {
            tools: registered.tools || forced.tools,
            prompts: registered.prompts || forced.prompts,
            resources: registered.resources || forced.resources,
            completions: registered.completions || forced.completions,
            logging: registered.logging || forced.logging || self.forward.is_some(),
        }
    }
}

/// What no URI has as it is, besides what is not ASCII.
const NOT_IN_A_URI: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS.add(b' ');

impl ServerHandle {
    /// Tells everybody subscribed to this resource that it changed.
    ///
    /// Cheap, never waits; equal updates that were not delivered yet are delivered once. Spaces and other characters that
    /// no URI has are written in percents, as subscribers write them: `files:///my file` is `files:///my%20file`. A URI
    /// that no resource has reaches nobody, and the log is warned of it.
    ///
    /// Spec: server/resources, "Subscriptions".
    pub fn resource_updated(&self, uri: impl Into<String>) {
        let uri = uri.into();
        let uri = if uri.bytes().all(|byte| byte.is_ascii_graphic()) {
            uri
        } else {
            percent_encoding::utf8_percent_encode(&uri, NOT_IN_A_URI).to_string()
        };
        if !matches!(self.0.registry.current().read(&uri), Found::Resource(_) | Found::Template(..)) {
            tracing::warn!(uri = &*shown(&uri), "no resource has this URI, so nobody can have asked to hear of it");
        }
        self.0.subscribers.publish(&Change::Updated(uri));
    }

    /// Tells everybody who listens that the list of tools changed. `disable`, `enable` and `add_tool` do it by themselves.
    pub fn tools_changed(&self) {
        self.0.subscribers.publish(&Change::Tools);
    }
    /// Tells everybody who listens that the list of prompts changed.
    pub fn prompts_changed(&self) {
        self.0.subscribers.publish(&Change::Prompts);
    }
    /// Tells everybody who listens that the lists of resources or templates changed.
    pub fn resources_changed(&self) {
        self.0.subscribers.publish(&Change::Resources);
    }

    /// All scopes that some function asks for, in the order of the alphabet: what an authorization server has to know.
    ///
    /// ```
    /// /// Deletes a file.
    /// #[lmcp::tool(scopes("files:write", "files:read"))]
    /// fn delete(path: String) -> String {
    ///     format!("{path} is gone")
    /// }
    ///
    /// let server = lmcp::Server::empty().tool(delete).build()?;
    /// assert_eq!(server.handle().scopes(), ["files:read", "files:write"]);
    /// # Ok::<(), lmcp::Error>(())
    /// ```
    pub fn scopes(&self) -> Vec<&'static str> {
        self.0.registry.scopes().into_iter().collect()
    }

    /// Takes a tool, a prompt (by name) or a resource (by name, URI or URI template) off the lists and refuses it,
    /// until it is enabled again. Clients are told that the list changed. `false` when nothing has this name.
    ///
    /// Calls that are running go on.
    #[track_caller]
    pub fn disable(&self, name: &str) -> bool {
        self.switch(name, false)
    }

    /// Puts back what [`disable`](Self::disable) took away. `false` when nothing has this name.
    #[track_caller]
    pub fn enable(&self, name: &str) -> bool {
        self.switch(name, true)
    }

    #[track_caller]
    fn switch(&self, name: &str, on: bool) -> bool {
        match self.0.registry.switch(name, on, Location::caller()) {
            Some(touched) => {
                self.touched(touched);
                true
            }
            None => {
                tracing::warn!(name, "nothing of this name is registered, so it cannot be switched on or off");
                false
            }
        }
    }

    /// Adds a `#[tool]` function that this server did not start with. Clients are told that the list changed.
    ///
    /// # Errors
    ///
    /// When it is no tool, its name is taken, or a state it wants is missing: what would have kept the server from
    /// starting.
    #[track_caller]
    pub fn add_tool<F: 'static>(&self, tool: F) -> Result<(), Error> {
        self.add(Named::new(Kind::Tool, &tool))
    }
    /// Adds a `#[resource]` function that this server did not start with.
    ///
    /// # Errors
    ///
    /// As [`add_tool`](Self::add_tool).
    #[track_caller]
    pub fn add_resource<F: 'static>(&self, resource: F) -> Result<(), Error> {
        self.add(Named::new(Kind::Resource, &resource))
    }
    /// Adds a `#[prompt]` function that this server did not start with.
    ///
    /// # Errors
    ///
    /// As [`add_tool`](Self::add_tool).
    #[track_caller]
    pub fn add_prompt<F: 'static>(&self, prompt: F) -> Result<(), Error> {
        self.add(Named::new(Kind::Prompt, &prompt))
    }

    fn add(&self, named: Named) -> Result<(), Error> {
        self.touched(self.0.registry.add(named, &self.0.states)?);
        Ok(())
    }

    fn touched(&self, touched: Touched) {
        let lists = [
            (touched.tools, Change::Tools),
            (touched.prompts, Change::Prompts),
            (touched.resources, Change::Resources),
        ];
        for (_, change) in lists.into_iter().filter(|(touched, _)| *touched) {
            self.0.subscribers.publish(&change);
        }
    }
}

impl std::fmt::Debug for ServerHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerHandle").field("name", &self.0.info.name).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("name", &self.info.name).finish_non_exhaustive()
    }
}
