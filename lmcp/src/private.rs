//! What the attributes' expansions name. Not for people: anything here may change in any release.

pub use ::core;
pub use ::std;
pub use inventory;

pub use crate::Error;
pub use crate::admission::Rate;
pub use crate::handler::call::{Call, Problems, Rejection};
pub use crate::handler::completion::{CompleteFn, Completions, NoArgument, behind, complete};
pub use crate::handler::entry::{
    BoxFuture, Description, Item, Op, PromptEntry, ResourceEntry, SchemaFn, Shim, Source, Step, ToolEntry, ToolHints,
};
pub use crate::handler::failure::{ByInto, ByRef};
pub use crate::handler::parameter::{DefaultOf, DefaultText, NoJson, Param, TakeFn};
pub use crate::handler::parts::{Fine, Judge, OtherPart, Part};
pub use crate::handler::prompt::prompt_output;
pub use crate::handler::resource::{JsonResource, resource_output};
pub use crate::handler::returns::{PlainReturn, PlainValue, Return, failure};
pub use crate::handler::tool::{JsonTool, tool_output};
pub use crate::handler::whole::{ArgsProbe, OtherArgs};
pub use crate::protocol::{Icon, PromptResult, ResourceContents, ToolResult};
pub use serde_json::Value;

/// Holds what an attribute generates beside its function. In an `impl`, where that cannot stand, the compiler leaves the
/// struct out with all that is in it, and says so in the name of this macro: one error, and none about what is inside.
#[doc(hidden)]
#[macro_export]
macro_rules! __move_the_function_out_of_the_impl {
    ($(#[$carried:meta])* $name:ident $($entry:tt)*) => {
        $(#[$carried])*
        struct $name([(); {
            $($entry)*
            0
        }]);
    };
}
pub use crate::__move_the_function_out_of_the_impl as move_the_function_out_of_the_impl;

/// The key of a function item: its own type.
pub fn type_id_of<F: 'static>(_: &F) -> ::core::any::TypeId {
    ::core::any::TypeId::of::<F>()
}

/// Runs a function that waits on the pool for such functions; its panic is the caller's.
pub async fn blocking<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    // A thread cannot be stopped: whatever becomes of the call, it counts among those that run until it is done.
    let permit = crate::invoke::permit();
    let forwarding = crate::handler::forward::forwarding();
    let run = move || {
        let _permit = permit;
        match forwarding {
            Some(call) => crate::handler::forward::FORWARDING.sync_scope(call, f),
            None => f(),
        }
    };
    match tokio::task::spawn_blocking(run).await {
        Ok(value) => value,
        Err(e) if e.is_panic() => std::panic::resume_unwind(e.into_panic()),
        // The runtime is shutting down: this future will not be polled again.
        Err(_) => std::future::pending().await,
    }
}

/// `_meta` from any expression; that it is an object is checked at start.
pub fn meta(value: impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// While a `state = …` of `serve!` is made: what it prints goes to standard error.
#[cfg(feature = "cli")]
pub fn aside() -> crate::transport::stdout::Aside {
    crate::transport::stdout::Aside::begin()
}

/// A `state = …` of `serve!` or `client!`: a value, or a result whose error ends the program or fails the test.
#[derive(Debug)]
pub struct Fallible<T>(Option<T>, &'static str);

impl<T> Fallible<T> {
    /// The value, and what stands there.
    pub fn new(value: T, expression: &'static str) -> Self {
        Fallible(Some(value), expression)
    }
}

impl<T, E: Into<Box<dyn std::error::Error + Send + Sync>>> Fallible<Result<T, E>> {
    /// What is inside `Ok`; prints what is inside `Err`, and exits.
    pub fn ok_or_exit(&mut self) -> T {
        match self.0.take() {
            Some(Ok(value)) => value,
            Some(Err(e)) => {
                eprintln!("error: the state `{}` of `serve!`: {}", self.1, crate::error::chain(&*e.into()));
                std::process::exit(1)
            }
            None => std::process::exit(1),
        }
    }

    /// What is inside `Ok`; panics with what is inside `Err`.
    #[track_caller]
    pub fn ok_or_panic(&mut self) -> T {
        match self.0.take() {
            Some(Ok(value)) => value,
            Some(Err(e)) => panic!("the state `{}` of `client!`: {}", self.1, crate::error::chain(&*e.into())),
            None => panic!("the state `{}` of `client!` was taken before", self.1),
        }
    }
}

/// A value that is no result.
pub trait Infallible {
    /// The value's type.
    type Value;
    /// The value.
    fn ok_or_exit(self) -> Self::Value;
    /// The value.
    fn ok_or_panic(self) -> Self::Value;
}
impl<T> Infallible for &mut Fallible<T> {
    type Value = T;
    fn ok_or_exit(self) -> T {
        match self.0.take() {
            Some(value) => value,
            None => std::process::exit(1),
        }
    }
    fn ok_or_panic(self) -> T {
        self.ok_or_exit()
    }
}
