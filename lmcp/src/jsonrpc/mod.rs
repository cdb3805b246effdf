//! JSON-RPC 2.0: bytes in, a message or an error object out, and the reverse. No MCP here.

pub(crate) mod code;
pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod error;
pub(crate) mod id;
pub(crate) mod scan;

pub(crate) use decode::{Incoming, Message, decode};
pub(crate) use error::ErrorObject;
pub(crate) use id::Id;
pub(crate) use scan::Raw;
