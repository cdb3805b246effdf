//! What lmcp costs, as ratios over the least that a server can do: `cargo run --release --bin bench -- KIND`.

mod cargo;
mod child;
mod client;
mod counts;
mod dispatch;
mod load;
mod memory;
mod pipes;
mod requests;
mod size;
mod start;
mod table;

use child::{Program, Server};
use client::Connection;
use requests::{Era, Message};
use std::path::{Path, PathBuf};

const USAGE: &str = "usage: bench (counts [http | stdio] | dispatch | load [ROWS] | stdio | start | memory | size | build | profile | all)";

fn main() {
    let kind = std::env::args().nth(1).unwrap_or_default();
    let kinds: &[&str] = match &*kind {
        "all" => &["size", "counts", "dispatch", "load", "stdio", "start", "memory", "build"],
        "counts" | "dispatch" | "load" | "stdio" | "start" | "memory" | "size" | "build" | "profile" => &[&*kind],
        _ => {
            eprintln!("{USAGE}");
            std::process::exit(2);
        }
    };
    let built = Built::new();
    if kinds.iter().any(|kind| !matches!(*kind, "size" | "build")) {
        built.build();
        built.compare();
    }
    for kind in kinds {
        eprintln!("\n{kind}:");
        match *kind {
            "counts" => counts::run(&built, std::env::args().nth(2).as_deref()),
            "dispatch" => dispatch::run(&built),
            "load" => load::run(&built, std::env::args().nth(2).as_deref()),
            "stdio" => pipes::run(&built),
            "start" => start::run(&built),
            "memory" => memory::run(&built),
            "size" => size::run(&built),
            "build" => size::builds(),
            _ => counts::profile(&built),
        }
    }
    let _nothing_there = std::fs::remove_dir_all(child::scratch("x").parent().expect("it has a folder"));
}

/// The servers, built.
pub struct Built {
    target: PathBuf,
}

impl Built {
    fn new() -> Self {
        Built { target: cargo::target() }
    }

    fn build(&self) {
        for package in
            ["floor-http", "floor-pipe", "lmcp-http", "lmcp-stdio", "lmcp-many", "rmcp-http", "rmcp-stdio", "dispatch"]
        {
            eprintln!("building {package}");
            cargo::build(package, "speed", None);
        }
    }

    /// The floor that parses answers what lmcp answers, byte by byte; rmcp answers the same text.
    fn compare(&self) {
        for era in [Era::Modern, Era::Legacy] {
            let message = Message::call(era, 11);
            let [lmcp, floor] = [self.lmcp_http(), self.floor_serde()].map(|program| {
                let server = Server::http(&program, &[]);
                Connection::open(&server.address).fetch(&message.http(None))
            });
            assert_eq!(lmcp, floor, "lmcp and the floor do not answer the same");
            let server = Server::http(&self.rmcp_http(era, 1), &[]);
            let mut connection = Connection::open(&server.address);
            let session = (era == Era::Legacy).then(|| connection.initialize());
            let (status, rmcp) = connection.fetch(&message.http(session.as_deref()));
            assert!(status == 200 && rmcp.contains("hello world"), "rmcp answers {status}: {rmcp}");
        }
    }

    /// What a server answers, in a file.
    fn answer(&self, program: &Program, message: &Message) -> PathBuf {
        let server = Server::http(program, &[]);
        let (status, body) = Connection::open(&server.address).fetch(&message.http(None));
        assert_eq!(status, 200, "{body}");
        let file = child::scratch("answer");
        std::fs::write(&file, body).expect("the folder can be written to");
        file
    }

    fn speed(&self, name: &str) -> PathBuf {
        self.target.join("speed").join(name)
    }
    fn release(&self, name: &str) -> PathBuf {
        self.target.join("release").join(name)
    }
    fn folder(&self) -> &Path {
        &self.target
    }

    fn lmcp_http(&self) -> Program {
        Program::new(self.speed("lmcp-http"), &["ADDRESS"])
    }
    fn lmcp_stdio(&self) -> Program {
        Program::new(self.speed("lmcp-stdio"), &[])
    }
    fn lmcp_many(&self, tools: usize, templates: usize) -> Program {
        Program::new(self.speed("lmcp-many"), &["ADDRESS", &tools.to_string(), &templates.to_string()])
    }
    fn floor_const(&self, answer: &Path) -> Program {
        Program::new(self.speed("floor-const"), &["ADDRESS", answer.to_str().expect("text")])
    }
    fn floor_serde(&self) -> Program {
        Program::new(self.speed("floor-serde"), &["ADDRESS"])
    }
    fn floor_pipe(&self) -> Program {
        Program::new(self.speed("floor-pipe"), &[])
    }
    fn rmcp_http(&self, era: Era, tools: usize) -> Program {
        let era = if era == Era::Modern { "modern" } else { "legacy" };
        Program::new(self.speed("rmcp-http"), &["ADDRESS", era, &tools.to_string()])
    }
    fn rmcp_stdio(&self) -> Program {
        Program::new(self.speed("rmcp-stdio"), &[])
    }
}
