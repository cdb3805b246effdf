//! The signals that end a process politely: SIGTERM and SIGINT, or Ctrl-C.

/// Waits for the signal that ends a process politely. From this call on it ends nothing by itself: whoever answers anybody
/// has called this before.
#[cfg(unix)]
pub(crate) fn received() -> impl Future<Output = ()> {
    use std::task::Poll;
    use tokio::signal::unix::{SignalKind, signal};
    let signals = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
    async move {
        let [Ok(mut terminate), Ok(mut interrupt)] = signals else {
            // Without a handler the signal ends the process as it always does.
            return std::future::pending().await;
        };
        std::future::poll_fn(|cx| {
            let is_there = terminate.poll_recv(cx).is_ready() || interrupt.poll_recv(cx).is_ready();
            if is_there { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn received() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
