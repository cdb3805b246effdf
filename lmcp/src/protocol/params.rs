//! What requests carry: every known field of `params` and of `_meta`, still as raw JSON, read in one pass.

use crate::jsonrpc::ErrorObject;
use crate::jsonrpc::decode::Str;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The fields of `params` that some method knows. Whoever needs one reads it and complains in its name.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Params<'a> {
    #[serde(borrow, rename = "_meta")]
    pub(crate) meta: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) name: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) arguments: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) uri: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) cursor: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) level: Option<&'a RawValue>,
    #[serde(borrow, rename = "ref")]
    pub(crate) reference: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) argument: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) context: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) notifications: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) request_id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) protocol_version: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) capabilities: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) client_info: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) input_responses: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) request_state: Option<&'a RawValue>,
}

impl<'a> Params<'a> {
    /// Reads a message's `params`; absent and `null` are empty.
    pub(crate) fn read(raw: Option<&'a RawValue>) -> Result<Self, ErrorObject> {
        match raw.map(RawValue::get) {
            None | Some("null") => Ok(Params::default()),
            Some(text) if text.starts_with('{') => serde_json::from_str(text).map_err(|e| unfit("params", &e)),
            Some(_) => Err(ErrorObject::invalid_params("`params` must be an object")),
        }
    }

    /// Reads `_meta`; absent and `null` are empty.
    pub(crate) fn read_meta(&self) -> Result<RequestMeta<'a>, ErrorObject> {
        match self.meta.map(RawValue::get) {
            None | Some("null") => Ok(RequestMeta::default()),
            Some(text) if text.starts_with('{') => serde_json::from_str(text).map_err(|e| unfit("params._meta", &e)),
            Some(_) => Err(ErrorObject::invalid_params("`params._meta` must be an object")),
        }
    }
}

/// The fields of a request's `_meta` that the protocol reserves.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct RequestMeta<'a> {
    #[serde(borrow, rename = "io.modelcontextprotocol/protocolVersion")]
    pub(crate) protocol_version: Option<&'a RawValue>,
    #[serde(borrow, rename = "io.modelcontextprotocol/clientInfo")]
    pub(crate) client_info: Option<&'a RawValue>,
    #[serde(borrow, rename = "io.modelcontextprotocol/clientCapabilities")]
    pub(crate) client_capabilities: Option<&'a RawValue>,
    #[serde(borrow, rename = "io.modelcontextprotocol/logLevel")]
    pub(crate) log_level: Option<&'a RawValue>,
    #[serde(borrow, rename = "progressToken")]
    pub(crate) progress_token: Option<&'a RawValue>,
}

/// A string that must be there.
pub(crate) fn required_string<'a>(raw: Option<&'a RawValue>, path: &str) -> Result<Cow<'a, str>, ErrorObject> {
    match raw {
        None => Err(ErrorObject::invalid_params(format!("`{path}` is missing"))),
        Some(raw) => string(raw, path),
    }
}

/// A string, if it is there.
pub(crate) fn string<'a>(raw: &'a RawValue, path: &str) -> Result<Cow<'a, str>, ErrorObject> {
    match serde_json::from_str::<Str<'a>>(raw.get()) {
        Ok(Str(text)) => Ok(text),
        Err(_) => Err(ErrorObject::invalid_params(format!("`{path}` must be a string, not {}", kind(raw)))),
    }
}

/// An object of one of the protocol's own small types. (serde would fill a struct from an array too.)
pub(crate) fn typed<'a, T: Deserialize<'a>>(raw: &'a RawValue, path: &str) -> Result<T, ErrorObject> {
    if !raw.get().starts_with('{') {
        return Err(ErrorObject::invalid_params(format!("`{path}` must be an object, not {}", kind(raw))));
    }
    serde_json::from_str(raw.get()).map_err(|e| unfit(path, &e))
}

/// What kind of JSON value this is, in words.
pub(crate) fn kind(raw: &RawValue) -> &'static str {
    match raw.get().as_bytes().first() {
        Some(b'"') => "a string",
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

fn unfit(path: &str, e: &serde_json::Error) -> ErrorObject {
    ErrorObject::invalid_params(format!("`{path}`: {}", crate::handler::call::reason(e)))
}
