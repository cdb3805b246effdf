use lmcp::tool;

pub trait Add {
    #[tool]
    fn add(a: i32, b: i32) -> i32;
    //~^ error: `#[tool]` needs a function with a body
    //~^ token: add
    //~^ help: put it above the function itself
}
