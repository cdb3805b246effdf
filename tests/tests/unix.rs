//! HTTP on a Unix socket, as a process.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

fn socket(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("lmcp-{}-{name}.sock", std::process::id()));
    let _was_there = std::fs::remove_file(&path);
    path
}

fn command(path: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    command.arg("--http").arg(format!("unix:{}", path.display())).env_remove("LMCP_TOKEN").stderr(Stdio::piped());
    command
}

/// Starts a server and waits until it says where it serves.
fn serve(path: &std::path::Path) -> Served {
    let mut served = Served(command(path).spawn().expect("it starts"));
    let mut line = String::new();
    let stderr = served.0.stderr.take().expect("piped");
    BufReader::new(stderr).read_line(&mut line).expect("it says where it serves");
    assert_eq!(line, format!("fixture serves unix:{} at /mcp without asking for a token\n", path.display()));
    served
}

fn refused(path: &std::path::Path) -> String {
    let Output { status, stderr, .. } = command(path).output().expect("it runs");
    assert_eq!(status.code(), Some(1));
    String::from_utf8_lossy(&stderr).into_owned()
}

#[test]
fn a_socket_serves_and_goes_with_its_server() {
    let path = socket("serves");
    // One that an ended program left behind is taken over.
    drop(UnixListener::bind(&path).expect("bound"));
    let mut served = serve(&path);
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2}}}"#;
    let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n";
    let mut stream = UnixStream::connect(&path).expect("it listens");
    write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains(r#""text":"3""#), "{answer}");

    assert!(refused(&path).contains("another program listens there"));
    let pid = served.0.id().to_string();
    assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().expect("kill is there").success());
    assert_eq!(served.0.wait().expect("it ends").code(), Some(0));
    assert!(!path.exists(), "the socket's file is left behind");
}

#[test]
fn what_is_no_socket_is_left_alone() {
    let path = socket("file");
    std::fs::write(&path, "precious").expect("written");
    assert!(refused(&path).contains("a file is there"));
    assert_eq!(std::fs::read_to_string(&path).expect("read"), "precious");
    std::fs::remove_file(&path).expect("removed");
    assert!(refused(std::path::Path::new("/no/such/folder/a.sock")).contains("its folder does not exist"));
}
