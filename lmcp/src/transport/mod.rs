//! Bytes in and out: standard streams, sockets and pipes, memory.

#[cfg(feature = "stdio")]
pub(crate) mod stdio;
#[cfg(feature = "stdio")]
pub(crate) mod stdout;
pub(crate) mod memory;
mod lines;
pub(crate) mod held;
mod pipe;
mod batch;
mod queue;
#[cfg(feature = "stdio")]
mod watch;
pub(crate) mod outbox;
#[cfg(feature = "http")]
pub(crate) mod http;
#[cfg(any(feature = "stdio", feature = "http"))]
pub(crate) mod signal;

use std::time::Duration;

/// How long changes are gathered before the next ones are sent.
pub(crate) const COLLAPSE: Duration = Duration::from_millis(20);

/// How long a client may read nothing of what is left for it at the end.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);
