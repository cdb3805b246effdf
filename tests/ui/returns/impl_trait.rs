use lmcp::tool;

#[tool]
fn forecast() -> impl serde::Serialize {
    //~^ error: a tool cannot return `impl Trait`: its result is decided by its type
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
