use lmcp::{Context, tool};

#[tool]
async fn count(ctx: &mut Context) {
    //~^ error: the context is shared, not mutable
    //~^ token: &mut Context
    //~^ help: write `&Context`
    ctx.info("counting").await;
}
