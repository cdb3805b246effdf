//! [`Principal`]: who calls, as far as that was checked.

use serde_json::{Map, Value};
use std::sync::Arc;

/// Who calls, as far as that was checked: a subject, what it may do, and what else is known of it.
///
/// A handler asks [`Context::principal`](crate::Context::principal) for it. Cheap to clone.
///
/// ```
/// use lmcp::Principal;
///
/// let ana = Principal::new("ana").scope("files:read").claim("team", "storage");
/// assert_eq!(ana.subject(), "ana");
/// assert!(ana.has_scope("files:read") && !ana.has_scope("files:write"));
/// assert_eq!(ana.claims()["team"], "storage");
/// ```
///
/// Spec: basic/authorization.
#[derive(Clone, PartialEq)]
pub struct Principal(Arc<Inner>);

#[derive(Clone, PartialEq)]
struct Inner {
    subject: Box<str>,
    /// Who it is among the principals of all checks, where the subject does not tell.
    identity: Option<Box<str>>,
    scopes: Vec<Box<str>>,
    claims: Map<String, Value>,
}

impl Principal {
    /// Somebody with this name, without scopes or claims.
    pub fn new(subject: impl Into<String>) -> Self {
        let subject = subject.into().into();
        Principal(Arc::new(Inner { subject, identity: None, scopes: Vec::new(), claims: Map::new() }))
    }

    /// The subject as it may stand in a log: not too long, and of the digest of a token, which is the name of whoever has
    /// one without a name, only the beginning.
    pub(crate) fn in_logs(&self) -> &str {
        let subject = self.subject();
        let letters = if subject.starts_with("bearer:") { "bearer:".len() + 8 } else { 80 };
        subject.char_indices().nth(letters).and_then(|(end, _)| subject.get(..end)).unwrap_or(subject)
    }

    /// Adds a scope: something that it may do.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        let scope: String = scope.into();
        if !self.has_scope(&scope) {
            Arc::make_mut(&mut self.0).scopes.push(scope.into());
        }
        self
    }

    /// Adds a claim: something that is known of it.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        Arc::make_mut(&mut self.0).claims.insert(name.into(), value.into());
        self
    }

    /// Makes it another one than those of the same name that other checks let in.
    #[cfg(feature = "http")]
    #[must_use]
    pub(crate) fn identified(mut self, identity: String) -> Self {
        Arc::make_mut(&mut self.0).identity = Some(identity.into());
        self
    }

    /// Who it is among all: what its sessions and states are bound to.
    pub(crate) fn identity(&self) -> &str {
        self.0.identity.as_deref().unwrap_or(&self.0.subject)
    }

    /// Adds all claims of a token.
    #[cfg(feature = "oauth")]
    #[must_use]
    pub(crate) fn with_claims(mut self, claims: Map<String, Value>) -> Self {
        Arc::make_mut(&mut self.0).claims.extend(claims);
        self
    }

    /// Its name: a token's `sub`, or the name of a fixed token.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// What it may do, in the order in which it was said.
    pub fn scopes(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.scopes.iter().map(|scope| &**scope)
    }

    /// Whether it may do this.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.0.scopes.iter().any(|has| **has == *scope)
    }

    /// What else is known of it, such as the claims of its token.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.0.claims
    }
}

/// Claims are not shown: they may tell of people.
impl std::fmt::Debug for Principal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Principal").field("subject", &self.subject()).field("scopes", &self.0.scopes).finish()
    }
}
