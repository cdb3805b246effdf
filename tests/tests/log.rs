//! Logs: silent unless asked for, on standard error, a line a request.

use std::process::Command;

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
