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
}

#[test]
fn a_request_is_one_line_with_what_came_of_it() {
    for variable in ["LMCP_LOG", "RUST_LOG"] {
        let log = stderr(variable, "lmcp=info", &["call", "add", "a=1", "b=2"]);
        let expected = " INFO lmcp::request: request method=\"tools/call\" item=\"add\" outcome=\"ok\" time=";
        assert!(log.lines().any(|line| line.starts_with(expected)), "{log}");
    }
    let log = stderr("LMCP_LOG", "info", &["call", "fails"]);
    assert!(log.contains("outcome=\"tool error\""), "{log}");
}

#[test]
fn a_filter_that_is_none_is_named() {
    let log = stderr("LMCP_LOG", "lmcp=loud", &["call", "add", "a=1", "b=2"]);
    assert!(log.starts_with("lmcp: warning: \"lmcp=loud\" is no log filter"), "{log}");
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
