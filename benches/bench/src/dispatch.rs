//! Time per dispatch in memory: the services are called as a server would call them, without a socket.

use crate::Built;
use crate::child::{SERVER_CORE, output};
use crate::table::{Table, median, number};
use std::process::Command;

pub fn run(built: &Built) {
    let mut command = Command::new("taskset");
    command.args(["-c", &SERVER_CORE.to_string()]).arg(built.speed("dispatch"));
    let text = output(&mut command);
    let mut table = Table::new(&["lmcp ns", "serde floor ns", "rmcp ns"]);
    for size in ["11", "65536"] {
        let medians = ["lmcp", "floor", "rmcp"].map(|who| {
            let prefix = format!("{who} {size} ");
            median(text.lines().filter_map(|line| line.strip_prefix(&prefix)?.parse().ok()).collect())
        });
        let what = format!("modern call, {size} B: over serde floor");
        table.row(what, medians.map(number).into(), Some(medians[0] / medians[1]), None);
    }
    println!("\nnanoseconds per request in memory, medians of interleaved rounds\n\n{table}");
}
