//! Bytes in, one message or a batch out. What a request's `params` are to somebody else is read in the same pass, where the
//! order of the message's fields allows it.

use super::{ErrorObject, Id};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::marker::PhantomData;

/// What one line or one body holds.
#[derive(Debug)]
pub(crate) enum Incoming<'a, P> {
    One(Result<Message<'a, P>, Malformed>),
    /// A JSON array. Whether it may be one is for the era to say.
    Batch(Vec<&'a RawValue>),
}

/// A well-formed JSON-RPC message.
#[derive(Debug)]
pub(crate) enum Message<'a, P> {
    Request {
        id: Id,
        method: Cow<'a, str>,
        params: Given<'a, P>,
    },
    Notification {
        method: Cow<'a, str>,
        params: Option<&'a RawValue>,
    },
    /// An error whose request its sender could not read has no id, or `null`.
    Response {
        id: Option<Id>,
        outcome: Result<&'a RawValue, &'a RawValue>,
    },
}

/// A request's `params`.
#[derive(Debug)]
pub(crate) enum Given<'a, P> {
    /// As they came: they stand before the method, or are not what they should be.
    Raw(Option<&'a RawValue>),
    Read(P),
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

/// Reads one JSON text, unless it is nested deeper than it may be.
pub(crate) fn decode_within<'a, P: Deserialize<'a>>(bytes: &'a [u8], nesting: usize) -> Incoming<'a, P> {
    if is_nested_deeper(bytes, nesting) {
        let why = format!("the message is nested deeper than {nesting} levels (the server's limit `nesting`)");
        return Incoming::One(Err(Malformed::request(salvage_id(bytes), why)));
    }
    decode(bytes)
}

/// Whether arrays and objects are nested deeper than `most`. Most messages do not even open so many.
fn is_nested_deeper(bytes: &[u8], most: usize) -> bool {
    let opens = |byte: &u8| matches!(byte, b'{' | b'[');
    // Counted in pieces whose number fits a byte, which the compiler does many bytes at a time. The two differ in one bit.
    let opened = |piece: &[u8]| usize::from(piece.iter().map(|byte| u8::from(byte & !0x20 == b'[')).sum::<u8>());
    if bytes.chunks(240).map(opened).sum::<usize>() <= most {
        return false;
    }
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'}' | b']' => depth = depth.saturating_sub(1),
            byte if opens(byte) => {
                depth += 1;
                if depth > most {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// Reads one JSON text.
pub(crate) fn decode<'a, P: Deserialize<'a>>(bytes: &'a [u8]) -> Incoming<'a, P> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => {
            return Incoming::One(Err(Malformed::parse(format!(
                "not JSON: invalid UTF-8 after {} bytes",
                e.valid_up_to()
            ))));
        }
    };
    match text.trim_ascii_start().as_bytes().first() {
        None => Incoming::One(Err(Malformed::parse("not JSON: the message is empty".into()))),
        Some(b'[') => match serde_json::from_str(text) {
            Ok(elements) => Incoming::Batch(elements),
            Err(e) => Incoming::One(Err(Malformed::parse(not_json(&e)))),
        },
        Some(_) => Incoming::One(decode_one(text)),
    }
}

/// Reads one message, a batch's element for one.
pub(crate) fn decode_one<'a, P: Deserialize<'a>>(text: &'a str) -> Result<Message<'a, P>, Malformed> {
    if !text.trim_ascii_start().starts_with('{') {
        return Err(match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => Malformed::request(None, "a message must be a JSON object"),
            Err(e) => Malformed::parse(not_json(&e)),
        });
    }
    // Where something is not as it should be, `params` is left for others to complain about.
    match envelope(text, true).or_else(|_| envelope(text, false)) {
        Ok(envelope) => envelope.into_message(),
        Err(e) => Err(Malformed::parse(not_json(&e))),
    }
}

fn not_json(e: &serde_json::Error) -> String {
    let what = e.to_string();
    let what = what.split(" at line ").next().unwrap_or_default();
    format!("not JSON: {what} at byte {}", e.column())
}

/// The fields of a message, raw, before anything is asked of them.
struct Envelope<'a, P> {
    jsonrpc: Option<&'a RawValue>,
    id: Option<&'a RawValue>,
    method: Option<&'a RawValue>,
    params: Option<&'a RawValue>,
    read: Option<P>,
    result: Option<&'a RawValue>,
    error: Option<&'a RawValue>,
    twice: Option<&'static str>,
}

impl<'a, P> Envelope<'a, P> {
    fn new() -> Self {
        let (jsonrpc, id, method, params) = (None, None, None, None);
        Envelope { jsonrpc, id, method, params, read: None, result: None, error: None, twice: None }
    }

    fn into_message(self) -> Result<Message<'a, P>, Malformed> {
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
        let Ok(Str(method)) = serde_json::from_str(method.get()) else {
            return Err(Malformed::request(id, "`method` must be a string"));
        };
        Ok(match id {
            Some(id) => Message::Request { id, method, params: self.read.map_or(Given::Raw(self.params), Given::Read) },
            None => Message::Notification { method, params: self.params },
        })
    }
}

/// Reads the fields of a message. With `reads`, what a request's `params` are is read on the way.
fn envelope<'a, P: Deserialize<'a>>(text: &'a str, reads: bool) -> serde_json::Result<Envelope<'a, P>> {
    struct Fields<P>(bool, PhantomData<P>);
    impl<'de, P: Deserialize<'de>> Visitor<'de> for Fields<P> {
        type Value = Envelope<'de, P>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a JSON-RPC message")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope<'de, P>, A::Error> {
            let mut it = Envelope::new();
            while let Some(Str(key)) = map.next_key()? {
                let (slot, name) = match &*key {
                    "jsonrpc" => (&mut it.jsonrpc, "jsonrpc"),
                    "id" => (&mut it.id, "id"),
                    "method" => (&mut it.method, "method"),
                    // Of a request, as is certain by now.
                    "params" if self.0 && it.id.is_some() && it.method.is_some() => {
                        if it.params.is_some() || it.read.replace(map.next_value()?).is_some() {
                            return Err(serde::de::Error::custom("given twice"));
                        }
                        continue;
                    }
                    "params" => (&mut it.params, "params"),
                    "result" => (&mut it.result, "result"),
                    "error" => (&mut it.error, "error"),
                    _ => {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    }
                };
                if slot.replace(map.next_value()?).is_some() {
                    it.twice = Some(name);
                }
            }
            Ok(it)
        }
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let read = json.deserialize_map(Fields(reads, PhantomData))?;
    json.end().map(|()| read)
}

/// A string borrowed from the input unless it holds escapes.
pub(crate) struct Str<'a>(pub(crate) Cow<'a, str>);

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
                    *self.0 = Id::read(raw).filter(|_| !self.1.ends_with(raw.get()));
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
