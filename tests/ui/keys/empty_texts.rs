use lmcp::{prompt, resource, tool};

#[tool(name = "")]
//~^ error: `name` is empty
//~^ token: ""
//~^ help: write a text, or leave `name` out
fn tool() {}

#[resource("a://b", title = " ")]
//~^ error: `title` is empty
fn resource() {}

#[prompt(tags("a", ""))]
//~^ error: `tags` is empty
//~^ token: ""
fn prompt() -> String {
    String::new()
}
