//! The server that asks, as a process.

fn main() {
    lmcp_tests::asking::server().main();
}
