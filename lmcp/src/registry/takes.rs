//! How long a function usually takes, as far as it was timed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Up to here a function is short: to hand it to another thread would cost as much. Without optimization everything takes
/// several times as long, handing over included.
#[cfg(feature = "stdio")]
const SHORT: Duration = Duration::from_micros(if cfg!(debug_assertions) { 100 } else { 10 });

/// What takes longer counts as this, so that one long call is made up for by some twenty short ones.
pub(crate) const LONG: Duration = Duration::from_millis(1);

/// What it was never timed for.
const UNKNOWN: u32 = u32::MAX;

/// A moving average, in nanoseconds; all clones are one.
#[derive(Clone, Debug)]
pub(crate) struct Takes(Arc<AtomicU32>);

impl Default for Takes {
    fn default() -> Self {
        Takes(Arc::new(AtomicU32::new(UNKNOWN)))
    }
}

impl Takes {
    /// It took so long this time.
    pub(crate) fn note(&self, time: Duration) {
        let now = u32::try_from(time.min(LONG).as_nanos()).unwrap_or(UNKNOWN);
        // Of two that are noted at a time one may be lost.
        let usual = match self.0.load(Ordering::Relaxed) {
            UNKNOWN => now,
            before => before - before / 8 + now / 8,
        };
        self.0.store(usual, Ordering::Relaxed);
    }

    /// Whether it is known to be over in no time.
    #[cfg(feature = "stdio")]
    pub(crate) fn is_short(&self) -> bool {
        u128::from(self.0.load(Ordering::Relaxed)) <= SHORT.as_nanos()
    }
}

#[cfg(all(test, feature = "stdio"))]
mod tests {
    use super::{LONG, SHORT, Takes};
    use std::time::Duration;

    #[test]
    fn short_is_what_was_short_most_of_the_time() {
        let takes = Takes::default();
        assert!(!takes.is_short(), "nobody knows");
        takes.note(SHORT / 2);
        assert!(takes.is_short());
        takes.note(Duration::from_secs(3600));
        assert!(!takes.is_short());
        (0..40).for_each(|_| takes.note(SHORT / 2));
        assert!(takes.is_short(), "an hour counts as {LONG:?}");
        for _ in 0..400 {
            (0..9).for_each(|_| takes.note(SHORT / 10));
            takes.note(LONG);
            assert!(!takes.is_short(), "one of ten is long");
        }
    }
}
