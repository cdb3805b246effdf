//! The server's limits: each with a name, a unit and a default.

use std::time::Duration;

/// How much a peer may ask of the server.
///
/// ```
/// use lmcp::Limits;
/// let limits = Limits::default().page_size(200).line_bytes(1 << 20);
/// let server = lmcp::Server::empty().limits(limits);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    pub(crate) line_bytes: usize,
    pub(crate) page_size: usize,
    pub(crate) queued_bytes: usize,
    pub(crate) calls_in_flight: usize,
    pub(crate) subscriptions: usize,
    pub(crate) drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            line_bytes: 8 << 20,
            page_size: 50,
            queued_bytes: 1 << 20,
            calls_in_flight: 10_000,
            subscriptions: 10_000,
            drain: Duration::from_millis(1500),
        }
    }
}

impl Limits {
    /// The longest line of a pipe, in bytes; 8 MiB. A longer one is answered with an error and skipped.
    pub fn line_bytes(mut self, bytes: usize) -> Self {
        self.line_bytes = bytes.max(1024);
        self
    }
    /// How many definitions one page of a list holds; 50.
    pub fn page_size(mut self, items: usize) -> Self {
        self.page_size = items.max(1);
        self
    }
    /// How many bytes may wait for a slow reader before requests are no longer read and notifications wait; 1 MiB.
    pub fn queued_bytes(mut self, bytes: usize) -> Self {
        self.queued_bytes = bytes.max(1);
        self
    }
    /// How many requests of one pipe may be running; 10,000. One more is answered with an error.
    pub fn calls_in_flight(mut self, calls: usize) -> Self {
        self.calls_in_flight = calls.max(1);
        self
    }
    /// How many resources one client may be subscribed to; 10,000. One more is answered with an error.
    pub fn subscriptions(mut self, resources: usize) -> Self {
        self.subscriptions = resources.max(1);
        self
    }
    /// How long running calls may take to end once a pipe's input has ended; 1.5 s. Clients wait 2 s.
    pub fn drain(mut self, time: Duration) -> Self {
        self.drain = time;
        self
    }
}
