//! Two parts as a tool's result, in the order in which they are given: a text and a picture, or the other way round.

use super::returns::{AsItself, Probe};
use super::tool::IntoToolResult;
use crate::Result;
use crate::protocol::{Audio, Content, Embedded, Image, ResourceLink, TextContent, ToolResult};
use std::marker::PhantomData;

/// One part of a pair: a block, or several.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand beside a block in a tool's result",
    label = "not a block",
    note = "beside `Image`, `Audio` and other blocks stand `String`, `&'static str`, blocks, or a `Vec` of one kind of them",
    note = "or return `Vec<Content>`, with `.into()` for each part, or `ToolResult`, which has room for structured output too"
)]
pub trait Blocks {
    /// Puts it behind what is there.
    fn add(self, to: ToolResult) -> ToolResult;
}

macro_rules! blocks {
    ($($t:ty => |$to:ident, $value:ident| $result:expr),* $(,)?) => { $(
        #[diagnostic::do_not_recommend]
        impl Blocks for $t {
            fn add(self, $to: ToolResult) -> ToolResult { let $value = self; $result }
        }
    )* };
}
blocks!(
    String => |to, text| to.content(text),
    &'static str => |to, text| to.content(text),
    Content => |to, block| to.content(block),
    TextContent => |to, block| to.content(block),
    Image => |to, block| to.content(block),
    Audio => |to, block| to.content(block),
    ResourceLink => |to, block| to.content(block),
    Embedded => |to, block| to.content(block),
    Vec<Content> => |to, blocks| blocks.into_iter().fold(to, ToolResult::content),
    Vec<Image> => |to, blocks| blocks.into_iter().fold(to, ToolResult::content),
    Vec<Audio> => |to, blocks| blocks.into_iter().fold(to, ToolResult::content),
);

impl<A: Blocks, B: Blocks> IntoToolResult<AsItself> for (A, B) {
    fn into_tool_result(self) -> Result<ToolResult> {
        let (first, second) = self;
        Ok(second.add(first.add(ToolResult::new())))
    }
}

/// What no text is: beside it there can be nothing but blocks. Two texts are a JSON array, as serde has it, and so is a
/// text with a value.
macro_rules! kinds {
    ($($t:ty),* $(,)?) => { $(
        impl<B> Probe<($t, B)> {
            /// Its kind.
            pub fn tool_kind(&self) -> PhantomData<AsItself> { PhantomData }
        }
        impl Probe<(String, $t)> {
            /// Its kind.
            pub fn tool_kind(&self) -> PhantomData<AsItself> { PhantomData }
        }
        impl Probe<(&'static str, $t)> {
            /// Its kind.
            pub fn tool_kind(&self) -> PhantomData<AsItself> { PhantomData }
        }
    )* };
}
kinds!(Content, TextContent, Image, Audio, ResourceLink, Embedded, Vec<Content>, Vec<Image>, Vec<Audio>);
