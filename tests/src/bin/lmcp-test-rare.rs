//! A server with what is rare: a question whose text varies, a rate with room for one call, what is switched off.

use lmcp::{Context, Rate, Unanswered, prompt, resource, tool};
use std::sync::atomic::{AtomicU32, Ordering};

/// Asks otherwise each time it is run.
#[tool]
async fn order(ctx: &Context) -> Result<bool, Unanswered> {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    ctx.elicit(format!("Order now, at {}?", RUNS.fetch_add(1, Ordering::Relaxed))).await
}

/// Asks twice.
#[tool(rate = "1/h")]
async fn twice(ctx: &Context) -> Result<bool, Unanswered> {
    Ok(ctx.elicit::<bool>("Now?").await? && ctx.elicit::<bool>("Really?").await?)
}

/// A note.
#[resource("notes://<id>")]
fn note(id: u32) -> String {
    format!("note {id}")
}

/// Reviews.
#[prompt]
fn review() -> &'static str {
    "Review."
}

/// Prints where it should not, if it is told to.
fn open() -> std::io::Result<u8> {
    if std::env::var_os("LMCP_TEST_PRINTS").is_some() {
        println!("opening");
        print!("half a line");
    }
    Ok(7)
}

fn main() {
    lmcp::serve!(rate = Rate::per_hour(1), disable = "note", disable = "review", state = open())
}
