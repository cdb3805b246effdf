//! One tool over HTTP. `lmcp-http ADDRESS`

/// Gives back what it is given.
#[lmcp::tool]
fn echo(text: String) -> String {
    text
}

fn main() -> lmcp::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".into());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(lmcp::server!().name("bench").version("1").http(address))
}
