//! Looking at the server from outside: what it takes, a line a minute, and whether that grows.

use crate::INTERVAL;
use lmcp_tests::http::{Connection, Request};
use serde_json::json;
use std::net::SocketAddr;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::Instant;

/// The server's process; it ends with this.
pub(crate) struct Served {
    child: Child,
    pub(crate) http: SocketAddr,
    pub(crate) pipe: SocketAddr,
}

impl Served {
    pub(crate) async fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().expect("it runs"))
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut line).await.expect("it says where");
        let (http, pipe) = line.trim().split_once(' ').expect("two addresses");
        Served { child, http: http.parse().expect("an address"), pipe: pipe.parse().expect("an address") }
    }
}

/// What the server takes at one time.
#[derive(Clone, Copy)]
struct Sample {
    /// KiB.
    resident: f64,
    descriptors: f64,
    threads: f64,
    tasks: f64,
}

/// All samples so far.
pub(crate) struct Watch {
    process: u32,
    http: SocketAddr,
    begun: Instant,
    samples: Vec<Sample>,
}

impl Watch {
    pub(crate) fn new(served: &Served) -> Self {
        println!("minute   resident KiB   descriptors   threads     tasks     calls  sessions     pipes");
        let process = served.child.id().expect("it runs");
        Watch { process, http: served.http, begun: Instant::now(), samples: Vec::new() }
    }

    fn status(&self, key: &str) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.process)).expect("it runs");
        let line = text.lines().find_map(|line| line.strip_prefix(key)).expect("there is such a line");
        line.trim().split(' ').next().and_then(|number| number.parse().ok()).expect("a number")
    }

    /// Takes a sample, and prints the mean of those of the last minute when it is over.
    pub(crate) async fn look(&mut self) {
        let mut connection = Connection::open(self.http).await;
        connection.send(&Request::call(1, "tasks", json!({}))).await;
        let answer = connection.response().await.json();
        let tasks = answer["result"]["content"][0]["text"].as_str().and_then(|text| text.parse().ok());
        let descriptors = std::fs::read_dir(format!("/proc/{}/fd", self.process)).expect("it runs").count();
        self.samples.push(Sample {
            resident: self.status("VmRSS:"),
            descriptors: descriptors as f64,
            threads: self.status("Threads:"),
            tasks: tasks.unwrap_or_else(|| panic!("no number: {answer}")),
        });
        let a_minute = (60 / INTERVAL.as_secs()) as usize;
        if self.samples.len().is_multiple_of(a_minute) {
            let minute = &self.samples[self.samples.len() - a_minute..];
            let [resident, descriptors, threads, tasks] = MEASURES.map(|(_, of, ..)| mean(minute, of));
            let minutes = self.begun.elapsed().as_secs_f64() / 60.0;
            let [calls, sessions, pipes] = crate::http::done();
            println!(
                "{minutes:>6.1} {resident:>14.0} {descriptors:>13.1} {threads:>9.1} {tasks:>9.1} {calls:>9} {sessions:>9} {pipes:>9}"
            );
        }
    }

    /// Whether the last third of the time took no more than the second.
    pub(crate) fn verdict(&self) -> bool {
        let third = self.samples.len() / 3;
        let (Some(second), Some(last)) = (self.samples.get(third..2 * third), self.samples.get(2 * third..)) else {
            return false;
        };
        if second.is_empty() {
            println!("too short to tell: {} samples, of 3 at least", self.samples.len());
            return false;
        }
        let mut well = true;
        for (name, of, factor, more) in MEASURES {
            let (before, after) = (mean(second, of), mean(last, of));
            let most = before * factor + more;
            let grows = after > most;
            well &= !grows;
            println!(
                "{name}: {before:.1}, then {after:.1}, of {most:.1} at most{}",
                if grows { ": IT GROWS" } else { "" }
            );
        }
        well
    }
}

type Measure = (&'static str, fn(&Sample) -> f64, f64, f64);

/// What is compared: the last third may be so many times the second, and so much more.
const MEASURES: [Measure; 4] = [
    ("resident KiB", |sample| sample.resident, 1.05, 2048.0),
    ("descriptors", |sample| sample.descriptors, 1.1, 20.0),
    ("threads", |sample| sample.threads, 1.0, 4.0),
    ("tasks", |sample| sample.tasks, 1.1, 50.0),
];

fn mean(samples: &[Sample], of: fn(&Sample) -> f64) -> f64 {
    samples.iter().map(of).sum::<f64>() / samples.len() as f64
}
