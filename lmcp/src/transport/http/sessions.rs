//! The table of legacy sessions: capped, idle ones leave, none leaves under a running call or an open stream.
//!
//! A session whose id is sealed is known to whoever has the secret: to another replica, and after a restart.

use super::session::HttpSession;
use super::session_id::{self, Sealed};
use crate::era::legacy::Session;
use crate::server::handle::Shared;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// All sessions of one endpoint.
pub(crate) struct Sessions {
    table: Mutex<Table>,
    most: usize,
    idle: Duration,
    started: Instant,
}

#[derive(Default)]
struct Table {
    sessions: HashMap<Box<str>, Arc<HttpSession>>,
    /// The sealed ones that were ended, last of all: they are not to come back.
    ended: VecDeque<Box<str>>,
}

impl Sessions {
    pub(crate) fn new(server: &Shared) -> Self {
        let limits = &server.limits;
        let (most, idle) = (limits.sessions, limits.session_idle);
        Sessions { table: Mutex::default(), most, idle, started: Instant::now() }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a session in and gives its id; `None` when there is no room, as all others are busy.
    pub(crate) fn insert(&self, session: Session, principal: Option<&str>, server: &Shared) -> Option<Box<str>> {
        let key = match session_id::fresh_key() {
            Ok(key) => key,
            Err(e) => {
                tracing::error!(error = %e, "no session can begin");
                return None;
            }
        };
        let id = session_id::of(&key, &session, principal, server);
        self.add(key, HttpSession::new(session, principal, self.started), &mut self.lock())?;
        Some(id)
    }

    fn add(&self, key: Box<str>, session: HttpSession, table: &mut Table) -> Option<Arc<HttpSession>> {
        if table.sessions.len() >= self.most {
            self.make_room(&mut table.sessions);
            if table.sessions.len() >= self.most {
                return None;
            }
        }
        let session = Arc::new(session);
        table.sessions.insert(key, session.clone());
        Some(session)
    }

    /// Idle ones leave; if none is, one that never finished its handshake, else the one not used for longest.
    fn make_room(&self, sessions: &mut HashMap<Box<str>, Arc<HttpSession>>) {
        sessions.retain(|_, session| {
            let stays = !session.is_idle(self.idle);
            if !stays {
                session.end();
            }
            stays
        });
        if sessions.len() < self.most {
            return;
        }
        let free = sessions.iter().filter(|(_, session)| !session.is_busy());
        let oldest = free.min_by_key(|(_, session)| (session.session.is_initialized(), session.last_used()));
        if let Some(key) = oldest.map(|(key, _)| key.clone())
            && let Some(session) = sessions.remove(&key)
        {
            session.end();
        }
    }

    /// The session of this id, if it is still there and the caller's; from now on it was just used.
    pub(crate) fn get(&self, id: &str, principal: Option<&str>, server: &Shared) -> Option<Arc<HttpSession>> {
        let sealed = session_id::open(id, server);
        let key = sealed.as_ref().map_or(id, |sealed| sealed.key());
        let mut table = self.lock();
        if let Some(session) = table.sessions.get(key) {
            if !session.is_idle(self.idle) {
                let session = session.clone();
                drop(table);
                return session.is_of(principal).then(|| {
                    session.touch();
                    session
                });
            }
            if let Some(session) = table.sessions.remove(key) {
                session.end();
            }
        }
        self.restore(sealed?, principal, &mut table, server)
    }

    /// A session that this table does not know (any more), from what its id says.
    fn restore(
        &self,
        sealed: Sealed,
        principal: Option<&str>,
        table: &mut Table,
        server: &Shared,
    ) -> Option<Arc<HttpSession>> {
        if !sealed.is_of(principal) || table.ended.iter().any(|ended| **ended == *sealed.key()) {
            return None;
        }
        let (key, session) = sealed.into_session()?;
        server.subscribers.add(&session.subscriber);
        self.add(key, HttpSession::new(session, principal, self.started), table)
    }

    /// Ends a session; `false` when there is none.
    pub(crate) fn remove(&self, id: &str, principal: Option<&str>, server: &Shared) -> bool {
        let Some(session) = self.get(id, principal, server) else { return false };
        let sealed = session_id::open(id, server);
        let key: Box<str> = sealed.as_ref().map_or(id, |sealed| sealed.key()).into();
        let mut table = self.lock();
        table.sessions.remove(&key);
        if sealed.is_some() {
            if table.ended.len() >= self.most {
                table.ended.pop_front();
            }
            table.ended.push_back(key);
        }
        drop(table);
        session.end();
        true
    }
}
