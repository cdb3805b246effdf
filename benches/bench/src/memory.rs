//! Memory of open listen streams, connection included, and of sessions that nobody uses at the moment.

use crate::Built;
use crate::child::{Program, Server};
use crate::client::Connection;
use crate::requests::{Era, Message};
use crate::table::{Aim, Table, maybe};

const MANY: usize = 2000;
const FIRST: usize = 200;

/// KiB a stream.
fn streams(program: &Program) -> f64 {
    let server = Server::http(program, &[]);
    let request = Message::listen().http(None);
    let open = |_| {
        let mut connection = Connection::open(&server.address);
        connection.begin(&request);
        connection
    };
    let _first: Vec<_> = (0..FIRST).map(open).collect();
    let before = server.resident();
    let _rest: Vec<_> = (0..MANY).map(open).collect();
    (server.resident() - before) / MANY as f64
}

/// KiB a session.
fn sessions(program: &Program) -> f64 {
    let server = Server::http(program, &[]);
    let mut connection = Connection::open(&server.address);
    (0..FIRST).for_each(|_| drop(connection.initialize()));
    let before = server.resident();
    (0..MANY).for_each(|_| drop(connection.initialize()));
    (server.resident() - before) / MANY as f64
}

pub fn run(built: &Built) {
    let mut table = Table::new(&["lmcp KiB", "floor KiB", "rmcp KiB"]);
    let lmcp = streams(&built.lmcp_http());
    let all = [Some(lmcp), Some(streams(&built.floor_serde())), Some(streams(&built.rmcp_http(Era::Modern, 1)))];
    table.row("an open listen stream", all.map(maybe).into(), Some(lmcp), Some(Aim::AtMost(13.0)));
    let lmcp = sessions(&built.lmcp_http());
    let all = [Some(lmcp), None, Some(sessions(&built.rmcp_http(Era::Legacy, 1)))];
    table.row("an idle session", all.map(maybe).into(), Some(lmcp), Some(Aim::AtMost(1.0)));
    println!("\nresident memory, {MANY} of each after the first {FIRST}\n\n{table}");
}
