use lmcp::{prompt, resource, tool};

#[tool(rate = "0/s")]
//~^ error: "0/s" is no rate of calls
//~^ token: "0/s"
fn none() {}

#[resource("a://b", rate = "10/d")]
//~^ error: "10/d" is no rate of calls
fn days() {}

#[prompt(rate = "10/s burst 0")]
//~^ error: "10/s burst 0" is no rate of calls
fn burst() -> String {
    String::new()
}
