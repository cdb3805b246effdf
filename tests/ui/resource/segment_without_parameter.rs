use lmcp::resource;

#[resource("notes://<id>/<part>")]
//~^ error: template names `<id>` but `fn note` has no parameter `id`
//~^ token: "notes://<id>/<part>"
//~^ help: add `id: String`, or rename the segment
fn note(part: String) -> String {
    part
}

#[resource("notes://<user_id>")]
//~^ error: template names `<user_id>` but `fn user` has no parameter `user_id`
//~^ help: did you mean `<userid>`?
//~^ help: add `user_id: String`, or rename the segment
fn user(userid: lmcp::Json<u8>) -> u8 {
    userid.0
}
