//! What a program may say about its HTTP side.

#[cfg(feature = "tls")]
use super::Tls;
use crate::auth::Auth;

/// Who may come, and where to.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) endpoint: String,
    pub(crate) origins: Vec<String>,
    pub(crate) hosts: Vec<String>,
    pub(crate) auth: Option<Auth>,
    /// How many proxies add to `X-Forwarded-For` before a request comes here.
    pub(crate) proxies: usize,
    /// The address that is listened on is this machine's own: hosts and local origins can be told.
    pub(crate) loopback: bool,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<Tls>,
}

impl Options {
    pub(crate) fn has_tls(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.tls.is_some();
        #[cfg(not(feature = "tls"))]
        false
    }

    /// Where the server is, as far as it knows itself.
    #[cfg(feature = "oauth")]
    pub(crate) fn place(&self) -> crate::auth::metadata::Place<'_> {
        crate::auth::metadata::Place { scheme: self.scheme(), endpoint: &self.endpoint }
    }

    /// What the URL of the endpoint begins with.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.has_tls() { "https" } else { "http" }
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            endpoint: "/mcp".into(),
            origins: Vec::new(),
            hosts: Vec::new(),
            auth: None,
            proxies: 0,
            loopback: true,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }
}
