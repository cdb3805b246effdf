//! The headers that repeat parts of a 2026-07-28 message, checked against it.
//!
//! Spec: basic/transports/streamable-http, "Request Metadata" and "Server Validation".

use crate::jsonrpc::{ErrorObject, Raw, code};
use crate::protocol::method::Method;
use crate::protocol::params::Params;
use crate::registry::Tool;
use base64::Engine as _;
use hyper::header::{AsHeaderName, HeaderMap, HeaderName, HeaderValue};
use std::borrow::Cow;
use std::collections::HashMap;

pub(crate) const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");

fn mismatch(message: String) -> ErrorObject {
    ErrorObject::new(code::HEADER_MISMATCH, message)
}

/// `MCP-Protocol-Version` is the revision that the message names. The first of the checks: if it is the header that is
/// missing, all that are missing are told.
pub(crate) fn check_version(
    headers: &HeaderMap,
    version: &str,
    method: &str,
    params: &Params<'_>,
) -> Result<(), ErrorObject> {
    exact(headers, &PROTOCOL_VERSION, "MCP-Protocol-Version", version, || absent(headers, method, params))
}

/// `Mcp-Method` is the method, and `Mcp-Name` the name or URI of those that have one.
pub(crate) fn check_routing(headers: &HeaderMap, method: &str, params: &Params<'_>) -> Result<(), ErrorObject> {
    exact(headers, &METHOD, "Mcp-Method", method, || absent(headers, method, params))?;
    let Some(name) = named(method, params) else { return Ok(()) };
    let value = one(headers, &NAME, "Mcp-Name")?.ok_or_else(|| missing(&["Mcp-Name"]))?;
    if decoded("Mcp-Name", value)? == name {
        return Ok(());
    }
    Err(mismatch("the header `Mcp-Name` is not what the message names".into()))
}

/// The name or URI that the message is about. Without a readable one there is nothing to compare; the method says what
/// is wrong.
fn named<'p>(method: &str, params: &Params<'p>) -> Option<Cow<'p, str>> {
    let named = match Method::parse(method) {
        Some(Method::CallTool | Method::GetPrompt) => params.name,
        Some(Method::ReadResource) => params.uri,
        _ => None,
    };
    named.and_then(Raw::text)
}

/// Which headers of every request are missing. Those of arguments are told later, to callers who may see the tool.
fn absent(headers: &HeaderMap, method: &str, params: &Params<'_>) -> ErrorObject {
    let wanted = [
        (&PROTOCOL_VERSION, "MCP-Protocol-Version", true),
        (&METHOD, "Mcp-Method", true),
        (&NAME, "Mcp-Name", named(method, params).is_some()),
    ];
    let absent = wanted.into_iter().filter(|(key, _, wanted)| *wanted && !headers.contains_key(*key));
    missing(&absent.map(|(_, name, _)| name).collect::<Vec<_>>())
}

/// ``the headers `Mcp-Method`, `Mcp-Name` are missing``.
fn missing(names: &[impl AsRef<str>]) -> ErrorObject {
    let listed: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    mismatch(match listed.as_slice() {
        [one] => format!("the header {one} is missing"),
        several => format!("the headers {} are missing", several.join(", ")),
    })
}

/// `Mcp-Param-*` repeat the arguments that the tool says they do.
pub(crate) fn check_params(headers: &HeaderMap, tool: &Tool, arguments: Option<Raw<'_>>) -> Result<(), ErrorObject> {
    let mut mirrored = tool.common.arguments().filter_map(|param| Some((param, param.header?))).peekable();
    if mirrored.peek().is_none() {
        return Ok(());
    }
    let arguments: HashMap<Cow<'_, str>, Raw<'_>> = arguments
        .and_then(|raw| serde_json::from_str::<HashMap<Cow<'_, str>, Raw<'_>>>(raw.get()).ok())
        .unwrap_or_default();
    let mut absent = Vec::new();
    for (param, name) in mirrored {
        let header = format!("Mcp-Param-{name}");
        let value = one(headers, header.as_str(), &header)?;
        let argument = arguments.get(param.name).filter(|raw| raw.get() != "null");
        match (value, argument) {
            (None, None) => {}
            (None, Some(_)) => absent.push(header),
            (Some(value), argument) => {
                let value = decoded(&header, value)?;
                if !argument.is_some_and(|argument| equal(*argument, &value)) {
                    return Err(mismatch(format!("the header `{header}` is not the argument `{}`", param.name)));
                }
            }
        }
    }
    if absent.is_empty() { Ok(()) } else { Err(missing(&absent)) }
}

/// Strings are equal to the letter, integers as numbers.
fn equal(argument: Raw<'_>, header: &str) -> bool {
    let json = argument.get();
    if let Some(text) = argument.text() {
        return text == header;
    }
    // Up to 2^53, where a double is exact; the specification allows no larger ones.
    let number = |text: &str| text.parse::<f64>().ok().filter(|n| n.abs() < 9_007_199_254_740_992.0);
    json == header || number(json).is_some_and(|n| number(header) == Some(n))
}

fn exact(
    headers: &HeaderMap,
    key: &HeaderName,
    name: &str,
    expected: &str,
    absent: impl FnOnce() -> ErrorObject,
) -> Result<(), ErrorObject> {
    match one(headers, key, name)? {
        Some(value) if value == expected => Ok(()),
        Some(_) => Err(mismatch(format!("the header `{name}` is not what the message says"))),
        None => Err(absent()),
    }
}

/// The header's only value, in characters that a header may have.
fn one<'h>(headers: &'h HeaderMap, key: impl AsHeaderName, name: &str) -> Result<Option<&'h str>, ErrorObject> {
    let mut values = headers.get_all(key).iter();
    let (first, second) = (values.next(), values.next());
    if second.is_some() {
        return Err(mismatch(format!("the header `{name}` is given twice")));
    }
    let text = |value: &'h HeaderValue| value.to_str().map(|text| text.trim_matches([' ', '\t']));
    first.map(text).transpose().map_err(|_| mismatch(format!("the header `{name}` has characters outside ASCII")))
}

/// The value behind `=?base64?…?=`, or the value itself.
fn decoded<'h>(name: &str, value: &'h str) -> Result<Cow<'h, str>, ErrorObject> {
    let Some(inner) = value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) else {
        return Ok(Cow::Borrowed(value));
    };
    let bytes = base64::engine::general_purpose::STANDARD.decode(inner).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.map(Cow::Owned).ok_or_else(|| mismatch(format!("the header `{name}` is not valid base64 of UTF-8")))
}
