//! From a running call to a response: JSON with a length, or an event stream from the first notification on.

use super::body::ResponseBody;
use super::reply::{Reply, events, json};
use crate::first::first;
use crate::handler::Context;
use crate::handler::cancellation::Cancellation;
use crate::handler::entry::BoxFuture;
use crate::jsonrpc::encode::{self, NoId};
use crate::jsonrpc::{ErrorObject, Id, code};
use crate::outcome::{Answer, Outcome};
use crate::protocol::ProtocolVersion;
use crate::server::handle::Shared;
use crate::transport::outbox::Outbox;
use bytes::Bytes;
use hyper::StatusCode;
use std::sync::Arc;

/// Writes an answer as a message.
pub(crate) fn message(id: &Id, answer: &Answer, version: ProtocolVersion, server: &Shared) -> Vec<u8> {
    match answer {
        Ok(outcome) => encode::response(id, outcome.size(), |out| _ = outcome.write(out, version, server)),
        Err(error) => encode::error(Some(id), NoId::Omitted, error),
    }
}

/// The status of an error that comes from a method.
pub(crate) fn status_of(error: &ErrorObject, version: ProtocolVersion) -> StatusCode {
    match error.code {
        code::METHOD_NOT_FOUND if version.is_modern() => StatusCode::NOT_FOUND,
        code::HEADER_MISMATCH | code::UNSUPPORTED_PROTOCOL_VERSION | code::MISSING_CAPABILITY => {
            StatusCode::BAD_REQUEST
        }
        _ => StatusCode::OK,
    }
}

/// A whole answer as JSON.
pub(crate) fn whole(id: &Id, mut answer: Answer, version: ProtocolVersion, server: &Shared) -> Reply {
    if let Ok(outcome) = &mut answer
        && let Some(long) = outcome.take_long(version, server)
    {
        return around(id, outcome, long, version, server);
    }
    let status = answer.as_ref().err().map_or(StatusCode::OK, |error| status_of(error, version));
    json(status, message(id, &answer, version, server))
}

/// An answer of which something long was taken out and is sent from where it is.
fn around(id: &Id, outcome: &Outcome, long: Bytes, version: ProtocolVersion, server: &Shared) -> Reply {
    let mut end = None;
    let message = encode::response(id, 0, |out| end = outcome.write(out, version, server));
    let mut message = Bytes::from(message);
    // There is one: where it was, something empty is written.
    let before = message.split_to(end.unwrap_or_default());
    json(StatusCode::OK, [before, long, message])
}

/// The answer of a call that is done already: JSON, unless it said something before.
pub(crate) fn at_once(
    id: &Id,
    answer: Answer,
    context: &Context,
    outbox: Option<Arc<Outbox>>,
    server: &Shared,
) -> Reply {
    context.mark_answered();
    let version = context.protocol_version();
    match outbox.filter(|outbox| !outbox.is_empty()) {
        None => whole(id, answer, version, server),
        Some(outbox) => {
            outbox.push(&message(id, &answer, version, server));
            outbox.close();
            events(ResponseBody::events(outbox, server.limits.keep_alive, None))
        }
    }
}

/// A call that runs: what it needs to be answered.
pub(crate) struct Running {
    pub(crate) id: Id,
    pub(crate) context: Context,
    pub(crate) answer: BoxFuture<'static, Answer>,
    pub(crate) server: Arc<Shared>,
    /// What the call says before it is done; nothing if the client cannot take it.
    pub(crate) outbox: Option<Arc<Outbox>>,
}

impl Running {
    /// Runs the call inside the connection's own task. If it says something before it is done, it goes on in a task of
    /// its own, and the response becomes an event stream. Losing the connection cancels it either way.
    pub(crate) async fn in_place(mut self) -> Reply {
        let guard = CancelOnDrop(Some(self.context.cancellation().clone()));
        let version = self.context.protocol_version();
        let Some(outbox) = self.outbox.take() else {
            let answer = self.answer.await;
            self.context.mark_answered();
            guard.disarm();
            return whole(&self.id, answer, version, &self.server);
        };
        let keep_alive = self.server.limits.keep_alive;
        let speaks = async {
            // A call that is silent for long becomes a stream too, for the comments that keep its connection alive.
            let _late = tokio::time::timeout(keep_alive, outbox.filled()).await;
            None
        };
        let done = first(async { Some(self.answer.as_mut().await) }, speaks).await;
        match done {
            Some(answer) if outbox.is_empty() => {
                self.context.mark_answered();
                guard.disarm();
                whole(&self.id, answer, version, &self.server)
            }
            done => {
                let cancellation = guard.disarm();
                let body = ResponseBody::events(outbox.clone(), keep_alive, cancellation);
                match done {
                    Some(answer) => self.finish(&outbox, &answer),
                    None => drop(tokio::spawn(self.run_on(outbox))),
                }
                events(body)
            }
        }
    }

    /// Runs the rest of a call whose answer goes into its event stream.
    async fn run_on(mut self, outbox: Arc<Outbox>) {
        let cancellation = self.context.cancellation().clone();
        let cancelled = async {
            cancellation.cancelled().await;
            None
        };
        let answer = first(cancelled, async { Some(self.answer.as_mut().await) }).await;
        match answer {
            Some(answer) => self.finish(&outbox, &answer),
            None => outbox.close(),
        }
    }

    fn finish(&self, outbox: &Outbox, answer: &Answer) {
        self.context.mark_answered();
        outbox.push(&message(&self.id, answer, self.context.protocol_version(), &self.server));
        outbox.close();
    }
}

/// Cancels when dropped, unless disarmed.
struct CancelOnDrop(Option<Cancellation>);

impl CancelOnDrop {
    fn disarm(mut self) -> Option<Cancellation> {
        self.0.take()
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some(cancellation) = self.0.take() {
            cancellation.cancel();
        }
    }
}
