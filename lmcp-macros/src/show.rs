//! Tokens as a person writes them, for messages: `Option<Vec<u8>>`, not `Option < Vec < u8 > >`.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;

/// A type or a pattern, in words.
pub(crate) fn show(tokens: &impl ToTokens) -> String {
    let mut shown = String::new();
    write(tokens.to_token_stream(), &mut shown);
    shown
}

fn write(tokens: TokenStream, shown: &mut String) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => (" { ", " }"),
                    Delimiter::None => ("", ""),
                };
                let last =
                    shown.rsplit(|c: char| !c.is_alphanumeric() && c != '_' && c != '\'').next().unwrap_or_default();
                if ["mut", "const"].contains(&last) || last.starts_with('\'') {
                    shown.push(' ');
                }
                shown.push_str(open);
                write(group.stream(), shown);
                shown.push_str(close);
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                mark @ (',' | ';') => shown.extend([mark, ' ']),
                '+' => shown.push_str(" + "),
                '=' => shown.push_str(" = "),
                mark => {
                    if mark == '\'' {
                        space(shown);
                    }
                    shown.push(mark);
                }
            },
            word => {
                space(shown);
                shown.push_str(&word.to_string());
            }
        }
    }
}

/// Two words stand apart.
fn space(shown: &mut String) {
    if shown.ends_with(|last: char| last.is_alphanumeric() || last == '_') {
        shown.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::show;
    use syn::{Type, parse_quote};

    #[test]
    fn types_look_as_written() {
        let types: [(Type, &str); 5] = [
            (parse_quote!(Option<Vec<u8>>), "Option<Vec<u8>>"),
            (parse_quote!(&'static mut [u8]), "&'static mut [u8]"),
            (parse_quote!(HashMap<String, std::io::Error>), "HashMap<String, std::io::Error>"),
            (parse_quote!((u8, dyn Send + Sync)), "(u8, dyn Send + Sync)"),
            (parse_quote!([u8; 4]), "[u8; 4]"),
        ];
        for (ty, text) in types {
            assert_eq!(show(&ty), text);
        }
    }
}
