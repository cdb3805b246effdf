//! A server as a child process: started on its core, looked at through `/proc`, ended by its own process id.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// The core of the servers; the load comes from the other one.
pub const SERVER_CORE: usize = 0;
pub const CLIENT_CORE: usize = 1;

/// Keeps this process on one core; what it starts is pinned by itself.
pub fn pin_self() {
    let mut set = rustix::thread::CpuSet::new();
    set.set(CLIENT_CORE);
    if let Err(e) = rustix::thread::sched_setaffinity(None, &set) {
        eprintln!("this process cannot be kept on core {CLIENT_CORE} ({e}): the numbers mean little");
    }
}

/// A program with its arguments, `ADDRESS` standing for the address it is to listen on.
#[derive(Clone)]
pub struct Program {
    pub path: PathBuf,
    pub arguments: Vec<String>,
}

impl Program {
    pub fn new(path: impl Into<PathBuf>, arguments: &[&str]) -> Self {
        Program { path: path.into(), arguments: arguments.iter().map(|text| (*text).to_owned()).collect() }
    }

    /// A command that runs it on the servers' core, below `tool` (valgrind) if there is one.
    pub fn command(&self, tool: &[String], address: &str) -> Command {
        let mut command = Command::new("taskset");
        command.args(["-c", &SERVER_CORE.to_string()]).args(tool).arg(&self.path);
        command.args(self.arguments.iter().map(|text| if text == "ADDRESS" { address } else { text }));
        command
    }
}

/// A port that was free a moment ago.
pub fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it has an address").to_string()
}

/// A server that runs. It is ended when this is dropped.
pub struct Server {
    child: Child,
    pub address: String,
}

impl Server {
    /// Starts one over HTTP and waits until it listens.
    pub fn http(program: &Program, tool: &[String]) -> Self {
        let address = free_address();
        let mut command = program.command(tool, &address);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = Server { child: spawn(&mut command), address };
        let began = Instant::now();
        while TcpStream::connect(&server.address).is_err() {
            if let Some(status) = server.child.try_wait().expect("it is our child") {
                panic!("{} ended at once: {status}", program.path.display());
            }
            assert!(began.elapsed() < Duration::from_secs(120), "{} does not listen", program.path.display());
            std::thread::sleep(Duration::from_millis(5));
        }
        server
    }

    /// Starts one over standard input and output.
    pub fn pipe(program: &Program, tool: &[String]) -> (Self, ChildStdin, ChildStdout) {
        let mut command = program.command(tool, "");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = spawn(&mut command);
        let (stdin, stdout) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        (Server { child, address: String::new() }, stdin, stdout)
    }

    fn proc(&self, file: &str) -> String {
        let path = format!("/proc/{}/{file}", self.child.id());
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// utime + stime so far.
    pub fn cpu(&self) -> Duration {
        ticks(&self.proc("stat"), 13)
    }

    /// What is in memory, in KiB.
    pub fn resident(&self) -> f64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the kernel says it");
        line.trim().trim_end_matches(" kB").trim().parse().expect("a number")
    }

    /// Asks it to end and waits until it has: tools that count write their numbers then.
    pub fn end(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        let _gone_already = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        self.wait();
    }

    /// Waits until it has ended by itself.
    pub fn wait(&mut self) {
        let began = Instant::now();
        while self.child.try_wait().expect("it is our child").is_none() {
            if began.elapsed() > Duration::from_secs(60) {
                eprintln!("a server does not end and is killed");
                let _gone = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _status = self.child.wait();
    }
}

fn spawn(command: &mut Command) -> Child {
    command.spawn().unwrap_or_else(|e| panic!("{command:?}: {e}; is it installed?"))
}

/// Two neighbouring fields of `/proc/PID/stat`, which are times, counted from 0.
fn ticks(stat: &str, field: usize) -> Duration {
    // The name in the second field may hold anything, `)` last.
    let rest = stat.rsplit(')').next().unwrap_or_default();
    let both = rest.split_whitespace().skip(field - 2).take(2).map(|text| text.parse::<u64>().expect("a number"));
    // In hundredths of a second, on every Linux there is.
    Duration::from_millis(both.sum::<u64>() * 10)
}

/// The time of all processes that were started from here and waited for.
pub fn cpu_of_children() -> Duration {
    ticks(&std::fs::read_to_string("/proc/self/stat").expect("Linux"), 15)
}

/// What a command prints.
pub fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}; is it installed?"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Reads until a newline has come; gives how many bytes those were.
pub fn read_line(stdout: &mut ChildStdout, chunk: &mut [u8]) -> Option<usize> {
    let mut all = 0;
    loop {
        let n = stdout.read(chunk).expect("the server writes");
        all += n;
        if n == 0 {
            return None;
        }
        if chunk[n - 1] == b'\n' {
            return Some(all);
        }
    }
}

/// A folder for what is written on the way.
pub fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("lmcp-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder.join(name)
}
