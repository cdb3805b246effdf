//! Who reads a pipe: one of two threads, which may run short functions by itself, since the other one watches it.
//!
//! To hand a call to another thread costs more than most calls do. So whoever reads runs what has been short so far, and
//! the other thread looks every millisecond whether it is still about the same function: then it reads on in its place,
//! and the two have changed places when that function returns. While nothing is run, nobody wakes up.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

/// How often it is looked whether whoever reads gets on.
const TICK: Duration = Duration::from_millis(1);

/// After so many looks at a reader that runs nothing, nobody looks until it does again.
const QUIET: u32 = 16;

/// A function is being run by whoever reads.
const RUNS: u64 = 1;
/// Which of the two reads.
const SECOND: u64 = 2;
/// Counts the runs, so that no two states are alike.
const NEXT: u64 = 4;

const NOBODY: u8 = 0;
const ASLEEP: u8 = 1;
const AWAKE: u8 = 2;

/// One of the two threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    First,
    Second,
}

#[derive(Default)]
pub(crate) struct Watch {
    /// [`RUNS`], [`SECOND`], and a number.
    state: AtomicU64,
    /// Whether somebody watches: [`NOBODY`], [`ASLEEP`] or [`AWAKE`].
    watcher: AtomicU8,
    thread: Mutex<Option<Thread>>,
    /// Starts the thread that watches, for the first function that is worth it.
    hire: Mutex<Option<Hire>>,
    is_over: AtomicBool,
}

/// Starts a thread that comes to [`Watch::watch`].
type Hire = Box<dyn FnOnce() + Send>;

/// A function that is run by whoever reads.
#[derive(Debug)]
pub(crate) struct Run(u64);

impl Run {
    /// Whether it is the one that stands for so many others. Seldom do functions take turns by a prime number.
    pub(crate) fn is_sample(&self) -> bool {
        (self.0 / NEXT).is_multiple_of(17)
    }
}

impl Watch {
    /// Whether this one reads.
    pub(crate) fn is_read_by(&self, who: Who) -> bool {
        (self.state.load(SeqCst) & SECOND != 0) == (who == Who::Second)
    }

    /// How to start the other thread. Many servers never need it.
    pub(crate) fn hire_with(&self, hire: impl FnOnce() + Send + 'static) {
        *lock(&self.hire) = Some(Box::new(hire));
    }

    /// Whether a function may [begin](Self::begin): somebody would see that it takes too long. Where this is asked for the
    /// first time, the other thread is started.
    pub(crate) fn may_begin(&self) -> bool {
        if self.is_over() {
            return false;
        }
        if self.watcher.load(SeqCst) != NOBODY {
            return true;
        }
        let hire = lock(&self.hire).take();
        if let Some(hire) = hire {
            hire();
        }
        false
    }

    /// Whether nothing more is read.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(SeqCst)
    }

    /// Whoever reads runs a function by itself, if it [may](Self::may_begin).
    pub(crate) fn begin(&self) -> Run {
        let run = Run(self.state.fetch_add(RUNS, SeqCst) + RUNS);
        // Whoever falls asleep looks at the state once more, after it has said so.
        if self.watcher.load(SeqCst) == ASLEEP && self.watcher.swap(AWAKE, SeqCst) == ASLEEP {
            self.wake();
        }
        run
    }

    /// The function has returned; whether whoever ran it still reads.
    #[must_use]
    pub(crate) fn end(&self, run: Run) -> bool {
        self.state.compare_exchange(run.0, run.0 - RUNS + NEXT, SeqCst, SeqCst).is_ok()
    }

    /// Watches until this thread has to read instead; `false` when there is nothing more to be read.
    pub(crate) fn watch(&self) -> bool {
        *lock(&self.thread) = Some(thread::current());
        self.watcher.store(ASLEEP, SeqCst);
        while !self.is_over.load(SeqCst) {
            if self.watcher.load(SeqCst) == ASLEEP {
                thread::park();
            } else if self.stay_awake() {
                return true;
            }
        }
        false
    }

    /// Looks again and again; whether this thread has taken over, or else may sleep.
    fn stay_awake(&self) -> bool {
        let mut quiet = 0;
        while !self.is_over.load(SeqCst) {
            let before = self.state.load(SeqCst);
            thread::sleep(TICK);
            if self.state.load(SeqCst) != before {
                quiet = 0;
            } else if before & RUNS != 0 {
                let taken = (before - RUNS + NEXT) ^ SECOND;
                // In this order: as soon as it is taken, the other one may come to watch.
                self.watcher.store(NOBODY, SeqCst);
                if self.state.compare_exchange(before, taken, SeqCst, SeqCst).is_ok() {
                    return true;
                }
                self.watcher.store(AWAKE, SeqCst);
            } else if quiet < QUIET {
                quiet += 1;
            } else {
                self.watcher.store(ASLEEP, SeqCst);
                if self.state.load(SeqCst) == before {
                    return false;
                }
                self.watcher.store(AWAKE, SeqCst);
                quiet = 0;
            }
        }
        false
    }

    /// Nothing more is to be read, or there is nothing more.
    pub(crate) fn end_of_input(&self) {
        self.is_over.store(true, SeqCst);
        self.wake();
    }

    fn wake(&self) {
        if let Some(thread) = &*lock(&self.thread) {
            thread.unpark();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{AWAKE, Watch, Who};
    use std::sync::Arc;
    use std::sync::atomic::AtomicU8;
    use std::sync::atomic::Ordering::SeqCst;
    use std::thread;

    #[test]
    fn nothing_is_run_where_nobody_watches() {
        assert!(!Watch::default().may_begin());
    }

    #[test]
    fn whoever_is_to_watch_is_hired_for_the_first_function_and_never_again() {
        let watch = Arc::new(Watch::default());
        let (hired, other) = (Arc::new(AtomicU8::new(0)), watch.clone());
        let times = hired.clone();
        watch.hire_with(move || {
            times.fetch_add(1, SeqCst);
            thread::spawn(move || other.watch());
        });
        assert_eq!(hired.load(SeqCst), 0, "nobody has asked for it");
        assert!(!watch.may_begin(), "nobody watches yet");
        let run = begin(&watch);
        while !watch.is_read_by(Who::Second) {
            thread::yield_now();
        }
        assert!(!watch.end(run), "it was relieved");
        assert!(!watch.may_begin(), "nobody watches the one who reads now");
        assert_eq!(hired.load(SeqCst), 1);
    }

    /// Waits until somebody watches; the other threads of these tests need nothing more to get there.
    fn begin(watch: &Watch) -> super::Run {
        while !watch.may_begin() {
            thread::yield_now();
        }
        watch.begin()
    }

    #[test]
    fn whoever_is_stuck_is_relieved_and_they_change_places() {
        let watch = Watch::default();
        assert!(watch.is_read_by(Who::First));
        thread::scope(|scope| {
            let second = scope.spawn(|| watch.watch());
            let stuck = begin(&watch);
            assert!(second.join().expect("it watches"), "it has to read");
            assert!(watch.is_read_by(Who::Second) && !watch.is_read_by(Who::First));
            assert!(!watch.may_begin(), "nobody watches the one who reads now");
            assert!(!watch.end(stuck), "it was relieved meanwhile");

            let first = scope.spawn(|| watch.watch());
            let stuck = begin(&watch);
            assert!(first.join().expect("it watches"), "it has to read");
            assert!(watch.is_read_by(Who::First));
            assert!(!watch.end(stuck), "it was relieved meanwhile");
        });
    }

    #[test]
    fn whoever_gets_on_keeps_its_place_and_lets_the_other_sleep() {
        thread::scope(|scope| {
            loop {
                let watch = Arc::new(Watch::default());
                let other = watch.clone();
                let second = scope.spawn(move || other.watch());
                let run = begin(&watch);
                if !watch.end(run) {
                    // The machine had something else to do in between.
                    assert!(second.join().expect("it watches"));
                    continue;
                }
                while watch.watcher.load(SeqCst) == AWAKE {
                    thread::yield_now();
                }
                assert!(watch.is_read_by(Who::First));
                watch.end_of_input();
                assert!(!watch.may_begin(), "nothing is run after the end");
                assert!(!second.join().expect("it watches"), "there is nothing to be read");
                break;
            }
        });
    }
}
