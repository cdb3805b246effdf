use lmcp::{Json, resource, tool};

#[derive(schemars::JsonSchema)]
pub struct Forecast {
    pub celsius: f64,
}

#[tool]
fn forecast() -> Forecast {
    //~^ error: `Forecast` cannot be returned from a tool
    //~^ token: Forecast
    //~^ help: Serialize` is not implemented for `Forecast`
    //~^ help: `#[derive(serde::Serialize, schemars::JsonSchema)]`
    Forecast { celsius: 1.0 }
}

#[tool]
fn forecasts() -> Vec<Forecast> {
    //~^ error: `Forecast` cannot be part of what a tool returns
    //~^ token: Forecast
    //~^ help: Serialize` is not implemented for `Forecast`
    Vec::new()
}

#[resource("forecast://all")]
fn all() -> Json<Forecast> {
    //~^ error: `Forecast` cannot be part of what a resource returns
    //~^ token: Forecast
    //~^ help: derives `serde::Serialize`
    Json(Forecast { celsius: 1.0 })
}
