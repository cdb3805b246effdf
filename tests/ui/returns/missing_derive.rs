use lmcp::{prompt, resource, tool};

pub struct Forecast {
    pub celsius: f64,
}

#[tool]
fn forecast() -> Forecast {
    //~^ error: `Forecast` cannot be returned from a tool
    //~^ token: Forecast
    //~^ help: `#[derive(serde::Serialize, schemars::JsonSchema)]`
    //~^ help: Serialize` is not implemented for `Forecast`
    //~^ error: `Forecast` cannot be returned from a tool
    //~^ token: Forecast
    //~^ help: JsonSchema` is not implemented for `Forecast`
    Forecast { celsius: 1.0 }
}

#[resource("forecast://today")]
fn today() -> Option<Forecast> {
    //~^ error: `Forecast` cannot be returned from a resource
    //~^ token: Forecast
    //~^ help: derives `serde::Serialize`
    //~^ help: Serialize` is not implemented for `Forecast`
    None
}

#[prompt]
fn prompt() -> Result<Forecast, String> {
    //~^ error: `Forecast` cannot be returned from a prompt
    //~^ token: Forecast
    //~^ help: return `String`, `Message`, `Vec<Message>`
    Err("none".into())
}
