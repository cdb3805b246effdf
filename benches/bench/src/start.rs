//! From starting a process to its first answer.

use crate::Built;
use crate::child::{Program, free_address, read_line};
use crate::requests::{Era, Message};
use crate::table::{Aim, Table, median, number};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 41;

fn command(program: &Program, address: &str) -> Command {
    let mut command = Command::new(&program.path);
    command.args(program.arguments.iter().map(|text| if text == "ADDRESS" { address } else { text }));
    command.stderr(Stdio::null());
    command
}

/// Milliseconds.
fn over_a_pipe(program: &Program, line: &[u8]) -> f64 {
    let mut command = command(program, "");
    let began = Instant::now();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    child.stdin.as_mut().expect("piped").write_all(line).expect("it reads");
    read_line(child.stdout.as_mut().expect("piped"), &mut [0; 4096]).expect("it answers");
    let time = began.elapsed();
    child.kill().expect("it is our child");
    child.wait().expect("it is our child");
    time.as_secs_f64() * 1e3
}

/// Milliseconds.
fn over_http(program: &Program, request: &[u8]) -> f64 {
    let address = free_address();
    let mut command = command(program, &address);
    let began = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("it starts");
    let mut stream = loop {
        match TcpStream::connect(&address) {
            Ok(stream) => break stream,
            Err(_) => std::thread::sleep(Duration::from_micros(50)),
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{} does not listen", program.path.display());
    };
    stream.write_all(request).expect("it reads");
    let n = stream.read(&mut [0; 4096]).expect("it answers");
    let time = began.elapsed();
    assert!(n > 0);
    child.kill().expect("it is our child");
    child.wait().expect("it is our child");
    time.as_secs_f64() * 1e3
}

pub fn run(built: &Built) {
    let message = Message::call(Era::Modern, 11);
    let mut table = Table::new(&["lmcp ms", "floor ms", "rmcp ms"]);
    let pipes = [built.lmcp_stdio(), built.floor_pipe(), built.rmcp_stdio()];
    let https = [built.lmcp_http(), built.floor_serde(), built.rmcp_http(Era::Modern, 1)];
    let (line, request) = (message.line(), message.http(None));
    let mut all = [const { Vec::new() }; 6];
    for _ in 0..ROUNDS {
        for (at, program) in pipes.iter().enumerate() {
            all[at].push(over_a_pipe(program, &line));
        }
        for (at, program) in https.iter().enumerate() {
            all[3 + at].push(over_http(program, &request));
        }
    }
    let all = all.map(median);
    for (what, medians) in [("stdio, one tool", &all[..3]), ("HTTP, one tool", &all[3..])] {
        let cells = medians.iter().copied().map(number).collect();
        table.row(what, cells, Some(medians[0]), Some(Aim::AtMost(3.0)));
    }
    let many = built.lmcp_many(1000, 0);
    let medians = median((0..11).map(|_| over_http(&many, &request)).collect());
    table.row("HTTP, 1,000 tools", vec![number(medians), "-".into(), "-".into()], Some(medians), None);
    println!("\nstart to first answer, medians of {ROUNDS} interleaved starts\n\n{table}");
}
