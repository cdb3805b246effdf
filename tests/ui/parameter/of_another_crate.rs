use lmcp::tool;

#[tool]
fn at(when: tokio::time::Instant) -> String {
    //~^ error: `tokio::time::Instant` cannot be a parameter of a tool, a resource or a prompt
    //~^ token: tokio::time::Instant
    //~^ help: a type of another crate has `JsonSchema` by a feature of schemars 1: `schemars = { version = "1", features = ["uuid1"] }`, or `chrono04`, `url2`
    //~^ help: what schemars 0.8 derives is another trait
    //~^ help: JsonSchema` is not implemented for `tokio::time::Instant`
    //~^ error: `tokio::time::Instant` cannot be a parameter of a tool, a resource or a prompt
    //~^ token: tokio::time::Instant
    //~^ help: Deserialize<'de>` is not implemented for `tokio::time::Instant`
    format!("{when:?}")
}
