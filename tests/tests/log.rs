//! Logs: silent unless asked for, on standard error, a line a request.

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

#[test]
fn a_refused_request_over_http_is_a_line_too() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    command.args(["--http", "127.0.0.1:0"]).env("LMCP_LOG", "lmcp=info").stderr(Stdio::piped());
    let mut server = command.spawn().expect("it starts");
    let mut stderr = BufReader::new(server.stderr.take().expect("piped")).lines().map(|line| line.expect("text"));
    let address = stderr.find_map(|line| Some(line.split_once("http://")?.1.split_once('/')?.0.to_owned()));
    let mut client = TcpStream::connect(address.expect("it says where")).expect("it listens");
    client.write_all(b"GET /elsewhere HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("it reads");
    assert_ne!(client.read(&mut [0; 64]).expect("it answers"), 0);
    server.kill().and_then(|()| server.wait()).expect("it ran");
    let line = stderr.find(|line| line.contains("refused"));
    let line = line.expect("it logs");
    assert!(line.ends_with(r#"INFO lmcp::request: refused status=404 verb=GET path="/elsewhere""#), "{line}");
}
