//! Instructions and allocations per request: each server runs under valgrind twice, with N and with 2N requests, and the
//! difference is divided by N, so that starting and ending do not count.

use crate::child::{Program, Server, scratch};
use crate::client::Connection;
use crate::requests::{Era, Message};
use crate::table::{Aim, Table, maybe};
use crate::{Built, pipes};
use std::io::{Read, Write};

/// Long copies in loops of vectors. The C library would take `rep movs` for them, of which valgrind counts every byte as an
/// instruction and a processor counts one.
const TUNABLES: &str = "GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold=1073741824:\
                        glibc.cpu.x86_rep_stosb_threshold=1073741824";

#[derive(Clone, Copy)]
enum Tool {
    Callgrind,
    Memcheck,
}

impl Tool {
    fn command(self, out: &str) -> Vec<String> {
        let mut command: Vec<String> = ["env", TUNABLES, "valgrind"].map(str::to_owned).into();
        match self {
            Tool::Callgrind => command.extend(["--tool=callgrind".into(), format!("--callgrind-out-file={out}")]),
            Tool::Memcheck => command.extend([
                "--leak-check=no".into(),
                "--undef-value-errors=no".into(),
                format!("--log-file={out}"),
            ]),
        }
        command
    }

    /// What it counted.
    fn read(self, out: &str) -> f64 {
        let text = std::fs::read_to_string(out).unwrap_or_else(|e| panic!("{out}: {e}"));
        let count = match self {
            Tool::Callgrind => text.lines().find_map(|line| {
                line.strip_prefix("totals: ").or_else(|| line.strip_prefix("summary: ")).map(str::to_owned)
            }),
            Tool::Memcheck => text.lines().find_map(|line| {
                let (_, usage) = line.split_once("total heap usage: ")?;
                Some(usage.split(' ').next()?.replace(',', ""))
            }),
        };
        count.and_then(|count| count.trim().parse().ok()).unwrap_or_else(|| panic!("{out} holds no total"))
    }
}

/// How a server is asked N times.
type Drive<'a> = &'a dyn Fn(&Program, &[String], usize);

fn over_http(message: &Message, session: bool) -> impl Fn(&Program, &[String], usize) {
    move |program, tool, n| {
        let server = Server::http(program, tool);
        let mut connection = Connection::open(&server.address);
        let session = session.then(|| connection.initialize());
        let request = message.http(session.as_deref());
        for _ in 0..n {
            let status = connection.ask(&request);
            assert_eq!(status, 200, "{}", program.path.display());
        }
        drop(connection);
        server.end();
    }
}

/// With so many requests under way at once.
fn over_a_pipe(message: &Message, legacy: bool, window: usize) -> impl Fn(&Program, &[String], usize) {
    move |program, tool, n| {
        let (mut server, mut stdin, mut stdout) = Server::pipe(program, tool);
        pipes::open(&mut stdin, &mut stdout, program, legacy);
        let lines = message.lines(window).concat();
        let mut chunk = vec![0; 64 << 10];
        for _ in 0..n / window {
            stdin.write_all(&lines).expect("the server reads");
            let mut seen = 0;
            while seen < window {
                let bytes = stdout.read(&mut chunk).expect("the server writes");
                assert!(bytes > 0, "{} ended", program.path.display());
                assert!(memchr::memmem::find(&chunk[..bytes], b"\"error\"").is_none(), "{}", program.path.display());
                seen += memchr::memchr_iter(b'\n', &chunk[..bytes]).count();
            }
        }
        drop(stdin);
        server.wait();
    }
}

/// Instructions and allocations per request.
fn count(program: &Program, n: usize, drive: Drive<'_>) -> (f64, f64) {
    let each = [Tool::Callgrind, Tool::Memcheck].map(|tool| {
        let totals = [n, 2 * n].map(|n| {
            let out = scratch("counted");
            let out = out.to_str().expect("text");
            drive(program, &tool.command(out), n);
            tool.read(out)
        });
        (totals[1] - totals[0]) / n as f64
    });
    (each[0], each[1])
}

/// Of `http`, `stdio` or both.
pub fn run(built: &Built, only: Option<&str>) {
    let mut table = Table::new(&["lmcp", "const", "serde/pipe", "rmcp", "lmcp allocs", "floor allocs", "rmcp allocs"]);
    if only != Some("stdio") {
        http(built, &mut table);
    }
    if only != Some("http") {
        stdio(built, &mut table);
    }
    println!("\nuser instructions and allocations per request\n\n{table}");
}

type Counted = Option<(f64, f64)>;

fn row(table: &mut Table, what: &str, all: [Counted; 4], judged: Option<f64>, aim: Option<Aim>) {
    let instructions = all.map(|counted| maybe(counted.map(|(instructions, _)| instructions)));
    let [lmcp, constant, floor, rmcp] = all;
    let allocations =
        [lmcp, floor.or(constant), rmcp].map(|counted| maybe(counted.map(|(_, allocations)| allocations)));
    table.row(what, instructions.into_iter().chain(allocations).collect(), judged, aim);
}

fn ratio(a: Counted, b: Counted) -> Option<f64> {
    Some(a?.0 / b?.0)
}

fn http(built: &Built, table: &mut Table) {
    for (era, name) in [(Era::Modern, "modern"), (Era::Legacy, "legacy")] {
        let legacy = era == Era::Legacy;
        for (size, shown, n) in [(11, "11 B", 500), (64 << 10, "64 KiB", 50), (1 << 20, "1 MiB", 10)] {
            if legacy && size > 11 {
                continue;
            }
            let message = Message::call(era, size);
            let drive = over_http(&message, legacy);
            let plain = over_http(&message, false);
            let lmcp = Some(count(&built.lmcp_http(), n, &drive));
            let constant = Some(count(&built.floor_const(&built.answer(&built.lmcp_http(), &message)), n, &plain));
            let floor = Some(count(&built.floor_serde(), n, &plain));
            let rmcp = Some(count(&built.rmcp_http(era, 1), n, &drive));
            let aim = (era == Era::Modern && size == 11).then_some(Aim::AtMost(1.25));
            let what = format!("HTTP call, {name}, {shown}: over serde floor");
            row(table, &what, [lmcp, constant, floor, rmcp], ratio(lmcp, floor), aim);
            if aim.is_some() {
                let allocations = lmcp.map(|(_, allocations)| allocations);
                let what = "the same: allocations of lmcp";
                row(table, what, [None; 4], allocations, Some(Aim::AtMost(20.0)));
            }
        }
    }

    let message = Message::call(Era::Modern, 11);
    let drive = over_http(&message, false);
    let mut one: [Counted; 2] = [None, None];
    for tools in [1, 50, 1000] {
        let lmcp = Some(count(&built.lmcp_many(tools, 0), 500, &drive));
        let rmcp = Some(count(&built.rmcp_http(Era::Modern, tools), 500, &drive));
        if tools == 1 {
            one = [lmcp, rmcp];
        }
        let aim = (tools == 1000).then_some(Aim::AtMost(1.02));
        let what = format!("HTTP call, modern, {tools} tools: over itself with 1");
        row(table, &what, [lmcp, None, None, rmcp], ratio(lmcp, one[0]), aim);
        if tools == 1000 {
            row(table, "the same of rmcp", [None; 4], ratio(rmcp, one[1]), None);
        }
    }

    let message = Message::list(Era::Modern);
    let drive = over_http(&message, false);
    for tools in [10, 1000] {
        let n = if tools == 10 { 200 } else { 20 };
        let program = built.lmcp_many(tools, 0);
        let lmcp = Some(count(&program, n, &drive));
        let constant = Some(count(&built.floor_const(&built.answer(&program, &message)), n, &drive));
        let rmcp = Some(count(&built.rmcp_http(Era::Modern, tools), n, &drive));
        let what = format!("HTTP tools/list, {tools} tools: over const floor");
        row(table, &what, [lmcp, constant, None, rmcp], ratio(lmcp, constant), None);
    }

    let mut one = None;
    for templates in [1, 1000] {
        let message = Message::read(Era::Modern, templates / 2);
        let drive = over_http(&message, false);
        let lmcp = Some(count(&built.lmcp_many(1, templates), 300, &drive));
        one = one.or(lmcp);
        let what = format!("HTTP resources/read, {templates} templates: over itself with 1");
        row(table, &what, [lmcp, None, None, None], ratio(lmcp, one), None);
    }
}

fn stdio(built: &Built, table: &mut Table) {
    for (era, name) in [(Era::Modern, "modern"), (Era::Legacy, "legacy")] {
        let message = Message::call(era, 11);
        let legacy = era == Era::Legacy;
        for window in [1, 64] {
            let n = if window == 1 { 500 } else { 64 * 20 };
            let drive = over_a_pipe(&message, legacy, window);
            let counted = [built.lmcp_stdio(), built.floor_pipe(), built.rmcp_stdio()]
                .map(|program| Some(count(&program, n, &drive)));
            let [lmcp, floor, rmcp] = counted;
            let what = format!("stdio call, {name}, {window} at a time: over pipe floor");
            row(table, &what, [lmcp, None, floor, rmcp], ratio(lmcp, floor), None);
        }
    }
}

/// Leaves the profiles of one modern call over HTTP and one over stdio, for `callgrind_annotate`.
pub fn profile(built: &Built) {
    let message = Message::call(Era::Modern, 11);
    let http = over_http(&message, false);
    let pipe = over_a_pipe(&message, false, 1);
    let drives: [(&str, Program, Drive<'_>); 4] = [
        ("lmcp-http", built.lmcp_http(), &http),
        ("floor-serde", built.floor_serde(), &http),
        ("lmcp-stdio", built.lmcp_stdio(), &pipe),
        ("floor-pipe", built.floor_pipe(), &pipe),
    ];
    for (name, program, drive) in drives {
        for n in [1000, 2000] {
            let out = built.folder().join(format!("callgrind.{name}.{n}"));
            let out = out.to_str().expect("text");
            drive(&program, &Tool::Callgrind.command(out), n);
            println!("{name}, {n} calls: callgrind_annotate --inclusive=yes {out}");
        }
    }
}
