//! Before 2026-07-28: a question is a request of the server's, and the client answers it with a message of its own.
//!
//! [`Requests`] is a session's table of those that wait; a client's answer counts only from the session that was asked.

use super::roots::Roots;
use super::unanswered::{Unanswered, Unsupported};
use super::{NoAnswer, Question, Read};
use crate::Context;
use crate::first::first;
use crate::jsonrpc::{Id, encode};
use crate::transport::outbox::Outbox;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// What a client sent back.
pub(crate) type Reply = Result<Value, Unanswered>;

/// The questions of one session that wait for an answer, and what was learnt of its roots.
#[derive(Default)]
pub(crate) struct Requests {
    waiting: Mutex<HashMap<String, oneshot::Sender<Reply>>>,
    roots: Mutex<KnownRoots>,
}

#[derive(Default)]
struct KnownRoots {
    roots: Option<Roots>,
    /// How often the client said that they changed: an answer to a question of before counts for that call only.
    changes: u64,
}

impl Requests {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<Reply>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_roots(&self) -> MutexGuard<'_, KnownRoots> {
        self.roots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a client's answer; `false` when nothing (any more) waits for it.
    pub(crate) fn answer(&self, id: &Id, reply: Reply) -> bool {
        let Ok(id) = serde_json::from_str::<String>(id.as_json()) else { return false };
        let waiting = self.lock().remove(&id);
        waiting.is_some_and(|waiting| waiting.send(reply).is_ok())
    }

    /// The roots, as far as they are known, and which change of them that was.
    pub(crate) fn known_roots(&self) -> (Option<Roots>, u64) {
        let known = self.lock_roots();
        (known.roots.clone(), known.changes)
    }

    /// Notes roots that were asked for when there had been so many changes.
    pub(crate) fn learn_roots(&self, roots: &Roots, changes: u64, limit: usize) {
        // What takes too much is asked for again each time.
        if roots.size() > limit {
            return;
        }
        let mut known = self.lock_roots();
        if known.changes == changes {
            known.roots = Some(roots.clone());
        }
    }

    /// `notifications/roots/list_changed`.
    pub(crate) fn forget_roots(&self) {
        let mut known = self.lock_roots();
        known.roots = None;
        known.changes += 1;
    }
}

/// Where a call's questions go, and where the answers come from.
pub(crate) struct Line {
    pub(crate) requests: Arc<Requests>,
    pub(crate) outlet: Outlet,
    pub(crate) waits: Waits,
}

/// A stream to the client that is open.
#[cfg(feature = "http")]
pub(crate) trait OpenStream: Send + Sync {
    /// The newest one, if there is one.
    fn newest(&self) -> Option<Arc<Outbox>>;
}

/// Where messages of the server's own can go.
pub(crate) enum Outlet {
    /// On the call's own stream, or the pipe.
    Call(Arc<Outbox>),
    /// The call has none, so on a stream of its session, if one is open.
    #[cfg(feature = "http")]
    Session(Arc<dyn OpenStream>),
    /// Nowhere.
    #[cfg(feature = "http")]
    None,
}

impl Line {
    fn outbox(&self) -> Option<Arc<Outbox>> {
        match &self.outlet {
            Outlet::Call(outbox) => Some(outbox.clone()),
            #[cfg(feature = "http")]
            Outlet::Session(session) => session.newest(),
            #[cfg(feature = "http")]
            Outlet::None => None,
        }
        .filter(|outbox| !outbox.is_broken())
    }

    /// Sends the question and waits for the answer.
    pub(crate) async fn ask<T>(
        &self,
        context: &Context,
        question: Question,
        read: impl Fn(Value) -> Read<T>,
    ) -> Result<T, Unanswered> {
        let Some(outbox) = self.outbox() else {
            return Err(Unsupported::here("the client has no session with a stream open that could carry it").into());
        };
        let id = fresh_id()?;
        let (sender, answer) = oneshot::channel();
        let mut asked = Asked { line: self, id, outbox, is_sent: false };
        let _waiting = self.waits.begin();
        asked.outbox.room_or_give_up().await;
        let message = encode::request(&asked.id, question.kind.method(), &question);
        self.requests.lock().insert(asked.id.clone(), sender);
        asked.is_sent = context.send(&asked.outbox, &message);
        if !asked.is_sent {
            self.requests.lock().remove(&asked.id);
            return Err(Unanswered::Ended);
        }
        let limit = context.server().0.limits.answer_time;
        let answered = async { answer.await.unwrap_or(Err(Unanswered::Ended)) };
        // Whoever asks from a thread or a task of its own is not dropped when the call is.
        let ended = async {
            first(context.cancelled(), asked.outbox.broken()).await;
            Err(Unanswered::Ended)
        };
        let reply = match tokio::time::timeout(limit, first(answered, ended)).await {
            Err(_late) => return Err(Unanswered::TimedOut),
            Ok(Err(Unanswered::Ended)) => return Err(Unanswered::Ended),
            Ok(reply) => reply,
        };
        asked.is_sent = false;
        drop(asked);
        read(reply?).map_err(|no_answer| match no_answer {
            NoAnswer::Unanswered(unanswered) => unanswered,
            NoAnswer::Malformed(why) => Unanswered::Invalid(why),
        })
    }
}

/// A question that was sent. Dropped before it was answered, it is taken back.
struct Asked<'a> {
    line: &'a Line,
    id: String,
    outbox: Arc<Outbox>,
    is_sent: bool,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        if self.is_sent {
            self.line.requests.lock().remove(&self.id);
            let params = json!({ "requestId": self.id, "reason": "the question is not open any more" });
            self.outbox.push(&encode::notification("notifications/cancelled", &params));
        }
    }
}

/// An id that nobody can guess, so that nobody else can answer.
pub(crate) fn fresh_id() -> Result<String, Unanswered> {
    match crate::seal::random::<15>() {
        Ok(bytes) => Ok(crate::seal::base64url(&bytes)),
        Err(e) => Err(Unanswered::Impossible(e.to_string())),
    }
}

/// How long a call has been waiting for its client: that time is the user's, and not the handler's.
#[derive(Default)]
pub(crate) struct Waits {
    state: Mutex<Waited>,
    changed: Notify,
}

#[derive(Default)]
struct Waited {
    open: usize,
    since: Option<Instant>,
    total: Duration,
}

impl Waits {
    fn lock(&self) -> MutexGuard<'_, Waited> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self) -> Waiting<'_> {
        let mut state = self.lock();
        state.open += 1;
        state.since.get_or_insert_with(Instant::now);
        drop(state);
        self.changed.notify_waiters();
        Waiting(self)
    }

    /// Ready when the call ran for `limit`, the time it waited for its client not counted.
    pub(crate) async fn run_out(&self, limit: Duration) {
        let begun = Instant::now();
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let (waits, total) = {
                let state = self.lock();
                (state.open > 0, state.total)
            };
            if waits {
                changed.await;
                continue;
            }
            let left = limit.saturating_sub(begun.elapsed().saturating_sub(total));
            let over = async {
                tokio::time::sleep(left).await;
                true
            };
            let interrupted = async {
                changed.await;
                false
            };
            if first(over, interrupted).await {
                return;
            }
        }
    }
}

struct Waiting<'a>(&'a Waits);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.open -= 1;
        if state.open == 0 {
            let waited = state.since.take().map(|since| since.elapsed()).unwrap_or_default();
            state.total += waited;
        }
        drop(state);
        self.0.changed.notify_waiters();
    }
}
