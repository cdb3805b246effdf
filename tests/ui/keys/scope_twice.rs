use lmcp::tool;

#[tool(scopes("files:read"), scopes("files:write", "files:read"))]
//~^ error: the scope "files:read" is given twice
//~^ token: "files:read"
//~^ help: leave one of them out
fn tool() {}
