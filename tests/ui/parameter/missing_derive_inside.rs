use lmcp::tool;

#[derive(serde::Deserialize)]
pub struct City {
    pub name: String,
}

#[tool]
fn forecast(cities: Option<Vec<City>>) -> usize {
    //~^ error: JsonSchema` is not satisfied
    //~^ token: Option<Vec<City>>
    cities.iter().flatten().map(|city| city.name.len()).sum()
}
