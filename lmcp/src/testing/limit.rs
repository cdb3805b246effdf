//! A limit in real time, whatever tokio's clock says.
//!
//! A test may pause that clock; then a timer of tokio's fires as soon as nothing else can run, which is too early for a
//! handler that waits for a thread, and moves the clock that the test counts on. So a thread keeps the time here.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

/// Does the work; `None` when it takes longer than that.
pub(super) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    // One that ends after the end of time is none.
    let Some(end) = Instant::now().checked_add(limit) else { return Some(work.await) };
    let mut work = pin!(work);
    let mut alarm = Alarm { at: None };
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if Instant::now() >= end => Poll::Ready(None),
        Poll::Pending => {
            alarm.set(end, cx.waker());
            Poll::Pending
        }
    })
    .await
}

/// When an alarm rings; the number tells those of one moment apart.
type Moment = (Instant, u64);

/// Wakes a task, unless it is dropped before.
struct Alarm {
    at: Option<Moment>,
}

impl Alarm {
    fn set(&mut self, end: Instant, waker: &Waker) {
        let mut alarms = CLOCK.alarms();
        let at = *self.at.get_or_insert_with(|| {
            alarms.count += 1;
            (end, alarms.count)
        });
        let waits = alarms.wakers.get_mut(&at);
        match waits {
            Some(known) => known.clone_from(waker),
            None => drop(alarms.wakers.insert(at, waker.clone())),
        }
        if alarms.wakers.keys().next() == Some(&at) {
            CLOCK.sooner.notify_one();
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        if let Some(at) = self.at {
            CLOCK.alarms().wakers.remove(&at);
        }
    }
}

#[derive(Default)]
struct Alarms {
    wakers: BTreeMap<Moment, Waker>,
    count: u64,
}

/// All alarms of the process, and what tells its thread that the next one is sooner than it thought.
#[derive(Default)]
struct Clock {
    alarms: Mutex<Alarms>,
    sooner: Condvar,
}

static CLOCK: LazyLock<Clock> = LazyLock::new(|| {
    let thread = std::thread::Builder::new().name("lmcp-testing-clock".into());
    // Without it nothing is limited, and all else works.
    if let Err(error) = thread.spawn(|| CLOCK.run()) {
        eprintln!("lmcp: warning: calls of tests have no time limit, a thread cannot be started: {error}");
    }
    Clock::default()
});

impl Clock {
    fn alarms(&self) -> MutexGuard<'_, Alarms> {
        self.alarms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut alarms = self.alarms();
        loop {
            let now = Instant::now();
            while let Some(entry) = alarms.wakers.first_entry().filter(|entry| entry.key().0 <= now) {
                entry.remove().wake();
            }
            let next = alarms.wakers.keys().next().map(|(end, _)| end.duration_since(now));
            alarms = match next {
                Some(rest) => self.sooner.wait_timeout(alarms, rest).unwrap_or_else(PoisonError::into_inner).0,
                None => self.sooner.wait(alarms).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::within;
    use std::future::{pending, ready};
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn it_is_kept_while_the_clock_stands_still() {
        let (hour, moment) = (Duration::from_secs(3600), Duration::from_millis(20));
        let began = tokio::time::Instant::now();
        assert_eq!(within(moment, pending::<()>()).await, None);
        assert_eq!(tokio::time::Instant::now(), began, "tokio's clock did not move");
        let both = tokio::join!(within(hour, tokio::time::sleep(hour * 10)), within(moment, pending::<()>()));
        assert_eq!(both, (Some(()), None), "the sooner one is not held up, and hours of a paused clock are no time");
        assert_eq!(within(Duration::MAX, ready(1)).await, Some(1));
    }
}
