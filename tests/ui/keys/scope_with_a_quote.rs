use lmcp::{prompt, resource, tool};

#[tool(scopes("files:\"read\""))]
//~^ error: a scope cannot hold '"'
//~^ help: write visible ASCII characters except `"` and `\`
fn tool() {}

#[resource("a://b", scopes("a\\b"))]
//~^ error: a scope cannot hold '\\'
//~^ token: "a\\b"
fn resource() {}

#[prompt(scopes = "größe")]
//~^ error: a scope cannot hold 'ö'
//~^ token: "größe"
fn prompt() -> String {
    String::new()
}
