//! The driver: attribute and signature, model, check, expand; and what is emitted when something is wrong.

use crate::errors::Errors;
use crate::model::{Attr, Kind, Model};
use crate::paths::{Paths, ours};
use crate::signature::Source;
use crate::{check, form, keys, prompt, resource, tool};
use proc_macro2::{TokenStream, TokenTree};
use quote::{format_ident, quote};

/// What `#[tool(arguments)] item` becomes.
///
/// The user's function comes first, whatever is wrong with the attribute, so that nothing else in the program fails
/// for want of it.
pub(crate) fn expand(attr: Attr, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let (common, kind) = keys::read(attr, arguments, &mut errors);
    let mut source: Source = match syn::parse2(item.clone()) {
        Ok(source) => source,
        Err(error) => {
            match what_else(&item) {
                Some((token, what)) => {
                    let name = attr.name();
                    errors.add(&token, format!("`#[{name}]` goes above a function, and this is {what}"), write(attr));
                }
                None => errors.push(error),
            }
            let errors = errors.to_compile_errors();
            return quote!(#item #errors);
        }
    };
    let function = source.read(attr, &mut errors);
    form::check(attr, &source, &mut errors);
    if let Some(kind) = kind {
        let mut common = common;
        let model = Model { paths: Paths::new(common.root.take()), common, kind, function };
        check::check(attr, &model, &mut errors);
        if errors.is_empty() {
            let entry = expand_entry(&model);
            return quote!(#source #entry);
        }
    }
    let errors = errors.to_compile_errors();
    quote!(#source #errors)
}

fn expand_entry(model: &Model) -> TokenStream {
    let (kind, entry) = match &model.kind {
        Kind::Tool(tool) => ("Tool", tool::expand(model, tool)),
        Kind::Resource(resource) => ("Resource", resource::expand(model, resource)),
        Kind::Prompt => ("Prompt", prompt::expand(model)),
    };
    let (paths, carried) = (&model.paths, &model.function.carried);
    // No other function in its scope is called so; behind an underscore nobody asks whether it is used.
    let holder = format_ident!("__Lmcp{}_{}", kind, model.function.ident, span = ours(model.function.ident.span()));
    quote! {
        #paths::move_the_function_out_of_the_impl! {
            #(#carried)*
            #holder
            #entry
            #paths::inventory::submit! { &__LMCP_ENTRY }
        }
    }
}

fn write(attr: Attr) -> &'static str {
    match attr {
        Attr::Tool => "put it above a `fn`: its parameters are the tool's arguments",
        Attr::Resource => "put it above a `fn` that gives the contents",
        Attr::Prompt => "put it above a `fn` that gives the messages",
    }
}

/// The keyword of an item that is no function, and what it is.
fn what_else(item: &TokenStream) -> Option<(TokenTree, &'static str)> {
    for token in item.clone() {
        let what = match &token {
            TokenTree::Ident(ident) if ident == "fn" => return None,
            TokenTree::Ident(ident) => match &*ident.to_string() {
                "struct" => "a struct",
                "enum" => "an enum",
                "union" => "a union",
                "trait" => "a trait",
                "impl" => "an `impl`: put it on one of its functions, moved out of it",
                "mod" => "a module: put it on each of its functions",
                "use" => "an import: put it where the function is defined",
                "type" => "a type",
                "static" => "a static",
                "extern" => "an `extern` item",
                // `const fn` would have parsed.
                "const" => "a constant",
                _ => continue,
            },
            _ => continue,
        };
        return Some((token, what));
    }
    None
}
