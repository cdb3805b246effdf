use lmcp::tool;

/// Forecast.
///
/// # Arguments
///
/// * `city` - where
/// * `dais` - how long
//~^ error: `# Arguments` describes `dais`, which is no parameter
//~^ token: /// * `dais` - how long
//~^ help: did you mean `days`?
/// * `temperature` - in what
//~^ error: `# Arguments` describes `temperature`, which is no parameter
//~^ help: the parameters are `city` and `days`
/// * the rest
//~^ error: this entry of `# Arguments` names no parameter
//~^ token: /// * the rest
#[tool]
fn forecast(city: String, days: u8) -> String {
    format!("{city}{days}")
}
