use lmcp::{Json, tool};

#[derive(serde::Serialize)]
pub struct Forecast {
    pub celsius: f64,
}

#[tool]
async fn forecast() -> anyhow::Result<Forecast> {
    //~^ error: `Forecast` cannot be returned from a tool
    //~^ token: Forecast
    //~^ help: JsonSchema` is not implemented for `Forecast`
    //~^ help: `#[derive(serde::Serialize, schemars::JsonSchema)]`
    Ok(Forecast { celsius: 1.0 })
}

#[tool]
async fn forecasts() -> anyhow::Result<Vec<Forecast>> {
    //~^ error: `Forecast` cannot be part of what a tool returns
    //~^ token: Forecast
    //~^ help: JsonSchema` is not implemented for `Forecast`
    Ok(Vec::new())
}

#[tool]
fn json() -> Option<Json<Forecast>> {
    //~^ error: `Forecast` cannot be part of what a tool returns
    //~^ token: Forecast
    //~^ help: JsonSchema` is not implemented for `Forecast`
    None
}
