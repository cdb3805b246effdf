use lmcp::resource;

#[resource]
//~^ error: `#[resource]` needs a URI
//~^ token: #[resource]
//~^ help: write `#[resource("users://<id>/profile")]`
fn none() {}

#[resource(mime = "text/plain")]
//~^ error: `#[resource]` needs a URI
fn only_keys() {}

#[resource(uri = "a://b")]
//~^ error: `#[resource]` needs a URI
//~^ error: `#[resource]` has no key `uri`
//~^ token: uri
fn as_a_key() {}

const URI: &str = "a://b";

#[resource(URI)]
//~^ error: `#[resource]` needs a URI
//~^ error: `#[resource]` has no key `URI`
//~^ token: URI
fn constant() -> &'static str {
    URI
}

#[resource(concat!("a://", "b"))]
//~^ error: the URI of `#[resource]` is a string literal
//~^ token: concat!("a://", "b")
fn macro_call() {}
