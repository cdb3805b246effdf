//! [`Cancellation`]: how a call learns that nobody waits for it any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that is raised once and can be waited for.
#[derive(Clone, Default)]
pub(crate) struct Cancellation(Arc<Flag>);

#[derive(Default)]
struct Flag {
    raised: AtomicBool,
    waiters: tokio::sync::Notify,
}

impl Cancellation {
    pub(crate) fn cancel(&self) {
        self.0.raised.store(true, Ordering::Release);
        self.0.waiters.notify_waiters();
    }
    /// Whether both are the same flag.
    pub(crate) fn is(&self, other: &Cancellation) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.raised.load(Ordering::Acquire)
    }
    pub(crate) async fn cancelled(&self) {
        let waiter = self.0.waiters.notified();
        let mut waiter = std::pin::pin!(waiter);
        waiter.as_mut().enable();
        if !self.is_cancelled() {
            waiter.await;
        }
    }
}
