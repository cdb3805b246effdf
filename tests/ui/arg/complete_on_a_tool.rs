use lmcp::tool;

fn languages(_prefix: &str) -> Vec<String> {
    Vec::new()
}

#[tool]
fn review(#[arg(complete = languages)] language: String) -> String {
    //~^ error: the arguments of a tool cannot be completed: the protocol does it for prompts and resources
    //~^ token: complete
    //~^ help: leave `complete` out
    language + &languages("").concat()
}
