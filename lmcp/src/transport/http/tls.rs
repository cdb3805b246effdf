//! TLS: a certificate and its key, from files or as rustls takes them.

use crate::{Error, Result};
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What a server shows of itself over TLS, for [`Server::tls`](crate::Server::tls).
///
/// ```no_run
/// # async fn serve() -> lmcp::Result<()> {
/// let tls = lmcp::Tls::from_pem_files("calc.crt", "calc.key")?;
/// lmcp::Server::empty().tls(tls).http("0.0.0.0:8443").await
/// # }
/// ```
///
/// TLS 1.2 and 1.3. Cheap to clone.
#[derive(Clone)]
pub struct Tls(Arc<ServerConfig>);

impl Tls {
    /// A certificate with the chain behind it, and its private key: PEM files, as `certbot` and `mkcert` write them.
    ///
    /// The files are read once. The key is PKCS #8, PKCS #1 or SEC 1, and not encrypted; both may be in one file.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, does not hold what it should, or the key is not the certificate's.
    pub fn from_pem_files(certificate: impl AsRef<Path>, key: impl AsRef<Path>) -> Result<Self> {
        let (file, key_file) = (certificate.as_ref(), key.as_ref());
        let chain = certificates(file)?;
        let key = PrivateKeyDer::from_pem_slice(&read(key_file)?).map_err(|e| match e {
            pem::Error::NoItemsFound => lacks(key_file, "no private key (or an encrypted one)"),
            e => garbled(key_file, &e),
        })?;
        let built = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
        match built {
            Ok(config) => Ok(Self::from_config(config)),
            Err(rustls::Error::InconsistentKeys(_)) => Err(Error::setup(format!(
                "the key in {} is not that of the certificate in {}",
                key_file.display(),
                file.display()
            ))),
            Err(e) => Err(Error::setup(format!(
                "the certificate in {} and the key in {} cannot be used: {e}",
                file.display(),
                key_file.display()
            ))),
        }
    }

    /// Whatever rustls can do: client certificates, several names, certificates that are renewed while it runs.
    /// The crate is there as [`lmcp::rustls`](crate::rustls).
    ///
    /// The protocols it offers (ALPN) are replaced by those that lmcp speaks.
    pub fn from_config(config: impl Into<Arc<ServerConfig>>) -> Self {
        let mut config = Arc::unwrap_or_clone(config.into());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        #[cfg(feature = "http2")]
        config.alpn_protocols.insert(0, super::connection::H2.to_vec());
        Tls(Arc::new(config))
    }

    pub(crate) fn acceptor(&self) -> tokio_rustls::TlsAcceptor {
        self.0.clone().into()
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let text = read(file)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match chain {
        Ok(chain) if chain.is_empty() => Err(lacks(file, "no certificate")),
        Ok(chain) => Ok(chain),
        Err(e) => Err(garbled(file, &e)),
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).map_err(|e| Error::io(format!("the file {} cannot be read", file.display()), e))
}

fn lacks(file: &Path, what: &str) -> Error {
    Error::setup(format!("the file {} holds {what}; it must be PEM, with a line `-----BEGIN …-----`", file.display()))
}

fn garbled(file: &Path, e: &pem::Error) -> Error {
    let why = match e {
        pem::Error::MissingSectionEnd { .. } => "it breaks off".to_owned(),
        e => e.to_string(),
    };
    Error::setup(format!("the file {} is no proper PEM: {why}", file.display()))
}

/// The key is not shown.
impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls(…)")
    }
}

/// What a client said is nothing that TLS begins with, as plain HTTP is not.
pub(crate) fn is_no_tls(error: &std::io::Error) -> bool {
    let error = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>());
    matches!(error, Some(rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType)))
}
