//! The types that a list, a map or a tuple is made of, as far as they are seen: one that lacks a derive is told of itself.

use crate::paths::{Paths, ends, spread};
use crate::signature::{is_argument, ungrouped};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{GenericArgument, Ident, PathArguments, Type};

/// What the parts of a type have to do: the method that tells whether they do, and the one that asks for it.
pub(crate) struct Duty {
    pub(crate) verdict: &'static str,
    pub(crate) part: &'static str,
}

/// The verdict on the parts of `ty`, with an error on each that is to blame for the verdict `__lmcp_whole`; none where no
/// parts are seen that could be.
pub(crate) fn expand(paths: &Paths, duty: &Duty, ty: &Type) -> Option<TokenStream> {
    expand_parts(paths, duty, parts(ty, true))
}

fn expand_parts(paths: &Paths, duty: &Duty, parts: Vec<&Type>) -> Option<TokenStream> {
    let verdicts: Vec<TokenStream> = parts.into_iter().filter_map(|part| expand_part(paths, duty, part)).collect();
    (!verdicts.is_empty()).then(|| quote!(#paths::Fine #(.and(#verdicts))*))
}

fn expand_part(paths: &Paths, duty: &Duty, ty: &Type) -> Option<TokenStream> {
    if is_known(ty) {
        return None;
    }
    let parts = expand_parts(paths, duty, parts(ty, false)).unwrap_or_else(|| quote!(#paths::Fine));
    let [verdict, part] = [duty.verdict, duty.part].map(|name| Ident::new(name, Span::call_site()));
    let probe = spread("__lmcp_part", ends(ty));
    Some(quote!({
        let __lmcp_part = #paths::Part::<#ty>::new();
        let __lmcp_parts = #parts;
        let __lmcp_verdict = __lmcp_part.#verdict();
        __lmcp_whole.blame(__lmcp_parts.excuse(__lmcp_verdict)).#part(#probe);
        __lmcp_verdict.passed_on()
    }))
}

/// What stands in a type whose rules are known: each of its parts has to do what the whole does. `Json<T>` is for a whole.
fn parts(ty: &Type, is_whole: bool) -> Vec<&Type> {
    match ungrouped(ty) {
        Type::Tuple(tuple) => tuple.elems.iter().collect(),
        Type::Array(array) => vec![&array.elem],
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return Vec::new() };
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Vec::new() };
            let count = match &*last.ident.to_string() {
                "HashMap" | "BTreeMap" => 2,
                "Json" if is_whole => 1,
                "Option" | "Vec" | "VecDeque" | "HashSet" | "BTreeSet" | "Box" => 1,
                _ => 0,
            };
            let types = arguments.args.iter().filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            });
            types.take(count).collect()
        }
        _ => Vec::new(),
    }
}

/// A type that lacks nothing.
fn is_known(ty: &Type) -> bool {
    matches!(ungrouped(ty), Type::Path(path)
        if is_argument(path) && path.path.segments.last().is_some_and(|last| last.arguments.is_none()))
}
