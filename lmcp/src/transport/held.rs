//! How many bytes the messages take that are being read or answered, all clients together, and the limit of that.
//!
//! What is counted is held by the message's bytes themselves: whoever keeps a part of them, keeps all of them counted.

use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A message of fewer bytes is not counted: how many there are of those is limited, by calls and connections.
const SMALL: usize = 4 << 10;

/// The count of one server.
pub(crate) struct Held {
    bytes: AtomicUsize,
    limit: usize,
}

impl Held {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Held { bytes: AtomicUsize::new(0), limit })
    }

    /// Adds to the count of a message, unless that is more than the limit. One that is alone always fits: it has a limit of
    /// its own.
    fn add(&self, bytes: usize, counted: usize) -> bool {
        let more = |held: usize| held.checked_add(bytes).filter(|sum| held == counted || *sum <= self.limit);
        self.bytes.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok()
    }

    /// A message that is counted as long as some of it is kept; `None` when there is no room for it.
    pub(crate) fn keep(self: &Arc<Self>, message: &Bytes) -> Option<Bytes> {
        if message.len() < SMALL {
            return Some(message.clone());
        }
        let mut hold = Hold::new(self);
        hold.grow(message.len()).then(|| hold.around(message.clone()))
    }
}

/// What is counted of one message.
pub(crate) struct Hold {
    held: Arc<Held>,
    /// How large it is, as far as it is known.
    size: usize,
    counted: usize,
}

impl Hold {
    pub(crate) fn new(held: &Arc<Held>) -> Self {
        Hold { held: held.clone(), size: 0, counted: 0 }
    }

    /// The message has so many more bytes; `false` when there is no room for them.
    pub(crate) fn grow(&mut self, bytes: usize) -> bool {
        self.size = self.size.saturating_add(bytes);
        if self.size < SMALL {
            return true;
        }
        let fits = self.held.add(self.size - self.counted, self.counted);
        if fits {
            self.counted = self.size;
        }
        fits
    }

    /// The message's bytes, which are counted from now on as long as some of them are kept.
    pub(crate) fn around(self, bytes: Bytes) -> Bytes {
        struct Counted(Bytes, #[allow(dead_code, reason = "it counts until it is dropped")] Hold);
        impl AsRef<[u8]> for Counted {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }
        if self.counted == 0 { bytes } else { Bytes::from_owner(Counted(bytes, self)) }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.held.bytes.fetch_sub(self.counted, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::{Held, SMALL};
    use bytes::Bytes;

    #[test]
    fn a_message_counts_as_long_as_some_of_it_is_kept() {
        let held = Held::new(3 * SMALL);
        let message = Bytes::from(vec![0; 2 * SMALL]);
        let part = held.keep(&message).expect("room").slice(7..9);
        assert!(held.keep(&message).is_none(), "twice is more than the limit");
        assert!(held.keep(&message.slice(..SMALL)).is_some());
        assert!(held.keep(&message.slice(..SMALL - 1)).is_some(), "a small one always fits");
        drop(part);
        assert!(held.keep(&message).is_some());
        assert!(held.keep(&Bytes::from(vec![0; 9 * SMALL])).is_some(), "and so does one that is alone");
        assert_eq!(held.bytes.load(std::sync::atomic::Ordering::SeqCst), 0);
    }
}
