//! 2025-03-26 to 2025-11-25 over HTTP: sessions, `GET` streams, calls that outlive their connection.

use super::answer::{message, whole};
use super::body::ResponseBody;
use super::guard::Caller;
use super::headers::PROTOCOL_VERSION;
use super::replay;
use super::reply::{Reply, SESSION_ID, error, events, json, refusal, status, text};
use super::service::{EVENTS, Endpoint, asks_for};
use super::session::HttpSession;
use super::streams::{Kept, OpenStream};
use crate::ask::requests::Outlet;
use crate::dispatch::{Answer, Call, Dispatched, dispatch};
use crate::era::legacy::Session;
use crate::era::{self, Era, Request, Surroundings, modern};
use crate::handler::cancellation::Cancellation;
use crate::jsonrpc::decode::decode_one;
use crate::jsonrpc::encode::{self, NoId};
use crate::jsonrpc::{ErrorObject, Id, Message};
use crate::protocol::ProtocolVersion;
use crate::protocol::params::Params;
use crate::transport::outbox::{Framing, Outbox};
use crate::transport::{COLLAPSE, first};
use bytes::Bytes;
use hyper::header::HeaderValue;
use hyper::{Method as Verb, StatusCode};
use serde_json::value::RawValue;
use std::sync::Arc;
use std::time::Duration;

const LAST_EVENT_ID: &str = "last-event-id";

/// The session a message belongs to: one from the table, or one that lives as long as the message.
enum Belongs {
    Known(Arc<HttpSession>),
    Nowhere(Session),
}

impl Belongs {
    fn session(&self) -> &Session {
        match self {
            Belongs::Known(known) => &known.session,
            Belongs::Nowhere(session) => session,
        }
    }
}

/// The session that the request names. Clients that name none are served leniently: simple ones and curl do that.
fn belongs(endpoint: &Endpoint, caller: &Caller) -> Result<Belongs, Box<Reply>> {
    let headers = &caller.headers;
    let Some(id) = headers.get(SESSION_ID) else {
        // Without a session the header says the revision; without the header it is the one that had none.
        let named = headers.get(PROTOCOL_VERSION).and_then(|value| ProtocolVersion::parse(value.to_str().ok()?.trim()));
        return Ok(Belongs::Nowhere(Session::of(named.unwrap_or(ProtocolVersion::V2025_03_26))));
    };
    let known =
        id.to_str().ok().and_then(|id| endpoint.sessions.get(id, caller.principal.as_deref(), &endpoint.server));
    known.map(Belongs::Known).ok_or_else(|| Box::new(unknown_session()))
}

fn unknown_session() -> Reply {
    refusal(StatusCode::NOT_FOUND, "this session is not known (any more); begin a new one with `initialize`".into())
}

/// How an error without an id is spelled to this client.
pub(crate) fn no_id(endpoint: &Endpoint, caller: &Caller) -> NoId {
    let headers = &caller.headers;
    if super::modern::is_named(headers) || !headers.contains_key(SESSION_ID) && !headers.contains_key(PROTOCOL_VERSION)
    {
        return NoId::Omitted;
    }
    belongs(endpoint, caller).map_or(NoId::Omitted, |belongs| belongs.session().no_id())
}

/// Answers one request.
pub(crate) async fn answer(endpoint: &Arc<Endpoint>, request: Request<'_>, caller: Caller) -> Reply {
    if request.method == "initialize" {
        return initialize(endpoint, &request, &caller);
    }
    let belongs = match belongs(endpoint, &caller) {
        Ok(belongs) => belongs,
        Err(refusal) => return *refusal,
    };
    let version = belongs.session().version();
    let id = request.id.clone();
    let streams = asks_for(&caller.headers, EVENTS);
    match begin(endpoint, request, &belongs, caller, streams) {
        Begun::Answer(answer) => whole(&id, &answer, version, &endpoint.server),
        Begun::Refused(status, object) => error(status, Some(&id), NoId::Omitted, &object),
        Begun::Running(running) => running.reply(endpoint).await,
    }
}

/// `initialize` opens a fresh session, whatever else the request names.
fn initialize(endpoint: &Endpoint, request: &Request<'_>, caller: &Caller) -> Reply {
    let session = Session::new();
    let answer = session.initialize(&request.params);
    let version = session.version();
    endpoint.server.subscribers.add(&session.subscriber);
    if answer.is_err() {
        return whole(&request.id, &answer, version, &endpoint.server);
    }
    let Some(session) = endpoint.sessions.insert(session, caller.principal.clone(), &endpoint.server) else {
        let message = "all sessions are in use (the server's limit `sessions`); try again later";
        return refusal(StatusCode::SERVICE_UNAVAILABLE, message.into());
    };
    let mut reply = whole(&request.id, &answer, version, &endpoint.server);
    if let Ok(id) = HeaderValue::from_str(&session) {
        reply.headers_mut().insert(SESSION_ID, id);
    }
    reply
}

enum Begun {
    Answer(Answer),
    Refused(StatusCode, ErrorObject),
    Running(Running),
}

/// A call that runs in a task of its own: a lost connection does not cancel it.
struct Running {
    id: Id,
    stream: Stream,
    answer: tokio::sync::oneshot::Receiver<Vec<u8>>,
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

fn begin(endpoint: &Arc<Endpoint>, request: Request<'_>, belongs: &Belongs, caller: Caller, streams: bool) -> Begun {
    let server = &endpoint.server;
    let session = belongs.session();
    let method = match era::legacy::method(request.method) {
        Ok(method) => method,
        Err(object) => return Begun::Answer(Err(object)),
    };
    if let Some(answer) = session.answer(method, &request.params, server) {
        return Begun::Answer(answer);
    }
    let cancellation = Cancellation::default();
    if let Belongs::Known(known) = belongs
        && !known.take_off(&request.id, &cancellation)
    {
        let object = ErrorObject::invalid_request("a request with this id is still running");
        return Begun::Refused(StatusCode::OK, object);
    }
    let landed = |id: &Id| match belongs {
        Belongs::Known(known) => drop(known.land(id)),
        Belongs::Nowhere(_) => {}
    };
    let stream = match belongs {
        Belongs::Known(known) if streams => {
            Stream::Kept(known.clone(), known.streams.begin(true, session.version(), &server.limits))
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
        headers: Some(Arc::new(caller.headers)),
    };
    let elsewhere = match belongs {
        Belongs::Known(known) => Outlet::Session(known.clone()),
        Belongs::Nowhere(_) => Outlet::None,
    };
    let context = match session.context(&request, surroundings, elsewhere) {
        Ok(context) => context,
        Err(object) => {
            landed(&request.id);
            return Begun::Answer(Err(object));
        }
    };
    let Request { id, params, message: body, .. } = request;
    let answer = match dispatch(Call { method, params, message: body, context: context.clone(), server }) {
        Dispatched::Now(answer) => {
            landed(&id);
            return Begun::Answer(answer);
        }
        Dispatched::Later(answer) => answer,
    };
    let (done, receiver) = tokio::sync::oneshot::channel();
    let task = Task {
        known: if let Belongs::Known(known) = belongs { Some((known.clone(), known.busy())) } else { None },
        server: server.clone(),
    };
    let call = id.clone();
    let over = endpoint.over.clone();
    tokio::spawn(async move {
        let cancelled = async {
            first(cancellation.cancelled(), over.cancelled()).await;
            None
        };
        let answer = first(cancelled, async { Some(answer.await) }).await;
        // Whoever takes the flight, a `cancelled` or the answer, decides.
        let flies = task.known.as_ref().is_none_or(|(known, _)| known.land(&call).is_some());
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

impl Running {
    /// JSON if the call says nothing before it is done, else an event stream with the answer at its end.
    async fn reply(self, endpoint: &Endpoint) -> Reply {
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
            session.streams.keep(kept, limits);
            outbox.begin();
        }
        let body = ResponseBody::events(outbox.clone(), limits.keep_alive, None);
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
                session.streams.tidy(&server.limits);
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

/// Takes one notification.
pub(crate) fn notification(
    endpoint: &Arc<Endpoint>,
    caller: &Caller,
    method: &str,
    params: Option<&RawValue>,
) -> Reply {
    let belongs = match belongs(endpoint, caller) {
        Ok(belongs) => belongs,
        Err(refusal) => return *refusal,
    };
    notify(&belongs, method, params);
    status(StatusCode::ACCEPTED)
}

fn notify(belongs: &Belongs, method: &str, params: Option<&RawValue>) {
    match (belongs, method) {
        (Belongs::Known(known), "notifications/initialized") => {
            known.session.initialized();
        }
        (Belongs::Known(known), "notifications/cancelled") => {
            let id = Params::read(params).ok().and_then(|params| Id::read(params.request_id?));
            if let Some(call) = id.and_then(|id| known.land(&id)) {
                call.cancel();
            }
        }
        (Belongs::Known(known), "notifications/roots/list_changed") => known.session.roots_changed(),
        _ => tracing::debug!(method, "a notification was ignored"),
    }
}

/// Takes the client's answer to a question of the server's.
pub(crate) fn response(
    endpoint: &Endpoint,
    caller: &Caller,
    id: Option<&Id>,
    outcome: Result<&RawValue, &RawValue>,
) -> Reply {
    let taken = match belongs(endpoint, caller) {
        Ok(Belongs::Known(known)) => known.session.take_answer(id, outcome),
        Ok(Belongs::Nowhere(_)) => false,
        Err(refusal) => return *refusal,
    };
    if taken {
        status(StatusCode::ACCEPTED)
    } else {
        refusal(StatusCode::BAD_REQUEST, "nothing (any more) waits for this answer in this session".into())
    }
}

/// A 2025-03-26 batch: the answers as one array, or nothing if nothing was asked.
pub(crate) async fn batch(endpoint: &Arc<Endpoint>, elements: &[&RawValue], caller: Caller, body: &Bytes) -> Reply {
    let belongs = match belongs(endpoint, &caller) {
        Ok(belongs) => belongs,
        Err(refusal) => return *refusal,
    };
    let session = belongs.session();
    let limit = endpoint.server.limits.batch_messages;
    if session.has_batches() && elements.len() > limit {
        let why = format!("a batch of more than {limit} messages (the server's limit `batch_messages`)");
        return error(StatusCode::BAD_REQUEST, None, session.no_id(), &ErrorObject::invalid_request(why));
    }
    if !session.has_batches() || elements.is_empty() {
        let why =
            if session.has_batches() { "an empty batch" } else { "an array of messages: only 2025-03-26 has batches" };
        return error(StatusCode::BAD_REQUEST, None, session.no_id(), &ErrorObject::invalid_request(why));
    }
    let version = session.version();
    let mut answers = Vec::new();
    let mut running = Vec::new();
    for element in elements {
        match decode_one(element.get()) {
            Ok(Message::Request { id, method, params }) => {
                let request = Params::read(params).and_then(|params| {
                    let meta = params.read_meta()?;
                    if method == "initialize" {
                        return Err(ErrorObject::invalid_request("`initialize` cannot be in a batch"));
                    }
                    if era::tell(&method, &meta) == Era::Modern {
                        return Err(ErrorObject::invalid_request("a request of 2026-07-28 cannot be in a batch"));
                    }
                    Ok(Request { id: id.clone(), method: &method, params, meta, message: body })
                });
                let begun = match request {
                    Ok(request) => begin(endpoint, request, &belongs, caller.clone(), false),
                    Err(object) => Begun::Answer(Err(object)),
                };
                match begun {
                    Begun::Answer(answer) => answers.push(message(&id, &answer, version, &endpoint.server)),
                    Begun::Refused(_, object) => answers.push(encode::error(Some(&id), NoId::Omitted, &object)),
                    Begun::Running(call) => running.push(call.answer),
                }
            }
            Ok(Message::Notification { method, params }) => notify(&belongs, &method, params),
            Ok(Message::Response { id, outcome }) => {
                if !session.take_answer(id.as_ref(), outcome) {
                    tracing::debug!(?id, "an answer to nothing was ignored");
                }
            }
            Err(malformed) => answers.push(encode::error(malformed.id.as_ref(), session.no_id(), &malformed.error)),
        }
    }
    for call in running {
        answers.extend(call.await.ok());
    }
    if answers.is_empty() {
        return status(StatusCode::ACCEPTED);
    }
    let mut array = vec![b'['];
    array.extend_from_slice(&answers.join(&b','));
    array.push(b']');
    json(StatusCode::OK, array)
}

/// `GET`: a stream of changes for a session, or the rest of a stream whose connection was lost.
pub(crate) fn listen(endpoint: &Arc<Endpoint>, caller: &Caller) -> Reply {
    if !asks_for(&caller.headers, EVENTS) {
        return text(StatusCode::NOT_ACCEPTABLE, "a GET opens an event stream: send `Accept: text/event-stream`");
    }
    let known = match belongs(endpoint, caller) {
        Ok(Belongs::Known(known)) => known,
        Ok(Belongs::Nowhere(_)) => {
            return refusal(StatusCode::BAD_REQUEST, format!("a {} needs `Mcp-Session-Id`", Verb::GET));
        }
        Err(refusal) => return *refusal,
    };
    let limits = &endpoint.server.limits;
    let last = caller.headers.get(LAST_EVENT_ID).and_then(|id| replay::parse_id(id.to_str().ok()?));
    let (stream, reader) = match last.and_then(|(stream, event)| Some((known.streams.find(stream)?, event))) {
        Some((kept, event)) => {
            let reader = kept.outbox.come_back(event);
            if kept.is_call {
                let busy = known.busy();
                return events(ResponseBody::rest(kept.outbox, reader, limits.keep_alive, busy));
            }
            (kept, reader)
        }
        // What is not kept (any more) cannot be given again; what happens from now on can.
        None => (known.streams.begin(false, known.session.version(), limits), 0),
    };
    let outbox = &stream.outbox;
    let Some(open) = known.streams.open(&known, limits.streams_per_session, outbox) else {
        outbox.leave(reader);
        let most = limits.streams_per_session;
        return refusal(
            StatusCode::TOO_MANY_REQUESTS,
            format!("the session has {most} streams open (the server's limit `streams_per_session`)"),
        );
    };
    if reader == 0 {
        known.streams.keep(&stream, limits);
        outbox.begin();
    }
    let body = ResponseBody::rest(outbox.clone(), reader, limits.keep_alive, known.busy());
    tokio::spawn(speak(open, outbox.clone(), reader, endpoint.ending.clone()));
    events(body)
}

/// Says on a `GET` stream what changes, as long as it is the newest of its session.
async fn speak(open: OpenStream, outbox: Arc<Outbox>, reader: u64, ending: Cancellation) {
    let session = open.session().clone();
    let ended = async {
        first(ending.cancelled(), session.ended.cancelled()).await;
        true
    };
    let left = async {
        outbox.left(reader).await;
        false
    };
    let changes = async {
        loop {
            // Each message goes to the newest stream that is open.
            open.turn(true).await;
            outbox.room().await;
            let outdated = async {
                open.turn(false).await;
                None
            };
            let news = first(outdated, async { Some(session.session.subscriber.next().await) });
            for change in news.await.into_iter().flatten() {
                outbox.push(&modern::change(&change, None));
            }
            tokio::time::sleep(COLLAPSE).await;
        }
    };
    // Who left may come back to it; who is told that it has ended may not.
    if first(first(ended, left), changes).await {
        outbox.close();
    }
}

/// `DELETE`: the client is done with its session.
pub(crate) fn end_session(endpoint: &Endpoint, caller: &Caller) -> Reply {
    let Some(id) = caller.headers.get(SESSION_ID) else {
        return refusal(StatusCode::BAD_REQUEST, format!("a {} needs `Mcp-Session-Id`", Verb::DELETE));
    };
    if id.to_str().is_ok_and(|id| endpoint.sessions.remove(id, caller.principal.as_deref(), &endpoint.server)) {
        status(StatusCode::NO_CONTENT)
    } else {
        unknown_session()
    }
}
