//! [`Error`]: what fails at start-up or while serving, and what a handler returns to speak JSON-RPC itself.

use crate::ask::Unanswered;
use crate::jsonrpc::{ErrorObject, code};
use crate::protocol::resource::not_found;
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// `Result` with lmcp's [`Error`] unless another is named.
///
/// ```
/// /// Takes the square root.
/// #[lmcp::tool]
/// fn root(of: f64) -> lmcp::Result<f64> {
///     if of < 0.0 { Err("pass a positive number".into()) } else { Ok(of.sqrt()) }
/// }
/// # assert!(root(-1.0).is_err());
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// lmcp's error.
///
/// The operator meets it when a server does not start. A handler returns it when it wants to choose what the
/// client is told: [`Error::msg`] and [`Error::other`] fail the call with a text for the model, like any other
/// error type would; [`Error::invalid_params`] and its siblings answer with a JSON-RPC error instead.
///
/// ```
/// use lmcp::{Error, tool};
///
/// /// Takes the square root.
/// #[tool]
/// fn root(of: f64) -> lmcp::Result<f64> {
///     if of < 0.0 {
///         return Err(Error::msg("negative numbers have no real root; pass a positive one"));
///     }
///     Ok(of.sqrt())
/// }
/// # assert!(root(-1.0).is_err());
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    message: Cow<'static, str>,
    source: Option<Source>,
}

#[derive(Clone)]
enum Kind {
    /// For the model (a tool) or `-32603` (anything else).
    Failed,
    /// The same, because some file is not there: for a resource, that is "not found".
    Missing,
    /// For the peer, as a JSON-RPC error of this code.
    Rpc { code: i64, data: Option<Value> },
    /// For the peer: the client would have to declare these capabilities.
    MissingCapability { required: Value },
    /// What a resource handler says when there is no such thing; its code depends on the revision.
    NotFound,
    /// The same, of a function that gave `None`: the message names the URI.
    Nothing,
    /// For the operator: the server was put together wrongly.
    Setup,
    /// For the operator: bytes could not be read, written or listened for.
    Io,
}

impl Error {
    fn of(kind: Kind, message: impl Into<Cow<'static, str>>) -> Self {
        Error(Box::new(Inner { kind, message: message.into(), source: None }))
    }

    /// A failure with this text: a tool's result with `isError`, a `-32603` error of anything else.
    pub fn msg(message: impl Into<Cow<'static, str>>) -> Self {
        Self::of(Kind::Failed, message)
    }

    /// A failure with another error's text and sources.
    pub fn other(error: impl Into<Source>) -> Self {
        let source = error.into();
        let mut it = Self::of(Kind::Failed, source.to_string());
        it.0.source = Some(source);
        it
    }

    /// A JSON-RPC error of any code. Codes of your own belong outside -32768 to -32000.
    ///
    /// ```
    /// let busy = lmcp::Error::rpc(1001, "the printer is busy").data(serde_json::json!({"retryAfter": 5}));
    /// assert_eq!(busy.code(), Some(1001));
    /// ```
    pub fn rpc(code: i64, message: impl Into<Cow<'static, str>>) -> Self {
        Self::of(Kind::Rpc { code, data: None }, message)
    }

    /// The JSON-RPC error `-32602`: the parameters do not fit.
    pub fn invalid_params(message: impl Into<Cow<'static, str>>) -> Self {
        Self::rpc(code::INVALID_PARAMS, message)
    }

    /// The JSON-RPC error `-32600`: the request makes no sense.
    pub fn invalid_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::rpc(code::INVALID_REQUEST, message)
    }

    /// The JSON-RPC error `-32603`: the server failed.
    pub fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::rpc(code::INTERNAL_ERROR, message)
    }

    /// There is no such resource: `-32602` or, before 2026-07-28, `-32002`. The URI that was asked for goes along.
    pub fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::of(Kind::NotFound, message)
    }

    /// What `None` from a resource's function comes to.
    pub(crate) fn nothing() -> Self {
        Self::of(Kind::Nothing, "resource not found")
    }

    /// Adds `data` to a JSON-RPC error; any other kind becomes a `-32603` one.
    pub fn data(mut self, data: Value) -> Self {
        let code = self.code().unwrap_or(code::INTERNAL_ERROR);
        self.0.kind = Kind::Rpc { code, data: Some(data) };
        self
    }

    pub(crate) fn setup(message: impl Into<Cow<'static, str>>) -> Self {
        Self::of(Kind::Setup, message)
    }

    #[cfg_attr(not(feature = "stdio"), allow(dead_code))]
    pub(crate) fn io(what: impl Into<Cow<'static, str>>, source: std::io::Error) -> Self {
        let mut it = Self::of(Kind::Io, what);
        it.0.source = Some(source.into());
        it
    }

    /// The JSON-RPC code, if this is a JSON-RPC error.
    pub fn code(&self) -> Option<i64> {
        match self.0.kind {
            Kind::Rpc { code, .. } => Some(code),
            _ => None,
        }
    }

    /// The server was put together wrongly, and the text lists every mistake: names, states, templates, schemas.
    pub fn is_setup(&self) -> bool {
        matches!(self.0.kind, Kind::Setup)
    }

    /// Bytes could not be read, written or listened for; the source says why.
    pub fn is_io(&self) -> bool {
        matches!(self.0.kind, Kind::Io)
    }

    /// There is no such resource.
    pub fn is_not_found(&self) -> bool {
        matches!(self.0.kind, Kind::NotFound | Kind::Nothing)
    }

    /// What a handler's error comes to: one text with its sources, and the JSON-RPC kind found anywhere in the chain.
    pub(crate) fn from_handler(error: &(dyn std::error::Error + 'static)) -> Self {
        let kind = rpc_in_chain(error).unwrap_or_else(|| if is_missing(error) { Kind::Missing } else { Kind::Failed });
        Self::of(kind, chain(error))
    }

    /// This error as a JSON-RPC error object, if it is one. `uri` is the resource being read.
    pub(crate) fn rpc_object(&self, version: crate::ProtocolVersion, uri: Option<&str>) -> Option<ErrorObject> {
        let message = self.0.message.clone();
        match (&self.0.kind, uri) {
            (Kind::Rpc { code, data }, _) => Some(ErrorObject { code: *code, message, data: data.clone() }),
            (Kind::Nothing, Some(uri)) => Some(not_found(version, uri, "")),
            (Kind::NotFound | Kind::Missing, Some(uri)) => {
                let object = ErrorObject::new(version.resource_not_found_code(), message);
                Some(object.with_data(serde_json::json!({ "uri": uri })))
            }
            // Before, there was no such error.
            (Kind::MissingCapability { required }, _) if version.is_modern() => {
                let object = ErrorObject::new(code::MISSING_CAPABILITY, message);
                Some(object.with_data(serde_json::json!({ "requiredCapabilities": required })))
            }
            (Kind::NotFound, None) => Some(ErrorObject::new(version.resource_not_found_code(), message)),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `fn main() -> lmcp::Result<()>` prints this: it must read well.
        f.write_str(&chain(self))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Error::other(error)
    }
}
impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Error::other(error)
    }
}
impl From<std::fmt::Error> for Error {
    fn from(error: std::fmt::Error) -> Self {
        Error::other(error)
    }
}
impl From<String> for Error {
    fn from(message: String) -> Self {
        Error::msg(message)
    }
}
impl From<&'static str> for Error {
    fn from(message: &'static str) -> Self {
        Error::msg(message)
    }
}

/// An error's text and its sources', joined by `: `. A source that is already spelled out is not repeated.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let part = source.to_string();
        if !part.is_empty() && !text.contains(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        next = source.source();
    }
    text
}

/// What an error in a chain says in JSON-RPC, if there is one that does.
fn rpc_in_chain(error: &(dyn std::error::Error + 'static)) -> Option<Kind> {
    let mut next = Some(error);
    while let Some(it) = next {
        if let Some(error) = it.downcast_ref::<Error>()
            && matches!(error.0.kind, Kind::Rpc { .. } | Kind::NotFound | Kind::MissingCapability { .. })
        {
            return Some(error.0.kind.clone());
        }
        if let Some(Unanswered::Unsupported(what)) = it.downcast_ref::<Unanswered>()
            && let Some(required) = what.capabilities()
        {
            return Some(Kind::MissingCapability { required: required.clone() });
        }
        next = it.source();
    }
    None
}

/// Whether somewhere in a chain a file was not found.
fn is_missing(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(it) = next {
        if it.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::NotFound) {
            return true;
        }
        next = it.source();
    }
    false
}
