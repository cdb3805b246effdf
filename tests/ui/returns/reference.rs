use lmcp::{Context, resource, tool};
use std::borrow::Cow;

#[tool]
fn id(ctx: &Context) -> &str {
    //~^ error: a tool cannot return what it borrowed
    //~^ token: &str
    //~^ help: write `String`
    ctx.request_id().unwrap_or_default()
}

#[resource("ids://ours")]
fn ours<'a>(ctx: &'a Context) -> Option<&'a [u8]> {
    //~^ error: a resource cannot return what it borrowed
    //~^ token: &'a [u8]
    //~^ help: write `Vec<u8>`
    ctx.request_id().map(str::as_bytes)
}

#[tool]
fn cow<'a>(ctx: &'a Context) -> Cow<'a, str> {
    //~^ error: a tool cannot return what it borrowed
    //~^ token: 'a
    //~^ help: write `'static`, or an owned type
    ctx.request_id().unwrap_or_default().into()
}
