use lmcp::{Args, tool};

pub struct Query {
    pub city: String,
}

#[tool]
fn forecast(Args(query): Args<Query>) -> String {
    //~^ error: `Query` cannot be filled with arguments: it does not implement `serde::Deserialize`
    //~^ token: Query
    //~^ help: Deserialize<'de>` is not implemented for `Query`
    //~^ help: the type in `Args<Query>` derives both: `#[derive(serde::Deserialize, schemars::JsonSchema)]`
    //~^ error: clients cannot be told what is in `Query`: it does not implement `schemars::JsonSchema`
    //~^ token: Query
    //~^ help: JsonSchema` is not implemented for `Query`
    query.city
}
