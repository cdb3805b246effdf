use lmcp::tool;

#[tool(blocking)]
//~^ error: `blocking` is for functions that wait without `await`, and this one is `async`
//~^ token: blocking
//~^ help: leave `blocking` out, or take `async` off the function
async fn wait() {}
