//! Standard streams that do not wait, as some clients hand them over.
#![cfg(unix)]

use lmcp_tests::process::full;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

#[tokio::test]
async fn streams_that_do_not_wait_are_waited_for() {
    let (mut write, stdin) = UnixStream::pair().expect("a pair");
    let (read, stdout) = std::io::pipe().expect("a pipe");
    stdin.set_nonblocking(true).expect("set");
    rustix::io::ioctl_fionbio(&stdout, true).expect("set");
    // No answer fits into it as a whole.
    #[cfg(target_os = "linux")]
    rustix::pipe::fcntl_setpipe_size(&stdout, 4096).expect("set");
    let mut child = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"))
        .stdin(Stdio::from(OwnedFd::from(stdin)))
        .stdout(stdout.try_clone().expect("a copy"))
        .stderr(Stdio::null())
        .spawn()
        .expect("the fixture starts");
    for id in 0..60 {
        writeln!(write, "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/list\"}}").expect("it reads");
    }
    // More than the stream holds waits for this reader.
    full(&stdout).await;
    drop(stdout);
    let lines = BufReader::new(read).lines().take(60);
    assert_eq!(lines.map_while(Result::ok).count(), 60);
    drop(write);
    assert!(child.wait().expect("it ends").success());
}
