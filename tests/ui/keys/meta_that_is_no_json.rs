use lmcp::tool;

pub struct Meta;

#[tool(meta = Meta)]
//~^ error: the trait bound `Meta: serde::Serialize` is not satisfied
//~^ token: Meta
fn tool() {}
