//! [`Auth`]: who gets in, by any of several checks of credentials.

use super::bearer::Bearer;
use super::credentials::bearer_token;
use super::custom::Custom;
#[cfg(feature = "oauth")]
use super::jwt::{Checked, Jwt, Verifier};
use super::{Credentials, Principal, Refused};
use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use std::sync::Arc;

/// Who gets in over HTTP: whoever has a fixed token, a token of an authorization server, or whatever a function of yours
/// takes. Several stand side by side, joined with [`or`](Auth::or).
///
/// ```
/// use lmcp::Auth;
/// let server = lmcp::Server::empty().auth(Auth::bearer("a long secret"));
/// ```
///
/// Over HTTP only; standard input belongs to whoever started the process. Cheap to clone.
#[derive(Clone)]
pub struct Auth(Arc<Checks>);

#[derive(Clone, Default)]
struct Checks {
    tokens: Vec<Bearer>,
    #[cfg(feature = "oauth")]
    issuers: Vec<Verifier>,
    custom: Vec<Custom>,
}

impl Auth {
    /// Whoever sends this token: `Authorization: Bearer …`.
    pub fn bearer(token: impl Into<String>) -> Bearer {
        Bearer::new(token.into())
    }

    /// Whoever sends a token of this authorization server that was issued for this server: an OAuth 2.1 access token that
    /// is a JWT. The audience is the URL of your endpoint as clients know it, or what your authorization server is set up
    /// to write into `aud`.
    ///
    /// See [`Jwt`] for what is checked, and for what else can be said.
    ///
    /// ```
    /// use lmcp::Auth;
    /// let auth = Auth::jwt("https://id.example.com", "https://mcp.example.com/mcp").require_scopes(["mcp"]);
    /// let server = lmcp::Server::empty().auth(auth);
    /// ```
    ///
    /// Spec: basic/authorization, "Access Token Usage".
    #[cfg(feature = "oauth")]
    pub fn jwt(issuer: impl Into<String>, audience: impl Into<String>) -> Jwt {
        Jwt::new(issuer.into(), Some(audience.into()))
    }

    /// Whoever an async function of yours lets in, for everything else: keys in a database, tokens that have to be asked
    /// about, headers that a proxy adds.
    ///
    /// It runs for each request that no fixed token let in, so keep what is dear. What it refuses another check may still
    /// let in.
    ///
    /// ```
    /// use lmcp::auth::{Auth, Credentials, Principal, Refused};
    ///
    /// async fn by_key(credentials: Credentials) -> Result<Principal, Refused> {
    ///     match credentials.header("x-api-key") {
    ///         None => Err(Refused::Missing),
    ///         Some("7f3a") => Ok(Principal::new("ana").scope("files:read")),
    ///         Some(_) => Err(Refused::invalid("there is no such key")),
    ///     }
    /// }
    ///
    /// let server = lmcp::Server::empty().auth(Auth::custom(by_key));
    /// ```
    pub fn custom<F, R>(check: F) -> Auth
    where
        F: Fn(Credentials) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Principal, Refused>> + Send + 'static,
    {
        Auth(Arc::new(Checks { custom: vec![Custom::new(check)], ..Checks::default() }))
    }

    /// Lets in whoever passes another check, too.
    #[must_use]
    pub fn or(self, other: impl Into<Auth>) -> Auth {
        let mut checks = Arc::unwrap_or_clone(self.0);
        let other = Arc::unwrap_or_clone(other.into().0);
        checks.tokens.extend(other.tokens);
        #[cfg(feature = "oauth")]
        checks.issuers.extend(other.issuers);
        checks.custom.extend(other.custom);
        Auth(Arc::new(checks))
    }

    /// Who sends these headers, if a fixed token says so: what most requests need no more than.
    pub(crate) fn at_once(&self, headers: &HeaderMap) -> Option<Principal> {
        let given = bearer_token(headers.get(AUTHORIZATION)?.as_bytes())?;
        self.0.tokens.iter().find_map(|token| token.accepts(given)).cloned()
    }

    /// Who sends these headers, as the other checks see it.
    pub(crate) async fn check(&self, headers: &HeaderMap) -> Result<Principal, Refused> {
        let mut refused = match headers.get(AUTHORIZATION) {
            Some(given) if bearer_token(given.as_bytes()).is_some() => Refused::Invalid("".into()),
            // Another scheme, or a token without its scheme, is no bearer token.
            _ => Refused::Missing,
        };
        let mut weigh = |other: Refused| {
            if other.weight() >= refused.weight() {
                refused = other;
            }
        };
        #[cfg(feature = "oauth")]
        if let Some(token) = headers.get(AUTHORIZATION).and_then(|given| bearer_token(given.as_bytes())) {
            for issuer in &self.0.issuers {
                match issuer.check(token).await {
                    Checked::In(principal) => return Ok(principal),
                    Checked::Out(refused) => weigh(refused),
                    Checked::NotMine => {}
                }
            }
        }
        for custom in &self.0.custom {
            match custom.check(headers).await {
                Ok(principal) => return Ok(principal),
                Err(refused) => weigh(refused),
            }
        }
        Err(refused)
    }

    /// Whether credentials may be elsewhere than in `Authorization`.
    pub(crate) fn looks_elsewhere(&self) -> bool {
        !self.0.custom.is_empty()
    }

    /// Whether some principal may have this scope, as far as that is known beforehand.
    pub(crate) fn may_grant(&self, scope: &str) -> bool {
        #[cfg(feature = "oauth")]
        if !self.0.issuers.is_empty() {
            return true;
        }
        !self.0.custom.is_empty() || self.0.tokens.iter().any(|token| token.may_grant(scope))
    }

    /// The scopes that fixed tokens have, in the order of the alphabet.
    pub(crate) fn granted(&self) -> Vec<&str> {
        let mut scopes = std::collections::BTreeSet::new();
        scopes.extend(self.0.tokens.iter().flat_map(|token| token.principal().scopes()));
        scopes.into_iter().collect()
    }

    /// What keeps a server from starting with it.
    pub(crate) fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        if self.0.tokens.iter().any(Bearer::is_empty) {
            mistakes.push("the bearer token is empty: nobody could tell it from none".to_owned());
        }
        if self.0.tokens.iter().any(Bearer::has_scheme) {
            mistakes.push("the bearer token begins with `Bearer`: give the token alone, without that word".to_owned());
        }
        #[cfg(feature = "oauth")]
        mistakes.extend(self.0.issuers.iter().flat_map(|issuer| issuer.jwt().mistakes()));
        mistakes
    }

    /// Whom it lets in, for a person who starts the server.
    #[cfg(feature = "cli")]
    pub(crate) fn whom(&self) -> String {
        let mut whom = Vec::new();
        match self.0.tokens.as_slice() {
            [] => {}
            [_] => whom.push("to whoever sends the token".to_owned()),
            tokens => {
                let names: Vec<&str> = tokens.iter().filter_map(Bearer::name).collect();
                let names = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
                whom.push(format!("to whoever sends one of {} tokens{names}", tokens.len()));
            }
        }
        #[cfg(feature = "oauth")]
        whom.extend(self.0.issuers.iter().map(|issuer| format!("to whoever has a token of {}", issuer.jwt().issuer())));
        if !self.0.custom.is_empty() {
            whom.push("to whoever the program lets in".to_owned());
        }
        whom.join(", ")
    }
}

/// What authorization servers have to do with it.
#[cfg(feature = "oauth")]
impl Auth {
    pub(super) fn issuers(&self) -> impl Iterator<Item = &Jwt> {
        self.0.issuers.iter().map(Verifier::jwt)
    }

    /// Whether some audience is the server's own URL, which is only known when it listens.
    pub(crate) fn wants_url(&self) -> bool {
        self.issuers().any(Jwt::wants_url)
    }

    /// The same, for a server that can be reached at these URLs.
    pub(crate) fn at(&self, urls: &[String]) -> Auth {
        let mut checks = Checks::clone(&self.0);
        for issuer in &mut checks.issuers {
            issuer.set_url(urls);
        }
        Auth(Arc::new(checks))
    }
}

impl From<Bearer> for Auth {
    fn from(token: Bearer) -> Self {
        Auth(Arc::new(Checks { tokens: vec![token], ..Checks::default() }))
    }
}

#[cfg(feature = "oauth")]
impl From<Jwt> for Auth {
    fn from(jwt: Jwt) -> Self {
        Auth(Arc::new(Checks { issuers: vec![Verifier::new(jwt)], ..Checks::default() }))
    }
}

/// Tokens are not shown.
impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Auth(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Auth;
    use hyper::HeaderMap;
    use hyper::header::{AUTHORIZATION, HeaderValue};

    fn given(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(value))])
    }

    #[test]
    fn only_a_whole_token_gets_in() {
        let auth = Auth::bearer("secret").or(Auth::bearer("other").named("ana").scopes(["a", "b", "a"]));
        for good in ["Bearer secret", "bearer secret", "BEARER  secret "] {
            let principal = auth.at_once(&given(good)).unwrap_or_else(|| panic!("{good}"));
            assert!(principal.subject().starts_with("bearer:"), "{principal:?}");
        }
        let ana = auth.at_once(&given("Bearer other")).expect("the second one");
        assert_eq!((ana.subject(), ana.scopes().collect::<Vec<_>>()), ("ana", vec!["a", "b"]));
        for bad in
            ["", "secret", "Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "Bearer Secret", "Basic secret"]
        {
            assert!(auth.at_once(&given(bad)).is_none(), "{bad}");
        }
        assert!(auth.at_once(&HeaderMap::new()).is_none());
        assert!(!format!("{auth:?}").contains("secret"));
        assert!(!format!("{:?}", Auth::bearer("secret").scopes(["a"]).named("ana")).contains("secret"));
    }

    #[cfg(feature = "cli")]
    #[test]
    fn whoever_starts_it_reads_how_many_tokens_there_are_and_whose() {
        let (one, ana) = (Auth::bearer("secret"), Auth::bearer("other").named("ana"));
        assert_eq!(Auth::from(one.clone()).whom(), "to whoever sends the token");
        let three = ana.clone().or(Auth::bearer("third").named("nightly")).or(one.clone());
        assert_eq!(three.whom(), "to whoever sends one of 3 tokens (ana, nightly)");
        assert_eq!(one.or(Auth::bearer("third")).whom(), "to whoever sends one of 2 tokens");
    }

    #[test]
    fn a_name_keeps_its_scopes_in_either_order() {
        for token in [Auth::bearer("x").named("ana").scopes(["a"]), Auth::bearer("x").scopes(["a"]).named("ana")] {
            let ana = Auth::from(token).at_once(&given("Bearer x")).expect("the token");
            assert!(ana.subject() == "ana" && ana.has_scope("a"), "{ana:?}");
        }
    }
}
