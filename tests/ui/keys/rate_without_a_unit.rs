use lmcp::tool;

#[tool(rate = "10")]
//~^ error: "10" is no rate of calls
//~^ token: "10"
//~^ help: write a number from 1 to 1000000, then `/s`, `/m` or `/h`: "10/s", or "10/s burst 20" for 20 at once
fn tool() {}
