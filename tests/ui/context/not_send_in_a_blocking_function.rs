use lmcp::{Json, tool};
use std::rc::Rc;

#[derive(serde::Serialize, schemars::JsonSchema)]
pub struct Shared(Rc<u8>);

#[tool(blocking)]
fn wait() -> Json<Shared> {
    //~^ error: `Rc<u8>` cannot be sent between threads safely
    //~^ token: wait
    Json(Shared(Rc::new(1)))
}
