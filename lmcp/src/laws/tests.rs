//! The laws as property tests: inputs made for them, of pieces that mean something.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value};

/// A text of so many of these pieces.
fn pieces(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(select(pieces), 0..most).prop_map(|pieces| pieces.concat())
}

const MESSAGE: [&str; 30] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "\"jsonrpc\":\"2.0\"",
    "\"id\":",
    "\"method\":",
    "\"params\":",
    "\"result\":",
    "\"error\":",
    "1",
    "-0",
    "1.5",
    "1e999",
    "123456789012345678901234567890",
    "null",
    "true",
    "\"a\"",
    "\"\\u0061\"",
    "\"\\ud800\"",
    "\"é\"",
    "{}",
    "{\"name\":\"a\",\"_meta\":{}}",
    "{\"name\":1,\"name\":2}",
    "[[[[]]]]",
    "\\",
];

/// The value of a field of a message.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<String>().prop_map(|text| Value::from(text).to_string()),
        json().prop_map(|value| value.to_string()),
    ]
}

/// What is nearly a message, or is one: each field once, in any order.
fn message() -> impl Strategy<Value = String> {
    let names = Just(["jsonrpc", "id", "method", "params", "result", "error", "x"]).prop_shuffle();
    (names, prop::collection::vec(prop::option::weighted(0.7, field()), 7), any::<bool>()).prop_map(
        |(names, values, versioned)| {
            let field = |(name, value): (&str, Option<String>)| match name {
                "jsonrpc" if versioned => Some("\"jsonrpc\":\"2.0\"".to_owned()),
                name => value.map(|value| format!("\"{name}\":{value}")),
            };
            let fields: Vec<String> = names.into_iter().zip(values).filter_map(field).collect();
            format!("{{{}}}", fields.join(","))
        },
    )
}

fn json() -> impl Strategy<Value = Value> {
    let texts = ["", "a", "3", "1.50", "True", "[1]", "{\"a\":1}", "null", "RED", "light-blue", "dot", "stop", "Moved"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i8>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(texts.to_vec()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let entries = prop::collection::vec((select(NAMES.to_vec()), inner.clone()), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            entries
                .prop_map(|all| Value::Object(all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())),
        ]
    })
}

/// Names of arguments and fields.
const NAMES: [&str; 40] = [
    "n", "small", "x", "on", "text", "letter", "more", "u", "i", "days", "d", "city", "colour", "twice", "shape",
    "kind", "radius", "width", "height", "commands", "wait", "move", "y", "event", "type", "data", "by", "filter",
    "tags", "price", "least", "inStock", "rows", "by_id", "at", "root", "name", "children", "nights", "value",
];

const TOOLS: [&str; 18] = [
    "numbers", "texts", "wide", "days", "paint", "draw", "run", "emit", "find", "search", "grid", "point", "family",
    "book", "login", "pick", "anything", "maybe",
];

fn arguments() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((select(NAMES.to_vec()), json()), 0..5)
        .prop_map(|all| all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Arguments of a call of each tool that are nearly right: of what its schema says, some of it in quotes.
fn nearly_right() -> impl Strategy<Value = (&'static str, Value)> {
    let seeds = prop::collection::vec(any::<u8>(), 16..64);
    (select(TOOLS.to_vec()), seeds).prop_map(|(tool, bytes)| (tool, crate::schema::laws::arguments(tool, &bytes)))
}

const TEMPLATE: [&str; 24] = [
    "a", "b", "://", "/", "/", "<", ">", "<x>", "<y>", "<z..>", "..", "%", "%2e", "%2F", "%5c", "%00", "%ff", "%C3%A9",
    "é", "C:", "\\", "\na://", "\na://", "\nA://",
];

const LINE: [&str; 34] = [
    "\n@",
    "\n~",
    "\n",
    "tools/call {",
    "tools/list {",
    "ping {",
    "resources/read {",
    "prompts/get {",
    "}",
    "{",
    "[",
    "]",
    ",",
    "\"name\":\"numbers\"",
    "\"name\":\"counts\"",
    "\"name\":\"asks\"",
    "\"arguments\":{",
    "\"n\":1",
    "\"to\":3",
    "\"uri\":\"laws://about\"",
    "\"cursor\":\"x\"",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
    "\n~initialize {\"protocolVersion\":\"2025-03-26\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}\n",
    "\n~initialize {\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"elicitation\":{}},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}\n",
    "\"_meta\":{",
    "\"progressToken\":1",
    "7",
    "\"a\"",
    "null",
    "\r",
    "é",
    "\0",
    "\\ud800",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_the_codec(text in pieces(&MESSAGE, 24), bytes in prop::collection::vec(any::<u8>(), 0..60), message in message()) {
        super::codec(text.as_bytes());
        super::codec(&bytes);
        super::codec(message.as_bytes());
        super::codec(format!("[{message},{text}]").as_bytes());
    }

    #[test]
    fn of_templates(text in pieces(&TEMPLATE, 32), rest in any::<String>()) {
        super::template(format!("a://{text}\na://{rest}").as_bytes());
    }

    #[test]
    fn of_seals(payload in any::<String>(), value in json(), change in prop::collection::vec(any::<u8>(), 0..24)) {
        super::seal(&[payload.as_bytes(), b"\n", &change].concat());
        super::seal(&[value.to_string().as_bytes(), b"\n", &change].concat());
    }

    #[test]
    fn of_schemas(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        super::schema_made(&bytes);
    }

    #[test]
    fn of_repair(tool in select(TOOLS.to_vec()), any in arguments(), (named, nearly) in nearly_right()) {
        super::repair(format!("{tool}\n{}", Value::Object(any)).as_bytes());
        super::repair(format!("{named}\n{nearly}").as_bytes());
    }

    #[test]
    fn of_pipes(text in pieces(&LINE, 32)) {
        super::pipe(text.as_bytes());
    }
}
