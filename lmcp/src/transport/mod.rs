//! Bytes in and out: standard streams, sockets and pipes, memory.

pub(crate) mod batch;
pub(crate) mod lines;
pub(crate) mod memory;
pub(crate) mod outbox;
pub(crate) mod pipe;
#[cfg(feature = "stdio")]
pub(crate) mod stdio;
#[cfg(feature = "stdio")]
pub(crate) mod stdout;
