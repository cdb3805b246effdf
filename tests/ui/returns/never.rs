use lmcp::tool;

#[tool]
fn forever() -> ! {
    //~^ error: a tool has to return: a client waits for its result
    //~^ token: !
    //~^ help: write what it returns
    std::process::exit(1)
}
