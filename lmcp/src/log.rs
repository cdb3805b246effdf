//! Logs on standard error, for whoever sets `LMCP_LOG` or `RUST_LOG`; silent otherwise.
//!
//! The filter is a level (`debug`), or levels by target (`lmcp=debug,my_crate=info,warn`). Events are one line each;
//! a span is one line when it ends, with its fields and how long it took. A program that wants more installs a
//! subscriber of its own first.

use crate::Error;
use crate::handler::ForwardEvents;
use crate::sorted::sorted_by_key;
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::NoSubscriber;
use tracing::{Event, Metadata, Subscriber};

/// Begins to log, if the environment asks for it and the program has no subscriber of its own.
///
/// # Errors
///
/// When `LMCP_LOG` holds no filter: a log was meant, and there would be none. `RUST_LOG`, which is for others too, is only
/// warned of.
pub(crate) fn start() -> Result<(), Error> {
    let set = |name| std::env::var_os(name).map(|text| text.to_string_lossy().trim().to_owned());
    let set = |name| set(name).filter(|text| !text.is_empty());
    let filter = match (set("LMCP_LOG"), set("RUST_LOG")) {
        (Some(text), _) => Filter::parse(&text, false).map_err(|part| {
            Error::setup(format!(
                "the environment variable LMCP_LOG: {part:?} is no log filter; write a level (off, error, warn, info, \
                 debug, trace), or TARGET=LEVEL, with commas between"
            ))
        })?,
        (None, Some(text)) => match Filter::parse(&text, true) {
            Ok(filter) => filter,
            Err(_) if has_subscriber() => return Ok(()),
            Err(part) => {
                eprintln!(
                    "lmcp: warning: {part:?} is no log filter; write a level (debug), or TARGET=LEVEL, with commas between"
                );
                return Ok(());
            }
        },
        (None, None) => return Ok(()),
    };
    if !has_subscriber() {
        let log = Log { filter, next: AtomicU64::new(1), spans: Mutex::default() };
        // Whoever was faster meanwhile has it.
        let _theirs = tracing::subscriber::set_global_default(ForwardEvents::new(log));
    }
    Ok(())
}

/// Whether somebody takes events already: the program, or we.
fn has_subscriber() -> bool {
    tracing::dispatcher::get_default(|theirs| !theirs.is::<NoSubscriber>())
}

/// Levels by the beginning of the target; the longest that fits counts.
struct Filter {
    levels: Vec<(String, LevelFilter)>,
}

impl Filter {
    /// Reads what stands in a variable. Whether a target alone means all of it, as it does elsewhere, `bare` says; where it
    /// does not, a level that is misspelled is none.
    fn parse(text: &str, bare: bool) -> Result<Self, &str> {
        let mut levels = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (target, level) = part.split_once('=').unwrap_or(("", part));
            match (level.trim().parse(), target) {
                (Ok(level), target) => levels.push((target.trim().to_owned(), level)),
                (Err(_), "")
                    if bare && !part.contains(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':' | '-'))) =>
                {
                    levels.push((part.to_owned(), LevelFilter::TRACE));
                }
                (Err(_), _) => return Err(part),
            }
        }
        Ok(Filter { levels: sorted_by_key(levels, |(target, _)| std::cmp::Reverse(target.len())) })
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
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let line = format!("{} {:>5} {}:{text}\n", in_utc(now), metadata.level().as_str(), metadata.target());
    let _nobody_reads = std::io::stderr().lock().write_all(line.as_bytes());
}

/// The day and the time of day, in UTC: `2026-07-28T09:30:00.250Z`.
fn in_utc(since_epoch: Duration) -> String {
    let seconds = since_epoch.as_secs();
    // Days since the first of March of the year 0, whose years end with the day that some of them have more.
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day + 2) / 153;
    let day = day - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = 400 * era + year + u64::from(month < 3);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let millis = since_epoch.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
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
    use super::{Filter, in_utc};
    use std::time::Duration;
    use tracing::level_filters::LevelFilter;

    #[test]
    fn the_longest_target_counts() {
        let parse = |text| Filter::parse(text, true);
        let filter = parse("lmcp=debug, lmcp::request=trace ,warn,other").unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(filter.level("lmcp::transport"), LevelFilter::DEBUG);
        assert_eq!(filter.level("lmcp::request"), LevelFilter::TRACE);
        assert_eq!(filter.level("lmcpx"), LevelFilter::WARN);
        assert_eq!(filter.level("other::deep"), LevelFilter::TRACE);
        assert_eq!(parse("debug").map(|f| f.level("a")).ok(), Some(LevelFilter::DEBUG));
        assert_eq!(parse("lmcp=loud").err(), Some("lmcp=loud"));
        assert_eq!(Filter::parse("warn,inof", false).err(), Some("inof"));
    }

    #[test]
    fn the_time_of_day() {
        let at = |seconds| in_utc(Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(at(951_782_399), "2000-02-28T23:59:59.000Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00.000Z");
        assert_eq!(at(951_868_800), "2000-03-01T00:00:00.000Z");
        assert_eq!(at(1_735_689_599), "2024-12-31T23:59:59.000Z");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00.000Z");
        assert_eq!(in_utc(Duration::from_millis(1_785_230_000_250)), "2026-07-28T09:13:20.250Z");
    }
}
