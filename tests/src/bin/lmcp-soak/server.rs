//! What is soaked: the fixture, with what asks its client, is large, or tells of the process.

use lmcp::{Context, Limits, Server, Unanswered, tool};
use std::time::Duration;
use tokio::net::TcpListener;

/// The server, whose limits are reached soon.
pub(crate) fn server() -> Server {
    let limits = Limits::default()
        .sessions(2000)
        .session_idle(Duration::from_secs(15))
        .answer_time(Duration::from_secs(2))
        .head_time(Duration::from_secs(2))
        .body_time(Duration::from_secs(2))
        .body_bytes(2 << 20)
        .line_bytes(2 << 20)
        .bytes_in_flight(32 << 20)
        .keep_alive(Duration::from_secs(2));
    lmcp_tests::server().limits(limits).tool(ask).tool(large).tool(echo).tool(says).tool(tasks)
}

/// Asks two things, the second behind something that is done once.
#[tool]
async fn ask(ctx: &Context) -> Result<String, Unanswered> {
    let name: String = ctx.elicit("Name?").await?;
    let once = ctx.once("once", async || Ok::<_, Unanswered>(7)).await?;
    let sure: bool = ctx.elicit("Sure?").await?;
    Ok(format!("{name} {once} {sure}"))
}

/// So many bytes.
#[tool]
fn large(bytes: usize) -> String {
    "x".repeat(bytes.min(4 << 20))
}

/// How much it was given.
#[tool]
fn echo(text: String) -> usize {
    text.len()
}

/// Says so many things before it is done.
#[tool]
async fn says(ctx: &Context, messages: u32) -> &'static str {
    for n in 0..messages {
        ctx.error(format!("message {n}")).await;
        tokio::task::yield_now().await;
    }
    "said"
}

/// How many tasks are alive in this process.
#[tool]
fn tasks() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

/// Serves HTTP, and pipes over sockets beside it; says where, and ends with its input.
pub(crate) async fn serve() {
    let http = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let pipe = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = |listener: &TcpListener| listener.local_addr().expect("it is bound");
    println!("{} {}", address(&http), address(&pipe));
    let server = server().build().expect("it starts");
    let pipes = server.clone();
    tokio::spawn(async move {
        loop {
            let Ok((socket, _)) = pipe.accept().await else { continue };
            let pipes = pipes.clone();
            tokio::spawn(async move {
                let (read, write) = socket.into_split();
                // A client that resets its connection is what it is here for.
                let _reset = pipes.serve_io(read, write).await;
            });
        }
    });
    let ended = async {
        let input = || std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ended = tokio::task::spawn_blocking(input).await;
    };
    server.http_on(http, ended).await.expect("it ends well");
}
