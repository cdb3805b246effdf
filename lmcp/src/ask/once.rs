//! [`Context::once`]: an effect that happens once, however often a call is run.

use super::Asks;
use crate::Context;
use crate::jsonrpc::ErrorObject;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

tokio::task_local! {
    /// Stands around what is done once.
    static ONCE: ();
}

/// Whether this is called from what is done once.
pub(super) fn is_inside() -> bool {
    ONCE.try_with(|()| ()).is_ok()
}

/// The keys under which something is being done right now, in one call.
#[derive(Default)]
pub(crate) struct Turns {
    taken: Mutex<HashSet<String>>,
    over: Notify,
}

impl Turns {
    fn lock(&self) -> MutexGuard<'_, HashSet<String>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nothing is done under this key, so that whoever comes second finds what the first one recorded. What is
    /// done inside of something else does not wait: two could wait for each other.
    async fn take<'a>(&'a self, key: &'a str) -> Option<Turn<'a>> {
        if is_inside() {
            return None;
        }
        loop {
            let mut over = std::pin::pin!(self.over.notified());
            over.as_mut().enable();
            if self.lock().insert(key.to_owned()) {
                return Some(Turn { turns: self, key });
            }
            over.await;
        }
    }
}

struct Turn<'a> {
    turns: &'a Turns,
    key: &'a str,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns.lock().remove(self.key);
        self.turns.over.notify_waiters();
    }
}

impl Context {
    /// Runs `f` the first time, and gives its recorded value when the function is run again with the user's answers: for
    /// effects that must not happen twice.
    ///
    /// The value travels with the client, sealed but readable by it, so no server keeps anything. A failure is not
    /// recorded. The call is not put off while `f` runs, so that it is never dropped half way; so nothing can be asked
    /// in `f`: a question there is [`Unanswered::Impossible`](crate::Unanswered::Impossible). Of two at the same time with
    /// one key, the second waits for the first. It is not exactly once: a client may send the same answers twice. Pass an idempotency key on to whoever does the work.
    ///
    /// ```
    /// use lmcp::{Context, tool};
    /// # async fn reserve(_: &str) -> Result<u32, std::io::Error> { Ok(7) }
    /// # async fn book(_: u32) -> Result<(), std::io::Error> { Ok(()) }
    ///
    /// /// Books a seat.
    /// #[tool]
    /// async fn book_seat(ctx: &Context, train: String) -> anyhow::Result<String> {
    ///     let seat = ctx.once("reserve", || reserve(&train)).await?;
    ///     let sure: bool = ctx.elicit(format!("Book seat {seat}?")).await?;
    ///     if sure {
    ///         book(seat).await?;
    ///     }
    ///     Ok(if sure { "booked" } else { "not booked" }.into())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// What `f` says.
    pub async fn once<T, E, F>(&self, key: &str, f: impl FnOnce() -> F) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, E>>,
    {
        let _turn = self.turns().take(key).await;
        let Asks::Rounds(rounds) = self.asks() else { return self.once_in_this_run(key, f).await };
        if let Some(recorded) = rounds.recorded(key) {
            match serde_json::from_value(recorded) {
                Ok(value) => return Ok(value),
                // The program that recorded it was another one. Doing it again is what must not happen.
                Err(e) => {
                    rounds.fail(ErrorObject::invalid_params(format!(
                        "`params.requestState` holds a value for {key:?} that this version of the server cannot read \
                         ({e}); call again without it"
                    )));
                    return std::future::pending().await;
                }
            }
        }
        // Until the value is recorded, the call is not put off.
        let _hold = rounds.hold();
        let value = ONCE.scope((), f()).await?;
        match serde_json::to_value(&value) {
            Ok(recorded) => rounds.record(key, recorded),
            Err(e) => {
                rounds.fail(ErrorObject::internal(format!("the value of {key:?} cannot be recorded as JSON: {e}")));
                return std::future::pending().await;
            }
        }
        Ok(value)
    }

    /// Where a call is run once only, a value is recorded for those who ask for it again.
    async fn once_in_this_run<T, E, F>(&self, key: &str, f: impl FnOnce() -> F) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, E>>,
    {
        if let Some(value) = self.recorded(key).and_then(|recorded| serde_json::from_value(recorded).ok()) {
            return Ok(value);
        }
        let value = ONCE.scope((), f()).await?;
        if let Ok(recorded) = serde_json::to_value(&value) {
            self.record(key, recorded);
        }
        Ok(value)
    }
}
