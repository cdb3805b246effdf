//! Headers that repeat the message: what is equal, what is not, what is no header at all.

use super::{code, message, text};
use base64::Engine as _;
use lmcp::{Server, tool};
use lmcp_tests::http::{Request, Site};
use lmcp_tests::server;
use serde_json::{Value, json};

fn encoded(text: &str) -> String {
    format!("=?base64?{}?=", base64::engine::general_purpose::STANDARD.encode(text))
}

/// Refused because of this header.
async fn refused(site: &Site, request: &Request, header: &str) {
    let answer = site.ask(request).await;
    assert_eq!((answer.status, code(&answer)), (400, -32020), "{request:?}: {answer:?}");
    assert_eq!(answer.json()["id"], 1, "the id is echoed");
    assert!(message(&answer).contains(header), "{header}: {answer:?}");
}

fn add() -> Request {
    Request::call(1, "add", json!({ "a": 1, "b": 2 }))
}

#[tokio::test]
async fn they_must_be_there_once_and_be_equal() {
    let site = Site::open(server()).await;
    assert_eq!(text(&site.ask(&add()).await), "3");
    for (name, wrong) in [
        ("MCP-Protocol-Version", vec!["2025-11-25", "2026-07-29", "2026-07-28, 2026-07-28", ""]),
        ("Mcp-Method", vec!["tools/list", "Tools/Call", "tools/call/", ""]),
        ("Mcp-Name", vec!["ADD", "ad", "add add", "", "\u{e4}dd"]),
    ] {
        refused(&site, &add().without(name), name).await;
        for value in wrong {
            refused(&site, &add().with(name, value), name).await;
        }
        // Twice is refused even if both are right.
        let value = match name {
            "Mcp-Name" => "add",
            "Mcp-Method" => "tools/call",
            _ => "2026-07-28",
        };
        refused(&site, &add().and(name, value), name).await;
        // Names have no case, and blanks around a value are not part of it.
        let spelled = add().without(name).and(&name.to_uppercase(), &format!(" \t{value} "));
        assert_eq!(text(&site.ask(&spelled).await), "3", "{name}");
    }
}

#[tokio::test]
async fn all_that_are_missing_are_told_at_once() {
    let site = Site::open(server()).await;
    let bare = |request: Request| request.without("MCP-Protocol-Version").without("Mcp-Method").without("Mcp-Name");
    let list = Request::modern(1, "tools/list", json!({}));
    for (request, expected) in [
        (bare(add()), "the headers `MCP-Protocol-Version`, `Mcp-Method`, `Mcp-Name` are missing"),
        (bare(list), "the headers `MCP-Protocol-Version`, `Mcp-Method` are missing"),
        (add().without("Mcp-Method").without("Mcp-Name"), "the headers `Mcp-Method`, `Mcp-Name` are missing"),
        (add().without("Mcp-Name"), "the header `Mcp-Name` is missing"),
    ] {
        let answer = site.ask(&request).await;
        assert_eq!((answer.status, code(&answer), message(&answer).as_str()), (400, -32020, expected), "{request:?}");
    }
}

#[tokio::test]
async fn names_are_for_the_methods_that_have_one() {
    let site = Site::open(server()).await;
    let read = Request::modern(1, "resources/read", json!({ "uri": "notes://7" }));
    assert_eq!(site.ask(&read).await.json()["result"]["contents"][0]["text"], "note 7");
    refused(&site, &read.clone().without("Mcp-Name"), "Mcp-Name").await;
    refused(&site, &read.with("Mcp-Name", "notes://8"), "Mcp-Name").await;
    let get = Request::modern(1, "prompts/get", json!({ "name": "greet", "arguments": { "name": "Ada" } }));
    assert!(site.ask(&get).await.json()["result"]["messages"].is_array());
    refused(&site, &get.without("Mcp-Name"), "Mcp-Name").await;
    // Others need none, and one too many is nobody's business.
    let list = Request::modern(1, "tools/list", json!({})).with("Mcp-Name", "whatever");
    assert_eq!(site.ask(&list).await.status, 200);
    // Nor are they asked of older clients.
    let legacy =
        Request::legacy_call(1, "add", json!({ "a": 1, "b": 2 })).with("Mcp-Name", "x").with("Mcp-Method", "y");
    assert_eq!(text(&site.ask(&legacy).await), "3");
}

#[tokio::test]
async fn base64_is_decoded_and_must_be_right() {
    let site = Site::open(server()).await;
    let maybe = |name: &str| Request::call(1, "maybe", json!({ "some": true })).with("Mcp-Name", name);
    assert_eq!(text(&site.ask(&maybe(&encoded("maybe"))).await), "7");
    assert_eq!(encoded("maybe"), "=?base64?bWF5YmU=?=");
    for wrong in [
        "=?base64?bWF5YmU?=",   // no padding
        "=?base64?bWF5YmU==?=", // too much of it
        "=?base64?bWF5*mU=?=",  // not the alphabet
        "=?base64?bWF5 YmU=?=", // a blank
        "=?base64?/w==?=",      // no UTF-8
        "=?base64?YWRk?=",      // another name
        "=?base64??=",          // no name
        "=?BASE64?bWF5YmU=?=",  // no mark, so a name
        "=?base64?bWF5YmU=",    // no mark either
    ] {
        refused(&site, &maybe(wrong), "Mcp-Name").await;
    }
    // What only begins like the mark is a name of its own; what looks like it has to be encoded.
    let read =
        |uri: &str, name: &str| Request::modern(1, "resources/read", json!({ "uri": uri })).with("Mcp-Name", name);
    for (uri, name) in [
        ("=?base64?YWRk", "=?base64?YWRk".to_owned()),
        ("=?base64?literal?=", encoded("=?base64?literal?=")),
        ("notes://\u{fc}", encoded("notes://\u{fc}")),
        (" padded ", encoded(" padded ")),
    ] {
        let answer = site.ask(&read(uri, &name)).await;
        // Past the headers: there is no such resource, or none that fits.
        assert_eq!(answer.status, 200, "{uri}: {answer:?}");
        assert_eq!(code(&answer), -32602, "{uri}");
    }
    refused(&site, &read("=?base64?literal?=", "=?base64?literal?="), "Mcp-Name").await;
    // The version and the method are never encoded.
    refused(&site, &add().with("Mcp-Method", &encoded("tools/call")), "Mcp-Method").await;
    refused(&site, &add().with("MCP-Protocol-Version", &encoded("2026-07-28")), "MCP-Protocol-Version").await;
}

#[tokio::test]
async fn arguments_in_headers() {
    let site = Site::open(server()).await;
    for tool in ["annotated.tool", "old_name"] {
        let call = |city: &str| Request::call(1, tool, json!({ "city": city }));
        let bonn = site.ask(&call("Bonn").with("Mcp-Param-City", "Bonn")).await;
        assert_eq!(text(&bonn), "Bonn 3 None");
        refused(&site, &call("Bonn"), "Mcp-Param-City").await;
        for wrong in ["bonn", "Köln", "", "\"Bonn\"", &encoded("bonn"), "=?base64?Qm9ub?="] {
            refused(&site, &call("Bonn").with("Mcp-Param-City", wrong), "Mcp-Param-City").await;
        }
        refused(&site, &call("Bonn").and("Mcp-Param-City", "Bonn").and("mcp-param-city", "Bonn"), "Mcp-Param-City")
            .await;
        for city in ["Köln", " padded ", "line1\nline2", "=?base64?literal?="] {
            let answer = site.ask(&call(city).with("mcp-PARAM-city", &encoded(city))).await;
            assert_eq!(text(&answer), format!("{city} 3 None"));
        }
        // A header that no argument is repeated in is ignored.
        let other = site.ask(&call("Bonn").with("Mcp-Param-City", "Bonn").with("Mcp-Param-Days", "9")).await;
        assert_eq!(text(&other), "Bonn 3 None");
        // Older clients know nothing of it.
        assert_eq!(text(&site.ask(&Request::legacy_call(1, tool, json!({ "city": "Bonn" }))).await), "Bonn 3 None");
    }
}

/// One argument of each kind.
#[tool]
fn kinds(
    #[arg(header = "Number")] n: Option<i64>,
    #[arg(header = "Flag")] flag: Option<bool>,
    #[arg(header = "Text")] text: Option<String>,
) -> String {
    format!("{n:?} {flag:?} {text:?}")
}

#[tokio::test]
async fn integers_are_equal_as_numbers_and_the_others_as_text() {
    let site = Site::open(Server::empty().tool(kinds)).await;
    let call = |arguments: Value, headers: &[(&str, &str)]| {
        headers.iter().fold(Request::call(1, "kinds", arguments), |call, (name, value)| call.and(name, value))
    };
    for (arguments, headers, said) in [
        (json!({ "n": 42 }), vec![("Mcp-Param-Number", "42")], "Some(42) None None"),
        (json!({ "n": 42 }), vec![("Mcp-Param-Number", "42.0")], "Some(42) None None"),
        (json!({ "n": -7 }), vec![("Mcp-Param-Number", "-7")], "Some(-7) None None"),
        (json!({ "n": -7 }), vec![("Mcp-Param-Number", "=?base64?LTc=?=")], "Some(-7) None None"),
        (
            json!({ "n": 9_007_199_254_740_991_i64 }),
            vec![("Mcp-Param-Number", "9007199254740991.0")],
            "Some(9007199254740991) None None",
        ),
        (json!({ "flag": true }), vec![("Mcp-Param-Flag", "true")], "None Some(true) None"),
        (json!({ "flag": false }), vec![("Mcp-Param-Flag", "false")], "None Some(false) None"),
        (json!({ "text": "42" }), vec![("Mcp-Param-Text", "42")], "None None Some(\"42\")"),
        (json!({ "text": "" }), vec![("Mcp-Param-Text", "")], "None None Some(\"\")"),
        (json!({ "n": null, "flag": null, "text": null }), vec![], "None None None"),
        (json!({}), vec![], "None None None"),
    ] {
        let answer = site.ask(&call(arguments.clone(), &headers)).await;
        assert_eq!(answer.status, 200, "{arguments} {headers:?}: {answer:?}");
        assert_eq!(text(&answer), said);
    }
    for (arguments, headers, name) in [
        (json!({ "n": 42 }), vec![], "Mcp-Param-Number"),
        (json!({ "n": 42 }), vec![("Mcp-Param-Number", "42.5")], "Mcp-Param-Number"),
        (json!({ "n": 42 }), vec![("Mcp-Param-Number", "0x2a")], "Mcp-Param-Number"),
        (json!({ "n": 42 }), vec![("Mcp-Param-Number", "")], "Mcp-Param-Number"),
        // Equal as doubles only.
        (json!({ "n": 9_007_199_254_740_993_i64 }), vec![("Mcp-Param-Number", "9007199254740992")], "Mcp-Param-Number"),
        (json!({ "flag": true }), vec![("Mcp-Param-Flag", "True")], "Mcp-Param-Flag"),
        (json!({ "flag": true }), vec![("Mcp-Param-Flag", "1")], "Mcp-Param-Flag"),
        (json!({ "text": "42" }), vec![("Mcp-Param-Text", "42.0")], "Mcp-Param-Text"),
        (json!({ "text": "" }), vec![], "Mcp-Param-Text"),
        // Nothing to repeat.
        (json!({ "text": null }), vec![("Mcp-Param-Text", "null")], "Mcp-Param-Text"),
        (json!({}), vec![("Mcp-Param-Flag", "true")], "Mcp-Param-Flag"),
    ] {
        refused(&site, &call(arguments, &headers), name).await;
    }
}
