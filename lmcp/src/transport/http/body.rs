//! Response bodies: a whole one, an event stream that reads from an outbox, or one of changes. And a request's, as it is
//! counted.

use super::changes::{Changes, Piece, event};
use super::session::Busy;
use crate::handler::cancellation::Cancellation;
use crate::transport::held::Hold;
use crate::transport::outbox::Outbox;
use bytes::{Buf, Bytes};
use hyper::body::{Body, Frame, SizeHint};
use std::convert::Infallible;
use std::io::IoSlice;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// The body of an answer: bytes, or an event stream.
///
/// ```
/// use http_body_util::BodyExt;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let service = lmcp::Server::empty().build()?.http_service()?;
/// let request = hyper::Request::get("/health").body(String::new())?;
/// let body: lmcp::ResponseBody = service.respond(request).await.into_body();
/// assert_eq!(body.collect().await?.to_bytes(), "ok\n");
/// # Ok(())
/// # }
/// ```
pub struct ResponseBody(Inner);

enum Inner {
    Whole(Parts),
    Events(Events),
    /// No outbox, and no task that fills it.
    Changes(Piece),
}

/// What is whole, in at most three pieces. Empty ones are none.
#[derive(Default)]
pub(crate) struct Parts([Bytes; 3]);

impl From<Vec<u8>> for Parts {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Parts {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<Bytes> for Parts {
    fn from(bytes: Bytes) -> Self {
        Parts([bytes, Bytes::new(), Bytes::new()])
    }
}

impl From<[Bytes; 3]> for Parts {
    fn from(parts: [Bytes; 3]) -> Self {
        Parts(parts)
    }
}

impl Parts {
    fn next(&mut self) -> Option<Bytes> {
        self.0.iter_mut().find(|part| !part.is_empty()).map(std::mem::take)
    }
    fn is_empty(&self) -> bool {
        self.0.iter().all(Bytes::is_empty)
    }
    fn size(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }
}

impl Buf for Parts {
    fn remaining(&self) -> usize {
        self.size()
    }
    fn chunk(&self) -> &[u8] {
        self.0.iter().find(|part| !part.is_empty()).map_or(&[], |part| part)
    }
    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let parts = self.0.iter().filter(|part| !part.is_empty());
        slices.iter_mut().zip(parts).map(|(slice, part)| *slice = IoSlice::new(part)).count()
    }
    fn advance(&mut self, mut count: usize) {
        for part in &mut self.0 {
            let step = count.min(part.len());
            part.advance(step);
            count -= step;
        }
    }
}

struct Events {
    outbox: Arc<Outbox>,
    reader: u64,
    keep_alive: Duration,
    next: Pin<Box<dyn Future<Output = Option<Bytes>> + Send + Sync>>,
    /// Cancelled when the reader goes away.
    guard: Option<Cancellation>,
    /// Keeps the session from leaving as long as it is read.
    _busy: Option<Busy>,
}

impl ResponseBody {
    pub(crate) fn empty() -> Self {
        ResponseBody(Inner::Whole(Parts::default()))
    }
    pub(crate) fn whole(parts: impl Into<Parts>) -> Self {
        ResponseBody(Inner::Whole(parts.into()))
    }
    /// What was whole, as one event of a stream that ends with it.
    pub(crate) fn into_event(self) -> Self {
        match self.0 {
            Inner::Whole(message) if !message.is_empty() => Self::whole(event(&message.0.concat())),
            other => ResponseBody(other),
        }
    }
    /// All of it, if it does not come bit by bit.
    pub(crate) fn take_whole(&mut self) -> Option<Parts> {
        match &mut self.0 {
            Inner::Whole(parts) if !parts.is_empty() => Some(std::mem::take(parts)),
            _ => None,
        }
    }
    /// Whether it comes bit by bit.
    pub(crate) fn is_stream(&self) -> bool {
        !matches!(self.0, Inner::Whole(_))
    }
    /// All that is put into `outbox`, until it is closed. `guard` is cancelled if the reader leaves before that.
    pub(crate) fn events(outbox: Arc<Outbox>, keep_alive: Duration, guard: Option<Cancellation>) -> Self {
        Self::read(outbox, 0, keep_alive, guard, None)
    }
    /// The same in a session, for its first reader or one who came back: the session stays as long as it is read.
    pub(crate) fn rest(outbox: Arc<Outbox>, reader: u64, keep_alive: Duration, busy: Busy) -> Self {
        Self::read(outbox, reader, keep_alive, None, Some(busy))
    }
    fn read(
        outbox: Arc<Outbox>,
        reader: u64,
        keep_alive: Duration,
        guard: Option<Cancellation>,
        busy: Option<Busy>,
    ) -> Self {
        let next = Box::pin(next(outbox.clone(), reader, keep_alive));
        ResponseBody(Inner::Events(Events { outbox, reader, keep_alive, next, guard, _busy: busy }))
    }
    /// A stream of changes, from its first piece on.
    pub(crate) fn changes(first: Piece) -> Self {
        ResponseBody(Inner::Changes(first))
    }
}

/// A request's body that is counted while it is read; it fails with [`NoRoom`] where there is no room for more.
pub(crate) struct Counted<'a, B> {
    pub(crate) body: Pin<&'a mut B>,
    pub(crate) hold: &'a mut Hold,
}

/// All messages together take as much as they may.
#[derive(Debug)]
pub(crate) struct NoRoom;

impl std::fmt::Display for NoRoom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("there is no room for the message")
    }
}

impl std::error::Error for NoRoom {}

impl<B: Body> Body for Counted<'_, B>
where
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Data = B::Data;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, Self::Error>>> {
        self.body.as_mut().poll_frame(cx).map(|frame| match frame? {
            Ok(frame) if frame.data_ref().is_some_and(|data| !self.hold.grow(data.remaining())) => {
                Some(Err(NoRoom.into()))
            }
            frame => Some(frame.map_err(Into::into)),
        })
    }
    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

async fn next(outbox: Arc<Outbox>, reader: u64, keep_alive: Duration) -> Option<Bytes> {
    match tokio::time::timeout(keep_alive, outbox.take_for(reader)).await {
        Ok(events) => events.map(Bytes::from),
        Err(_silent) => Some(Bytes::from_static(b":\n\n")),
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut self.0 {
            Inner::Whole(parts) => Poll::Ready(parts.next().map(|bytes| Ok(Frame::data(bytes)))),
            Inner::Events(events) => match events.next.as_mut().poll(cx) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(None) => {
                    events.guard = None;
                    Poll::Ready(None)
                }
                Poll::Ready(Some(bytes)) => {
                    events.next = Box::pin(next(events.outbox.clone(), events.reader, events.keep_alive));
                    Poll::Ready(Some(Ok(Frame::data(bytes))))
                }
            },
            Inner::Changes(piece) => piece.as_mut().poll(cx).map(|(bytes, rest)| {
                self.0 = rest.map(Changes::next).map_or(Inner::Whole(Parts::default()), Inner::Changes);
                Some(Ok(Frame::data(bytes)))
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.0, Inner::Whole(parts) if parts.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Whole(parts) => SizeHint::with_exact(parts.size() as u64),
            Inner::Events(_) | Inner::Changes(_) => SizeHint::default(),
        }
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.outbox.leave(self.reader);
        if let Some(guard) = self.guard.take() {
            guard.cancel();
        }
    }
}

impl std::fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Inner::Whole(_) => "ResponseBody::Whole",
            Inner::Events(_) | Inner::Changes(_) => "ResponseBody::Events",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Parts;
    use bytes::{Buf, Bytes};
    use std::io::IoSlice;

    #[test]
    fn parts_are_one_run_of_bytes_wherever_it_is_cut() {
        let whole = b"abcdefg";
        for (first, second) in (0..=7).flat_map(|first| (first..=7).map(move |second| (first, second))) {
            let part = |from: usize, to: usize| Bytes::from_static(&whole[from..to]);
            for taken in 0..=7 {
                let mut parts = Parts::from([part(0, first), part(first, second), part(second, 7)]);
                parts.advance(taken);
                assert_eq!(parts.remaining(), 7 - taken);
                let mut slices = [IoSlice::new(&[]); 4];
                let filled = parts.chunks_vectored(&mut slices);
                let run: Vec<u8> = slices[..filled].iter().flat_map(|slice| slice.iter().copied()).collect();
                assert_eq!(run, whole[taken..]);
                assert!(slices[..filled].iter().all(|slice| !slice.is_empty()));
                assert!(whole[taken..].starts_with(parts.chunk()) && (taken == 7) == parts.chunk().is_empty());
            }
        }
    }
}
