//! Requests per second over standard input and output: one at a time, and with 64 under way.

use crate::Built;
use crate::child::{Program, Server, pin_self, read_line};
use crate::requests::{Era, INITIALIZED, Message};
use crate::table::{Aim, Table, median, number};
use std::io::{Read, Write};
use std::process::{ChildStdin, ChildStdout};
use std::time::{Duration, Instant};

const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_millis(1000);

/// Says hello where the era, or the server, wants that.
pub fn open(stdin: &mut ChildStdin, stdout: &mut ChildStdout, program: &Program, legacy: bool) {
    let is_floor = program.path.file_name().is_some_and(|name| name == "floor-pipe");
    if legacy && !is_floor {
        let mut chunk = vec![0; 64 << 10];
        stdin.write_all(&Message::initialize().line()).expect("the server reads");
        read_line(stdout, &mut chunk).expect("the server answers");
        stdin.write_all(format!("{INITIALIZED}\n").as_bytes()).expect("the server reads");
    }
}

struct Pipe {
    server: Server,
    stdin: ChildStdin,
    stdout: ChildStdout,
    chunk: Vec<u8>,
}

impl Pipe {
    fn start(program: &Program, legacy: bool) -> Self {
        let (server, mut stdin, mut stdout) = Server::pipe(program, &[]);
        open(&mut stdin, &mut stdout, program, legacy);
        Pipe { server, stdin, stdout, chunk: vec![0; 256 << 10] }
    }

    /// Calls per second, and microseconds of the server's CPU a call. The lines are sent in turn, all of one length.
    fn round(&mut self, lines: &[u8], length: usize, window: usize) -> (f64, f64) {
        let (cpu, began) = (self.server.cpu(), Instant::now());
        self.stdin.write_all(&lines[..window * length]).expect("the server reads");
        let (mut under_way, mut done, mut at) = (window, 0_u64, window * length);
        while under_way > 0 {
            let n = self.stdout.read(&mut self.chunk).expect("the server writes");
            assert!(n > 0, "the server ended");
            assert!(memchr::memmem::find(&self.chunk[..n], b"\"error\"").is_none(), "an error was answered");
            let came = memchr::memchr_iter(b'\n', &self.chunk[..n]).count();
            done += came as u64;
            under_way -= came;
            if came > 0 && began.elapsed() < ROUND {
                if at + came * length > lines.len() {
                    at = 0;
                }
                self.stdin.write_all(&lines[at..at + came * length]).expect("the server reads");
                at += came * length;
                under_way += came;
            }
        }
        let cpu = self.server.cpu() - cpu;
        (done as f64 / began.elapsed().as_secs_f64(), cpu.as_secs_f64() * 1e6 / done as f64)
    }
}

pub fn run(built: &Built) {
    pin_self();
    let mut table = Table::new(&["lmcp", "pipe floor", "rmcp", "lmcp CPU µs", "floor CPU µs", "rmcp CPU µs"]);
    for (era, name) in [(Era::Modern, "modern"), (Era::Legacy, "legacy")] {
        let lines = Message::call(era, 11).lines(4096);
        let (length, lines) = (lines[0].len(), lines.concat());
        let mut pipes = [built.lmcp_stdio(), built.floor_pipe(), built.rmcp_stdio()]
            .map(|program| Pipe::start(&program, era == Era::Legacy));
        for (window, shown, least) in [(1, "one at a time", 0.85), (64, "64 under way", 0.75)] {
            let mut rounds = [const { Vec::new() }; 3];
            for _ in 0..ROUNDS {
                for (pipe, rounds) in pipes.iter_mut().zip(&mut rounds) {
                    rounds.push(pipe.round(&lines, length, window));
                }
            }
            let rates = rounds.each_ref().map(|all| median(all.iter().map(|(rate, _)| *rate).collect()));
            let times = rounds.each_ref().map(|all| median(all.iter().map(|(_, time)| *time).collect()));
            let what = format!("calls/s, {name}, {shown}: over pipe floor");
            let cells = rates.into_iter().chain(times).map(number).collect();
            table.row(what, cells, Some(rates[0] / rates[1]), Some(Aim::AtLeast(least)));
        }
    }
    println!("\nstandard input and output, 11 B, medians of {ROUNDS} interleaved rounds\n\n{table}");
}
