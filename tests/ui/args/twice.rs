use lmcp::{Args, tool};

#[derive(serde::Deserialize, schemars::JsonSchema)]
pub struct Query {
    city: String,
}

#[tool]
fn forecast(Args(one): Args<Query>, Args(two): lmcp::Args<Query>) -> String {
    //~^ error: there is one `Args` already
    //~^ token: lmcp::Args<Query>
    //~^ help: put all fields into one struct
    one.city + &two.city
}
