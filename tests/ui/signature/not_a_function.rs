use lmcp::{prompt, resource, tool};

#[tool]
pub struct Struct;
//~^ error: `#[tool]` goes above a function, and this is a struct
//~^ token: struct
//~^ help: put it above a `fn`: its parameters are the tool's arguments

#[tool]
pub enum Enum {}
//~^ error: `#[tool]` goes above a function, and this is an enum
//~^ token: enum

#[tool]
impl Struct {
    //~^ error: `#[tool]` goes above a function, and this is an `impl`
    //~^ token: impl
    pub fn new() -> Self {
        Struct
    }
}

#[resource("a://b")]
pub const CONST: u8 = 1;
//~^ error: `#[resource]` goes above a function, and this is a constant
//~^ token: const
//~^ help: put it above a `fn` that gives the contents

#[prompt]
pub mod module {}
//~^ error: `#[prompt]` goes above a function, and this is a module
//~^ token: mod

#[tool]
pub use std::mem::swap;
//~^ error: `#[tool]` goes above a function, and this is an import
//~^ token: use
