//! lmcp
#![cfg_attr(docsrs, feature(doc_cfg))]

// Doctests and the attributes' expansions in our own tests name the crate as users do.
extern crate self as lmcp;

// -- bytes <-> messages --
mod jsonrpc;
mod transport;
// -- messages <-> meaning --
mod dispatch;
mod era;
mod outcome;
mod protocol;
// -- meaning -> user code --
mod handler;
mod invoke;
mod registry;
// -- the program around it --
#[cfg(feature = "cli")]
mod cli;
mod client;
mod error;
mod server;
pub mod testing;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use error::{Error, Result};
pub use handler::{
    Args, Call, Completer, CompletionArguments, Completions, Context, HandlerError, IntoPromptResult,
    IntoResourceContents, IntoToolResult, Json, Log, Parameter, Progress, State, Text,
};
pub use lmcp_macros::*;
pub use protocol::{
    Annotations, Audio, ClientCapabilities, Content, Embedded, Icon, Image, Implementation, Level, Message, Meta,
    PromptResult, ProtocolVersion, ResourceContents, ResourceLink, Role, TextContent, ToolResult,
};
pub use server::{Advertise, Limits, Package, ReadyServer, Server, ServerHandle};
