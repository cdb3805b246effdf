use lmcp::{State, tool};

pub struct Db;

#[tool]
fn query(db: State<Db>) -> bool {
    //~^ error: `State<Db>` cannot be a parameter of a tool, a resource or a prompt
    //~^ token: State<Db>
    //~^ help: `State<T>`, with `T: Clone + Send + Sync + 'static`
    std::mem::size_of_val(&db.0) == 0
}
