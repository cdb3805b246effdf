//! The names an expansion may use: `::lmcp::__private`, and spans that mark tokens as ours.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

/// Where lmcp is: `::lmcp`, or what `crate = path` says.
pub(crate) struct Paths(TokenStream);

impl Paths {
    pub(crate) fn new(root: Option<syn::Path>) -> Self {
        Paths(match root {
            Some(path) => quote!(#path::__private),
            None => quote!(::lmcp::__private),
        })
    }

    /// `::lmcp::__private`, shown at `span` when something is wrong there.
    pub(crate) fn at(&self, span: Span) -> TokenStream {
        respanned(self.0.clone(), span)
    }
}

impl ToTokens for Paths {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

/// A span that points at the user's code but belongs to the expansion: lints leave it alone.
pub(crate) fn ours(span: Span) -> Span {
    Span::call_site().located_at(span)
}

/// Where these tokens begin and end. `Spanned` knows only the beginning, on a stable compiler.
pub(crate) fn ends(tokens: &impl ToTokens) -> (Span, Span) {
    let mut spans = tokens.to_token_stream().into_iter().map(|token| match token {
        TokenTree::Group(group) => (group.span_open(), group.span_close()),
        other => (other.span(), other.span()),
    });
    let Some((first, mut last)) = spans.next() else { return (Span::call_site(), Span::call_site()) };
    for (_, end) in spans {
        last = end;
    }
    (first, last)
}

/// `&name`, shown from the first to the last token of what it stands for.
pub(crate) fn spread(name: &str, (first, last): (Span, Span)) -> TokenStream {
    let borrow = quote_spanned!(ours(first)=> &);
    let name = Ident::new(name, ours(last));
    quote!(#borrow #name)
}

fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => {
                let mut group = Group::new(group.delimiter(), respanned(group.stream(), span));
                group.set_span(span);
                TokenTree::Group(group)
            }
            mut other => {
                other.set_span(span);
                other
            }
        })
        .collect()
}
