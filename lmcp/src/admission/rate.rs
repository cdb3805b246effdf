//! [`Rate`]: how often something may be called.

use std::fmt;
use std::time::Duration;

/// How often a caller may call: as many times in a second, a minute or an hour, and as many at once.
///
/// It is a bucket of tokens. A call takes one, and they come back evenly, so that after a burst calls are let through at the
/// rate. Each caller has buckets of his own: see [`Server::rate`](crate::Server::rate).
///
/// ```
/// use lmcp::{Rate, tool};
///
/// /// Searches the archive.
/// #[tool(rate = "10/m burst 3")]
/// fn search(words: String) -> String {
///     format!("nothing about {words}")
/// }
///
/// let server = lmcp::Server::empty().tool(search).rate(Rate::per_second(100).burst(200));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    calls: u32,
    per: Per,
    burst: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Per {
    Second,
    Minute,
    Hour,
}

impl Rate {
    /// As many calls a second, at least one; as many of them at once, unless [`burst`](Self::burst) says otherwise.
    pub const fn per_second(calls: u32) -> Self {
        Self::of(calls, Per::Second)
    }

    /// As many calls a minute, at least one.
    pub const fn per_minute(calls: u32) -> Self {
        Self::of(calls, Per::Minute)
    }

    /// As many calls an hour, at least one.
    pub const fn per_hour(calls: u32) -> Self {
        Self::of(calls, Per::Hour)
    }

    const fn of(calls: u32, per: Per) -> Self {
        let calls = if calls == 0 { 1 } else { calls };
        Rate { calls, per, burst: calls }
    }

    /// How many calls may come at once, at least one, after a time without any.
    pub const fn burst(mut self, calls: u32) -> Self {
        self.burst = if calls == 0 { 1 } else { calls };
        self
    }

    /// After how many nanoseconds a token comes back.
    pub(super) fn interval(self) -> u64 {
        let period: u64 = match self.per {
            Per::Second => 1_000_000_000,
            Per::Minute => 60_000_000_000,
            Per::Hour => 3_600_000_000_000,
        };
        (period / u64::from(self.calls)).max(1)
    }

    /// How many nanoseconds it takes until an empty bucket is full but for one token.
    pub(super) fn slack(self) -> u64 {
        self.interval().saturating_mul(u64::from(self.burst - 1))
    }

    /// `10 a second`.
    pub(super) fn in_words(self) -> String {
        let per = match self.per {
            Per::Second => "a second",
            Per::Minute => "a minute",
            Per::Hour => "an hour",
        };
        format!("{} {per}", self.calls)
    }
}

/// As an attribute writes it: `10/s`, `10/s burst 20`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per = match self.per {
            Per::Second => 's',
            Per::Minute => 'm',
            Per::Hour => 'h',
        };
        write!(f, "{}/{per}", self.calls)?;
        if self.burst != self.calls { write!(f, " burst {}", self.burst) } else { Ok(()) }
    }
}

/// Whole seconds, and at least one: what `Retry-After` can say.
pub(crate) fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}
