use lmcp::tool;

#[tool(rate = 10)]
//~^ error: `rate` is a string literal
//~^ token: 10
//~^ help: write `rate = "..."`
fn tool() {}
