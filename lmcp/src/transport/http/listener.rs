//! The socket: accepting, serving each connection, ending well.

use super::service::HttpService;
use crate::Error;
use crate::transport::first;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::pin;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
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
    pub(crate) fn address(&self) -> io::Result<String> {
        match self {
            Listener::Tcp(listener) => Ok(format!("http://{}", listener.local_addr()?)),
            #[cfg(unix)]
            Listener::Unix(_, file) => Ok(format!("unix:{}", file.path().display())),
        }
    }

    async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        match self {
            Listener::Tcp(listener) => {
                let (stream, _peer) = listener.accept().await?;
                if let Err(e) = stream.set_nodelay(true) {
                    tracing::debug!(error = %e, "TCP_NODELAY cannot be set");
                }
                Ok(Box::new(stream))
            }
            #[cfg(unix)]
            Listener::Unix(listener, _) => Ok(Box::new(listener.accept().await?.0)),
        }
    }
}

/// One connection's bytes.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Opens the address, `HOST:PORT` or `unix:PATH`; says in words why it cannot be had.
pub(crate) async fn bind(address: &str) -> Result<Listener, Error> {
    #[cfg(unix)]
    if let Some(path) = address.strip_prefix("unix:") {
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
    let slots = Arc::new(Semaphore::new(limits.connections));
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
        let (stream, slot) = match next.await {
            None => break,
            Some((Ok(stream), slot)) => (stream, slot),
            Some((Err(e), _)) => {
                // Out of descriptors, or a peer that left at once: the next one may fare better.
                tracing::warn!(error = %e, "a connection could not be accepted");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                continue;
            }
        };
        let service = service.clone();
        let alive = alive.clone();
        tokio::spawn(async move {
            connection(stream, service).await;
            drop((slot, alive));
        });
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

/// Serves one connection until it closes, or the server ends and its current answer is out.
async fn connection(stream: impl Stream, service: HttpService) {
    let limits = &service.0.server.limits;
    let ending = service.0.ending.clone();
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        // Up to here a head that is too large gets an answer in words; beyond, the connection just closes.
        .max_buf_size(limits.head_bytes.saturating_mul(2))
        .serve_connection(TokioIo::new(stream), service.clone());
    let mut connection = pin!(connection);
    let mut ended = pin!(ending.cancelled());
    let mut told = false;
    let served = std::future::poll_fn(|cx| {
        if !told && ended.as_mut().poll(cx).is_ready() {
            told = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.as_mut().poll(cx)
    });
    let over = async {
        service.0.over.cancelled().await;
        Ok(())
    };
    if let Err(e) = first(over, served).await {
        tracing::debug!(error = %e, "a connection ended early");
    }
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
