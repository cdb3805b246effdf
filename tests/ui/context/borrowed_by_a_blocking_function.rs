use lmcp::{Context, tool};

#[tool(blocking)]
fn count(ctx: &Context, to: u8) -> u8 {
    //~^ error: a `blocking` function runs on a thread of its own, where it cannot borrow the context
    //~^ token: &Context
    //~^ help: take `Context` by value
    if ctx.is_cancelled() { 0 } else { to }
}
