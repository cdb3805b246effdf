use lmcp::{Args, CompletionArguments, Context, prompt, resource};

fn streets(typed: String, city: String) -> Vec<String> {
    vec![typed + &city]
}

#[prompt]
fn describe(city: String, #[arg(complete = streets)] street: String) -> String {
    //~^ error: a completer has no argument but the text, and `String` stands behind it
    //~^ token: streets
    //~^ help: takes `String` behind the text
    //~^ help: take `CompletionArguments` for what stands in the other arguments
    city + &street
}

mod other {
    pub async fn second(typed: String, _: lmcp::Context, number: Option<u8>) -> Vec<String> {
        vec![format!("{typed}{number:?}")]
    }
}

#[resource("streets://<street>")]
fn behind_the_context(#[arg(complete = other::second)] street: String) -> String {
    //~^ error: a completer has no argument but the text, and `std::option::Option<u8>` stands behind it
    //~^ token: other::second
    street
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
pub struct All {
    pub city: String,
}

fn all(typed: &str, Args(all): Args<All>) -> Vec<String> {
    vec![format!("{typed}{}", all.city)]
}

#[prompt]
fn takes_all(#[arg(complete = all)] street: String) -> String {
    //~^ error: a completer has no argument but the text, and `lmcp::Args<All>` stands behind it
    //~^ token: all
    street
}

fn right(typed: &str, _: CompletionArguments, _: Context) -> Vec<String> {
    vec![typed.to_owned()]
}

#[prompt]
fn may(#[arg(complete = right)] street: String) -> String {
    street
}
