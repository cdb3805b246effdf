//! Plain functions of one pipe, run in turns by a few tasks.

use super::flights::By;
use super::{Pipe, Writer};
use crate::handler::Context;
use crate::jsonrpc::Id;
use crate::prepared::Prepared;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// A plain function that waits for a worker.
pub(super) struct Waiting {
    pub(super) id: Id,
    pub(super) prepared: Prepared<'static>,
    pub(super) context: Context,
}

/// How many plain functions are received before any is started, if there are as many.
const AT_ONCE: usize = 64;

/// How many plain functions a worker runs before it lets other tasks have their turn.
const TURNS: u32 = 64;

impl Pipe {
    /// Leaves a plain function to the next worker that is free: whoever reads must not be kept from reading on.
    pub(super) fn leave(&self, waiting: Waiting) {
        // A worker that is woken for each call takes turns with whoever reads, where there is one core.
        if self.0.queue.add(waiting).is_multiple_of(AT_ONCE) {
            self.start_workers();
        }
    }

    /// Sees to it that what was received is run, and what was answered at once leaves.
    pub(crate) fn start(&self) {
        if self.0.owes.load(Ordering::Relaxed) && self.0.owes.swap(false, Ordering::Relaxed) {
            self.0.outbox.send_off();
        }
        self.start_workers();
    }

    fn start_workers(&self) {
        for _ in 0..self.0.queue.wanted() {
            self.spawn_worker();
        }
    }

    fn spawn_worker(&self) {
        self.0.runtime.spawn(self.clone().work());
    }

    /// Whether plain functions wait for their turn.
    #[cfg(feature = "stdio")]
    pub(crate) fn is_busy(&self) -> bool {
        self.0.queue.waiting() > 0
    }

    /// Runs plain functions for as long as there are any.
    async fn work(self) {
        // Whether a task was started or woken here that nobody else can run yet.
        let mut keeps_one = self.0.queue.begin();
        if keeps_one {
            self.spawn_worker();
        }
        for turn in 1_u32.. {
            let Some(Waiting { id, prepared, context }) = self.0.queue.next() else { return };
            if std::mem::take(&mut keeps_one) {
                self.give_away();
            }
            if !context.is_cancelled() {
                let (takes, began) = (prepared.takes().clone(), Instant::now());
                let answer = prepared.run();
                context.mark_answered();
                let bytes = self.encoded(&id, &answer, context.protocol_version());
                takes.note(began.elapsed());
                self.land_bytes(&id, context.cancellation(), bytes, By::Another);
                keeps_one = self.0.writer == Writer::Task;
            }
            if turn.is_multiple_of(TURNS) {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Lets other threads have the task that was started or woken here last. tokio keeps that one for this thread until
    /// there is a newer one, and the function that runs next may take its time.
    fn give_away(&self) {
        self.0.runtime.spawn(async {});
    }
}
