use lmcp::{Args, tool};

#[derive(schemars::JsonSchema)]
pub struct Query {
    pub city: String,
}

#[tool]
fn forecast(Args(query): Args<Query>) -> String {
    //~^ error: `Query` cannot be filled with arguments: it does not implement `serde::Deserialize`
    //~^ token: Query
    //~^ help: Deserialize<'de>` is not implemented for `Query`
    //~^ help: the type in `Args<Query>` derives both: `#[derive(serde::Deserialize, schemars::JsonSchema)]`
    query.city
}
