use std::sync::Mutex;

pub fn server() -> lmcp::Server {
    lmcp::Server::empty().state(Mutex::new(3))
    //~^ error: `std::sync::Mutex<{integer}>` cannot be a state
    //~^ token: Mutex::new(3)
    //~^ help: each call gets a clone; put what cannot be cloned into an `Arc`: `Arc::new(value)`
}
