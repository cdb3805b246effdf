//! What stands in an attribute's parentheses: `key`, `key = value` and `key(...)`, and the readings of a value.
//!
//! Which keys an attribute has is not known here; see `keys.rs`.

use crate::errors::Errors;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, ExprLit, Ident, Lit, LitStr, Path, Token, Type, parenthesized};

/// `key`, `key = value` or `key(...)`.
pub(crate) struct Entry {
    pub(crate) key: Ident,
    pub(crate) given: Given,
}

/// What stands behind a key.
pub(crate) enum Given {
    Nothing,
    Value(Expr),
    List(Vec<Item>),
}

/// What stands in a key's parentheses.
pub(crate) enum Item {
    Value(Expr),
    Named(Ident, Expr),
    /// A type that cannot be read as an expression, as `Vec<u8>`.
    Type(Type),
}

/// Reads an attribute's arguments; what cannot be read is an error and left out.
///
/// With `leading`, something that is not one of these keys may come first: a resource's URI.
pub(crate) fn parse(tokens: TokenStream, leading: Option<&[&str]>, errors: &mut Errors) -> (Option<Expr>, Vec<Entry>) {
    let mut first = None;
    let mut entries = Vec::new();
    let mut failed = false;
    let read = |input: ParseStream<'_>| {
        let is_first = leading.is_some_and(|keys| !begins_with_key(&input.fork(), keys));
        if is_first {
            match input.parse().and_then(|expr| Ok((expr, end(input)?))) {
                Ok((expr, ())) => first = Some(expr),
                Err(error) => {
                    errors.push(error);
                    failed = true;
                    skip_to_comma(input)?;
                }
            }
            input.parse::<Option<Token![,]>>()?;
        }
        while !input.is_empty() {
            match entry(input).and_then(|entry| Ok((entry, end(input)?))) {
                Ok((entry, ())) => entries.push(entry),
                Err(error) => {
                    errors.push(error);
                    failed = true;
                    skip_to_comma(input)?;
                }
            }
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    };
    let result = read.parse2(tokens);
    // What was left unread behind a mistake is not another one.
    if let Err(error) = result
        && !failed
    {
        errors.push(error);
    }
    (first, entries)
}

fn end(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) { Ok(()) } else { Err(input.error("expected `,` before this")) }
}

/// `key =`, `key(` or a known key alone.
fn begins_with_key(input: ParseStream<'_>, keys: &[&str]) -> bool {
    let Ok(key) = input.call(Ident::parse_any) else { return input.is_empty() };
    let is_alone = input.is_empty() || input.peek(Token![,]);
    input.peek(Token![=]) || input.peek(syn::token::Paren) || is_alone && keys.iter().any(|known| key == known)
}

fn entry(input: ParseStream<'_>) -> syn::Result<Entry> {
    if !input.peek(Ident::peek_any) {
        return Err(input.error("expected a key, as in `name = \"...\"`"));
    }
    let key = input.call(Ident::parse_any)?;
    let given = if input.parse::<Option<Token![=]>>()?.is_some() {
        if input.is_empty() || input.peek(Token![,]) {
            return Err(syn::Error::new(key.span(), format!("`{key} =` has no value\nhelp: write one behind the `=`")));
        }
        Given::Value(input.parse().map_err(|error| {
            syn::Error::new(error.span(), format!("the value of `{key}` is no expression: {error}"))
        })?)
    } else if input.peek(syn::token::Paren) {
        let content;
        parenthesized!(content in input);
        Given::List(content.parse_terminated(item, Token![,])?.into_iter().collect())
    } else {
        Given::Nothing
    };
    Ok(Entry { key, given })
}

fn item(input: ParseStream<'_>) -> syn::Result<Item> {
    if input.peek(Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
        let name = input.call(Ident::parse_any)?;
        input.parse::<Token![=]>()?;
        Ok(Item::Named(name, input.parse()?))
    } else {
        let fork = input.fork();
        match fork.parse::<Expr>().and_then(|expr| Ok((expr, end(&fork)?))) {
            Ok((expr, ())) => {
                input.advance_to(&fork);
                Ok(Item::Value(expr))
            }
            Err(error) => {
                let fork = input.fork();
                match fork.parse::<Type>().and_then(|ty| Ok((ty, end(&fork)?))) {
                    Ok((ty, ())) => {
                        input.advance_to(&fork);
                        Ok(Item::Type(ty))
                    }
                    Err(_) => Err(error),
                }
            }
        }
    }
}

fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}

impl Entry {
    /// The key, without `r#`.
    pub(crate) fn name(&self) -> String {
        self.key.unraw().to_string()
    }

    /// `key`, `key = true` or `key = false`.
    pub(crate) fn flag(&self, errors: &mut Errors) -> Option<bool> {
        let key = &self.key;
        match &self.given {
            Given::Nothing => return Some(true),
            Given::Value(expr) => {
                if let Some(Lit::Bool(value)) = literal(expr) {
                    return Some(value.value);
                }
                errors.add(expr, format!("`{key}` is on or off"), format!("write `{key}` or `{key} = false`"));
            }
            Given::List(_) => {
                errors.add(key, format!("`{key}` is on or off"), format!("write `{key}` or `{key} = false`"));
            }
        }
        None
    }

    /// `key = "..."`, not empty.
    pub(crate) fn text(&self, errors: &mut Errors) -> Option<LitStr> {
        match &self.given {
            Given::Value(expr) => text(&self.key, expr, errors),
            _ => {
                let key = &self.key;
                errors.add(key, format!("`{key}` needs a text"), format!("write `{key} = \"...\"`"));
                None
            }
        }
    }

    /// `key("...", "...")`, or `key = "..."` for one.
    pub(crate) fn texts(&self, errors: &mut Errors) -> Vec<LitStr> {
        let key = &self.key;
        match &self.given {
            Given::List(items) if !items.is_empty() => items
                .iter()
                .filter_map(|item| match item {
                    Item::Value(expr) => text(key, expr, errors),
                    Item::Named(name, _) => {
                        errors.add(
                            name,
                            format!("`{key}` holds texts, not keys"),
                            format!("write `{key}(\"...\", \"...\")`"),
                        );
                        None
                    }
                    Item::Type(ty) => {
                        errors.add(
                            ty,
                            format!("`{key}` holds texts, not types"),
                            format!("write `{key}(\"...\", \"...\")`"),
                        );
                        None
                    }
                })
                .collect(),
            Given::Value(expr) if matches!(ungrouped(expr), Expr::Array(_) | Expr::Tuple(_) | Expr::Reference(_)) => {
                errors.add(
                    expr,
                    format!("several texts of `{key}` stand in parentheses"),
                    format!("write `{key}(\"...\", \"...\")`"),
                );
                Vec::new()
            }
            Given::Value(expr) => text(key, expr, errors).into_iter().collect(),
            _ => {
                errors.add(key, format!("`{key}` needs a text"), format!("write `{key}(\"...\")`"));
                Vec::new()
            }
        }
    }

    /// `key(Type, Type)`.
    pub(crate) fn types(&self, errors: &mut Errors) -> Vec<Type> {
        let key = &self.key;
        let write = format!("write `{key}(Login)`, with the types that `ctx.elicit` asks for");
        let Given::List(items) = &self.given else {
            errors.add(key, format!("`{key}` holds types"), write);
            return Vec::new();
        };
        if items.is_empty() {
            errors.add(key, format!("`{key}` holds types"), &*write);
        }
        let ty = |item: &Item| match item {
            Item::Type(ty) => Some(ty.clone()),
            Item::Value(expr) => match syn::parse2(expr.to_token_stream()) {
                Ok(ty) => Some(ty),
                Err(_) => {
                    errors.add(expr, format!("`{key}` holds types, and this is none"), &*write);
                    None
                }
            },
            Item::Named(name, _) => {
                errors.add(name, format!("`{key}` holds types, not keys"), &*write);
                None
            }
        };
        items.iter().filter_map(ty).collect()
    }

    /// `key = 7`, at least `least`.
    pub(crate) fn number(&self, least: u64, errors: &mut Errors) -> Option<u64> {
        let key = &self.key;
        let write = format!("write a number from {least} on, as in `{key} = 4`");
        let Given::Value(expr) = &self.given else {
            errors.add(key, format!("`{key}` needs a number"), write);
            return None;
        };
        match literal(expr) {
            Some(Lit::Int(int)) => match int.base10_parse::<u64>() {
                Ok(number) if number >= least => Some(number),
                Ok(number) => {
                    errors.add(expr, format!("`{key}` cannot be {number}"), write);
                    None
                }
                Err(_) => {
                    errors.add(expr, format!("`{key}` cannot be `{int}`"), write);
                    None
                }
            },
            _ => {
                errors.add(expr, format!("`{key}` is a number"), write);
                None
            }
        }
    }

    /// `key = path`.
    pub(crate) fn path(&self, what: &str, errors: &mut Errors) -> Option<Path> {
        let key = &self.key;
        match &self.given {
            Given::Value(expr) => match ungrouped(expr) {
                Expr::Path(path) if path.qself.is_none() && path.attrs.is_empty() => return Some(path.path.clone()),
                _ => errors.add(expr, format!("`{key}` names {what}"), format!("write its path, as in `{key} = name`")),
            },
            _ => errors.add(key, format!("`{key}` names {what}"), format!("write its path, as in `{key} = name`")),
        }
        None
    }

    /// `key = anything`.
    pub(crate) fn expr(&self, errors: &mut Errors) -> Option<Expr> {
        let key = &self.key;
        match &self.given {
            Given::Value(expr) => Some(expr.clone()),
            _ => {
                errors.add(key, format!("`{key}` needs a value"), format!("write `{key} = expression`"));
                None
            }
        }
    }
}

/// A string literal that is not empty.
pub(crate) fn text(key: &Ident, expr: &Expr, errors: &mut Errors) -> Option<LitStr> {
    match literal(expr) {
        Some(Lit::Str(text)) if !text.value().trim().is_empty() => Some(text.clone()),
        Some(Lit::Str(_)) => {
            errors.add(expr, format!("`{key}` is empty"), format!("write a text, or leave `{key}` out"));
            None
        }
        _ => {
            errors.add(expr, format!("`{key}` is a string literal"), format!("write `{key} = \"...\"`"));
            None
        }
    }
}

/// The literal an expression is, if it is one.
pub(crate) fn literal(expr: &Expr) -> Option<&Lit> {
    match ungrouped(expr) {
        Expr::Lit(ExprLit { lit, attrs }) if attrs.is_empty() => Some(lit),
        _ => None,
    }
}

/// The expression inside the invisible parentheses that `macro_rules!` puts around its fragments.
pub(crate) fn ungrouped(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => ungrouped(&group.expr),
        _ => expr,
    }
}

/// Sets what may be given once.
pub(crate) fn once<T>(slot: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *slot = value;
    }
}

/// Nothing to point at but the attribute itself.
pub(crate) fn attribute_span() -> Span {
    Span::call_site()
}
