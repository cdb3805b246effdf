//! `#[tool]`: model to tokens.

use crate::model::{Model, Tool};
use crate::parts::Duty;
use crate::shim::{self, Target};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

/// The entry and its shim.
pub(crate) fn expand(model: &Model, tool: &Tool) -> TokenStream {
    let paths = &model.paths;
    let name = |text| Ident::new(text, Span::call_site());
    let shim = shim::expand(
        model,
        &Target {
            result: quote!(ToolResult),
            kind: Some((name("JsonTool"), name("tool_kind"))),
            output: name("tool_output"),
            duty: Some(Duty { verdict: "in_tool", part: "tool_part" }),
            describes_output: true,
        },
    );
    let item = shim::expand_item(model);
    let aliases = &tool.aliases;
    let hint = |hint: Option<bool>| match hint {
        Some(value) => quote!(#paths::core::option::Option::Some(#value)),
        None => quote!(#paths::core::option::Option::None),
    };
    let read_only = hint(tool.read_only);
    let destructive = hint(tool.destructive);
    let idempotent = hint(tool.idempotent);
    let open_world = hint(tool.open_world);
    let schema = match &tool.schema {
        Some(name) => quote!(#paths::core::option::Option::Some(#name)),
        None => quote!(#paths::core::option::Option::None),
    };
    let (strict, unenforced) = (tool.strict, tool.unenforced);
    quote! {
        #shim
        static __LMCP_ENTRY: #paths::ToolEntry = #paths::ToolEntry {
            item: #item,
            aliases: &[#(#aliases),*],
            hints: #paths::ToolHints {
                read_only: #read_only,
                destructive: #destructive,
                idempotent: #idempotent,
                open_world: #open_world,
            },
            schema: #schema,
            strict: #strict,
            unenforced: #unenforced,
            shim: __lmcp_shim,
        };
    }
}
