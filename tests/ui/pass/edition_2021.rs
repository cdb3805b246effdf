//@ edition: 2021
//! A crate of the edition before.

#![deny(warnings)]
#![forbid(unsafe_code)]

use lmcp::{prompt, resource, tool, Context};

#[tool]
async fn tool(ctx: &Context, gen: u8, #[arg(default = 3)] b: u8) -> Result<u8, std::io::Error> {
    let _ = ctx;
    Ok(gen + b)
}

#[resource("gen://<gen>")]
fn resource(gen: u8) -> u8 {
    gen
}

#[prompt]
fn prompt(gen: String) -> String {
    gen
}
