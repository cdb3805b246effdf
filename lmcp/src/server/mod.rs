//! A server: put together by [`Server`], run by a transport, seen by handlers as a [`ServerHandle`].

pub(crate) mod builder;
pub(crate) mod handle;
pub(crate) mod limits;
pub(crate) mod macros;
pub(crate) mod ready;
mod serve;
pub(crate) mod subscribers;

pub use builder::{Advertise, Package, Server};
pub use handle::ServerHandle;
pub use limits::Limits;
pub use ready::ReadyServer;
