//! The edge of user code: arguments in, results out, and the context a handler may ask for.
//!
//! An attribute emits one [`entry`] per function. Its shim describes the function's parameters and return type
//! once, at start, and runs it on each call: [`Parameter`] takes each argument out of the [`Call`],
//! [`IntoToolResult`] and its siblings turn what comes back into an outcome. Nothing here knows an era.

pub(crate) mod call;
pub(crate) mod cancellation;
pub(crate) mod completion;
pub(crate) mod context;
pub(crate) mod entry;
pub(crate) mod failure;
pub(crate) mod forward;
pub(crate) mod log;
pub(crate) mod parameter;
pub(crate) mod pairs;
pub(crate) mod parts;
pub(crate) mod plain;
pub(crate) mod progress;
pub(crate) mod prompt;
pub(crate) mod resource;
pub(crate) mod returns;
pub(crate) mod state;
pub(crate) mod text;
pub(crate) mod tool;
pub(crate) mod whole;

pub use call::Call;
pub use completion::{Completer, CompletionArguments, Completions, IntoCompletions};
pub use context::Context;
pub use failure::HandlerError;
pub use forward::ForwardEvents;
pub use log::Log;
pub use parameter::{Args, Parameter};
pub use progress::{Amount, Progress};
pub use prompt::IntoPromptResult;
pub use resource::IntoResourceContents;
pub use returns::{Json, Text};
pub use state::{State, StateValue};
pub use tool::IntoToolResult;
