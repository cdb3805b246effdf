//! One HTTP request, from its head to its response: path, host, origin, token, verb, body, era.

use super::body::{Counted, NoRoom};
use super::guard::Caller;
use super::options::Options;
use super::reply::{EVENTS, Reply, Why, as_event, error, not_allowed, refusal, status, text};
use super::sessions::Sessions;
#[cfg(feature = "oauth")]
use super::well_known;
use super::{ResponseBody, guard, legacy, legacy_stream, modern};
use crate::auth::Principal;
use crate::auth::access::Place;
use crate::era::{self, Era, Request};
use crate::handler::cancellation::Cancellation;
use crate::jsonrpc::decode::Malformed;
use crate::jsonrpc::encode::NoId;
use crate::jsonrpc::{ErrorObject, Incoming, Message, decode};
use crate::protocol::method::Method;
use crate::protocol::params::Given;
use crate::protocol::shown::shown;
use crate::server::handle::Shared;
use crate::traced::{self, Asked, clipped};
use crate::transport::held::Hold;
use bytes::{Buf, Bytes};
use http_body_util::{BodyExt, Limited};
use hyper::body::Body;
use hyper::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, ORIGIN};
use hyper::{Method as Verb, Response, StatusCode};
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::task::{Context, Poll};
use tokio::time::error::Elapsed;

/// A server as a service over `http` types: for hyper, and for whatever takes a `tower_service::Service`.
///
/// It checks hosts, origins and tokens as its server was told to; binding, TLS and the path it is mounted at are for
/// whoever mounts it: it answers on the server's endpoint, `/mcp` by default. Cheap to clone; clones share sessions.
///
/// ```
/// # #[lmcp::tool] fn ping_it() {}
/// # fn main() -> lmcp::Result<()> {
/// let service: lmcp::HttpService = lmcp::Server::empty().tool(ping_it).build()?.http_service()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct HttpService(pub(crate) Arc<Endpoint>);

/// What all requests of one service share.
pub(crate) struct Endpoint {
    pub(crate) server: Arc<Shared>,
    pub(crate) options: Options,
    pub(crate) sessions: Sessions,
    /// How many calls of clients without a session run: they end with nothing but themselves.
    pub(crate) strays: Arc<AtomicUsize>,
    /// Raised when the server ends: streams say goodbye.
    pub(crate) ending: Cancellation,
    /// Raised when the server has ended: what still runs is cancelled.
    pub(crate) over: Cancellation,
}

impl HttpService {
    pub(crate) fn new(server: Arc<Shared>, options: Options) -> Self {
        server.begins();
        let sessions = Sessions::new(&server);
        let (ending, over) = <(Cancellation, Cancellation)>::default();
        HttpService(Arc::new(Endpoint { server, options, sessions, strays: Arc::default(), ending, over }))
    }

    /// Answers one request. What is in its extensions is told to whom, see
    /// [`http_service`](crate::ReadyServer::http_service).
    pub async fn respond<B>(&self, request: hyper::Request<B>) -> Response<ResponseBody>
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let peer = request.extensions().get::<SocketAddr>().map(SocketAddr::ip);
        self.respond_to(peer, request).await
    }

    /// Answers one request from this address, if it has one.
    pub(crate) async fn respond_to<B>(&self, peer: Option<IpAddr>, request: hyper::Request<B>) -> Response<ResponseBody>
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        #[cfg_attr(not(feature = "oauth"), allow(unused_mut))]
        let (mut head, body) = request.into_parts();
        let origin = head.headers.get(ORIGIN).cloned();
        let endpoint = &self.0;
        let place = guard::place(endpoint.options.proxies, peer, &head.headers);
        #[cfg(feature = "oauth")]
        let is_public = well_known::is_at(&endpoint.options, head.uri.path());
        #[cfg(not(feature = "oauth"))]
        let is_public = false;
        let admitted = guard::admit_host(&endpoint.options, &head.uri, &head.headers)
            .and_then(|()| if is_public { Ok(()) } else { guard::admit_origin(&endpoint.options, &head.headers) })
            .and_then(|()| guard::measure(&head, endpoint.server.limits.head_bytes));
        #[cfg(feature = "oauth")]
        well_known::name(&endpoint.options, &mut head);
        let path = head.uri.path();
        let mut reply = match admitted {
            #[cfg(feature = "oauth")]
            Ok(()) if is_public => well_known::answer(endpoint, &head.method, &head.headers),
            Ok(()) => {
                let vouched = head.extensions.get::<Principal>().cloned();
                endpoint.route(&head.method, path, head.headers, Visit { place, vouched }, body).await
            }
            Err(refusal) => *refusal,
        };
        #[cfg(feature = "oauth")]
        if is_public {
            well_known::expose(&mut reply);
        }
        guard::expose(&endpoint.options, origin.as_ref(), &mut reply);
        if let Some(why) = reply.extensions_mut().remove::<Why>() {
            tracing::info!(
                target: "lmcp::request",
                status = reply.status().as_u16(),
                verb = ?head.method,
                path = ?clipped(path),
                method = why.method.as_deref(),
                why = &*clipped(&why.text),
                caller = why.caller.as_ref().map(Principal::in_logs),
                id = why.id.as_ref().map(|id| display(shown(id.as_json()))),
                from = if let Place::Address(address) = place { Some(display(address)) } else { None },
                "refused"
            );
        }
        reply
    }
}

/// What is known of a caller besides what the request says.
struct Visit {
    place: Place,
    /// Whom the server says it is into which this one is mounted.
    vouched: Option<Principal>,
}

impl Endpoint {
    async fn route<B>(self: &Arc<Self>, verb: &Verb, path: &str, headers: HeaderMap, visit: Visit, body: B) -> Reply
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        if path == "/health" {
            return if matches!(*verb, Verb::GET | Verb::HEAD) {
                text(StatusCode::OK, "ok")
            } else {
                not_allowed("GET")
            };
        }
        if path != self.options.endpoint {
            // What a router takes its own path off looks so.
            let mounted =
                if path == "/" { "; a server that is nested below a path needs `.endpoint(\"/\")`" } else { "" };
            let why = format!("nothing is here; the endpoint is {}{mounted}", self.options.endpoint);
            return text(StatusCode::NOT_FOUND, &why);
        }
        if *verb == Verb::OPTIONS {
            return guard::preflight(&headers);
        }
        let place = visit.place;
        let principal = match guard::authenticate(&self.options, &self.server, &headers, place).await {
            Ok(principal) => principal,
            Err(refusal) => return *refusal,
        };
        // Who asks for credentials himself believes nobody else.
        let principal = if self.options.auth.is_some() { principal } else { visit.vouched };
        let takes = Takes::of(&headers);
        if *verb == Verb::POST {
            return match self.read(&headers, takes, body).await {
                Ok(body) => {
                    let reply = self.post(Caller { headers, principal, place, takes }, &body).await;
                    if takes.json { reply } else { as_event(reply) }
                }
                Err(refusal) => *refusal,
            };
        }
        let caller = Caller { headers, principal, place, takes };
        let is_modern = modern::is_named(&caller.headers);
        match (verb, modern::check_named(&caller.headers)) {
            (&Verb::GET | &Verb::DELETE, Err(object)) => error(StatusCode::BAD_REQUEST, None, NoId::Omitted, &object),
            (&Verb::GET, _) if !is_modern => legacy_stream::listen(self, &caller),
            (&Verb::DELETE, _) if !is_modern => legacy::end_session(self, &caller),
            _ if is_modern => not_allowed("POST"),
            _ => not_allowed("POST, GET, DELETE"),
        }
    }

    /// The body, if it is of a kind and a size to be read.
    async fn read<B>(&self, headers: &HeaderMap, takes: Takes, body: B) -> Result<Bytes, Box<Reply>>
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let limits = &self.server.limits;
        let refuse = |status, message: String| Err(Box::new(refusal(status, message)));
        if let Some(kind) = headers.get(CONTENT_TYPE)
            && !is_json(kind.as_bytes())
        {
            return refuse(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "the body must be `Content-Type: application/json`".into(),
            );
        }
        if !takes.json && !takes.events {
            return refuse(
                StatusCode::NOT_ACCEPTABLE,
                "answers are `application/json` or `text/event-stream`, and `Accept` allows neither".into(),
            );
        }
        let too_large = || {
            let limit = limits.body_bytes;
            refuse(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the body is larger than {limit} bytes (the server's limit `body_bytes`)"),
            )
        };
        let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|length| length > limits.body_bytes) {
            return too_large();
        }
        let mut hold = Hold::new(&self.server.held);
        let collected = self.collect(body, &mut hold).await;
        match collected {
            Ok(Ok(bytes)) => Ok(hold.around(bytes)),
            Ok(Err(e)) if e.is::<http_body_util::LengthLimitError>() => too_large(),
            Ok(Err(e)) if e.is::<NoRoom>() => {
                let object = ErrorObject::too_many_bytes(limits.bytes_in_flight);
                refuse(StatusCode::SERVICE_UNAVAILABLE, object.message.into_owned())
            }
            Ok(Err(e)) => refuse(StatusCode::BAD_REQUEST, format!("the body could not be read: {e}")),
            Err(_late) => refuse(
                StatusCode::REQUEST_TIMEOUT,
                format!("the body took longer than {:?} (the server's limit `body_time`)", limits.body_time),
            ),
        }
    }

    /// The whole body, in the time it may take.
    async fn collect<B>(
        &self,
        body: B,
        hold: &mut Hold,
    ) -> Result<Result<Bytes, Box<dyn std::error::Error + Send + Sync>>, Elapsed>
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let limits = &self.server.limits;
        let body = Counted { body: std::pin::pin!(body), hold };
        let mut collecting = std::pin::pin!(Limited::new(body, limits.body_bytes).collect());
        // Most bodies came with their heads: those need no timer.
        let at_once = std::future::poll_fn(|task| match collecting.as_mut().poll(task) {
            Poll::Ready(collected) => Poll::Ready(Some(collected)),
            Poll::Pending => Poll::Ready(None),
        });
        let collected = match at_once.await {
            Some(collected) => collected,
            None => tokio::time::timeout(limits.body_time, collecting).await?,
        };
        Ok(collected.map(|collected| {
            let mut bytes = collected.aggregate();
            bytes.copy_to_bytes(bytes.remaining())
        }))
    }

    /// One posted message, or a batch.
    async fn post(self: &Arc<Self>, caller: Caller, body: &Bytes) -> Reply {
        let mut params = Given::default();
        match decode(body, self.server.limits.nesting, &mut params) {
            Incoming::One(Ok(Message::Request { id, method })) => {
                let asks = traced::is_on().then(|| caller.principal.clone());
                let read = params.read().map(|(params, meta)| Request {
                    id: &id,
                    method: &method,
                    params,
                    meta,
                    message: body,
                });
                let mut reply = match read {
                    Ok(request) if is_modern(&caller.headers, &request) => match modern::begin(self, request, caller) {
                        modern::Begun::Reply(reply) => reply,
                        modern::Begun::Running(running) => running.in_place().await,
                    },
                    // In a box, so that the future of every other request need not have room for it.
                    Ok(request) => Box::pin(legacy::answer(self, request, caller)).await,
                    Err(object) if modern::is_named(&caller.headers) => {
                        // Where `_meta` cannot be read, what it must hold is missing.
                        error(StatusCode::BAD_REQUEST, Some(&id), NoId::Omitted, &object)
                    }
                    Err(object) => {
                        let object = if Method::parse(&method).is_some() {
                            object
                        } else {
                            era::unknown_method(&method, Era::Legacy)
                        };
                        let (caller, id_in_logs) = (caller.principal.as_ref(), Some(&id));
                        Asked { method: &method, item: None, caller, id: id_in_logs }.rejected(&object);
                        error(StatusCode::OK, Some(&id), NoId::Omitted, &object)
                    }
                };
                if let (Some(caller), Some(why)) = (asks, reply.extensions_mut().get_mut::<Why>()) {
                    why.method = Some(shown(&method));
                    why.caller = caller;
                    why.id = Some(id);
                }
                reply
            }
            Incoming::One(Ok(Message::Notification { method })) => {
                if let Err(object) = modern::check_named(&caller.headers) {
                    error(StatusCode::BAD_REQUEST, None, NoId::Omitted, &object)
                } else if modern::is_named(&caller.headers) {
                    // The revision defines none over HTTP; there is nothing to refuse either.
                    status(StatusCode::ACCEPTED)
                } else {
                    legacy::notification(self, &caller, &method, &params)
                }
            }
            Incoming::One(Ok(Message::Response { id, outcome })) => {
                if modern::is_named(&caller.headers) {
                    refusal(StatusCode::BAD_REQUEST, "this revision has no requests by the server to answer".into())
                } else {
                    legacy::response(self, &caller, id.as_ref(), outcome)
                }
            }
            Incoming::One(Err(Malformed { id, error: object })) => {
                error(StatusCode::BAD_REQUEST, id.as_ref(), legacy::no_id(self, &caller), &object)
            }
            Incoming::Batch(elements) if !modern::is_named(&caller.headers) => {
                Box::pin(legacy::batch(self, &elements, caller, body)).await
            }
            Incoming::Batch(_) => {
                let object = ErrorObject::invalid_request("an array of messages: only 2025-03-26 has batches");
                error(StatusCode::BAD_REQUEST, None, NoId::Omitted, &object)
            }
        }
    }
}

fn is_modern(headers: &HeaderMap, request: &Request<'_>) -> bool {
    era::tell(request.method, request.meta) == Era::Modern || modern::is_named(headers)
}

/// What `Accept` says of the two types that answers have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Takes {
    pub(crate) json: bool,
    pub(crate) events: bool,
    /// The header is there, so that what it names is asked for.
    pub(crate) says_so: bool,
}

impl Takes {
    /// Reads the header; without it everything is allowed.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut takes = Takes { json: true, events: true, says_so: false };
        for value in headers.get_all(ACCEPT) {
            if !std::mem::replace(&mut takes.says_so, true) {
                (takes.json, takes.events) = (false, false);
            }
            // What almost every client sends.
            if value == "application/json, text/event-stream" {
                (takes.json, takes.events) = (true, true);
                continue;
            }
            for range in value.to_str().unwrap_or_default().split(',') {
                takes.add(range);
            }
        }
        takes
    }

    fn add(&mut self, range: &str) {
        let mut parts = range.split(';');
        let name = parts.next().unwrap_or_default().trim();
        if parts.any(|part| matches!(part.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")) {
            return;
        }
        let is = |kind: &str| name.eq_ignore_ascii_case(kind);
        let all = name == "*/*";
        self.json |= all || is("application/json") || is("application/*");
        self.events |= all || is(EVENTS) || is("text/*");
    }

    /// Whether event streams are asked for, and not only not refused.
    pub(crate) fn asks_for_events(self) -> bool {
        self.says_so && self.events
    }
}

fn is_json(kind: &[u8]) -> bool {
    let name = kind.split(|b| *b == b';').next().unwrap_or_default().trim_ascii();
    name.eq_ignore_ascii_case(b"application/json")
}

type Responding = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, Infallible>> + Send>>;

impl<B> hyper::service::Service<hyper::Request<B>> for HttpService
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Responding;

    fn call(&self, request: hyper::Request<B>) -> Responding {
        let service = self.clone();
        Box::pin(async move { Ok(service.respond(request).await) })
    }
}

impl<B> tower_service::Service<hyper::Request<B>> for HttpService
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Responding;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: hyper::Request<B>) -> Responding {
        hyper::service::Service::call(self, request)
    }
}

impl std::fmt::Debug for HttpService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpService").field("endpoint", &self.0.options.endpoint).finish_non_exhaustive()
    }
}
