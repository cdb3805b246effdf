//! `GET` before 2026-07-28: what happens outside of calls, and the rest of streams whose connection was lost.

use super::body::ResponseBody;
use super::guard::Caller;
use super::legacy::{Belongs, belongs, needs_session};
use super::replay;
use super::reply::{Reply, events, refusal, text};
use super::service::Endpoint;
use super::streams::OpenStream;
use crate::era::modern;
use crate::first::first;
use crate::server::subscribers::Change;
use crate::transport::COLLAPSE;
use crate::transport::outbox::Outbox;
use hyper::{Method as Verb, StatusCode};
use std::collections::BTreeSet;
use std::sync::Arc;

const LAST_EVENT_ID: &str = "last-event-id";

/// `GET`: a stream of changes for a session, or the rest of a stream whose connection was lost.
pub(crate) fn listen(endpoint: &Arc<Endpoint>, caller: &Caller) -> Reply {
    if !caller.takes.asks_for_events() {
        return text(StatusCode::NOT_ACCEPTABLE, "a GET opens an event stream: send `Accept: text/event-stream`");
    }
    let known = match belongs(endpoint, caller) {
        Ok(Belongs::Known(known)) => known,
        Ok(Belongs::Nowhere(_)) => return needs_session(&Verb::GET),
        Err(refusal) => return *refusal,
    };
    let limits = &endpoint.server.limits;
    let last = caller.headers.get(LAST_EVENT_ID).and_then(|id| replay::parse_id(id.to_str().ok()?));
    let (stream, reader) = match last.and_then(|(stream, event)| Some((known.streams().find(stream)?, event))) {
        Some((kept, event)) => {
            let reader = kept.outbox.come_back(event);
            if kept.is_call {
                let busy = known.busy();
                return events(ResponseBody::rest(kept.outbox, reader, limits.keep_alive, busy));
            }
            (kept, reader)
        }
        // What is not kept (any more) cannot be given again; what happens from now on can.
        None => (known.streams().begin(false, known.session.version(), limits), 0),
    };
    let outbox = &stream.outbox;
    let Some(open) = known.streams().open(&known, limits.streams_per_session, outbox) else {
        outbox.leave(reader);
        let most = limits.streams_per_session;
        return refusal(
            StatusCode::TOO_MANY_REQUESTS,
            format!("the session has {most} streams open (the server's limit `streams_per_session`)"),
        );
    };
    if reader == 0 {
        known.streams().keep(&stream, limits);
        outbox.begin();
    }
    let body = ResponseBody::rest(outbox.clone(), reader, limits.keep_alive, known.busy());
    tokio::spawn(speak(open, outbox.clone(), reader, endpoint.clone()));
    events(body)
}

/// Says on a `GET` stream what changes, as long as it is the newest of its session.
async fn speak(open: OpenStream, outbox: Arc<Outbox>, reader: u64, endpoint: Arc<Endpoint>) {
    let session = open.session().clone();
    let ended = async {
        first(endpoint.ending.cancelled(), session.ended.cancelled()).await;
        true
    };
    let left = async {
        outbox.left(reader).await;
        false
    };
    let tell = |news: BTreeSet<Change>| {
        let catalog = endpoint.server.registry.current();
        for change in news.iter().filter(|change| session.may_hear(change, &catalog)) {
            outbox.push(&modern::change(change, None));
        }
    };
    let changes = async {
        loop {
            // Each message goes to the newest stream that is open.
            open.turn(true).await;
            outbox.room().await;
            let outdated = async {
                open.turn(false).await;
                BTreeSet::new()
            };
            tell(first(outdated, session.session.subscriber.next()).await);
            tokio::time::sleep(COLLAPSE).await;
        }
    };
    // Who left may come back to it; who is told that it has ended may not.
    if first(first(ended, left), changes).await {
        if open.is_newest() {
            tell(session.session.subscriber.end());
        }
        outbox.close();
    }
}
