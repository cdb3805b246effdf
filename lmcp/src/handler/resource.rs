//! What a `#[resource]` function may return.

use super::call::Rejection;
use super::returns::{AsItself, AsJson, AsText, AsWrapped, Json, Output, Probe, Text};
use crate::protocol::ResourceContents;
use crate::{Error, Result};
use serde::Serialize;
use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

/// What a `#[resource]` function may return, inside `Result` and `Option` too (`None` is "resource not found").
///
/// Strings are text; `Vec<u8>`, `Bytes` and byte slices are blobs; anything else that is `Serialize` is JSON text.
/// Implement it for a type of your own that is none of these.
///
/// ```
/// use lmcp::{IntoResourceContents, ResourceContents, resource};
///
/// struct Csv(Vec<[&'static str; 2]>);
///
/// impl IntoResourceContents for Csv {
///     fn into_resource_contents(self) -> lmcp::Result<Vec<ResourceContents>> {
///         let lines: Vec<String> = self.0.iter().map(|row| row.join(",")).collect();
///         Ok(vec![ResourceContents::text(lines.join("\n")).mime("text/csv")])
///     }
/// }
///
/// /// Capitals.
/// #[resource("atlas://capitals")]
/// fn capitals() -> Csv {
///     Csv(vec![["Norway", "Oslo"], ["Italy", "Rome"]])
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned from a resource",
    label = "not a resource's contents",
    note = "a type that becomes JSON text derives `serde::Serialize`",
    note = "or return `String`, `Vec<u8>`, `Bytes`, `ResourceContents`, `Vec<ResourceContents>`, or a `Result` or `Option` of these"
)]
pub trait IntoResourceContents<As = AsJson>: Sized {
    /// The MIME type of what this type gives, where neither the contents nor the attribute say one.
    #[doc(hidden)]
    const MIME: Option<&'static str> = None;

    /// The contents; where they leave the URI or the MIME type open, lmcp fills in what was asked for.
    ///
    /// # Errors
    ///
    /// The error becomes the read's outcome, as if the function had returned it.
    fn into_resource_contents(self) -> Result<Vec<ResourceContents>>;
}

const TEXT: &str = "text/plain";
const JSON: &str = "application/json";
const BYTES: &str = "application/octet-stream";

fn json(value: &impl Serialize) -> Result<Vec<ResourceContents>> {
    let text = serde_json::to_string(value)
        .map_err(|e| Error::internal(format!("the resource cannot be written as JSON: {e}")))?;
    Ok(vec![ResourceContents::text(text)])
}

// It is named where it does not apply: so is the trait that is missing.
impl<T: Serialize> IntoResourceContents<AsJson> for T {
    const MIME: Option<&'static str> = Some(JSON);
    fn into_resource_contents(self) -> Result<Vec<ResourceContents>> {
        json(&self)
    }
}

macro_rules! kinds {
    ($(
        $kind:ident $mime:expr, [$($generics:tt)*] $t:ty $(where $of:ident: $bound:path)?
        => |$value:ident| $result:expr
    ),* $(,)?) => { $(
        impl<$($generics)*> IntoResourceContents<$kind> for $t $(where $of: $bound)? {
            const MIME: Option<&'static str> = $mime;
            fn into_resource_contents(self) -> Result<Vec<ResourceContents>> { let $value = self; $result }
        }
        impl<$($generics)*> Probe<$t> {
            /// Its kind.
            pub fn resource_kind(&self) -> PhantomData<$kind> { PhantomData }
        }
    )* };
}
kinds!(
    AsText Some(TEXT), [] () => |_unit| Ok(vec![ResourceContents::text("")]),
    AsText Some(TEXT), [] String => |text| Ok(vec![ResourceContents::text(text)]),
    AsText Some(TEXT), [] &'static str => |text| Ok(vec![ResourceContents::text(text)]),
    AsText Some(TEXT), [] Cow<'static, str> => |text| Ok(vec![ResourceContents::text(text)]),
    AsText Some(TEXT), [] Box<str> => |text| Ok(vec![ResourceContents::text(text)]),
    AsText Some(TEXT), [] Arc<str> => |text| Ok(vec![ResourceContents::text(&*text)]),
    AsItself Some(BYTES), [] Vec<u8> => |bytes| Ok(vec![ResourceContents::blob(bytes)]),
    AsItself Some(BYTES), [] bytes::Bytes => |bytes| Ok(vec![ResourceContents::blob(bytes)]),
    AsItself Some(BYTES), [] &'static [u8] => |bytes| Ok(vec![ResourceContents::blob(bytes)]),
    AsItself Some(BYTES), [const N: usize] [u8; N] => |bytes| Ok(vec![ResourceContents::blob(bytes)]),
    AsItself Some(BYTES), [const N: usize] &'static [u8; N] => |bytes| Ok(vec![ResourceContents::blob(bytes)]),
    AsItself None, [] ResourceContents => |contents| Ok(vec![contents]),
    AsItself None, [] Vec<ResourceContents> => |contents| Ok(contents),
    AsItself Some(TEXT), [T] Text<T> where T: std::fmt::Display => |text| Ok(vec![ResourceContents::text(text.0.to_string())]),
    AsWrapped Some(JSON), [T] Json<T> where T: Serialize => |value| json(&value.0),
);

/// The kind of everything without a kind of its own.
pub trait JsonResource {
    /// Its kind.
    fn resource_kind(&self) -> PhantomData<AsJson> {
        PhantomData
    }
}
impl<T> JsonResource for Probe<T> {}

/// How this type becomes contents. The only place where a resource's return type is bounded.
pub fn resource_output<T: IntoResourceContents<K>, K>(
    _: PhantomData<K>,
    _: &Probe<T>,
) -> Output<T, Vec<ResourceContents>> {
    Output { schema: |_| None, has_schema: false, mime: T::MIME, into: T::into_resource_contents }
}

impl<T> Output<T, Vec<ResourceContents>> {
    /// Writes down the MIME type that follows from the type.
    pub fn describe(&self, description: &mut super::entry::Description, _nullable: bool) {
        description.mime = self.mime;
    }

    /// The outcome of a read that gave `value`: `None` is "not found".
    ///
    /// # Errors
    ///
    /// What the conversion says, or that there is no such resource.
    pub fn finish(&self, value: Option<T>) -> Result<Vec<ResourceContents>, Rejection> {
        match value {
            Some(value) => (self.into)(value).map_err(Rejection::Error),
            None => Err(Rejection::Error(Error::nothing())),
        }
    }
}
