//! Standard streams that do not wait, as some clients hand them over.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::Duration;

#[test]
fn streams_that_do_not_wait_are_waited_for() {
    let (mut write, stdin) = UnixStream::pair().expect("a pair");
    let (read, stdout) = UnixStream::pair().expect("a pair");
    stdin.set_nonblocking(true).expect("set");
    stdout.set_nonblocking(true).expect("set");
    let mut child = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"))
        .stdin(Stdio::from(OwnedFd::from(stdin)))
        .stdout(Stdio::from(OwnedFd::from(stdout)))
        .stderr(Stdio::null())
        .spawn()
        .expect("the fixture starts");
    std::thread::sleep(Duration::from_millis(300));
    for id in 0..60 {
        writeln!(write, "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/list\"}}").expect("it reads");
    }
    // More than the stream holds waits for this reader.
    std::thread::sleep(Duration::from_millis(500));
    let lines = BufReader::new(read).lines().take(60);
    assert_eq!(lines.map_while(Result::ok).count(), 60);
    drop(write);
    assert!(child.wait().expect("it ends").success());
}
