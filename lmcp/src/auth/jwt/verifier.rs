//! [`Verifier`]: a token comes in, a principal or a refusal goes out.

use super::claims;
use super::keys::Keys;
use super::token::Token;
use super::{Jwt, fetch::Fetch};
use crate::auth::{Principal, Refused};
use std::sync::Arc;

/// Longer tokens are not looked at.
const TOKEN_BYTES: usize = 16 << 10;

/// What is checked, and the keys to check it with. Clones share the keys.
#[derive(Clone)]
pub(crate) struct Verifier {
    jwt: Jwt,
    keys: Arc<Keys>,
}

/// What became of a token.
pub(crate) enum Checked {
    In(Principal),
    Out(Refused),
    /// It is of somebody else, or no such token at all: others may know it.
    NotMine,
}

impl Verifier {
    pub(crate) fn new(jwt: Jwt) -> Self {
        let keys = Arc::new(Keys::new(jwt.issuer.clone(), Fetch::new(jwt.fetch_time, jwt.fetch_bytes)));
        Verifier { jwt, keys }
    }

    pub(crate) fn jwt(&self) -> &Jwt {
        &self.jwt
    }

    /// Takes tokens for any of these URLs, if no audience was said.
    pub(crate) fn set_url(&mut self, urls: &[String]) {
        if self.jwt.wants_url() {
            self.jwt.audience = urls.to_vec();
        }
    }

    pub(crate) async fn check(&self, token: &[u8]) -> Checked {
        let issuer = &*self.jwt.issuer;
        if token.len() > TOKEN_BYTES {
            tracing::info!(target: "lmcp::auth", issuer, bytes = token.len(), "a token was refused: it is too long");
            return Checked::NotMine;
        }
        let token = match Token::parse(token) {
            Ok(token) => token,
            Err(reason) => {
                tracing::info!(target: "lmcp::auth", issuer, reason, "a token was refused: it is no JWT");
                return Checked::NotMine;
            }
        };
        if token.issuer() != Some(issuer) {
            let got = token.issuer();
            tracing::info!(target: "lmcp::auth", issuer, ?got, "a token was refused: it is of another issuer");
            return Checked::NotMine;
        }
        match self.verify(token).await {
            Ok(principal) => Checked::In(principal),
            Err(refused) => {
                tracing::info!(target: "lmcp::auth", issuer, ?refused, "a token was refused");
                Checked::Out(refused)
            }
        }
    }

    async fn verify(&self, token: Token<'_>) -> Result<Principal, Refused> {
        let Some(algorithm) = token.algorithm().filter(|it| self.jwt.algorithms.contains(it)) else {
            return Err(Refused::invalid("the token is signed by an algorithm that is not taken"));
        };
        token.check_header().map_err(Refused::invalid)?;
        let fits = |key: &super::key::Key| key.is_for(algorithm, token.key_id());
        let keys = self.keys.with(fits).await.map_err(Refused::Failed)?;
        let mut fitting = keys.iter().filter(|key| fits(key)).peekable();
        if fitting.peek().is_none() {
            return Err(Refused::invalid("the token's key is unknown"));
        }
        if !fitting.any(|key| key.verifies(algorithm, token.signed(), token.signature())) {
            return Err(Refused::invalid("the token's signature is wrong"));
        }
        claims::check(&self.jwt, token.into_claims(), claims::now())
    }
}
