//! [`Bearer`]: a token that is written down somewhere, and whoever has it.

use super::credentials::bearer_token;
use super::{Auth, Principal};
use crate::seal::is_same;

/// A fixed token, and who has it. What [`Auth::bearer`] gives.
///
/// ```
/// use lmcp::Auth;
///
/// let auth = Auth::bearer("a long secret")
///     .named("ci")
///     .scopes(["files:read"])
///     .or(Auth::bearer("another long secret").named("ana").scopes(["files:read", "files:write"]));
/// let server = lmcp::Server::empty().auth(auth);
/// ```
///
/// Tokens are compared in a time that says nothing about their content.
#[derive(Clone)]
pub struct Bearer {
    token: String,
    principal: Principal,
}

impl Bearer {
    pub(super) fn new(token: String) -> Self {
        let principal = Principal::new(format!("bearer:{}", crate::seal::digest(&[token.as_bytes()])));
        Bearer { token, principal }
    }

    /// Names whoever has the token: the [`subject`](Principal::subject) that handlers see. Without it, that is a digest of
    /// the token.
    ///
    /// Tokens of one name are one principal: they share sessions.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        let scopes = std::mem::replace(&mut self.principal, Principal::new(name));
        for scope in scopes.scopes() {
            self.principal = self.principal.scope(scope);
        }
        self
    }

    /// Adds what whoever has the token may do; nothing in particular by default.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        for scope in scopes {
            self.principal = self.principal.scope(scope);
        }
        self
    }

    /// Lets in whoever passes another check, too.
    pub fn or(self, other: impl Into<Auth>) -> Auth {
        Auth::from(self).or(other)
    }

    /// Who gave these credentials, if they are this token.
    pub(super) fn accepts(&self, given: &[u8]) -> Option<&Principal> {
        is_same(given, self.token.as_bytes()).then_some(&self.principal)
    }

    /// Whether it has this scope.
    pub(super) fn may_grant(&self, scope: &str) -> bool {
        self.principal.has_scope(scope)
    }

    /// Who has it.
    pub(super) fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The name it was given.
    #[cfg(feature = "cli")]
    pub(super) fn name(&self) -> Option<&str> {
        Some(self.principal.subject()).filter(|subject| !subject.starts_with("bearer:"))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.token.is_empty()
    }

    /// It is what stands in the header, and not the token in it: nobody sends the word twice.
    pub(super) fn has_scheme(&self) -> bool {
        bearer_token(self.token.as_bytes()).is_some()
    }
}

/// The token is not shown.
impl std::fmt::Debug for Bearer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bearer").field("principal", &self.principal).finish_non_exhaustive()
    }
}
