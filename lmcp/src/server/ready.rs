//! [`ReadyServer`]: a server that was checked, as often as it is to serve.

use super::handle::{ServerHandle, Shared};
#[cfg(feature = "http")]
use crate::auth::{Auth, environment::Oidc};
#[cfg(any(feature = "http", feature = "stdio"))]
use crate::handler::entry::BoxFuture;
#[cfg(feature = "http")]
use crate::transport::http::{HttpService, listener::Listener, options::Options};
use crate::{Error, Result};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

/// A server that was checked and can serve, as often as wanted. Cheap to clone.
///
/// ```standalone_crate
/// # #[lmcp::tool] fn ping_it() {}
/// let server = lmcp::server!().build()?;
/// server.handle().tools_changed();
/// # Ok::<(), lmcp::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ReadyServer {
    pub(crate) shared: Arc<Shared>,
    #[cfg(feature = "http")]
    pub(super) http: Options,
}

impl ReadyServer {
    /// For who runs one command in a process of his own: there is nobody to be protected from.
    #[cfg(feature = "cli")]
    pub(crate) fn without_rates(mut self) -> Self {
        // Nobody else has it yet.
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            shared.buckets = None;
        }
        self
    }

    /// The server as the program sees it while it runs.
    pub fn handle(&self) -> ServerHandle {
        ServerHandle(self.shared.clone())
    }

    /// Serves one client over standard input and output; see [`Server::stdio`](crate::Server::stdio).
    ///
    /// # Errors
    ///
    /// When standard input cannot be read.
    #[cfg(feature = "stdio")]
    pub async fn stdio(&self) -> Result<()> {
        self.serve_stdio().await
    }

    /// The same, compiled here, and not once more in each program.
    #[cfg(feature = "stdio")]
    fn serve_stdio(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            crate::log::start()?;
            crate::transport::stdio::serve(self.shared.clone()).await
        })
    }

    /// Serves one client over any pair of streams; see [`Server::serve_io`](crate::Server::serve_io).
    ///
    /// # Errors
    ///
    /// When `read` failed.
    pub async fn serve_io<R, W>(&self, read: R, write: W) -> Result<(), Error>
    where
        R: AsyncRead + Unpin + Send,
        W: AsyncWrite + Unpin + Send + 'static,
    {
        crate::transport::memory::serve(self.shared.clone(), None, read, write).await
    }
}

#[cfg(feature = "http")]
impl ReadyServer {
    /// Serves Streamable HTTP on this address; see [`Server::http`](crate::Server::http).
    ///
    /// # Errors
    ///
    /// When the address cannot be had.
    pub async fn http(&self, address: impl AsRef<str>) -> Result<(), Error> {
        self.serve_http(address.as_ref().to_owned()).await
    }

    /// The same, compiled here, and not once more in each program.
    fn serve_http(&self, address: String) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            if self.http.auth.is_some() {
                crate::auth::environment::warn_of_unused();
            }
            let listener = crate::transport::http::listener::bind(&address, &self.http).await?;
            self.listen(listener, crate::transport::signal::received()).await
        })
    }

    /// Serves Streamable HTTP on a listener of yours until `end` is ready, then ends what is running.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> lmcp::Result<()> {
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    /// let server = lmcp::Server::empty().build()?;
    /// server.http_on(listener, std::future::ready(())).await
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the listener has no address.
    pub async fn http_on(&self, listener: tokio::net::TcpListener, end: impl Future<Output = ()>) -> Result<(), Error> {
        self.listen(Listener::Tcp(listener), end).await
    }

    pub(crate) async fn listen(&self, listener: Listener, end: impl Future<Output = ()>) -> Result<(), Error> {
        crate::log::start()?;
        let nowhere = |e| Error::io("the listener has no address", e);
        let mut options = self.http.clone();
        options.loopback = listener.is_loopback().map_err(nowhere)?;
        if options.auth.is_none() {
            options.auth = Auth::from_environment(Oidc::default())?;
        }
        #[cfg(feature = "oauth")]
        if let Some(auth) = options.auth.as_ref().filter(|auth| auth.wants_url()) {
            options.auth = Some(auth.at(&listener.urls(&options)?));
        }
        self.shared.registry.check_scopes(options.auth.as_ref())?;
        if !options.loopback && options.auth.is_none() {
            eprintln!(
                "lmcp: warning: {} can be reached from other machines and asks for no token; set LMCP_TOKEN or LMCP_OIDC, \
                 or `.auth(Auth::bearer(…))`",
                listener.address(&options).map_err(nowhere)?
            );
        }
        crate::transport::http::listener::serve(listener, HttpService::new(self.shared.clone(), options), end).await
    }

    /// The scopes that functions ask for and that nobody has, as far as the program says who gets in.
    pub(crate) fn unreachable_scopes(&self) -> Vec<&'static str> {
        let scopes = self.shared.registry.scopes().into_iter();
        scopes.filter(|scope| self.http.auth.as_ref().is_none_or(|auth| !auth.may_grant(scope))).collect()
    }

    /// With what the command line or the environment says, unless the program said who gets in.
    #[cfg(feature = "cli")]
    pub(crate) fn with_auth_of_environment(mut self, given: Oidc) -> Result<Self> {
        if self.http.auth.is_none() {
            self.http.auth = Auth::from_environment(given)?;
        }
        Ok(self)
    }

    #[cfg(feature = "cli")]
    pub(crate) fn http_options(&self) -> &Options {
        &self.http
    }

    /// The server as a service over `http` types, to be mounted into somebody else's server.
    ///
    /// It cannot know what it is bound to: hosts and origins are checked as on a loopback address.
    ///
    /// What the other server knows of a caller it says in the request's extensions: a [`Principal`](crate::Principal), if it
    /// has checked who it is and this server has no [`Auth`] of its own, and the `std::net::SocketAddr` the call came from,
    /// for [rates](crate::Server::rate).
    ///
    /// # Errors
    ///
    /// When the server has an [`Auth`] of its own, and some function asks for a scope that it gives to nobody. Without one,
    /// the other server says who has which.
    pub fn http_service(&self) -> Result<HttpService, Error> {
        if let Some(auth) = &self.http.auth {
            self.shared.registry.check_scopes(Some(auth))?;
        }
        Ok(HttpService::new(self.shared.clone(), self.http.clone()))
    }
}
