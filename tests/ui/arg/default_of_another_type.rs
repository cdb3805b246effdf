use lmcp::tool;

#[tool]
fn number(#[arg(default = true)] days: u8) -> u8 {
    //~^ error: mismatched types
    //~^ token: true
    //~^ help: expected `u8`, found `bool`
    days
}

#[tool]
fn text(#[arg(default = "three")] days: u8) -> u8 {
    //~^ error: a text cannot be the default of a parameter of type `u8`
    //~^ token: "three"
    //~^ help: write a value of that type: `#[arg(default = 3)]`
    days
}

#[tool]
fn none(#[arg(default)] days: std::num::NonZeroU8) -> u8 {
    //~^ error: the trait bound `NonZero<u8>: Default` is not satisfied
    //~^ token: default
    days.get()
}
