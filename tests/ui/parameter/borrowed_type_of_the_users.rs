use lmcp::tool;

pub struct Db(u8);

#[tool]
fn query(db: &Db) -> u8 {
    //~^ error: a parameter cannot borrow: `&Db`
    //~^ token: &Db
    //~^ help: take an argument by value, and a value of the server's own as `State<T>`
    db.0
}
