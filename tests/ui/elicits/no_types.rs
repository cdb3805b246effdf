use lmcp::tool;

#[tool(elicits)]
//~^ error: `elicits` holds types
//~^ token: elicits
//~^ help: write `elicits(Login)`, with the types that `ctx.elicit` asks for
fn nothing() {}

#[tool(elicits())]
//~^ error: `elicits` holds types
//~^ token: elicits
fn empty() {}

#[tool(elicits("Login"))]
//~^ error: `elicits` holds types, and this is none
//~^ token: "Login"
fn text() {}

#[tool(elicits(login = Login))]
//~^ error: `elicits` holds types, not keys
//~^ token: login
fn named() {}

#[tool(tags(Vec<u8>))]
//~^ error: `tags` holds texts, not types
fn types() {}
