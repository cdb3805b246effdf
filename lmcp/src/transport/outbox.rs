//! What waits to be written to one pipe: a buffer of lines, bounded for those who can wait.
//!
//! Answers always get in, since each was asked for; whoever sends notifications or reads more requests waits in
//! [`Outbox::room`] until the reader at the other end has caught up. Everything that is ready leaves in one write.

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
    at_once: std::sync::OnceLock<AtOnce>,
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

/// How long a notification waits for a reader of an event stream that has stopped, before the stream is given up.
#[cfg(feature = "http")]
const STALLED: Duration = Duration::from_secs(10);

/// Writes what can be written without waiting, and says how much that was.
#[cfg(feature = "stdio")]
pub(crate) type AtOnce = Box<dyn Fn(&[u8]) -> usize + Send + Sync>;

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

    /// Whether nobody may write beside whoever does, or ever will.
    #[cfg(feature = "stdio")]
    fn is_spoken_for(&self) -> bool {
        self.is_taken || self.is_reserved || self.closed || self.broken
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

    /// An outbox of events that are kept for a reader who comes back.
    #[cfg(feature = "http")]
    pub(crate) fn resumable(limit: usize, replay: Replay) -> Self {
        let outbox = Self::new(limit, Framing::Event);
        outbox.lock().replay = Some(Box::new(replay));
        outbox
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

    /// From now on a message that is alone may be written by whoever has it, as far as that takes no waiting.
    #[cfg(feature = "stdio")]
    pub(crate) fn write_at_once(&self, write: AtOnce) {
        let _once = self.at_once.set(write);
    }

    /// Whether the next message may be [written at once](Self::write_now) by the caller, who has to do that then: until it
    /// is done nobody else writes.
    #[cfg(feature = "stdio")]
    pub(crate) fn reserve(&self) -> bool {
        let mut buffer = self.lock();
        let may = self.at_once.get().is_some() && buffer.bytes.is_empty() && !buffer.is_spoken_for();
        buffer.is_reserved |= may;
        may
    }

    /// Writes one message, for which this was [reserved](Self::reserve). What cannot be written without waiting is left to
    /// whoever writes.
    #[cfg(feature = "stdio")]
    pub(crate) fn write_now(&self, mut message: Vec<u8>) {
        message.push(b'\n');
        self.write_reserved(message);
    }

    /// Writes what waits, as far as that takes no waiting; tells whoever writes of the rest.
    pub(crate) fn send_off(&self) {
        #[cfg(feature = "stdio")]
        {
            let mut buffer = self.lock();
            if self.at_once.get().is_some() && !buffer.bytes.is_empty() && !buffer.is_spoken_for() {
                buffer.is_reserved = true;
                let bytes = std::mem::take(&mut buffer.bytes);
                drop(buffer);
                self.emptied.notify_waiters();
                return self.write_reserved(bytes);
            }
        }
        self.announce();
    }

    #[cfg(feature = "stdio")]
    fn write_reserved(&self, mut bytes: Vec<u8>) {
        let written = self.at_once.get().map_or(0, |write| write(&bytes)).min(bytes.len());
        self.wrote(written);
        let mut buffer = self.lock();
        buffer.is_reserved = false;
        if !buffer.broken {
            // Before whatever was added meanwhile.
            bytes.drain(..written);
            bytes.append(&mut buffer.bytes);
            if bytes.capacity() <= self.limit || !bytes.is_empty() {
                buffer.bytes = bytes;
            }
        }
        let tells = !buffer.bytes.is_empty() || buffer.closed || buffer.broken;
        drop(buffer);
        if tells {
            self.announce();
        }
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
            Framing::Event => {
                if tokio::time::timeout(STALLED, self.room()).await.is_err() {
                    let reader = self.lock().reader;
                    self.leave(reader);
                }
            }
        }
    }

    /// Whether nothing waits to be written.
    #[cfg(feature = "http")]
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().bytes.is_empty()
    }

    /// Waits until something waits to be written, or nothing ever will.
    #[cfg(feature = "http")]
    pub(crate) async fn filled(&self) {
        self.until(&self.filled, |buffer| !buffer.bytes.is_empty() || buffer.closed || buffer.broken).await;
        // Whoever takes it must not miss the notice that was used up here.
        self.filled.notify_one();
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

    /// The event stream begins, even if there is nothing to say yet: a reader who can come back is told how.
    #[cfg(feature = "http")]
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
    #[cfg(feature = "http")]
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
    #[cfg(feature = "http")]
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
    #[cfg(feature = "http")]
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
    #[cfg(feature = "http")]
    pub(crate) async fn left(&self, reader: u64) {
        self.until(&self.emptied, |buffer| buffer.broken || buffer.reader != reader).await;
    }

    /// How many bytes are kept for a reader who comes back.
    #[cfg(feature = "http")]
    pub(crate) fn kept(&self) -> usize {
        self.lock().replay.as_ref().map_or(0, |replay| replay.size())
    }

    /// Whether everything was said.
    #[cfg(feature = "http")]
    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Whether nobody reads, and somebody may come back to.
    #[cfg(feature = "http")]
    pub(crate) fn is_away(&self) -> bool {
        self.lock().is_away()
    }

    /// Whether a reader got everything, to the end.
    #[cfg(feature = "http")]
    pub(crate) fn is_seen(&self) -> bool {
        self.lock().replay.as_ref().is_some_and(|replay| replay.is_seen)
    }

    /// Takes all that waits for this reader, as soon as there is something; `None` when there will be no more for it.
    #[cfg(feature = "http")]
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

#[cfg(all(test, feature = "stdio"))]
mod tests {
    use super::{Framing, Outbox};
    use std::sync::{Arc, Mutex};

    async fn taken(outbox: &Outbox) -> Option<String> {
        outbox.take(Vec::new(), || {}).await.map(|bytes| String::from_utf8(bytes).expect("text"))
    }

    #[tokio::test]
    async fn what_cannot_be_written_at_once_is_taken_before_the_rest() {
        let outbox = Outbox::new(100, Framing::Line);
        assert!(!outbox.reserve(), "there is nobody to write it");
        let written = Arc::new(Mutex::new(Vec::new()));
        let stream = written.clone();
        outbox.write_at_once(Box::new(move |bytes| {
            let fits = bytes.len().min(3);
            stream.lock().expect("a stream").extend_from_slice(&bytes[..fits]);
            fits
        }));
        assert!(outbox.reserve() && !outbox.reserve());
        assert!(outbox.put(b"later"));
        outbox.close();
        let mut next = std::pin::pin!(taken(&outbox));
        let waits = std::future::poll_fn(|cx| std::task::Poll::Ready(next.as_mut().poll(cx).is_pending())).await;
        assert!(waits, "what comes later is not taken first");
        outbox.write_now(b"first".to_vec());
        assert_eq!(*written.lock().expect("a stream"), b"fir");
        assert_eq!(next.await.as_deref(), Some("st\nlater\n"));
        assert_eq!(taken(&outbox).await, None);
    }

    #[tokio::test]
    async fn nobody_writes_beside_the_writer() {
        let outbox = Outbox::new(100, Framing::Line);
        outbox.write_at_once(Box::new(|bytes| bytes.len()));
        outbox.push(b"a");
        assert!(!outbox.reserve(), "something waits");
        assert_eq!(taken(&outbox).await.as_deref(), Some("a\n"));
        assert!(!outbox.reserve(), "the writer is about it");
        // Who comes for more has written what was taken before.
        let mut next = std::pin::pin!(taken(&outbox));
        assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(next.as_mut().poll(cx).is_pending())).await);
        assert!(outbox.reserve());
        outbox.close();
        assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(next.as_mut().poll(cx).is_pending())).await);
        outbox.write_now(b"b".to_vec());
        assert_eq!(next.await, None);
    }

    #[tokio::test]
    async fn what_waits_is_sent_off_as_far_as_it_takes_no_waiting() {
        let outbox = Outbox::new(100, Framing::Line);
        let fits = Arc::new(Mutex::new(100));
        let (written, left) = (Arc::new(Mutex::new(Vec::new())), fits.clone());
        let stream = written.clone();
        outbox.write_at_once(Box::new(move |bytes| {
            let fits = bytes.len().min(*left.lock().expect("a number"));
            stream.lock().expect("a stream").extend_from_slice(&bytes[..fits]);
            fits
        }));
        assert!(outbox.put(b"a"));
        assert!(!outbox.put(b"b"), "it goes with the first");
        outbox.send_off();
        assert_eq!(*written.lock().expect("a stream"), b"a\nb\n");
        assert!(outbox.put(b"c"), "nothing waits");
        *fits.lock().expect("a number") = 1;
        outbox.send_off();
        assert_eq!(*written.lock().expect("a stream"), b"a\nb\nc");
        assert_eq!(taken(&outbox).await.as_deref(), Some("\n"), "the writer is told of the rest");
        assert!(outbox.put(b"d"));
        outbox.send_off();
        assert_eq!(*written.lock().expect("a stream"), b"a\nb\nc", "the writer is about it");
        assert_eq!(taken(&outbox).await.as_deref(), Some("d\n"));
    }
}
