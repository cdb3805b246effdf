//! Transcripts: what is said on a pipe, as text.
//!
//! A transcript file holds sentences (`# …`), lines that the client sends (`--> …`) and lines that the server sends
//! (`<-- …`). Between two sends the server's lines may come in any order; what is expected must come, and nothing
//! else. `LMCP_BLESS=1` rewrites what is expected with what came.

use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

/// How long a line may take before the test gives up on it.
const PATIENCE: Duration = Duration::from_secs(120);

/// One step: sentences, then what is sent, then what comes back.
#[derive(Debug, Default)]
struct Step {
    comments: Vec<String>,
    sent: Vec<String>,
    expected: Vec<String>,
}

fn parse(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = vec![Step::default()];
    for line in text.lines() {
        let last = steps.last_mut().expect("there is a first step");
        if let Some(line) = line.strip_prefix("<-- ") {
            last.expected.push(line.to_owned());
            continue;
        }
        if !last.expected.is_empty() || (!last.sent.is_empty() && !line.starts_with("--> ")) {
            steps.push(Step::default());
        }
        let step = steps.last_mut().expect("there is a step");
        match line.strip_prefix("--> ") {
            Some(line) => step.sent.push(line.to_owned()),
            None => step.comments.push(line.to_owned()),
        }
    }
    steps
}

/// Runs one transcript over one connection. `wire` names it in failures.
///
/// # Panics
///
/// When what comes is not what is expected.
pub async fn check<R, W>(file: &Path, wire: &str, read: R, mut write: W)
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let text = std::fs::read_to_string(file).expect("the transcript can be read");
    let bless = std::env::var_os("LMCP_BLESS").is_some();
    let mut lines = BufReader::new(read).lines();
    let mut told = String::new();
    let mut output = String::new();
    for step in parse(&text) {
        for line in &step.sent {
            write.write_all(line.as_bytes()).await.expect("the server reads");
            write.write_all(b"\n").await.expect("the server reads");
            let _infallible = writeln!(told, "--> {line}");
        }
        let mut got: Vec<String> = Vec::new();
        if bless && !step.sent.is_empty() {
            // Whatever comes until the server has been quiet for a while is the answer.
            while let Ok(line) = tokio::time::timeout(Duration::from_millis(300), lines.next_line()).await {
                match line.expect("the server writes text") {
                    Some(line) => got.push(line),
                    None => break,
                }
            }
        } else {
            while got.len() < step.expected.len() {
                let line = tokio::time::timeout(PATIENCE, lines.next_line()).await;
                match line {
                    Ok(Ok(Some(line))) => {
                        let _infallible = writeln!(told, "<-- {line}");
                        got.push(line);
                    }
                    other => panic!(
                        "{wire}, {}: {other:?} where a line was expected\n{told}\nexpected here:\n{}",
                        file.display(),
                        step.expected.join("\n")
                    ),
                }
            }
            compare(&step.expected, &got, || format!("{wire}, {}\n{told}", file.display()));
        }
        for comment in &step.comments {
            let _infallible = writeln!(output, "{comment}");
        }
        for line in &step.sent {
            let _infallible = writeln!(output, "--> {line}");
        }
        // The same lines in another order are no news.
        let same = bless && {
            let mut lines = (got.clone(), step.expected.clone());
            lines.0.sort();
            lines.1.sort();
            lines.0 == lines.1
        };
        for line in if same { &step.expected } else { &got } {
            let _infallible = writeln!(output, "<-- {line}");
        }
    }
    write.shutdown().await.expect("the input can be closed");
    drop(write);
    let rest = tokio::time::timeout(PATIENCE, lines.next_line()).await;
    match rest {
        Ok(Ok(None)) => {}
        _ if bless => {}
        other => panic!("{wire}, {}: {other:?} after the end\n{told}", file.display()),
    }
    if bless {
        std::fs::write(file, output).expect("the transcript can be written");
    }
}

/// Each expected line is there, as JSON, in whatever order.
fn compare(expected: &[String], got: &[String], context: impl Fn() -> String) {
    let json =
        |line: &String| serde_json::from_str::<Value>(line).unwrap_or_else(|e| panic!("{e}: {line}\n{}", context()));
    let mut left: Vec<Value> = got.iter().map(json).collect();
    for line in expected {
        let want = json(line);
        match left.iter().position(|value| *value == want) {
            Some(at) => drop(left.remove(at)),
            None => panic!("expected:\n    {line}\ngot:\n    {}\nin {}", got.join("\n    "), context()),
        }
    }
}

/// Runs a transcript against the fixture in memory.
pub async fn in_memory(file: &Path) {
    in_memory_of(crate::server(), file).await;
}

/// Runs a transcript against a server of the test's own in memory.
///
/// # Panics
///
/// When what comes is not what is expected.
pub async fn in_memory_of(server: lmcp::Server, file: &Path) {
    let server = server.build().expect("the fixture starts");
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    let serving = tokio::spawn(async move {
        let (read, write) = tokio::io::split(theirs);
        server.serve_io(read, write).await
    });
    let (read, write) = tokio::io::split(ours);
    check(file, "in memory", read, write).await;
    serving.await.expect("the server does not panic").expect("the server ends well");
}

/// Runs a transcript against the fixture as a process.
pub async fn over_stdio(file: &Path, program: &str) {
    let mut child = tokio::process::Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the fixture starts");
    let (write, read) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
    check(file, "over stdio", read, write).await;
    let status = tokio::time::timeout(PATIENCE, child.wait()).await.expect("it ends").expect("it can be waited for");
    assert!(status.success(), "{status}");
}
