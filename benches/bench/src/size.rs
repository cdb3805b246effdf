//! What a server costs before it runs: size, crates, time to build. All with cargo's own `release` profile.

use crate::child::{cpu_of_children, output, scratch};
use crate::table::{Aim, Table, maybe, number};
use crate::{Built, cargo};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

const COLUMNS: [&str; 3] = ["lmcp", "floor", "rmcp"];
const STDIO: [&str; 3] = ["lmcp-stdio", "floor-pipe", "rmcp-stdio"];
const HTTP: [&str; 3] = ["lmcp-http", "floor-http", "rmcp-http"];

/// Stripped, in MB.
fn size(built: &Built, package: &str) -> f64 {
    cargo::build(package, "release", None);
    let name = if package == "floor-http" { "floor-serde" } else { package };
    let stripped = scratch("stripped");
    output(Command::new("strip").arg("-o").arg(&stripped).arg(built.release(name)));
    std::fs::metadata(stripped).expect("strip wrote it").len() as f64 / 1e6
}

/// All crates that are linked in or run at build time, its own package and procedural macros' included.
fn crates(package: &str) -> f64 {
    let tree = output(cargo::cargo().args(["tree", "-e", "normal", "--prefix", "none", "-p", package]));
    let all: BTreeSet<&str> = tree.lines().map(|line| line.split(" (").next().unwrap_or(line)).collect();
    (all.len() - 1) as f64
}

pub fn run(built: &Built) {
    let mut table = Table::new(&COLUMNS);
    for (what, packages, most) in [("stdio", STDIO, 1.5), ("HTTP", HTTP, 2.5)] {
        let sizes = packages.map(|package| size(built, package));
        let what = format!("{what} binary, stripped, MB");
        table.row(what, sizes.map(number).into(), Some(sizes[0]), Some(Aim::AtMost(most)));
    }
    for (what, packages) in [("stdio", STDIO), ("HTTP", HTTP)] {
        let counts = packages.map(crates);
        table.row(format!("{what}: crates"), counts.map(number).into(), Some(counts[0]), None);
    }
    println!("\nsizes, default release profile\n\n{table}");
}

/// Seconds of CPU that building the package takes.
fn build(package: &str, target: &Path) -> f64 {
    let before = cpu_of_children();
    cargo::build(package, "release", Some(target));
    (cpu_of_children() - before).as_secs_f64()
}

pub fn builds() {
    let mut table = Table::new(&COLUMNS);
    let mut clean = Vec::new();
    let mut again = Vec::new();
    for package in STDIO.into_iter().chain(HTTP) {
        let target = scratch("target");
        clean.push(build(package, &target));
        let main = cargo::workspace().join(package).join(match package {
            "floor-http" => "src/bin/floor-serde.rs",
            _ => "src/main.rs",
        });
        let file = std::fs::File::options().append(true).open(&main).expect("it is there");
        file.set_modified(SystemTime::now()).expect("it is ours");
        again.push(build(package, &target));
        std::fs::remove_dir_all(&target).expect("it is ours");
    }
    for (what, at) in [("stdio", 0), ("HTTP", 3)] {
        let times = |all: &[f64]| all[at..at + 3].iter().map(|time| maybe(Some(*time))).collect();
        table.row(format!("{what}: clean build"), times(&clean), Some(clean[at]), None);
        let what = format!("{what}: after touching main.rs");
        table.row(what, times(&again), Some(again[at]), Some(Aim::AtMost(3.0)));
    }
    println!("\nseconds of CPU to build, default release profile\n\n{table}");
}
