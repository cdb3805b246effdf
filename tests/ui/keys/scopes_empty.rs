use lmcp::tool;

#[tool(scopes)]
//~^ error: `scopes` needs a text
//~^ token: scopes
//~^ help: write `scopes("...")`
fn none() {}

#[tool(scopes("files:read", ""))]
//~^ error: `scopes` is empty
//~^ token: ""
fn empty() {}
