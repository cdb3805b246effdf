//! A handler's error, whatever its type: one text with its sources, and a JSON-RPC error if one is in there.

use super::returns::ErrorProbe;
use crate::Error;
use std::convert::Infallible;
use std::marker::PhantomData;

type Boxed = Box<dyn std::error::Error + Send + Sync>;

/// What may stand in the `Err` of a handler's result: any `std::error::Error`, `String`, `&str`, `anyhow::Error` and
/// its like, `Box<dyn Error>`, [`lmcp::Error`](crate::Error).
///
/// It reaches the model as text with its sources. An [`lmcp::Error`](crate::Error) that is a JSON-RPC error answers
/// as one, also from deep inside an `anyhow::Error`.
///
/// ```
/// use lmcp::tool;
///
/// /// Reads a number.
/// #[tool]
/// fn parse(text: String) -> Result<i32, std::num::ParseIntError> { text.parse() }
///
/// /// Reads a file's first line.
/// #[tool]
/// fn first(path: String) -> anyhow::Result<String> {
///     Ok(std::fs::read_to_string(path)?.lines().next().unwrap_or_default().to_owned())
/// }
///
/// /// Says no.
/// #[tool]
/// fn refuse() -> Result<(), &'static str> { Err("not today") }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a tool, a resource or a prompt",
    label = "does not convert into `Box<dyn std::error::Error + Send + Sync>`",
    note = "implement `std::error::Error` for it, or return `anyhow::Error`, `String` or `lmcp::Error`"
)]
pub trait HandlerError<Via = ViaInto>: Sized {
    #[doc(hidden)]
    fn into_error(self) -> Error;
}

/// By conversion into a box.
#[derive(Debug)]
pub struct ViaInto;
/// By looking at it as an error, which keeps the concrete type of what `anyhow` and its like hold.
#[derive(Debug)]
pub struct ViaRef;
/// A box that cannot leave its thread.
#[derive(Debug)]
pub struct ViaLocalBox;
/// There is no error.
#[derive(Debug)]
pub struct Never;

#[diagnostic::do_not_recommend]
impl<E: Into<Boxed>> HandlerError<ViaInto> for E {
    fn into_error(self) -> Error {
        let boxed: Boxed = self.into();
        Error::from_handler(&*boxed)
    }
}
#[diagnostic::do_not_recommend]
impl<E: AsRef<dyn std::error::Error + Send + Sync + 'static>> HandlerError<ViaRef> for E {
    fn into_error(self) -> Error {
        Error::from_handler(self.as_ref())
    }
}
#[diagnostic::do_not_recommend]
impl HandlerError<ViaLocalBox> for Box<dyn std::error::Error> {
    fn into_error(self) -> Error {
        Error::from_handler(&*self)
    }
}
#[diagnostic::do_not_recommend]
impl HandlerError<Never> for Infallible {
    fn into_error(self) -> Error {
        match self {}
    }
}

impl ErrorProbe<Infallible> {
    /// There is no error.
    pub fn via(&self) -> PhantomData<Never> {
        PhantomData
    }
}
impl ErrorProbe<Box<dyn std::error::Error>> {
    /// A box that cannot leave its thread.
    pub fn via(&self) -> PhantomData<ViaLocalBox> {
        PhantomData
    }
}

/// First choice after the inherent ones: look at it.
pub trait ByRef {
    /// The way.
    fn via(&self) -> PhantomData<ViaRef>;
}
impl<E: AsRef<dyn std::error::Error + Send + Sync + 'static>> ByRef for ErrorProbe<E> {
    fn via(&self) -> PhantomData<ViaRef> {
        PhantomData
    }
}

/// Last choice: convert it.
pub trait ByInto {
    /// The way.
    fn via(&self) -> PhantomData<ViaInto>;
}
impl<E> ByInto for &ErrorProbe<E> {
    fn via(&self) -> PhantomData<ViaInto> {
        PhantomData
    }
}
