use lmcp::tool;

#[tool(name = "one", read_only, name = "two", read_only = false)]
//~^ error: `name` is given twice
//~^ token: name
//~^ error: `read_only` is given twice
//~^ token: read_only
fn tool(
    #[arg(default = 1, default = 2)] a: u8,
    //~^ error: `default` is given twice
    //~^ token: default
    #[arg(default = 1)]
    #[arg(description = "b")]
    //~^ error: `#[arg]` is given twice for one parameter
    //~^ token: #[arg(description = "b")]
    b: u8,
) -> u8 {
    a + b
}
