//! The requests of one pipe that are running, and what becomes of their answers.

use super::{Inner, Pipe};
use crate::handler::cancellation::Cancellation;
use crate::jsonrpc::encode::{self, NoId};
use crate::jsonrpc::{ErrorObject, Id};
use crate::outcome::Answer;
use crate::protocol::ProtocolVersion;
use crate::server::subscribers::Subscriber;
use crate::transport::batch::Sink;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A request that is running.
pub(super) struct Flight {
    pub(super) cancellation: Cancellation,
    /// What it has yet to be told, if it is a listen stream.
    pub(super) listens: Option<Arc<Subscriber>>,
    /// Held here and nowhere else: a batch leaves when the last of its flights has landed or was cancelled.
    pub(super) sink: Sink,
}

/// Who has an answer.
#[derive(Clone, Copy)]
pub(super) enum By {
    /// Whoever reads: it leaves with all the others that are given until what was read is gone through.
    Reader,
    Another,
}

impl Pipe {
    /// Sends the answer of a request that is still running; nothing is sent for one that was cancelled, even if its id
    /// was used again since.
    pub(super) fn land(&self, id: &Id, cancellation: &Cancellation, answer: &Answer, version: ProtocolVersion, by: By) {
        self.land_bytes(id, cancellation, self.encoded(id, answer, version), by);
    }

    pub(super) fn encoded(&self, id: &Id, answer: &Answer, version: ProtocolVersion) -> Vec<u8> {
        match answer {
            Ok(outcome) => encode::response(id, outcome.size(), |out| _ = outcome.write(out, version, &self.0.server)),
            Err(error) => encode::error(Some(id), NoId::Omitted, error),
        }
    }

    /// [Lands](Self::land) with an answer that is [encoded](Self::encoded).
    pub(super) fn land_bytes(&self, id: &Id, cancellation: &Cancellation, bytes: Vec<u8>, by: By) {
        // In the outbox before the flight is over, or on its way: whoever waits for the last flight finds its answer there.
        let mut flights = self.0.lock();
        #[cfg(feature = "stdio")]
        let is_alone = flights.len() == 1 && !self.0.reads_on.load(Ordering::Relaxed);
        #[cfg(feature = "stdio")]
        let mut alone = None;
        let is_first = match flights.remove(id) {
            // Nobody has to be woken for it.
            #[cfg(feature = "stdio")]
            Some(Flight { cancellation: own, sink: Sink::Pipe, .. })
                if is_alone && own.is(cancellation) && self.0.outbox.reserve() =>
            {
                alone = Some(bytes);
                false
            }
            Some(flight) if flight.cancellation.is(cancellation) => flight.sink.send(bytes, &self.0.outbox),
            // Somebody else's by now.
            Some(flight) => {
                flights.insert(id.clone(), flight);
                false
            }
            None => false,
        };
        drop(flights);
        #[cfg(feature = "stdio")]
        if let Some(bytes) = alone {
            self.0.outbox.write_now(bytes);
        }
        match by {
            By::Reader if is_first => self.0.owes.store(true, Ordering::Relaxed),
            By::Another if is_first => self.0.outbox.announce(),
            _ => {}
        }
        if self.0.is_ending.load(Ordering::SeqCst) {
            self.0.landed.notify_waiters();
        }
    }
}

impl Inner {
    pub(super) fn take_off(
        &self,
        id: &Id,
        cancellation: &Cancellation,
        listens: Option<&Arc<Subscriber>>,
        sink: &Sink,
    ) -> Result<(), ErrorObject> {
        let mut flights = self.lock();
        let limit = self.server.limits.calls_in_flight;
        if self.ended.is_cancelled() {
            return Err(ErrorObject::internal("the server is ending"));
        }
        let is_full = flights.len() >= limit;
        match flights.entry(id.clone()) {
            Entry::Occupied(_) => Err(ErrorObject::invalid_request("a request with this id is still running")),
            Entry::Vacant(_) if is_full => Err(ErrorObject::too_many_calls(limit)),
            Entry::Vacant(entry) => {
                entry.insert(Flight {
                    cancellation: cancellation.clone(),
                    listens: listens.cloned(),
                    sink: sink.clone(),
                });
                Ok(())
            }
        }
    }

    pub(super) fn take_flight(&self, id: &Id) -> Option<Flight> {
        let flight = self.lock().remove(id);
        self.landed.notify_waiters();
        flight
    }
}
