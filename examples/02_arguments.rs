//! Arguments and what is said of them. `cargo run --example 02_arguments -- call quote to=Oslo weight=2.5`

use lmcp::{Args, tool};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

// `Serialize` is for the default below: a schema shows it as JSON.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Speed {
    /// Two to five days.
    Standard,
    /// The next day.
    Express,
}

/// The price of sending a parcel, in cents.
#[tool(read_only)]
fn quote(
    /// The city it goes to.
    to: String,
    /// Kilograms.
    weight: f64,
    #[arg(default = Speed::Standard)] speed: Speed,
    /// What it is worth, in euros. Leave it out to send without insurance.
    insured: Option<u32>,
) -> String {
    let per_kilogram = if matches!(speed, Speed::Express) { 480.0 } else { 120.0 };
    let cents = 390.0 + weight * per_kilogram + f64::from(insured.unwrap_or(0));
    format!("to {to}: {cents:.0} cents")
}

/// Where a parcel is.
///
/// # Arguments
///
/// * `number` - The tracking number, as on the receipt.
#[tool(read_only)]
fn track(#[arg(alias = "tracking_number")] number: String) -> String {
    format!("{number} is on its way")
}

#[derive(Deserialize, JsonSchema)]
struct Pickup {
    street: String,
    /// What the driver has to know.
    #[serde(default)]
    hints: Vec<String>,
}

/// Have parcels picked up.
#[tool]
fn pickup(Args(Pickup { street, hints }): Args<Pickup>) -> String {
    format!("at {street}, {}", if hints.is_empty() { "no hints".into() } else { hints.join(", ") })
}

fn main() {
    lmcp::serve!()
}
