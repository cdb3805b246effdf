//! `#[resource]`: model to tokens.

use crate::model::{Model, Resource};
use crate::parts::Duty;
use crate::shim::{self, Target};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

/// The entry and its shim.
pub(crate) fn expand(model: &Model, resource: &Resource) -> TokenStream {
    let paths = &model.paths;
    let name = |text| Ident::new(text, Span::call_site());
    let shim = shim::expand(
        model,
        &Target {
            result: quote!(std::vec::Vec<#paths::ResourceContents>),
            kind: Some((name("JsonResource"), name("resource_kind"))),
            output: name("resource_output"),
            duty: Some(Duty { verdict: "in_resource", part: "resource_part" }),
            describes_output: true,
        },
    );
    let item = shim::expand_item(model);
    let uri = &resource.uri;
    let option = |value: Option<TokenStream>| match value {
        Some(value) => quote!(#paths::core::option::Option::Some(#value)),
        None => quote!(#paths::core::option::Option::None),
    };
    let mime = option(resource.mime.as_ref().map(|mime| quote!(#mime)));
    let size = option(resource.size.map(|size| quote!(#size)));
    quote! {
        #shim
        static __LMCP_ENTRY: #paths::ResourceEntry = #paths::ResourceEntry {
            item: #item,
            uri: #uri,
            package: #paths::core::env!("CARGO_PKG_NAME"),
            mime: #mime,
            size: #size,
            shim: __lmcp_shim,
        };
    }
}
