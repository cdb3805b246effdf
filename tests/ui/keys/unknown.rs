use lmcp::{prompt, resource, tool};

#[tool(readonly)]
//~^ error: `#[tool]` has no key `readonly`
//~^ token: readonly
//~^ help: did you mean `read_only`?
//~^ help: the keys are `read_only`, `destructive`, `idempotent`, `open_world`, `alias`, `schema`, `strict`, `unenforced`, `name`, `title`
fn tool() {}

#[resource("a://b", mime_type = "text/plain")]
//~^ error: `#[resource]` has no key `mime_type`
//~^ token: mime_type
//~^ help: did you mean `mime`? the keys are `mime`, `size`, `name`
fn resource() {}

#[resource("a://c", mimetype = "text/plain", desc = "C.")]
//~^ error: `#[resource]` has no key `mimetype`
//~^ token: mimetype
//~^ help: did you mean `mime`?
//~^ error: `#[resource]` has no key `desc`
//~^ token: desc
//~^ help: did you mean `description`?
fn short() {}

#[prompt(read_only, titel = "Prompt")]
//~^ error: `#[prompt]` has no key `read_only`
//~^ token: read_only
//~^ error: `#[prompt]` has no key `titel`
//~^ token: titel
//~^ help: did you mean `title`?
fn prompt() -> String {
    String::new()
}

#[tool]
fn argument(#[arg(defualt = 3, descripton = "number")] number: u8) -> u8 {
    //~^ error: `#[arg]` has no key `defualt`
    //~^ token: defualt
    //~^ help: did you mean `default`? the keys are `default`, `description`, `alias`, `header` and `secret`
    //~^ error: `#[arg]` has no key `descripton`
    //~^ token: descripton
    number
}
