use lmcp::tool;

#[tool]
fn search(#[arg(rename = "q")] words: String) -> String {
    //~^ error: `#[arg]` has no key `rename`: an argument is called as its parameter is
    //~^ token: rename
    //~^ help: call the parameter so, `r#type` for `type`; or take the arguments as one struct, `Args<T>`
    words
}
