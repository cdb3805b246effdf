//! Bearer tokens.

use super::Principal;
use crate::Error;
use crate::seal::is_same;
use std::sync::Arc;

/// Who gets in.
///
/// ```
/// use lmcp::Auth;
/// let server = lmcp::Server::empty().auth(Auth::bearer("a long secret"));
/// ```
///
/// Over HTTP only; standard input belongs to whoever started the process.
#[derive(Clone)]
pub struct Auth(Arc<Bearer>);

/// A token, and the name of whoever has it.
struct Bearer {
    token: String,
    principal: Principal,
}

impl Auth {
    /// Whoever sends this token: `Authorization: Bearer …`.
    pub fn bearer(token: impl Into<String>) -> Self {
        let token = token.into();
        let principal = Principal::new(format!("bearer:{}", crate::seal::digest(&[token.as_bytes()])));
        Auth(Arc::new(Bearer { token, principal }))
    }

    /// Whoever sends the token in this file: lines of `key = value`, `#` before comments, the key `token`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or has no token.
    pub fn from_conf(file: impl AsRef<std::path::Path>) -> Result<Self, Error> {
        let file = file.as_ref();
        let text = std::fs::read_to_string(file)
            .map_err(|e| Error::io(format!("the file {} cannot be read", file.display()), e))?;
        let token = text.lines().filter(|line| !line.trim_start().starts_with('#')).find_map(|line| {
            let (key, value) = line.split_once('=')?;
            // `.godparticle` is how the key was spelled once.
            matches!(key.trim(), "token" | ".godparticle").then(|| value.trim())
        });
        match token.filter(|token| !token.is_empty()) {
            Some(token) => Ok(Auth::bearer(token)),
            None => Err(Error::setup(format!("the file {} has no line `token = …`", file.display()))),
        }
    }

    /// Whoever sends the token in the environment variable `LMCP_TOKEN`; `None` when there is no such variable.
    ///
    /// # Errors
    ///
    /// When the variable is empty or no text: a token was meant, and none is there.
    pub(crate) fn from_environment() -> Result<Option<Self>, Error> {
        match std::env::var("LMCP_TOKEN") {
            Ok(token) if !token.trim().is_empty() => Ok(Some(Auth::bearer(token.trim()))),
            Err(std::env::VarError::NotPresent) => Ok(None),
            _ => Err(Error::setup(
                "the environment variable LMCP_TOKEN is set but holds no token; set it to one, or unset it",
            )),
        }
    }

    /// Who sends the header's value, if it carries the token. The time it takes says nothing about the token's content.
    pub(crate) fn accepts(&self, authorization: Option<&[u8]>) -> Option<Principal> {
        let given = authorization.and_then(credentials)?;
        is_same(given, self.0.token.as_bytes()).then(|| self.0.principal.clone())
    }

    /// Whether some principal may have this scope.
    pub(crate) fn may_grant(&self, scope: &str) -> bool {
        self.0.principal.has_scope(scope)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.token.is_empty()
    }
}

/// What follows `Bearer`, whose case does not matter.
fn credentials(header: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = header.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| rest.trim_ascii())
}

/// The token is not shown.
impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Auth(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Auth;

    #[test]
    fn only_the_whole_token_gets_in() {
        let auth = Auth::bearer("secret");
        for good in ["Bearer secret", "bearer secret", "BEARER  secret "] {
            assert!(auth.accepts(Some(good.as_bytes())).is_some(), "{good}");
        }
        for bad in
            ["", "secret", "Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "Bearer Secret", "Basic secret"]
        {
            assert!(auth.accepts(Some(bad.as_bytes())).is_none(), "{bad}");
        }
        assert!(auth.accepts(None).is_none());
        assert!(!format!("{auth:?}").contains("secret"));
    }
}
