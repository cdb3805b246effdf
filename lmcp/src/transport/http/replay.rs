//! [`Replay`]: the events of one stream, numbered, and kept for a reader who lost its connection.
//!
//! An event's id is `STREAM-NUMBER`. The newest events are kept, up to a limit; the last one is kept whatever its size, as
//! it may be the answer.
//!
//! Spec: basic/transports (2025-11-25), "Resumability and Redelivery".

use std::collections::VecDeque;
use std::time::Duration;

/// What is kept of a stream.
#[derive(Debug)]
pub(crate) struct Replay {
    stream: u64,
    /// The number of the next event.
    next: u64,
    events: VecDeque<(u64, Vec<u8>)>,
    size: usize,
    limit: usize,
    /// How long a reader waits before it comes back; it is told so in a first event without data.
    retry: Option<Duration>,
    /// Nobody reads.
    pub(crate) is_away: bool,
    /// A reader got everything, to the end of the stream.
    pub(crate) is_seen: bool,
    /// The reader's connection is to end, and not the stream.
    pub(crate) lets_go: bool,
}

impl Replay {
    /// A stream of this number, of which up to `limit` bytes are kept. With `retry`, it begins with an event that says how
    /// to come back.
    pub(crate) fn new(stream: u64, limit: usize, retry: Option<Duration>) -> Self {
        Replay {
            stream,
            next: 0,
            events: VecDeque::new(),
            size: 0,
            limit,
            retry,
            is_away: false,
            is_seen: false,
            lets_go: false,
        }
    }

    /// The first event, unless there was one, or there is none in this revision.
    pub(crate) fn begin(&mut self) -> Option<Vec<u8>> {
        let retry = self.retry.filter(|_| self.next == 0)?;
        let event = format!("id: {}-0\nretry: {}\ndata: \n\n", self.stream, retry.as_millis());
        self.keep(event.clone().into_bytes());
        Some(event.into_bytes())
    }

    /// Whether the reader was told how to come back.
    pub(crate) fn has_begun(&self) -> bool {
        self.retry.is_some() && self.next > 0
    }

    /// A message as the next event, behind the first one if that is still missing.
    pub(crate) fn add(&mut self, message: &[u8]) -> Vec<u8> {
        let mut out = self.begin().unwrap_or_default();
        let mut event = format!("id: {}-{}\ndata: ", self.stream, self.next).into_bytes();
        event.extend_from_slice(message);
        event.extend_from_slice(b"\n\n");
        out.extend_from_slice(&event);
        self.keep(event);
        out
    }

    fn keep(&mut self, event: Vec<u8>) {
        self.size += event.len();
        self.events.push_back((self.next, event));
        self.next += 1;
        while self.size > self.limit && self.events.len() > 1 {
            self.size -= self.events.pop_front().map_or(0, |(_, event)| event.len());
        }
    }

    /// The events behind this one, as far as they are kept.
    pub(crate) fn after(&self, number: u64) -> Vec<u8> {
        let events = self.events.iter().filter(|(known, _)| *known > number);
        events.flat_map(|(_, event)| event).copied().collect()
    }

    /// How many bytes are kept.
    pub(crate) fn size(&self) -> usize {
        self.size
    }
}

/// The stream and the number in an event's id.
pub(crate) fn parse_id(id: &str) -> Option<(u64, u64)> {
    let (stream, number) = id.trim().split_once('-')?;
    Some((stream.parse().ok()?, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Replay, parse_id};
    use std::time::Duration;

    #[test]
    fn events_are_numbered_and_given_again() {
        let mut replay = Replay::new(7, 1000, Some(Duration::from_millis(500)));
        assert_eq!(replay.add(b"{}"), b"id: 7-0\nretry: 500\ndata: \n\nid: 7-1\ndata: {}\n\n");
        assert_eq!(replay.begin(), None);
        assert_eq!(replay.add(b"[]"), b"id: 7-2\ndata: []\n\n");
        assert_eq!(replay.after(0), b"id: 7-1\ndata: {}\n\nid: 7-2\ndata: []\n\n");
        assert_eq!(replay.after(1), b"id: 7-2\ndata: []\n\n");
        assert_eq!(replay.after(2), b"");
        assert_eq!(replay.after(99), b"");
    }

    #[test]
    fn before_2025_11_25_there_is_no_first_event() {
        let mut replay = Replay::new(1, 1000, None);
        assert_eq!(replay.begin(), None);
        assert_eq!(replay.add(b"{}"), b"id: 1-0\ndata: {}\n\n");
        assert!(!replay.has_begun());
    }

    #[test]
    fn the_newest_events_are_kept() {
        let mut replay = Replay::new(1, 100, None);
        for _ in 0..100 {
            replay.add(b"0123456789");
            assert!(replay.size() <= 100);
        }
        let kept = replay.after(0);
        assert!(kept.starts_with(b"id: 1-9") && kept.ends_with(b"id: 1-99\ndata: 0123456789\n\n"));
        replay.add(&[b'x'; 1000]);
        assert!(replay.size() > 1000, "the last one is kept whatever its size");
        assert_eq!(replay.after(99).len(), replay.size());
    }

    #[test]
    fn ids_are_read_back() {
        assert_eq!(parse_id("7-12"), Some((7, 12)));
        for odd in ["", "7", "7-", "-1", "7-1-2", "a-b", "99999999999999999999-1", "7--1"] {
            assert_eq!(parse_id(odd), None, "{odd}");
        }
    }
}
