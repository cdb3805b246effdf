//! A soak: a server process under full load, everything it can do at the same time, for as long as one likes. It prints what
//! the server takes, and fails when that grows.
//!
//! ```text
//! cargo run --release -p lmcp-tests --bin lmcp-soak -- --minutes 10
//! ```
//!
//! `serve` and `pipe` are what it runs itself as.

mod http;
mod pipes;
mod server;
mod watch;

use std::time::Duration;
use tokio::task::JoinSet;

/// How many clients do one kind of thing at a time.
const CLIENTS: usize = 3;

/// How often the server is looked at.
const INTERVAL: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve"] => server::serve().await,
        ["pipe"] => server::server().stdio().await.expect("it ends well"),
        ["--minutes", minutes] => match minutes.parse::<f64>() {
            Ok(minutes) if minutes > 0.0 && minutes < 1e6 => {
                let well = soak(Duration::from_secs_f64(60.0 * minutes)).await;
                std::process::exit(i32::from(!well));
            }
            _ => misused(),
        },
        _ => misused(),
    }
}

fn misused() {
    eprintln!("usage: lmcp-soak --minutes NUMBER");
    std::process::exit(2);
}

/// Runs everything for so long; whether the server stayed as it was.
async fn soak(time: Duration) -> bool {
    lmcp_tests::process::open_files(4096);
    let served = watch::Served::start().await;
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        http::start(&mut clients, served.http, client);
        pipes::start(&mut clients, served.pipe, client);
    }
    let mut watch = watch::Watch::new(&served);
    let end = tokio::time::Instant::now() + time;
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        tokio::select! {
            _ = ticks.tick() => watch.look().await,
            ended = clients.join_next() => {
                // Clients go on for ever, unless an answer is not what it should be.
                eprintln!("a client ended: {ended:?}");
                return false;
            }
            () = tokio::time::sleep_until(end) => break,
        }
    }
    clients.shutdown().await;
    watch.verdict()
}
