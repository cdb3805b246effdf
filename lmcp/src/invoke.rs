//! Running user code so that it harms nobody else: its permit, its time limit, its panics.

use crate::ask::Asks;
use crate::ask::rounds::Driven;
use crate::first::first;
use crate::handler::Context;
use crate::handler::call::Rejection;
use crate::handler::entry::BoxFuture;
use crate::handler::forward::FORWARDING;
use crate::jsonrpc::ErrorObject;
use crate::registry::item::{Common, Permits};
use crate::{Error, ProtocolVersion};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;
use tracing::field::display;
use tracing::level_filters::LevelFilter;

/// Why a handler gave no result.
#[derive(Debug)]
pub(crate) enum Fault {
    Rejected(Rejection),
    Panicked,
    TimedOut(Duration),
    /// In all the time it has, it did not get its turn: so many calls run at a time.
    NoTurn(Duration, usize),
    /// It waits for answers of the client's; not a fault at all, but no result either.
    Suspended,
}

impl Fault {
    /// What is said of it.
    pub(crate) fn text(&self, name: &str) -> String {
        match self {
            Fault::Rejected(Rejection::Arguments(problems)) => problems.text(name),
            Fault::Rejected(Rejection::Error(error)) => error.to_string(),
            // The panic's own message is for the log only: it may hold anything.
            Fault::Panicked => format!("{name} failed: internal error"),
            Fault::TimedOut(limit) => format!("{name} did not finish within its time limit of {}", seconds(*limit)),
            Fault::NoTurn(limit, 1) => {
                format!("{name} did not get its turn within {}: it runs 1 call at a time", seconds(*limit))
            }
            Fault::NoTurn(limit, turns) => {
                format!("{name} did not get its turn within {}: it runs {turns} calls at a time", seconds(*limit))
            }
            Fault::Suspended => format!("{name} waits for answers"),
        }
    }

    /// What is said of it in the log, besides what the call came to.
    fn kind(&self) -> Option<&'static str> {
        match self {
            Fault::Rejected(Rejection::Arguments(_)) => Some("wrong arguments"),
            Fault::Rejected(Rejection::Error(_)) => Some("the function's error"),
            Fault::Panicked => Some("panic"),
            Fault::TimedOut(_) => Some("out of time"),
            Fault::NoTurn(..) => Some("no turn"),
            Fault::Suspended => None,
        }
    }

    /// The error of a method that has no result to put it in.
    pub(crate) fn object(&self, name: &str, version: ProtocolVersion, uri: Option<&str>) -> ErrorObject {
        match self {
            Fault::Rejected(Rejection::Arguments(_)) => ErrorObject::invalid_params(self.text(name)),
            Fault::Rejected(Rejection::Error(error)) => {
                error.rpc_object(version, uri).unwrap_or_else(|| ErrorObject::internal(self.text(name)))
            }
            Fault::Panicked | Fault::TimedOut(_) | Fault::NoTurn(..) | Fault::Suspended => {
                ErrorObject::internal(self.text(name))
            }
        }
    }
}

fn seconds(limit: Duration) -> String {
    if limit.subsec_millis() == 0 { format!("{} s", limit.as_secs()) } else { format!("{} ms", limit.as_millis()) }
}

tokio::task_local! {
    /// The permit a handler runs with.
    static PERMIT: Option<Arc<OwnedSemaphorePermit>>;
}

/// The permit of the handler this is called in, for what goes on when the handler is dropped: a thread.
pub(crate) fn permit() -> Option<Arc<OwnedSemaphorePermit>> {
    PERMIT.try_with(Clone::clone).ok().flatten()
}

/// Runs a handler's future under the limits of its item.
///
/// It is boxed once, and again for each limit that the item has. An async block that may or may not wrap a future keeps
/// room for it twice, and so does one that is given it: written without boxes, a call was 54 KB, moved several times.
pub(crate) async fn isolated<T: Send>(
    common: &Common,
    context: &Context,
    handler: impl Future<Output = Result<T, Rejection>> + Send,
) -> Result<T, Fault> {
    let has_turn = &AtomicBool::new(common.permits.is_none());
    let mut run: BoxFuture<'_, Result<T, Fault>> = Box::pin(until_suspended(context, handler));
    // Waiting for a permit counts towards the time limit: the caller waits all the same.
    if let Some(Permits { semaphore, .. }) = &common.permits {
        run = Box::pin(async move {
            let permit = semaphore.clone().acquire_owned().await.ok().map(Arc::new);
            has_turn.store(true, Ordering::Relaxed);
            PERMIT.scope(permit, run).await
        });
    }
    // What panics while a handler out of time is dropped panics in here, too.
    if let Some(limit) = common.timeout {
        let late = async move {
            run_out(context, limit).await;
            Err(match &common.permits {
                Some(permits) if !has_turn.load(Ordering::Relaxed) => Fault::NoTurn(limit, permits.count),
                _ => Fault::TimedOut(limit),
            })
        };
        run = Box::pin(first(run, late));
    }
    if context.server().0.forward.is_some() {
        run = Box::pin(FORWARDING.scope(context.clone(), run));
    }
    let outcome = if context.has_pulse() {
        let pulse = async {
            context.pulse().await;
            None
        };
        Box::pin(first(catch(common, run), pulse)).await
    } else {
        catch(common, run).await
    };
    let outcome = outcome.unwrap_or(Err(Fault::Panicked));
    if let Asks::Rounds(rounds) = context.asks() {
        rounds.end();
    }
    if let Err(Fault::TimedOut(_) | Fault::NoTurn(..) | Fault::Suspended) = outcome {
        // Tells what is left of the handler, on a thread or in a task of its own. The answer is returned without
        // another `await`, so the call's own end does not see it.
        context.cancellation().cancel();
    }
    if let Err(fault) = &outcome {
        tell(common, context, fault);
    }
    outcome
}

/// Writes down why a call gave no result.
#[cold]
fn tell(common: &Common, context: &Context, fault: &Fault) {
    let (item, caller, id) = (&*common.name, context.caller(), context.id_in_logs().map(display));
    match fault {
        Fault::Panicked => tracing::error!(item, caller, id, source = %common.source, "the handler panicked"),
        Fault::TimedOut(limit) => tracing::warn!(item, caller, id, ?limit, "the handler took too long"),
        Fault::NoTurn(limit, at_a_time) => {
            tracing::warn!(item, caller, id, ?limit, at_a_time, "the handler did not get its turn");
        }
        Fault::Rejected(_) | Fault::Suspended => {}
    }
    if let Some(kind) = fault.kind() {
        context.failed_by(kind);
    }
}

/// Runs a plain function's future, which is done with its first poll, under no limits.
pub(crate) fn at_once<T>(
    common: &Common,
    context: &Context,
    handler: impl Future<Output = Result<T, Rejection>>,
) -> Result<T, Fault> {
    let mut handler = pin!(handler);
    let mut task = std::task::Context::from_waker(Waker::noop());
    let outcome = match unless_panicked(|| watched(common, || handler.as_mut().poll(&mut task))) {
        Some(Poll::Ready(result)) => result.map_err(Fault::Rejected),
        Some(Poll::Pending) => Err(Fault::Rejected(Error::internal("a plain function cannot wait").into())),
        None => Err(Fault::Panicked),
    };
    if let Asks::Rounds(rounds) = context.asks() {
        rounds.end();
    }
    if let Err(fault) = &outcome {
        tell(common, context, fault);
    }
    outcome
}

/// The handler's result, unless it is put off until its client has answered.
async fn until_suspended<T>(
    context: &Context,
    handler: impl Future<Output = Result<T, Rejection>>,
) -> Result<T, Fault> {
    let result = match context.asks() {
        Asks::Rounds(rounds) => match rounds.drive(handler).await {
            Driven::Done(result) => result,
            Driven::Suspended => return Err(Fault::Suspended),
        },
        Asks::Requests(_) | Asks::Nobody(_) => handler.await,
    };
    result.map_err(Fault::Rejected)
}

/// Ready when a call has used up its time. The time in which its client is asked is not the call's.
async fn run_out(context: &Context, limit: Duration) {
    match context.asks() {
        Asks::Requests(line) => line.waits.run_out(limit).await,
        Asks::Rounds(_) | Asks::Nobody(_) => tokio::time::sleep(limit).await,
    }
}

/// The future's output, or `None` if it panicked. It is not polled again after that.
fn catch<T>(common: &Common, mut future: BoxFuture<'_, T>) -> impl Future<Output = Option<T>> {
    std::future::poll_fn(move |cx| match unless_panicked(|| watched(common, || future.as_mut().poll(cx))) {
        Some(poll) => poll.map(Some),
        None => Poll::Ready(None),
    })
}

/// How long a function may keep a thread that others need before the log tells of it.
const LONG: Duration = Duration::from_secs(1);

/// Runs user code on a thread that others need too, and tells if it keeps that for long. It looks at the clock only where
/// somebody would be told.
fn watched<T>(common: &Common, run: impl FnOnce() -> T) -> T {
    if LevelFilter::current() < LevelFilter::WARN {
        return run();
    }
    let began = Instant::now();
    let output = run();
    let held = began.elapsed();
    if held >= LONG {
        tracing::warn!(
            item = common.name,
            source = %common.source,
            ?held,
            "the handler kept a thread that all calls share: make it `blocking`, a `fn` that is not `async`"
        );
    }
    output
}

/// What comes of user code, or `None` if it panicked.
fn unless_panicked<T>(run: impl FnOnce() -> T) -> Option<T> {
    match std::panic::catch_unwind(AssertUnwindSafe(run)) {
        Ok(output) => Some(output),
        Err(panic) => {
            // What a handler panicked with is its own, and may panic in turn when it is dropped.
            if let Err(again) = std::panic::catch_unwind(AssertUnwindSafe(|| drop(panic))) {
                std::mem::forget(again);
            }
            None
        }
    }
}
