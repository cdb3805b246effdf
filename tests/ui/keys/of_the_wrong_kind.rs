use lmcp::tool;

const NAME: &str = "name";

#[tool(name = NAME)]
//~^ error: `name` is a string literal
//~^ token: NAME
//~^ help: write `name = "..."`
fn name() {}

#[tool(title)]
//~^ error: `title` needs a text
//~^ token: title
fn title() {}

#[tool(read_only = "yes")]
//~^ error: `read_only` is on or off
//~^ token: "yes"
//~^ help: write `read_only` or `read_only = false`
fn read_only() {}

#[tool(tags(urgent = "very"), alias(7))]
//~^ error: `tags` holds texts, not keys
//~^ token: urgent
//~^ error: `alias` is a string literal
//~^ token: 7
fn lists() {}

#[tool(crate = "lmcp")]
//~^ error: `crate` names the lmcp crate
//~^ token: "lmcp"
fn path() {}

#[tool(meta)]
//~^ error: `meta` needs a value
//~^ token: meta
fn meta() {}

#[tool("name")]
//~^ error: expected a key, as in `name = "..."`
//~^ token: "name"
fn bare() {}

#[tool(description =)]
//~^ error: `description =` has no value
//~^ token: description
fn nothing() {}

#[tool(meta = {"a": 1}, concurrency = 0)]
//~^ error: the value of `meta` is no expression
//~^ error: `concurrency` cannot be 0
fn object() {}

#[tool(name = "a" title = "b")]
//~^ error: expected `,` before this
//~^ token: title
fn no_comma() {}
