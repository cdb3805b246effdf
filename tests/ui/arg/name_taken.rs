use lmcp::tool;

#[tool]
fn forecast(city: String, #[arg(alias("city", "d", "d"))] days: u8) -> String {
    //~^ error: there is an argument "city" already
    //~^ token: "city"
    //~^ error: there is an argument "d" already
    //~^ token: "d"
    //~^ help: leave this alias out
    format!("{city}{days}")
}
