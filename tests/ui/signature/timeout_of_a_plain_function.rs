use lmcp::{prompt, resource, tool};

#[tool(timeout = "1s")]
//~^ error: a plain `fn` cannot be stopped, so a time limit would do nothing
//~^ token: timeout
//~^ help: write `blocking` beside `timeout`, or make the function `async`
fn work() {}

#[tool(timeout = "1s", blocking = false)]
//~^ error: a plain `fn` cannot be stopped
//~^ token: timeout
fn not_blocking() {}

#[resource("a://b", timeout = "1s")]
//~^ error: a plain `fn` cannot be stopped
//~^ token: timeout
fn read() -> String {
    String::new()
}

#[prompt(timeout = "1s", concurrency = 1)]
//~^ error: a plain `fn` cannot be stopped
//~^ token: timeout
fn ask() -> String {
    String::new()
}
