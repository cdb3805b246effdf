use lmcp::{Context, resource};

#[resource("notes://<ctx>")]
fn note(ctx: &Context) -> String {
    //~^ error: the segment `<ctx>` gives a text, and `&Context` is filled in by lmcp
    //~^ token: &Context
    //~^ help: write `ctx: String`, or rename the segment
    ctx.request_id().unwrap_or_default().to_owned()
}
