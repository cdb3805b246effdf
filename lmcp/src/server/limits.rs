//! The server's limits: each with a name, a unit and a default.

use std::time::Duration;

/// How much a peer may ask of the server.
///
/// Numbers may not be 0, and neither may [`head_time`](Self::head_time) and [`keep_alive`](Self::keep_alive): such a server
/// does not start. Only [`replay_bytes`](Self::replay_bytes) may. Of any other time, 0 is no time at all.
///
/// ```
/// use lmcp::Limits;
/// let limits = Limits::default().page_size(200).line_bytes(1 << 20);
/// let server = lmcp::Server::empty().limits(limits);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    pub(crate) line_bytes: usize,
    pub(crate) nesting: usize,
    pub(crate) page_size: usize,
    pub(crate) completion_values: usize,
    pub(crate) queued_bytes: usize,
    pub(crate) batch_messages: usize,
    pub(crate) calls_in_flight: usize,
    pub(crate) bytes_in_flight: usize,
    pub(crate) subscriptions: usize,
    pub(crate) subscription_bytes: usize,
    pub(crate) client_bytes: usize,
    pub(crate) rate_buckets: usize,
    pub(crate) drain: Duration,
    pub(crate) body_bytes: usize,
    pub(crate) head_bytes: usize,
    pub(crate) head_time: Duration,
    pub(crate) body_time: Duration,
    pub(crate) connections: usize,
    pub(crate) connection_idle: Duration,
    pub(crate) sessions: usize,
    pub(crate) session_idle: Duration,
    pub(crate) streams_per_session: usize,
    pub(crate) keep_alive: Duration,
    pub(crate) grace: Duration,
    pub(crate) replay_bytes: usize,
    pub(crate) retry: Duration,
    pub(crate) session_life: Duration,
    pub(crate) answer_time: Duration,
    pub(crate) rounds: u32,
    pub(crate) state_time: Duration,
    pub(crate) state_bytes: usize,
}

/// Deeper than this, nothing is read into a type: the JSON reader's own limit.
const NESTING: usize = 128;

impl Default for Limits {
    fn default() -> Self {
        Limits {
            line_bytes: 8 << 20,
            nesting: NESTING,
            page_size: 50,
            completion_values: 100,
            queued_bytes: 1 << 20,
            batch_messages: 100,
            calls_in_flight: 10_000,
            bytes_in_flight: 256 << 20,
            subscriptions: 10_000,
            subscription_bytes: 1 << 20,
            client_bytes: 64 << 10,
            rate_buckets: 10_000,
            drain: Duration::from_millis(1500),
            body_bytes: 8 << 20,
            head_bytes: 64 << 10,
            head_time: Duration::from_secs(10),
            body_time: Duration::from_secs(30),
            connections: 10_000,
            connection_idle: Duration::from_secs(75),
            sessions: 10_000,
            session_idle: Duration::from_secs(30 * 60),
            streams_per_session: 4,
            keep_alive: Duration::from_secs(30),
            grace: Duration::from_secs(10),
            replay_bytes: 64 << 10,
            retry: Duration::from_secs(1),
            session_life: Duration::from_secs(24 * 3600),
            answer_time: Duration::from_secs(5 * 60),
            rounds: 16,
            state_time: Duration::from_secs(30 * 60),
            state_bytes: 1 << 20,
        }
    }
}

/// Nothing stays nothing: it is a mistake to be told.
fn at_least(least: usize, bytes: usize) -> usize {
    if bytes == 0 { 0 } else { bytes.max(least) }
}

impl Limits {
    /// The longest line of a pipe, in bytes; 8 MiB, at least 1 KiB. A longer one is answered with an error and skipped.
    pub fn line_bytes(mut self, bytes: usize) -> Self {
        self.line_bytes = at_least(1024, bytes);
        self
    }
    /// How deep the arrays and objects of a message may be nested; 128, which is also the most. A deeper one is answered with
    /// an error.
    pub fn nesting(mut self, levels: usize) -> Self {
        self.nesting = levels.min(NESTING);
        self
    }
    /// How many values one completion holds; 100, which is also the most that the protocol allows. The rest is told by
    /// `total` and `hasMore`.
    pub fn completion_values(mut self, values: usize) -> Self {
        self.completion_values = values.min(100);
        self
    }
    /// How many definitions one page of a list holds; 50.
    pub fn page_size(mut self, items: usize) -> Self {
        self.page_size = items;
        self
    }
    /// How many bytes may wait for a slow reader before requests are no longer read and notifications wait; 1 MiB.
    pub fn queued_bytes(mut self, bytes: usize) -> Self {
        self.queued_bytes = bytes;
        self
    }
    /// How many messages one batch may hold (2025-03-26 only); 100. A longer one is answered with an error.
    ///
    /// All answers of a batch leave together, so they wait for each other in memory.
    pub fn batch_messages(mut self, messages: usize) -> Self {
        self.batch_messages = messages;
        self
    }
    /// How many requests of one pipe, of one session over HTTP, or of all clients before 2026-07-28 without a session
    /// together may be running; 10,000. One more is answered with an error.
    pub fn calls_in_flight(mut self, calls: usize) -> Self {
        self.calls_in_flight = calls;
        self
    }
    /// How many bytes the messages may take that are being read or answered, all clients together; 256 MiB. One more is
    /// answered with an error or, while it is read over HTTP, with 503.
    ///
    /// A message is counted until its call has ended. One of less than 4 KiB is not counted, and one that is alone may be
    /// larger.
    pub fn bytes_in_flight(mut self, bytes: usize) -> Self {
        self.bytes_in_flight = bytes;
        self
    }
    /// How many resources one client may be subscribed to; 10,000. One more is answered with an error.
    pub fn subscriptions(mut self, resources: usize) -> Self {
        self.subscriptions = resources;
        self
    }
    /// How many bytes the URIs may take that one client is subscribed to; 1 MiB. More is answered with an error.
    pub fn subscription_bytes(mut self, bytes: usize) -> Self {
        self.subscription_bytes = bytes;
        self
    }
    /// How much is remembered of what a client before 2026-07-28 says of itself, in bytes of JSON; 64 KiB. If its name and
    /// capabilities take more, `initialize` is answered with an error; if its roots do, it is asked for them each time.
    pub fn client_bytes(mut self, bytes: usize) -> Self {
        self.client_bytes = bytes;
        self
    }
    /// How long running calls may take to end once a pipe's input has ended; 1.5 s. Clients wait 2 s.
    pub fn drain(mut self, time: Duration) -> Self {
        self.drain = time;
        self
    }

    /// The largest body of an HTTP request, in bytes; 8 MiB. A larger one is answered with 413.
    pub fn body_bytes(mut self, bytes: usize) -> Self {
        self.body_bytes = bytes;
        self
    }
    /// The largest head of an HTTP request, in bytes; 64 KiB, at least 8 KiB. A larger one is answered with 431.
    pub fn head_bytes(mut self, bytes: usize) -> Self {
        self.head_bytes = at_least(8 << 10, bytes);
        self
    }
    /// How long the head of an HTTP request may take; 10 s. Then the connection is closed.
    ///
    /// So long may a TLS handshake take too, and the bytes that tell HTTP/2 from HTTP/1, each by itself.
    pub fn head_time(mut self, time: Duration) -> Self {
        self.head_time = time;
        self
    }
    /// For how many callers it is known what they have left of a [rate](crate::Server::rate), a caller counting once for each
    /// rate he meets; 10,000, in 16 bytes each. Beyond, those are forgotten who have most left: they begin anew. As many
    /// are kept of who [failed to log in](crate::Server::rate) and of who did not.
    pub fn rate_buckets(mut self, buckets: usize) -> Self {
        self.rate_buckets = buckets.max(1);
        self
    }
    /// How long the body of an HTTP request may take; 30 s. Then it is answered with 408.
    pub fn body_time(mut self, time: Duration) -> Self {
        self.body_time = time;
        self
    }
    /// How many HTTP connections may be open; 10,000. Further ones wait to be accepted.
    ///
    /// Each is an open file. On Unix, a process that may open fewer files than connections and 100 more gets its hard
    /// limit as its soft one when it begins to listen; if that is still too low, a warning is logged. One that speaks
    /// HTTP/2 (feature `http2`) may have 128 requests open.
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }
    /// How long an HTTP/1.1 connection may be idle between two requests; 75 s. Then it is closed.
    pub fn connection_idle(mut self, time: Duration) -> Self {
        self.connection_idle = time;
        self
    }
    /// How many sessions of clients before 2026-07-28 are kept; 10,000. A new one takes the place of one that was never
    /// initialised, else of the one not used for longest. A session with a running call or an open stream stays.
    pub fn sessions(mut self, sessions: usize) -> Self {
        self.sessions = sessions;
        self
    }
    /// How long a session lives after its last call or stream; 30 minutes.
    pub fn session_idle(mut self, time: Duration) -> Self {
        self.session_idle = time;
        self
    }
    /// How long the id of a session is good for that was sealed with a shared [secret](crate::Server::secret), on any
    /// replica and after a restart; 24 hours.
    pub fn session_life(mut self, time: Duration) -> Self {
        self.session_life = time;
        self
    }
    /// How much of an event stream of a session is kept for a client that lost its connection, in bytes; 64 KiB a call that
    /// runs, and as much for all that have ended. The last event is kept whatever its size.
    pub fn replay_bytes(mut self, bytes: usize) -> Self {
        self.replay_bytes = bytes;
        self
    }
    /// After how long a client that lost its connection is to come back; 1 s.
    pub fn retry(mut self, time: Duration) -> Self {
        self.retry = time;
        self
    }
    /// How many `GET` streams one session may have open; 4. One more is answered with 429.
    pub fn streams_per_session(mut self, streams: usize) -> Self {
        self.streams_per_session = streams;
        self
    }
    /// After how long a silent event stream gets a comment, so that nobody between closes it; 30 s. As
    /// often an HTTP/2 client is asked whether it is still there.
    pub fn keep_alive(mut self, time: Duration) -> Self {
        self.keep_alive = time;
        self
    }
    /// How long a client before 2026-07-28 may take to answer a question; 5 minutes. Then the question is taken back.
    pub fn answer_time(mut self, time: Duration) -> Self {
        self.answer_time = time;
        self
    }
    /// How often a client of 2026-07-28 is asked during one call; 16. Once more is an error.
    pub fn rounds(mut self, rounds: u32) -> Self {
        self.rounds = rounds;
        self
    }
    /// How long a client of 2026-07-28 may take to call again with answers; 30 minutes. Then it has to begin anew.
    pub fn state_time(mut self, time: Duration) -> Self {
        self.state_time = time;
        self
    }
    /// How large the answers and recorded values of one call may become, in bytes as they travel; 1 MiB, at least
    /// 1 KiB. More is an error.
    pub fn state_bytes(mut self, bytes: usize) -> Self {
        self.state_bytes = at_least(1024, bytes);
        self
    }
    /// How long an HTTP server that was told to end waits for running calls; 10 s.
    pub fn grace(mut self, time: Duration) -> Self {
        self.grace = time;
        self
    }

    /// The limits that are 0 and must not be.
    pub(crate) fn zeros(&self) -> impl Iterator<Item = &'static str> {
        let zero = Duration::ZERO;
        let all = [
            ("line_bytes", self.line_bytes == 0),
            ("nesting", self.nesting == 0),
            ("page_size", self.page_size == 0),
            ("completion_values", self.completion_values == 0),
            ("queued_bytes", self.queued_bytes == 0),
            ("batch_messages", self.batch_messages == 0),
            ("calls_in_flight", self.calls_in_flight == 0),
            ("bytes_in_flight", self.bytes_in_flight == 0),
            ("subscriptions", self.subscriptions == 0),
            ("subscription_bytes", self.subscription_bytes == 0),
            ("client_bytes", self.client_bytes == 0),
            ("body_bytes", self.body_bytes == 0),
            ("head_bytes", self.head_bytes == 0),
            ("head_time", self.head_time == zero),
            ("connections", self.connections == 0),
            ("sessions", self.sessions == 0),
            ("streams_per_session", self.streams_per_session == 0),
            ("keep_alive", self.keep_alive == zero),
            ("rounds", self.rounds == 0),
            ("state_bytes", self.state_bytes == 0),
        ];
        all.into_iter().filter(|(_, is_zero)| *is_zero).map(|(name, _)| name)
    }
}
