use lmcp::{Args, resource};

#[derive(serde::Deserialize, schemars::JsonSchema)]
pub struct Query {
    id: String,
}

#[resource("notes://about")]
fn note(Args(query): Args<Query>) -> String {
    //~^ error: the arguments of a resource are the segments of its URI, one parameter each
    //~^ token: Args<Query>
    //~^ help: write a parameter for each segment instead of `Args`
    query.id
}
