#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(missing_docs, warnings, unused, nonstandard_style, rust_2018_idioms, rust_2024_compatibility)]
#![deny(unused_qualifications, unreachable_pub, unused_results, let_underscore_drop, missing_debug_implementations)]
#![deny(unused_lifetimes, single_use_lifetimes, unused_import_braces, trivial_casts, trivial_numeric_casts)]
#![deny(absolute_paths_not_starting_with_crate, keyword_idents, meta_variable_misuse, non_ascii_idents)]
#![deny(unit_bindings, variant_size_differences, redundant_lifetimes, ambiguous_negative_literals, macro_use_extern_crate)]
//! The names of an expansion do not depend on what is in scope.

mod lmcp {}
mod core {}
mod std {}

/// Not a result.
pub type Result<T> = ::core::option::Option<T>;
/// Not an option.
#[derive(Debug)]
pub struct Option;
/// Not a variant.
#[derive(Debug)]
pub struct Some;
/// Not a variant.
#[derive(Debug)]
pub struct None;
/// Not a string.
#[derive(Debug)]
pub struct String;
/// Not a box.
#[derive(Debug)]
pub struct Box;
/// Not a list.
#[derive(Debug)]
pub struct Vec;
/// Not a conversion.
pub trait Into {}
/// Not a default.
pub trait Default {}

/// Add.
#[::lmcp::tool(
    title = "Add",
    icon("https://example.com/i.png", mime = "image/png", size = "48x48", size = "any", theme = "dark"),
    meta = 7,
    tags("a", "b"),
    scopes("files:read", "files:write"),
    rate = "10/s burst 20",
    concurrency = 4,
    alias("plus"),
    read_only,
    destructive = false,
    idempotent = true,
    open_world
)]
fn add(
    /** left */ a: i64,
    #[arg(default = 3, description = "right", alias = "c")] b: u8,
    d: ::std::option::Option<::std::string::String>,
    #[arg(default = "x")] e: ::std::string::String,
    #[arg(default)] f: u8,
) -> i64 {
    ::core::mem::drop((d, e, f));
    a + ::core::convert::Into::<i64>::into(b)
}

/// x
#[::lmcp::tool(timeout = "30s")]
async fn bye(_context: &::lmcp::Context) {}

/// A fixed one.
#[::lmcp::resource("about", mime = "text/plain", size = 5, scopes = "a", rate = "1/m")]
fn about() -> &'static str {
    "about"
}

/// A template.
#[::lmcp::resource("users://<id>/files/<path..>")]
fn file(id: u64, #[arg(complete = complete)] path: ::std::path::PathBuf) -> Result<::std::vec::Vec<u8>> {
    ::core::mem::drop((id, path));
    ::core::option::Option::None
}

fn complete(prefix: ::std::string::String) -> ::std::vec::Vec<::std::string::String> {
    ::std::vec![prefix]
}

/// A prompt.
#[::lmcp::prompt(blocking, scopes("a"), rate = "1/h")]
fn review(#[arg(complete = complete)] code: ::std::string::String) -> ::std::string::String {
    code
}
