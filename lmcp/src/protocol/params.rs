//! What requests carry: every known field of `params` and of `_meta`, still as raw JSON, read in the message's own pass.

use crate::jsonrpc::ErrorObject;
use crate::jsonrpc::decode::Scan;
use crate::jsonrpc::scan::{Raw, Scanner, Uncut};
use serde::Deserialize;
use std::borrow::Cow;

/// A struct of raw fields. `null` is as good as none.
macro_rules! raw_fields {
    ($(#[$doc:meta])* $name:ident { $($field:ident = $key:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(crate) struct $name<'a> {
            $(pub(crate) $field: Option<Raw<'a>>,)*
        }

        impl<'a> $name<'a> {
            /// Where the value of a key goes, its bit among those that were seen, and its name.
            fn slot(&mut self, key: &str) -> Option<(&mut Option<Raw<'a>>, u32, &'static str)> {
                let mut bit = 1_u32;
                $(
                    if key == $key {
                        return Some((&mut self.$field, bit, $key));
                    }
                    bit <<= 1;
                )*
                let _unknown = bit;
                None
            }
        }
    };
}

/// What is wrong with `params` or `_meta` as a whole.
#[derive(Clone, Copy, Debug)]
enum Wrong {
    NotAnObject,
    Twice(&'static str),
}

impl Wrong {
    fn error(self, path: &str) -> ErrorObject {
        ErrorObject::invalid_params(match self {
            Wrong::NotAnObject => format!("`{path}` must be an object"),
            Wrong::Twice(field) => format!("`{path}`: duplicate field `{field}`"),
        })
    }
}

/// The `params` of a message, and what is wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Given<'a> {
    params: Params<'a>,
    meta: RequestMeta<'a>,
    wrong: Option<Wrong>,
    wrong_meta: Option<Wrong>,
}

impl<'a> Scan<'a> for Given<'a> {
    fn scan(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Uncut> {
        let Given { params, meta, wrong, wrong_meta } = self;
        let mut seen = 0;
        let mut has_meta = false;
        object(scanner, wrong, |scanner, key, wrong| {
            if key == "_meta" {
                if std::mem::replace(&mut has_meta, true) {
                    *wrong = Some(Wrong::Twice("_meta"));
                }
                params.meta = scan_meta(scanner, meta, wrong_meta)?;
                return Ok(());
            }
            fill(params.slot(key), scanner, &mut seen, wrong)
        })
        .map(drop)
    }
}

fn scan_meta<'a>(
    scanner: &mut Scanner<'a>,
    meta: &mut RequestMeta<'a>,
    wrong: &mut Option<Wrong>,
) -> Result<Option<Raw<'a>>, Uncut> {
    let mut seen = 0;
    object(scanner, wrong, |scanner, key, wrong| fill(meta.slot(key), scanner, &mut seen, wrong))
}

/// Reads an object's fields; `null` and everything else have none.
fn object<'a>(
    scanner: &mut Scanner<'a>,
    wrong: &mut Option<Wrong>,
    mut field: impl FnMut(&mut Scanner<'a>, &str, &mut Option<Wrong>) -> Result<(), Uncut>,
) -> Result<Option<Raw<'a>>, Uncut> {
    if scanner.peek()? == b'{' {
        return scanner.object(|scanner, key| field(scanner, key, wrong)).map(Some);
    }
    if !scanner.value()?.is_null() {
        *wrong = Some(Wrong::NotAnObject);
    }
    Ok(None)
}

fn fill<'a>(
    slot: Option<(&mut Option<Raw<'a>>, u32, &'static str)>,
    scanner: &mut Scanner<'a>,
    seen: &mut u32,
    wrong: &mut Option<Wrong>,
) -> Result<(), Uncut> {
    let value = scanner.value()?;
    if let Some((slot, bit, name)) = slot {
        if *seen & bit != 0 {
            *wrong = Some(Wrong::Twice(name));
        }
        *seen |= bit;
        *slot = Some(value).filter(|value| !value.is_null());
    }
    Ok(())
}

raw_fields! {
    /// The fields of `params` that some method knows. Whoever needs one reads it and complains in its name.
    Params {
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
        meta = "_meta",
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
    pub(crate) kind: Option<Raw<'a>>,
    #[serde(borrow)]
    pub(crate) name: Option<Raw<'a>>,
    #[serde(borrow)]
    uri: Option<Raw<'a>>,
    #[serde(borrow, rename = "uriTemplate")]
    uri_template: Option<Raw<'a>>,
}

impl<'a> Reference<'a> {
    pub(crate) fn read(raw: Raw<'a>) -> Result<Self, ErrorObject> {
        typed(raw, "params.ref")
    }

    /// The URI or the template, whatever it was called.
    pub(crate) fn uri(&self) -> Option<Raw<'a>> {
        self.uri.or(self.uri_template)
    }
}

impl<'a> Given<'a> {
    /// The fields of `params`, and those of its `_meta`; absent and `null` are empty.
    pub(crate) fn read(&self) -> Result<(&Params<'a>, &RequestMeta<'a>), ErrorObject> {
        match (self.wrong, self.wrong_meta) {
            (None, None) => Ok((&self.params, &self.meta)),
            (Some(wrong), _) => Err(wrong.error("params")),
            (None, Some(wrong)) => Err(wrong.error("params._meta")),
        }
    }

    /// The fields of `params`, where nobody asks for `_meta`.
    pub(crate) fn params(&self) -> Result<&Params<'a>, ErrorObject> {
        self.wrong.map_or(Ok(&self.params), |wrong| Err(wrong.error("params")))
    }
}

/// A string that must be there.
pub(crate) fn required_string<'a>(raw: Option<Raw<'a>>, path: &str) -> Result<Cow<'a, str>, ErrorObject> {
    match raw {
        None => Err(ErrorObject::invalid_params(format!("`{path}` is missing"))),
        Some(raw) => string(raw, path),
    }
}

/// A string, if it is there.
pub(crate) fn string<'a>(raw: Raw<'a>, path: &str) -> Result<Cow<'a, str>, ErrorObject> {
    raw.text().ok_or_else(|| ErrorObject::invalid_params(format!("`{path}` must be a string, not {}", kind(raw))))
}

/// An object of one of the protocol's own small types. (serde would fill a struct from an array too.)
pub(crate) fn typed<'a, T: Deserialize<'a>>(raw: Raw<'a>, path: &str) -> Result<T, ErrorObject> {
    if !raw.get().starts_with('{') {
        return Err(ErrorObject::invalid_params(format!("`{path}` must be an object, not {}", kind(raw))));
    }
    serde_json::from_str(raw.get()).map_err(|e| unfit(path, &e))
}

/// What kind of JSON value this is, in words.
pub(crate) fn kind(raw: Raw<'_>) -> &'static str {
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
