//! A server with arguments of its own, nested arguments, forms and completers, to try the command line of.

use lmcp::{CompletionArguments, Context, Unanswered, prompt, resource, tool};
use std::collections::BTreeMap;

/// How fast it comes.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Speed {
    Slow,
    Fast,
}

/// Where it goes.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
struct Address {
    /// Street and number.
    street: String,
    #[schemars(length(equal = 5))]
    zip: String,
}

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
struct Order {
    /// What to send.
    #[schemars(length(min = 2, max = 12))]
    item: String,
    /// How many.
    #[schemars(range(min = 1, max = 9))]
    pieces: u8,
    speed: Speed,
    address: Address,
    /// What the card says.
    note: Option<String>,
}

/// Order something.
#[tool]
fn order(order: Order, #[arg(default = 1)] times: u8) -> String {
    let Order { item, pieces, speed, address: Address { street, zip }, note } = order;
    let note = note.unwrap_or_default();
    format!("{pieces} of {item} to {street}, {zip}, {speed:?}, {times} {note}").trim_end().to_owned()
}

/// Price a list.
#[tool]
fn price(
    /// What to send.
    orders: Vec<Order>,
    discounts: Option<BTreeMap<String, f64>>,
) -> String {
    format!("{} and {}", orders.len(), discounts.unwrap_or_default().len())
}

/// How it is wrapped.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
enum Wrapping {
    /// Brown paper
    #[schemars(title = "Brown paper")]
    Paper,
    #[schemars(title = "A box with a ribbon")]
    Box,
}

/// What the card says.
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Card {
    /// Who it is from.
    name: String,
    wrapping: Wrapping,
}

/// Wrap something up.
#[tool(elicits(Card))]
async fn wrap(ctx: &Context) -> Result<String, Unanswered> {
    let card: Card = ctx.elicit("What does the card say?").await?;
    Ok(format!("{}, {:?}", card.name, card.wrapping))
}

/// Empty the shop.
#[tool(elicits(()))]
async fn empty(ctx: &Context) -> Result<&'static str, Unanswered> {
    ctx.elicit::<()>("Sure?").await?;
    Ok("empty")
}

/// Which part of a list.
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Part {
    /// How many to leave out.
    offset: Option<u32>,
    limit: Option<u32>,
}

/// List what there is.
#[tool(elicits(Part))]
async fn stocks(ctx: &Context) -> Result<String, Unanswered> {
    let Part { offset, limit } = ctx.elicit("Which part?").await?;
    Ok(format!("{offset:?}, {limit:?}"))
}

/// Open an account.
#[tool]
async fn account(ctx: &Context) -> Result<String, Unanswered> {
    let name: String = ctx.elicit("Who are you?").await?;
    let age: u8 = ctx.elicit("How old are you?").await?;
    Ok(format!("{name}, {age}"))
}

fn aisles(typed: &str) -> Vec<String> {
    println!("asked for {typed:?}");
    ["tools", "toys", "two words"].iter().filter(|aisle| aisle.starts_with(typed)).map(|&aisle| aisle.into()).collect()
}

fn items(typed: &str, others: CompletionArguments) -> Vec<String> {
    let aisle = others.get("aisle").unwrap_or_default();
    let items = ["hammer", "saw"].map(|item| format!("{item}-of-{aisle}"));
    items.into_iter().filter(|item| item.starts_with(typed)).collect()
}

/// Advertise something.
#[prompt]
fn advertise(#[arg(complete = aisles)] aisle: String, #[arg(complete = items)] item: String) -> String {
    format!("Advertise {item} of {aisle}.")
}

/// What is there of it.
#[resource("stock://<aisle>/<item>")]
fn stock(#[arg(complete = aisles)] aisle: String, #[arg(complete = items)] item: String) -> String {
    format!("12 of {item} in {aisle}")
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let own = match arguments.next().as_deref() {
        Some("--db") => vec!["--db".to_owned(), format!("/srv/{}", arguments.next().unwrap_or_default())],
        _ => Vec::new(),
    };
    lmcp::serve!(name = "shop", own_arguments = own, own_usage = "--db FILE")
}
