//! The schemas of unusual types: every reference leads somewhere, and `null` is there where it is a value.

use lmcp::testing::Client;
use lmcp::{Args, ProtocolVersion, Server, tool};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Node {
    children: Vec<Node>,
}

#[derive(Deserialize, JsonSchema)]
struct Query {
    tree: Node,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[allow(dead_code)]
enum OnlyUnits {
    A,
    B,
}

#[tool]
fn whole(Args(node): Args<Node>) -> usize {
    node.children.len()
}
#[tool]
fn inside(Args(query): Args<Query>) -> usize {
    query.tree.children.len()
}
#[tool]
fn single(tree: Option<Node>) -> Option<Node> {
    tree
}
#[tool]
fn gaps(
    list: Vec<Option<u8>>,
    map: BTreeMap<String, Option<u8>>,
    pair: (Option<u8>, u8),
    deep: HashMap<String, Vec<Option<bool>>>,
    may: Option<u8>,
) -> usize {
    list.len() + map.len() + usize::from(pair.1) + deep.len() + usize::from(may.is_some())
}
#[tool]
fn nothing(unit: Option<OnlyUnits>) {
    let _ = unit;
}

fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str));
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let server = Server::empty().tool(whole).tool(inside).tool(single).build().expect("it starts");
    for version in ProtocolVersion::ALL {
        let client = Client::connect_as(&server, version).await.expect("connected");
        for tool in client.tools().await {
            for schema in ["inputSchema", "outputSchema"].iter().filter_map(|key| tool.get(key)) {
                let mut found = Vec::new();
                references(schema, &mut found);
                for reference in found {
                    let target = schema.pointer(reference.trim_start_matches('#'));
                    assert!(target.is_some(), "{version}: {reference} leads nowhere: {tool}");
                }
            }
        }
    }
}

#[tokio::test]
async fn null_is_allowed_where_it_is_a_value() {
    let client = Client::connect(Server::empty().tool(gaps).tool(nothing)).await.expect("connected");
    let arguments =
        json!({ "list": [1, null], "map": { "a": null }, "pair": [null, 1], "deep": { "a": [null] }, "may": null });
    assert_eq!(client.call("gaps", arguments).await.text(), "5");
    let tools = client.tools().await;
    let at = |path: &str| tools[0]["inputSchema"]["properties"].pointer(path).cloned().unwrap_or_default();
    assert_eq!(at("/list/items/type"), json!(["integer", "null"]));
    assert_eq!(at("/map/additionalProperties/type"), json!(["integer", "null"]));
    assert_eq!(at("/pair/items/anyOf/0/type"), json!(["integer", "null"]));
    assert_eq!(at("/deep/additionalProperties/items/type"), json!(["boolean", "null"]));
    // `null` is one way to leave an option out, and says nothing more.
    assert_eq!(at("/may/type"), json!("integer"));
    assert_ne!(tools[1]["inputSchema"]["properties"]["unit"]["anyOf"], json!([]), "a union of nothing is no schema");
}
