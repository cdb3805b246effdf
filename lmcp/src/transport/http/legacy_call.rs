//! A call before 2026-07-28 over HTTP: it has a task from the start, as a lost connection must not cancel it, and its answer
//! is JSON unless it says something first, or takes long.

use super::answer::message;
use super::body::ResponseBody;
use super::guard::Caller;
use super::legacy::Belongs;
use super::reply::{Reply, events, json, status};
use super::service::Endpoint;
use super::session::HttpSession;
use super::streams::Kept;
use crate::admission::{Refusal, admit};
use crate::ask::requests::Outlet;
use crate::auth::access::Access;
use crate::dispatch::{Answer, Call, Dispatched, dispatch};
use crate::era::{self, Request, Surroundings};
use crate::handler::cancellation::Cancellation;
use crate::jsonrpc::{ErrorObject, Id};
use crate::transport::first;
use crate::transport::outbox::{Framing, Outbox};
use hyper::{HeaderMap, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

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

/// A call that runs in a task of its own: a lost connection does not cancel it.
pub(super) struct Running {
    id: Id,
    stream: Stream,
    pub(super) answer: tokio::sync::oneshot::Receiver<Vec<u8>>,
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
    fn outbox(&self) -> Option<&Arc<Outbox>> {
        match self {
            Stream::Kept(_, kept) => Some(&kept.outbox),
            Stream::Passing(outbox) => Some(outbox),
            Stream::None => None,
        }
    }
}

/// Takes a request as far as user code, which runs in a task.
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
    let method = match era::legacy::method(request.method) {
        Ok(method) => method,
        Err(object) => return Begun::Answer(Err(object)),
    };
    let catalog = match admit(method, &request.params, &access, server) {
        Ok(catalog) => catalog,
        Err(refusal) => return Begun::Refused(refusal, Box::new(By { headers: caller.headers, access })),
    };
    if let Some(answer) = session.answer(method, &request.params, &catalog, server) {
        return Begun::Answer(answer);
    }
    let cancellation = Cancellation::default();
    if let Belongs::Known(known) = belongs
        && let Err(object) = known.take_off(&request.id, &cancellation, server.limits.calls_in_flight)
    {
        return Begun::Answer(Err(object));
    }
    let stray = match belongs {
        Belongs::Known(_) => None,
        Belongs::Nowhere(_) => match Stray::begin(&endpoint.strays, server.limits.calls_in_flight) {
            Some(stray) => Some(stray),
            None => return Begun::Answer(Err(ErrorObject::too_many_calls(server.limits.calls_in_flight))),
        },
    };
    let landed = |id: &Id| match belongs {
        Belongs::Known(known) => known.land(id, &cancellation),
        Belongs::Nowhere(_) => true,
    };
    let stream = match belongs {
        Belongs::Known(known) if streams => {
            Stream::Kept(known.clone(), known.streams().begin(true, session.version(), &server.limits))
        }
        Belongs::Nowhere(_) if streams => {
            Stream::Passing(Arc::new(Outbox::new(server.limits.queued_bytes, Framing::Event)))
        }
        _ => Stream::None,
    };
    let surroundings = Surroundings {
        server: server.clone(),
        outbox: stream.outbox().cloned(),
        cancellation: cancellation.clone(),
        principal: caller.principal,
        headers: Some(caller.headers),
    };
    // Whoever has no session could not answer.
    let outlet = match (belongs, stream.outbox()) {
        (Belongs::Known(_), Some(outbox)) => Outlet::Call(outbox.clone()),
        (Belongs::Known(known), None) => Outlet::Session(known.clone()),
        (Belongs::Nowhere(_), _) => Outlet::None,
    };
    let context = match session.context(&request, surroundings, outlet) {
        Ok(context) => context,
        Err(object) => {
            landed(&request.id);
            return Begun::Answer(Err(object));
        }
    };
    let Request { id, params, message: body, .. } = request;
    let call = Call { method, params, message: body, context: context.clone(), access: &access, catalog, server };
    let (done, receiver) = tokio::sync::oneshot::channel();
    let answer = match dispatch(call) {
        Dispatched::Now(answer) => {
            landed(&id);
            return Begun::Answer(answer);
        }
        // It needs no task: nobody can cancel it half-way, a lost connection neither.
        Dispatched::Plain(prepared) => {
            let _busy = if let Belongs::Known(known) = belongs { Some(known.busy()) } else { None };
            let answer = prepared.run();
            context.mark_answered();
            let flies = landed(&id);
            if flies && stream.outbox().is_none_or(|outbox| outbox.is_empty()) {
                return Begun::Answer(answer);
            }
            if flies {
                let _gone = done.send(message(&id, &answer, context.protocol_version(), server));
            }
            return Begun::Running(Running { id, stream, answer: receiver });
        }
        Dispatched::Later(answer) => answer,
    };
    let task = Task {
        known: if let Belongs::Known(known) = belongs { Some((known.clone(), known.busy())) } else { None },
        server: server.clone(),
    };
    let call = id.clone();
    let over = endpoint.over.clone();
    tokio::spawn(async move {
        let _counted = stray;
        let cancelled = async {
            first(cancellation.cancelled(), over.cancelled()).await;
            None
        };
        let answer = first(cancelled, async { Some(answer.await) }).await;
        // Whoever takes the flight, a `cancelled` or the answer, decides.
        let flies = task.known.as_ref().is_none_or(|(known, _)| known.land(&call, &cancellation));
        if let Some(answer) = answer.filter(|_| flies) {
            context.mark_answered();
            let _gone = done.send(message(&call, &answer, context.protocol_version(), &task.server));
        }
    });
    Begun::Running(Running { id, stream, answer: receiver })
}

/// What a running call holds on to.
struct Task {
    known: Option<(Arc<HttpSession>, super::session::Busy)>,
    server: Arc<crate::server::handle::Shared>,
}

/// A call without a session: neither a lost connection nor the end of a session cancels it, so they are counted together.
struct Stray(Arc<AtomicUsize>);

impl Stray {
    /// One more, unless there are `most`.
    fn begin(strays: &Arc<AtomicUsize>, most: usize) -> Option<Self> {
        let more = |running| (running < most).then_some(running + 1);
        strays.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Stray(strays.clone()))
    }
}

impl Drop for Stray {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
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
