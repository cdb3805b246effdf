//! Messages out: the envelope around results, errors and notifications.

use super::scan::plain;
use super::{ErrorObject, Id};
use serde::Serialize;

/// `{"jsonrpc":"2.0","id":…,"result":…}`, the result written by `write`.
/// About `size` bytes are written.
pub(crate) fn response(id: &Id, size: usize, write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::with_capacity(size + 256);
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
    out.extend_from_slice(id.as_bytes());
    out.extend_from_slice(b",\"result\":");
    write(&mut out);
    out.push(b'}');
    out
}

/// How an error without a readable id spells that: by leaving it out, or as `null`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoId {
    Omitted,
    Null,
}

/// `{"jsonrpc":"2.0","id":…,"error":{…}}`.
pub(crate) fn error(id: Option<&Id>, no_id: NoId, error: &ErrorObject) -> Vec<u8> {
    let mut out = Vec::with_capacity(128 + error.message.len());
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",");
    match (id, no_id) {
        (Some(id), _) => {
            out.extend_from_slice(b"\"id\":");
            out.extend_from_slice(id.as_bytes());
            out.push(b',');
        }
        (None, NoId::Null) => out.extend_from_slice(b"\"id\":null,"),
        (None, NoId::Omitted) => {}
    }
    out.extend_from_slice(b"\"error\":");
    write_json(&mut out, error);
    out.push(b'}');
    out
}

/// `{"jsonrpc":"2.0","id":…,"method":…,"params":…}`: a request of the server's own.
pub(crate) fn request(id: &str, method: &str, params: &impl Serialize) -> Vec<u8> {
    #[derive(Serialize)]
    struct Request<'a, P> {
        jsonrpc: &'static str,
        id: &'a str,
        method: &'a str,
        params: &'a P,
    }
    let mut out = Vec::with_capacity(256);
    write_json(&mut out, &Request { jsonrpc: "2.0", id, method, params });
    out
}

/// `{"jsonrpc":"2.0","method":…,"params":…}`.
pub(crate) fn notification(method: &str, params: &impl Serialize) -> Vec<u8> {
    #[derive(Serialize)]
    struct Notification<'a, P> {
        jsonrpc: &'static str,
        method: &'a str,
        params: &'a P,
    }
    let mut out = Vec::with_capacity(128);
    write_json(&mut out, &Notification { jsonrpc: "2.0", method, params });
    out
}

/// Whether a text is written as it stands, between quotes.
#[cfg(feature = "http")]
pub(crate) fn is_plain(text: &str) -> bool {
    plain(text.as_bytes()) == text.len()
}

/// Writes a string as JSON, at the pace of a copy where nothing in it has to be escaped.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some((plain, behind)) = rest.split_at_checked(plain(rest)) {
        out.extend_from_slice(plain);
        let Some((byte, behind)) = behind.split_first() else { break };
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            control => {
                let digit = |n: u8| if n < 10 { b'0' + n } else { b'a' + n - 10 };
                out.extend_from_slice(b"\\u00");
                out.extend([digit(control >> 4), digit(control & 15)]);
            }
        }
        rest = behind;
    }
    out.push(b'"');
}

/// Writes a value of ours, which always can be written; should one not, `null` keeps the message valid. It is one line:
/// raw JSON of a handler's may hold line breaks, which in JSON are nothing but spaces.
pub(crate) fn write_json(out: &mut Vec<u8>, value: &impl Serialize) {
    let start = out.len();
    if let Err(e) = serde_json::to_writer(&mut *out, value) {
        tracing::error!(error = %e, "a value could not be written as JSON");
        out.truncate(start);
        out.extend_from_slice(b"null");
    }
    let mut at = start;
    while let Some(found) = out.get(at..).and_then(|rest| memchr::memchr2(b'\n', b'\r', rest)) {
        at += found;
        if let Some(byte) = out.get_mut(at) {
            *byte = b' ';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::write_text;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_are_written_as_serde_writes_them(text in "(?s).{0,40}|[\\x00-\\x7f]{0,300}|[a-z \"ä🦀]{60,200}") {
            let mut out = Vec::new();
            write_text(&mut out, &text);
            prop_assert_eq!(String::from_utf8(out), Ok(serde_json::to_string(&text).expect("JSON")));
        }
    }
}
