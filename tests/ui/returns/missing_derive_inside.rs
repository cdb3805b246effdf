use lmcp::{resource, tool};
use std::collections::HashMap;

pub struct Out;

#[derive(serde::Serialize)]
pub struct Half;

#[tool]
fn list() -> Vec<Half> {
    //~^ error: `Half` cannot be part of what a tool returns
    //~^ token: Half
    //~^ help: derives both: `#[derive(serde::Serialize, schemars::JsonSchema)]`
    //~^ help: JsonSchema` is not implemented for `Half`
    Vec::new()
}

#[tool]
async fn map() -> Result<Option<HashMap<String, Vec<Out>>>, String> {
    //~^ error: `Out` cannot be part of what a tool returns
    //~^ token: Out
    //~^ help: Serialize` is not implemented for `Out`
    //~^ error: `Out` cannot be part of what a tool returns
    //~^ token: Out
    //~^ help: JsonSchema` is not implemented for `Out`
    Ok(None)
}

#[tool]
fn pair() -> anyhow::Result<(String, Half)> {
    //~^ error: `Half` cannot be part of what a tool returns
    //~^ token: Half
    Ok((String::new(), Half))
}

#[resource("outs://all")]
fn all() -> Option<Vec<Out>> {
    //~^ error: `Out` cannot be part of what a resource returns
    //~^ token: Out
    //~^ help: what is inside of JSON text derives `serde::Serialize`
    None
}

#[resource("halves://all")]
fn halves() -> Vec<Half> {
    Vec::new()
}
