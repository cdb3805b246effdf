//! 2025-03-26 to 2025-11-25 over HTTP: which session a message belongs to, and what becomes of it.
//!
//! Calls, which outlive their connection, are in [`legacy_call`](super::legacy_call), and `GET` streams in
//! [`legacy_stream`](super::legacy_stream).

use super::answer::{message, whole};
use super::guard::{Caller, refused};
use super::headers::PROTOCOL_VERSION;
use super::legacy_call::{Begun, begin};
use super::reply::{Reply, SESSION_ID, error, json, refusal, status, told};
use super::service::Endpoint;
use super::session::HttpSession;
use crate::admission::admit;
use crate::era::legacy::Session;
use crate::era::{self, Era, Request};
use crate::jsonrpc::decode::{Malformed, decode_one};
use crate::jsonrpc::encode::{self, NoId};
use crate::jsonrpc::{ErrorObject, Id, Message, Raw};
use crate::protocol::ProtocolVersion;
use crate::protocol::method::Method;
use crate::protocol::params::Given;
use crate::traced::{self, Asked};
use bytes::Bytes;
use hyper::header::HeaderValue;
use hyper::{Method as Verb, StatusCode};
use std::sync::Arc;

/// The session a message belongs to: one from the table, or one that lives as long as the message.
pub(super) enum Belongs {
    Known(Arc<HttpSession>),
    Nowhere(Session),
}

impl Belongs {
    pub(super) fn session(&self) -> &Session {
        match self {
            Belongs::Known(known) => &known.session,
            Belongs::Nowhere(session) => session,
        }
    }
}

/// The session that the request names. Clients that name none are served leniently: simple ones and curl do that.
pub(super) fn belongs(endpoint: &Endpoint, caller: &Caller) -> Result<Belongs, Box<Reply>> {
    let headers = &caller.headers;
    let Some(id) = headers.get(SESSION_ID) else {
        // Without a session the header says the revision; without the header it is the one that had none.
        let named = headers.get(PROTOCOL_VERSION).and_then(|value| ProtocolVersion::parse(value.to_str().ok()?.trim()));
        return Ok(Belongs::Nowhere(Session::of(named.unwrap_or(ProtocolVersion::V2025_03_26))));
    };
    let known = id.to_str().ok().and_then(|id| endpoint.sessions.get(id, caller.who(), &endpoint.server));
    let known = known.ok_or_else(|| Box::new(unknown_session()))?;
    known.goes_by(caller.access());
    Ok(Belongs::Known(known))
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
    let id = request.id;
    let streams = caller.takes.asks_for_events();
    match begin(endpoint, request, &belongs, caller, streams) {
        Begun::Answer(answer) => whole(id, answer, version, &endpoint.server),
        Begun::Refused(refusal, by) => {
            refused(&endpoint.options, &by.headers, &refusal, Some((id, by.access.principal.as_ref())))
        }
        Begun::Running(running) => running.reply(endpoint).await,
    }
}

/// `initialize` opens a fresh session, whatever else the request names.
fn initialize(endpoint: &Endpoint, request: &Request<'_>, caller: &Caller) -> Reply {
    if let Err(refusal) = admit(Method::Initialize, request.params, &caller.access(), &endpoint.server) {
        let asked = Some((request.id, caller.principal.as_ref()));
        return refused(&endpoint.options, &caller.headers, &refusal, asked);
    }
    let session = Session::new();
    let span = request.asked(caller.principal.as_ref()).span();
    let answer = session.initialize(request.params, &endpoint.server.limits);
    let version = session.version();
    endpoint.server.subscribers.add(&session.subscriber);
    if answer.is_err() {
        traced::answered(&span, &answer);
        return whole(request.id, answer, version, &endpoint.server);
    }
    let Some(session) = endpoint.sessions.insert(session, caller.who(), &endpoint.server) else {
        let error = ErrorObject::internal("all sessions are in use (the server's limit `sessions`); try again later");
        traced::answered(&span, &Err::<(), _>(error.clone()));
        return told(refusal(StatusCode::SERVICE_UNAVAILABLE, error.message.into_owned()));
    };
    traced::answered(&span, &answer);
    let mut reply = whole(request.id, answer, version, &endpoint.server);
    if let Ok(id) = HeaderValue::from_str(&session) {
        reply.headers_mut().insert(SESSION_ID, id);
    }
    reply
}

/// Takes one notification.
pub(crate) fn notification(endpoint: &Arc<Endpoint>, caller: &Caller, method: &str, params: &Given<'_>) -> Reply {
    let belongs = match belongs(endpoint, caller) {
        Ok(belongs) => belongs,
        Err(refusal) => return *refusal,
    };
    notify(&belongs, method, params);
    status(StatusCode::ACCEPTED)
}

fn notify(belongs: &Belongs, method: &str, params: &Given<'_>) {
    match (belongs, method) {
        (Belongs::Known(known), "notifications/initialized") => {
            known.session.initialized();
        }
        (Belongs::Known(known), "notifications/cancelled") => {
            let id = params.params().ok().and_then(|params| Id::read(params.request_id?));
            if let Some(id) = id {
                known.cancel(&id);
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
    outcome: Result<Raw<'_>, Raw<'_>>,
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
pub(crate) async fn batch(endpoint: &Arc<Endpoint>, elements: &[Raw<'_>], caller: Caller, body: &Bytes) -> Reply {
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
        let mut params = Given::default();
        match decode_one(element.get(), endpoint.server.limits.nesting, &mut params) {
            Ok(Message::Request { id, method }) => {
                let request = params.read().and_then(|(params, meta)| {
                    if method == "initialize" {
                        return Err(ErrorObject::invalid_request("`initialize` cannot be in a batch"));
                    }
                    if era::tell(&method, meta) == Era::Modern {
                        return Err(ErrorObject::invalid_request("a request of 2026-07-28 cannot be in a batch"));
                    }
                    Ok(Request { id: &id, method: &method, params, meta, message: body })
                });
                let begun = match request {
                    Ok(request) => begin(endpoint, request, &belongs, caller.clone(), false),
                    Err(object) => {
                        let (caller, id) = (caller.principal.as_ref(), Some(&id));
                        Asked { method: &method, item: None, caller, id }.rejected(&object);
                        Begun::Answer(Err(object))
                    }
                };
                match begun {
                    Begun::Answer(answer) => answers.push(message(&id, &answer, version, &endpoint.server)),
                    // One among others has no status of its own.
                    Begun::Refused(refusal, by) => {
                        refusal.log(&by.access, &id);
                        answers.push(message(&id, &refusal.answer(), version, &endpoint.server));
                    }
                    Begun::Running(call) => running.push(call.answer),
                }
            }
            Ok(Message::Notification { method }) => notify(&belongs, &method, &params),
            Ok(Message::Response { id, outcome }) => {
                if !session.take_answer(id.as_ref(), outcome) {
                    tracing::debug!(?id, "an answer to nothing was ignored");
                }
            }
            Err(Malformed { id, error }) => {
                traced::refused(&error.message, caller.principal.as_ref(), id.as_ref());
                answers.push(encode::error(id.as_ref(), session.no_id(), &error));
            }
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

/// The verb is for a session, and none is named.
pub(super) fn needs_session(verb: &Verb) -> Reply {
    refusal(StatusCode::BAD_REQUEST, format!("a {verb} needs `Mcp-Session-Id`"))
}

/// `DELETE`: the client is done with its session.
pub(crate) fn end_session(endpoint: &Endpoint, caller: &Caller) -> Reply {
    let Some(id) = caller.headers.get(SESSION_ID) else {
        return needs_session(&Verb::DELETE);
    };
    if id.to_str().is_ok_and(|id| endpoint.sessions.remove(id, caller.who(), &endpoint.server)) {
        status(StatusCode::NO_CONTENT)
    } else {
        unknown_session()
    }
}
