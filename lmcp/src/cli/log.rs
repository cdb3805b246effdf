//! Logs on standard error, for whoever sets `LMCP_LOG` or `RUST_LOG`; silent otherwise.
//!
//! The filter is a level (`debug`), or levels by target (`lmcp=debug,my_crate=info,warn`). Events are one line each;
//! a span is one line when it ends, with its fields and how long it took. A program that wants more installs a
//! subscriber of its own and uses [`server!`](crate::server!).

use crate::handler::ForwardEvents;
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Begins to log, if the environment asks for it and nobody else has begun.
pub(super) fn start() {
    let set = |name| std::env::var(name).ok().filter(|filter| !filter.trim().is_empty());
    let Some(filter) = set("LMCP_LOG").or_else(|| set("RUST_LOG")) else { return };
    match Filter::parse(&filter) {
        Ok(filter) => {
            let log = Log { filter, next: AtomicU64::new(1), spans: Mutex::default() };
            if tracing::subscriber::set_global_default(ForwardEvents::new(log)).is_err() {
                tracing::debug!("logs go to the subscriber that was there first");
            }
        }
        Err(part) => {
            eprintln!(
                "lmcp: warning: {part:?} is no log filter; write a level (debug), or TARGET=LEVEL, with commas between"
            );
        }
    }
}

/// Levels by the beginning of the target; the longest that fits counts.
struct Filter {
    levels: Vec<(String, LevelFilter)>,
}

impl Filter {
    fn parse(text: &str) -> Result<Self, &str> {
        let mut levels = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (target, level) = part.split_once('=').unwrap_or(("", part));
            match (level.trim().parse(), target) {
                (Ok(level), target) => levels.push((target.trim().to_owned(), level)),
                // A target alone means all of it, as elsewhere.
                (Err(_), "") if !part.contains(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':' | '-'))) => {
                    levels.push((part.to_owned(), LevelFilter::TRACE));
                }
                (Err(_), _) => return Err(part),
            }
        }
        levels.sort_by_key(|(target, _)| std::cmp::Reverse(target.len()));
        Ok(Filter { levels })
    }

    fn level(&self, target: &str) -> LevelFilter {
        let fits = |prefix: &str| {
            target
                .strip_prefix(prefix)
                .is_some_and(|rest| prefix.is_empty() || rest.is_empty() || rest.starts_with("::"))
        };
        self.levels.iter().find(|(prefix, _)| fits(prefix)).map_or(LevelFilter::OFF, |(_, level)| *level)
    }
}

struct Log {
    filter: Filter,
    next: AtomicU64,
    spans: Mutex<HashMap<u64, Span>>,
}

struct Span {
    metadata: &'static Metadata<'static>,
    fields: String,
    began: Instant,
    handles: usize,
}

impl Log {
    fn spans(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Span>> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn print(metadata: &Metadata<'_>, text: &str) {
    // One write a line, so that lines of several threads do not mix.
    let line = format!("{:>5} {}:{text}\n", metadata.level().as_str(), metadata.target());
    let _nobody_reads = std::io::stderr().lock().write_all(line.as_bytes());
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.filter.level(metadata.target()) >= *metadata.level()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.filter.levels.iter().map(|(_, level)| *level).max()
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut fields = Fields(String::new());
        attributes.record(&mut fields);
        let span = Span { metadata: attributes.metadata(), fields: fields.0, began: Instant::now(), handles: 1 };
        self.spans().insert(id, span);
        Id::from_u64(id)
    }

    fn record(&self, id: &Id, record: &Record<'_>) {
        if let Some(span) = self.spans().get_mut(&id.into_u64()) {
            let mut fields = Fields(std::mem::take(&mut span.fields));
            record.record(&mut fields);
            span.fields = fields.0;
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        let mut text = fields.0;
        if event.metadata().target().starts_with("h2::")
            && let Some(at) = text.find(" (b\"")
        {
            // It tells what stood in a head that is none, and that may be somebody's secret.
            text.truncate(at);
        }
        print(event.metadata(), &text);
    }

    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}

    fn clone_span(&self, id: &Id) -> Id {
        if let Some(span) = self.spans().get_mut(&id.into_u64()) {
            span.handles += 1;
        }
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        let mut spans = self.spans();
        let Some(span) = spans.get_mut(&id.into_u64()) else { return false };
        span.handles -= 1;
        if span.handles > 0 {
            return false;
        }
        let span = spans.remove(&id.into_u64());
        drop(spans);
        if let Some(span) = span {
            let text = format!(" {}{} time={:?}", span.metadata.name(), span.fields, span.began.elapsed());
            print(span.metadata, &text);
        }
        true
    }
}

/// ` message key=value …`, with line breaks and other control characters made visible.
struct Fields(String);

impl Fields {
    fn add(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        let _infallible = match field.name() {
            "message" => write!(self.0, " "),
            name => write!(self.0, " {name}="),
        };
        for c in text.chars() {
            if c.is_control() {
                self.0.extend(c.escape_default());
            } else {
                self.0.push(c);
            }
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, value);
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;
    use tracing::level_filters::LevelFilter;

    #[test]
    fn the_longest_target_counts() {
        let filter = Filter::parse("lmcp=debug, lmcp::request=trace ,warn,other").unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(filter.level("lmcp::transport"), LevelFilter::DEBUG);
        assert_eq!(filter.level("lmcp::request"), LevelFilter::TRACE);
        assert_eq!(filter.level("lmcpx"), LevelFilter::WARN);
        assert_eq!(filter.level("other::deep"), LevelFilter::TRACE);
        assert_eq!(Filter::parse("debug").map(|f| f.level("a")).ok(), Some(LevelFilter::DEBUG));
        assert_eq!(Filter::parse("lmcp=loud").err(), Some("lmcp=loud"));
    }
}
