use lmcp::tool;

/// Forecast.
///
/// # Arguments
///
/// * `city` - where
//~^ error: the parameter `city` is described twice
//~^ token: /// * `city` - where
#[tool]
fn forecast(
    /// Where.
    city: String,
    /// How long.
    #[arg(description = "how long")]
    //~^ error: the parameter is described twice
    //~^ token: "how long"
    days: u8,
) -> String {
    format!("{city}{days}")
}
