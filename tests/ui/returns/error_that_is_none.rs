use lmcp::{prompt, resource, tool};

#[derive(Debug)]
pub struct Failure;

#[tool]
fn tool() -> Result<String, Failure> {
    //~^ error: `Failure` cannot be the error of a tool, a resource or a prompt
    //~^ token: Failure
    //~^ help: implement `std::error::Error` for it, or return `anyhow::Error`, `String` or `lmcp::Error`
    Err(Failure)
}

#[resource("failures://<id>")]
async fn resource(id: u8) -> Result<Option<u8>, Vec<Failure>> {
    //~^ error: `Vec<Failure>` cannot be the error of a tool, a resource or a prompt
    //~^ token: Vec<Failure>
    Ok(Some(id))
}

#[prompt]
fn prompt() -> core::result::Result<String, Option<u8>> {
    //~^ error: cannot be the error of a tool, a resource or a prompt
    //~^ token: Option<u8>
    Err(None)
}
