use lmcp::tool;

#[tool(name = "get weather")]
//~^ error: "get weather" is no name of a tool
//~^ token: "get weather"
//~^ help: write 1 to 128 letters, digits, `_`, `-` or `.`
fn spaces() {}

#[tool]
fn größe() -> u8 {
    //~^ error: `größe` is no name of a tool
    //~^ token: größe
    //~^ help: give it one with `#[tool(name = "...")]`
    1
}

#[tool(alias("same", "same", "aliases", "not/this"))]
//~^ error: the tool is called "same" already
//~^ token: "same"
//~^ error: the tool is called "aliases" already
//~^ token: "aliases"
//~^ error: "not/this" is no name of a tool
//~^ token: "not/this"
fn aliases() {}
