use lmcp::{Args, tool};

pub struct Query {
    pub city: String,
}

#[tool]
fn forecast(Args(query): Args<Query>) -> String {
    //~^ error: `lmcp::Args<Query>` cannot be a parameter of a tool, a resource or a prompt
    //~^ token: Args<Query>
    //~^ help: so does `T` in `Args<T>`
    query.city
}
