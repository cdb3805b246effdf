//! Who calls. `cargo run --example 09_callers -- call whoami`
//!
//! Over HTTP, `LMCP_TOKEN=secret` asks for a fixed token. Built with `--features lmcp-examples/oauth`, `--http --oidc ISSUER`
//! takes the access tokens of an authorization server, and clients find out by themselves where to send their users.

use lmcp::{Context, Principal, State, tool};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What everybody wrote down, by who they are.
type Diaries = Arc<Mutex<HashMap<String, Vec<String>>>>;

/// Say who calls.
#[tool(read_only)]
fn whoami(ctx: &Context) -> String {
    match ctx.principal() {
        Some(caller) => {
            let scopes: Vec<_> = caller.scopes().collect();
            format!("{}, who may do: {}", caller.subject(), scopes.join(", "))
        }
        // On a pipe the client is whoever started the program.
        None => "whoever started this".to_owned(),
    }
}

/// Write something into the caller's diary.
#[tool]
fn note(ctx: &Context, State(diaries): State<Diaries>, text: String) -> String {
    let mut diaries = diaries.lock().unwrap_or_else(PoisonError::into_inner);
    let diary = diaries.entry(owner(ctx)).or_default();
    diary.push(text);
    format!("{} written", diary.len())
}

/// The subject is a key that clients cannot choose, as they can choose an argument.
fn owner(ctx: &Context) -> String {
    ctx.principal().map_or("", Principal::subject).to_owned()
}

fn main() {
    lmcp::serve!(state = Diaries::default())
}
