//! A server that does not show and do everything for everybody: items with scopes, and with rates.

use lmcp::{Context, Server, Unanswered, prompt, resource, tool};

/// All of it. Pages are short, so that lists have several.
pub fn guarded() -> Server {
    Server::empty()
        .name("guarded")
        .version("1.2.3")
        .tool(open)
        .tool(look)
        .tool(delete)
        .tool(deletes)
        .tool(ask)
        .tool(limited)
        .tool(limited_and_scoped)
        .resource(about)
        .resource(minutes)
        .resource(file)
        .resource(anything)
        .prompt(hello)
        .prompt(plan)
        .limits(lmcp::Limits::default().page_size(2))
}

/// For everybody.
#[tool]
pub fn open() -> &'static str {
    "open"
}

/// For who may read.
#[tool(scopes("files:read"))]
pub fn look() -> &'static str {
    "looked"
}

/// For who may read and write.
#[tool(scopes("files:read", "files:write"), alias("remove"))]
pub fn delete() -> &'static str {
    "deleted"
}

/// For everybody; its name is like another one's.
#[tool]
pub fn deletes() -> u32 {
    7
}

/// Asks before it does something.
#[tool(scopes("ask"))]
pub async fn ask(ctx: &Context) -> Result<String, Unanswered> {
    Ok(format!("as you say, {}", ctx.elicit::<String>("Sure?").await?))
}

/// Twice a minute.
#[tool(rate = "2/m")]
pub fn limited() -> &'static str {
    "limited"
}

/// Once an hour, for who may write.
#[tool(scopes("files:write"), rate = "1/h")]
pub fn limited_and_scoped() -> &'static str {
    "limited"
}

/// For everybody.
#[resource("guarded://about")]
pub fn about() -> &'static str {
    "about"
}

/// For who may read, and not too often.
#[resource("guarded://minutes", scopes("files:read"), rate = "1/m")]
pub fn minutes() -> &'static str {
    "minutes"
}

/// For who may read.
#[resource("guarded://files/<name>", scopes("files:read"))]
pub fn file(#[arg(complete = names)] name: String) -> String {
    name
}

/// For everybody but what is a file.
#[resource("guarded://<path..>")]
pub fn anything(path: String) -> String {
    path
}

/// For everybody.
#[prompt]
pub fn hello() -> &'static str {
    "hello"
}

/// For who may write.
#[prompt(scopes("files:write"))]
pub fn plan(#[arg(complete = names)] name: String) -> String {
    name
}

fn names(_typed: &str) -> [&'static str; 2] {
    ["one", "two"]
}
