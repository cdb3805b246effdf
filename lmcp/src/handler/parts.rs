//! What types are made of, where they do not do: `Vec<Forecast>` lacks what `Forecast` lacks.
//!
//! The compiler tells of a missing derive by the innermost type, in the words of serde and schemars, which know nothing of
//! the other derive. So an attribute asks first for the types that it sees in a list, a map, a pair: whether the whole will
//! do, and if not, which of them will not. That one gets an error of ours, and the whole gets none. All of it is told by
//! inherent methods, which win over a trait's where their bounds hold.

use super::parameter::{Param, Parameter};
use super::resource::IntoResourceContents;
use super::returns::{AsItself, AsJson, AsText, AsWrapped, Output, Probe};
use super::tool::IntoToolResult;
use crate::Error;
use crate::protocol::{Audio, Content, Embedded, Image, ResourceContents, ResourceLink, TextContent, ToolResult};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;

/// Verdict: it will do.
#[derive(Clone, Copy, Debug)]
pub struct Fine;
/// Verdict: it will not.
#[derive(Clone, Copy, Debug)]
pub struct Faulty;
/// Verdict: it is a block, which no derive will put into another type.
#[derive(Clone, Copy, Debug)]
pub struct Misplaced;

/// A type that may be part of another.
#[derive(Debug)]
pub struct Part<T: ?Sized>(PhantomData<fn(&T)>);

impl<T: ?Sized> Part<T> {
    /// The probe.
    #[allow(clippy::new_without_default, reason = "only expansions make it, and `Default` is not const")]
    pub const fn new() -> Self {
        Part(PhantomData)
    }
}
impl<T> Probe<T> {
    /// The same type, as what has parts.
    pub fn whole(&self) -> Part<T> {
        Part(PhantomData)
    }
}

impl<T: Serialize + JsonSchema + ?Sized> Part<T> {
    /// Whether it can be part of structured output.
    pub fn in_tool(&self) -> Fine {
        Fine
    }
}
impl<T: Serialize + ?Sized> Part<T> {
    /// Whether it can be part of JSON text.
    pub fn in_resource(&self) -> Fine {
        Fine
    }
}
impl<T: DeserializeOwned + JsonSchema> Part<T> {
    /// Whether it can be part of an argument.
    pub fn in_argument(&self) -> Fine {
        Fine
    }
}
impl<'c, T: Parameter<'c>> Part<T> {
    /// Whether it can be a parameter.
    pub fn is_parameter(&self) -> Fine {
        Fine
    }
}

macro_rules! blocks {
    ($($t:ty),*) => { $(
        impl Part<$t> {
            /// It is a block.
            pub fn in_tool(&self) -> Misplaced { Misplaced }
        }
    )* };
}
blocks!(Content, TextContent, Image, Audio, ResourceLink, Embedded);

/// The verdict on everything else.
pub trait OtherPart {
    /// It cannot be part of structured output.
    fn in_tool(&self) -> Faulty {
        Faulty
    }
    /// It cannot be part of JSON text.
    fn in_resource(&self) -> Faulty {
        Faulty
    }
    /// It cannot be part of an argument.
    fn in_argument(&self) -> Faulty {
        Faulty
    }
    /// It cannot be a parameter.
    fn is_parameter(&self) -> Faulty {
        Faulty
    }
}
impl<T: ?Sized> OtherPart for Part<T> {}

impl Fine {
    /// Both are fine.
    pub fn and<V>(self, other: V) -> V {
        other
    }
    /// What is wrong with a whole whose parts are fine is its own.
    pub fn excuse<V>(self, whole: V) -> V {
        whole
    }
    /// The verdict for what it is part of.
    pub fn passed_on(self) -> Fine {
        self
    }
    /// Where the whole is fine, nobody looks at its parts.
    pub fn blame<V>(self, _: V) -> Fine {
        Fine
    }
}
impl Faulty {
    /// One is not.
    pub fn and<V>(self, _: V) -> Faulty {
        Faulty
    }
    /// A part that is not fine has an error, and the whole needs none.
    pub fn excuse<V>(self, _: V) -> Fine {
        Fine
    }
    /// The verdict for what it is part of.
    pub fn passed_on(self) -> Faulty {
        self
    }
    /// Where the whole is not fine, it may be for its parts.
    pub fn blame<V>(self, part: V) -> V {
        part
    }
}
impl Misplaced {
    /// The verdict for what it is part of.
    pub fn passed_on(self) -> Faulty {
        Faulty
    }
}

/// The verdict on a whole of this kind: one with rules of its own is not what its parts are.
pub trait Judge<V> {
    /// The verdict.
    type Verdict;
    /// The verdict.
    fn judge(&self, verdict: V) -> Self::Verdict;
}
impl<V> Judge<V> for PhantomData<AsJson> {
    type Verdict = V;
    fn judge(&self, verdict: V) -> V {
        verdict
    }
}
// Of itself it is no JSON, so that what is wrong with it is wrong with what is inside.
impl<V> Judge<V> for PhantomData<AsWrapped> {
    type Verdict = Faulty;
    fn judge(&self, _: V) -> Faulty {
        Faulty
    }
}
impl<V> Judge<V> for PhantomData<AsText> {
    type Verdict = Fine;
    fn judge(&self, _: V) -> Fine {
        Fine
    }
}
impl<V> Judge<V> for PhantomData<AsItself> {
    type Verdict = Fine;
    fn judge(&self, _: V) -> Fine {
        Fine
    }
}

/// What can be part of structured output.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of what a tool returns",
    label = "cannot be written as JSON that has a schema",
    note = "what is inside of a structured result derives both: `#[derive(serde::Serialize, schemars::JsonSchema)]`",
    note = "a type of another crate has `JsonSchema` by a feature of schemars 1: `schemars = {{ version = \"1\", features = [\"uuid1\"] }}`, or `chrono04`, `url2`, `jiff02`; what schemars 0.8 derives is another trait"
)]
pub trait ToolPart {}
impl<T: Serialize + JsonSchema + ?Sized> ToolPart for T {}

/// A block that can be part of another type: there is none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is a block of a tool's result, which cannot be inside of this type",
    label = "cannot be here",
    note = "several blocks are a `Vec<Content>`, with `.into()` for each, a `Vec<Image>` or `Vec<Audio>`, or a pair as `(Image, String)`"
)]
pub trait Placed {}

/// What can be part of JSON text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of what a resource returns",
    label = "cannot be written as JSON",
    note = "what is inside of JSON text derives `serde::Serialize`"
)]
pub trait ResourcePart {}
impl<T: Serialize + ?Sized> ResourcePart for T {}

/// What can be part of an argument.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of an argument",
    label = "cannot be read from JSON that has a schema",
    note = "what is inside of an argument derives both: `#[derive(serde::Deserialize, schemars::JsonSchema)]`",
    note = "a type of another crate has `JsonSchema` by a feature of schemars 1: `schemars = {{ version = \"1\", features = [\"uuid1\"] }}`, or `chrono04`, `url2`, `jiff02`; what schemars 0.8 derives is another trait"
)]
pub trait ArgumentPart {}
impl<T: DeserializeOwned + JsonSchema> ArgumentPart for T {}

/// Nobody is to blame.
impl Fine {
    /// Nothing to ask for.
    pub fn tool_part<T: ?Sized>(self, _: &Part<T>) {}
    /// Nothing to ask for.
    pub fn resource_part<T: ?Sized>(self, _: &Part<T>) {}
    /// Nothing to ask for.
    pub fn argument_part<T: ?Sized>(self, _: &Part<T>) {}
}
/// Asks for what the part lacks.
impl Faulty {
    /// Both traits.
    pub fn tool_part<T: ToolPart + ?Sized>(self, _: &Part<T>) {}
    /// The trait.
    pub fn resource_part<T: ResourcePart + ?Sized>(self, _: &Part<T>) {}
    /// Both traits.
    pub fn argument_part<T: ArgumentPart + ?Sized>(self, _: &Part<T>) {}
}
impl Misplaced {
    /// Another place.
    pub fn tool_part<T: Placed + ?Sized>(self, _: &Part<T>) {}
}

impl Fine {
    /// How this type becomes a tool's result.
    pub fn tool_output<T: IntoToolResult<K>, K>(self, kind: PhantomData<K>, probe: &Probe<T>) -> Output<T, ToolResult> {
        super::tool::tool_output(kind, probe)
    }
    /// How this type becomes contents.
    pub fn resource_output<T: IntoResourceContents<K>, K>(
        self,
        kind: PhantomData<K>,
        probe: &Probe<T>,
    ) -> Output<T, Vec<ResourceContents>> {
        super::resource::resource_output(kind, probe)
    }
    /// The witness of a parameter.
    pub fn param<'c, T: Parameter<'c>>(self) -> Param<'c, T> {
        Param::of::<T>()
    }
}

/// What stands in place of a whole in a program that does not compile.
impl Faulty {
    /// Nothing.
    pub fn tool_output<T, K>(self, _: PhantomData<K>, _: &Probe<T>) -> Output<T, ToolResult> {
        Output { schema: |_| None, has_schema: false, mime: None, into: |_| Err(nothing()) }
    }
    /// Nothing.
    pub fn resource_output<T, K>(self, _: PhantomData<K>, _: &Probe<T>) -> Output<T, Vec<ResourceContents>> {
        Output { schema: |_| None, has_schema: false, mime: None, into: |_| Err(nothing()) }
    }
    /// Nothing.
    pub fn param<'c, T>(self) -> Param<'c, T> {
        Param::excused()
    }
}

fn nothing() -> Error {
    Error::internal("a part of this type cannot be written")
}
