//! Responses: status, headers, a JSON-RPC message or a sentence.

use super::body::{Parts, ResponseBody};
use crate::auth::Principal;
use crate::jsonrpc::encode::{self, NoId};
use crate::jsonrpc::{ErrorObject, Id, code};
use crate::traced::{self, clipped};
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use std::borrow::Cow;

pub(crate) type Reply = Response<ResponseBody>;

pub(crate) const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");

/// The type of event streams.
pub(crate) const EVENTS: &str = "text/event-stream";

/// Why a request was refused, for the log: it travels with the reply, and none of it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Why {
    pub(crate) text: Cow<'static, str>,
    /// What it asked for, as far as that was read.
    pub(crate) method: Option<String>,
    pub(crate) caller: Option<Principal>,
    pub(crate) id: Option<Id>,
}

impl Why {
    /// Adds what the log says of a refusal, if there is a log.
    pub(crate) fn note<T: Into<Cow<'static, str>>>(reply: &mut Reply, text: impl FnOnce() -> T) {
        if traced::is_on() {
            reply.extensions_mut().insert(Why { text: text().into(), method: None, caller: None, id: None });
        }
    }
}

/// The log has been told of it already.
pub(crate) fn told(mut reply: Reply) -> Reply {
    reply.extensions_mut().remove::<Why>();
    reply
}

/// A status without a body.
pub(crate) fn status(status: StatusCode) -> Reply {
    let mut reply = Response::new(ResponseBody::empty());
    *reply.status_mut() = status;
    reply
}

/// A status and a sentence for people.
pub(crate) fn text(code: StatusCode, text: &str) -> Reply {
    let mut reply = Response::new(ResponseBody::whole(format!("{text}\n")));
    *reply.status_mut() = code;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    if code.is_client_error() {
        Why::note(&mut reply, || clipped(text).into_owned());
    }
    reply
}

/// A JSON-RPC message.
pub(crate) fn json(code: StatusCode, message: impl Into<Parts>) -> Reply {
    let mut reply = Response::new(ResponseBody::whole(message));
    *reply.status_mut() = code;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

/// A JSON-RPC error.
pub(crate) fn error(status: StatusCode, id: Option<&Id>, no_id: NoId, error: &ErrorObject) -> Reply {
    let mut reply = json(status, encode::error(id, no_id, error));
    if status.is_client_error() || status.is_server_error() {
        Why::note(&mut reply, || error.message.clone());
    }
    reply
}

/// A refusal that answers no request: an error without an id.
pub(crate) fn refusal(status: StatusCode, message: String) -> Reply {
    error(status, None, NoId::Omitted, &ErrorObject::new(code::INVALID_REQUEST, message))
}

/// The method is not for this path.
pub(crate) fn not_allowed(allowed: &'static str) -> Reply {
    let mut reply = text(StatusCode::METHOD_NOT_ALLOWED, &format!("this endpoint takes {allowed}"));
    reply.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    reply
}

/// An event stream.
pub(crate) fn events(body: ResponseBody) -> Reply {
    let mut reply = Response::new(body);
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(EVENTS));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    reply
}

/// An answer as the only event of a stream, for who takes nothing else. Errors that have a status stay what they are.
pub(crate) fn as_event(reply: Reply) -> Reply {
    let is_json = reply.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if reply.status() == StatusCode::OK && is_json { events(reply.into_body().into_event()) } else { reply }
}
