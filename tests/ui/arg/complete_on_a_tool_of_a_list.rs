use lmcp::tool;

#[tool]
fn paint(#[arg(complete = ["red", "green"])] colour: String) -> String {
    //~^ error: the arguments of a tool cannot be completed: the protocol does it for prompts and resources
    //~^ token: complete
    colour
}

#[tool]
fn choose(#[arg(choices = ["red", "green"])] colour: String) -> String {
    //~^ error: `#[arg]` has no key `choices`
    //~^ help: the keys are `default`, `description`, `alias`, `header` and `secret`
    colour
}
