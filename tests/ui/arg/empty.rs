use lmcp::tool;

#[tool]
fn one(#[arg] a: u8) -> u8 {
    //~^ error: `#[arg]` says nothing
    //~^ token: #[arg]
    //~^ help: write `#[arg(default = 3)]`
    a
}

#[tool]
fn two(#[arg()] a: u8) -> u8 {
    //~^ error: `#[arg]` says nothing
    //~^ token: #[arg()]
    a
}

#[tool]
fn three(#[arg = 3] a: u8) -> u8 {
    //~^ error: `#[arg]` has its keys in parentheses
    //~^ token: #[arg = 3]
    a
}
