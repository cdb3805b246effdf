//! How long an HTTP/1 connection may keep the server waiting for a request: for its head once that has begun, and between
//! two requests.
//!
//! hyper has one time for both, and a timer of its own for each request. Here a connection has one timer, which is touched
//! when it waits. While a request is answered, nothing is counted: a body has a limit of its own, and an answer takes as
//! long as it takes.

use super::ResponseBody;
use hyper::body::{Body, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Instant, Sleep};

/// How many requests a connection has had, twice; odd while one is being answered.
#[derive(Clone, Default)]
pub(crate) struct Turn(Arc<AtomicU32>);

impl Turn {
    /// A request's head has come.
    pub(crate) fn begin(&self) -> Answering {
        self.0.fetch_or(1, Ordering::Relaxed);
        Answering(self.clone())
    }

    fn now(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A request is being answered as long as this lives.
pub(crate) struct Answering(Turn);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// What a connection may take.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) head: Duration,
    pub(crate) idle: Duration,
}

/// A connection's bytes, with an error where the client takes too long.
pub(crate) struct Paced<S> {
    stream: S,
    pace: Pace,
    turn: Turn,
    /// The turn in which bytes came last: from then on it is a head that is waited for. At first it is one anyway.
    begun: Option<u32>,
    /// What the timer runs for: the turn, and whether its head has begun.
    timed: Option<(u32, bool)>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl<S> Paced<S> {
    pub(crate) fn new(stream: S, pace: Pace, turn: Turn) -> Self {
        Paced { stream, pace, begun: Some(turn.now()), turn, timed: None, timer: None }
    }

    /// Whether the client took too long; if not, the task is woken when it will have.
    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        let turn = self.turn.now();
        if turn % 2 == 1 {
            return false;
        }
        let begun = self.begun == Some(turn);
        if self.timed != Some((turn, begun)) {
            self.timed = Some((turn, begun));
            let deadline = Instant::now() + if begun { self.pace.head } else { self.pace.idle };
            match &mut self.timer {
                Some(timer) => timer.as_mut().reset(deadline),
                None => self.timer = Some(Box::pin(tokio::time::sleep_until(deadline))),
            }
        }
        self.timer.as_mut().is_some_and(|timer| timer.as_mut().poll(cx).is_ready())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let it = &mut *self;
        match Pin::new(&mut it.stream).poll_read(cx, buffer) {
            Poll::Pending if it.is_late(cx) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
            ready => {
                it.begun = Some(it.turn.now());
                ready
            }
        }
    }
}

super::writes_through!(Paced);

/// A response's body, until whose end the request is being answered.
pub(crate) struct Answered {
    pub(crate) body: ResponseBody,
    pub(crate) _answering: Answering,
}

impl Body for Answered {
    type Data = <ResponseBody as Body>::Data;
    type Error = <ResponseBody as Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }
    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
