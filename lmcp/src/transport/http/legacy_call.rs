//! A call before 2026-07-28 over HTTP. A lost connection must not cancel it: a plain function runs to its end at once, and
//! anything else has a task from the start. The answer is JSON unless the call says something first, or takes long.

use super::answer::message;
use super::body::ResponseBody;
use super::guard::Caller;
use super::legacy::Belongs;
use super::reply::{Reply, events, json, status};
use super::service::Endpoint;
use super::session::{Busy, HttpSession};
use super::streams::Kept;
use crate::admission::{Refusal, admit};
use crate::ask::requests::Outlet;
use crate::auth::access::Access;
use crate::dispatch::{Call, Dispatched, dispatch};
use crate::era::{self, Request, Surroundings};
use crate::first::first;
use crate::handler::cancellation::Cancellation;
use crate::jsonrpc::{ErrorObject, Id};
use crate::outcome::Answer;
use crate::server::handle::Shared;
use crate::transport::outbox::{Framing, Outbox};
use hyper::{HeaderMap, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::oneshot;

/// What became of a request at once.
pub(super) enum Begun {
    Answer(Answer),
    /// What it was refused for, and whom.
    Refused(Refusal, Box<By>),
    Running(Running),
}

/// Who asked for what was refused.
pub(super) struct By {
    pub(super) headers: HeaderMap,
    pub(super) access: Access,
}

/// A call whose answer comes later, or behind what it said: a lost connection does not cancel it.
pub(super) struct Running {
    id: Id,
    stream: Stream,
    /// Never comes when the call is cancelled.
    pub(super) answer: oneshot::Receiver<Vec<u8>>,
}

/// Where a call can say something before it is done.
enum Stream {
    /// On an event stream that its client can come back to.
    Kept(Arc<HttpSession>, Kept),
    /// On one that ends with its connection.
    Passing(Arc<Outbox>),
    /// Nowhere: the client takes no event streams.
    None,
}

impl Stream {
    /// What a call has that belongs there; `wanted` if its client takes event streams.
    fn of(belongs: &Belongs, wanted: bool, server: &Shared) -> Self {
        match belongs {
            Belongs::Known(known) if wanted => {
                let kept = known.streams().begin(true, known.session.version(), &server.limits);
                Stream::Kept(known.clone(), kept)
            }
            Belongs::Nowhere(_) if wanted => {
                Stream::Passing(Arc::new(Outbox::new(server.limits.queued_bytes, Framing::Event)))
            }
            _ => Stream::None,
        }
    }

    /// Where the call's questions go. Whoever has no session could not answer.
    fn outlet(&self, belongs: &Belongs) -> Outlet {
        match (belongs, self.outbox()) {
            (Belongs::Known(_), Some(outbox)) => Outlet::Call(outbox.clone()),
            (Belongs::Known(known), None) => Outlet::Session(known.clone()),
            (Belongs::Nowhere(_), _) => Outlet::None,
        }
    }

    fn outbox(&self) -> Option<&Arc<Outbox>> {
        match self {
            Stream::Kept(_, kept) => Some(&kept.outbox),
            Stream::Passing(outbox) => Some(outbox),
            Stream::None => None,
        }
    }
}

/// Takes a request as far as user code that may wait, which runs in a task.
pub(super) fn begin(
    endpoint: &Arc<Endpoint>,
    request: Request<'_>,
    belongs: &Belongs,
    caller: Caller,
    streams: bool,
) -> Begun {
    let server = &endpoint.server;
    let session = belongs.session();
    let access = caller.access();
    let asked = request.asked(access.principal.as_ref());
    let rejected = |object| {
        asked.rejected(&object);
        Begun::Answer(Err(object))
    };
    let method = match era::legacy::method(request.method) {
        Ok(method) => method,
        Err(object) => return rejected(object),
    };
    let catalog = match admit(method, request.params, &access, server) {
        Ok(catalog) => catalog,
        Err(refusal) => return Begun::Refused(refusal, Box::new(By { headers: caller.headers, access })),
    };
    if let Some(answer) = session.answer(method, request.params, &catalog, &access, server, asked) {
        return Begun::Answer(answer);
    }
    let flight = match Flight::begin(endpoint, belongs, request.id) {
        Ok(flight) => flight,
        Err(object) => return rejected(object),
    };
    let stream = Stream::of(belongs, streams, server);
    let surroundings = Surroundings {
        server: server.clone(),
        outbox: stream.outbox().cloned(),
        cancellation: flight.cancellation.clone(),
        principal: caller.principal,
        headers: Some(caller.headers),
    };
    let context = match session.context(&request, surroundings, stream.outlet(belongs)) {
        Ok(context) => context,
        Err(object) => return rejected(object),
    };
    let Request { id, params, message: body, .. } = request;
    let call = Call { method, params, message: body, context: context.clone(), access: &access, catalog, server };
    let (done, receiver) = oneshot::channel();
    match dispatch(call) {
        Dispatched::Now(answer) => return Begun::Answer(answer),
        // It needs no task: nothing can end it half-way, a lost connection neither.
        Dispatched::Plain(prepared) => {
            let answer = prepared.run();
            if flight.land() {
                context.mark_answered();
                if stream.outbox().is_none_or(|outbox| outbox.is_empty()) {
                    return Begun::Answer(answer);
                }
                let _gone = done.send(message(id, &answer, context.protocol_version(), server));
            }
        }
        Dispatched::Later(answer) => {
            let (id, server, over) = (id.clone(), server.clone(), endpoint.over.clone());
            tokio::spawn(async move {
                let cancelled = async {
                    first(flight.cancellation.cancelled(), over.cancelled()).await;
                    None
                };
                let answer = first(cancelled, async { Some(answer.await) }).await;
                if let (true, Some(answer)) = (flight.land(), answer) {
                    context.mark_answered();
                    let _gone = done.send(message(&id, &answer, context.protocol_version(), &server));
                }
            });
        }
    }
    Begun::Running(Running { id: id.clone(), stream, answer: receiver })
}

/// A call on its way, until it has landed: in its session, where it can be cancelled, or counted among those that have
/// none. However it ends, it is not running any more when this is dropped.
struct Flight {
    id: Id,
    cancellation: Cancellation,
    counted: Counted,
}

enum Counted {
    Session(Busy),
    /// Neither a lost connection nor the end of a session cancels it, so these are counted together.
    Stray(Arc<AtomicUsize>),
}

impl Flight {
    /// # Errors
    ///
    /// When too many run, or one of this id.
    fn begin(endpoint: &Endpoint, belongs: &Belongs, id: &Id) -> Result<Self, ErrorObject> {
        let most = endpoint.server.limits.calls_in_flight;
        let cancellation = Cancellation::default();
        let counted = match belongs {
            Belongs::Known(known) => {
                known.take_off(id, &cancellation, most)?;
                Counted::Session(known.busy())
            }
            Belongs::Nowhere(_) => {
                let more = |running| (running < most).then_some(running + 1);
                let strays = &endpoint.strays;
                let counted = strays.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
                counted.map_err(|_| ErrorObject::too_many_calls(most))?;
                Counted::Stray(strays.clone())
            }
        };
        Ok(Flight { id: id.clone(), cancellation, counted })
    }

    /// It is done; `false` when it was cancelled before. Whoever takes it out of its session, a `cancelled` or the answer,
    /// decides.
    fn land(&self) -> bool {
        match &self.counted {
            Counted::Session(busy) => busy.session().land(&self.id, &self.cancellation),
            Counted::Stray(_) => true,
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        match &self.counted {
            // Nothing happens if it has landed.
            Counted::Session(_) => {
                self.land();
            }
            Counted::Stray(strays) => {
                strays.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
}

impl Running {
    /// JSON if the call says nothing before it is done, else an event stream with the answer at its end.
    pub(super) async fn reply(self, endpoint: &Endpoint) -> Reply {
        let Running { id, stream, mut answer } = self;
        let limits = &endpoint.server.limits;
        let Some(outbox) = stream.outbox().cloned() else {
            return match answer.await {
                Ok(message) => json(StatusCode::OK, message),
                Err(_cancelled) => cancelled(&id),
            };
        };
        let mut waiting = Waiting(Some(outbox.clone()));
        // A client that can come back is soon told how; for any other, a silent call becomes a stream for the comments
        // that keep its connection alive.
        let patience =
            if matches!(stream, Stream::Kept(..)) { limits.keep_alive.min(PATIENCE) } else { limits.keep_alive };
        let speaks = async {
            let _late = tokio::time::timeout(patience, outbox.filled()).await;
            None
        };
        let done = first(async { Some((&mut answer).await) }, speaks).await;
        if let Some(done) = &done
            && outbox.is_empty()
        {
            waiting.0 = None;
            return match done {
                Ok(message) => json(StatusCode::OK, message.clone()),
                // A stream that ends without an answer: what a client that takes streams understands.
                Err(_cancelled) => {
                    outbox.close();
                    events(ResponseBody::events(outbox, limits.keep_alive, None))
                }
            };
        }
        waiting.0 = None;
        if let Stream::Kept(session, kept) = &stream {
            session.streams().keep(kept, limits);
            outbox.begin();
        }
        let body = match &stream {
            Stream::Kept(session, _) => ResponseBody::rest(outbox.clone(), 0, limits.keep_alive, session.busy()),
            Stream::Passing(_) | Stream::None => ResponseBody::events(outbox.clone(), limits.keep_alive, None),
        };
        let server = endpoint.server.clone();
        tokio::spawn(async move {
            let answer = match done {
                Some(done) => done,
                None => answer.await,
            };
            if let Ok(message) = answer {
                outbox.push(&message);
            }
            outbox.close();
            if let Stream::Kept(session, _) = &stream {
                session.streams().tidy(&server.limits);
            }
        });
        events(body)
    }
}

/// After how long a silent call in a session becomes an event stream.
const PATIENCE: Duration = Duration::from_secs(1);

/// A connection that waits for its answer. If it is lost before an event stream began, nobody can come back to that.
struct Waiting(Option<Arc<Outbox>>);

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(outbox) = &self.0 {
            outbox.break_off();
        }
    }
}

/// A cancelled call has no answer, but HTTP wants one: nothing, accepted.
fn cancelled(id: &Id) -> Reply {
    tracing::debug!(%id, "the call was cancelled");
    status(StatusCode::ACCEPTED)
}
