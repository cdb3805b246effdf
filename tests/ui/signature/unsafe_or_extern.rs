use lmcp::tool;

#[tool]
unsafe fn read(address: usize) -> usize {
    //~^ error: a tool cannot be `unsafe`: it is called with whatever a client sends
    //~^ token: unsafe
    //~^ help: make it safe
    address
}

#[tool]
extern "C" fn add(a: i32, b: i32) -> i32 {
    //~^ error: a tool is an ordinary Rust function
    //~^ token: extern "C"
    //~^ help: leave the `extern` out
    a + b
}
