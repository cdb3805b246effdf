//! Line breaks, NULs and escapes in everything that anybody says: none forges an event, a line, a header or a log.

use super::is_served;
use lmcp::{Context, Server, prompt, resource, tool};
use lmcp_tests::http::{Request, Site};
use lmcp_tests::pipe::{Pipe, modern};
use serde_json::{Value, json};

/// What ends a line or an event, forges the next one, or does something to a terminal.
const NASTY: &str = "a\r\n\r\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\nid: 7\nevent: x\r\0\u{1b}[2J\u{1b}]0;t\u{7}\u{9b}31m\u{85}\u{2028}\u{2029}\u{202e}\u{7f}\u{fffe}";

#[tool]
async fn says(ctx: &Context, text: String) -> Result<String, String> {
    ctx.progress(1).of(2).message(&text).await;
    ctx.error(&text).logger(&text).await;
    ctx.error(json!({ (text.clone()): [text] })).await;
    if text.len() > 1000 { Err(text) } else { Ok(text) }
}

#[tool]
async fn fails(text: String) -> Result<String, lmcp::Error> {
    Err(lmcp::Error::rpc(1001, text.clone()).data(json!({ (text.clone()): text })))
}

#[resource("nasty://a/<id>", name = "a\r\n\u{1b}[2Jb", mime = "text/plain\r\nX-Forged: 1")]
fn named(id: String) -> String {
    id
}

#[prompt(name = "a\n\u{1b}[2Jb")]
fn prompted(text: String) -> String {
    text
}

fn server() -> Server {
    // A name with control characters is refused at start; a title is for people, and goes out as it is.
    let server = Server::empty().name("a\u{2028}\"b").title("a\r\nb\0").instructions("a\r\nb\0");
    server.tool(says).tool(fails).tool(lmcp_tests::add).resource(named).prompt(prompted)
}

fn requests() -> Vec<(&'static str, Value)> {
    let meta = json!({
        "progressToken": NASTY, "io.modelcontextprotocol/logLevel": "debug", (NASTY): NASTY,
    });
    vec![
        ("tools/call", json!({ "name": "says", "arguments": { "text": NASTY }, "_meta": meta })),
        ("tools/call", json!({ "name": "says", "arguments": { "text": NASTY.repeat(10) }, "_meta": meta })),
        ("tools/call", json!({ "name": "fails", "arguments": { "text": NASTY } })),
        ("tools/call", json!({ "name": NASTY })),
        ("tools/call", json!({ "name": "says", "arguments": { (NASTY): NASTY } })),
        ("tools/list", json!({})),
        ("prompts/list", json!({})),
        ("prompts/get", json!({ "name": "a\n\u{1b}[2Jb", "arguments": { "text": NASTY } })),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({ "uri": format!("nasty://{NASTY}") })),
        (NASTY, json!({})),
    ]
}

/// Every line is a message, and what was said comes back as it was.
#[tokio::test]
async fn on_a_pipe() {
    let mut pipe = Pipe::open(&server().build().expect("it starts"));
    for (method, params) in requests() {
        let mut request = modern(1, method, params, &json!({}));
        request["id"] = NASTY.into();
        pipe.send(&request).await;
        loop {
            let message = pipe.next().await;
            if message.get("id").is_some() {
                assert_eq!(message["id"], NASTY, "{method:?}");
                break;
            }
            assert!(matches!(message["method"].as_str(), Some("notifications/progress" | "notifications/message")));
        }
    }
}

/// Every event is one line of data; [`try_message`](lmcp_tests::http::Connection::try_message) takes no other.
#[tokio::test]
async fn in_events_and_headers() {
    let site = Site::open(server()).await;
    let session = site.session("2025-11-25").await;
    for (method, params) in requests() {
        let modern = Request::modern(NASTY, method, params.clone()).without("Mcp-Name").without("Mcp-Method");
        let named = params.get("name").or(params.get("uri")).and_then(Value::as_str).unwrap_or_default();
        let encode = |text: &str| {
            use base64::Engine as _;
            format!("=?base64?{}?=", base64::engine::general_purpose::STANDARD.encode(text))
        };
        let modern = modern.with("Mcp-Name", &encode(named));
        let modern = if method == NASTY { modern.with("Mcp-Method", "x") } else { modern.with("Mcp-Method", method) };
        let legacy = Request::legacy(NASTY, method, params);
        for request in [modern, legacy.clone(), legacy.with("Mcp-Session-Id", &session)] {
            let mut connection = site.connect().await;
            connection.send(&request).await;
            let head = connection.head().await;
            assert_eq!(head.header("x-forged"), None);
            let answer = if head.header("content-type") == Some("text/event-stream") {
                connection.rest().await.pop().expect("an answer")
            } else {
                serde_json::from_slice(&connection.rest_of_body().await).expect("JSON")
            };
            assert_eq!(answer["id"], NASTY, "{answer}");
        }
    }
    is_served(&site).await;
}

/// The log's lines are the log's: nobody begins one, and nothing in them is for a terminal.
#[cfg(unix)]
#[tokio::test]
async fn on_standard_error() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"))
        .env("LMCP_LOG", "trace")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("piped");
    let forged = format!("{NASTY}\n INFO lmcp::request: forged\n");
    for (method, params) in [
        ("tools/call", json!({ "name": forged })),
        ("tools/call", json!({ "name": "forecast", "arguments": { "city": forged } })),
        ("resources/read", json!({ "uri": forged })),
        ("prompts/get", json!({ "name": "greet", "arguments": { "name": forged } })),
        (&*forged, json!({})),
        ("notifications/cancelled", json!({ "requestId": forged })),
    ] {
        let mut message = modern(1, method, params, &json!({}));
        message["id"] = forged.as_str().into();
        stdin.write_all(format!("{message}\n").as_bytes()).await.expect("it reads");
        // As a notification, and as an answer.
        let notification = json!({ "jsonrpc": "2.0", "method": forged });
        let answer = json!({ "jsonrpc": "2.0", "id": forged, "result": {} });
        stdin.write_all(format!("{notification}\n{answer}\n").as_bytes()).await.expect("it reads");
    }
    drop(stdin);
    let (mut out, mut err) = (Vec::new(), String::new());
    let (mut stdout, mut stderr) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
    let (read, also) = tokio::join!(stdout.read_to_end(&mut out), stderr.read_to_string(&mut err));
    read.and(also).expect("readable");
    assert!(err.contains("forged"), "the log tells of it: {err}");
    for line in err.lines() {
        assert!(!line.chars().any(char::is_control), "{line:?}");
        // Each begins with a time and a level, which the forged one would not, or with a level of its own.
        let words: Vec<&str> = line.split_whitespace().collect();
        let [time, level, target, said, ..] = words[..] else { panic!("{line:?}") };
        assert!(time.starts_with("20") && time.ends_with('Z'), "{line:?}");
        assert!(matches!(level, "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR"), "{line:?}");
        assert!((target, said) != ("lmcp::request:", "forged"), "{line}");
    }
}
