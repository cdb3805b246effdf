//! One legacy session over HTTP: who it belongs to, what runs in it, when it was used. It has no task.

use super::streams::Streams;
use crate::ask::requests::OpenStream;
use crate::auth::access::{Access, Place};
use crate::era::legacy::Session;
use crate::handler::cancellation::Cancellation;
use crate::hash::QuickMap;
use crate::jsonrpc::{ErrorObject, Id};
use crate::registry::Catalog;
use crate::registry::catalog::Found;
use crate::server::subscribers::Change;
use crate::transport::outbox::Outbox;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// One client's session over HTTP.
pub(crate) struct HttpSession {
    pub(crate) session: Session,
    /// Who opened it; nobody else may use it.
    principal: Option<Box<str>>,
    /// How far its newest request got: the same principal may have lost a scope since the one before.
    access: Mutex<Access>,
    /// Calls that run and streams that are open.
    busy: AtomicUsize,
    /// When the table was made.
    started: Instant,
    /// Nanoseconds since then, so that no two uses are equal.
    last_used: AtomicU64,
    flights: Mutex<QuickMap<Id, Cancellation>>,
    /// Made with the first one: most sessions of most servers have none.
    streams: OnceLock<Box<Streams>>,
    /// Raised when the session ends: its streams close.
    pub(crate) ended: Cancellation,
}

impl HttpSession {
    pub(crate) fn new(session: Session, principal: Option<&str>, started: Instant) -> Self {
        let it = HttpSession {
            session,
            principal: principal.map(Box::from),
            access: Mutex::new(Access { principal: None, place: Place::Elsewhere }),
            busy: AtomicUsize::new(0),
            started,
            last_used: AtomicU64::new(0),
            flights: Mutex::default(),
            streams: OnceLock::new(),
            ended: Cancellation::default(),
        };
        it.touch();
        it
    }

    pub(crate) fn is_of(&self, principal: Option<&str>) -> bool {
        self.principal.as_deref() == principal
    }

    /// A request of its principal's has come, which gets this far.
    pub(crate) fn goes_by(&self, access: Access) {
        *self.access.lock().unwrap_or_else(PoisonError::into_inner) = access;
    }

    /// Whether its client may be told of this change: what it subscribed to, it may not be allowed to read any more.
    pub(crate) fn may_hear(&self, change: &Change, catalog: &Catalog) -> bool {
        let Change::Updated(uri) = change else { return true };
        let scopes = match catalog.read(uri) {
            Found::Resource(resource) => resource.common.scopes,
            Found::Template(template, _) => template.common.scopes,
            // It was switched off: nobody may read it.
            Found::Refused(_) | Found::Nothing => return false,
        };
        scopes.is_empty() || self.access.lock().unwrap_or_else(PoisonError::into_inner).has(scopes)
    }

    /// Its event streams.
    pub(crate) fn streams(&self) -> &Streams {
        self.streams.get_or_init(Box::default)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// It was just used.
    pub(crate) fn touch(&self) {
        self.last_used.store(self.now(), Ordering::Relaxed);
    }

    pub(crate) fn last_used(&self) -> u64 {
        self.last_used.load(Ordering::Relaxed)
    }

    /// Whether a call runs or a stream is open in it.
    pub(crate) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Relaxed) > 0
    }

    pub(crate) fn is_idle(&self, limit: Duration) -> bool {
        let unused = self.now().saturating_sub(self.last_used());
        !self.is_busy() && u128::from(unused) > limit.as_nanos()
    }

    /// Ends its streams, and cancels what runs.
    pub(crate) fn end(&self) {
        self.ended.cancel();
        if let Some(streams) = self.streams.get() {
            streams.end();
        }
        for (_, call) in self.lock_flights().drain() {
            call.cancel();
        }
    }

    /// Marks the session as in use for as long as the guard lives.
    pub(crate) fn busy(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(self.clone())
    }

    fn lock_flights(&self) -> MutexGuard<'_, QuickMap<Id, Cancellation>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a call runs.
    ///
    /// # Errors
    ///
    /// When its id is taken, or too many run: they do not end with their connections.
    pub(crate) fn take_off(&self, id: &Id, cancellation: &Cancellation, limit: usize) -> Result<(), ErrorObject> {
        let mut flights = self.lock_flights();
        if flights.contains_key(id) {
            return Err(ErrorObject::invalid_request("a request with this id is still running"));
        }
        if flights.len() >= limit {
            return Err(ErrorObject::too_many_calls(limit));
        }
        flights.insert(id.clone(), cancellation.clone());
        Ok(())
    }

    /// A call has ended; `false` when it was cancelled before, even if its id was used again since.
    pub(crate) fn land(&self, id: &Id, call: &Cancellation) -> bool {
        let mut flights = self.lock_flights();
        flights.get(id).is_some_and(|running| running.is(call)) && flights.remove(id).is_some()
    }

    /// Cancels the call of this id, if one runs.
    pub(crate) fn cancel(&self, id: &Id) {
        let call = self.lock_flights().remove(id);
        if let Some(call) = call {
            call.cancel();
        }
    }
}

impl OpenStream for HttpSession {
    fn newest(&self) -> Option<Arc<Outbox>> {
        self.streams.get()?.newest()
    }
}

/// Keeps a session from leaving.
pub(crate) struct Busy(Arc<HttpSession>);

impl Busy {
    pub(super) fn session(&self) -> &Arc<HttpSession> {
        &self.0
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        // It is idle from the end of its last call or stream on, not from the beginning.
        self.0.touch();
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}
