//! How long an HTTP/1 connection may keep the server waiting for a request: for its head once that has begun, and between
//! two requests.
//!
//! hyper has one time for both, and a timer of its own for each request. Here a connection has one timer, which is touched
//! when it waits. While a request is answered, nothing is counted: a body has a limit of its own, and an answer takes as
//! long as it takes.
//!
//! A client that has said everything may close its half of the connection and wait for the answer, and looks just like one
//! that is gone. It gets an answer that is there soon; then its call is given up, and so is an event stream at once.

use super::ResponseBody;
use super::body::Parts;
use hyper::body::{Body, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Instant, Sleep};

/// How many requests a connection has had, times four; odd while one is being answered.
#[derive(Clone, Default)]
pub(crate) struct Turn(Arc<AtomicU32>);

/// A request is being answered.
const ANSWERING: u32 = 1;
/// All of it has come, and its answer has not become a stream: its client may wait behind the end of what it says.
const AWAITED: u32 = 2;

impl Turn {
    /// A request's head has come.
    pub(crate) fn begin(&self) -> Answering {
        self.0.fetch_or(ANSWERING, Ordering::Relaxed);
        Answering(self.clone())
    }

    /// All of the request has come.
    fn whole(&self) {
        self.0.fetch_or(AWAITED, Ordering::Relaxed);
    }

    fn now(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A request is being answered as long as this lives.
pub(crate) struct Answering(Turn);

impl Answering {
    /// The answer is an event stream.
    pub(crate) fn streams(&self) {
        self.0.0.fetch_and(!AWAITED, Ordering::Relaxed);
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.0.fetch_or(ANSWERING | AWAITED, Ordering::Relaxed);
        self.0.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// What a connection may take.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) head: Duration,
    pub(crate) idle: Duration,
}

/// How long after a client's last byte an answer may come that it may still be waiting for.
const SAID_ALL: Duration = Duration::from_millis(500);

/// What a connection's timer runs for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waits {
    /// A request may begin.
    Idle,
    /// The rest of a head.
    Head,
    /// An answer, behind the end of what the client says.
    Answer,
}

/// A connection's bytes, with an error where the client takes too long.
pub(crate) struct Paced<S> {
    stream: S,
    pace: Pace,
    turn: Turn,
    /// The turn in which bytes came last: from then on it is a head that is waited for. At first it is one anyway.
    begun: Option<u32>,
    /// What the timer runs for, and in which turn.
    timed: Option<(u32, Waits)>,
    timer: Option<Pin<Box<Sleep>>>,
    /// The client has said everything, or is gone.
    has_ended: bool,
}

impl<S> Paced<S> {
    pub(crate) fn new(stream: S, pace: Pace, turn: Turn) -> Self {
        Paced { stream, pace, begun: Some(turn.now()), turn, timed: None, timer: None, has_ended: false }
    }

    /// Whether the client took too long; if not, the task is woken when it will have.
    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        let turn = self.turn.now();
        if turn & ANSWERING != 0 {
            return false;
        }
        let waits = if self.begun == Some(turn) { Waits::Head } else { Waits::Idle };
        self.is_over(turn, waits, cx)
    }

    /// Whether the time for this is over.
    fn is_over(&mut self, turn: u32, waits: Waits, cx: &mut Context<'_>) -> bool {
        if self.timed != Some((turn, waits)) {
            self.timed = Some((turn, waits));
            let time = match waits {
                Waits::Idle => self.pace.idle,
                Waits::Head => self.pace.head,
                Waits::Answer => SAID_ALL,
            };
            let deadline = Instant::now() + time;
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
        let before = buffer.filled().len();
        let room = buffer.remaining() > 0;
        match Pin::new(&mut it.stream).poll_read(cx, buffer) {
            Poll::Ready(Ok(())) if room && buffer.filled().len() == before => {
                let turn = it.turn.now();
                // What came with the end is to be looked at first.
                if turn & ANSWERING != 0 && !std::mem::replace(&mut it.has_ended, true) {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                if turn & AWAITED != 0 && !it.is_over(turn, Waits::Answer, cx) {
                    return Poll::Pending;
                }
                Poll::Ready(Ok(()))
            }
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

/// A request's body, whose end is the request's.
pub(crate) struct Arriving<B> {
    body: B,
    turn: Turn,
}

impl<B: Body> Arriving<B> {
    pub(crate) fn new(body: B, turn: Turn) -> Self {
        if body.is_end_stream() {
            turn.whole();
        }
        Arriving { body, turn }
    }
}

impl<B: Body + Unpin> Body for Arriving<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.turn.whole();
        }
        frame
    }
    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A response's body, until whose end the request is being answered.
pub(crate) struct Answered {
    pub(crate) body: ResponseBody,
    pub(crate) _answering: Answering,
}

impl Body for Answered {
    /// In one frame, so that hyper writes a whole body at once, and not what is beyond its buffer in a second call.
    type Data = Parts;
    type Error = <ResponseBody as Body>::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Parts>, Self::Error>>> {
        if let Some(parts) = self.body.take_whole() {
            return Poll::Ready(Some(Ok(Frame::data(parts))));
        }
        Pin::new(&mut self.body).poll_frame(cx).map_ok(|frame| frame.map_data(Parts::from))
    }
    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
