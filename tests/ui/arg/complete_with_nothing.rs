use lmcp::prompt;

#[prompt]
fn one(#[arg(complete = missing)] language: String) -> String {
    //~^ error: cannot find value `missing` in this scope
    //~^ token: missing
    language
}
