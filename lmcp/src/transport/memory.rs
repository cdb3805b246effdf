//! Any pair of byte streams as a pipe: sockets, and memory for tests.

use super::PATIENCE;
use super::lines::Lines;
use super::outbox::Outbox;
use super::pipe::{Pipe, Writer};
use crate::Error;
use crate::auth::Principal;
use crate::first::first;
use crate::server::handle::Shared;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

/// Serves one client until its input ends, then ends what is running and writes what is left.
pub(crate) async fn serve<R, W>(
    server: Arc<Shared>,
    principal: Option<Principal>,
    mut read: R,
    mut write: W,
) -> Result<(), Error>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let drain = server.limits.drain;
    let pipe = Pipe::new(server, principal, Handle::current(), Writer::Task);
    let outbox = pipe.outbox().clone();
    let mut writer = tokio::spawn(async move {
        let mut spare = Vec::new();
        while let Some(bytes) = outbox.take(spare, || {}).await {
            if let Err(e) = write_out(&outbox, &mut write, &bytes).await {
                outbox.break_off();
                return Err(e);
            }
            spare = bytes;
        }
        write.shutdown().await
    });
    let whole = Serving { pipe, writer: writer.abort_handle() };
    let pipe = &whole.pipe;
    let outbox = pipe.outbox();
    let mut lines = Lines::new(pipe.line_bytes());
    // `None` when the other end does not read any more: nothing it asks for can be answered.
    let read = loop {
        let chunk = async {
            outbox.room().await;
            lines.buffer().reserve(16 << 10);
            Some(read.read_buf(lines.buffer()).await)
        };
        let broken = async {
            outbox.broken().await;
            None
        };
        match first(broken, chunk).await {
            None => break None,
            Some(Ok(0)) => break Some(Ok(())),
            Some(Ok(_)) => {}
            Some(Err(e)) => break Some(Err(e)),
        }
        let mut next = lines.next();
        while let Some(line) = next {
            next = lines.next();
            pipe.take(line, next.is_some());
            // One chunk may hold many requests.
            if next.is_none() || outbox.is_full() {
                pipe.start();
                outbox.room().await;
            }
        }
    };
    let Some(read) = read else {
        pipe.end(Duration::ZERO).await;
        tracing::debug!("the other end stopped reading");
        return Ok(());
    };
    if let Some(line) = lines.last() {
        pipe.take(line, false);
        pipe.start();
    }
    pipe.end(drain).await;
    // A peer that went away while being written to, or does not read, has ended the pipe like any other end.
    match outbox.finish(&mut writer, drain.max(PATIENCE)).await {
        Some(Ok(Err(e))) => tracing::debug!(error = %e, "the other end stopped reading"),
        None => tracing::warn!("the other end does not read its answers: they are dropped"),
        _ => {}
    }
    read.map_err(|e| Error::io("reading from the client failed", e))
}

async fn write_out<W: AsyncWrite + Unpin>(outbox: &Outbox, write: &mut W, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let n = write.write(bytes).await?;
        if n == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        outbox.wrote(n);
        bytes = bytes.get(n..).unwrap_or_default();
    }
    write.flush().await
}

/// Whoever drops the future that serves, half way or at the end, leaves nothing of it behind: neither calls, nor
/// tasks, nor the streams.
struct Serving {
    pipe: Pipe,
    writer: AbortHandle,
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.pipe.abandon();
        self.writer.abort();
    }
}
