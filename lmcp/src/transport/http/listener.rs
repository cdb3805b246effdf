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

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};

/// Opens the address; says in words why it cannot be had.
pub(crate) async fn bind(address: &str) -> Result<TcpListener, Error> {
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
    listener: TcpListener,
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
            Some((Ok((stream, _peer)), slot)) => (stream, slot),
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
async fn connection(stream: TcpStream, service: HttpService) {
    let limits = &service.0.server.limits;
    if let Err(e) = stream.set_nodelay(true) {
        tracing::debug!(error = %e, "TCP_NODELAY cannot be set");
    }
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
