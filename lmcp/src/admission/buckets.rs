//! [`Buckets`]: how much each caller has left of each rate, for a bounded number of them.
//!
//! A bucket is one number: the moment at which it is full again. So nothing has to be filled as time goes by, and a bucket
//! whose moment has passed is as good as one that was never used.
//!
//! The table is cut into short rows. A key belongs to one row, and whoever needs a place looks at that row alone: he takes
//! the place of a full bucket, or else of the one that is full first. What is forgotten so is only ever too generous.

use super::rate::Rate;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How many buckets share a row.
const ROW: usize = 8;

/// The buckets of one server.
#[derive(Debug)]
pub(crate) struct Buckets {
    started: Instant,
    /// Nobody can choose a key so that it meets another one.
    hasher: RandomState,
    rows: usize,
    /// Made when the first rate is asked for.
    table: OnceLock<Box<[Row]>>,
}

type Row = Mutex<Vec<Bucket>>;

#[derive(Clone, Copy, Debug)]
struct Bucket {
    key: u64,
    /// In nanoseconds since the start.
    full_at: u64,
}

impl Buckets {
    /// A table of about as many buckets.
    pub(crate) fn new(buckets: usize) -> Self {
        Buckets {
            started: Instant::now(),
            hasher: RandomState::new(),
            rows: buckets.div_ceil(ROW).max(1),
            table: OnceLock::new(),
        }
    }

    /// Takes a token out of the bucket of this key; the error says how long to wait for one.
    pub(super) fn take(&self, key: impl Hash, rate: Rate) -> Result<(), Duration> {
        self.take_at(self.now(), self.hasher.hash_one(key), rate)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn take_at(&self, now: u64, key: u64, rate: Rate) -> Result<(), Duration> {
        self.with(now, key, |bucket| {
            let full_at = bucket.full_at.max(now);
            match (full_at - now).checked_sub(rate.slack()).filter(|wait| *wait > 0) {
                Some(wait) => Err(Duration::from_nanos(wait)),
                None => {
                    bucket.full_at = full_at.saturating_add(rate.interval());
                    Ok(())
                }
            }
        })
        .unwrap_or(Ok(()))
    }

    /// Does something with the bucket of this key, a full one if it is not known.
    fn with<T>(&self, now: u64, key: u64, change: impl FnOnce(&mut Bucket) -> T) -> Option<T> {
        let table = self.table.get_or_init(|| (0..self.rows).map(|_| Row::default()).collect());
        // The key is spread evenly, so its remainder is too.
        let at = usize::try_from(key % table.len() as u64).unwrap_or_default();
        let mut row = table.get(at)?.lock().unwrap_or_else(PoisonError::into_inner);
        let known = row.iter().position(|bucket| bucket.key == key);
        let bucket = match known {
            Some(at) => row.get_mut(at),
            None => {
                let first = row.iter().enumerate().min_by_key(|(_, bucket)| bucket.full_at);
                if let Some((at, _)) = first.filter(|(_, bucket)| bucket.full_at <= now || row.len() == ROW) {
                    row.swap_remove(at);
                }
                row.push(Bucket { key, full_at: 0 });
                row.last_mut()
            }
        };
        bucket.map(change)
    }
}

/// For what is found out only after the work: whoever did it in vain owes a token, and waits before it is done again.
#[cfg(feature = "http")]
impl Buckets {
    /// How long whoever has this key waits until there is a token again; nothing is taken.
    pub(super) fn wait(&self, key: impl Hash, rate: Rate) -> Option<Duration> {
        let missing = self.missing_at(self.now(), self.hasher.hash_one(key));
        missing.checked_sub(rate.slack()).filter(|wait| *wait > 0).map(Duration::from_nanos)
    }

    /// Takes a token, there or not. What is owed is waited for, and is no more than `most` besides the token itself.
    pub(super) fn owe(&self, key: impl Hash, rate: Rate, most: Duration) {
        let now = self.now();
        let most = u64::try_from(most.as_nanos()).unwrap_or(u64::MAX).max(rate.interval());
        let latest = now.saturating_add(rate.slack()).saturating_add(most);
        let _where_there_is_a_table = self.with(now, self.hasher.hash_one(key), |bucket| {
            bucket.full_at = bucket.full_at.max(now).saturating_add(rate.interval()).min(latest);
        });
    }

    /// Knows this key for so long.
    pub(super) fn remember(&self, key: impl Hash, time: Duration) {
        let now = self.now();
        let until = now.saturating_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        let _where_there_is_a_table = self.with(now, self.hasher.hash_one(key), |bucket| bucket.full_at = until);
    }

    /// Whether this key is known.
    pub(super) fn remembers(&self, key: impl Hash) -> bool {
        self.missing_at(self.now(), self.hasher.hash_one(key)) > 0
    }

    /// In how many nanoseconds the bucket of this key is full; 0 if it is, or is not known.
    fn missing_at(&self, now: u64, key: u64) -> u64 {
        let Some(table) = self.table.get() else { return 0 };
        let at = usize::try_from(key % table.len() as u64).unwrap_or_default();
        let Some(row) = table.get(at) else { return 0 };
        let row = row.lock().unwrap_or_else(PoisonError::into_inner);
        row.iter().find(|bucket| bucket.key == key).map_or(0, |bucket| bucket.full_at.saturating_sub(now))
    }
}

#[cfg(test)]
mod tests {
    use super::{Buckets, ROW};
    use crate::Rate;
    use proptest::prelude::*;
    use std::time::Duration;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_burst_and_then_the_rate() {
        let buckets = Buckets::new(100);
        let rate = Rate::per_second(2).burst(3);
        let take = |now| buckets.take_at(now, 7, rate);
        assert_eq!([take(0), take(0), take(0)], [Ok(()); 3]);
        assert_eq!(take(0), Err(Duration::from_millis(500)));
        // What is refused costs nothing.
        assert_eq!(take(SECOND / 4), Err(Duration::from_millis(250)));
        assert_eq!(take(SECOND / 2), Ok(()));
        assert_eq!(take(SECOND / 2), Err(Duration::from_millis(500)));
        // However long nobody calls, a burst is no larger.
        assert_eq!([take(100 * SECOND), take(100 * SECOND), take(100 * SECOND)], [Ok(()); 3]);
        assert!(take(100 * SECOND).is_err());
        assert_eq!(buckets.take_at(100 * SECOND, 8, rate), Ok(()), "somebody else");
    }

    #[test]
    fn full_buckets_are_forgotten_first_and_the_table_does_not_grow() {
        let buckets = Buckets::new(ROW);
        let slow = Rate::per_hour(1);
        for key in 0..ROW as u64 {
            assert_eq!(buckets.take_at(key, key, slow), Ok(()));
        }
        // All of them wait; the one that is full first makes room.
        assert_eq!(buckets.take_at(10, 100, slow), Ok(()));
        for key in 1..ROW as u64 {
            assert!(buckets.take_at(20, key, slow).is_err(), "{key}");
        }
        assert!(buckets.take_at(20, 100, slow).is_err());
        let fast = Rate::per_second(1);
        for key in 200..10_000 {
            assert_eq!(buckets.take_at(30 + key, key, fast), Ok(()));
        }
        let rows = buckets.table.get().expect("used");
        assert_eq!(rows.len(), 1);
        assert!(rows[0].lock().expect("fine").capacity() <= ROW);
        // One that is full gives its place before any that waits.
        let buckets = Buckets::new(ROW);
        for key in 0..ROW as u64 {
            let rate = if key == 3 { fast } else { slow };
            assert_eq!(buckets.take_at(0, key, rate), Ok(()));
        }
        assert_eq!(buckets.take_at(2 * SECOND, 100, slow), Ok(()));
        for key in (0..ROW as u64).filter(|key| *key != 3) {
            assert!(buckets.take_at(2 * SECOND, key, slow).is_err(), "{key}");
        }
    }

    #[test]
    fn nothing_is_kept_where_nothing_is_limited() {
        assert!(Buckets::new(10_000).table.get().is_none());
    }

    proptest! {
        /// In no window more than a burst and what comes back meanwhile; and who waits as long as he is told gets in.
        #[test]
        fn no_window_holds_more_than_it_may(
            calls in 1_u32..50, burst in 1_u32..20, steps in prop::collection::vec(0_u64..SECOND / 3, 1..80)
        ) {
            let rate = Rate::per_second(calls).burst(burst);
            let buckets = Buckets::new(8);
            let mut now = 0;
            let mut taken = Vec::new();
            for step in steps {
                now += step;
                match buckets.take_at(now, 1, rate) {
                    Ok(()) => taken.push(now),
                    Err(wait) => {
                        now += u64::try_from(wait.as_nanos()).expect("short");
                        prop_assert_eq!(buckets.take_at(now, 1, rate), Ok(()));
                        taken.push(now);
                    }
                }
            }
            for (first, from) in taken.iter().enumerate() {
                for (count, to) in taken.iter().skip(first).enumerate() {
                    let back = (to - from) / rate.interval();
                    prop_assert!((count as u64) < u64::from(burst) + back, "{} in {}", count + 1, to - from);
                }
            }
        }
    }
}
