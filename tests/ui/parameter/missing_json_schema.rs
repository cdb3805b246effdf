use lmcp::tool;

#[derive(serde::Deserialize)]
pub struct City {
    pub name: String,
}

#[tool]
fn forecast(days: u8, city: City) -> String {
    //~^ error: `City` cannot be a parameter of a tool, a resource or a prompt
    //~^ token: City
    //~^ help: JsonSchema` is not implemented for `City`
    format!("{}{days}", city.name)
}
