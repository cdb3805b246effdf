//! Progress reports: growing, not too many of them, and a sign of life from calls that are silent for long.
//!
//! Spec: basic/patterns/progress.

use super::context::Context;
use crate::jsonrpc::{decode, encode};
use crate::transport::outbox::Outbox;
use serde::Serialize;
use serde_json::value::RawValue;
use std::future::IntoFuture;
use std::pin::{Pin, pin};
use std::task::{Poll, Waker};
use std::time::Duration;
use tokio::time::Instant;

/// A number of any type: how far a call is, or of how much.
///
/// ```
/// # async fn f(ctx: &lmcp::Context, names: Vec<String>) {
/// ctx.progress(3_u32).of(names.len()).await;
/// ctx.progress(0.75).await;
/// # }
/// ```
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
///
/// ```
/// use lmcp::{Context, tool};
///
/// /// Copies files.
/// #[tool]
/// async fn copy(ctx: &Context, files: Vec<String>) -> usize {
///     for (done, file) in files.iter().enumerate() {
///         ctx.progress(done + 1).of(files.len()).message(format!("copying {file}")).await;
///     }
///     files.len()
/// }
/// ```
#[must_use = "a progress report is sent when it is awaited, or by `now()`"]
#[derive(Debug)]
pub struct Progress<'a> {
    context: &'a Context,
    done: f64,
    total: Option<f64>,
    message: Option<String>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(context: &'a Context, done: f64) -> Self {
        Progress { context, done, total: None, message: None }
    }

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

    /// Sends it without waiting, for code that cannot await: a `blocking` function, or a plain one. It is dropped when the
    /// client does not keep up with what it is sent.
    ///
    /// ```
    /// use lmcp::{Context, tool};
    ///
    /// /// Counts the prime numbers up to a limit.
    /// #[tool(blocking)]
    /// fn primes(ctx: Context, limit: u32) -> usize {
    ///     let is_prime = |n: &u32| {
    ///         ctx.progress(*n).of(limit).now();
    ///         (2..*n).all(|d| n % d != 0)
    ///     };
    ///     (2..=limit).filter(is_prime).count()
    /// }
    /// ```
    pub fn now(self) {
        if self.outbox().is_some_and(|outbox| !outbox.is_full()) {
            self.put();
        }
    }

    async fn send(self) {
        if let Some(outbox) = self.outbox() {
            outbox.room_or_give_up().await;
            self.put();
        }
    }

    /// Where it goes, if anybody wants it.
    fn outbox(&self) -> Option<&'a Outbox> {
        let inner = self.context.inner();
        let wanted = inner.progress_token.is_some() && self.done.is_finite() && !self.context.is_over();
        inner.outbox.as_deref().filter(|_| wanted)
    }

    fn put(self) {
        let mut reported = self.context.reported();
        if self.context.is_over() || reported.last.is_some_and(|last| self.done <= last) {
            return;
        }
        reported.last = Some(self.done);
        reported.total = self.total.filter(|total| total.is_finite());
        reported.message = self.message;
        if reported.may_send() {
            self.context.send_progress(&mut reported);
        } else {
            reported.is_held = true;
            // This may be another task than the one that will send it.
            if let Some(pulse) = reported.pulse.take() {
                pulse.wake();
            }
        }
    }
}

/// How many reports a call may send at once, and how long it takes until it may send one more.
const BURST: u32 = 20;
const INTERVAL: Duration = Duration::from_millis(50);

/// What a call reported, and how much it may send.
#[derive(Debug, Default)]
pub(crate) struct Reported {
    last: Option<f64>,
    total: Option<f64>,
    message: Option<String>,
    /// It was not sent, as there were too many before it.
    is_held: bool,
    /// When something was sent last.
    sent: Option<Instant>,
    /// How much of the burst was used, and since when that is so.
    used: u32,
    counted: Option<Instant>,
    /// Wakes the call when something was held back.
    pulse: Option<Waker>,
}

impl Reported {
    /// Takes one from what may be sent, if there is some.
    fn may_send(&mut self) -> bool {
        let now = Instant::now();
        let counted = *self.counted.get_or_insert(now);
        let regained = now.duration_since(counted).as_millis() / INTERVAL.as_millis();
        let regained = u32::try_from(regained).unwrap_or(u32::MAX).min(self.used);
        if regained > 0 {
            self.used -= regained;
            self.counted = Some(if self.used == 0 { now } else { counted + INTERVAL * regained });
        }
        let may = self.used < BURST;
        self.used += u32::from(may);
        may
    }

    /// When there will be something to say without the handler.
    fn due(&self, begun: Instant, heartbeat: Option<Duration>) -> Option<Instant> {
        if self.is_held {
            return Some(self.counted.unwrap_or(begun) + INTERVAL);
        }
        heartbeat.map(|heartbeat| self.sent.unwrap_or(begun) + heartbeat)
    }

    /// A sign of life: a little further than before, which no report of the handler's is hidden by.
    fn creep(&mut self) {
        const STEP: f64 = 1e-6;
        let last = self.last.unwrap_or(0.0);
        self.last = Some((last + STEP).max(last.next_up()));
        self.message.get_or_insert_with(|| "still running".into());
    }
}

impl Context {
    /// Sends what was reported last.
    fn send_progress(&self, reported: &mut Reported) {
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
        let inner = self.inner();
        let (Some(outbox), Some(token), Some(done)) = (&inner.outbox, &inner.progress_token, reported.last) else {
            return;
        };
        let Some(token) = decode::read::<&RawValue>(token) else { return };
        let message = reported.message.as_deref().filter(|_| inner.version.has_progress_message());
        let params =
            Params { progress_token: token, progress: Number(done), total: reported.total.map(Number), message };
        outbox.push(&encode::notification("notifications/progress", &params));
        reported.is_held = false;
        reported.sent = Some(Instant::now());
    }

    /// Sends what was held back.
    pub(super) fn flush_progress(&self, reported: &mut Reported) {
        if reported.is_held && !self.is_over() {
            self.send_progress(reported);
        }
    }

    /// Whether [`pulse`](Self::pulse) has anything to do.
    pub(crate) fn has_pulse(&self) -> bool {
        let inner = self.inner();
        inner.outbox.is_some() && inner.progress_token.is_some()
    }

    /// Never ready: while it is polled, reports that were held back go out as soon as they may, and a call that is silent
    /// for long says that it is still there.
    pub(crate) async fn pulse(&self) {
        let inner = self.inner();
        let Some(outbox) = inner.outbox.as_ref().filter(|_| inner.progress_token.is_some()) else {
            return std::future::pending().await;
        };
        let heartbeat = inner.server.0.heartbeat;
        let begun = Instant::now();
        let far = begun + Duration::from_secs(365 * 24 * 3600);
        let mut sleep = pin!(tokio::time::sleep_until(far));
        std::future::poll_fn(|task| {
            loop {
                let due = {
                    let mut reported = self.reported();
                    reported.pulse = Some(task.waker().clone());
                    reported.due(begun, heartbeat).unwrap_or(far)
                };
                if sleep.deadline() != due {
                    sleep.as_mut().reset(due);
                }
                if sleep.as_mut().poll(task).is_pending() {
                    return Poll::Pending;
                }
                let mut reported = self.reported();
                // It may have been sent meanwhile, by another thread.
                if reported.due(begun, heartbeat).is_none_or(|due| due > Instant::now()) {
                    continue;
                }
                if !reported.is_held {
                    reported.creep();
                }
                if self.is_over() || outbox.is_full() {
                    // Who does not read what there is needs no more of it.
                    reported.is_held = false;
                    reported.sent = Some(Instant::now());
                } else {
                    reported.may_send();
                    self.send_progress(&mut reported);
                }
            }
        })
        .await
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
        Box::pin(self.send())
    }
}
