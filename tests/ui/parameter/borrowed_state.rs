use lmcp::{Args, State, tool};

#[tool]
fn query(db: &State<u8>) -> u8 {
    //~^ error: a parameter cannot borrow: `&State<u8>`
    //~^ token: &State<u8>
    //~^ help: write `State<u8>`, by value
    db.0
}

#[tool]
fn arguments(all: &Args<u8>) -> u8 {
    //~^ error: a parameter cannot borrow: `&Args<u8>`
    //~^ help: write `Args<u8>`, by value
    all.0
}
