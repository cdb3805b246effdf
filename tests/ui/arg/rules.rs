use lmcp::{prompt, tool};

#[tool]
fn rate(#[arg(range(min = 1, max = 5))] stars: u8) -> u8 {
    //~^ error: `#[arg]` has no key `range`: rules stand on the fields of a struct, as `#[schemars(...)]`
    //~^ token: range
    //~^ help: take the arguments as one struct, `Args<T>`, or this parameter as a struct
    stars
}

#[prompt]
fn greet(#[arg(pattern = "[a-z]+", description = "Whom")] name: String) -> String {
    //~^ error: `#[arg]` has no key `pattern`: rules stand
    //~^ token: pattern
    name
}
