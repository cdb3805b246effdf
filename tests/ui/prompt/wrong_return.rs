use lmcp::prompt;

#[prompt]
fn count(code: String) -> usize {
    //~^ error: `usize` cannot be returned from a prompt
    //~^ token: usize
    //~^ help: return `String`, `Message`, `Vec<Message>`, `PromptResult`, or a `Result` of these
    code.len()
}
