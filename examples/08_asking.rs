//! Asking the user and the client's model. `cargo run --example 08_asking -- call order dish=soup`

use lmcp::{Context, SamplingRequest, Unanswered, tool};
use schemars::JsonSchema;
use serde::Deserialize;

// What the user chooses from are the doc comments of the variants.
#[derive(Debug, Deserialize, JsonSchema)]
enum Size {
    /// Small, for a child
    Small,
    /// Large
    Large,
}

/// A form: texts, numbers, booleans and choices.
#[derive(Debug, Deserialize, JsonSchema)]
struct Order {
    size: Size,
    /// Somebody has to find you.
    #[schemars(range(min = 1, max = 20))]
    table: u8,
    wishes: Option<String>,
}

/// Order a dish.
///
/// Whoever can be asked is asked; on a terminal, `call` asks you.
#[tool(elicits(Order, bool))]
async fn order(ctx: &Context, dish: String) -> Result<String, lmcp::Error> {
    // The function may run again from here: what must happen once is recorded.
    let number = ctx.once("number", async || Ok::<_, lmcp::Error>(7)).await?;
    let order = match ctx.elicit::<Order>(format!("Your {dish}:")).await {
        Ok(order) => order,
        Err(Unanswered::Declined | Unanswered::Cancelled) => return Ok("Maybe another time.".into()),
        // A client that cannot be asked gets what most people take.
        Err(Unanswered::Unsupported(_)) => Order { size: Size::Large, table: 1, wishes: None },
        Err(other) => return Err(other.into()),
    };
    if order.wishes.is_some() && !ctx.elicit::<bool>("Wishes cost a little more. All right?").await? {
        return Ok("Then without a dish.".into());
    }
    Ok(format!("order {number}: a {:?} {dish} for table {}", order.size, order.table).to_lowercase())
}

/// Describe a dish.
#[tool]
async fn describe(ctx: &Context, dish: String) -> Result<String, Unanswered> {
    let request = SamplingRequest::new(format!("Describe {dish} in one tempting sentence.")).max_tokens(100);
    Ok(ctx.sample(request).await?.text())
}

fn main() {
    lmcp::serve!()
}
