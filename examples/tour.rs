//! A bit of everything a client may ask for. `cargo run --example tour -- list`

use lmcp::{CompletionArguments, Context, SamplingRequest, Unanswered, prompt, resource, tool};
use std::time::Duration;

/// Add two integers.
#[tool(title = "Add", read_only, destructive = false, idempotent, open_world = false)]
fn add(
    /// The first one.
    a: i64,
    /// The second one.
    b: i64,
) -> i64 {
    a.saturating_add(b)
}

/// Divide two numbers.
#[tool(title = "Divide", read_only, destructive = false, idempotent, open_world = false)]
fn divide(
    /// What is divided.
    a: f64,
    /// By what.
    b: f64,
) -> Result<f64, String> {
    if b == 0.0 { Err("division by zero".into()) } else { Ok(a / b) }
}

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Forecast {
    city: String,
    days: u8,
    summary: String,
}

/// Forecast for a city.
#[tool(title = "Weather", read_only, destructive = false, open_world)]
fn forecast(
    /// City name, in any language.
    city: String,
    /// How many days, today included.
    #[arg(default = 3)]
    days: u8,
) -> Forecast {
    let summary = format!("sun over {city} for {days} days");
    Forecast { city, days, summary }
}

/// Wait for a while.
#[tool(title = "Wait", read_only, destructive = false, open_world = false, timeout = "30s")]
async fn wait(
    /// Milliseconds.
    ms: u64,
) -> String {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    format!("waited {ms} ms")
}

/// Count, and say so.
#[tool(title = "Count", read_only, destructive = false, open_world = false)]
async fn count(
    ctx: &Context,
    /// The last number.
    to: u32,
) -> String {
    for n in 1..=to {
        ctx.progress(n).of(to).message("counting").await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    format!("counted to {to}")
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Booking {
    /// Who is coming.
    name: String,
    table: Table,
    #[schemars(range(min = 1, max = 12))]
    guests: Option<u8>,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Table {
    /// By the window.
    Window,
    /// In the garden.
    Garden,
}

/// Book a table; the guest is asked for the rest.
#[tool(title = "Book a table", read_only = false, destructive = false, open_world = false, elicits(Booking, bool))]
async fn book(
    ctx: &Context,
    /// When, in the guest's words.
    day: String,
) -> Result<String, Unanswered> {
    let Booking { name, table, guests } = match ctx.elicit(format!("A table for {day}:")).await {
        Err(Unanswered::Declined) => return Ok("nothing is booked".into()),
        answer => answer?,
    };
    let table = match table {
        Table::Window => "by the window",
        Table::Garden => "in the garden",
    };
    let guests = guests.unwrap_or(2);
    if guests > 6 && !ctx.elicit::<bool>(format!("{guests} pay in advance. Is that all right?")).await? {
        return Ok("nothing is booked".into());
    }
    Ok(format!("{name} has a table {table} for {guests} on {day}"))
}

/// Sum a text up, with the client's model.
#[tool(title = "Sum up", read_only, destructive = false, open_world = false)]
async fn sum_up(
    ctx: &Context,
    /// What is summed up.
    text: String,
) -> Result<String, Unanswered> {
    let request = SamplingRequest::new(format!("Sum this up in one sentence:\n{text}")).max_tokens(200);
    Ok(ctx.sample(request).await?.text())
}

/// The folders that the client works in.
#[tool(title = "Folders", read_only, destructive = false, open_world = false)]
async fn folders(ctx: &Context) -> Result<String, Unanswered> {
    let roots = ctx.roots().await?;
    Ok(roots.iter().map(|root| root.uri.as_str()).collect::<Vec<_>>().join(", "))
}

/// What this server is for.
#[resource("tour://about")]
fn about() -> &'static str {
    "A server to try clients on."
}

/// A note by its number.
#[resource("notes://<id>")]
fn note(#[arg(complete = numbers)] id: u32) -> String {
    format!("note {id}")
}

fn numbers(typed: &str, _others: CompletionArguments) -> Vec<String> {
    (1..=11).map(|n| n.to_string()).filter(|n| n.starts_with(typed)).collect()
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Language {
    Rust,
    Python,
    Go,
}

/// Review some code.
#[prompt]
fn review(
    /// What it is written in.
    language: Language,
    /// What is reviewed.
    code: String,
) -> String {
    let language = match language {
        Language::Rust => "rust",
        Language::Python => "python",
        Language::Go => "go",
    };
    format!("Review this {language}:\n{code}")
}

fn main() {
    lmcp::serve!(name = "tour", instructions = "A tour of lmcp.")
}
