//! [`Jwt`]: access tokens of an authorization server, checked with its own keys.
//!
//! [`token`] reads a token's three parts, [`keys`] has the issuer's keys, which [`fetch`] gets from [`url`]s, [`key`]
//! verifies a signature with one, [`claims`] says whether the token is good for this server, and who has it.

mod claims;
mod fetch;
mod key;
mod keys;
mod token;
pub(super) mod url;
mod verifier;

use super::Auth;
pub use key::Algorithm;
use std::time::Duration;
use url::Url;
pub(super) use verifier::{Checked, Verifier};

/// Access tokens of one authorization server, as JSON Web Tokens. What [`Auth::jwt`] gives.
///
/// The server's keys are found by its metadata (RFC 8414 or OpenID Connect), kept, and fetched anew when a token names a
/// key that is not there, at most five times at once and then once in 30 s, or after 15 min. While it cannot be reached, the
/// keys that were there stay. Only `https` is spoken with it, but for one on this machine.
///
/// A token gets in when its signature is right by an asymmetric [`Algorithm`]; `iss` is the issuer and `aud` names the
/// audience; `exp` is there and not over, and neither `nbf` nor `iat` lies ahead; it has a `sub`, and every scope
/// that [`require_scopes`](Self::require_scopes) names. Then `sub` is the [`subject`](super::Principal::subject), what
/// `scope` or `scp` holds are the scopes, and all claims are there as [`claims`](super::Principal::claims).
///
/// With it the server publishes its metadata (RFC 9728), from which clients learn where to send their users, at
/// `/.well-known/oauth-protected-resource` and at the same with the endpoint's path behind it.
///
/// ```
/// use lmcp::auth::{Algorithm, Auth};
///
/// let auth = Auth::jwt("https://id.example.com", "api://calc")
///     .resource("https://mcp.example.com/mcp")
///     .algorithms([Algorithm::ES256])
///     .require_scopes(["calc"])
///     .scopes_supported(["calc:write"]);
/// let server = lmcp::Server::empty().auth(auth);
/// ```
///
/// Spec: basic/authorization; RFC 9068.
#[derive(Clone, Debug)]
pub struct Jwt {
    issuer: String,
    /// Any of these; none as long as the server's own URL is not known.
    audience: Vec<String>,
    leeway: Duration,
    algorithms: Vec<Algorithm>,
    required: Vec<String>,
    supported: Vec<String>,
    resource: Option<String>,
    fetch_time: Duration,
    fetch_bytes: usize,
}

impl Jwt {
    /// Without an audience it is the server's own URL.
    pub(super) fn new(issuer: String, audience: Option<String>) -> Self {
        Jwt {
            issuer,
            audience: audience.into_iter().collect(),
            leeway: Duration::from_secs(60),
            algorithms: Algorithm::ALL.to_vec(),
            required: Vec::new(),
            supported: Vec::new(),
            resource: None,
            fetch_time: Duration::from_secs(5),
            fetch_bytes: 1 << 20,
        }
    }

    /// By how much the clocks of both servers may differ: `exp`, `nbf` and `iat` are taken that loosely; 60 s.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Takes signatures by these algorithms only; by all of [`Algorithm`] by default.
    #[must_use]
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// The scopes that every caller needs, whatever it asks for. Clients are told of them with the first refusal.
    #[must_use]
    pub fn require_scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.required.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Further scopes to name in the server's metadata. Clients ask for those if no refusal told them which are needed.
    #[must_use]
    pub fn scopes_supported<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.supported.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// The URL of the endpoint as clients know it, for the server's metadata. By default the audience, if it is a URL, or
    /// else what a request was sent to: its `Host` and the endpoint.
    ///
    /// Say it when the audience is another name, and a proxy in front of the server has another one too.
    #[must_use]
    pub fn resource(mut self, url: impl Into<String>) -> Self {
        self.resource = Some(url.into());
        self
    }

    /// How long it may take to fetch one document of the authorization server; 5 s.
    #[must_use]
    pub fn fetch_time(mut self, time: Duration) -> Self {
        self.fetch_time = time;
        self
    }

    /// How large a document of the authorization server may be; 1 MiB.
    #[must_use]
    pub fn fetch_bytes(mut self, bytes: usize) -> Self {
        self.fetch_bytes = bytes;
        self
    }

    /// Lets in whoever passes another check, too.
    pub fn or(self, other: impl Into<Auth>) -> Auth {
        Auth::from(self).or(other)
    }

    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }
    pub(super) fn required(&self) -> impl Iterator<Item = &str> {
        self.required.iter().map(String::as_str)
    }
    pub(super) fn supported(&self) -> impl Iterator<Item = &str> {
        self.supported.iter().map(String::as_str)
    }
    pub(super) fn wants_url(&self) -> bool {
        self.audience.is_empty()
    }

    /// The server's URL, if something that was said is one.
    pub(super) fn said_resource(&self) -> Option<&str> {
        // An audience that was not said may be one of several.
        let audience = || match &*self.audience {
            [audience] if Url::parse(audience).is_ok() => Some(audience.as_str()),
            _ => None,
        };
        self.resource.as_deref().or_else(audience)
    }

    /// What keeps a server from starting with it.
    pub(super) fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let issuer = &self.issuer;
        match Url::parse(issuer) {
            Err(wanted) => mistakes.push(format!("the issuer {issuer:?} is no URL: {wanted}")),
            Ok(url) if url.has_query() => {
                mistakes.push(format!("the issuer {issuer:?} has a query, which issuers have not: write it without"));
            }
            Ok(url) if !url.is_safe() => mistakes.push(format!(
                "the issuer {issuer:?} would be asked for its keys without TLS, and anybody on the way could answer: \
                 write https://; http:// is for issuers on this machine"
            )),
            Ok(_) => {}
        }
        if self.audience.iter().any(|audience| audience.trim().is_empty()) {
            mistakes.push(format!("the audience of tokens of {issuer:?} is empty: write what they have in `aud`"));
        }
        if self.algorithms.is_empty() {
            mistakes.push(format!("tokens of {issuer:?} may be signed by no algorithm: name one"));
        }
        if let Some(Err(wanted)) = self.resource.as_deref().map(Url::parse) {
            mistakes
                .push(format!("the resource {:?} is no URL: {wanted}", self.resource.as_deref().unwrap_or_default()));
        }
        let is_scope = |scope: &str| {
            !scope.is_empty() && scope.chars().all(|c| matches!(c, '!'..='~') && !matches!(c, '"' | '\\'))
        };
        for scope in self.required().chain(self.supported()).filter(|scope| !is_scope(scope)) {
            mistakes.push(format!(
                "{scope:?} is no scope: one is a word of ASCII without quotes; write several one by one"
            ));
        }
        mistakes
    }
}
