//! What a program says of its server that counts only over HTTP: whom it lets in, and where it is.

use super::{Server, settings};
use crate::auth::Auth;
use crate::handler::entry::Source;
use std::panic::Location;

impl Server {
    /// Lets in over HTTP whoever this says; the last one counts. By default whoever sends the token in the environment
    /// variable `LMCP_TOKEN`, or one of the authorization server in `LMCP_OIDC`; without them, everybody.
    ///
    /// [`lmcp::auth`](crate::auth) is the guide.
    #[track_caller]
    pub fn auth(self, auth: impl Into<Auth>) -> Self {
        self.auth_said_at(auth.into(), Some(Location::caller()))
    }
    /// The same where the program's source may not say it.
    pub(crate) fn auth_said_at(mut self, auth: Auth, at: Option<&'static Location<'static>>) -> Self {
        for mistake in auth.mistakes() {
            self.mistakes.add(at.map(Source::from), mistake);
        }
        self.http.auth = Some(auth);
        self
    }
    /// Answers HTTP at this path; `/mcp` by default.
    #[track_caller]
    pub fn endpoint(mut self, path: impl Into<String>) -> Self {
        let path = path.into();
        if !path.starts_with('/') {
            self.mistake(format!("the endpoint {path:?} is no path: write \"/{path}\""));
        }
        self.http.endpoint = path;
        self
    }
    /// Lets in requests from web pages of this origin (`https://app.example.com`), or of any (`*`). By default those
    /// of this machine, while the server listens on a loopback address.
    ///
    /// One that no page has, such as a name without a scheme, keeps the server from starting.
    #[track_caller]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        let origin = origin.into();
        if let Some(wrong) = settings::origin(&origin) {
            self.mistake(wrong);
        }
        self.http.origins.push(origin);
        self
    }
    /// Lets in requests for this host (`mcp.example.com`), besides `localhost`, while the server listens on a loopback
    /// address: for one behind a proxy. Elsewhere the host is not checked.
    ///
    /// One that no request is for, such as a URL, keeps the server from starting.
    #[track_caller]
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        let host = host.into();
        if let Some(wrong) = settings::host(&host) {
            self.mistake(wrong);
        }
        self.http.hosts.push(host);
        self
    }
    /// The same for what an environment variable lists, with commas between.
    #[cfg(feature = "cli")]
    pub(crate) fn allow_hosts_of(mut self, variable: &str, hosts: &str) -> Self {
        for host in hosts.split(',').map(str::trim).filter(|host| !host.is_empty()) {
            if let Some(wrong) = settings::host(host) {
                self.mistakes.add(None, format!("the environment variable {variable}: {wrong}"));
            }
            self.http.hosts.push(host.to_owned());
        }
        self
    }

    /// How many proxies stand before the server, each of which adds the address it was called from to `X-Forwarded-For`; 0.
    ///
    /// With one, the last address in the header is taken for the caller's, with two the last but one, and so on, where
    /// [rates](Self::rate) are counted by address. Whatever stands before that, anybody may have written. So it must be the
    /// number of proxies that every request passes: with more, callers choose their address themselves; with fewer, all of
    /// them share the outermost proxy's.
    pub fn proxies(mut self, proxies: usize) -> Self {
        self.http.proxies = proxies;
        self
    }

    /// Serves HTTP over TLS, so that the server's address is `https://`. Not for Unix sockets, and not for
    /// [`http_service`](crate::ReadyServer::http_service), whose owner has the connections.
    ///
    /// A client that takes longer than [`Limits::head_time`](crate::Limits::head_time) for the handshake is let go.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: crate::Tls) -> Self {
        self.http.tls = Some(tls);
        self
    }

    #[cfg(feature = "cli")]
    pub(crate) fn has_auth(&self) -> bool {
        self.http.auth.is_some()
    }
}
