use lmcp::resource;

#[resource]
//~^ error: `#[resource]` needs a URI
//~^ token: #[resource]
//~^ help: write `#[resource("users://<id>/profile")]`
fn none() {}

#[resource(mime = "text/plain")]
//~^ error: `#[resource]` needs a URI
fn only_keys() {}

#[resource(blocking)]
//~^ error: `#[resource]` needs a URI
fn only_a_flag() {}

#[resource(uri = "a://b", mime = "text/plain")]
//~^ error: the URI of `#[resource]` comes first, without a key
//~^ token: uri
fn as_a_key() {}

const URI: &str = "a://b";

#[resource(URI)]
//~^ error: the URI of `#[resource]` is a string literal
//~^ token: URI
fn constant() -> &'static str {
    URI
}

#[resource(concat!("a://", "b"))]
//~^ error: the URI of `#[resource]` is a string literal
//~^ token: concat!("a://", "b")
fn macro_call() {}
