//! A 2025-03-26 batch: its answers are gathered and leave as one array.

use super::outbox::Outbox;
use std::sync::{Arc, Mutex, PoisonError};

/// The answers of one batch, until the last one is there.
pub(crate) struct Batch {
    answers: Mutex<Vec<Vec<u8>>>,
    outbox: Arc<Outbox>,
}

impl Batch {
    pub(crate) fn new(outbox: Arc<Outbox>) -> Arc<Self> {
        Arc::new(Batch { answers: Mutex::default(), outbox })
    }
    fn add(&self, answer: Vec<u8>) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
    }
}

/// Sends the array once nobody holds the batch any more: each request answers or is cancelled, then lets go of it.
impl Drop for Batch {
    fn drop(&mut self) {
        let answers = std::mem::take(self.answers.get_mut().unwrap_or_else(PoisonError::into_inner));
        if !answers.is_empty() {
            let mut array = vec![b'['];
            array.extend_from_slice(&answers.join(&b','));
            array.push(b']');
            self.outbox.push(&array);
        }
    }
}

/// Where an answer goes: out on its own, or into its batch.
#[derive(Clone)]
pub(crate) enum Sink {
    Pipe,
    Batch(Arc<Batch>),
}

impl Sink {
    /// Whether it has to be [announced](Outbox::announce) by whoever sends, without a lock.
    #[must_use]
    pub(crate) fn send(self, answer: Vec<u8>, outbox: &Outbox) -> bool {
        match self {
            Sink::Pipe => outbox.put(&answer),
            Sink::Batch(batch) => {
                batch.add(answer);
                false
            }
        }
    }
}
