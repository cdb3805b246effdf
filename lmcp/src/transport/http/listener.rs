//! The socket: accepting connections, each of which is served by [`connection`]; ending well.

use super::options::Options;
use super::service::HttpService;
use super::socket::Socket;
use super::{connection, descriptors};
use crate::Error;
use crate::first::first;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::pin;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};

/// What is listened on.
pub(crate) enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(tokio::net::UnixListener, unix::SocketFile),
}

impl Listener {
    /// Only this machine's own can come: hosts and local origins can be told.
    pub(crate) fn is_loopback(&self) -> io::Result<bool> {
        match self {
            Listener::Tcp(listener) => Ok(listener.local_addr()?.ip().is_loopback()),
            #[cfg(unix)]
            Listener::Unix(..) => Ok(true),
        }
    }

    /// Where it listens, as a person would type it.
    pub(crate) fn address(&self, options: &Options) -> io::Result<String> {
        match self {
            Listener::Tcp(listener) => Ok(format!("{}://{}", options.scheme(), listener.local_addr()?)),
            #[cfg(unix)]
            Listener::Unix(_, file) => Ok(format!("unix:{}", file.path().display())),
        }
    }

    /// The URLs of the endpoint by which clients may know it.
    ///
    /// # Errors
    ///
    /// When none can be told: it listens on all of the machine's addresses, or on none.
    #[cfg(feature = "oauth")]
    pub(crate) fn urls(&self, options: &Options) -> Result<Vec<String>, Error> {
        let address = match self {
            Listener::Tcp(listener) => {
                Some(listener.local_addr().map_err(|e| Error::io("the listener has no address", e))?)
            }
            #[cfg(unix)]
            Listener::Unix(..) => None,
        };
        let url = |host: &dyn std::fmt::Display| format!("{}://{host}{}", options.scheme(), options.endpoint);
        match address {
            Some(address) if address.ip().is_loopback() => {
                let port = address.port();
                Ok(["127.0.0.1", "localhost", "[::1]"].map(|host| url(&format!("{host}:{port}"))).to_vec())
            }
            Some(address) if !address.ip().is_unspecified() => Ok(vec![url(&address)]),
            _ => Err(Error::setup(
                "tokens must be for this server, and by which URL its clients know it cannot be told from where it \
                 listens: say it with --audience or LMCP_AUDIENCE",
            )),
        }
    }

    /// The next connection, and who it is from; over a Unix socket nobody has an address.
    async fn accept(&self) -> io::Result<(Socket, Option<SocketAddr>)> {
        match self {
            Listener::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                if let Err(e) = stream.set_nodelay(true) {
                    tracing::debug!(error = %e, "TCP_NODELAY cannot be set");
                }
                Ok((Socket::Tcp(stream), Some(peer)))
            }
            #[cfg(unix)]
            Listener::Unix(listener, _) => Ok((Socket::Unix(listener.accept().await?.0), None)),
        }
    }
}

/// A connection in the log: a line when it opens, and one when this is dropped.
struct Opened(Option<SocketAddr>);

impl Opened {
    fn new(peer: Option<SocketAddr>) -> Self {
        tracing::debug!(target: "lmcp::connection", peer = peer.map(display), "opened");
        Opened(peer)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        tracing::debug!(target: "lmcp::connection", peer = self.0.map(display), "closed");
    }
}

/// Opens the address, `HOST:PORT` or `unix:PATH`; says in words why it cannot be had.
pub(crate) async fn bind(address: &str, options: &Options) -> Result<Listener, Error> {
    #[cfg(unix)]
    if let Some(path) = address.strip_prefix("unix:") {
        if options.has_tls() {
            return Err(Error::setup(format!(
                "there is no TLS on a Unix socket, which nobody outside this machine can read: serve {address} without \
                 it, or listen on HOST:PORT"
            )));
        }
        return unix::bind(std::path::Path::new(path));
    }
    bind_tcp(address).await.map(Listener::Tcp)
}

async fn bind_tcp(address: &str) -> Result<TcpListener, Error> {
    let wrong = |why: String, e| Error::io(format!("cannot listen on {address}: {why}"), e);
    // A port alone is one of this machine's own.
    let port = address.strip_prefix(':').unwrap_or(address);
    let local = format!("127.0.0.1:{port}");
    let address = if port.parse::<u16>().is_ok() { &*local } else { address };
    let addresses: Vec<SocketAddr> = match address.to_socket_addrs() {
        Ok(addresses) => addresses.collect(),
        Err(e) if address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) => {
            return Err(wrong("nobody knows the address of this host".into(), e));
        }
        Err(e) => return Err(wrong("write it as HOST:PORT, for example 127.0.0.1:8080".into(), e)),
    };
    TcpListener::bind(&*addresses).await.map_err(|e| {
        let why = match e.kind() {
            io::ErrorKind::AddrInUse => "another program listens there; stop it, or choose another port",
            io::ErrorKind::PermissionDenied => "ports below 1024 need privileges; choose a higher one",
            io::ErrorKind::AddrNotAvailable => "this machine has no such address",
            _ => "the system refuses it",
        };
        wrong(why.into(), e)
    })
}

/// Serves connections until `end` is ready, then lets running calls end within the grace.
pub(crate) async fn serve(
    listener: Listener,
    service: HttpService,
    end: impl Future<Output = ()>,
) -> Result<(), Error> {
    let limits = service.0.server.limits.clone();
    descriptors::provide_for(limits.connections);
    let slots = Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS)));
    // Each connection holds a sender; the receiver ends when the last one is gone.
    let (alive, mut all_gone) = mpsc::channel::<()>(1);
    let mut end = pin!(end);
    loop {
        let accepted = async {
            let slot = slots.clone().acquire_owned().await.ok();
            (listener.accept().await, slot)
        };
        let next = first(
            async {
                end.as_mut().await;
                None
            },
            async { Some(accepted.await) },
        );
        let (socket, peer, slot) = match next.await {
            None => break,
            Some((Ok((socket, peer)), slot)) => (socket, peer, slot),
            Some((Err(e), _)) => {
                // Out of descriptors, or a peer that left at once: the next one may fare better.
                tracing::warn!(error = %e, "a connection could not be accepted");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                continue;
            }
        };
        let held = (slot, alive.clone(), Opened::new(peer));
        let (service, peer) = (service.clone(), peer.map(|peer| peer.ip()));
        #[cfg(feature = "tls")]
        if peer.is_some() && service.0.options.has_tls() {
            tokio::spawn(connection::secured(socket, peer, service, held));
            continue;
        }
        tokio::spawn(connection::plain(socket, peer, service, held));
    }
    drop(listener);
    service.0.ending.cancel();
    drop(alive);
    if tokio::time::timeout(limits.grace, all_gone.recv()).await.is_err() {
        tracing::warn!(grace = ?limits.grace, "calls were still running at the end and are cancelled");
    }
    service.0.over.cancel();
    Ok(())
}

#[cfg(unix)]
mod unix {
    use super::Listener;
    use crate::Error;
    use std::io;
    use std::os::unix::fs::FileTypeExt;
    use std::os::unix::net::UnixStream;
    use std::path::{Path, PathBuf};

    /// A socket's file, which goes when its listener does.
    pub(crate) struct SocketFile(PathBuf);

    impl SocketFile {
        pub(super) fn path(&self) -> &Path {
            &self.0
        }
    }

    impl Drop for SocketFile {
        fn drop(&mut self) {
            if let Err(e) = std::fs::remove_file(&self.0) {
                tracing::debug!(error = %e, "the socket's file could not be removed");
            }
        }
    }

    /// Opens a socket. One that an ended program left behind is taken over; one that somebody listens on, or a file of
    /// another kind, is left alone.
    pub(super) fn bind(path: &Path) -> Result<Listener, Error> {
        let shown = path.display();
        let wrong = |why: &str, e| Err(Error::io(format!("cannot listen on unix:{shown}: {why}"), e));
        if std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket()) {
            match UnixStream::connect(path) {
                Ok(_) => return wrong("another program listens there", io::ErrorKind::AddrInUse.into()),
                Err(e) if e.kind() == io::ErrorKind::ConnectionRefused => {
                    if let Err(e) = std::fs::remove_file(path) {
                        return wrong("an ended program left it behind, and it cannot be removed", e);
                    }
                }
                Err(e) => return wrong("it cannot be told whether somebody listens there", e),
            }
        }
        match tokio::net::UnixListener::bind(path) {
            Ok(listener) => Ok(Listener::Unix(listener, SocketFile(path.to_owned()))),
            Err(e) if e.kind() == io::ErrorKind::AddrInUse => wrong("a file is there", e),
            Err(e) if e.kind() == io::ErrorKind::NotFound => wrong("its folder does not exist", e),
            Err(e) => wrong("the system refuses it", e),
        }
    }
}
