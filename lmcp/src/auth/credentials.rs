//! What a request shows of its caller, and why that may not be enough.

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use std::borrow::Cow;

/// What a request shows of its caller: its headers, among them the bearer token. What the function of
/// [`Auth::custom`](super::Auth::custom) is given.
///
/// ```
/// use lmcp::auth::{Auth, Credentials, Principal, Refused};
///
/// async fn check(credentials: Credentials) -> Result<Principal, Refused> {
///     let tenant = credentials.header("X-Tenant").ok_or(Refused::Missing)?.to_owned();
///     match credentials.token() {
///         Some("the token of Ana") => Ok(Principal::new("ana").claim("tenant", tenant)),
///         Some(_) => Err(Refused::invalid("unknown token")),
///         None => Err(Refused::Missing),
///     }
/// }
///
/// let server = lmcp::Server::empty().auth(Auth::custom(check));
/// ```
#[derive(Clone)]
pub struct Credentials(HeaderMap);

impl Credentials {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        Credentials(headers.clone())
    }

    /// The token in `Authorization: Bearer …`. `None` when there is none, or it is no text.
    pub fn token(&self) -> Option<&str> {
        let given = bearer_token(self.0.get(AUTHORIZATION)?.as_bytes())?;
        std::str::from_utf8(given).ok().filter(|token| !token.is_empty())
    }

    /// A header of the request. `None` when it is not there, or no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }
}

/// Credentials are not shown.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// What follows `Bearer`, whose case does not matter.
pub(super) fn bearer_token(header: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = header.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| rest.trim_ascii())
}

/// Why somebody does not get in.
///
/// Any error becomes [`Failed`](Refused::Failed) with `?`: who cannot be checked is neither let in nor told why.
///
/// ```
/// use lmcp::auth::{Credentials, Principal, Refused};
///
/// async fn check(credentials: Credentials) -> Result<Principal, Refused> {
///     let token = credentials.token().ok_or(Refused::Missing)?;
///     let users = std::fs::read_to_string("/etc/calc/users")?; // an error is `Failed`
///     match users.lines().find_map(|line| line.split_once(' ').filter(|(known, _)| *known == token)) {
///         Some((_, "guest")) => Err(Refused::insufficient_scope(["calc:use"])),
///         Some((_, user)) => Ok(Principal::new(user)),
///         None => Err(Refused::invalid("the token is not known")),
///     }
/// }
/// # let server = lmcp::Server::empty().auth(lmcp::Auth::custom(check));
/// ```
///
/// Spec: basic/authorization, "Error Handling".
#[derive(Debug)]
#[non_exhaustive]
pub enum Refused {
    /// There are no credentials. The client gets a 401 that asks for some.
    Missing,
    /// The credentials are not valid, for a reason that the client may know: a few words, or none. It gets a 401.
    /// A reason that is a literal goes to the log, too; one that was put together may hold the credentials.
    Invalid(Cow<'static, str>),
    /// Whoever it is needs these scopes for the request, all of them. The client gets a 403 that names them.
    InsufficientScope(Vec<String>),
    /// The check itself failed. The client gets a 503 that says nothing of it; the error goes to the log.
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

impl Refused {
    /// The credentials are not valid, for this reason.
    pub fn invalid(reason: impl Into<Cow<'static, str>>) -> Self {
        Refused::Invalid(reason.into())
    }

    /// All of these scopes are needed.
    pub fn insufficient_scope<S: Into<String>>(scopes: impl IntoIterator<Item = S>) -> Self {
        Refused::InsufficientScope(scopes.into_iter().map(Into::into).collect())
    }

    /// The check itself failed, with this error or text.
    pub fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Refused::Failed(error.into())
    }

    /// Of several checks, the one that came closest speaks.
    pub(super) fn weight(&self) -> u8 {
        match self {
            Refused::Missing => 0,
            Refused::Invalid(_) => 1,
            Refused::InsufficientScope(_) => 2,
            Refused::Failed(_) => 3,
        }
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Refused {
    fn from(error: E) -> Self {
        Refused::Failed(error.into())
    }
}
