//! The attribute macros of [lmcp](https://docs.rs/lmcp); use them through that crate, where they are described.
//!
//! An attribute goes through four stages: attribute (`args`, `keys`) and signature (`signature`, `docs`, `template`),
//! model, check, expand (`tool`, `resource`, `prompt`, with the `shim` they share).

// rustdoc puts what is said here behind the page that `lmcp` has for each attribute: so nothing is.
#![allow(missing_docs)]

mod expand;
mod args;
mod keys;
mod guard;
mod signature;
mod form;
mod docs;
mod template;
mod model;
mod check;
mod tool;
mod resource;
mod prompt;
mod shim;
mod errors;
mod nearest;
mod show;
mod parts;
mod paths;

use model::Attr;
use proc_macro::TokenStream;

#[proc_macro_attribute]
pub fn tool(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(Attr::Tool, arguments.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn resource(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(Attr::Resource, arguments.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn prompt(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(Attr::Prompt, arguments.into(), item.into()).into()
}
