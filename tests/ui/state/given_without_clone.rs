use std::sync::Mutex;

pub fn server() -> lmcp::Server {
    lmcp::Server::empty().state(Mutex::new(3))
    //~^ error: `std::sync::Mutex<{integer}>` cannot be a state
    //~^ token: Mutex::new(3)
    //~^ help: each call gets a clone; put what cannot be cloned into an `Arc`: `Arc::new(value)`
}

pub fn unopened() -> lmcp::Server {
    let opened: Result<u8, std::io::Error> = Ok(3);
    lmcp::Server::empty().state(opened)
    //~^ error: cannot be a state
    //~^ token: opened
    //~^ help: a `Result` is no state: give what is inside, as in `.state(open()?)`
}
