use lmcp::tool;

#[tool]
fn pointer(at: *const u8, with: fn(u8) -> u8) -> bool {
    //~^ error: a pointer cannot come over the wire
    //~^ token: *const u8
    //~^ help: take the value itself
    //~^ error: a function cannot come over the wire
    //~^ token: fn(u8) -> u8
    at.is_null() || with(1) == 1
}
