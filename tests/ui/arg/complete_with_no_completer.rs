use lmcp::{prompt, resource};

fn wrong_argument(number: u8) -> Vec<String> {
    vec![number.to_string()]
}
fn wrong_result(prefix: String) -> usize {
    prefix.len()
}

#[prompt]
fn one(#[arg(complete = wrong_argument)] language: String) -> String {
    //~^ error: cannot complete an argument
    //~^ token: wrong_argument
    //~^ help: write `fn f(prefix: String) -> Vec<String>`
    language
}

#[resource("languages://<language>")]
fn two(#[arg(complete = wrong_result)] language: String) -> String {
    //~^ error: cannot complete an argument
    //~^ token: wrong_result
    language
}

#[prompt]
fn three(#[arg(complete = missing)] language: String) -> String {
    //~^ error: cannot find value `missing` in this scope
    //~^ token: missing
    language
}

#[prompt]
fn four(#[arg(complete = "languages")] language: String) -> String {
    //~^ error: `complete` names a function
    //~^ token: "languages"
    //~^ help: write its path, as in `complete = name`
    language
}
