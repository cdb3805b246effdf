use lmcp::resource;

#[resource("notes://<id>/<page>")]
fn note(#[arg(alias = "name")] id: String, #[arg(default = 1)] page: u32) -> String {
    //~^ error: a segment has one name
    //~^ token: "name"
    //~^ help: leave `alias` out
    //~^ error: a segment of a URI always has a value
    //~^ token: default
    //~^ help: leave `default` out
    format!("{id}{page}")
}
