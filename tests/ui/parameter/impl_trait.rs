use lmcp::tool;

#[tool]
fn shout(text: impl Into<String>) -> String {
    //~^ error: a parameter needs a type of its own, not `impl Trait`
    //~^ token: impl Into<String>
    //~^ help: write a type that implements it, as in `text: String`
    text.into().to_uppercase()
}
