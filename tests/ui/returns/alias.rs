use lmcp::tool;

pub struct Forecast;
pub type Answer = Result<Option<Forecast>, String>;

#[tool]
fn forecast() -> Answer {
    //~^ error: `Forecast` cannot be returned from a tool
    //~^ token: Answer
    Ok(None)
}
