//! A program whose functions are all in another crate.

use lmcp_tests as _;

fn main() {
    lmcp::serve!(name = "collected", state = lmcp_tests::Counters::default())
}
