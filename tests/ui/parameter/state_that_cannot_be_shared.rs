use lmcp::{State, tool};
use std::rc::Rc;

#[tool]
fn query(State(db): State<Rc<u8>>) -> u8 {
    //~^ error: `State<Rc<u8>>` cannot be a parameter of a tool, a resource or a prompt
    //~^ token: State<Rc<u8>>
    //~^ help: `T: Clone + Send + Sync + 'static`
    *db
}
