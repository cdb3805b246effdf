use lmcp::tool;

pub struct Value;
pub struct Failure;

#[tool]
fn tool() -> Result<Value, Failure> {
    //~^ error: `Value` cannot be returned from a tool
    //~^ token: Value
    //~^ help: Serialize` is not implemented for `Value`
    //~^ error: `Value` cannot be returned from a tool
    //~^ token: Value
    //~^ help: JsonSchema` is not implemented for `Value`
    //~^ error: `Failure` cannot be the error of a tool, a resource or a prompt
    //~^ token: Failure
    Ok(Value)
}
