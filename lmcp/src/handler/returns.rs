//! What comes back, taken apart by its concrete type: `Result`, then `Option`, then the kind of the value.
//!
//! Inherent methods win over trait methods, on concrete types, with aliases already resolved: so
//! `anyhow::Result<Forecast>` is a `Result`, whatever it is called. The probes hold `PhantomData<fn() -> T>`, which
//! keeps the shim's future `Send` whatever `T` is.

use super::call::Rejection;
use super::failure::HandlerError;
use crate::Error;
use schemars::{Schema, SchemaGenerator};
use std::convert::Infallible;
use std::marker::PhantomData;

/// Forces a value to be structured output, where its type alone would be text: `Json(7)`.
///
/// Needs `T: Serialize + JsonSchema`.
///
/// ```
/// use lmcp::{Json, Server, testing::Client, tool};
///
/// /// How many there are.
/// #[tool]
/// fn count() -> Json<u32> {
///     Json(7)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> lmcp::Result<()> {
/// let client = Client::connect(Server::empty().tool(count)).await?;
/// assert_eq!(client.call("count", serde_json::json!({})).await.structured(), 7);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// Forces a value to be one text block, by its `Display`, where its type alone would be structured output.
///
/// ```
/// use lmcp::{Server, Text, testing::Client, tool};
/// use std::net::Ipv4Addr;
///
/// /// Where it runs.
/// #[tool]
/// fn address() -> Text<Ipv4Addr> {
///     Text(Ipv4Addr::LOCALHOST)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> lmcp::Result<()> {
/// let client = Client::connect(Server::empty().tool(address)).await?;
/// assert_eq!(client.call("address", serde_json::json!({})).await.text(), "127.0.0.1");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text<T>(pub T);

/// A function's return type.
#[derive(Debug)]
pub struct Return<T>(PhantomData<fn() -> T>);

impl<T> Return<T> {
    /// The probe.
    #[allow(clippy::new_without_default, reason = "only expansions make it, and `Default` is not const")]
    pub const fn new() -> Self {
        Return(PhantomData)
    }
}

impl<T, E> Return<Result<T, E>> {
    /// What is inside `Ok`.
    pub fn value(&self) -> Value<T> {
        Value(PhantomData)
    }
    /// What is inside `Err`.
    pub fn error(&self) -> ErrorProbe<E> {
        ErrorProbe(PhantomData)
    }
    /// The result itself.
    pub fn split(&self, result: Result<T, E>) -> Result<T, E> {
        result
    }
}

/// A return type that is no `Result`.
pub trait PlainReturn {
    /// The type.
    type Value;
    /// Itself.
    fn value(&self) -> Value<Self::Value>;
    /// It cannot fail.
    fn error(&self) -> ErrorProbe<Infallible>;
    /// Always `Ok`.
    fn split(&self, value: Self::Value) -> Result<Self::Value, Infallible>;
}
impl<T> PlainReturn for Return<T> {
    type Value = T;
    fn value(&self) -> Value<T> {
        Value(PhantomData)
    }
    fn error(&self) -> ErrorProbe<Infallible> {
        ErrorProbe(PhantomData)
    }
    fn split(&self, value: T) -> Result<T, Infallible> {
        Ok(value)
    }
}

/// What a function gives when it does not fail.
#[derive(Debug)]
pub struct Value<T>(PhantomData<fn() -> T>);

impl<T> Value<Option<T>> {
    /// What is inside `Some`.
    pub fn some(&self) -> Probe<T> {
        Probe(PhantomData)
    }
    /// The option itself.
    pub fn open(&self, value: Option<T>) -> Option<T> {
        value
    }
    /// Yes.
    pub fn nullable(&self) -> bool {
        true
    }
}

/// A value that is no `Option`.
pub trait PlainValue {
    /// The type.
    type Some;
    /// Itself.
    fn some(&self) -> Probe<Self::Some>;
    /// Always `Some`.
    fn open(&self, value: Self::Some) -> Option<Self::Some>;
    /// No.
    fn nullable(&self) -> bool;
}
impl<T> PlainValue for Value<T> {
    type Some = T;
    fn some(&self) -> Probe<T> {
        Probe(PhantomData)
    }
    fn open(&self, value: T) -> Option<T> {
        Some(value)
    }
    fn nullable(&self) -> bool {
        false
    }
}

/// The innermost type, whose kind `tool_kind` and `resource_kind` tell.
#[derive(Debug)]
pub struct Probe<T>(pub(crate) PhantomData<fn() -> T>);

/// The error's type.
#[derive(Debug)]
pub struct ErrorProbe<E>(pub(crate) PhantomData<fn() -> E>);

/// Kind: written as JSON by serde.
#[derive(Debug)]
pub struct AsJson;
/// Kind: one text.
#[derive(Debug)]
pub struct AsText;
/// Kind: [`Json`], written as JSON by serde too.
#[derive(Debug)]
pub struct AsWrapped;
/// Kind: a type of lmcp's, with rules of its own.
#[derive(Debug)]
pub struct AsItself;

/// How a value becomes an outcome: functions, so that what follows needs no bound.
#[derive(Debug)]
pub struct Output<T, O> {
    pub(crate) schema: fn(&mut SchemaGenerator) -> Option<Schema>,
    pub(crate) has_schema: bool,
    pub(crate) mime: Option<&'static str>,
    pub(crate) into: fn(T) -> Result<O, Error>,
}

/// How an error becomes an outcome: a function, so that what follows needs no bound.
#[derive(Debug)]
pub struct Failure<E>(fn(E) -> Error);

/// How this error becomes an outcome. The only place where the error's type is bounded.
pub fn failure<E: HandlerError<K>, K>(_: &ErrorProbe<E>, _: PhantomData<K>) -> Failure<E> {
    Failure(E::into_error)
}

impl<E> Failure<E> {
    /// The outcome of a call that failed with `error`.
    pub fn reject(&self, error: E) -> Rejection {
        Rejection::Error((self.0)(error))
    }
}
