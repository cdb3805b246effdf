//! A server as a process of its own.

use crate::http::Connection;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, Stdio};

/// A process that serves HTTP on a port of its own. It ends with its test.
pub struct Served {
    child: Child,
    /// What it said when it was ready.
    pub line: String,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Served {
    /// Starts it, and waits until it says where it listens.
    ///
    /// # Panics
    ///
    /// When it says something else.
    pub fn start(mut command: Command) -> Self {
        Self::start_with(command.env_remove("LMCP_TOKEN"))
    }

    /// The same, with a token in its environment if the test put one there.
    ///
    /// # Panics
    ///
    /// When it says something else.
    pub fn start_with(command: &mut Command) -> Self {
        let (served, mut stderr) = Self::begin(command);
        // Whatever else it says is for whoever looks at the test.
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::stderr()));
        served
    }

    /// The same with the environment as it is; gives all that it says from then on, when it has ended.
    ///
    /// # Panics
    ///
    /// When it says something else first.
    pub fn start_as_is(mut command: Command) -> (Self, std::thread::JoinHandle<String>) {
        let (served, mut stderr) = Self::begin(&mut command);
        let said = std::thread::spawn(move || {
            let mut said = Vec::new();
            stderr.read_to_end(&mut said).expect("standard error can be read");
            String::from_utf8_lossy(&said).into_owned()
        });
        (served, said)
    }

    fn begin(command: &mut Command) -> (Self, BufReader<ChildStderr>) {
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
        let mut line = String::new();
        stderr.read_line(&mut line).expect("it says where it serves");
        let address = line.split_once("://").and_then(|(_, rest)| rest.split_once('/')?.0.parse().ok());
        let address = address.unwrap_or_else(|| panic!("no address: {line:?}"));
        (Served { child, line, address }, stderr)
    }

    /// A new connection.
    pub async fn connect(&self) -> Connection {
        Connection::open(self.address).await
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has ended.
    ///
    /// # Panics
    ///
    /// When it was not started.
    pub fn wait(&mut self) -> std::process::ExitStatus {
        self.child.wait().expect("it was started")
    }

    /// The number of this process's entry in a file of `/proc`, such as `VmRSS` in `status`.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub fn proc(&self, file: &str, key: &str) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).expect("it runs");
        let line = text.lines().find_map(|line| line.strip_prefix(key)).expect("there is such a line");
        let number = line.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty());
        number.and_then(|number| number.parse().ok()).expect("a number")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Waits until a stream takes no more: from then on whoever writes to it waits for its reader.
///
/// # Panics
///
/// When there is always room.
#[cfg(unix)]
pub async fn full(stream: &impl std::os::fd::AsFd) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    let ready = || poll(&mut [PollFd::new(stream, PollFlags::OUT)], Some(&now)).expect("it can be asked");
    crate::http::until(|| ready() == 0).await;
}

/// Lets this process open so many files.
///
/// # Panics
///
/// When the system does not allow it.
#[cfg(unix)]
pub fn open_files(needed: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= needed) {
        return;
    }
    assert!(
        maximum.is_none_or(|maximum| maximum >= needed),
        "this test opens {needed} files, and the hard limit is {maximum:?}: raise it with `ulimit -Hn {needed}`"
    );
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).expect("a soft limit may be raised");
}
