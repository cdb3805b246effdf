//! Bytes in, one message or a batch out. What a request's `params` are to somebody else is read in the same pass.

use super::scan::{Raw, Scanner, Uncut};
use super::{ErrorObject, Id};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// What one line or one body holds.
#[derive(Debug)]
pub(crate) enum Incoming<'a> {
    One(Result<Message<'a>, Malformed>),
    /// A JSON array. Whether it may be one is for the era to say.
    Batch(Vec<Raw<'a>>),
}

/// A well-formed JSON-RPC message. Its `params` are where whoever reads it wants them.
#[derive(Debug)]
pub(crate) enum Message<'a> {
    Request {
        id: Id,
        method: Cow<'a, str>,
    },
    Notification {
        method: Cow<'a, str>,
    },
    /// An error whose request its sender could not read has no id, or `null`.
    Response {
        id: Option<Id>,
        outcome: Result<Raw<'a>, Raw<'a>>,
    },
}

/// What `params` are to whoever knows them: a place for them, as it is when there are none. The codec does not know them.
pub(crate) trait Scan<'a> {
    /// Reads one value, whatever it is. What is wrong with it is kept for whom it concerns.
    fn scan(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Uncut>;
}

/// Bytes that are no message: the error to answer with, and the id if there was a readable one.
#[derive(Debug)]
pub(crate) struct Malformed {
    pub(crate) id: Option<Id>,
    pub(crate) error: ErrorObject,
}

impl Malformed {
    fn parse(message: String) -> Self {
        Malformed { id: None, error: ErrorObject::parse_error(message) }
    }
    fn request(id: Option<Id>, message: impl Into<Cow<'static, str>>) -> Self {
        Malformed { id, error: ErrorObject::invalid_request(message) }
    }
}

/// A value from the bytes of its JSON. serde_json's parser is compiled for text and for nothing else.
pub(crate) fn read<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Option<T> {
    serde_json::from_str(std::str::from_utf8(json).ok()?).ok()
}

/// Reads one JSON text, unless it is nested deeper than it may be; `params` go where the caller has a place for them, since
/// they are large.
pub(crate) fn decode<'a>(bytes: &'a [u8], nesting: usize, params: &mut impl Scan<'a>) -> Incoming<'a> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => {
            return Incoming::One(Err(Malformed::parse(format!(
                "not JSON: invalid UTF-8 after {} bytes",
                e.valid_up_to()
            ))));
        }
    };
    match Scanner::new(text, nesting).peek() {
        Err(_) => Incoming::One(Err(Malformed::parse("not JSON: the message is empty".into()))),
        Ok(b'[') => batch(text, nesting),
        Ok(_) => Incoming::One(decode_one(text, nesting, params)),
    }
}

fn batch(text: &str, nesting: usize) -> Incoming<'_> {
    if Scanner::new(text, nesting).value() == Err(Uncut::TooDeep) {
        return Incoming::One(Err(too_deep(text, nesting)));
    }
    match serde_json::from_str::<Vec<&RawValue>>(text) {
        Ok(elements) => Incoming::Batch(elements.into_iter().map(Raw::from).collect()),
        Err(e) => Incoming::One(Err(Malformed::parse(not_json(&e)))),
    }
}

/// Reads one message, a batch's element for one.
pub(crate) fn decode_one<'a>(
    text: &'a str,
    nesting: usize,
    params: &mut impl Scan<'a>,
) -> Result<Message<'a>, Malformed> {
    match envelope(text, nesting, params) {
        Ok(envelope) => envelope.into_message(),
        Err(Uncut::TooDeep) => Err(too_deep(text, nesting)),
        // In serde_json's words, which say where.
        Err(Uncut::NotJson) => Err(match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => Malformed::request(None, "a message must be a JSON object"),
            Err(e) => Malformed::parse(not_json(&e)),
        }),
    }
}

fn too_deep(text: &str, nesting: usize) -> Malformed {
    let why = format!("the message is nested deeper than {nesting} levels (the server's limit `nesting`)");
    Malformed::request(salvage_id(text.as_bytes()), why)
}

fn not_json(e: &serde_json::Error) -> String {
    let what = e.to_string();
    let what = what.split(" at line ").next().unwrap_or_default();
    format!("not JSON: {what} at byte {}", e.column())
}

/// The fields of a message, raw, before anything is asked of them.
#[derive(Default)]
struct Envelope<'a> {
    jsonrpc: Option<Raw<'a>>,
    id: Option<Raw<'a>>,
    method: Option<Raw<'a>>,
    result: Option<Raw<'a>>,
    error: Option<Raw<'a>>,
    twice: Option<&'static str>,
}

impl<'a> Envelope<'a> {
    fn into_message(self) -> Result<Message<'a>, Malformed> {
        let id = self.id.and_then(Id::read);
        // However it is spelled, an answer is not answered: two peers would go on forever.
        let outcome = match (self.result, self.error) {
            (Some(result), None) => Some(Ok(result)),
            (None, Some(error)) => Some(Err(error)),
            _ => None,
        };
        if let (None, None, Some(outcome)) = (self.method, &id, outcome) {
            return Ok(Message::Response { id, outcome });
        }
        if let Some(field) = self.twice {
            return Err(Malformed::request(id, format!("`{field}` is given twice")));
        }
        if self.jsonrpc.is_none_or(|v| v.get() != "\"2.0\"") {
            return Err(Malformed::request(id, "`jsonrpc` must be \"2.0\""));
        }
        if self.id.is_some() && id.is_none() {
            return Err(Malformed::request(None, "`id` must be a string or an integer"));
        }
        if id.as_ref().is_some_and(Id::is_too_long) {
            return Err(Malformed::request(id, "`id` is longer than 1024 bytes; a number or a UUID will do"));
        }
        let Some(method) = self.method else {
            return match (id, outcome) {
                (id @ Some(_), Some(outcome)) => Ok(Message::Response { id, outcome }),
                (id, _) => Err(Malformed::request(id, "`method` is missing")),
            };
        };
        let Some(method) = method.text() else {
            return Err(Malformed::request(id, "`method` must be a string"));
        };
        Ok(match id {
            Some(id) => Message::Request { id, method },
            None => Message::Notification { method },
        })
    }
}

/// Reads the fields of a message.
fn envelope<'a>(text: &'a str, nesting: usize, params: &mut impl Scan<'a>) -> Result<Envelope<'a>, Uncut> {
    let mut it = Envelope::default();
    let mut has_params = false;
    let mut scanner = Scanner::new(text, nesting);
    scanner.object(|scanner, key| {
        let (slot, name) = match key {
            "jsonrpc" => (&mut it.jsonrpc, "jsonrpc"),
            "id" => (&mut it.id, "id"),
            "method" => (&mut it.method, "method"),
            "params" => {
                if std::mem::replace(&mut has_params, true) {
                    it.twice = Some("params");
                }
                return params.scan(scanner);
            }
            "result" => (&mut it.result, "result"),
            "error" => (&mut it.error, "error"),
            _ => return scanner.value().map(drop),
        };
        if slot.replace(scanner.value()?).is_some() {
            it.twice = Some(name);
        }
        Ok(())
    })?;
    scanner.end().map(|()| it)
}

/// A string borrowed from the input unless it holds escapes.
struct Str<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Str<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Str<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Str<'de>, E> {
                Ok(Str(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Str<'de>, E> {
                Ok(Str(Cow::Owned(text.to_owned())))
            }
        }
        d.deserialize_str(Text)
    }
}

/// The id of a message of which only the beginning is there, if it stands in that beginning.
pub(crate) fn salvage_id(head: &[u8]) -> Option<Id> {
    struct Until<'x, 't>(&'x mut Option<Id>, &'t str);
    impl<'de> Visitor<'de> for Until<'_, '_> {
        type Value = ();
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a JSON-RPC message")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(Str(key)) = map.next_key()? {
                if key == "id" {
                    let raw: &RawValue = map.next_value()?;
                    // A number at the very end may go on behind the cut.
                    *self.0 = Id::read(raw.into()).filter(|_| !self.1.ends_with(raw.get()));
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(())
        }
    }
    // The cut may be inside a character.
    let end = std::str::from_utf8(head).map_or_else(|e| e.valid_up_to(), str::len);
    let text = std::str::from_utf8(head.get(..end)?).ok()?;
    let mut id = None;
    // It fails where the text is cut; what it saw until then is what counts.
    let _cut_off = serde_json::Deserializer::from_str(text).deserialize_map(Until(&mut id, text));
    id
}
