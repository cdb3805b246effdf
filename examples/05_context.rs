//! Progress, log messages, cancellation. `cargo run --example 05_context -- call index folder=notes files=3`

use lmcp::{Context, tool};
use std::time::Duration;

/// Index a folder for searching.
///
/// A client that cancels the call drops this future where it waits: there is nothing to write for it.
#[tool]
async fn index(ctx: &Context, folder: String, files: u32) -> Result<String, String> {
    if files == 0 {
        // Shown by clients that asked for this level; on the command line it goes to standard error.
        ctx.warning(format!("{folder} is empty")).logger("index").await;
        return Err(format!("{folder} has no files"));
    }
    for done in 1..=files {
        tokio::time::sleep(Duration::from_millis(5)).await;
        // Nothing is sent to a client that did not ask for progress.
        ctx.progress(done).of(files).message(format!("{folder}/{done}.txt")).await;
    }
    ctx.info("the index is complete").await;
    Ok(format!("{files} files in {folder}"))
}

/// Count the prime numbers up to a limit.
///
/// `blocking` moves work that never awaits to a thread of its own. It takes the context by value, and asks it whether
/// anybody still waits for the answer.
#[tool(read_only, blocking, timeout = "10s")]
fn primes(ctx: Context, limit: u32) -> Result<u32, &'static str> {
    let mut count = 0;
    for number in 2..=limit {
        if ctx.is_cancelled() {
            return Err("cancelled");
        }
        count += u32::from((2..).take_while(|d| d * d <= number).all(|divisor| number % divisor != 0));
    }
    Ok(count)
}

/// Says who is calling.
#[tool(read_only)]
fn caller(ctx: &Context) -> String {
    let name = ctx.client().map_or("somebody", |client| &client.name);
    format!("{name}, in protocol revision {}", ctx.protocol_version())
}

fn main() {
    lmcp::serve!()
}
