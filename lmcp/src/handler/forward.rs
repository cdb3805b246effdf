//! [`ForwardEvents`]: the `tracing` events of a handler as log messages to its client.

use super::context::Context;
use crate::jsonrpc::encode::write_json;
use crate::protocol::Level;
use serde_json::{Map, Value};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, NoSubscriber};
use tracing::{Event, Metadata, Subscriber};
use tracing_core::span::Current;

tokio::task_local! {
    /// The call that a handler runs in, where its events are forwarded.
    pub(crate) static FORWARDING: Context;
}

/// Some server in this process forwards events.
static WANTED: AtomicBool = AtomicBool::new(false);
/// Somebody installed what forwards them.
static INSTALLED: AtomicBool = AtomicBool::new(false);

/// A `tracing` subscriber that hands everything on to another one, and the events of handlers to their clients too.
///
/// It goes around a whole subscriber and is no layer of one: around `tracing_subscriber::registry().with(…)`, for
/// example. For a program with a subscriber of its own and a server with
/// [`Server::forward_events`](crate::Server::forward_events). A program without one needs only the latter.
///
/// ```standalone_crate
/// use tracing::subscriber::NoSubscriber; // in its place, `tracing_subscriber::fmt().finish()`, for example
///
/// let subscriber = lmcp::ForwardEvents::new(NoSubscriber::new());
/// tracing::subscriber::set_global_default(subscriber).expect("nobody was first");
/// let server = lmcp::Server::empty().forward_events(lmcp::Level::Info);
/// ```
#[derive(Debug)]
pub struct ForwardEvents<S>(S);

impl<S: Subscriber> ForwardEvents<S> {
    /// Hands everything on to `inner`.
    pub fn new(inner: S) -> Self {
        INSTALLED.store(true, Ordering::Relaxed);
        ForwardEvents(inner)
    }
}

/// From now on events are forwarded: through the subscriber there is, or one of ours.
pub(crate) fn start() {
    WANTED.store(true, Ordering::Relaxed);
    if !INSTALLED.load(Ordering::Relaxed) {
        let ours = tracing::subscriber::set_global_default(ForwardEvents(NoSubscriber::new())).is_ok();
        INSTALLED.store(ours, Ordering::Relaxed);
        if !ours {
            // Not by that subscriber, which may write where a client reads.
            eprintln!(
                "lmcp: warning: events are not forwarded to clients: this program has a `tracing` subscriber of its own; \
                 install `lmcp::ForwardEvents::new(subscriber)` in its place"
            );
        }
    }
    // What was disabled until now may be wanted.
    tracing::callsite::rebuild_interest_cache();
}

/// The call whose events are forwarded, if this runs in one.
pub(crate) fn forwarding() -> Option<Context> {
    FORWARDING.try_with(Clone::clone).ok()
}

/// lmcp's own events are for the program's log only; so are the log messages that go to the client anyway.
fn is_forwarded(metadata: &Metadata<'_>) -> bool {
    let own = metadata.target().strip_prefix("lmcp").is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    metadata.is_event() && !own && WANTED.load(Ordering::Relaxed)
}

fn level_of(level: &tracing::Level) -> Level {
    match *level {
        tracing::Level::ERROR => Level::Error,
        tracing::Level::WARN => Level::Warning,
        tracing::Level::INFO => Level::Info,
        _ => Level::Debug,
    }
}

impl<S: Subscriber> Subscriber for ForwardEvents<S> {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        let inner = self.0.register_callsite(metadata);
        // Whether a handler runs is known when the event happens.
        if is_forwarded(metadata) { Interest::sometimes() } else { inner }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let wanted = || FORWARDING.try_with(|call| call.forwards(level_of(metadata.level()))).unwrap_or(false);
        self.0.enabled(metadata) || is_forwarded(metadata) && wanted()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        if WANTED.load(Ordering::Relaxed) { None } else { self.0.max_level_hint() }
    }

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        if self.0.enabled(metadata) && self.0.event_enabled(event) {
            self.0.event(event);
        }
        if !is_forwarded(metadata) {
            return;
        }
        let level = level_of(metadata.level());
        let _no_handler = FORWARDING.try_with(|call| {
            if call.forwards(level) {
                let mut fields = Fields(Map::new());
                event.record(&mut fields);
                call.forward(level, metadata.target(), &fields.into_data());
            }
        });
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.0.new_span(span)
    }
    fn record(&self, span: &Id, values: &Record<'_>) {
        self.0.record(span, values);
    }
    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.0.record_follows_from(span, follows);
    }
    fn enter(&self, span: &Id) {
        self.0.enter(span);
    }
    fn exit(&self, span: &Id) {
        self.0.exit(span);
    }
    fn clone_span(&self, id: &Id) -> Id {
        self.0.clone_span(id)
    }
    fn try_close(&self, id: Id) -> bool {
        self.0.try_close(id)
    }
    fn current_span(&self) -> Current {
        self.0.current_span()
    }
}

/// An event's fields as JSON.
struct Fields(Map<String, Value>);

impl Fields {
    /// A text alone is the message; with other fields it is an object.
    fn into_data(mut self) -> Value {
        match self.0.len() {
            1 => self.0.remove("message").unwrap_or_else(|| self.0.into()),
            _ => self.0.into(),
        }
    }
    fn add(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format!("{value:?}"));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value);
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value);
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value);
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value);
    }
}

impl Context {
    /// Whether events of this level go to the client.
    fn forwards(&self, level: Level) -> bool {
        let inner = self.inner();
        inner.server.0.forward.is_some_and(|least| level >= least) && inner.log.passes(level) && !self.is_over()
    }

    /// Sends an event as a log message. Nobody can wait here: it is left out when the client does not keep up.
    fn forward(&self, level: Level, logger: &str, data: &Value) {
        let Some(outbox) = self.inner().outbox.as_ref().filter(|outbox| !outbox.is_full()) else { return };
        let mut json = Vec::new();
        write_json(&mut json, data);
        let Some(message) = super::log::encode(level, Some(logger), &json) else { return };
        let _sending = self.reported();
        if !self.is_over() {
            outbox.push(&message);
        }
    }
}
