use lmcp::{Context, State, tool};
use std::collections::HashMap;

#[tool]
fn inside(word: Option<&str>, words: Vec<(&str, HashMap<&'static str, u8>)>, db: State<&'static str>) -> usize {
    //~^ error: a parameter cannot borrow: `&str`
    //~^ token: &str
    //~^ help: write `String`
    //~^ error: a parameter cannot borrow: `&str`
    //~^ error: a parameter cannot borrow: `&'static str`
    //~^ token: &'static str
    word.map_or(0, str::len) + words.len() + db.len()
}

#[tool]
fn context(ctx: Option<&Context>) -> bool {
    //~^ error: the context is no argument: it is always there
    //~^ token: &Context
    //~^ help: take `&Context` itself
    ctx.is_some()
}

#[tool]
fn object(object: Box<dyn std::fmt::Display>, list: Vec<impl Into<String>>) -> String {
    //~^ error: what comes over the wire has a type of its own
    //~^ token: dyn std::fmt::Display
    //~^ error: a parameter needs a type of its own, not `impl Trait`
    //~^ token: impl Into<String>
    list.into_iter().map(Into::into).fold(object.to_string(), |all, text| all + &text)
}
