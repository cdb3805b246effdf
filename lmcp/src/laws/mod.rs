//! What holds whatever comes: each law is a function of bytes, and fails by panicking.
//!
//! The fuzzers of `fuzz/` call them with bytes nobody chose, [`replay`] with the seeds that are kept beside those, and the
//! property tests with inputs of their own. None of this is in a build that is neither a test nor a fuzzer's.

mod codec;
#[cfg(feature = "http")]
mod http;
mod pipe;
mod seal;
pub(crate) mod server;
mod template;

#[cfg(test)]
mod replay;
#[cfg(test)]
mod tests;

#[cfg(feature = "cli")]
pub use crate::cli::install::laws::editor;
pub use crate::schema::laws::{repair, schema, schema_made};
pub use codec::codec;
#[cfg(feature = "http")]
pub use http::{connection, requests};
pub use pipe::pipe;
pub use seal::seal;
pub use template::template;
