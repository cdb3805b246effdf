//! Functions, parameters, modules and types may be called like anything, ours and the keywords included.

#![deny(warnings)]

use lmcp::{Context, State, prompt, resource, tool};

mod __private {}
mod private {}

#[tool]
fn call(op: u8, p: u8, call: u8, problems: u8) -> u8 {
    op + p + call + problems
}

#[tool]
fn p() {}

#[tool]
fn op(__lmcp_op: u8, __lmcp_call: u8, __lmcp_p0: u8) -> u8 {
    __lmcp_op + __lmcp_call + __lmcp_p0
}

#[tool]
async fn r#type(r#fn: u8, r#async: Option<u8>) -> u8 {
    r#fn + r#async.unwrap_or_default()
}

#[resource("types://<type>")]
fn r#struct(r#type: u8) -> u8 {
    r#type
}

#[tool]
fn value(mut value: u8, _unused: u8) -> u8 {
    value += 1;
    value
}

#[tool]
fn finish(ctx: &Context, State(split): State<u8>) -> u8 {
    let _ = ctx;
    split
}

#[prompt]
fn split(split: String) -> String {
    split
}

pub mod same {
    #[lmcp::tool(name = "same.call")]
    pub fn call() {}

    pub mod name {}

    #[lmcp::tool]
    pub fn name() {}
}
