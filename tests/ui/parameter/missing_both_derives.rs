use lmcp::tool;

pub struct City {
    pub name: String,
}

#[tool]
fn forecast(city: City) -> String {
    //~^ error: `City` cannot be a parameter of a tool, a resource or a prompt
    //~^ token: City
    //~^ help: Deserialize<'de>` is not implemented for `City`
    //~^ error: `City` cannot be a parameter of a tool, a resource or a prompt
    //~^ token: City
    //~^ help: JsonSchema` is not implemented for `City`
    city.name
}
