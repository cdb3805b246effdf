//! The table of legacy sessions: capped, idle ones leave, none leaves under a running call or an open stream.

use crate::era::legacy::Session;
use crate::handler::cancellation::Cancellation;
use crate::jsonrpc::Id;
use crate::server::limits::Limits;
use crate::transport::outbox::Outbox;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// All sessions of one endpoint.
pub(crate) struct Sessions {
    map: Mutex<HashMap<Box<str>, Arc<HttpSession>>>,
    most: usize,
    idle: Duration,
    started: Instant,
}

/// One client's session over HTTP.
pub(crate) struct HttpSession {
    pub(crate) session: Session,
    /// Who opened it; nobody else may use it.
    principal: Option<Arc<str>>,
    /// Calls that run and streams that are open.
    busy: AtomicUsize,
    /// When the table was made.
    started: Instant,
    /// Nanoseconds since then, so that no two uses are equal.
    last_used: AtomicU64,
    flights: Mutex<HashMap<Id, Cancellation>>,
    streams: Mutex<Vec<(u64, Arc<Outbox>)>>,
    streams_changed: Notify,
    next_stream: AtomicU64,
    /// Raised when the session ends: its streams close.
    pub(crate) ended: Cancellation,
}

impl Sessions {
    pub(crate) fn new(limits: &Limits) -> Self {
        Sessions { map: Mutex::default(), most: limits.sessions, idle: limits.session_idle, started: Instant::now() }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Box<str>, Arc<HttpSession>>> {
        self.map.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a session in under a fresh id; `None` when there is no room, as all others are busy.
    pub(crate) fn insert(&self, session: Session, principal: Option<Arc<str>>) -> Option<Box<str>> {
        let id = fresh_id()?;
        let now = since(self.started);
        let session = Arc::new(HttpSession::new(session, principal, self.started));
        let mut map = self.lock();
        if map.len() >= self.most {
            self.make_room(&mut map, now);
            if map.len() >= self.most {
                return None;
            }
        }
        map.insert(id.clone(), session);
        Some(id)
    }

    /// Idle ones leave; if none is, one that never finished its handshake, else the one not used for longest.
    fn make_room(&self, map: &mut HashMap<Box<str>, Arc<HttpSession>>, now: u64) {
        map.retain(|_, session| !session.is_idle(now, self.idle));
        if map.len() < self.most {
            return;
        }
        let free = map.iter().filter(|(_, session)| session.busy.load(Ordering::Relaxed) == 0);
        let oldest = free
            .min_by_key(|(_, session)| (session.session.is_initialized(), session.last_used.load(Ordering::Relaxed)));
        if let Some(id) = oldest.map(|(id, _)| id.clone())
            && let Some(session) = map.remove(&id)
        {
            session.ended.cancel();
        }
    }

    /// The session of this id, if it is still there and the caller's; from now on it was just used.
    pub(crate) fn get(&self, id: &str, principal: Option<&str>) -> Option<Arc<HttpSession>> {
        let now = since(self.started);
        let mut map = self.lock();
        let session = map.get(id)?;
        if session.is_idle(now, self.idle) {
            map.remove(id);
            return None;
        }
        if session.principal.as_deref() != principal {
            return None;
        }
        session.last_used.store(now, Ordering::Relaxed);
        Some(session.clone())
    }

    /// Ends a session; `false` when there is none.
    pub(crate) fn remove(&self, id: &str, principal: Option<&str>) -> bool {
        if self.get(id, principal).is_none() {
            return false;
        }
        let removed = self.lock().remove(id);
        if let Some(session) = &removed {
            session.end();
        }
        removed.is_some()
    }
}

fn since(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// 128 unguessable bits; `None` when the system has no randomness to give.
fn fresh_id() -> Option<Box<str>> {
    let mut bytes = [0_u8; 16];
    if let Err(e) = getrandom::fill(&mut bytes) {
        tracing::error!(error = %e, "the system gives no random bytes, so no session can begin");
        return None;
    }
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into())
}

impl HttpSession {
    fn new(session: Session, principal: Option<Arc<str>>, started: Instant) -> Self {
        HttpSession {
            session,
            principal,
            busy: AtomicUsize::new(0),
            started,
            last_used: AtomicU64::new(since(started)),
            flights: Mutex::default(),
            streams: Mutex::default(),
            streams_changed: Notify::new(),
            next_stream: AtomicU64::new(0),
            ended: Cancellation::default(),
        }
    }

    fn is_idle(&self, now: u64, limit: Duration) -> bool {
        let unused = now.saturating_sub(self.last_used.load(Ordering::Relaxed));
        self.busy.load(Ordering::Relaxed) == 0 && u128::from(unused) > limit.as_nanos()
    }

    fn end(&self) {
        self.ended.cancel();
        for (_, call) in self.lock_flights().drain() {
            call.cancel();
        }
    }

    /// Marks the session as in use for as long as the guard lives.
    pub(crate) fn busy(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(self.clone())
    }

    fn lock_flights(&self) -> std::sync::MutexGuard<'_, HashMap<Id, Cancellation>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a call runs; `false` when its id is taken.
    pub(crate) fn take_off(&self, id: &Id, cancellation: &Cancellation) -> bool {
        let mut flights = self.lock_flights();
        if flights.contains_key(id) {
            return false;
        }
        flights.insert(id.clone(), cancellation.clone());
        true
    }

    /// A call has ended, or is to end; `None` when it was not running (any more).
    pub(crate) fn land(&self, id: &Id) -> Option<Cancellation> {
        self.lock_flights().remove(id)
    }

    /// Opens a stream, which is the newest then; `None` when there are `most` already.
    pub(crate) fn open_stream(self: &Arc<Self>, most: usize, outbox: &Arc<Outbox>) -> Option<OpenStream> {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if streams.len() >= most {
            return None;
        }
        let number = self.next_stream.fetch_add(1, Ordering::Relaxed);
        streams.push((number, outbox.clone()));
        drop(streams);
        self.streams_changed.notify_waiters();
        Some(OpenStream { session: self.clone(), number, _busy: self.busy() })
    }
}

impl crate::ask::requests::OpenStream for HttpSession {
    fn newest(&self) -> Option<Arc<Outbox>> {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.last().map(|(_, outbox)| outbox.clone())
    }
}

/// Keeps a session from leaving.
pub(crate) struct Busy(Arc<HttpSession>);

impl Drop for Busy {
    fn drop(&mut self) {
        // It is idle from the end of its last call or stream on, not from the beginning.
        self.0.last_used.store(since(self.0.started), Ordering::Relaxed);
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A `GET` stream that is open.
pub(crate) struct OpenStream {
    pub(crate) session: Arc<HttpSession>,
    number: u64,
    _busy: Busy,
}

impl OpenStream {
    fn is_newest(&self) -> bool {
        let streams = self.session.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.last().is_some_and(|(number, _)| *number == self.number)
    }

    /// Waits until this stream is the newest one, or is so no longer.
    pub(crate) async fn turn(&self, newest: bool) {
        loop {
            let changed = self.session.streams_changed.notified();
            let mut changed = std::pin::pin!(changed);
            changed.as_mut().enable();
            if self.is_newest() == newest {
                return;
            }
            changed.await;
        }
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut streams = self.session.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.retain(|(number, _)| *number != self.number);
        drop(streams);
        self.session.streams_changed.notify_waiters();
    }
}
