//! Standard input and output: one client, the one that started the process.
//!
//! A thread reads, which another one relieves when it is stuck, and a thread writes, all in big pieces; async standard
//! streams would go through a pool of threads and flush for each message.

mod reader;

use super::pipe::{Pipe, Writer};
use super::stdout::{self, Stdout};
use super::{PATIENCE, signal};
use crate::Error;
use crate::server::handle::Shared;
use std::io::{self, Write};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// How much is read at a time.
const CHUNK: usize = 64 << 10;

/// How long a signal behind the end of the input lets whoever writes go on.
const MOMENT: Duration = Duration::from_millis(50);

/// Serves the client until its input ends or a signal comes.
pub(crate) async fn serve(server: Arc<Shared>) -> Result<(), Error> {
    let stdout = stdout::take(true).map_err(|e| Error::io("standard output cannot be taken", e))?;
    let grace = server.limits.drain;
    let runtime = Handle::current();
    let pipe = Pipe::new(server, None, runtime.clone(), Writer::Thread);
    if let Some(write) = stdout.at_once() {
        pipe.outbox().write_at_once(write);
    }

    let mut signal = pin!(signal::received());
    let (reading, mut read) = oneshot::channel();
    reader::start(&pipe, &runtime, reading)?;
    let (writing, mut written) = oneshot::channel();
    let writer = pipe.clone();
    let write = move || _ = writing.send(write_all(&writer, &runtime, stdout));
    spawn("lmcp-write", Box::new(write))?;

    // What ends it: the input, a client that stopped reading, a signal.
    enum End {
        Input(io::Result<()>),
        Output(Option<(Stdout, io::Result<()>)>),
        Signal,
    }
    let end = std::future::poll_fn(|cx| {
        if let Poll::Ready(end) = pin!(&mut read).poll(cx) {
            return Poll::Ready(End::Input(end.unwrap_or(Ok(()))));
        }
        if let Poll::Ready(end) = pin!(&mut written).poll(cx) {
            return Poll::Ready(End::Output(end.ok()));
        }
        signal.as_mut().poll(cx).map(|()| End::Signal)
    })
    .await;
    let signalled = matches!(end, End::Signal);
    let result = match end {
        End::Output(end) => {
            pipe.end(Duration::ZERO).await;
            if let Some((stdout, Err(e))) = end {
                stdout.give_back();
                tracing::debug!(error = %e, "the client stopped reading");
            }
            return Ok(());
        }
        End::Input(result) => {
            tracing::debug!(?grace, "the input has ended");
            // A signal after the end of the input ends it at once.
            let mut ending = pin!(pipe.end(grace));
            let at_once = std::future::poll_fn(|cx| match ending.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(false),
                Poll::Pending => signal.as_mut().poll(cx).map(|()| true),
            });
            if at_once.await {
                pipe.end(Duration::ZERO).await;
                let _nobody_reads = tokio::time::timeout(MOMENT, &mut written).await;
                return Ok(());
            }
            result
        }
        End::Signal => {
            pipe.end(grace).await;
            Ok(())
        }
    };
    // What is left is written as long as the client reads on; a signal ends that at once. The thread that writes may
    // hang in a pipe that nobody reads: it ends with the process.
    let mut left = pin!(pipe.outbox().finish(&mut written, grace.max(PATIENCE)));
    let left = std::future::poll_fn(|cx| match left.as_mut().poll(cx) {
        Poll::Pending if !signalled => signal.as_mut().poll(cx).map(|()| None),
        left => left,
    });
    if let Some(Ok((stdout, written))) = left.await {
        stdout.give_back();
        if let Err(e) = written {
            tracing::debug!(error = %e, "the client stopped reading");
        }
    }
    result.map_err(|e| Error::io("standard input cannot be read", e))
}

/// Starts a thread; what it runs is boxed, so that this is compiled once.
fn spawn(name: &str, run: Box<dyn FnOnce() + Send>) -> Result<(), Error> {
    let thread = std::thread::Builder::new().name(name.into()).spawn(run);
    thread.map(drop).map_err(|e| Error::io("a thread cannot be started", e))
}

/// Writes what there is until there will be no more, or nobody reads it.
fn write_all(pipe: &Pipe, runtime: &Handle, mut stdout: Stdout) -> (Stdout, io::Result<()>) {
    let outbox = pipe.outbox();
    // Where more answers are about to come, it lets them: on one core it would else be woken for each.
    let linger = || {
        if pipe.is_busy() {
            std::thread::yield_now();
        }
    };
    let mut spare = Vec::new();
    while let Some(bytes) = runtime.block_on(outbox.take(spare, linger)) {
        // In pieces, so that it shows whether the client reads on.
        let mut pieces = bytes.chunks(CHUNK);
        let all = pieces.try_for_each(|piece| stdout.write_all(piece).map(|()| outbox.wrote(piece.len())));
        if let Err(e) = all.and_then(|()| stdout.flush()) {
            outbox.break_off();
            return (stdout, Err(e));
        }
        spare = bytes;
    }
    (stdout, Ok(()))
}
