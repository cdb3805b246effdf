//! Readers of an event stream, who may leave it and come back for the rest.

use super::{Framing, Outbox};
use crate::transport::http::replay::Replay;
use std::time::Duration;

/// How long a notification waits for a reader that has stopped, before the stream is given up.
const STALLED: Duration = Duration::from_secs(10);

impl Outbox {
    /// An outbox of events that are kept for a reader who comes back.
    pub(crate) fn resumable(limit: usize, replay: Replay) -> Self {
        let outbox = Self::new(limit, Framing::Event);
        outbox.lock().replay = Some(Box::new(replay));
        outbox
    }

    /// Waits for room; if the reader does not take anything for long, it is gone.
    pub(super) async fn room_or_leave(&self) {
        if tokio::time::timeout(STALLED, self.room()).await.is_err() {
            let reader = self.lock().reader;
            self.leave(reader);
        }
    }

    /// Whether nothing waits to be written.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().bytes.is_empty()
    }

    /// Waits until something waits to be written, or nothing ever will.
    pub(crate) async fn filled(&self) {
        self.until(&self.filled, |buffer| !buffer.bytes.is_empty() || buffer.closed || buffer.broken).await;
        // Whoever takes it must not miss the notice that was used up here.
        self.filled.notify_one();
    }

    /// The event stream begins, even if there is nothing to say yet: a reader who can come back is told how.
    pub(crate) fn begin(&self) {
        let mut buffer = self.lock();
        let Some(replay) = &mut buffer.replay else { return };
        if let Some(event) = replay.begin() {
            buffer.bytes.extend_from_slice(&event);
            drop(buffer);
            self.filled.notify_one();
        }
    }

    /// Ends the reader's connection, and not the stream: the reader is to come back for the rest. Nothing happens where
    /// that was never said to be possible.
    pub(crate) fn let_go(&self) {
        self.begin();
        let mut buffer = self.lock();
        if let Some(replay) = &mut buffer.replay
            && replay.has_begun()
        {
            replay.lets_go = true;
            drop(buffer);
            self.filled.notify_one();
        }
    }

    /// The reader is gone. If it can come back, what is said meanwhile is kept; otherwise that is the end.
    pub(crate) fn leave(&self, reader: u64) {
        let mut buffer = self.lock();
        if buffer.reader != reader {
            return;
        }
        let Some(replay) = &mut buffer.replay else {
            drop(buffer);
            return self.break_off();
        };
        replay.is_away = true;
        replay.lets_go = false;
        buffer.reader += 1;
        buffer.bytes = Vec::new();
        drop(buffer);
        self.emptied.notify_waiters();
        self.filled.notify_one();
    }

    /// A reader has come back, who knows everything up to this event; gives the reader's number. Whoever read before
    /// reads no more.
    pub(crate) fn come_back(&self, after: u64) -> u64 {
        let mut buffer = self.lock();
        buffer.reader += 1;
        let reader = buffer.reader;
        if let Some(replay) = &mut buffer.replay {
            replay.is_away = false;
            replay.is_seen = false;
            replay.lets_go = false;
            buffer.bytes = replay.after(after);
        }
        drop(buffer);
        self.emptied.notify_waiters();
        self.filled.notify_one();
        reader
    }

    /// Waits until this reader reads no more.
    pub(crate) async fn left(&self, reader: u64) {
        self.until(&self.emptied, |buffer| buffer.broken || buffer.reader != reader).await;
    }

    /// How many bytes are kept for a reader who comes back.
    pub(crate) fn kept(&self) -> usize {
        self.lock().replay.as_ref().map_or(0, |replay| replay.size())
    }

    /// Whether everything was said.
    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Whether nobody reads, and somebody may come back to.
    pub(crate) fn is_away(&self) -> bool {
        self.lock().is_away()
    }

    /// Whether a reader got everything, to the end.
    pub(crate) fn is_seen(&self) -> bool {
        self.lock().replay.as_ref().is_some_and(|replay| replay.is_seen)
    }

    /// Takes all that waits for this reader, as soon as there is something; `None` when there will be no more for it.
    pub(crate) async fn take_for(&self, reader: u64) -> Option<Vec<u8>> {
        loop {
            {
                let mut buffer = self.lock();
                if buffer.reader != reader {
                    // Whoever reads now must not miss the notice that was used up here.
                    self.filled.notify_one();
                    return None;
                }
                if !buffer.bytes.is_empty() {
                    let full = std::mem::take(&mut buffer.bytes);
                    drop(buffer);
                    self.emptied.notify_waiters();
                    return Some(full);
                }
                let closed = buffer.closed;
                let lets_go = buffer.replay.as_mut().is_some_and(|replay| {
                    replay.is_seen |= closed;
                    replay.lets_go
                });
                if buffer.closed || buffer.broken || lets_go {
                    return None;
                }
            }
            self.filled.notified().await;
        }
    }
}
