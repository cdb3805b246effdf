use lmcp::tool;
use std::path::Path;

#[tool]
fn text(text: &str) -> usize {
    //~^ error: a parameter cannot borrow: `&str`
    //~^ token: &str
    //~^ help: write `String`
    text.len()
}

#[tool]
fn list(list: &[u8]) -> usize {
    //~^ error: a parameter cannot borrow: `&[u8]`
    //~^ token: &[u8]
    //~^ help: write `Vec<u8>`
    list.len()
}

#[tool]
fn path(path: &Path) -> bool {
    //~^ error: a parameter cannot borrow: `&Path`
    //~^ token: &Path
    //~^ help: write `std::path::PathBuf`
    path.is_absolute()
}

#[tool]
fn owned(list: &Vec<Option<String>>, number: &'static u8) -> usize {
    //~^ error: a parameter cannot borrow: `&Vec<Option<String>>`
    //~^ token: &Vec<Option<String>>
    //~^ help: write `Vec<Option<String>>`
    //~^ error: a parameter cannot borrow: `&'static u8`
    //~^ token: &'static u8
    //~^ help: write `u8`
    list.len() + usize::from(*number)
}

#[tool]
fn object(object: &dyn std::fmt::Display) -> String {
    //~^ error: a parameter cannot borrow: `&dyn std::fmt::Display`
    //~^ token: &dyn std::fmt::Display
    //~^ help: write `State<std::sync::Arc<dyn std::fmt::Display>>`
    object.to_string()
}
