//! Schemas written by hand that say more than our own rules check: refused at start, left alone, or checked by a full
//! validator (feature `jsonschema`).

use lmcp::testing::Client;
use lmcp::{Args, Server, tool};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// Any arguments, whose schema is written by hand.
macro_rules! by_hand {
    ($name:ident = $schema:tt) => {
        #[derive(serde::Serialize, serde::Deserialize)]
        struct $name(Map<String, Value>);
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

by_hand!(Order = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$anchor": "order",
    "type": "object",
    "properties": {
        "country": { "type": "string" },
        "code": { "type": "string" },
        "card": { "type": "string", "pattern": "^(?!0)[0-9]+$" },
        "address": { "type": "string" },
        "codes": { "type": "array", "items": { "type": "integer" }, "contains": { "const": 7 } },
    },
    "required": ["country"],
    "if": { "properties": { "country": { "const": "us" } } },
    "then": { "required": ["code"], "properties": { "code": { "pattern": "^[0-9]{5}(?!0)" } } },
    "dependentRequired": { "card": ["address"] },
});

/// Orders something.
#[tool(schema = "raw")]
fn order(Args(Order(order)): Args<Order>) -> String {
    format!("{} things are known of it", order.len())
}

/// Orders something, and looks at the arguments itself.
#[tool(schema = "raw", unenforced)]
fn unchecked(Args(Order(order)): Args<Order>) -> String {
    format!("{} things are known of it", order.len())
}

by_hand!(Elsewhere = {
    "type": "object",
    "properties": { "a": { "$ref": "https://example.com/schema.json" } },
});

/// Refers to what nobody fetches.
#[tool]
fn elsewhere(Args(Elsewhere(_)): Args<Elsewhere>) {}

by_hand!(Nowhere = { "type": "object", "properties": { "a": { "$ref": "#/$defs/Missing" } } });

/// Refers to what is not there.
#[tool]
fn nowhere(Args(Nowhere(_)): Args<Nowhere>) {}

/// A schema that goes on and on.
#[derive(serde::Serialize, serde::Deserialize)]
struct Deep(Value);
impl JsonSchema for Deep {
    fn schema_name() -> Cow<'static, str> {
        "Deep".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = json!({});
        for _ in 0..100 {
            schema = json!({ "items": { "items": schema } });
        }
        schema.try_into().unwrap_or_default()
    }
}

/// Has too deep a schema.
#[tool]
fn deep(_value: Deep) {}

fn refusal(server: Server) -> String {
    server.build().map(drop).expect_err("it does not start").to_string()
}

#[test]
fn what_cannot_be_checked_keeps_the_server_from_starting() {
    let text = refusal(Server::empty().tool(elsewhere));
    assert!(text.contains("beyond.rs:") && text.contains("tool `elsewhere`"), "{text}");
    assert!(text.contains("it refers to \"https://example.com/schema.json\", outside of itself"), "{text}");
    let text = refusal(Server::empty().tool(nowhere));
    assert!(text.contains("it refers to \"#/$defs/Missing\", which is not there"), "{text}");
    let text = refusal(Server::empty().tool(deep));
    assert!(text.contains("deep; at most 64 is taken"), "{text}");
}

#[cfg(not(feature = "jsonschema"))]
#[test]
fn a_full_validator_is_asked_for_by_name() {
    let text = refusal(Server::empty().tool(order));
    assert!(
        text.ends_with(
            "tool `order`: its schema says `if`, which takes a full validator; give lmcp the feature `jsonschema`, or \
             leave it to the function with `#[tool(unenforced)]`"
        ),
        "{text}"
    );
}

#[tokio::test]
async fn a_raw_schema_is_listed_as_it_is_and_may_be_left_unchecked() {
    let client = Client::connect(Server::empty().tool(unchecked)).await.expect("connected");
    let listed = client.tools().await[0]["inputSchema"].clone();
    let written = Order::json_schema(&mut SchemaGenerator::default()).to_value();
    assert_eq!(listed, written);
    assert_eq!(client.call("unchecked", json!({ "code": 7 })).await.text(), "1 things are known of it");
}

#[cfg(feature = "jsonschema")]
#[tokio::test]
async fn a_full_validator_checks_everything() {
    let client = Client::connect(Server::empty().tool(order)).await.expect("connected");
    let right = json!({ "country": "us", "code": "12345", "codes": [1, 7] });
    assert_eq!(client.call("order", right).await.text(), "3 things are known of it");
    for (wrong, says) in [
        (json!({ "country": "us" }), "\"code\" is a required property"),
        (json!({ "country": "us", "code": "123450" }), "- code: value does not match"),
        (json!({ "country": "ca", "card": "1" }), "\"address\" is a required property"),
        (json!({ "country": "ca", "codes": [1] }), "- codes: "),
        (json!({ "country": "ca", "card": "01", "address": "a" }), "- card: value does not match"),
        (json!({ "country": 7 }), "- country: expected a string, got 7"),
        (json!({}), "- country: required, missing"),
    ] {
        let error = client.call("order", wrong.clone()).await.error();
        assert!(error.starts_with("order: 1 problem") && error.contains(says), "{wrong}: {error}");
    }
    // What is repaired is checked, too.
    let repaired = json!({ "country": "ca", "codes": ["7", 1] });
    assert_eq!(client.call("order", repaired).await.text(), "2 things are known of it");
}

#[derive(serde::Deserialize, JsonSchema)]
struct Loose {
    /// Anything at all.
    anything: Value,
    labels: std::collections::BTreeMap<String, u8>,
    text: String,
    lists: Option<Vec<Value>>,
}

/// Says what it got.
#[tool]
fn loose(Args(it): Args<Loose>) -> String {
    format!("{} {:?} {} {:?}", it.anything, it.labels, it.text, it.lists)
}

#[tokio::test]
async fn what_has_no_schema_in_a_profile_comes_in_quotes() {
    for profile in [lmcp::Profile::OpenAiStrict, lmcp::Profile::Gemini] {
        let client = Client::connect(Server::empty().tool(loose).profile(profile)).await.expect("connected");
        let listed = client.tools().await[0]["inputSchema"]["properties"].clone();
        assert_eq!((&listed["anything"]["type"], &listed["labels"]["type"]), (&json!("string"), &json!("string")));
        let quoted = json!({ "anything": "{\"a\": [1]}", "labels": "{\"x\": \"7\"}", "text": "[1]", "lists": ["1", "a", "null"] });
        let got = client.call("loose", quoted).await.text();
        assert_eq!(got, "{\"a\":[1]} {\"x\": 7} [1] Some([Number(1), String(\"a\"), Null])", "{profile}");
        let null = json!({ "anything": "a", "labels": "{}", "text": "", "lists": null });
        assert_eq!(client.call("loose", null).await.text(), "\"a\" {}  None", "{profile}");
    }
    // Elsewhere a string is a string.
    let client = Client::connect(Server::empty().tool(loose)).await.expect("connected");
    let plain = json!({ "anything": "{\"a\": [1]}", "labels": {}, "text": "" });
    assert_eq!(client.call("loose", plain).await.text(), "\"{\\\"a\\\": [1]}\" {}  None");
}
