use lmcp::{Args, prompt, tool};

#[derive(serde::Deserialize)]
pub struct Query {
    pub city: String,
}

#[tool]
fn forecast(Args(query): Args<Query>) -> String {
    //~^ error: clients cannot be told what is in `Query`: it does not implement `schemars::JsonSchema`
    //~^ token: Query
    //~^ help: JsonSchema` is not implemented for `Query`
    //~^ help: the type in `Args<Query>` derives both: `#[derive(serde::Deserialize, schemars::JsonSchema)]`
    //~^ help: a type of another crate has `JsonSchema` by a feature of schemars 1
    query.city
}

#[prompt]
fn ask(days: lmcp::Args<Vec<Query>>) -> String {
    //~^ error: `Query: schemars::JsonSchema` is not satisfied
    //~^ token: Vec<Query>
    days.0.len().to_string()
}
