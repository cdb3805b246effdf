use lmcp::tool;

#[tool]
fn forecast() -> impl serde::Serialize {
    //~^ error: a tool cannot return `impl Trait`: its type decides what the result is
    //~^ token: impl serde::Serialize
    //~^ help: write the type itself
    1
}

#[tool]
async fn inside() -> Result<impl serde::Serialize, std::io::Error> {
    //~^ error: a tool cannot return `impl Trait`
    //~^ token: impl serde::Serialize
    Ok(1)
}

#[tool]
fn future() -> impl Future<Output = u8> {
    //~^ error: a tool cannot return `impl Trait`
    //~^ token: impl Future<Output = u8>
    //~^ help: write `async fn`, and the type that the future gives
    async { 1 }
}
