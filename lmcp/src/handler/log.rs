//! Log messages of a handler: to the client, from the level it asked for, and to the process's own log.

use super::context::Context;
use crate::jsonrpc::{decode, encode};
use crate::protocol::Level;
use serde::Serialize;
use serde_json::value::RawValue;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// From which level on log messages go out.
#[derive(Clone, Debug)]
pub(crate) enum LogThreshold {
    /// The request asked for this level, or for no messages at all.
    Request(Option<Level>),
    /// The session's level, which may change while the call runs.
    Session(Arc<AtomicU8>),
}

impl LogThreshold {
    pub(super) fn passes(&self, level: Level) -> bool {
        match self {
            LogThreshold::Request(threshold) => threshold.is_some_and(|threshold| level >= threshold),
            LogThreshold::Session(threshold) => level as u8 >= threshold.load(Ordering::Relaxed),
        }
    }
}

/// A log message, sent when awaited. Made by [`Context::log`] and its siblings.
///
/// ```
/// use lmcp::{Context, Level};
///
/// async fn f(ctx: &Context) {
///     ctx.warning("the disk is nearly full").logger("disk").await;
///     ctx.log(Level::Critical, serde_json::json!({"disk": "sda", "free": 0})).await;
/// }
/// ```
#[must_use = "a log message is sent when it is awaited, or by `now()`"]
#[derive(Debug)]
pub struct Log<'a> {
    context: &'a Context,
    level: Level,
    logger: Option<String>,
    data: Option<Box<RawValue>>,
}

impl<'a> Log<'a> {
    /// A message that is sent if there is data to send.
    pub(super) fn new(context: &'a Context, level: Level, data: Option<Box<RawValue>>) -> Self {
        Log { context, level, logger: None, data }
    }

    /// Names the part of the program that says it.
    pub fn logger(mut self, name: impl Into<String>) -> Self {
        self.logger = Some(name.into());
        self
    }

    /// Sends it without waiting, for code that cannot await: a `blocking` function, or a plain one. It is dropped when the
    /// client does not keep up with what it is sent.
    ///
    /// ```
    /// use lmcp::{Context, tool};
    ///
    /// /// Sorts a file.
    /// #[tool(blocking)]
    /// fn sort(ctx: Context, file: String) {
    ///     ctx.info(format!("sorting {file}")).now();
    /// }
    /// ```
    pub fn now(self) {
        if let Some(message) = self.encode() {
            self.context.notify_now(&message);
        }
    }

    fn encode(&self) -> Option<Vec<u8>> {
        encode(self.level, self.logger.as_deref(), self.data.as_deref()?.get().as_bytes())
    }
}

/// A log message whose data is JSON already.
pub(super) fn encode(level: Level, logger: Option<&str>, data: &[u8]) -> Option<Vec<u8>> {
    #[derive(Serialize)]
    struct Params<'a> {
        level: Level,
        #[serde(skip_serializing_if = "Option::is_none")]
        logger: Option<&'a str>,
        data: &'a RawValue,
    }
    let params = Params { level, logger, data: decode::read(data)? };
    Some(encode::notification("notifications/message", &params))
}

impl<'a> IntoFuture for Log<'a> {
    type Output = ();
    type IntoFuture = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
    fn into_future(self) -> Self::IntoFuture {
        match self.encode() {
            Some(message) => Box::pin(self.context.notify(message)),
            None => Box::pin(std::future::ready(())),
        }
    }
}

/// The same for the process's own log.
pub(super) fn on_stderr(level: Level, data: &str) {
    match level {
        Level::Debug => tracing::debug!(target: "lmcp::handler", "{data}"),
        Level::Info | Level::Notice => tracing::info!(target: "lmcp::handler", "{data}"),
        Level::Warning => tracing::warn!(target: "lmcp::handler", "{data}"),
        _ => tracing::error!(target: "lmcp::handler", "{level}: {data}"),
    }
}
