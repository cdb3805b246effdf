//! The program as a process: what one types, what a client says over its pipe, and how it ends.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

/// A folder of this test's own.
fn shop(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test).join("shop");
    let _old = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("main.rs"), "fn main() {\n}\n").expect("a file");
    folder
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jobs"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// What is printed, and whether it went well.
fn run(command: &mut Command) -> (String, bool) {
    let output = command.output().expect("it starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8") + &String::from_utf8(output.stderr).expect("UTF-8");
    (text, output.status.success())
}

/// A client's end of the pipe.
struct Pipe(Child, ChildStdin, Lines<BufReader<ChildStdout>>);

impl Pipe {
    /// Connects as a client of 2025-11-25.
    fn open() -> Self {
        let mut command = program(&[]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let (stdin, stdout) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        let mut pipe = Pipe(child, stdin, BufReader::new(stdout).lines());
        let client = json!({ "name": "test", "version": "1" });
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
        pipe.send(json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params }));
        assert_eq!(pipe.next()["result"]["serverInfo"]["name"], "jobs");
        pipe.send(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        pipe
    }

    fn send(&mut self, message: Value) {
        writeln!(self.1, "{message}").expect("it reads");
    }

    fn next(&mut self) -> Value {
        serde_json::from_str(&self.2.next().expect("it goes on").expect("UTF-8")).expect("JSON")
    }

    fn call(&mut self, id: u8, name: &str, arguments: Value) {
        let params = json!({ "name": name, "arguments": arguments });
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params }));
    }

    /// The answer to a call, and what comes before it.
    fn answer(&mut self, id: u8) -> (Value, Vec<Value>) {
        let mut before = Vec::new();
        loop {
            let mut message = self.next();
            if message["id"] == id {
                return (message["result"]["structuredContent"].take(), before);
            }
            before.push(message);
        }
    }

    /// What it says on standard error until it ends.
    fn ended(mut self) -> (String, ExitStatus) {
        let mut said = String::new();
        self.0.stderr.take().expect("piped").read_to_string(&mut said).expect("UTF-8");
        (said, self.0.wait().expect("it ends"))
    }
}

#[test]
fn what_one_types_prints_what_it_should() {
    let folder = shop("typed");
    let folder = folder.to_str().expect("UTF-8");
    let done =
        "{\"id\":1,\"job\":\"lines\",\"state\":\"done\",\"done\":1,\"total\":1,\"result\":\"2 lines in 1 files\"";
    let (said, good) = run(&mut program(&["--folder", folder, "call", "start", "job=lines", "wait=true"]));
    assert!(good && said.contains(done), "{said}");
    let (said, good) = run(&mut program(&["--folder", "/no/such", "list"]));
    assert_eq!((said.as_str(), good), ("error: there is no folder /no/such\n", false));
    let (said, good) = run(&mut program(&["call", "wait", "id=7"]));
    assert_eq!((said.as_str(), good), ("error: there is no job 7; `status` lists them\n", false));
    let (said, _) = run(program(&["--folder", "shop", "install", "vscode", "--print"])
        .current_dir(Path::new(folder).parent().expect("a folder")));
    assert!(said.contains(&format!("\"args\": [\"--folder\", \"{folder}\"]")), "{said}");
}

#[test]
fn a_client_starts_looks_and_waits() {
    let mut pipe = Pipe::open();
    pipe.call(1, "start", json!({ "job": "countdown", "seconds": 1 }));
    assert_eq!(pipe.answer(1).0["id"], 1);
    let uri = "jobs://1/log";
    pipe.send(json!({ "jsonrpc": "2.0", "id": 2, "method": "resources/subscribe", "params": { "uri": uri } }));
    pipe.call(3, "wait", json!({ "id": 1 }));
    let (done, before) = pipe.answer(3);
    assert_eq!((&done["state"], &done["result"]), (&json!("done"), &json!("lift-off")));
    let updated = json!({ "jsonrpc": "2.0", "method": "notifications/resources/updated", "params": { "uri": uri } });
    assert!(before.contains(&updated), "{before:?}");
    // The client goes away: so does the server.
    let Pipe(mut child, stdin, lines) = pipe;
    drop(stdin);
    // The last lines of the log may be told of behind the answer.
    for line in lines {
        let message: Value = serde_json::from_str(&line.expect("UTF-8")).expect("JSON");
        assert_eq!(message, updated);
    }
    assert!(child.wait().expect("it ends").success());
}

#[cfg(unix)]
#[test]
fn it_ends_when_it_is_told_to_and_its_jobs_with_it() {
    use rustix::process::{Pid, Signal, kill_process};

    for signal in [Signal::TERM, Signal::INT] {
        let mut pipe = Pipe::open();
        for id in 1..=3 {
            pipe.call(id, "start", json!({ "job": "countdown", "seconds": 3600 }));
            pipe.answer(id);
        }
        pipe.call(4, "wait", json!({ "id": 1, "at_most": 3600 }));
        let pid = Pid::from_raw(pipe.0.id().cast_signed()).expect("a process");
        kill_process(pid, signal).expect("it is ours");
        let (said, status) = pipe.ended();
        assert!(status.success(), "{status}: {said}");
        assert_eq!(said, "jobs: 3 cancelled, since the server ends\n");
    }
}
