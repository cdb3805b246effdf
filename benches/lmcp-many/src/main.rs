//! As many tools and resource templates as wanted. `lmcp-many (ADDRESS | stdio) TOOLS TEMPLATES`

/// Gives back what it is given.
#[lmcp::tool]
fn echo(text: String) -> String {
    text
}

include!(concat!(env!("OUT_DIR"), "/many.rs"));

fn main() -> lmcp::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().expect("an address, or `stdio`");
    let mut number = || arguments.next().map_or(0, |text| text.parse().expect("a number"));
    let server = lmcp::Server::empty().name("bench").version("1").limits(lmcp::Limits::default().page_size(1000));
    let server = templates(tools(server.tool(echo), number()), number());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    if address == "stdio" { runtime.block_on(server.stdio()) } else { runtime.block_on(server.http(address)) }
}
