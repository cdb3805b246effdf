//! [`Context`]: what a handler may know about its call, and what it may say while it runs.

use super::cancellation::Cancellation;
use super::log::{Log, LogThreshold};
use super::progress::{Amount, Progress, Reported};
use crate::ask::once::Turns;
use crate::ask::{Asks, Roots};
use crate::auth::Principal;
use crate::jsonrpc::{Id, decode};
use crate::protocol::capabilities::{ClientCapabilities, Implementation};
use crate::protocol::{Level, Meta, ProtocolVersion};
use crate::server::ServerHandle;
use crate::transport::outbox::Outbox;
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// The call a handler is running in: its request, its client, progress, log messages, cancellation.
///
/// Take it as a parameter, by reference or by value; it never shows in a schema. It is cheap to clone and may move
/// into other tasks; once the call has been answered, what they send through it is dropped.
///
/// ```
/// use lmcp::{Context, tool};
///
/// /// Counts, slowly.
/// #[tool]
/// async fn count(ctx: &Context, to: u32) -> String {
///     for n in 1..=to {
///         ctx.progress(n).of(to).message("counting").await;
///     }
///     ctx.info("done").await;
///     format!("counted to {to}")
/// }
/// ```
#[derive(Clone)]
pub struct Context(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) server: ServerHandle,
    pub(crate) version: ProtocolVersion,
    pub(crate) id: Option<Id>,
    pub(crate) meta: Option<Bytes>,
    pub(crate) client: ClientSource,
    pub(crate) progress_token: Option<Bytes>,
    pub(crate) log: LogThreshold,
    pub(crate) outbox: Option<Arc<Outbox>>,
    pub(crate) cancellation: Cancellation,
    pub(crate) asks: Asks,
    pub(crate) principal: Option<Principal>,
    #[cfg(feature = "http")]
    pub(crate) headers: Option<hyper::HeaderMap>,
    pub(crate) lazy: Lazy,
}

/// What is read only when a handler asks, and what changes while it runs.
#[derive(Default)]
pub(crate) struct Lazy {
    /// Most calls need none of it.
    rare: OnceLock<Box<Rare>>,
    /// What was reported last; held while anything is sent.
    reported: Mutex<Reported>,
    /// Why the call gave no result, for the log.
    failure: OnceLock<&'static str>,
    answered: AtomicBool,
}

/// What takes room, for the calls that ask for it.
#[derive(Default)]
struct Rare {
    meta: OnceLock<Meta>,
    client: OnceLock<Arc<ClientDeclaration>>,
    roots: OnceLock<Roots>,
    recorded: Mutex<HashMap<String, Value>>,
    turns: Turns,
}

/// Who the client says it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClientDeclaration {
    pub(crate) info: Option<Implementation>,
    pub(crate) capabilities: ClientCapabilities,
}

/// Where the client's declaration is: made at `initialize`, or on each request.
#[derive(Clone, Debug)]
pub(crate) enum ClientSource {
    Session(Arc<ClientDeclaration>),
    Request { info: Option<Bytes>, capabilities: Option<Bytes> },
}

impl Context {
    pub(crate) fn new(inner: Inner) -> Self {
        Context(Arc::new(inner))
    }

    /// The request's id as JSON: a number, or a string in quotes. `None` when the call comes from no client.
    pub fn request_id(&self) -> Option<&str> {
        self.0.id.as_ref().map(Id::as_json)
    }

    pub(crate) fn id(&self) -> Option<&Id> {
        self.0.id.as_ref()
    }

    /// Who calls, as the log names him.
    pub(crate) fn caller(&self) -> Option<&str> {
        self.0.principal.as_ref().map(Principal::in_logs)
    }

    /// The request's id as it may stand in a log.
    pub(crate) fn id_in_logs(&self) -> Option<String> {
        self.request_id().map(crate::protocol::shown::shown)
    }

    /// Keeps why the call gave no result; the first reason counts.
    pub(crate) fn failed_by(&self, kind: &'static str) {
        self.0.lazy.failure.get_or_init(|| kind);
    }

    /// Why the call gave no result, if it ran and gave none.
    pub(crate) fn failure(&self) -> Option<&'static str> {
        self.0.lazy.failure.get().copied()
    }

    /// The revision the request is in.
    pub fn protocol_version(&self) -> ProtocolVersion {
        self.0.version
    }

    /// The request's `_meta`, `traceparent` and the client's own keys included.
    pub fn meta(&self) -> &Meta {
        self.rare().meta.get_or_init(|| self.0.meta.as_ref().and_then(|raw| decode::read(raw)).unwrap_or_default())
    }

    /// Who the client says it is, if it does. Not verified by anybody.
    pub fn client(&self) -> Option<&Implementation> {
        self.declaration().info.as_ref()
    }

    /// What the client declared that it can do.
    pub fn client_capabilities(&self) -> &ClientCapabilities {
        &self.declaration().capabilities
    }

    fn declaration(&self) -> &ClientDeclaration {
        match &self.0.client {
            ClientSource::Session(declaration) => declaration,
            ClientSource::Request { info, capabilities } => self.rare().client.get_or_init(|| {
                fn read<T: serde::de::DeserializeOwned>(raw: &Option<Bytes>) -> Option<T> {
                    raw.as_ref().and_then(|raw| decode::read(raw))
                }
                Arc::new(ClientDeclaration { info: read(info), capabilities: read(capabilities).unwrap_or_default() })
            }),
        }
    }

    /// A header of the HTTP request that brought the call; `None` when there is none, it is no text, or the call did
    /// not come over HTTP.
    #[cfg(feature = "http")]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers.as_ref()?.get(name)?.to_str().ok()
    }

    /// Who calls, as far as that was checked. `None` where nobody had to say: on a pipe, and on a server without
    /// authentication.
    ///
    /// Spec: basic/authorization.
    pub fn principal(&self) -> Option<&Principal> {
        self.0.principal.as_ref()
    }

    /// The server: to tell subscribers of changes, to enable and disable things.
    pub fn server(&self) -> &ServerHandle {
        &self.0.server
    }

    /// Whether the call was cancelled, timed out or lost its server.
    ///
    /// An async handler is dropped then, and need not ask; this is for blocking code and spawned tasks.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancellation.is_cancelled()
    }

    /// Waits until the call is cancelled; see [`is_cancelled`](Self::is_cancelled).
    pub async fn cancelled(&self) {
        self.0.cancellation.cancelled().await;
    }

    /// Ends the connection on which the client waits, and not the call: the client comes back for the rest. For calls so
    /// long that nobody should hold a connection open for them.
    ///
    /// Nothing happens where a client cannot come back: on a pipe, outside of a session, in revisions other than
    /// 2025-11-25.
    ///
    /// Spec: basic/transports (2025-11-25), "Sending Messages to the Server".
    pub fn close_stream(&self) {
        #[cfg(feature = "http")]
        if let Some(outbox) = self.0.outbox.as_ref().filter(|_| !self.is_over()) {
            outbox.let_go();
        }
    }

    /// Reports how far the call is. Nothing happens when the client did not ask for progress.
    ///
    /// Values must grow: one that does not is dropped, as is everything after the answer.
    ///
    /// ```
    /// # async fn f(ctx: &lmcp::Context) {
    /// ctx.progress(3).of(10).message("indexing").await;
    /// # }
    /// ```
    ///
    /// Spec: basic/patterns/progress.
    pub fn progress(&self, done: impl Amount) -> Progress<'_> {
        Progress::new(self, done.amount())
    }

    /// Sends a log message of any level, if the client asked for that level. Before 2026-07-28 a client that asked for
    /// none gets warnings and worse.
    ///
    /// Spec: server/utilities/logging.
    pub fn log(&self, level: Level, data: impl Serialize) -> Log<'_> {
        let wanted = self.0.log.passes(level) && self.0.outbox.is_some() && !self.is_over();
        let data = serde_json::value::to_raw_value(&data);
        if let Ok(data) = &data {
            super::log::on_stderr(level, data.get());
        }
        Log::new(self, level, data.ok().filter(|_| wanted))
    }

    /// A log message at level `debug`.
    pub fn debug(&self, data: impl Serialize) -> Log<'_> {
        self.log(Level::Debug, data)
    }
    /// A log message at level `info`.
    pub fn info(&self, data: impl Serialize) -> Log<'_> {
        self.log(Level::Info, data)
    }
    /// A log message at level `notice`.
    pub fn notice(&self, data: impl Serialize) -> Log<'_> {
        self.log(Level::Notice, data)
    }
    /// A log message at level `warning`.
    pub fn warning(&self, data: impl Serialize) -> Log<'_> {
        self.log(Level::Warning, data)
    }
    /// A log message at level `error`.
    pub fn error(&self, data: impl Serialize) -> Log<'_> {
        self.log(Level::Error, data)
    }

    pub(crate) fn cancellation(&self) -> &Cancellation {
        &self.0.cancellation
    }

    /// How this call asks its client.
    pub(crate) fn asks(&self) -> &Asks {
        &self.0.asks
    }

    /// The roots that this call was told.
    pub(crate) fn learnt_roots(&self) -> &OnceLock<Roots> {
        &self.rare().roots
    }

    /// What `once` recorded in this run.
    pub(crate) fn recorded(&self, key: &str) -> Option<Value> {
        self.lock_recorded().get(key).cloned()
    }

    pub(crate) fn record(&self, key: &str, value: Value) {
        self.lock_recorded().insert(key.to_owned(), value);
    }

    /// What `once` is doing.
    pub(crate) fn turns(&self) -> &Turns {
        &self.rare().turns
    }

    fn rare(&self) -> &Rare {
        self.0.lazy.rare.get_or_init(Box::default)
    }

    fn lock_recorded(&self) -> MutexGuard<'_, HashMap<String, Value>> {
        self.rare().recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.0
    }

    /// What was reported so far; nothing is sent while it is held.
    pub(super) fn reported(&self) -> MutexGuard<'_, Reported> {
        self.0.lazy.reported.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on nothing more is sent for this call. What was reported and held back goes out first.
    pub(crate) fn mark_answered(&self) {
        // Behind whatever is being sent right now.
        let mut reported = self.reported();
        self.flush_progress(&mut reported);
        self.0.lazy.answered.store(true, Ordering::Release);
    }

    /// Whether nothing more is sent for this call: it was answered, or cancelled.
    pub(crate) fn is_over(&self) -> bool {
        self.0.lazy.answered.load(Ordering::Acquire) || self.is_cancelled()
    }

    /// Sends a notification, never behind the answer.
    pub(crate) async fn notify(&self, message: Vec<u8>) {
        if let Some(outbox) = &self.0.outbox {
            outbox.room_or_give_up().await;
            self.send(outbox, &message);
        }
    }

    /// Sends a notification, if there is room for it right now.
    pub(crate) fn notify_now(&self, message: &[u8]) {
        if let Some(outbox) = self.0.outbox.as_deref().filter(|outbox| !outbox.is_full()) {
            self.send(outbox, message);
        }
    }

    /// Sends a message, never behind the answer; whether it was sent.
    pub(crate) fn send(&self, outbox: &Outbox, message: &[u8]) -> bool {
        let _sending = self.reported();
        let may = !self.is_over();
        if may {
            outbox.push(message);
        }
        may
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("request_id", &self.request_id()).finish_non_exhaustive()
    }
}
