use lmcp::tool;

#[derive(serde::Serialize)]
pub struct Forecast {
    pub celsius: f64,
}

#[tool]
async fn forecasts() -> anyhow::Result<Vec<Forecast>> {
    //~^ error: `Vec<Forecast>` cannot be returned from a tool
    //~^ token: Vec<Forecast>
    //~^ help: `#[derive(serde::Serialize, schemars::JsonSchema)]`
    Ok(Vec::new())
}
