//! The signals that end a process politely: SIGTERM and SIGINT, or Ctrl-C.

/// Waits for the signal that ends a process politely.
pub(crate) async fn received() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        {
            std::future::poll_fn(|cx| {
                if terminate.poll_recv(cx).is_ready() || interrupt.poll_recv(cx).is_ready() {
                    std::task::Poll::Ready(())
                } else {
                    std::task::Poll::Pending
                }
            })
            .await;
            return;
        }
        // Without a handler the signal ends the process as it always does.
        std::future::pending::<()>().await;
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
