//! Everything wrong with one use of an attribute, collected so that all of it is reported at once.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use std::fmt::Display;

/// The mistakes found so far.
#[derive(Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    /// Adds a mistake on these tokens: what is wrong, then what to write.
    pub(crate) fn add(&mut self, tokens: &impl ToTokens, wrong: impl Display, write: impl Display) {
        self.0.push(syn::Error::new_spanned(tokens, text(wrong, write)));
    }

    /// Adds a mistake at a place that has no tokens of its own.
    pub(crate) fn add_at(&mut self, span: Span, wrong: impl Display, write: impl Display) {
        self.0.push(syn::Error::new(span, text(wrong, write)));
    }

    /// Adds what syn says.
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    /// There is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One `compile_error!` each.
    pub(crate) fn to_compile_errors(&self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }
}

fn text(wrong: impl Display, write: impl Display) -> String {
    format!("{wrong}\nhelp: {write}")
}
