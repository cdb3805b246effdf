use lmcp::{prompt, tool};
use std::collections::BTreeMap;

#[derive(serde::Deserialize)]
pub struct City {
    pub name: String,
}

pub struct Bare;

#[tool]
fn forecast(cities: Option<Vec<City>>) -> usize {
    //~^ error: `City` cannot be part of an argument
    //~^ token: City
    //~^ help: derives both: `#[derive(serde::Deserialize, schemars::JsonSchema)]`
    //~^ help: JsonSchema` is not implemented for `City`
    cities.iter().flatten().map(|city| city.name.len()).sum()
}

#[prompt]
fn all(map: BTreeMap<String, Bare>, pair: (u8, [City; 2])) -> String {
    //~^ error: `Bare` cannot be part of an argument
    //~^ token: Bare
    //~^ help: Deserialize<'de>` is not implemented for `Bare`
    //~^ error: `Bare` cannot be part of an argument
    //~^ token: Bare
    //~^ help: JsonSchema` is not implemented for `Bare`
    //~^ error: `City` cannot be part of an argument
    //~^ token: City
    format!("{}{}", map.len(), pair.0)
}
