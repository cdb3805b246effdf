use lmcp::{Context, State, resource};

#[resource("notes://<id>")]
fn note(ctx: &Context, id: u64, part: Option<String>, State(db): State<u8>) -> String {
    //~^ error: `part` is no segment of the URI
    //~^ token: part
    //~^ help: write `<part>` as a segment (it has `<id>`), or take the parameter away
    let _ = (ctx, part, db);
    id.to_string()
}

#[resource("notes://newest")]
fn newest(#[arg(description = "whose")] user: lmcp::Json<u8>) -> u8 {
    //~^ error: `user` is no segment of the URI
    user.0
}

#[resource("notes://all")]
fn all(limit: usize) -> String {
    //~^ error: `limit` is no segment of the URI
    //~^ token: limit
    //~^ help: it has none
    limit.to_string()
}
