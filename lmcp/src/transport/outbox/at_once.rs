//! What can be written without waiting is written by whoever has it: nobody has to be woken for it.

use super::{Buffer, Outbox};

/// Writes what can be written without waiting, and says how much that was.
pub(crate) type AtOnce = Box<dyn Fn(&[u8]) -> usize + Send + Sync>;

impl Buffer {
    /// Whether nobody may write beside whoever does, or ever will.
    fn is_spoken_for(&self) -> bool {
        self.is_taken || self.is_reserved || self.closed || self.broken
    }
}

impl Outbox {
    /// From now on a message that is alone may be written by whoever has it, as far as that takes no waiting.
    pub(crate) fn write_at_once(&self, write: AtOnce) {
        let _once = self.at_once.set(write);
    }

    /// Whether the next message may be [written at once](Self::write_now) by the caller, who has to do that then: until it
    /// is done nobody else writes.
    pub(crate) fn reserve(&self) -> bool {
        let mut buffer = self.lock();
        let may = self.at_once.get().is_some() && buffer.bytes.is_empty() && !buffer.is_spoken_for();
        buffer.is_reserved |= may;
        may
    }

    /// Writes one message, for which this was [reserved](Self::reserve). What cannot be written without waiting is left to
    /// whoever writes.
    pub(crate) fn write_now(&self, mut message: Vec<u8>) {
        message.push(b'\n');
        self.write_reserved(message);
    }

    /// Writes what waits, as far as that takes no waiting, and tells whoever writes of the rest; `false` if that is for others
    /// to do.
    pub(super) fn write_waiting(&self) -> bool {
        let mut buffer = self.lock();
        if self.at_once.get().is_none() || buffer.bytes.is_empty() || buffer.is_spoken_for() {
            return false;
        }
        buffer.is_reserved = true;
        let bytes = std::mem::take(&mut buffer.bytes);
        drop(buffer);
        self.emptied.notify_waiters();
        self.write_reserved(bytes);
        true
    }

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
}

#[cfg(test)]
mod tests {
    use crate::transport::outbox::{Framing, Outbox};
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
