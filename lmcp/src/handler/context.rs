//! [`Context`]: what a handler may know about its call, and what it may say while it runs.

use crate::jsonrpc::{Id, encode};
use crate::protocol::capabilities::{ClientCapabilities, Implementation};
use crate::protocol::{Level, Meta, ProtocolVersion};
use crate::server::ServerHandle;
use crate::transport::outbox::Outbox;
use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

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
    #[cfg(feature = "http")]
    pub(crate) headers: Option<Arc<hyper::HeaderMap>>,
    pub(crate) lazy: Lazy,
}

/// What is read only when a handler asks, and what changes while it runs.
#[derive(Default)]
pub(crate) struct Lazy {
    meta: OnceLock<Meta>,
    client: OnceLock<Arc<ClientDeclaration>>,
    /// What was reported last; held while anything is sent.
    last_progress: Mutex<Option<f64>>,
    answered: AtomicBool,
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

/// From which level on log messages go out.
#[derive(Clone, Debug)]
pub(crate) enum LogThreshold {
    /// The request asked for this level, or for no messages at all.
    Request(Option<Level>),
    /// The session's level, which may change while the call runs.
    Session(Arc<AtomicU8>),
}

impl LogThreshold {
    fn passes(&self, level: Level) -> bool {
        match self {
            LogThreshold::Request(threshold) => threshold.is_some_and(|threshold| level >= threshold),
            LogThreshold::Session(threshold) => level as u8 >= threshold.load(Ordering::Relaxed),
        }
    }
}

impl Context {
    pub(crate) fn new(inner: Inner) -> Self {
        Context(Arc::new(inner))
    }

    /// The request's id as JSON: a number, or a string in quotes. `None` when the call comes from no client.
    pub fn request_id(&self) -> Option<&str> {
        self.0.id.as_ref().map(Id::as_json)
    }

    /// The revision the request is in.
    pub fn protocol_version(&self) -> ProtocolVersion {
        self.0.version
    }

    /// The request's `_meta`, `traceparent` and the client's own keys included.
    pub fn meta(&self) -> &Meta {
        self.0
            .lazy
            .meta
            .get_or_init(|| self.0.meta.as_ref().and_then(|raw| serde_json::from_slice(raw).ok()).unwrap_or_default())
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
            ClientSource::Request { info, capabilities } => self.0.lazy.client.get_or_init(|| {
                fn read<T: serde::de::DeserializeOwned>(raw: &Option<Bytes>) -> Option<T> {
                    raw.as_ref().and_then(|raw| serde_json::from_slice(raw).ok())
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
        Progress { context: self, done: done.amount(), total: None, message: None }
    }

    /// Sends a log message of any level, if the client asked for that level.
    ///
    /// Spec: server/utilities/logging.
    pub fn log(&self, level: Level, data: impl Serialize) -> Log<'_> {
        let wanted = self.0.log.passes(level) && self.0.outbox.is_some() && !self.is_answered();
        let data = serde_json::value::to_raw_value(&data);
        if let Ok(data) = &data {
            log_on_stderr(level, data.get());
        }
        Log { context: self, level, logger: None, data: if wanted { data.ok() } else { None } }
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

    /// From now on nothing more is sent for this call.
    pub(crate) fn mark_answered(&self) {
        // Behind whatever is being sent right now.
        let _sending = self.0.lazy.last_progress.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.lazy.answered.store(true, Ordering::Release);
    }

    fn is_answered(&self) -> bool {
        self.0.lazy.answered.load(Ordering::Acquire) || self.is_cancelled()
    }

    /// Sends a notification, a progress report for one; never behind the answer, nor behind a report of more.
    async fn notify(&self, message: Vec<u8>, progress: Option<f64>) {
        if let Some(outbox) = &self.0.outbox {
            outbox.room_or_give_up().await;
            let mut last = self.0.lazy.last_progress.lock().unwrap_or_else(PoisonError::into_inner);
            if self.is_answered() || last.zip(progress).is_some_and(|(last, done)| done <= last) {
                return;
            }
            *last = progress.or(*last);
            outbox.push(&message);
        }
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("request_id", &self.request_id()).finish_non_exhaustive()
    }
}

fn log_on_stderr(level: Level, data: &str) {
    match level {
        Level::Debug => tracing::debug!(target: "lmcp::handler", "{data}"),
        Level::Info | Level::Notice => tracing::info!(target: "lmcp::handler", "{data}"),
        Level::Warning => tracing::warn!(target: "lmcp::handler", "{data}"),
        _ => tracing::error!(target: "lmcp::handler", "{level}: {data}"),
    }
}

/// A number of any type: how far a call is, or of how much.
pub trait Amount: sealed::Sealed {
    #[doc(hidden)]
    fn amount(self) -> f64;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! amount {
    ($($t:ty),*) => { $(
        impl sealed::Sealed for $t {}
        impl Amount for $t {
            fn amount(self) -> f64 { self as f64 }
        }
    )* };
}
amount!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64);

/// A progress report, sent when awaited. Made by [`Context::progress`].
#[must_use = "a progress report is sent when it is awaited"]
#[derive(Debug)]
pub struct Progress<'a> {
    context: &'a Context,
    done: f64,
    total: Option<f64>,
    message: Option<String>,
}

impl Progress<'_> {
    /// Says of how much.
    #[doc(alias = "total")]
    pub fn of(mut self, total: impl Amount) -> Self {
        self.total = Some(total.amount());
        self
    }
    /// Says what is being done.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    fn encode(&self) -> Option<Vec<u8>> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Params<'a> {
            progress_token: &'a RawValue,
            progress: Number,
            #[serde(skip_serializing_if = "Option::is_none")]
            total: Option<Number>,
            #[serde(skip_serializing_if = "Option::is_none")]
            message: Option<&'a str>,
        }
        let inner = &self.context.0;
        let token: &RawValue = serde_json::from_slice(inner.progress_token.as_ref()?).ok()?;
        if inner.outbox.is_none() || !self.done.is_finite() || self.context.is_answered() {
            return None;
        }
        let message = self.message.as_deref().filter(|_| inner.version.has_progress_message());
        let total = self.total.filter(|total| total.is_finite()).map(Number);
        let params = Params { progress_token: token, progress: Number(self.done), total, message };
        Some(encode::notification("notifications/progress", &params))
    }
}

/// A number written without a needless `.0`.
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 && self.0.abs() < 9e15 {
            s.serialize_i64(self.0 as i64)
        } else {
            s.serialize_f64(self.0)
        }
    }
}

impl<'a> IntoFuture for Progress<'a> {
    type Output = ();
    type IntoFuture = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
    fn into_future(self) -> Self::IntoFuture {
        match self.encode() {
            Some(message) => Box::pin(self.context.notify(message, Some(self.done))),
            None => Box::pin(std::future::ready(())),
        }
    }
}

/// A log message, sent when awaited. Made by [`Context::log`] and its siblings.
#[must_use = "a log message is sent when it is awaited"]
#[derive(Debug)]
pub struct Log<'a> {
    context: &'a Context,
    level: Level,
    logger: Option<String>,
    data: Option<Box<RawValue>>,
}

impl Log<'_> {
    /// Names the part of the program that says it.
    pub fn logger(mut self, name: impl Into<String>) -> Self {
        self.logger = Some(name.into());
        self
    }

    fn encode(&self) -> Option<Vec<u8>> {
        #[derive(Serialize)]
        struct Params<'a> {
            level: Level,
            #[serde(skip_serializing_if = "Option::is_none")]
            logger: Option<&'a str>,
            data: &'a RawValue,
        }
        let params = Params { level: self.level, logger: self.logger.as_deref(), data: self.data.as_deref()? };
        Some(encode::notification("notifications/message", &params))
    }
}

impl<'a> IntoFuture for Log<'a> {
    type Output = ();
    type IntoFuture = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
    fn into_future(self) -> Self::IntoFuture {
        match self.encode() {
            Some(message) => Box::pin(self.context.notify(message, None)),
            None => Box::pin(std::future::ready(())),
        }
    }
}

/// A flag that is raised once and can be waited for.
#[derive(Clone, Default)]
pub(crate) struct Cancellation(Arc<Flag>);

#[derive(Default)]
struct Flag {
    raised: AtomicBool,
    waiters: tokio::sync::Notify,
}

impl Cancellation {
    pub(crate) fn cancel(&self) {
        self.0.raised.store(true, Ordering::Release);
        self.0.waiters.notify_waiters();
    }
    /// Whether both are the same flag.
    pub(crate) fn is(&self, other: &Cancellation) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.raised.load(Ordering::Acquire)
    }
    pub(crate) async fn cancelled(&self) {
        let waiter = self.0.waiters.notified();
        let mut waiter = std::pin::pin!(waiter);
        waiter.as_mut().enable();
        if !self.is_cancelled() {
            waiter.await;
        }
    }
}
