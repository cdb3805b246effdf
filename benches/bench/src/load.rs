//! A load over loopback: the servers on one core, the client on the other, rounds interleaved.

use crate::Built;
use crate::child::{Program, Server, pin_self};
use crate::client::{Connection, Load};
use crate::requests::{Era, Message};
use crate::table::{Aim, Table, maybe, median};
use std::time::Duration;

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(1200);

struct Loaded {
    server: Server,
    load: Load,
    /// Requests per second, and microseconds of CPU a request.
    rounds: Vec<(f64, f64)>,
}

impl Loaded {
    fn start(program: &Program, message: &Message, sessions: bool, connections: usize) -> Self {
        let server = Server::http(program, &[]);
        let request = |_| {
            let session = sessions.then(|| Connection::open(&server.address).initialize());
            message.http(session.as_deref())
        };
        let requests = (0..connections).map(request).collect();
        let mut load = Load::open(&server.address, requests);
        load.run(Duration::from_millis(300));
        Loaded { server, load, rounds: Vec::new() }
    }

    fn round(&mut self) {
        let cpu = self.server.cpu();
        let (done, time) = self.load.run(ROUND);
        let cpu = self.server.cpu() - cpu;
        self.rounds.push((done as f64 / time.as_secs_f64(), cpu.as_secs_f64() * 1e6 / done as f64));
    }

    fn rate(&self) -> f64 {
        median(self.rounds.iter().map(|(rate, _)| *rate).collect())
    }

    fn time(&self) -> f64 {
        median(self.rounds.iter().map(|(_, time)| *time).collect())
    }
}

/// What one row compares: lmcp, the constant floor, the one that parses, rmcp.
struct Compared<'a> {
    message: &'a Message,
    era: Era,
    connections: usize,
    lmcp: Program,
    constant: bool,
    serde: bool,
    rmcp: Option<Program>,
}

impl Compared<'_> {
    fn measure(self, built: &Built) -> [Option<Loaded>; 4] {
        let Compared { message, era, connections, lmcp, constant, serde, rmcp } = self;
        let answer = constant.then(|| built.answer(&lmcp, message));
        let start = |program: Program, is_floor: bool| {
            Loaded::start(&program, message, era == Era::Legacy && !is_floor, connections)
        };
        let mut all = [
            Some(start(lmcp, false)),
            answer.map(|answer| start(built.floor_const(&answer), true)),
            serde.then(|| start(built.floor_serde(), true)),
            rmcp.map(|program| start(program, false)),
        ];
        for _ in 0..ROUNDS {
            all.iter_mut().flatten().for_each(Loaded::round);
        }
        all
    }
}

/// All rows, or those whose names have this in them.
pub fn run(built: &Built, part: Option<&str>) {
    let wanted = |what: &str| part.is_none_or(|part| what.contains(part));
    pin_self();
    let mut table =
        Table::new(&["lmcp req/s", "const", "serde", "rmcp", "lmcp CPU µs", "const µs", "serde µs", "rmcp µs"]);
    let cells = |all: &[Option<Loaded>; 4]| -> Vec<String> {
        let rates = all.each_ref().map(|it| maybe(it.as_ref().map(Loaded::rate)));
        let times = all.each_ref().map(|it| maybe(it.as_ref().map(Loaded::time)));
        rates.into_iter().chain(times).collect()
    };
    let over = |all: &[Option<Loaded>; 4], at: usize, by: fn(&Loaded) -> f64| {
        Some(by(all[0].as_ref()?) / by(all[at].as_ref()?))
    };

    for (era, name) in [(Era::Modern, "modern"), (Era::Legacy, "legacy")] {
        let what = format!("call, {name}, 11 B: req/s over serde floor");
        if !wanted(&what) {
            continue;
        }
        let message = &Message::call(era, 11);
        let (lmcp, rmcp) = (built.lmcp_http(), Some(built.rmcp_http(era, 1)));
        let all = Compared { message, era, connections: 32, lmcp, constant: true, serde: true, rmcp }.measure(built);
        let aim = (era == Era::Modern).then_some(Aim::AtLeast(0.75));
        table.row(what, cells(&all), over(&all, 2, Loaded::rate), aim);
        let empty = || vec![String::new(); 8];
        table.row("the same: CPU over serde floor", empty(), over(&all, 2, Loaded::time), None);
        table.row("the same: CPU of rmcp over lmcp", empty(), over(&all, 3, Loaded::time).map(|r| 1.0 / r), None);
    }
    for tools in [50, 1000] {
        let what = format!("call, modern, {tools} tools: CPU over serde floor");
        if !wanted(&what) {
            continue;
        }
        let message = &Message::call(Era::Modern, 11);
        let (lmcp, rmcp) = (built.lmcp_many(tools, 0), Some(built.rmcp_http(Era::Modern, tools)));
        let all = Compared { message, era: Era::Modern, connections: 32, lmcp, constant: false, serde: true, rmcp }
            .measure(built);
        table.row(what, cells(&all), over(&all, 2, Loaded::time), None);
    }
    for (size, shown, aim) in [(64 << 10, "64 KiB", Some(Aim::AtMost(2.0))), (1 << 20, "1 MiB", None)] {
        let what = format!("call, modern, {shown}: CPU over const floor");
        if !wanted(&what) {
            continue;
        }
        let message = &Message::call(Era::Modern, size);
        let (lmcp, rmcp) = (built.lmcp_http(), Some(built.rmcp_http(Era::Modern, 1)));
        let all = Compared { message, era: Era::Modern, connections: 8, lmcp, constant: true, serde: true, rmcp }
            .measure(built);
        table.row(what, cells(&all), over(&all, 1, Loaded::time), aim);
    }
    for tools in [10, 1000] {
        let what = format!("tools/list, {tools} tools: CPU over const floor");
        if !wanted(&what) {
            continue;
        }
        let message = &Message::list(Era::Modern);
        let (lmcp, rmcp) = (built.lmcp_many(tools, 0), Some(built.rmcp_http(Era::Modern, tools)));
        let all = Compared { message, era: Era::Modern, connections: 8, lmcp, constant: true, serde: false, rmcp }
            .measure(built);
        let aim = (tools == 1000).then_some(Aim::AtMost(1.2));
        table.row(what, cells(&all), over(&all, 1, Loaded::time), aim);
    }
    let what = "resources/read, 1,000 templates: CPU over const";
    if wanted(what) {
        let message = &Message::read(Era::Modern, 500);
        let lmcp = built.lmcp_many(1, 1000);
        let all =
            Compared { message, era: Era::Modern, connections: 32, lmcp, constant: true, serde: false, rmcp: None }
                .measure(built);
        table.row(what, cells(&all), over(&all, 1, Loaded::time), None);
    }
    println!("\nHTTP over loopback, one core each, medians of {ROUNDS} interleaved rounds\n\n{table}");
}
