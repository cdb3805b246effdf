//! lmcp
extern crate self as lmcp;
mod transport;
mod jsonrpc;
mod protocol;
mod registry;
mod handler;
mod server;
mod error;
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub use error::{Error, Result};
pub use handler::*;
pub use protocol::*;
