//! 2026-07-28: a call ends with its open questions, and the client calls again with the answers.
//!
//! The handler is suspended, not failed: a question without an answer stays pending, and when the handler's future is
//! pending with questions open, [`Rounds::drive`] drops it. The next run begins at the top and finds the answers there.
//!
//! Spec: basic/patterns/mrtr.

use super::state::State;
use super::unanswered::Unanswered;
use super::{Kind, NoAnswer, Question, Read};
use crate::auth::Principal;
use crate::jsonrpc::ErrorObject;
use crate::protocol::shown::shown;
use crate::seal::{Secret, digest};
use crate::server::limits::Limits;
use bytes::Bytes;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// What stands between a question and what was wrong with its last answer.
pub(crate) const NOTE: &str = "\n\nThe last answer does not fit: ";

/// The questions and answers of one call, in one of its runs.
pub(crate) struct Rounds {
    /// The request, which the state that goes to the client is bound to.
    message: Bytes,
    principal: Option<Principal>,
    run: Mutex<Run>,
}

#[derive(Default)]
struct Run {
    /// Wakes whoever drives the handler, for what happens outside of it.
    driver: Option<Waker>,
    /// Most calls ask nothing.
    asked: Option<Box<Asked>>,
    /// The handler is not run any more.
    is_over: bool,
}

#[derive(Default)]
struct Asked {
    /// What the client sent along, by key.
    answers: HashMap<String, Value>,
    /// What goes on to the next run.
    state: State,
    open: Vec<Open>,
    /// How often a question was asked in this run.
    seen: HashMap<String, usize>,
    /// How many `once` are running: the call is not suspended meanwhile.
    running_once: usize,
    suspended: Vec<Open>,
    /// Why this call can neither go on nor be asked again.
    failure: Option<ErrorObject>,
}

/// A question without an answer.
struct Open {
    key: String,
    question: Question,
    /// What was wrong with the answer there was.
    note: Option<String>,
    waker: Waker,
}

/// What driving a handler came to.
pub(crate) enum Driven<T> {
    Done(T),
    /// It waits for answers: see [`Rounds::input_required`].
    Suspended,
}

/// The result of a call that needs answers.
pub(crate) struct InputRequired {
    /// The questions, each with its key.
    pub(crate) requests: Vec<(String, Question)>,
    pub(crate) state: String,
}

impl Rounds {
    /// The first run of a call, or a later one with what the client sent along.
    ///
    /// # Errors
    ///
    /// When the state is not what this server gave to this caller for this call, or expired.
    pub(crate) fn open(
        message: Bytes,
        principal: Option<Principal>,
        responses: Option<Map<String, Value>>,
        state: Option<&str>,
        secret: &Secret,
    ) -> Result<Self, ErrorObject> {
        let mut asked = None;
        if responses.is_some() || state.is_some() {
            let state = match state {
                Some(sealed) => State::open(sealed, secret, &message, principal.as_ref().map(Principal::identity))?,
                None => State::default(),
            };
            let mut answers: HashMap<String, Value> = state.answers.clone().into_iter().collect();
            for (key, answer) in responses.unwrap_or_default() {
                // What was answered in an earlier round stays answered.
                if state.asked.contains(&key) || !answers.contains_key(&key) {
                    answers.insert(key, answer);
                }
            }
            asked = Some(Box::new(Asked { answers, state, ..Asked::default() }));
        }
        Ok(Rounds { message, principal, run: Mutex::new(Run { driver: None, asked, is_over: false }) })
    }

    fn lock(&self) -> MutexGuard<'_, Run> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the answer to a question; `read` says whether what there is fits.
    pub(crate) async fn ask<T>(&self, question: Question, read: impl Fn(Value) -> Read<T>) -> Result<T, Unanswered> {
        let key = self.lock().asked().key(&question);
        let _open = Closing { rounds: self, key: &key };
        poll_fn(|task| {
            let mut run = self.lock();
            let is_over = run.is_over;
            let asked = run.asked();
            let note = match asked.answers.get(&key).cloned().map(&read) {
                Some(Ok(answer)) => {
                    asked.keep(&key);
                    return Poll::Ready(Ok(answer));
                }
                Some(Err(NoAnswer::Unanswered(unanswered))) => {
                    asked.keep(&key);
                    return Poll::Ready(Err(unanswered));
                }
                Some(Err(NoAnswer::Malformed(why))) => Some(why),
                None => None,
            };
            if is_over {
                return Poll::Ready(Err(Unanswered::Ended));
            }
            match asked.open.iter_mut().find(|open| open.key == key) {
                Some(open) => open.waker.clone_from(task.waker()),
                None => {
                    asked.answers.remove(&key);
                    asked.state.answers.remove(&key);
                    let open = Open { key: key.clone(), question: question.clone(), note, waker: task.waker().clone() };
                    asked.open.push(open);
                    // It may be asked from a task of its own.
                    run.wake_driver();
                }
            }
            Poll::Pending
        })
        .await
    }

    /// The value that `once` recorded under this key in an earlier run.
    pub(super) fn recorded(&self, key: &str) -> Option<Value> {
        self.lock().asked.as_ref()?.state.recorded.get(key).cloned()
    }

    /// Records a value for the runs to come.
    pub(super) fn record(&self, key: &str, value: Value) {
        self.lock().asked().state.recorded.insert(key.to_owned(), value);
    }

    /// Keeps the call from being suspended for as long as the guard lives.
    pub(super) fn hold(&self) -> Hold<'_> {
        self.lock().asked().running_once += 1;
        Hold(self)
    }

    /// Ends the call with this error.
    pub(super) fn fail(&self, error: ErrorObject) {
        let mut run = self.lock();
        run.asked().failure.get_or_insert(error);
        run.wake_driver();
    }

    /// Runs the handler until it is done, or waits for nothing but its client.
    pub(crate) async fn drive<T>(&self, handler: impl Future<Output = T>) -> Driven<T> {
        let mut handler = pin!(handler);
        poll_fn(|task| {
            if let Poll::Ready(output) = handler.as_mut().poll(task) {
                let failed = self.lock().asked.as_ref().is_some_and(|asked| asked.failure.is_some());
                return Poll::Ready(if failed { Driven::Suspended } else { Driven::Done(output) });
            }
            let mut run = self.lock();
            match &mut run.driver {
                Some(driver) => driver.clone_from(task.waker()),
                driver => *driver = Some(task.waker().clone()),
            }
            let Some(asked) = &mut run.asked else { return Poll::Pending };
            if asked.failure.is_none() && (asked.open.is_empty() || asked.running_once > 0) {
                return Poll::Pending;
            }
            asked.suspended = std::mem::take(&mut asked.open);
            Poll::Ready(Driven::Suspended)
        })
        .await
    }

    /// The run is over: questions that are still open somewhere will not be answered.
    pub(crate) fn end(&self) {
        let mut run = self.lock();
        run.is_over = true;
        let Some(asked) = &mut run.asked else { return };
        let waiting: Vec<Waker> = asked.open.iter().chain(&asked.suspended).map(|open| open.waker.clone()).collect();
        drop(run);
        waiting.into_iter().for_each(Waker::wake);
    }

    /// The result of a call that was suspended: its questions, and the state that its next run needs.
    ///
    /// # Errors
    ///
    /// When it was asked too often, or its state has become too large.
    pub(crate) fn input_required(&self, secret: &Secret, limits: &Limits) -> Result<InputRequired, ErrorObject> {
        let mut run = self.lock();
        let asked = run.asked();
        if let Some(failure) = asked.failure.take() {
            return Err(failure);
        }
        if asked.state.round >= limits.rounds {
            let rounds = limits.rounds;
            return Err(ErrorObject::internal(format!(
                "the client was asked {rounds} times without an end (the server's limit `rounds`); a question whose \
                 text varies needs a `key`"
            )));
        }
        if let Some(open) = asked.suspended.first()
            && !asked.state.asked.is_empty()
            && !asked.state.asked.iter().any(|key| asked.seen.contains_key(key))
        {
            let question = open.question.params.get("message").and_then(Value::as_str).map(shown);
            tracing::warn!(
                question,
                "it is asked instead of what was asked in the run before; a question whose text varies needs a `key`"
            );
        }
        // What was answered but not looked at in this run is not asked for again.
        let unread = asked.state.asked.iter().filter_map(|key| Some((key.clone(), asked.answers.get(key)?.clone())));
        let unread: Vec<(String, Value)> = unread.collect();
        let questions = std::mem::take(&mut asked.suspended);
        let mut state = std::mem::take(&mut asked.state);
        state.round += 1;
        state.asked = questions.iter().map(|open| open.key.clone()).collect();
        state.answers.extend(unread);
        let sealed =
            state.seal(secret, limits.state_time, &self.message, self.principal.as_ref().map(Principal::identity));
        let size = sealed.len();
        if size > limits.state_bytes {
            let limit = limits.state_bytes;
            return Err(ErrorObject::internal(format!(
                "the answers and recorded values of this call take {size} bytes, of {limit} at most (the server's limit \
                 `state_bytes`)"
            )));
        }
        let requests = questions.into_iter().map(|open| {
            let Open { key, mut question, note, .. } = open;
            if let (Some(note), Kind::Form) = (note, &question.kind)
                && let Some(Value::String(message)) = question.params.get_mut("message")
            {
                message.push_str(NOTE);
                message.push_str(&note);
            }
            (key, question)
        });
        Ok(InputRequired { requests: requests.collect(), state: sealed })
    }
}

impl Run {
    fn asked(&mut self) -> &mut Asked {
        self.asked.get_or_insert_default()
    }

    fn wake_driver(&mut self) {
        if let Some(driver) = self.driver.take() {
            driver.wake();
        }
    }
}

impl Asked {
    /// The key of a question: the author's, or one that follows from what is asked; numbered if it was asked before.
    fn key(&mut self, question: &Question) -> String {
        let key = match (&question.key, &question.kind) {
            (Some(key), _) => key.clone(),
            (None, Kind::Roots) => "roots".into(),
            (None, kind) => {
                let name = if matches!(kind, Kind::Sample { .. }) { "sampling" } else { "elicitation" };
                let params = super::state::canonical(&question.params);
                format!("{name}-{}", digest(&[kind.method().as_bytes(), params.as_bytes()]))
            }
        };
        let mut count = self.seen.get(&key).copied().unwrap_or_default();
        let mut numbered = key.clone();
        // An author's key may look like a numbered one.
        while count > 0 && self.seen.contains_key(&numbered) {
            count += 1;
            numbered = format!("{key}-{count}");
        }
        self.seen.insert(key.clone(), count.max(1));
        self.seen.entry(numbered.clone()).or_insert(1);
        numbered
    }

    /// An answer that was used goes along to the next run.
    fn keep(&mut self, key: &str) {
        if let Some(answer) = self.answers.get(key) {
            self.state.answers.insert(key.to_owned(), answer.clone());
        }
    }
}

/// A question that nobody waits for any more is not open.
struct Closing<'a> {
    rounds: &'a Rounds,
    key: &'a str,
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        if let Some(asked) = &mut self.rounds.lock().asked {
            asked.open.retain(|open| open.key != self.key);
        }
    }
}

/// A `once` that runs.
pub(super) struct Hold<'a>(&'a Rounds);

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        let mut run = self.0.lock();
        run.asked().running_once -= 1;
        run.wake_driver();
    }
}
