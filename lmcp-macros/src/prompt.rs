//! `#[prompt]`: model to tokens.

use crate::model::Model;
use crate::shim::{self, Target};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

/// The entry and its shim.
pub(crate) fn expand(model: &Model) -> TokenStream {
    let paths = &model.paths;
    let shim = shim::expand(
        model,
        &Target {
            result: quote!(PromptResult),
            kind: None,
            duty: None,
            output: Ident::new("prompt_output", Span::call_site()),
            describes_output: false,
        },
    );
    let item = shim::expand_item(model);
    quote! {
        #shim
        static __LMCP_ENTRY: #paths::PromptEntry = #paths::PromptEntry { item: #item, shim: __lmcp_shim };
    }
}
