//! The first ten lines. `cargo run --example 01_hello -- call add a=1 b=2`

use lmcp::tool;

/// Add two integers.
#[tool]
fn add(a: i64, b: i64) -> i64 {
    a.saturating_add(b)
}

fn main() {
    lmcp::serve!()
}
