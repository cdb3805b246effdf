use lmcp::{Call, Parameter, tool};
use std::rc::Rc;

pub struct Local(Rc<u8>);

impl<'c> Parameter<'c> for Local {
    fn from_call(_: &'c Call<'c>) -> Result<Self, lmcp::Error> {
        Ok(Local(Rc::new(1)))
    }
}

#[tool(blocking)]
fn wait(local: Local) -> u8 {
    //~^ error: `Rc<u8>` cannot be sent between threads safely
    //~^ token: wait
    *local.0
}
