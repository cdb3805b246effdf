use lmcp::resource;

#[resource("")]
//~^ error: the URI is empty
//~^ token: ""
fn empty() {}

#[resource("/notes")]
//~^ error: "/notes" begins with a `/`
//~^ help: write "notes", to which the package's name is the scheme
fn absolute() {}

#[resource("://notes")]
//~^ error: "://notes" has no scheme before its `://`
//~^ help: write one, as in `notes://notes`
fn no_scheme() {}

#[resource("1a://notes")]
//~^ error: "1a" is not a scheme
//~^ help: write a letter, then letters, digits, `+`, `-` or `.`
fn bad_scheme() {}

#[resource("notes://{id}")]
//~^ error: `{` captures nothing in "notes://{id}"
//~^ help: write `<id>` for a segment, `<path..>` for the rest
fn braces(id: String) -> String {
    id
}

#[resource("notes://my notes")]
//~^ error: ' ' cannot stand in a URI
//~^ help: write `%20`
fn space() {}

#[resource("notes://<id>.txt")]
//~^ error: `<id>.txt` mixes a capture with other text
//~^ help: a capture is a whole segment
fn mixed() {}

#[resource("notes://<id")]
//~^ error: the `<` in `<id` is not closed
fn open() {}

#[resource("notes://id>")]
//~^ error: the `>` in `id>` closes nothing
fn close() {}

#[resource("notes://<>/<..>")]
//~^ error: `<>` has no name
//~^ help: write one, as in `<id>`
//~^ error: `<..>` has no name
//~^ help: write one, as in `<path..>`
fn nameless() {}

#[resource("notes://<the-id>")]
//~^ error: `<the-id>` does not hold an identifier
//~^ help: the parameter's name
fn not_a_name() {}

#[resource("notes://<path..>/end")]
//~^ error: `<path..>` takes the rest of the URI, but more follows
//~^ help: write it last
fn rest_first(path: String) -> String {
    path
}

#[resource("notes://<id>/<id>")]
//~^ error: two segments are called `<id>`
//~^ help: give each a name of its own
fn twice(id: String) -> String {
    id
}

#[resource("notes://all?page=<page>")]
//~^ error: a query cannot capture, as in "?page=<page>"
//~^ help: move the `<...>` before the `?` or `#`
fn query() {}

#[resource("notes://100%")]
//~^ error: `100%` has a `%` without two hex digits
//~^ help: write `%25` for a percent sign
fn percent() {}

#[resource("notes://%ff")]
//~^ error: `%ff` does not decode to UTF-8
fn utf8() {}
