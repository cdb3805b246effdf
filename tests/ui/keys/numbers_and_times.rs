use lmcp::{resource, tool};

#[tool(timeout = "soon")]
//~^ error: "soon" is no time to wait for a call
//~^ token: "soon"
//~^ help: write a number and a unit: "500ms", "30s", "5m" or "1h"
fn soon() {}

#[tool(timeout = "0s")]
//~^ error: "0s" is no time to wait for a call
fn at_once() {}

#[tool(timeout = 30)]
//~^ error: `timeout` has a unit, in a string literal
//~^ token: 30
//~^ help: write `timeout = "30s"` for seconds
fn unitless() {}

#[tool(concurrency = 0)]
//~^ error: `concurrency` cannot be 0
//~^ token: 0
//~^ help: write a number from 1 on
fn none() {}

#[tool(concurrency = "4")]
//~^ error: `concurrency` is a number
//~^ token: "4"
fn text() {}

#[resource("a://b", size = -1)]
//~^ error: `size` is a number
//~^ token: -1
fn negative() {}
