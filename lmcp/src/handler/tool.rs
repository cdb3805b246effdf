//! What a `#[tool]` function may return.

use super::call::Rejection;
use super::returns::{AsItself, AsJson, AsText, AsWrapped, Json, Output, Probe, Text};
use crate::Result;
use crate::protocol::{Audio, Content, Embedded, Image, ResourceLink, TextContent, ToolResult};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

/// What a `#[tool]` function may return, inside `Result` and `Option` too.
///
/// Text types give one text block; `Serialize + JsonSchema` types give structured output with a schema; content
/// types give themselves. Implement it for a type of your own that is none of these:
///
/// ```
/// use lmcp::{IntoToolResult, ToolResult, tool};
///
/// struct Html(String);
///
/// impl IntoToolResult for Html {
///     fn into_tool_result(self) -> lmcp::Result<ToolResult> {
///         Ok(ToolResult::text(self.0).meta("example.com/type", "text/html"))
///     }
/// }
///
/// /// A page.
/// #[tool]
/// fn page() -> Html {
///     Html("<p>hello".into())
/// }
/// # assert_eq!(page().0, "<p>hello");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned from a tool",
    label = "not a tool result",
    note = "a structured result's type derives both: `#[derive(serde::Serialize, schemars::JsonSchema)]`",
    note = "a type of another crate has `JsonSchema` by a feature of schemars 1: `schemars = {{ version = \"1\", features = [\"uuid1\"] }}`, or `chrono04`, `url2`, `jiff02`; what schemars 0.8 derives is another trait",
    note = "or return `String`, a number, `Image`, `Vec<Image>`, `(String, Image)` in any order, `Vec<Content>`, `ToolResult`, `Text<T>`, `Json<T>`, `()`, or a `Result` or `Option` of these"
)]
pub trait IntoToolResult<As = AsJson>: Sized {
    /// The schema of the structured output, if there is one.
    fn output_schema(_generator: &mut SchemaGenerator) -> Option<Schema> {
        None
    }
    #[doc(hidden)]
    const HAS_SCHEMA: bool = false;

    /// The result.
    ///
    /// # Errors
    ///
    /// The error becomes the call's outcome, as if the function had returned it.
    fn into_tool_result(self) -> Result<ToolResult>;
}

// It is named where it does not apply: so is the trait that is missing.
impl<T: Serialize + JsonSchema> IntoToolResult<AsJson> for T {
    fn output_schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        Some(generator.subschema_for::<T>())
    }
    const HAS_SCHEMA: bool = true;
    fn into_tool_result(self) -> Result<ToolResult> {
        ToolResult::structured(&self)
    }
}

macro_rules! text {
    ($($t:ty),* $(,)?) => { $(
        #[diagnostic::do_not_recommend]
        impl IntoToolResult<AsText> for $t {
            fn into_tool_result(self) -> Result<ToolResult> { Ok(ToolResult::text(self.to_string())) }
        }
        impl Probe<$t> {
            /// Its kind.
            pub fn tool_kind(&self) -> PhantomData<AsText> { PhantomData }
        }
    )* };
}
text!(
    &'static str,
    Cow<'static, str>,
    Box<str>,
    Arc<str>,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    f32,
    f64,
    bool,
    char,
);

macro_rules! itself {
    ($([$($generics:tt)*] $t:ty $(where $of:ident: $bound:path)? => |$value:pat_param| $result:expr),* $(,)?) => { $(
        impl<$($generics)*> IntoToolResult<AsItself> for $t $(where $of: $bound)? {
            fn into_tool_result(self) -> Result<ToolResult> { let $value = self; $result }
        }
        impl<$($generics)*> Probe<$t> {
            /// Its kind.
            pub fn tool_kind(&self) -> PhantomData<AsItself> { PhantomData }
        }
    )* };
}
itself!(
    [] () => |()| Ok(ToolResult::new()),
    [] String => |text| Ok(ToolResult::text(text)),
    [] Content => |block| Ok(ToolResult::new().content(block)),
    [] TextContent => |block| Ok(ToolResult::new().content(block)),
    [] Image => |block| Ok(ToolResult::new().content(block)),
    [] Audio => |block| Ok(ToolResult::new().content(block)),
    [] ResourceLink => |block| Ok(ToolResult::new().content(block)),
    [] Embedded => |block| Ok(ToolResult::new().content(block)),
    [] Vec<Content> => |blocks| Ok(ToolResult { content: blocks, ..ToolResult::default() }),
    [] Vec<Image> => |blocks| Ok(blocks.into_iter().fold(ToolResult::new(), ToolResult::content)),
    [] Vec<Audio> => |blocks| Ok(blocks.into_iter().fold(ToolResult::new(), ToolResult::content)),
    [const N: usize] [Content; N] => |blocks| Ok(ToolResult { content: blocks.into(), ..ToolResult::default() }),
    [] ToolResult => |result| Ok(result),
    [] serde_json::Value => |value| ToolResult::structured(&value),
    [T] Text<T> where T: std::fmt::Display => |text| Ok(ToolResult::text(text.0.to_string())),
);

impl<T: Serialize + JsonSchema> IntoToolResult<AsWrapped> for Json<T> {
    fn output_schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        Some(generator.subschema_for::<T>())
    }
    const HAS_SCHEMA: bool = true;
    fn into_tool_result(self) -> Result<ToolResult> {
        ToolResult::structured(&self.0)
    }
}
impl<T> Probe<Json<T>> {
    /// Its kind.
    pub fn tool_kind(&self) -> PhantomData<AsWrapped> {
        PhantomData
    }
}

/// The kind of everything without a kind of its own.
pub trait JsonTool {
    /// Its kind.
    fn tool_kind(&self) -> PhantomData<AsJson> {
        PhantomData
    }
}
impl<T> JsonTool for Probe<T> {}

/// How this type becomes a tool's result. The only place where a tool's return type is bounded.
pub fn tool_output<T: IntoToolResult<K>, K>(_: PhantomData<K>, _: &Probe<T>) -> Output<T, ToolResult> {
    Output { schema: T::output_schema, has_schema: T::HAS_SCHEMA, mime: None, into: T::into_tool_result }
}

impl<T> Output<T, ToolResult> {
    /// Writes down the output's schema.
    pub fn describe(&self, description: &mut super::entry::Description, nullable: bool) {
        description.output = self.has_schema.then_some(self.schema);
        description.nullable = nullable;
    }

    /// The outcome of a call that gave `value`: `None` is an empty result, `null` where there is a schema.
    ///
    /// # Errors
    ///
    /// What the conversion says.
    pub fn finish(&self, value: Option<T>) -> Result<ToolResult, Rejection> {
        match value {
            Some(value) => (self.into)(value).map_err(Rejection::Error),
            None if self.has_schema => Ok(ToolResult {
                structured: Some(serde_json::value::RawValue::NULL.to_owned()),
                ..ToolResult::default()
            }),
            None => Ok(ToolResult::new()),
        }
    }
}
