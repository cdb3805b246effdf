use lmcp::{Text, resource, tool};

pub struct Forecast;

#[tool]
fn forecast() -> Text<Forecast> {
    //~^ error: `Forecast` doesn't implement `std::fmt::Display`
    //~^ token: Text<Forecast>
    Text(Forecast)
}

#[resource("forecast://today")]
fn today() -> Option<Text<Forecast>> {
    //~^ error: `Forecast` doesn't implement `std::fmt::Display`
    //~^ token: Text<Forecast>
    None
}
