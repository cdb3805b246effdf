//! `Args<T>` in a signature: its own bounds, each asked for by itself, so that the compiler names the one that is missing.
//!
//! A blanket implementation stands beside the one for `Args<T>`; where neither holds, the compiler does not say why. So
//! the kind of the type is told first, by an inherent method for `Args<T>`, which wins over a trait's for all others.

use super::parameter::{Args, Param, Parameter};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;

/// The type of a parameter that is written `Args<…>`, whosever that is.
#[derive(Debug)]
pub struct ArgsProbe<T>(PhantomData<fn() -> T>);

impl<T> ArgsProbe<T> {
    /// The probe.
    #[allow(clippy::new_without_default, reason = "only expansions make it, and `Default` is not const")]
    pub const fn new() -> Self {
        ArgsProbe(PhantomData)
    }
}

/// Kind: lmcp's `Args<T>`.
#[derive(Debug)]
pub struct Ours;
/// Kind: a type of the same name.
#[derive(Debug)]
pub struct Theirs;

impl<T> ArgsProbe<Args<T>> {
    /// Its kind.
    pub fn kind(&self) -> Ours {
        Ours
    }
}

/// The kind of what is no `Args<T>` of lmcp's.
pub trait OtherArgs {
    /// Its kind.
    fn kind(&self) -> Theirs {
        Theirs
    }
}
impl<T> OtherArgs for ArgsProbe<T> {}

impl Ours {
    /// The witness.
    pub fn param<'c, T: Filled + Described>(&self, _: &ArgsProbe<Args<T>>) -> Param<'c, Args<T>> {
        Param::of::<Args<T>>()
    }
}
impl Theirs {
    /// The witness.
    pub fn param<'c, T: Parameter<'c>>(&self, _: &ArgsProbe<T>) -> Param<'c, T> {
        Param::of::<T>()
    }
}

/// What can be filled with arguments.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be filled with arguments: it does not implement `serde::Deserialize`",
    label = "`serde::Deserialize` is missing",
    note = "the type in `Args<{Self}>` derives both: `#[derive(serde::Deserialize, schemars::JsonSchema)]`"
)]
pub trait Filled: DeserializeOwned {}
impl<T: DeserializeOwned> Filled for T {}

/// What has a schema.
#[diagnostic::on_unimplemented(
    message = "clients cannot be told what is in `{Self}`: it does not implement `schemars::JsonSchema`",
    label = "`schemars::JsonSchema` is missing",
    note = "the type in `Args<{Self}>` derives both: `#[derive(serde::Deserialize, schemars::JsonSchema)]`",
    note = "a type of another crate has `JsonSchema` by a feature of schemars 1: `schemars = {{ version = \"1\", features = [\"uuid1\"] }}`, or `chrono04`, `url2`, `jiff02`; what schemars 0.8 derives is another trait"
)]
pub trait Described: JsonSchema {}
impl<T: JsonSchema> Described for T {}
