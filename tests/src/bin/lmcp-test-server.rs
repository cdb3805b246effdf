//! The fixture as a process.

fn main() {
    lmcp_tests::server().main();
}
