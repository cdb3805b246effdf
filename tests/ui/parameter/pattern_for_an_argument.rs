use lmcp::tool;

#[tool]
fn distance((x, y): (f64, f64)) -> f64 {
    //~^ error: an argument needs a name, which a pattern does not give
    //~^ token: (f64, f64)
    //~^ help: write `name: (f64, f64)`, and take it apart in the body
    x.hypot(y)
}

#[tool]
fn ignore(_: String) {}
//~^ error: an argument needs a name, which a pattern does not give
//~^ token: String
