//! One tool over standard input and output.

/// Gives back what it is given.
#[lmcp::tool]
fn echo(text: String) -> String {
    text
}

fn main() -> lmcp::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(lmcp::server!().name("bench").version("1").stdio())
}
