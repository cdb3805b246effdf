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
