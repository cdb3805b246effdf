use lmcp::tool;

#[tool]
fn forecast(#[arg(default = Some(3))] days: Option<u8>) -> u8 {
    //~^ error: an `Option` is `None` when it is left out; it has no other default
    //~^ token: default
    //~^ help: leave `default` out, or write the type without `Option`
    days.unwrap_or_default()
}
