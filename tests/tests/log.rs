//! Logs: silent unless asked for, on standard error, a line a request.

use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

fn stderr(variable: &str, filter: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    command.args(arguments).env_remove("LMCP_LOG").env_remove("RUST_LOG");
    if !variable.is_empty() {
        command.env(variable, filter);
    }
    String::from_utf8_lossy(&command.output().expect("it runs").stderr).into_owned()
}

#[test]
fn nothing_is_logged_unless_asked_for() {
    assert_eq!(stderr("", "", &["call", "add", "a=1", "b=2"]), "");
    assert_eq!(stderr("LMCP_LOG", "warn", &["call", "add", "a=1", "b=2"]), "");
    // Of two filters, lmcp's own one counts.
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    command.args(["call", "add", "a=1", "b=2"]).env("LMCP_LOG", "warn").env("RUST_LOG", "trace");
    assert_eq!(String::from_utf8_lossy(&command.output().expect("it runs").stderr), "");
}

#[test]
fn a_request_is_one_line_with_what_came_of_it() {
    for variable in ["LMCP_LOG", "RUST_LOG"] {
        let log = stderr(variable, "lmcp=info", &["call", "add", "a=1", "b=2"]);
        let expected = "Z  INFO lmcp::request: request method=\"tools/call\" item=\"add\" id=";
        let line = log.lines().find(|line| line.get(23..).is_some_and(|rest| rest.starts_with(expected)));
        assert!(line.is_some_and(|line| line.contains(" outcome=\"ok\" time=")), "{log}");
    }
    for (call, failure) in [
        (&["fails"][..], "the function's error"),
        (&["add", "a=1"], "wrong arguments"),
        (&["panics"], "panic"),
        (&["too_slow"], "out of time"),
    ] {
        let log = stderr("LMCP_LOG", "info", &[&["call"], call].concat());
        assert!(log.contains(&format!("outcome=\"tool error\" failure=\"{failure}\" time=")), "{log}");
    }
    let log = stderr("LMCP_LOG", "info", &["call", "nothing"]);
    assert!(
        log.contains("item=\"nothing\" id=") && log.contains("outcome=\"error\" failure=\"wrong request\""),
        "{log}"
    );
}

#[test]
fn a_filter_that_is_none_is_named() {
    for filter in ["lmcp=loud", "inof"] {
        let log = stderr("LMCP_LOG", filter, &["call", "add", "a=1", "b=2"]);
        let expected =
            format!("error: the environment variable LMCP_LOG: {filter:?} is no log filter; write a level (off, ");
        assert!(log.starts_with(&expected), "{log}");
    }
    assert_eq!(stderr("LMCP_LOG", "inof", &["--version"]), "");
    // `RUST_LOG` is for others too.
    let log = stderr("RUST_LOG", "lmcp=loud", &["call", "add", "a=1", "b=2"]);
    assert!(log.starts_with("lmcp: warning: \"lmcp=loud\" is no log filter"), "{log}");
}

#[test]
fn a_change_of_what_is_no_resource_is_a_warning() {
    let log = |uri: &str| stderr("LMCP_LOG", "warn", &["call", "updates", &format!("uri={uri}")]);
    assert_eq!(log("notes://7"), "");
    let expected =
        "WARN lmcp::server::handle: no resource has this URI, so nobody can have asked to hear of it uri=\"7\"";
    assert_eq!(log("7").matches(expected).count(), 2, "{}", log("7"));
}

/// What it says while it serves these messages on its standard input.
fn on_a_pipe(variable: (&str, &str), filter: &str, messages: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    command.env_remove("RUST_LOG").env("LMCP_LOG", filter).env(variable.0, variable.1);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let lines: String = messages.iter().map(|message| format!("{message}\n")).collect();
    child.stdin.take().expect("piped").write_all(lines.as_bytes()).expect("it reads");
    String::from_utf8_lossy(&child.wait_with_output().expect("it ends").stderr).into_owned()
}

#[test]
fn a_program_without_the_command_line_logs_too() {
    let call = r#"{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"freezes"}}"#;
    let log = on_a_pipe(("LMCP_TEST_LIBRARY", "stdio"), "info", &[call]);
    assert!(log.contains(r#"request method="tools/call" item="freezes" id="x" outcome="ok" time="#), "{log}");
    // Who keeps a thread that all calls share is named.
    assert!(
        log.contains(" WARN lmcp::invoke: the handler kept a thread") && log.contains(r#"item="freezes""#),
        "{log}"
    );
}

#[test]
fn what_is_refused_on_a_pipe_is_a_line_too() {
    let call = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"limited"}}"#;
    let calls = [call, &call.replace('7', "8"), &call.replace('7', "9")];
    let log = on_a_pipe(("LMCP_TEST_GUARDED", "1"), "info", &calls);
    let why =
        r#"INFO lmcp::request: refused why="too many calls of `limited`: at most 2 a minute; try again in 30 s" id="#;
    assert_eq!(log.matches(why).count(), 1, "{log}");
}

#[test]
fn a_call_without_credentials_says_why_and_one_with_them_who() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    command.env("LMCP_TEST_LIBRARY", "http").env("LMCP_LOG", "info").stderr(Stdio::piped());
    let mut server = command.spawn().expect("it starts");
    let mut stderr = BufReader::new(server.stderr.take().expect("piped")).lines().map(|line| line.expect("text"));
    let address = stderr.find_map(|line| Some(line.split_once("http://")?.1.split_once('/')?.0.to_owned()));
    let address = address.expect("it says where");
    let body = r#"{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"fails"}}"#;
    for header in ["", "Authorization: Bearer guessed\r\n", "Authorization: Bearer secret\r\n"] {
        let mut client = TcpStream::connect(&address).expect("it listens");
        let length = body.len();
        let head = format!("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{header}");
        write!(client, "{head}Content-Length: {length}\r\n\r\n{body}").expect("it reads");
        assert_ne!(client.read(&mut [0; 64]).expect("it answers"), 0);
    }
    server.kill().and_then(|()| server.wait()).expect("it ran");
    let log: Vec<String> = stderr.collect();
    for expected in [
        r#"refused status=401 verb=POST path="/mcp" why="no credentials" from=127.0.0.1"#,
        r#"refused status=401 verb=POST path="/mcp" why="the credentials are not valid" from=127.0.0.1"#,
        r#"item="fails" caller="ana" id=5 outcome="tool error" failure="the function's error" time="#,
    ] {
        assert_eq!(log.iter().filter(|line| line.contains(expected)).count(), 1, "{expected} {log:#?}");
    }
    assert!(!log.iter().any(|line| line.contains("guessed") || line.contains("secret")), "{log:#?}");
}

/// What the server says on standard error while it is sent these over HTTP, each on a connection of its own.
/// It ends once a line has `last` in it.
fn over_http(filter: &str, requests: &[String], last: &str) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    command.args(["--http", "127.0.0.1:0"]).env_remove("RUST_LOG").env("LMCP_LOG", filter).stderr(Stdio::piped());
    let mut server = command.spawn().expect("it starts");
    let mut stderr = BufReader::new(server.stderr.take().expect("piped")).lines().map(|line| line.expect("text"));
    let address = stderr.find_map(|line| Some(line.split_once("http://")?.1.split_once('/')?.0.to_owned()));
    let address = address.expect("it says where");
    for request in requests {
        let mut client = TcpStream::connect(&address).expect("it listens");
        client.write_all(request.as_bytes()).expect("it reads");
        // The connection ends, and with it what is said of it.
        client.read_to_end(&mut Vec::new()).expect("it answers");
    }
    let mut said = Vec::new();
    for line in stderr.by_ref() {
        said.push(line);
        if said.last().is_some_and(|line| line.contains(last)) {
            break;
        }
    }
    server.kill().and_then(|()| server.wait()).expect("it ran");
    said.extend(stderr);
    said
}

fn http(head: &str, body: &str) -> String {
    let length = body.len();
    format!("{head}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")
}

#[test]
fn a_refused_request_over_http_is_a_line_with_the_reason_and_the_address() {
    const POST: &str = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
    let named = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: nobody/knows";
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let unknown = json!({ "jsonrpc": "2.0", "id": 9, "method": "nobody/knows", "params": { "_meta": meta } });
    let long = "x".repeat(300);
    let log = over_http(
        "lmcp=info",
        &[
            http("GET /elsewhere HTTP/1.1\r\nHost: localhost", ""),
            http(POST, "{"),
            http(&POST.replace("localhost", "evil.example"), "{}"),
            http(&POST.replace("localhost", &long), "{}"),
            http(&format!("{POST}\r\nOrigin: https://ada:hidden@evil.example"), "{}"),
            http(&POST.replace("application/json", "text/plain"), "{}"),
            http(&format!("{POST}\r\n{named}"), &unknown.to_string()),
        ],
        "nobody/knows",
    );
    for expected in [
        r#"status=404 verb=GET path="/elsewhere" why="nothing is here; the endpoint is /mcp" from=127.0.0.1"#,
        r#"status=400 verb=POST path="/mcp" why="not JSON: EOF while parsing an object at byte 1" from=127.0.0.1"#,
        r#"status=421 verb=POST path="/mcp" why="the host evil.example is not allowed" from=127.0.0.1"#,
        r#"status=403 verb=POST path="/mcp" why="the origin https://evil.example is not allowed" from=127.0.0.1"#,
        r#"status=415 verb=POST path="/mcp" why="the body must be `Content-Type: application/json`" from=127.0.0.1"#,
        r#"status=404 verb=POST path="/mcp" method="nobody/knows" why="unknown method \"nobody/knows\"" id=9 from="#,
    ] {
        let expected = format!("INFO lmcp::request: refused {expected}");
        assert_eq!(log.iter().filter(|line| line.contains(&expected)).count(), 1, "{expected} {log:#?}");
    }
    assert!(log.iter().all(|line| line.len() < 300 && !line.contains("hidden")), "{log:#?}");
    assert_eq!(log.iter().filter(|line| line.contains("lmcp::request")).count(), 7, "{log:#?}");
}

#[test]
fn every_request_is_one_line_whatever_it_is() {
    const METHODS: [(&str, &str); 12] = [
        ("ping", "ok"),
        ("tools/list", "ok"),
        ("resources/list", "ok"),
        ("resources/templates/list", "ok"),
        ("prompts/list", "ok"),
        ("logging/setLevel", "error"),
        ("resources/subscribe", "error"),
        ("resources/unsubscribe", "error"),
        ("tools/call", "error"),
        ("nobody/knows", "error"),
        ("subscriptions/listen", "error"),
        ("initialize", "ok"),
    ];
    let message = |(method, _): (&str, &str)| {
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "a", "version": "1" } });
        let params = if method == "initialize" { params } else { json!({}) };
        json!({ "jsonrpc": "2.0", "id": method, "method": method, "params": params }).to_string()
    };
    let messages = METHODS.map(message);
    let on_a_pipe = on_a_pipe(("LMCP_TEST_LIBRARY", "stdio"), "info", &messages.each_ref().map(String::as_str));
    let post = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
    let posts = messages.map(|message| http(post, &message));
    let over_http = over_http("info", &posts, "initialize").join("\n");
    for log in [on_a_pipe, over_http] {
        for (method, outcome) in METHODS {
            let lines: Vec<_> = log.lines().filter(|line| line.contains(&format!("{method:?}"))).collect();
            let [line] = &*lines else { panic!("{method}: {log}") };
            let begin = format!("INFO lmcp::request: request method={method:?} id={method:?} outcome={outcome:?}");
            // Of the two that only 2026-07-28 knows and nobody does, why is told.
            let is_told = !matches!(method, "nobody/knows" | "subscriptions/listen")
                || line.contains("failure=\"wrong request\" why=\"");
            if line.contains("refused") {
                assert!(method == "subscriptions/listen" && line.contains("status=400"), "{log}");
            } else {
                assert!(line.contains(&begin) && line.contains(" time=") && is_told, "{begin}: {log}");
            }
        }
    }
}

#[test]
fn what_is_no_request_is_a_line_with_the_reason() {
    let log =
        on_a_pipe(("LMCP_TEST_LIBRARY", "stdio"), "info", &["{", r#"{"jsonrpc":"1.0","id":3,"method":"ping"}"#, "[]"]);
    for expected in [
        r#"refused why="not JSON: EOF while parsing an object at byte 1""#,
        r#"refused why="`jsonrpc` must be \"2.0\"" id=3"#,
        r#"refused why="an array of messages: only 2025-03-26 has batches; send one message per line""#,
    ] {
        assert_eq!(log.matches(expected).count(), 1, "{expected} {log}");
    }
}

#[test]
fn connections_are_told_at_debug() {
    let request = http("GET /health HTTP/1.1\r\nHost: localhost", "");
    let log = over_http("lmcp=debug", &[request], "closed");
    let peer = |word: &str| {
        let line = log.iter().find(|line| line.contains(&format!("DEBUG lmcp::connection: {word} peer=127.0.0.1:")));
        line.unwrap_or_else(|| panic!("{word}: {log:#?}")).rsplit('=').next().map(str::to_owned)
    };
    assert_eq!(peer("opened"), peer("closed"));
}
