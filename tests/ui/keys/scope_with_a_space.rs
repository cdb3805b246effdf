use lmcp::tool;

#[tool(scopes("files:read files:write"))]
//~^ error: a scope cannot hold a space
//~^ token: "files:read files:write"
//~^ help: write each scope as a text of its own: `scopes("files:read", "files:write")`
fn tool() {}
