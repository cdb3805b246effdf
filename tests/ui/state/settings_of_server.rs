pub fn server() -> lmcp::Server {
    lmcp::server!(state = 3)
    //~^ error: `server!` takes no settings: call the method of that name behind it, as in `lmcp::server!().state(value)`
}
