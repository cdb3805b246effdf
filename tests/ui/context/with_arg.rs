use lmcp::{Args, Context, State, tool};

#[tool]
fn count(
    #[arg(description = "the context")] ctx: &Context,
    //~^ error: `#[arg]` has no place here, as this parameter is no argument: lmcp fills it in
    //~^ token: #[arg(description = "the context")]
    //~^ help: take `#[arg]` off
    #[arg(default = State(1))] State(number): State<u8>,
    //~^ error: `#[arg]` has no place here, as this parameter is no argument: lmcp fills it in
    //~^ token: #[arg(default = State(1))]
) -> u8 {
    let _ = ctx;
    number
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
pub struct Query {
    city: String,
}

#[tool]
fn forecast(#[arg(alias = "query")] Args(query): Args<Query>) -> String {
    //~^ error: `#[arg]` has no place here, as the fields of `Args` are the arguments
    //~^ token: #[arg(alias = "query")]
    //~^ help: put `#[serde(...)]` and doc comments on the fields instead
    query.city
}
