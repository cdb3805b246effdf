//! What requests carry: every known field of `params` and of `_meta`, still as raw JSON, read in one pass.

use crate::jsonrpc::ErrorObject;
use crate::jsonrpc::decode::{Given, Str};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// A struct of raw fields, read from an object and from nothing else. (What serde derives would take an array, too.)
macro_rules! raw_fields {
    ($(#[$doc:meta])* $name:ident { $($field:ident = $key:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(crate) struct $name<'a> {
            $(pub(crate) $field: Option<&'a RawValue>,)*
        }

        impl<'de: 'a, 'a> Deserialize<'de> for $name<'a> {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'de> Visitor<'de> for Fields {
                    type Value = $name<'de>;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut it = $name::default();
                        // `null` is a value, too, though it is as good as none.
                        let mut seen = 0_u32;
                        while let Some(Str(key)) = map.next_key()? {
                            let mut bit = 1_u32;
                            $(
                                if key == $key {
                                    if seen & bit != 0 {
                                        return Err(serde::de::Error::duplicate_field($key));
                                    }
                                    seen |= bit;
                                    it.$field = map.next_value()?;
                                    continue;
                                }
                                bit <<= 1;
                            )*
                            let _unknown = bit;
                            map.next_value::<IgnoredAny>()?;
                        }
                        Ok(it)
                    }
                }
                d.deserialize_map(Fields)
            }
        }
    };
}

raw_fields! {
    /// The fields of `params` that some method knows. Whoever needs one reads it and complains in its name.
    Params {
        meta = "_meta",
        name = "name",
        arguments = "arguments",
        uri = "uri",
        cursor = "cursor",
        level = "level",
        reference = "ref",
        argument = "argument",
        context = "context",
        notifications = "notifications",
        request_id = "requestId",
        protocol_version = "protocolVersion",
        capabilities = "capabilities",
        client_info = "clientInfo",
        input_responses = "inputResponses",
        request_state = "requestState",
    }
}

raw_fields! {
    /// The fields of a request's `_meta` that the protocol reserves.
    RequestMeta {
        protocol_version = "io.modelcontextprotocol/protocolVersion",
        client_info = "io.modelcontextprotocol/clientInfo",
        client_capabilities = "io.modelcontextprotocol/clientCapabilities",
        log_level = "io.modelcontextprotocol/logLevel",
        progress_token = "progressToken",
    }
}

/// What a completion is for.
#[derive(Deserialize)]
pub(crate) struct Reference<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) name: Option<&'a RawValue>,
    #[serde(borrow)]
    uri: Option<&'a RawValue>,
    #[serde(borrow, rename = "uriTemplate")]
    uri_template: Option<&'a RawValue>,
}

impl<'a> Reference<'a> {
    pub(crate) fn read(raw: &'a RawValue) -> Result<Self, ErrorObject> {
        typed(raw, "params.ref")
    }

    /// The URI or the template, whatever it was called.
    pub(crate) fn uri(&self) -> Option<&'a RawValue> {
        self.uri.or(self.uri_template)
    }
}

impl<'a> Params<'a> {
    /// The `params` of a request; absent and `null` are empty.
    pub(crate) fn of(given: Given<'a, Params<'a>>) -> Result<Self, ErrorObject> {
        match given {
            Given::Read(params) => Ok(params),
            Given::Raw(raw) => Params::read(raw),
        }
    }

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
