//! The server that asks, as a process.

#[allow(dead_code, reason = "its tests count what it does")]
#[path = "../asking.rs"]
mod asking;

fn main() {
    asking::server().main();
}
