//! What a tool gives back, errors included. `cargo run --example 03_results -- call sales product=bread`

use lmcp::{Content, Error, Image, ResourceLink, tool};
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;

const SALES: [(&str, u32, f64); 3] = [("bread", 120, 3.2), ("rolls", 410, 0.6), ("cake", 18, 4.5)];

/// Structured output: the type becomes the tool's output schema.
#[derive(Serialize, JsonSchema)]
struct Sales {
    product: String,
    pieces: u32,
    /// In euros.
    revenue: f64,
}

/// Any error type does. Its text is for the model, so it says what to do.
#[derive(Debug)]
struct NoSuchProduct(String);

impl fmt::Display for NoSuchProduct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the bakery has no {:?}; ask for bread, rolls or cake", self.0)
    }
}

impl std::error::Error for NoSuchProduct {}

/// Today's sales of a product.
#[tool(read_only)]
fn sales(product: String) -> Result<Sales, NoSuchProduct> {
    let found = SALES.iter().find(|(name, ..)| *name == product);
    let (_, pieces, price) = *found.ok_or_else(|| NoSuchProduct(product.clone()))?;
    Ok(Sales { product, pieces, revenue: f64::from(pieces) * price })
}

/// Today's sales as a bar chart.
#[tool(read_only)]
fn chart() -> Vec<Content> {
    let bars = SALES.map(|(_, pieces, _)| format!("M0 0h{pieces}")).join("m0 10");
    let svg = format!("<svg xmlns='http://www.w3.org/2000/svg'><path d='{bars}' stroke='black'/></svg>");
    let prices = ResourceLink::new("https://example.com/prices").name("prices");
    vec!["Bread, rolls, cake:".into(), Image::new(svg, "image/svg+xml").into(), prices.into()]
}

/// Closes the shop, after which nobody can.
#[tool(destructive)]
fn close(hour: u8) -> lmcp::Result<()> {
    // A JSON-RPC error is for the client's program; the model may never see it.
    if hour > 23 { Err(Error::invalid_params("`hour` goes from 0 to 23")) } else { Ok(()) }
}

fn main() {
    lmcp::serve!()
}
