use lmcp::prompt;

#[prompt]
fn one(#[arg(complete = "languages")] language: String) -> String {
    //~^ error: `complete` names a function
    //~^ token: "languages"
    //~^ help: write its path, as in `complete = name`
    language
}

#[prompt]
fn two(#[arg(complete)] language: String) -> String {
    //~^ error: `complete` names a function
    //~^ token: complete
    language
}
