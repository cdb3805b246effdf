use lmcp::{Args, Context, tool};

#[derive(serde::Deserialize, schemars::JsonSchema)]
pub struct Query {
    city: String,
}

#[tool]
fn forecast(ctx: &Context, Args(query): Args<Query>, days: u8) -> String {
    //~^ error: `Args<Query>` takes all arguments, so that none is left for `days`
    //~^ token: u8
    //~^ help: make `days` a field of the struct
    let _ = ctx;
    format!("{}{days}", query.city)
}
