//! What waits to be written to one pipe: a buffer of lines, bounded for those who can wait.
//!
//! Answers always get in, since each was asked for; whoever sends notifications or reads more requests waits in
//! [`Outbox::room`] until the reader at the other end has caught up. Everything that is ready leaves in one write.

#[cfg(feature = "stdio")]
pub(crate) mod at_once;
#[cfg(feature = "http")]
mod readers;

#[cfg(feature = "http")]
use super::http::replay::Replay;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

pub(crate) struct Outbox {
    buffer: Mutex<Buffer>,
    filled: Notify,
    emptied: Notify,
    /// Bytes that were written, ever: whether the writer gets on.
    written: AtomicU64,
    limit: usize,
    framing: Framing,
    /// For a message that is alone.
    #[cfg(feature = "stdio")]
    at_once: std::sync::OnceLock<at_once::AtOnce>,
}

/// How one message is told from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// A line each.
    Line,
    /// An event of an event stream each, on one `data:` line.
    #[cfg(feature = "http")]
    Event,
}

#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    /// The writer is about what it has taken.
    is_taken: bool,
    /// Somebody else is about a message of his own.
    is_reserved: bool,
    closed: bool,
    broken: bool,
    /// Who reads: the first one, or one who came back for the rest. What an earlier one does counts no more.
    #[cfg(feature = "http")]
    reader: u64,
    /// What was sent is kept, so that a reader can come back.
    #[cfg(feature = "http")]
    replay: Option<Box<Replay>>,
}

impl Buffer {
    /// Whether whoever can wait has to.
    fn is_full(&self, limit: usize) -> bool {
        self.bytes.len() >= limit && !self.broken && !self.is_away()
    }

    /// Whether the reader is gone and may come back: then nothing waits, and what is sent is only kept.
    #[cfg(feature = "http")]
    fn is_away(&self) -> bool {
        self.replay.as_ref().is_some_and(|replay| replay.is_away)
    }

    #[cfg(not(feature = "http"))]
    fn is_away(&self) -> bool {
        false
    }
}

impl Outbox {
    /// An outbox in which `limit` bytes may wait before it counts as full.
    pub(crate) fn new(limit: usize, framing: Framing) -> Self {
        Outbox {
            buffer: Mutex::default(),
            filled: Notify::new(),
            emptied: Notify::new(),
            written: AtomicU64::new(0),
            limit,
            framing,
            #[cfg(feature = "stdio")]
            at_once: std::sync::OnceLock::new(),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Buffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds one message, and tells whoever writes.
    pub(crate) fn push(&self, message: &[u8]) {
        if self.put(message) {
            self.announce();
        }
    }

    /// Tells whoever writes that there is something. On one core that may hand the core over at once: do it without a
    /// lock.
    pub(crate) fn announce(&self) {
        self.filled.notify_one();
    }

    /// Adds one message; whether whoever writes has to be [told](Self::announce). Behind another one it need not: it is
    /// taken together with that.
    #[must_use]
    pub(crate) fn put(&self, message: &[u8]) -> bool {
        let mut buffer = self.lock();
        if buffer.broken {
            return false;
        }
        let is_first = buffer.bytes.is_empty();
        #[cfg(feature = "http")]
        if let Some(replay) = &mut buffer.replay {
            let event = replay.add(message);
            if !replay.is_away {
                buffer.bytes.extend_from_slice(&event);
            }
            return is_first;
        }
        let (before, after): (&[u8], &[u8]) = match self.framing {
            Framing::Line => (b"", b"\n"),
            #[cfg(feature = "http")]
            Framing::Event => (b"data: ", b"\n\n"),
        };
        buffer.bytes.reserve(before.len() + message.len() + after.len());
        for part in [before, message, after] {
            buffer.bytes.extend_from_slice(part);
        }
        is_first
    }

    /// Sees to it that what waits is written: right here, as far as that takes no waiting, where that may be.
    pub(crate) fn send_off(&self) {
        #[cfg(feature = "stdio")]
        if self.write_waiting() {
            return;
        }
        self.announce();
    }

    /// Waits until this is so, looking anew whenever it is told that something has changed.
    async fn until(&self, changed: &Notify, is_so: impl Fn(&Buffer) -> bool) {
        loop {
            let mut change = pin!(changed.notified());
            change.as_mut().enable();
            if is_so(&self.lock()) {
                return;
            }
            change.await;
        }
    }

    /// Whether [`room`](Self::room) would wait.
    pub(crate) fn is_full(&self) -> bool {
        self.lock().is_full(self.limit)
    }

    /// Waits until less than the limit is waiting.
    pub(crate) async fn room(&self) {
        self.until(&self.emptied, |buffer| !buffer.is_full(self.limit)).await;
    }

    /// Waits for room; a reader of an event stream that does not come back loses its stream.
    pub(crate) async fn room_or_give_up(&self) {
        match self.framing {
            Framing::Line => self.room().await,
            #[cfg(feature = "http")]
            Framing::Event => self.room_or_leave().await,
        }
    }

    /// Takes all that waits, as soon as there is something; `None` when it is closed and empty. What was taken before has been
    /// written then. `spare` is given back as the next buffer, to keep its memory. Whoever had to wait does so once more in
    /// `linger`.
    pub(crate) async fn take(&self, mut spare: Vec<u8>, linger: impl Fn()) -> Option<Vec<u8>> {
        spare.clear();
        if spare.capacity() > self.limit {
            spare = Vec::new();
        }
        loop {
            {
                let mut buffer = self.lock();
                buffer.is_taken = false;
                if !buffer.bytes.is_empty() && !buffer.is_reserved {
                    let full = std::mem::replace(&mut buffer.bytes, spare);
                    buffer.is_taken = true;
                    drop(buffer);
                    self.emptied.notify_waiters();
                    return Some(full);
                }
                if buffer.broken || buffer.closed && !buffer.is_reserved {
                    return None;
                }
            }
            self.filled.notified().await;
            linger();
        }
    }

    /// Whether the other end is gone.
    pub(crate) fn is_broken(&self) -> bool {
        self.lock().broken
    }

    /// Waits until the other end is gone.
    pub(crate) async fn broken(&self) {
        self.until(&self.emptied, |buffer| buffer.broken).await;
    }

    /// The writer says that it got on.
    pub(crate) fn wrote(&self, bytes: usize) {
        self.written.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Waits for the writer, as long as it gets on; `None` when it wrote nothing for `patience`.
    pub(crate) async fn finish<F: Future>(&self, writer: F, patience: Duration) -> Option<F::Output> {
        let mut writer = pin!(writer);
        loop {
            let before = self.written.load(Ordering::Relaxed);
            if let Ok(output) = tokio::time::timeout(patience, writer.as_mut()).await {
                return Some(output);
            }
            if self.written.load(Ordering::Relaxed) == before {
                return None;
            }
        }
    }

    /// Nothing more will come; what waits is still taken.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_one();
    }

    /// The other end is gone: drop what waits and whatever still comes.
    pub(crate) fn break_off(&self) {
        let mut buffer = self.lock();
        buffer.broken = true;
        buffer.bytes = Vec::new();
        drop(buffer);
        self.emptied.notify_waiters();
        self.filled.notify_one();
    }
}
