//! Every error: its status, its code, its id, its data; and which of two comes first.

use super::{code, message, quick};
use lmcp::Server;
use lmcp_tests::http::{Request, Site};
use lmcp_tests::server;
use serde_json::{Value, json};

/// A message that is none: the same in both eras.
#[tokio::test]
async fn what_is_no_message_is_a_400() {
    let site = Site::open(server()).await;
    let bodies: [(&str, i64, Option<Value>); 12] = [
        ("", -32700, None),
        ("  \r\n", -32700, None),
        ("{", -32700, None),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping""#, -32700, None),
        ("\"text\"", -32600, None),
        ("7", -32600, None),
        (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600, Some(1.into())),
        (r#"{"id":"a","method":"ping"}"#, -32600, Some("a".into())),
        (r#"{"jsonrpc":"2.0","id":2}"#, -32600, Some(2.into())),
        (r#"{"jsonrpc":"2.0","id":3,"method":4}"#, -32600, Some(3.into())),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600, None),
        (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600, None),
    ];
    let sessions = [site.session("2025-06-18").await, site.session("2025-11-25").await];
    for (body, expected, id) in bodies {
        let plain = Request::post(body);
        let null = Some(Value::Null);
        let cases = [
            (plain.clone(), id.clone()),
            (plain.clone().with("MCP-Protocol-Version", "2026-07-28"), id.clone()),
            (plain.clone().with("MCP-Protocol-Version", "2025-11-25"), id.clone()),
            (plain.clone().with("MCP-Protocol-Version", "2025-06-18"), id.clone().or(null.clone())),
            (plain.clone().with("Mcp-Session-Id", &sessions[0]), id.clone().or(null)),
            (plain.with("Mcp-Session-Id", &sessions[1]), id),
        ];
        for (request, id) in cases {
            let answer = site.ask(&request).await;
            assert_eq!((answer.status, code(&answer)), (400, expected), "{request:?}");
            assert_eq!(answer.json().get("id"), id.as_ref(), "{request:?}");
        }
    }
    let invalid = site.ask(&Request::post([b'"', 0xff, b'"'])).await;
    assert_eq!((invalid.status, code(&invalid)), (400, -32700));
}

#[tokio::test]
async fn unknown_methods() {
    let site = Site::open(server()).await;
    let near = site.ask(&Request::modern("x", "tool/list", json!({}))).await;
    assert_eq!(message(&near), "unknown method \"tool/list\"; did you mean \"tools/list\"?");
    for method in ["nobody/knows", "initialize", "ping", "logging/setLevel", "resources/subscribe", "tasks/get"] {
        let answer = site.ask(&Request::modern("x", method, json!({}))).await;
        assert_eq!((answer.status, code(&answer)), (404, -32601), "{method}");
        assert_eq!(answer.json()["id"], "x");
        assert!(message(&answer).contains(method), "{answer:?}");
    }
    let session = site.session("2025-11-25").await;
    let answer = site.ask(&Request::legacy(7, "nobody/knows", json!({})).with("Mcp-Session-Id", &session)).await;
    assert_eq!((answer.status, code(&answer)), (200, -32601));
    assert_eq!(answer.json()["id"], 7);
    assert!(message(&answer).contains("nobody/knows"));

    // A capability that is not advertised has no methods.
    let site = Site::open(Server::empty().tool(quick)).await;
    for (method, params) in [("prompts/list", json!({})), ("resources/read", json!({ "uri": "a://b" }))] {
        let answer = site.ask(&Request::modern(1, method, params.clone())).await;
        assert_eq!((answer.status, code(&answer)), (404, -32601), "{method}");
        let answer = site.ask(&Request::legacy(1, method, params)).await;
        assert_eq!((answer.status, code(&answer)), (200, -32601), "{method}");
    }
}

#[tokio::test]
async fn bad_params_of_known_methods() {
    let site = Site::open(server()).await;
    let completion =
        json!({ "ref": { "type": "ref/prompt", "name": "gret" }, "argument": { "name": "n", "value": "" } });
    let cases = [
        ("tools/call", json!({}), "params.name"),
        ("tools/call", json!({ "name": 7 }), "params.name"),
        ("tools/call", json!({ "name": "add", "arguments": [1] }), "params.arguments"),
        ("tools/call", json!({ "name": "ad" }), "\"add\""),
        ("prompts/get", json!({ "name": "gret" }), "\"greet\""),
        ("completion/complete", completion, "\"greet\""),
        ("tools/list", json!({ "cursor": "bogus" }), "params.cursor"),
    ];
    for (method, params, says) in cases {
        for request in [Request::modern(1, method, params.clone()), Request::legacy(1, method, params.clone())] {
            let answer = site.ask(&request).await;
            assert_eq!((answer.status, code(&answer)), (200, -32602), "{request:?}: {answer:?}");
            assert_eq!(answer.json()["id"], 1);
            assert!(message(&answer).contains(says), "{says}: {answer:?}");
        }
    }
    // `null` and absent arguments are `{}`.
    for params in [json!({ "name": "list" }), json!({ "name": "list", "arguments": null })] {
        for request in
            [Request::modern(1, "tools/call", params.clone()), Request::legacy(1, "tools/call", params.clone())]
        {
            let answer = site.ask(&request).await;
            assert_eq!(answer.json()["result"]["content"][0]["text"], "[1,2]", "{answer:?}");
        }
    }
    // `params` that is no object.
    let legacy = site.ask(&Request::legacy(1, "tools/list", json!([]))).await;
    assert_eq!((legacy.status, code(&legacy)), (200, -32602));
    let modern = Request::legacy(1, "tools/list", json!([])).with("MCP-Protocol-Version", "2026-07-28");
    let modern = site.ask(&modern.with("Mcp-Method", "tools/list")).await;
    assert_eq!((modern.status, code(&modern)), (400, -32602), "its `_meta` is missing");
    assert_eq!(modern.json()["id"], 1);
}

#[tokio::test]
async fn resources_that_are_not_there() {
    let site = Site::open(server()).await;
    for (request, expected) in [
        (Request::modern(1, "resources/read", json!({ "uri": "no://thing" })), -32602),
        (Request::legacy(1, "resources/read", json!({ "uri": "no://thing" })), -32002),
    ] {
        let answer = site.ask(&request).await;
        assert_eq!((answer.status, code(&answer)), (200, expected));
        assert_eq!(answer.json()["error"]["data"]["uri"], "no://thing");
    }
}

#[tokio::test]
async fn what_handlers_say_is_a_200() {
    let site = Site::open(server()).await;
    for (tool, arguments, says) in [
        ("fails", json!({}), "the disk is gone"),
        ("panics", json!({}), "internal error"),
        ("too_slow", json!({}), "20 ms"),
        ("add", json!({ "a": "x", "b": 1 }), "a"),
        ("add", json!({ "a": 1 }), "b"),
    ] {
        for request in [Request::call(1, tool, arguments.clone()), Request::legacy_call(1, tool, arguments.clone())] {
            let answer = site.ask(&request).await;
            assert_eq!(answer.status, 200);
            let answer = answer.json();
            assert_eq!(answer["result"]["isError"], true, "{answer}");
            assert!(super::said(&answer).contains(says), "{says}: {answer}");
            assert!(!super::said(&answer).contains("a secret"));
        }
    }
    for request in [
        Request::modern(1, "prompts/get", json!({ "name": "stumble" })),
        Request::legacy(1, "prompts/get", json!({ "name": "stumble" })),
    ] {
        let answer = site.ask(&request).await;
        assert_eq!((answer.status, code(&answer)), (200, -32603));
        assert!(message(&answer).contains("out of words"));
    }
    for request in [Request::call(1, "protocol_error", json!({})), Request::legacy_call(1, "protocol_error", json!({}))]
    {
        let answer = site.ask(&request).await;
        assert_eq!((answer.status, code(&answer)), (200, -32602));
        assert_eq!(answer.json()["error"]["data"]["why"], "because");
    }
}

#[tokio::test]
async fn metadata_that_is_missing_or_wrong() {
    let site = Site::open(server()).await;
    let version = "io.modelcontextprotocol/protocolVersion";
    let capabilities = "io.modelcontextprotocol/clientCapabilities";
    for (meta, says) in [
        (json!({}), version),
        (json!({ capabilities: {} }), version),
        (json!({ version: "2026-07-28" }), capabilities),
        (json!({ version: 7, capabilities: {} }), version),
        (json!({ version: "2026-07-28", capabilities: [] }), capabilities),
        (json!({ version: "2026-07-28", capabilities: null }), capabilities),
    ] {
        let request = Request::legacy(1, "tools/list", json!({ "_meta": meta }))
            .with("MCP-Protocol-Version", "2026-07-28")
            .with("Mcp-Method", "tools/list");
        let answer = site.ask(&request).await;
        assert_eq!((answer.status, code(&answer)), (400, -32602), "{meta}: {answer:?}");
        assert_eq!(answer.json()["id"], 1);
        assert!(message(&answer).contains(says), "{answer:?}");
    }
    // A method of this revision alone tells the era.
    let answer = site.ask(&Request::legacy(1, "server/discover", json!({}))).await;
    assert_eq!((answer.status, code(&answer)), (400, -32602));

    let level = json!({ "name": "list", "_meta": { "io.modelcontextprotocol/logLevel": "loud" } });
    let answer = site.ask(&Request::modern(1, "tools/call", level)).await;
    assert_eq!((answer.status, code(&answer)), (200, -32602));

    let answer = site.ask(&Request::modern(1, "subscriptions/listen", json!({}))).await;
    assert_eq!((answer.status, code(&answer)), (200, -32602));
    assert!(message(&answer).contains("params.notifications"));
}

#[tokio::test]
async fn versions_that_are_not_spoken() {
    let site = Site::open(server()).await;
    for version in ["2030-01-01", "2025-11-25", "DRAFT", ""] {
        let params = json!({ "_meta": { "io.modelcontextprotocol/protocolVersion": version } });
        let answer = site.ask(&Request::modern("v", "tools/list", params).with("MCP-Protocol-Version", version)).await;
        assert_eq!((answer.status, code(&answer)), (400, -32022), "{version}");
        let answer = answer.json();
        assert_eq!(answer["id"], "v");
        assert_eq!(answer["error"]["data"], json!({ "supported": ["2026-07-28"], "requested": version }));
    }
    // An older client with a header nobody knows: 400 whatever it sends.
    let session = site.session("2025-11-25").await;
    let bad = |request: Request| request.with("Mcp-Session-Id", &session).with("MCP-Protocol-Version", "1.0");
    let notification = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    // Of a list that somebody may have had typed by hand it is told which there are.
    let answer = site.ask(&bad(Request::legacy(1, "tools/list", json!({})))).await;
    let expected = "unsupported protocol version \"1.0\"; this server speaks 2026-07-28 without `initialize`, and \
                    2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25 after it";
    assert_eq!((code(&answer), message(&answer)), (-32022, expected.to_owned()));
    for request in [
        bad(Request::message(&notification)),
        bad(Request::new("GET", "/mcp").with("Accept", "text/event-stream")),
        bad(Request::new("DELETE", "/mcp")),
    ] {
        assert_eq!(site.ask(&request).await.status, 400, "{request:?}");
    }
    // None of them ended the session.
    assert_eq!(site.ask(&Request::legacy(1, "ping", json!({})).with("Mcp-Session-Id", &session)).await.status, 200);
    // `initialize` negotiates instead.
    for (asked, agreed) in [("2030-01-01", "2025-11-25"), ("2026-07-28", "2025-11-25"), ("2024-11-05", "2024-11-05")] {
        let answer = site.ask(&Request::initialize(1, asked)).await;
        assert_eq!(answer.json()["result"]["protocolVersion"], agreed);
    }
}

/// Missing beats mismatch beats unsupported, and each check those after it.
#[tokio::test]
async fn the_first_of_several_mistakes_is_told() {
    let site = Site::open(server()).await;
    let version = "io.modelcontextprotocol/protocolVersion";
    let capabilities = "io.modelcontextprotocol/clientCapabilities";
    let list =
        |meta: Value| Request::legacy(1, "tools/list", json!({ "_meta": meta })).with("Mcp-Method", "tools/list");
    let city = |arguments: Value| Request::call(1, "annotated.tool", arguments);
    let cases = [
        ("JSON, headers", Request::post("{").with("MCP-Protocol-Version", "2030-01-01"), 400, -32700),
        (
            "shape, metadata",
            Request::post(r#"{"jsonrpc":"2.0","id":1,"method":1}"#).with("MCP-Protocol-Version", "2030-01-01"),
            400,
            -32600,
        ),
        ("metadata, header missing", list(json!({ version: "2026-07-28" })), 400, -32602),
        (
            "metadata, header differs and is unsupported",
            list(json!({ version: "2026-07-28" })).with("MCP-Protocol-Version", "2030-01-01"),
            400,
            -32602,
        ),
        ("header missing, unsupported", list(json!({ version: "2030-01-01", capabilities: {} })), 400, -32020),
        (
            "header differs, unsupported",
            list(json!({ version: "2030-01-01", capabilities: {} })).with("MCP-Protocol-Version", "2026-07-28"),
            400,
            -32020,
        ),
        (
            "unsupported, Mcp-Method missing",
            list(json!({ version: "2030-01-01", capabilities: {} }))
                .with("MCP-Protocol-Version", "2030-01-01")
                .without("Mcp-Method"),
            400,
            -32022,
        ),
        ("Mcp-Method, method", Request::modern(1, "no/such", json!({})).with("Mcp-Method", "tools/list"), 400, -32020),
        ("Mcp-Name, unknown tool", Request::call(1, "nothing", json!({})).without("Mcp-Name"), 400, -32020),
        ("method, params", Request::modern(1, "no/such", json!({ "cursor": 7 })), 404, -32601),
        ("Mcp-Param, arguments that do not fit", city(json!({ "city": "Bonn", "days": "x" })), 400, -32020),
        ("unknown tool, Mcp-Param", Request::call(1, "no.tool", json!({ "city": "Bonn" })), 200, -32602),
    ];
    for (what, request, status, expected) in cases {
        let answer = site.ask(&request).await;
        assert_eq!((answer.status, code(&answer)), (status, expected), "{what}: {answer:?}");
    }
}

#[tokio::test]
async fn posted_responses_that_nobody_awaits() {
    let site = Site::open(server()).await;
    let session = site.session("2025-11-25").await;
    let posted = Request::message(&json!({ "jsonrpc": "2.0", "id": 1, "result": {} }));
    for request in [
        posted.clone(),
        posted.clone().with("Mcp-Session-Id", &session),
        posted.with("MCP-Protocol-Version", "2026-07-28"),
        Request::message(&json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": 1, "message": "no" } })),
    ] {
        let answer = site.ask(&request).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json().get("id"), None);
    }
}

#[tokio::test]
async fn paths_and_verbs() {
    let site = Site::open(server()).await;
    for target in ["/", "/mcp/", "/MCP", "/other"] {
        let answer = site.ask(&Request::modern(1, "tools/list", json!({})).target(target)).await;
        assert_eq!(answer.status, 404, "{target}");
        assert!(answer.header("content-type").is_some_and(|kind| kind.starts_with("text/plain")));
        assert!(answer.text().contains("/mcp"), "{answer:?}");
    }
    assert_eq!(site.ask(&Request::modern(1, "tools/list", json!({})).target("/mcp?a=b")).await.status, 200);
    for verb in ["PUT", "PATCH", "HEAD", "BREW"] {
        let answer = site.ask(&Request::new(verb, "/mcp")).await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST, GET, DELETE")), "{verb}");
        assert_eq!(answer.body.is_empty(), verb == "HEAD");
    }
    for verb in ["GET", "DELETE", "PUT"] {
        let request = Request::new(verb, "/mcp").with("MCP-Protocol-Version", "2026-07-28").with("Mcp-Session-Id", "x");
        let answer = site.ask(&request.with("Accept", "text/event-stream")).await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{verb}");
    }

    let site = Site::open(server().endpoint("/deep/er")).await;
    assert_eq!(site.ask(&Request::modern(1, "tools/list", json!({})).target("/deep/er")).await.status, 200);
    assert_eq!(site.ask(&Request::modern(1, "tools/list", json!({}))).await.status, 404);
}
