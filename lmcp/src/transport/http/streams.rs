//! The event streams of a session: the `GET` streams that are open, of which the newest is the one that speaks, and those
//! that a client which lost its connection can come back to.

use super::replay::Replay;
use super::session::{Busy, HttpSession};
use crate::protocol::ProtocolVersion;
use crate::server::limits::Limits;
use crate::transport::outbox::Outbox;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// How many streams of a session a client can come back to.
const KEPT: usize = 32;

/// The streams of one session.
#[derive(Default)]
pub(crate) struct Streams {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    next: u64,
    /// Open `GET` streams, each with its place in the order of their opening.
    open: Vec<(u64, Arc<Outbox>)>,
    kept: VecDeque<Kept>,
}

/// A stream that a client can come back to.
#[derive(Clone)]
pub(crate) struct Kept {
    number: u64,
    pub(crate) outbox: Arc<Outbox>,
    /// It is a call's, and ends with the answer.
    pub(crate) is_call: bool,
}

impl Streams {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stream for a call, or for what else happens. It is kept from [`keep`](Self::keep) on.
    pub(crate) fn begin(&self, is_call: bool, version: ProtocolVersion, limits: &Limits) -> Kept {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        drop(state);
        let retry = version.has_priming_events().then_some(limits.retry);
        let replay = Replay::new(number, limits.replay_bytes, retry);
        Kept { number, outbox: Arc::new(Outbox::resumable(limits.queued_bytes, replay)), is_call }
    }

    /// From now on a client may come back to this stream.
    pub(crate) fn keep(&self, stream: &Kept, limits: &Limits) {
        let mut state = self.lock();
        state.kept.push_back(stream.clone());
        state.tidy(limits);
    }

    /// A stream has ended: what is kept of all that have is bounded.
    pub(crate) fn tidy(&self, limits: &Limits) {
        self.lock().tidy(limits);
    }

    /// The stream of this number, if a client can come back to it.
    pub(crate) fn find(&self, number: u64) -> Option<Kept> {
        self.lock().kept.iter().find(|kept| kept.number == number).cloned()
    }

    /// The newest of the open `GET` streams.
    pub(crate) fn newest(&self) -> Option<Arc<Outbox>> {
        self.lock().open.last().map(|(_, outbox)| outbox.clone())
    }

    /// Opens a `GET` stream, which is the newest then; `None` when there are `most` already.
    pub(crate) fn open(&self, session: &Arc<HttpSession>, most: usize, outbox: &Arc<Outbox>) -> Option<OpenStream> {
        let mut state = self.lock();
        // Whoever comes back takes the place of the connection that was lost, noticed or not.
        state.open.retain(|(_, known)| !Arc::ptr_eq(known, outbox));
        if state.open.len() >= most {
            return None;
        }
        let place = state.next;
        state.next += 1;
        state.open.push((place, outbox.clone()));
        drop(state);
        self.changed.notify_waiters();
        Some(OpenStream { busy: session.busy(), place })
    }

    /// Nobody can come back to any of them.
    pub(crate) fn end(&self) {
        let kept = std::mem::take(&mut self.lock().kept);
        kept.iter().for_each(|kept| kept.outbox.break_off());
    }
}

impl State {
    /// Of streams that have ended, the newest are kept, up to a limit; one whose reader has not seen its end stays longest.
    fn tidy(&mut self, limits: &Limits) {
        let ended = |kept: &Kept| kept.outbox.is_closed();
        let size = |kept: &&Kept| kept.outbox.kept();
        let mut total: usize = self.kept.iter().filter(|kept| ended(kept)).map(|kept| size(&kept)).sum();
        while total > limits.replay_bytes || self.kept.len() > KEPT {
            let seen = self.kept.iter().position(|kept| ended(kept) && kept.outbox.is_seen());
            let unseen =
                || self.kept.iter().position(ended).filter(|_| self.kept.iter().filter(|k| ended(k)).count() > 1);
            // A call that runs has an answer to give; what is missed on another stream is only what changed.
            let left = || self.kept.iter().position(|kept| !kept.is_call && kept.outbox.is_away());
            let oldest = || (self.kept.len() > KEPT).then(|| left().unwrap_or(0));
            let Some(dropped) = seen.or_else(unseen).or_else(oldest).and_then(|at| self.kept.remove(at)) else {
                return;
            };
            if dropped.outbox.is_away() {
                // Nobody can come back to it any more: nothing waits for that.
                dropped.outbox.break_off();
            }
            if ended(&dropped) {
                // It may have ended, or grown, since the total was taken.
                total = total.saturating_sub(size(&&dropped));
            }
        }
    }
}

/// A `GET` stream that is open.
pub(crate) struct OpenStream {
    busy: Busy,
    place: u64,
}

impl OpenStream {
    pub(crate) fn session(&self) -> &Arc<HttpSession> {
        self.busy.session()
    }

    fn streams(&self) -> &Streams {
        self.busy.session().streams()
    }

    /// Whether no other stream of its session is newer.
    pub(crate) fn is_newest(&self) -> bool {
        self.streams().lock().open.last().is_some_and(|(place, _)| *place == self.place)
    }

    /// Waits until this stream is the newest one, or is so no longer.
    pub(crate) async fn turn(&self, newest: bool) {
        loop {
            let changed = self.streams().changed.notified();
            let mut changed = std::pin::pin!(changed);
            changed.as_mut().enable();
            if self.is_newest() == newest {
                return;
            }
            changed.await;
        }
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let streams = self.streams();
        streams.lock().open.retain(|(place, _)| *place != self.place);
        streams.changed.notify_waiters();
    }
}
