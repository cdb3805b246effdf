//! References into `$defs`: `#/$defs/Name`, with the escapes of JSON pointers and of URIs.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The definition that a reference names.
pub(super) fn name_of(reference: &str) -> Option<String> {
    let name = reference.strip_prefix("#/$defs/").filter(|name| !name.contains('/'))?;
    Some(unescaped(name).replace("~1", "/").replace("~0", "~"))
}

/// The definition that a schema is a reference to.
pub(super) fn name_in(schema: &Map<String, Value>) -> Option<String> {
    name_of(schema.get("$ref")?.as_str()?)
}

/// What a reference leads to in the schema whose root this is; `None` when it leads nowhere, or elsewhere.
pub(crate) fn target<'s>(root: &'s Value, reference: &str) -> Option<&'s Value> {
    match reference.strip_prefix('#')? {
        "" => Some(root),
        pointer => root.pointer(&unescaped(pointer)),
    }
}

/// A part of a URI without its escapes.
fn unescaped(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}
