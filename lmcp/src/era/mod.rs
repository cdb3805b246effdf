//! Which era a message is in, and what each era makes of it.
//!
//! Told message by message, so that one pipe serves both at once: [`modern`] reads everything from the request
//! itself, [`legacy`] from the session that `initialize` opened. Both end in a [`Context`](crate::Context) for the
//! dispatcher.

pub(crate) mod legacy;
pub(crate) mod modern;

use crate::ask::Asks;
use crate::auth::Principal;
use crate::handler::Context;
use crate::handler::cancellation::Cancellation;
use crate::handler::context::{ClientSource, Inner, Lazy};
use crate::handler::log::LogThreshold;
use crate::jsonrpc::{ErrorObject, Id};
use crate::protocol::method::Method;
use crate::protocol::params::{Params, RequestMeta};
use crate::protocol::{Level, ProtocolVersion};
use crate::server::ServerHandle;
use crate::server::handle::Shared;
use crate::traced::Asked;
use crate::transport::outbox::Outbox;
use bytes::Bytes;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    Modern,
    Legacy,
}

/// The era of a request.
pub(crate) fn tell(method: &str, meta: &RequestMeta<'_>) -> Era {
    let only_modern = || method.starts_with("tasks/") || Method::parse(method).is_some_and(Method::is_only_modern);
    if meta.protocol_version.is_some() || only_modern() { Era::Modern } else { Era::Legacy }
}

/// A request whose envelope, `params` and `_meta` were read.
pub(crate) struct Request<'a> {
    pub(crate) id: &'a Id,
    pub(crate) method: &'a str,
    pub(crate) params: &'a Params<'a>,
    pub(crate) meta: &'a RequestMeta<'a>,
    /// The whole message, which the fields above borrow.
    pub(crate) message: &'a Bytes,
}

impl Request<'_> {
    /// Who asks for what, for the log.
    pub(crate) fn asked<'a>(&'a self, caller: Option<&'a Principal>) -> Asked<'a> {
        Asked { method: self.method, item: None, caller, id: Some(self.id) }
    }
}

/// What a request's context holds besides the request.
pub(crate) struct Surroundings {
    pub(crate) server: Arc<Shared>,
    pub(crate) outbox: Option<Arc<Outbox>>,
    pub(crate) cancellation: Cancellation,
    /// Who is calling, as far as that was checked.
    pub(crate) principal: Option<Principal>,
    #[cfg(feature = "http")]
    pub(crate) headers: Option<hyper::HeaderMap>,
}

impl Surroundings {
    /// The context of a request of this revision, and what the era knows besides: whom it may ask, who its client is, from
    /// which level on that hears of logs.
    fn context(
        self,
        request: &Request<'_>,
        version: ProtocolVersion,
        asks: Asks,
        client: ClientSource,
        log: LogThreshold,
    ) -> Result<Context, ErrorObject> {
        let Request { id, params, meta, message, .. } = request;
        Ok(Context::new(Inner {
            server: ServerHandle(self.server),
            version,
            id: Some((*id).clone()),
            meta: params.meta.map(|raw| raw.kept(message)),
            client,
            progress_token: progress_token(meta, message)?,
            log,
            outbox: self.outbox,
            cancellation: self.cancellation,
            asks,
            principal: self.principal,
            #[cfg(feature = "http")]
            headers: self.headers,
            lazy: Lazy::default(),
        }))
    }
}

/// The progress token, checked: a string or an integer.
fn progress_token(meta: &RequestMeta<'_>, message: &Bytes) -> Result<Option<Bytes>, ErrorObject> {
    match meta.progress_token {
        None => Ok(None),
        Some(raw) if raw.get() == "null" => Ok(None),
        Some(raw) if Id::read(raw).is_some() => Ok(Some(raw.kept(message))),
        Some(_) => Err(ErrorObject::invalid_params("`params._meta.progressToken` must be a string or an integer")),
    }
}

/// A log level by its name.
fn level(name: &str, path: &str) -> Result<Level, ErrorObject> {
    Level::parse(name).ok_or_else(|| {
        let names = Level::ALL.map(Level::as_str).join(", ");
        ErrorObject::invalid_params(format!("`{path}` must be one of {names}"))
    })
}

/// A method that does not exist, or not in this era.
pub(crate) fn unknown_method(method: &str, era: Era) -> ErrorObject {
    let shown: String = method.chars().take(80).collect();
    let hint = match (Method::parse(method), era) {
        (Some(_), Era::Modern) => " in 2026-07-28; leave the request's `_meta` fields of that revision out",
        (Some(_), Era::Legacy) => " before 2026-07-28; add the request's `_meta` fields of that revision",
        (None, _) => match Method::nearest(method) {
            Some(near) => {
                return ErrorObject::method_not_found(format!("unknown method {shown:?}; did you mean {near:?}?"));
            }
            None => "",
        },
    };
    ErrorObject::method_not_found(format!("unknown method {shown:?}{hint}"))
}
