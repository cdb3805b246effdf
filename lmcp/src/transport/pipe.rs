//! One pipe: a stream of lines in, a stream of lines out, both eras on it at once.
//!
//! [`Pipe::take`] takes one line and returns at once. What must take effect in the order read does so before it
//! returns: `initialize`, `initialized`, `setLevel`, `cancelled`, and that a request is known as running. User code runs
//! in other tasks, plain functions in turns and anything else in one of its own, so answers may overtake each other; but
//! for short functions, where somebody watches whether they are.

mod flights;
#[cfg(feature = "stdio")]
mod short;
mod workers;

use super::batch::{Batch, Sink};
use super::lines::Line;
use super::outbox::{Framing, Outbox};
use super::queue::Queue;
#[cfg(feature = "stdio")]
use super::watch::Watch;
use super::{COLLAPSE, PATIENCE};
use crate::admission::admit;
use crate::ask::requests::Outlet;
use crate::auth::Principal;
use crate::auth::access::{Access, Place};
use crate::dispatch::{Call, Dispatched, dispatch};
use crate::era::legacy::Session;
use crate::era::{self, Era, Request, Surroundings, legacy, modern};
use crate::first::first;
use crate::handler::Context;
use crate::handler::cancellation::Cancellation;
use crate::hash::QuickMap;
use crate::jsonrpc::decode::{Malformed, decode_one, salvage_id};
use crate::jsonrpc::encode;
use crate::jsonrpc::{ErrorObject, Id, Incoming, Message, decode};
use crate::protocol::ProtocolVersion;
use crate::protocol::method::Method;
use crate::protocol::params::Given;
use crate::registry::Catalog;
use crate::server::handle::Shared;
use crate::server::subscribers::{Filter, Subscriber};
use crate::traced::{self, Asked};
use bytes::Bytes;
use flights::{By, Flight};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use workers::Waiting;

/// One client at the other end of a pipe.
#[derive(Clone)]
pub(crate) struct Pipe(Arc<Inner>);

struct Inner {
    server: Arc<Shared>,
    outbox: Arc<Outbox>,
    session: Session,
    /// Who the client is, as far as whoever made the pipe knows.
    access: Access,
    /// At most as many as the limit `calls_in_flight` says.
    flights: Mutex<QuickMap<Id, Flight>>,
    /// Calls are waited for, each of which says when it is over.
    is_ending: AtomicBool,
    landed: Notify,
    queue: Queue<Waiting>,
    writer: Writer,
    runtime: Handle,
    /// More lines have been read already.
    reads_on: AtomicBool,
    /// Whoever reads has given answers, and told nobody yet.
    owes: AtomicBool,
    #[cfg(feature = "stdio")]
    watch: Watch,
    /// Raised when the pipe ends, for the tasks that only deliver changes, and for requests that come too late.
    ended: Cancellation,
}

/// What writes to the pipe what its outbox holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writer {
    #[cfg(feature = "stdio")]
    Thread,
    /// A task of the runtime that the functions run in.
    Task,
}

impl Pipe {
    /// A pipe whose tasks run on `runtime`.
    pub(crate) fn new(server: Arc<Shared>, principal: Option<Principal>, runtime: Handle, writer: Writer) -> Self {
        server.begins();
        let outbox = Arc::new(Outbox::new(server.limits.queued_bytes, Framing::Line));
        let session = Session::new();
        server.subscribers.add(&session.subscriber);
        static PIPES: AtomicU64 = AtomicU64::new(0);
        let place = Place::Pipe(PIPES.fetch_add(1, Ordering::Relaxed));
        Pipe(Arc::new(Inner {
            server,
            outbox,
            session,
            access: Access { principal, place },
            flights: Mutex::default(),
            is_ending: AtomicBool::new(false),
            landed: Notify::new(),
            queue: Queue::new(runtime.metrics().num_workers()),
            writer,
            runtime,
            reads_on: AtomicBool::new(false),
            owes: AtomicBool::new(false),
            #[cfg(feature = "stdio")]
            watch: Watch::default(),
            ended: Cancellation::default(),
        }))
    }

    pub(crate) fn outbox(&self) -> &Arc<Outbox> {
        &self.0.outbox
    }

    /// Who reads, if short functions may be run by whoever does.
    #[cfg(feature = "stdio")]
    pub(crate) fn watch(&self) -> &Watch {
        &self.0.watch
    }

    /// The longest line that is read.
    pub(crate) fn line_bytes(&self) -> usize {
        self.0.server.limits.line_bytes
    }

    /// Takes one line, behind which `more` have been read already. Whoever does not go on with those at once has to
    /// [`start`](Self::start) what was asked for, unless somebody else reads by then.
    pub(crate) fn take(&self, line: Line, more: bool) {
        self.0.reads_on.store(more, Ordering::Relaxed);
        match line {
            Line::Text(line) => self.receive(&line),
            Line::TooLong(head) => self.too_long(&head),
        }
    }

    fn receive(&self, line: &Bytes) {
        // What is no request is done with at once, and takes effect however much is kept of others.
        let kept = self.0.server.held.keep(line);
        let mut params = Given::default();
        match decode(line, self.0.server.limits.nesting, &mut params) {
            Incoming::One(message) => self.message(message, &params, kept.as_ref(), Sink::Pipe, false),
            Incoming::Batch(elements)
                if self.0.session.has_batches() && elements.len() > self.0.server.limits.batch_messages =>
            {
                let limit = self.0.server.limits.batch_messages;
                let why = format!("a batch of more than {limit} messages (the server's limit `batch_messages`)");
                self.reject(Sink::Pipe, None, &ErrorObject::invalid_request(why));
            }
            Incoming::Batch(elements) if self.0.session.has_batches() && !elements.is_empty() => {
                let batch = Batch::new(self.0.outbox.clone());
                for element in elements {
                    let mut params = Given::default();
                    let message = decode_one(element.get(), self.0.server.limits.nesting, &mut params);
                    self.message(message, &params, kept.as_ref(), Sink::Batch(batch.clone()), true);
                }
            }
            Incoming::Batch(elements) => {
                let why = if elements.is_empty() && self.0.session.has_batches() {
                    "an empty batch"
                } else {
                    "an array of messages: only 2025-03-26 has batches; send one message per line"
                };
                self.reject(Sink::Pipe, None, &ErrorObject::invalid_request(why));
            }
        }
    }

    /// Answers a line that was too long to be read.
    fn too_long(&self, head: &[u8]) {
        let limit = self.0.server.limits.line_bytes;
        let error = ErrorObject::invalid_request(format!(
            "the message is longer than {limit} bytes (the server's limit `line_bytes`) and was skipped"
        ));
        self.reject(Sink::Pipe, salvage_id(head).as_ref(), &error);
    }

    /// Answers what is no request that could be named.
    fn reject(&self, sink: Sink, id: Option<&Id>, error: &ErrorObject) {
        traced::refused(&error.message, self.0.access.principal.as_ref(), id);
        self.answer(sink, id, error);
    }

    /// Answers a request that comes to nothing.
    fn reject_request(&self, sink: Sink, id: &Id, method: &str, error: &ErrorObject) {
        let caller = self.0.access.principal.as_ref();
        Asked { method, item: None, caller, id: Some(id) }.rejected(error);
        self.answer(sink, Some(id), error);
    }

    fn answer(&self, sink: Sink, id: Option<&Id>, error: &ErrorObject) {
        if sink.send(encode::error(id, self.0.session.no_id(), error), &self.0.outbox) {
            self.0.owes.store(true, Ordering::Relaxed);
        }
    }

    /// One message, and its line if there is room to keep that.
    fn message(
        &self,
        message: Result<Message<'_>, Malformed>,
        params: &Given<'_>,
        line: Option<&Bytes>,
        sink: Sink,
        in_batch: bool,
    ) {
        match message {
            Ok(Message::Request { id, method }) => {
                let Some(line) = line else {
                    let error = ErrorObject::too_many_bytes(self.0.server.limits.bytes_in_flight);
                    return self.reject_request(sink, &id, &method, &error);
                };
                let request = params.read().map(|(params, meta)| Request {
                    id: &id,
                    method: &method,
                    params,
                    meta,
                    message: line,
                });
                match request {
                    Ok(request) => self.request(request, sink, in_batch),
                    // What the method needs comes before what its parameters look like.
                    Err(error) if Method::parse(&method).is_some() => self.reject_request(sink, &id, &method, &error),
                    Err(_) => self.reject_request(sink, &id, &method, &era::unknown_method(&method, Era::Legacy)),
                }
            }
            Ok(Message::Notification { method }) => self.notification(&method, params),
            Ok(Message::Response { id, outcome }) => {
                if !self.0.session.take_answer(id.as_ref(), outcome) {
                    tracing::debug!(?id, "an answer to nothing was ignored");
                }
            }
            Err(Malformed { id, error }) => self.reject(sink, id.as_ref(), &error),
        }
    }

    fn notification(&self, method: &str, params: &Given<'_>) {
        match method {
            "notifications/initialized" => {
                if self.0.session.initialized() {
                    self.deliver(self.0.session.subscriber.clone(), None, self.0.ended.clone());
                }
            }
            "notifications/cancelled" => {
                let id = params.params().ok().and_then(|params| Id::read(params.request_id?));
                match id.and_then(|id| self.0.take_flight(&id)) {
                    Some(flight) => flight.cancellation.cancel(),
                    None => tracing::debug!("nothing to cancel"),
                }
            }
            "notifications/roots/list_changed" => self.0.session.roots_changed(),
            _ => tracing::debug!(method, "a notification was ignored"),
        }
    }

    fn request(&self, request: Request<'_>, sink: Sink, in_batch: bool) {
        let id = request.id;
        let known = match era::tell(request.method, request.meta) {
            Era::Modern if in_batch => {
                Err(ErrorObject::invalid_request("a request of 2026-07-28 cannot be in a batch"))
            }
            Era::Modern => modern::check(request.method, request.meta),
            Era::Legacy => legacy::method(request.method).map(|method| (method, self.0.session.version())),
        };
        let (method, version) = match known {
            Ok((Method::Initialize, _)) if in_batch => {
                let error = ErrorObject::invalid_request("`initialize` cannot be in a batch");
                return self.reject_request(sink, id, request.method, &error);
            }
            Ok(known) => known,
            Err(error) => return self.reject_request(sink, id, request.method, &error),
        };
        let cancellation = Cancellation::default();
        let listens = (method == Method::Listen).then(|| Subscriber::new(Filter::default()));
        if let Err(error) = self.0.take_off(id, &cancellation, listens.as_ref(), &sink) {
            return self.reject_request(sink, id, request.method, &error);
        }
        drop(sink);
        let access = &self.0.access;
        let catalog = match admit(method, request.params, access, &self.0.server) {
            Ok(catalog) => catalog,
            Err(refusal) => {
                refusal.log(access, id);
                return self.land(id, &cancellation, &refusal.answer(), version, By::Reader);
            }
        };
        if let Some(subscriber) = listens {
            return self.listen(&request, &catalog, subscriber, cancellation);
        }
        let asked = request.asked(access.principal.as_ref());
        if !version.is_modern()
            && let Some(answer) = self.0.session.answer(method, request.params, &catalog, access, &self.0.server, asked)
        {
            return self.land(id, &cancellation, &answer, self.0.session.version(), By::Reader);
        }
        let surroundings = Surroundings {
            server: self.0.server.clone(),
            outbox: Some(self.0.outbox.clone()),
            cancellation: cancellation.clone(),
            principal: access.principal.clone(),
            #[cfg(feature = "http")]
            headers: None,
        };
        let context = if version.is_modern() {
            modern::context(version, &request, surroundings)
        } else {
            self.0.session.context(&request, surroundings, Outlet::Call(self.0.outbox.clone()))
        };
        let context = match context {
            Ok(context) => context,
            Err(error) => {
                asked.rejected(&error);
                return self.land(id, &cancellation, &Err(error), version, By::Reader);
            }
        };
        let call = Call {
            method,
            params: request.params,
            message: request.message,
            context: context.clone(),
            access,
            catalog,
            server: &self.0.server,
        };
        match dispatch(call) {
            Dispatched::Now(answer) => self.land(id, &cancellation, &answer, version, By::Reader),
            // What is left of a batch would be run by somebody who reads no more.
            #[cfg(feature = "stdio")]
            Dispatched::Plain(prepared) if !in_batch && self.may_run(&prepared) => {
                self.run_short(id, prepared, &context);
            }
            Dispatched::Plain(prepared) => self.leave(Waiting { id: id.clone(), prepared: prepared.kept(), context }),
            Dispatched::Later(answer) => {
                let (pipe, id) = (self.clone(), id.clone());
                self.0.runtime.spawn(async move {
                    if let Some(answer) = unless_cancelled(&context, answer).await {
                        context.mark_answered();
                        pipe.land(&id, &cancellation, &answer, version, By::Another);
                    }
                });
            }
        }
    }

    /// `subscriptions/listen`: the acknowledgement first, then changes until somebody ends it.
    fn listen(
        &self,
        request: &Request<'_>,
        catalog: &Catalog,
        subscriber: Arc<Subscriber>,
        cancellation: Cancellation,
    ) {
        let access = &self.0.access;
        let asked = request.asked(access.principal.as_ref());
        let filter = asked.at_once(|| modern::filter(request.params, access, catalog, &self.0.server));
        let filter = match filter {
            Ok(filter) => filter,
            Err(error) => {
                return self.land(request.id, &cancellation, &Err(error), ProtocolVersion::LATEST, By::Reader);
            }
        };
        let acknowledgement = modern::acknowledgement(request.id, &filter);
        subscriber.adjust(|wanted| *wanted = filter);
        // It listens before it says so: what changes in between waits for `deliver`, behind the acknowledgement.
        self.0.server.subscribers.add(&subscriber);
        {
            let flights = self.0.lock();
            // The pipe may be ending meanwhile, and with it the stream.
            if !flights.get(request.id).is_some_and(|flight| flight.cancellation.is(&cancellation)) {
                return;
            }
            let is_first = self.0.outbox.put(&acknowledgement);
            drop(flights);
            if is_first {
                self.0.outbox.announce();
            }
        }
        self.deliver(subscriber, Some(request.id.clone()), cancellation);
    }

    /// Writes a subscriber's changes out as they come, until `end`.
    fn deliver(&self, subscriber: Arc<Subscriber>, id: Option<Id>, end: Cancellation) {
        let outbox = self.0.outbox.clone();
        self.0.runtime.spawn(async move {
            let changes = async {
                loop {
                    // Whatever else changes until there is room and the moment has passed collapses.
                    outbox.room().await;
                    let mut is_first = false;
                    subscriber.tell_next(|change| is_first |= outbox.put(&modern::change(change, id.as_ref()))).await;
                    if is_first {
                        outbox.announce();
                    }
                    tokio::time::sleep(COLLAPSE).await;
                }
            };
            first(end.cancelled(), changes).await
        });
    }

    /// Writes nothing more of what a subscriber wants to hear, but for what it was not told yet if it `is_read`.
    fn end_telling(&self, subscriber: &Subscriber, id: Option<&Id>, is_read: bool) {
        for change in subscriber.end().iter().filter(|_| is_read) {
            self.0.outbox.push(&modern::change(change, id));
        }
    }

    /// Nobody serves this pipe any more: cancels what runs and drops what waits.
    pub(crate) fn abandon(&self) {
        {
            let mut flights = self.0.lock();
            self.0.ended.cancel();
            flights.drain().for_each(|(_, flight)| flight.cancellation.cancel());
        }
        self.0.outbox.break_off();
    }

    /// Ends the pipe: running calls within `grace`, then listen streams, which are told what those have changed; then
    /// nothing more is written.
    pub(crate) async fn end(&self, grace: Duration) {
        self.0.is_ending.store(true, Ordering::SeqCst);
        let drained = async {
            loop {
                let landed = self.0.landed.notified();
                let mut landed = pin!(landed);
                landed.as_mut().enable();
                if self.0.lock().values().all(|flight| flight.listens.is_some()) {
                    return;
                }
                landed.await;
            }
        };
        if tokio::time::timeout(grace, drained).await.is_err() {
            tracing::warn!(?grace, "calls were still running at the end of the input and were cancelled");
        }
        let streams: Vec<Id> = {
            let mut flights = self.0.lock();
            // Under the lock: whatever takes off later is refused.
            self.0.ended.cancel();
            flights
                .extract_if(|_, flight| flight.listens.is_none())
                .for_each(|(_, flight)| flight.cancellation.cancel());
            flights.keys().cloned().collect()
        };
        // A client that does not read is not told what has changed, only that its streams end.
        let has_room = async || tokio::time::timeout(PATIENCE.min(grace), self.0.outbox.room()).await.is_ok();
        let mut is_read = has_room().await;
        if self.0.session.is_initialized() {
            self.end_telling(&self.0.session.subscriber, None, is_read);
        }
        for id in streams {
            is_read = is_read && has_room().await;
            // A signal meanwhile may have ended it.
            let Some(flight) = self.0.lock().remove(&id) else { continue };
            flight.cancellation.cancel();
            if let Some(subscriber) = flight.listens {
                self.end_telling(&subscriber, Some(&id), is_read);
            }
            // In one write: the client must not see the one without the other.
            let mut both = modern::end_of_stream(&id, &self.0.server);
            both.push(b'\n');
            both.extend_from_slice(&modern::cancelled(&id));
            self.0.outbox.push(&both);
        }
        // Whoever still reads is to run nothing more.
        #[cfg(feature = "stdio")]
        self.0.watch.end_of_input();
        self.0.outbox.close();
    }
}

impl Inner {
    fn lock(&self) -> std::sync::MutexGuard<'_, QuickMap<Id, Flight>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The future's output, or `None` as soon as the call is cancelled; the future is dropped then.
async fn unless_cancelled<T>(context: &Context, future: impl Future<Output = T>) -> Option<T> {
    let output = async { Some(future.await) };
    let cancelled = async {
        context.cancellation().cancelled().await;
        None
    };
    first(cancelled, output).await
}
