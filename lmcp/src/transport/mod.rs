//! Bytes in and out: standard streams, sockets and pipes, memory.

pub(crate) mod batch;
pub(crate) mod held;
#[cfg(feature = "http")]
pub(crate) mod http;
pub(crate) mod lines;
pub(crate) mod memory;
pub(crate) mod outbox;
pub(crate) mod pipe;
mod queue;
#[cfg(any(feature = "stdio", feature = "http"))]
pub(crate) mod signal;
#[cfg(feature = "stdio")]
pub(crate) mod stdio;
#[cfg(feature = "stdio")]
pub(crate) mod stdout;

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// How long changes are gathered before the next ones are sent.
pub(crate) const COLLAPSE: Duration = Duration::from_millis(20);

/// The output of whichever is ready first; of `a` if both are.
pub(crate) async fn first<T>(a: impl Future<Output = T>, b: impl Future<Output = T>) -> T {
    let (mut a, mut b) = (pin!(a), pin!(b));
    std::future::poll_fn(|cx| match a.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(output),
        Poll::Pending => b.as_mut().poll(cx),
    })
    .await
}
