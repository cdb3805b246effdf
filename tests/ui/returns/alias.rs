use lmcp::tool;

pub struct Forecast;
pub type Answer = Result<Option<Forecast>, String>;

#[tool]
fn forecast() -> Answer {
    //~^ error: `Forecast` cannot be returned from a tool
    //~^ token: Answer
    //~^ help: Serialize` is not implemented for `Forecast`
    //~^ error: `Forecast` cannot be returned from a tool
    //~^ token: Answer
    //~^ help: JsonSchema` is not implemented for `Forecast`
    Ok(None)
}
