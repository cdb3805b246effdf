//! Any pair of byte streams as a pipe: sockets, and memory for tests.

use super::lines::{Line, Lines};
use super::pipe::Pipe;
use crate::Error;
use crate::server::handle::Shared;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::runtime::Handle;

/// Serves one client until its input ends, then ends what is running and writes what is left.
pub(crate) async fn serve<R, W>(server: Arc<Shared>, mut read: R, mut write: W) -> Result<(), Error>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let drain = server.limits.drain;
    let pipe = Pipe::new(server, Handle::current());
    let outbox = pipe.outbox().clone();
    let writer = tokio::spawn(async move {
        let mut spare = Vec::new();
        while let Some(bytes) = outbox.take(spare).await {
            if let Err(e) = async {
                write.write_all(&bytes).await?;
                write.flush().await
            }
            .await
            {
                outbox.break_off();
                return Err(e);
            }
            spare = bytes;
        }
        write.shutdown().await
    });
    let mut lines = Lines::new(pipe.line_bytes());
    let read = loop {
        pipe.outbox().room().await;
        lines.buffer().reserve(16 << 10);
        match read.read_buf(lines.buffer()).await {
            Ok(0) => break Ok(()),
            Ok(_) => {}
            Err(e) => break Err(e),
        }
        while let Some(line) = lines.next() {
            take(&pipe, line);
        }
    };
    if let Some(line) = lines.last() {
        take(&pipe, line);
    }
    pipe.end(drain).await;
    // A peer that went away while being written to has ended the pipe like any other end.
    if let Ok(Err(e)) = writer.await {
        tracing::debug!(error = %e, "the other end stopped reading");
    }
    read.map_err(|e| Error::io("reading from the client failed", e))
}

/// Hands one line over.
pub(crate) fn take(pipe: &Pipe, line: Line) {
    match line {
        Line::Text(line) => pipe.receive(&line),
        Line::TooLong(head) => pipe.too_long(&head),
    }
}
