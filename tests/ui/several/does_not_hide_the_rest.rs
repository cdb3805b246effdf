use lmcp::tool;

// The function exists whatever is wrong with its attribute: its callers have no errors.
#[tool(nam = "add")]
//~^ error: `#[tool]` has no key `nam`
fn add(#[arg(default = 3)] a: u8, /** The other. */ b: u8) -> u8 {
    a + b
}

#[tool]
fn twice(a: u8) -> u8 {
    add(a, a)
}

pub fn wrong() -> u8 {
    add(1, 2).into_nothing()
    //~^ error: no method named `into_nothing` found
    //~^ token: into_nothing
}
