//! A check of credentials that a program brings along.

use super::{Credentials, Principal, Refused};
use crate::handler::entry::BoxFuture;
use hyper::HeaderMap;
use std::sync::Arc;

type Check = dyn Fn(Credentials) -> BoxFuture<'static, Result<Principal, Refused>> + Send + Sync;

/// The program's own function.
#[derive(Clone)]
pub(super) struct Custom(Arc<Check>);

impl Custom {
    pub(super) fn new<F, R>(check: F) -> Self
    where
        F: Fn(Credentials) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Principal, Refused>> + Send + 'static,
    {
        Custom(Arc::new(move |credentials| Box::pin(check(credentials))))
    }

    pub(super) async fn check(&self, headers: &HeaderMap) -> Result<Principal, Refused> {
        let principal = (self.0)(Credentials::of(headers)).await?;
        // The name may be what a client chose: it must not be somebody whom another check lets in.
        let identity = format!("custom:{}", principal.subject());
        Ok(principal.identified(identity))
    }
}
