//! What a `subscriptions/listen` stream says: its acknowledgement, changes as they come, its result when the server ends.
//!
//! No user code runs in it, so it needs neither a task nor an outbox: the response's body is what waits. A reader that
//! stops is not asked for more, and what changes meanwhile collapses in its [`Subscriber`].

use super::service::Endpoint;
use crate::era::modern;
use crate::jsonrpc::Id;
use crate::server::subscribers::{Change, Filter, Subscriber};
use crate::transport::COLLAPSE;
use bytes::Bytes;
use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// A stream of changes between two of its pieces. Its subscriber goes with it.
pub(crate) struct Changes {
    subscriber: Arc<Subscriber>,
    endpoint: Arc<Endpoint>,
    id: Id,
    /// How long to gather before changes are told again.
    pause: Duration,
}

/// The next piece of a stream, and what it goes on with; nothing at its end.
pub(crate) type Piece = Pin<Box<dyn Future<Output = (Bytes, Option<Changes>)> + Send + Sync>>;

/// Why a stream says something.
enum Reason {
    Changed(BTreeSet<Change>),
    Silence,
    End,
}

impl Changes {
    /// Begins a stream: its first piece is what the server agreed to.
    pub(crate) fn begin(endpoint: &Arc<Endpoint>, id: &Id, filter: Filter) -> Piece {
        let acknowledgement = event(&modern::acknowledgement(id, &filter));
        let subscriber = Subscriber::new(filter);
        endpoint.server.subscribers.add(&subscriber);
        let stream = Changes { subscriber, endpoint: endpoint.clone(), id: id.clone(), pause: Duration::ZERO };
        Box::pin(std::future::ready((acknowledgement, Some(stream))))
    }

    /// The piece that comes next.
    pub(crate) fn next(self) -> Piece {
        Box::pin(self.wait())
    }

    async fn wait(mut self) -> (Bytes, Option<Self>) {
        match self.reason().await {
            Reason::Changed(changes) => {
                self.pause = COLLAPSE;
                (self.told(&changes).into(), Some(self))
            }
            Reason::Silence => {
                self.pause = Duration::ZERO;
                (Bytes::from_static(b":\n\n"), Some(self))
            }
            Reason::End => {
                let mut told = self.told(&self.subscriber.end());
                told.extend(event(&modern::end_of_stream(&self.id, &self.endpoint.server)));
                (told.into(), None)
            }
        }
    }

    fn told(&self, changes: &BTreeSet<Change>) -> Vec<u8> {
        changes.iter().flat_map(|change| event(&modern::change(change, Some(&self.id)))).collect()
    }

    // Each of the three is pinned where it is made: one that is handed on takes its place twice, in every open stream.
    async fn reason(&self) -> Reason {
        let mut ended = pin!(self.endpoint.ending.cancelled());
        let mut changed = pin!(self.changed());
        let mut silent = pin!(tokio::time::sleep(self.endpoint.server.limits.keep_alive));
        poll_fn(|cx| {
            if ended.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Reason::End);
            }
            match changed.as_mut().poll(cx) {
                Poll::Ready(changes) => Poll::Ready(Reason::Changed(changes)),
                Poll::Pending => silent.as_mut().poll(cx).map(|()| Reason::Silence),
            }
        })
        .await
    }

    async fn changed(&self) -> BTreeSet<Change> {
        if !self.pause.is_zero() {
            tokio::time::sleep(self.pause).await;
        }
        self.subscriber.next().await
    }
}

/// A message as an event.
pub(crate) fn event(message: &[u8]) -> Bytes {
    [b"data: ", message, b"\n\n"].concat().into()
}
