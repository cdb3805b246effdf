use lmcp::{Context, Unanswered, tool};

pub struct Login {
    pub name: String,
}

#[tool(elicits(Login))]
//~^ error: a user cannot be asked for `Login`
//~^ token: Login
//~^ help: `#[derive(serde::Deserialize, schemars::JsonSchema)]`
//~^ error: a user cannot be asked for `Login`
//~^ token: Login
fn login() {}

#[tool]
async fn asks(ctx: &Context) -> Result<String, Unanswered> {
    Ok(ctx.elicit::<Login>("Who?").await?.name)
    //~^ error: a user cannot be asked for `Login`
    //~^ token: Login
    //~^ error: a user cannot be asked for `Login`
    //~^ token: Login
}
