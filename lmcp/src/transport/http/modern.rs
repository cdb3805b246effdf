//! A 2026-07-28 message over HTTP: stateless, headers that repeat it, a stream per request.

use super::answer::{Running, at_once, status_of};
use super::body::ResponseBody;
use super::changes::Changes;
use super::guard::{Caller, refused};
use super::headers;
use super::reply::{Reply, error, events, refusal};
use super::service::Endpoint;
use crate::admission::admit;
use crate::auth::access::Access;
use crate::dispatch::{Call, Dispatched, dispatch};
use crate::era::{Request, Surroundings, modern};
use crate::handler::cancellation::Cancellation;
use crate::jsonrpc::encode::NoId;
use crate::jsonrpc::{ErrorObject, Raw};
use crate::protocol::ProtocolVersion;
use crate::protocol::method::Method;
use crate::protocol::params::Params;
use crate::registry::Catalog;
use crate::traced::{self, Asked};
use crate::transport::outbox::{Framing, Outbox};
use hyper::{HeaderMap, StatusCode};
use std::sync::Arc;

/// What became of a request at once.
pub(crate) enum Begun {
    Reply(Reply),
    Running(Running),
}

/// Takes a request as far as user code that may wait. An error comes with the status that its kind has before any stream
/// begins.
pub(crate) fn begin(endpoint: &Arc<Endpoint>, request: Request<'_>, caller: Caller) -> Begun {
    let id = request.id;
    let (method, principal) = (request.method, traced::is_on().then(|| caller.principal.clone()).flatten());
    checked(endpoint, request, caller).unwrap_or_else(|(status, object)| {
        // Any other status is told as a refusal.
        if status == StatusCode::OK {
            Asked { method, item: None, caller: principal.as_ref(), id: Some(id) }.rejected(&object);
        }
        Begun::Reply(error(status, Some(id), NoId::Omitted, &object))
    })
}

/// Checks in the order of the specification, then dispatches.
fn checked(endpoint: &Arc<Endpoint>, request: Request<'_>, caller: Caller) -> Result<Begun, (StatusCode, ErrorObject)> {
    let access = caller.access();
    let Caller { headers, principal, takes, .. } = caller;
    let bad = |object| (StatusCode::BAD_REQUEST, object);
    let server = &endpoint.server;
    if request.meta.protocol_version.is_none() {
        // A client of the era before that has misspelled its revision is told of nothing that came later.
        check_named(&headers).map_err(bad)?;
    }
    let requested = modern::required(request.meta).map_err(bad)?;
    headers::check_version(&headers, &requested, request.method, request.params).map_err(bad)?;
    let version = modern::supported(&requested).map_err(bad)?;
    headers::check_routing(&headers, request.method, request.params).map_err(bad)?;
    let by_code = |object: ErrorObject| (status_of(&object, version), object);
    let method = modern::known(request.method).map_err(by_code)?;
    let catalog = match admit(method, request.params, &access, server) {
        Ok(catalog) => catalog,
        Err(refusal) => {
            let asked = Some((request.id, access.principal.as_ref()));
            return Ok(Begun::Reply(refused(&endpoint.options, &headers, &refusal, asked)));
        }
    };
    if method == Method::CallTool {
        check_mirrored(&catalog, request.params, &headers).map_err(bad)?;
    }
    let streams = takes.events;
    if method == Method::Listen {
        if !streams {
            let why = "the answer is an event stream: send `Accept: application/json, text/event-stream`".into();
            return Ok(Begun::Reply(refusal(StatusCode::NOT_ACCEPTABLE, why)));
        }
        return listen(endpoint, &request, &access, &catalog).map(Begun::Reply).map_err(by_code);
    }
    let outbox = streams.then(|| Arc::new(Outbox::new(server.limits.queued_bytes, Framing::Event)));
    let surroundings = Surroundings {
        server: server.clone(),
        outbox: outbox.clone(),
        cancellation: Cancellation::default(),
        principal,
        headers: Some(headers),
    };
    let context = modern::context(version, &request, surroundings).map_err(by_code)?;
    let Request { id, params, message, .. } = request;
    let call = Call { method, params, message, context: context.clone(), access: &access, catalog, server };
    Ok(match dispatch(call) {
        Dispatched::Plain(prepared) => Begun::Reply(at_once(id, prepared.run(), &context, outbox, server)),
        Dispatched::Now(answer) => Begun::Reply(at_once(id, answer, &context, outbox, server)),
        Dispatched::Later(answer) => {
            Begun::Running(Running { id: id.clone(), context, answer, server: server.clone(), outbox })
        }
    })
}

fn check_mirrored(catalog: &Catalog, params: &Params<'_>, headers: &HeaderMap) -> Result<(), ErrorObject> {
    if !catalog.mirrors {
        return Ok(());
    }
    match params.name.and_then(Raw::text).and_then(|name| catalog.tool(&name)) {
        Some(tool) => headers::check_params(headers, tool, params.arguments),
        None => Ok(()),
    }
}

/// `subscriptions/listen`: a stream of changes, acknowledged first, ended with its result when the server ends.
fn listen(
    endpoint: &Arc<Endpoint>,
    request: &Request<'_>,
    access: &Access,
    catalog: &Catalog,
) -> Result<Reply, ErrorObject> {
    let filter = modern::filter(request.params, access, catalog, &endpoint.server)?;
    let asked = request.asked(access.principal.as_ref());
    asked.at_once(|| Ok(events(ResponseBody::changes(Changes::begin(endpoint, request.id, filter)))))
}

/// Whether a header names a revision of this era, or one that nobody knows.
pub(crate) fn is_named(headers: &HeaderMap) -> bool {
    named(headers).is_some_and(|name| ProtocolVersion::parse(name).is_none_or(ProtocolVersion::is_modern))
}

/// Refuses a header that names a revision nobody knows, where no message says more.
pub(crate) fn check_named(headers: &HeaderMap) -> Result<(), ErrorObject> {
    match named(headers) {
        Some(name) if ProtocolVersion::parse(name).is_none() => modern::supported(name).map(drop),
        _ => Ok(()),
    }
}

fn named(headers: &HeaderMap) -> Option<&str> {
    headers.get(headers::PROTOCOL_VERSION).map(|value| value.to_str().unwrap_or_default().trim())
}
