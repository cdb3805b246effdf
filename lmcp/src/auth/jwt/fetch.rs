//! [`Fetch`]: one JSON document from one URL, within a time and a size, over TLS unless it is on this machine.
//!
//! It follows no redirects, knows no proxies, and keeps no connections: it is for a document now and then.

use super::url::Url;
use crate::first::first;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::header::{ACCEPT, HOST, USER_AGENT};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

pub(super) struct Fetch {
    time: Duration,
    bytes: usize,
    /// The system's certificates, read when they are first needed.
    tls: OnceCell<TlsConnector>,
}

/// Why a document is not there.
#[derive(Debug)]
pub(super) struct Failure {
    why: String,
    /// Nothing else need be asked of the same server.
    pub(super) is_over: bool,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl Fetch {
    pub(super) fn new(time: Duration, bytes: usize) -> Self {
        Fetch { time, bytes, tls: OnceCell::new() }
    }

    pub(super) async fn json(&self, url: &str) -> Result<Value, Failure> {
        let failed = |why: String, is_over| Failure { why: format!("{url}: {why}"), is_over };
        let parsed = Url::parse(url).map_err(|wanted| failed(wanted.to_owned(), true))?;
        let (status, body) = match tokio::time::timeout(self.time, self.get(&parsed)).await {
            Ok(got) => got.map_err(|why| failed(why, true))?,
            Err(_late) => return Err(failed(format!("it took longer than {:?} (`fetch_time`)", self.time), true)),
        };
        match status {
            StatusCode::OK => {}
            status if status.is_redirection() => {
                return Err(failed(format!("it answered {status}, and redirects are not followed"), false));
            }
            status => return Err(failed(format!("it answered {status}"), status.is_server_error())),
        }
        let no_json = |e: &dyn std::fmt::Display| failed(format!("it is not JSON: {e}"), false);
        let json = std::str::from_utf8(&body).map_err(|e| no_json(&e))?;
        serde_json::from_str(json).map_err(|e| no_json(&e))
    }

    async fn get(&self, url: &Url) -> Result<(StatusCode, Bytes), String> {
        let socket = TcpStream::connect((url.host(), url.port())).await.map_err(|e| e.to_string())?;
        if !url.is_https() {
            return self.exchange(url, socket).await;
        }
        let name = rustls::pki_types::ServerName::try_from(url.host().to_owned()).map_err(|e| e.to_string())?;
        let tls = self.tls.get_or_try_init(connector).await?;
        let stream = tls.connect(name, socket).await.map_err(|e| format!("TLS: {e}"))?;
        self.exchange(url, stream).await
    }

    async fn exchange<S>(&self, url: &Url, stream: S) -> Result<(StatusCode, Bytes), String>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let text = |e: hyper::Error| crate::error::chain(&e);
        let (mut client, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(text)?;
        let request = Request::get(url.target())
            .header(HOST, url.authority())
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("lmcp/", env!("CARGO_PKG_VERSION")))
            .body(Empty::<Bytes>::new())
            .map_err(|e| e.to_string())?;
        let exchange = async {
            let response = client.send_request(request).await.map_err(text)?;
            let status = response.status();
            match Limited::new(response.into_body(), self.bytes).collect().await {
                Ok(body) => Ok((status, body.to_bytes())),
                Err(e) if e.is::<http_body_util::LengthLimitError>() => {
                    Err(format!("it is larger than {} bytes (`fetch_bytes`)", self.bytes))
                }
                Err(e) => Err(e.to_string()),
            }
        };
        // Whatever ends the connection is an error of the exchange, too.
        let connection = async {
            let mut connection = pin!(connection);
            if let Err(e) = connection.as_mut().await {
                tracing::debug!(target: "lmcp::auth", error = %e, "the connection to the issuer broke");
            }
            std::future::pending().await
        };
        first(exchange, connection).await
    }
}

/// TLS with the certificates that the system trusts, or those in `SSL_CERT_FILE` and `SSL_CERT_DIR`.
async fn connector() -> Result<TlsConnector, String> {
    let loaded =
        tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await.map_err(|e| e.to_string())?;
    let mut roots = RootCertStore::empty();
    let (good, _bad) = roots.add_parsable_certificates(loaded.certs);
    if good == 0 {
        let why = loaded.errors.first().map(|e| format!(": {e}")).unwrap_or_default();
        return Err(format!("the system trusts no certificates; install some, or name a file in SSL_CERT_FILE{why}"));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
