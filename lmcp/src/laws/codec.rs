//! The codec's laws: no bytes make it panic, what is read is what was written, and what is wrong is told shortly.

use crate::jsonrpc::decode::{Malformed, Scan, decode_one, salvage_id};
use crate::jsonrpc::encode::{self, NoId};
use crate::jsonrpc::scan::{Scanner, Uncut};
use crate::jsonrpc::{Id, Incoming, Message, Raw, code, decode};
use crate::protocol::params::Given;
use crate::schema::tree::Tree;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// The longest that a complaint may be, in bytes: whatever came, it is not quoted.
const COMPLAINT: usize = 400;

/// Deeper than anything here.
const DEEP: usize = usize::MAX;

/// `params` as they came.
#[derive(Debug, Default)]
struct AsTheyCame<'a>(Option<Raw<'a>>);

impl<'a> Scan<'a> for AsTheyCame<'a> {
    fn scan(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Uncut> {
        self.0 = Some(scanner.value()?);
        Ok(())
    }
}

/// One line or one body, as bytes.
pub fn codec(bytes: &[u8]) {
    cut(bytes);
    nested(bytes);
    salvaged(bytes);
    match decode(bytes, DEEP, &mut AsTheyCame::default()) {
        Incoming::One(Ok(_)) => {
            let text = std::str::from_utf8(bytes).expect("what was read is text");
            one(text);
        }
        Incoming::One(Err(malformed)) => {
            if let Ok(text) = std::str::from_utf8(bytes) {
                one(text);
            } else {
                assert_eq!(malformed.error.code, code::PARSE_ERROR);
            }
            complaint(&malformed);
        }
        Incoming::Batch(elements) => elements.iter().for_each(|element| one(element.get())),
    }
}

/// What a message says, in words of its own.
#[derive(Debug, PartialEq)]
struct Said {
    kind: &'static str,
    id: Option<Id>,
    method: String,
    payload: Option<String>,
}

impl Said {
    fn of(message: &Message<'_>, params: &AsTheyCame<'_>) -> Self {
        // A raw value of ours is written on one line.
        let payload = |raw: Option<Raw<'_>>| raw.map(|raw| raw.get().replace(['\n', '\r'], " "));
        match message {
            Message::Request { id, method } => {
                Said { kind: "request", id: Some(id.clone()), method: method.to_string(), payload: payload(params.0) }
            }
            Message::Notification { method } => {
                Said { kind: "notification", id: None, method: method.to_string(), payload: payload(params.0) }
            }
            Message::Response { id, outcome } => {
                let (kind, raw) = match outcome {
                    Ok(raw) => ("result", raw),
                    Err(raw) => ("error", raw),
                };
                Said { kind, id: id.clone(), method: String::new(), payload: payload(Some(*raw)) }
            }
        }
    }

    /// The same message, written anew.
    fn written(&self) -> Vec<u8> {
        let raw = self.payload.clone().map(|payload| RawValue::from_string(payload).expect("it was read"));
        let payload = raw.as_deref().map_or("null", RawValue::get);
        match (self.kind, &self.id) {
            ("request", Some(id)) => {
                let method = serde_json::to_string(&self.method).expect("a text");
                let params = if raw.is_some() { format!(",\"params\":{payload}") } else { String::new() };
                format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":{method}{params}}}").into()
            }
            ("notification", _) if raw.is_some() => encode::notification(&self.method, &raw),
            ("notification", _) => {
                let method = serde_json::to_string(&self.method).expect("a text");
                format!("{{\"jsonrpc\":\"2.0\",\"method\":{method}}}").into()
            }
            ("result", Some(id)) => encode::response(id, 0, |out| out.extend_from_slice(payload.as_bytes())),
            (kind, Some(id)) => format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"{kind}\":{payload}}}").into(),
            (kind, None) => format!("{{\"jsonrpc\":\"2.0\",\"{kind}\":{payload}}}").into(),
        }
    }
}

/// One message by itself.
fn one(text: &str) {
    let mut params = AsTheyCame::default();
    let read = decode_one(text, DEEP, &mut params);
    let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
    // Half a character is JSON to some.
    if !text.contains("\\u") {
        let complains = matches!(&read, Err(malformed) if malformed.error.code == code::PARSE_ERROR);
        assert_eq!(complains, !is_json, "whether it is JSON: {text}");
    }
    if let Some(wanted) = wanted(text) {
        let found = match &read {
            Ok(Message::Request { id, method }) => Some((id.clone(), method.to_string())),
            _ => None,
        };
        assert_eq!(found, wanted, "{text}");
    }
    let message = match read {
        Ok(message) => message,
        Err(malformed) => return complaint(&malformed),
    };
    let said = Said::of(&message, &params);
    let written = said.written();
    let mut params = AsTheyCame::default();
    match decode(&written, DEEP, &mut params) {
        Incoming::One(Ok(again)) => assert_eq!(Said::of(&again, &params), said, "{text}"),
        other => panic!("{text} was written as what reads as {other:?}"),
    }
    if let Message::Request { id, method } = &message {
        assert_eq!(Id::read((&*RawValue::from_string(id.to_string()).expect("JSON")).into()).as_ref(), Some(id));
        in_any_order(id, method, said.payload.as_deref());
    }
}

/// The order of a request's fields does not matter to what its `params` are.
fn in_any_order(id: &Id, method: &str, params: Option<&str>) {
    let Some(params) = params else { return };
    let method = serde_json::to_string(method).expect("a text");
    let read = |text: &str| {
        let mut params = Given::default();
        match decode_one(text, DEEP, &mut params) {
            Ok(Message::Request { .. }) => format!("{:?}", params.read()),
            other => format!("{other:?}"),
        }
    };
    let after = read(&format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":{method},\"params\":{params}}}"));
    let before = read(&format!("{{\"params\":{params},\"method\":{method},\"id\":{id},\"jsonrpc\":\"2.0\"}}"));
    assert_eq!(after, before, "{params}");
}

/// Whether this is a request, and which, read in another way; nothing where fields come twice or are no whole texts.
fn wanted(text: &str) -> Option<Option<(Id, String)>> {
    let Some(Tree::Object(entries)) = Tree::parse(text) else { return None };
    let field = |name: &str| entries.iter().filter(|(key, _)| key == name).map(|(_, value)| value).collect::<Vec<_>>();
    let [jsonrpc, id, method] = ["jsonrpc", "id", "method"].map(field);
    let names = ["jsonrpc", "id", "method", "params", "result", "error"];
    let twice = names.iter().any(|name| field(name).len() > 1);
    if twice || text.contains('\\') {
        return None;
    }
    match (jsonrpc.first()?, id.first()?, method.first()?) {
        (Tree::Text(version), id, Tree::Text(method)) if version == "2.0" => {
            let raw = RawValue::from_string(id.to_json()).ok()?;
            Some(Id::read((&*raw).into()).map(|id| (id, method.to_string())))
        }
        _ => Some(None),
    }
}

/// What is wrong is told in a valid message, and shortly.
fn complaint(malformed: &Malformed) {
    assert!(malformed.error.message.len() <= COMPLAINT, "{}", malformed.error.message);
    for no_id in [NoId::Null, NoId::Omitted] {
        let written = encode::error(malformed.id.as_ref(), no_id, &malformed.error);
        match decode(&written, DEEP, &mut AsTheyCame::default()) {
            Incoming::One(Ok(Message::Response { id, outcome: Err(_) })) => assert_eq!(id, malformed.id),
            other => panic!("{other:?}"),
        }
    }
}

/// What is JSON, and where it ends, is what serde_json says.
fn cut(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut scanner = Scanner::new(text, DEEP);
    let ours = scanner.value().and_then(|value| scanner.end().map(|()| value.get()));
    let serdes = serde_json::from_str::<&RawValue>(text).map(RawValue::get);
    assert_eq!(ours.ok(), serdes.ok(), "{text:?}");
}

/// The limit of nesting refuses what is nested deeper, and nothing else.
fn nested(bytes: &[u8]) {
    let Some(tree) = std::str::from_utf8(bytes).ok().and_then(Tree::parse) else {
        for limit in [0, 1, 64] {
            decode(bytes, limit, &mut AsTheyCame::default());
        }
        return;
    };
    let Some(depth) = depth(&tree) else { return };
    for limit in 0..=depth {
        let refused = matches!(
            decode(bytes, limit, &mut AsTheyCame::default()),
            Incoming::One(Err(malformed)) if malformed.error.message.contains("nested deeper")
        );
        assert_eq!(refused, depth > limit, "{depth} deep within {limit}");
    }
}

fn depth(tree: &Tree<'_>) -> Option<usize> {
    let most = |depths: Option<Vec<usize>>| depths.map(|depths| 1 + depths.into_iter().max().unwrap_or(0));
    match tree {
        Tree::Deep(_) => None,
        Tree::List(items) => most(items.iter().map(depth).collect()),
        Tree::Object(entries) => most(entries.iter().map(|(_, value)| depth(value)).collect()),
        _ => Some(0),
    }
}

/// The id that is read of a beginning is the id of the whole.
fn salvaged(bytes: &[u8]) {
    let whole = std::str::from_utf8(bytes).ok().and_then(Tree::parse).and_then(|tree| {
        let Tree::Object(entries) = tree else { return None };
        let ids: Vec<_> = entries.iter().filter(|(key, _)| key == "id").collect();
        let [(_, only)] = ids.as_slice() else { return None };
        Id::read((&*RawValue::from_string(only.to_json()).ok()?).into())
    });
    for cut in (0..=bytes.len()).step_by(1 + bytes.len() / 256) {
        let salvaged = salvage_id(bytes.get(..cut).unwrap_or_default());
        if let (Some(salvaged), Some(whole)) = (salvaged, &whole) {
            assert_eq!(salvaged, *whole, "cut at {cut}");
        }
    }
}
