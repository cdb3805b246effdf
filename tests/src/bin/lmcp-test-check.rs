//! A server to check: some of it is as clients want it, and some is not. `LMCP_TEST_CHECK` chooses.

use lmcp::{Server, prompt, resource, tool};

/// Adds two integers.
#[tool(title = "Add", read_only, destructive = false, open_world = false)]
fn add(
    /// The first one.
    a: i64,
    /// The second one.
    b: i64,
) -> i64 {
    a + b
}

#[tool(name = "list.all", read_only, destructive = false, open_world = false)]
fn list_all(a: Option<i64>, b: i64) -> Vec<i64> {
    a.into_iter().chain([b]).collect()
}

#[resource("check://about")]
fn about() -> &'static str {
    "A server to check."
}

/// Review some code.
#[prompt]
fn review(code: String) -> String {
    code
}

fn main() {
    match std::env::var("LMCP_TEST_CHECK").unwrap_or_default().as_str() {
        "well" => Server::empty().tool(add).main(),
        "advice" => Server::empty().tool(add).prompt(review).main(),
        "prompt" => Server::empty().prompt(review).main(),
        "auth" => {
            let tokens = lmcp::Auth::bearer("one").named("ana").or(lmcp::Auth::bearer("two").named("nightly"));
            Server::empty().tool(add).auth(tokens).main();
        }
        "off" => Server::empty().tool(add).tool(list_all).disable("list.all").main(),
        "empty" => Server::empty().main(),
        "mistakes" => mistakes().main(),
        "mistakes in a macro" => lmcp::serve!(name = "check", state = 1_u8, endpoint = "mcp", state = 2_u8),
        _ => lmcp::serve!(name = "check"),
    }
}

fn plain() {}

/// All that a server's builder refuses.
fn mistakes() -> Server {
    lmcp::server!()
        .tool(plain)
        .resource(plain)
        .prompt(add)
        .state(1_u8)
        .state(2_u8)
        .disable("nope")
        .disable("revew")
        .disable("plain")
        .endpoint("mcp")
        .auth(lmcp::Auth::bearer(""))
        .limits(lmcp::Limits::default().line_bytes(0))
        .secret("short")
        .allow_origin("app.example.com")
        .allow_origin("https://app.example.com/x")
        .allow_host("https://mcp.example.com/x")
        .website("not a url")
        .icon(lmcp::Icon::new("icon.png"))
        .name(" ")
        .version("1\n")
}
