use lmcp::tool;

#[tool]
fn forecast(
    city: String,
    #[cfg(unix)] days: u8,
    //~^ error: a parameter cannot depend on a condition
    //~^ token: #[cfg(unix)]
    //~^ help: put `#[cfg(...)]` on two functions
) -> String {
    format!("{city}{days}")
}
