//! Streamable HTTP over real sockets, every byte by hand: both eras on one endpoint.

mod answers;
mod auth;
mod errors;
mod headers;
mod legacy;
mod limits;
mod long;
mod modern;
mod mount;
mod rates;
mod resume;
mod scopes;
mod sealed;
mod security;
mod sessions;
mod shutdown;
mod wire;

use lmcp::{Context, Server, State, tool};
use lmcp_tests::http::Response;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;

/// Holds calls until the test lets them through.
#[derive(Clone)]
pub(crate) struct Gate {
    waiting: Arc<AtomicUsize>,
    through: Arc<AtomicUsize>,
    open: Arc<Semaphore>,
}

impl Gate {
    fn new() -> Self {
        Gate { waiting: Arc::default(), through: Arc::default(), open: Arc::new(Semaphore::new(0)) }
    }
    fn server(&self) -> Server {
        Server::empty().state(self.clone()).tool(gated).tool(leaves_behind).tool(quick)
    }
    /// How many calls came to the gate so far.
    fn came(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }
    fn went(&self) -> usize {
        self.through.load(Ordering::SeqCst)
    }
    fn let_through(&self, calls: usize) {
        self.open.add_permits(calls);
    }
}

/// Waits at the gate.
#[tool]
async fn gated(State(gate): State<Gate>) -> &'static str {
    gate.waiting.fetch_add(1, Ordering::SeqCst);
    gate.open.acquire().await.expect("never closed").forget();
    gate.through.fetch_add(1, Ordering::SeqCst);
    "through"
}

/// Leaves somebody behind who goes through the gate when the call is cancelled, and never ends.
#[tool]
async fn leaves_behind(ctx: Context, State(gate): State<Gate>) {
    gate.waiting.fetch_add(1, Ordering::SeqCst);
    tokio::spawn(async move {
        ctx.cancelled().await;
        gate.through.fetch_add(1, Ordering::SeqCst);
    });
    std::future::pending::<()>().await;
}

/// Answers at once.
#[tool]
fn quick() -> &'static str {
    "quick"
}

/// The code of the error in a response.
fn code(response: &Response) -> i64 {
    response.json()["error"]["code"].as_i64().unwrap_or_else(|| panic!("no error: {response:?}"))
}

fn message(response: &Response) -> String {
    response.json()["error"]["message"].as_str().unwrap_or_else(|| panic!("no error: {response:?}")).to_owned()
}

/// The text of a tool's result.
fn text(response: &Response) -> String {
    said(&response.json()).to_owned()
}

fn said(message: &Value) -> &str {
    message["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no text: {message}"))
}
