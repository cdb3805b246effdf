//! A function's tokens taken apart: what is emitted again, and what the model says of it.

use crate::docs;
use crate::errors::Errors;
use crate::keys;
use crate::model::{Arg, Attr, Function, Output, Param, Role, Text};
use crate::paths::ends;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::visit_mut::VisitMut;
use syn::{
    Attribute, FnArg, GenericArgument, GenericParam, Generics, Ident, Lifetime, Meta, MetaList, Pat, PatType,
    PathArguments, ReturnType, Signature, Token, Type, TypePath, Visibility, parse_quote,
};

/// A function as the user wrote it; the body stays tokens.
pub(crate) struct Source {
    attrs: Vec<Attribute>,
    vis: Visibility,
    pub(crate) sig: Signature,
    body: TokenStream,
}

impl Parse for Source {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Source {
            attrs: input.call(Attribute::parse_outer)?,
            vis: input.parse()?,
            sig: input.parse()?,
            body: input.parse()?,
        })
    }
}

impl ToTokens for Source {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.attrs.iter().map(ToTokens::to_token_stream));
        self.vis.to_tokens(tokens);
        self.sig.to_tokens(tokens);
        tokens.extend(self.body.clone());
    }
}

/// The name without `r#`.
pub(crate) fn plain(ident: &Ident) -> String {
    ident.unraw().to_string()
}

impl Source {
    /// There is a body: this is no declaration in a trait or an `extern` block.
    pub(crate) fn has_body(&self) -> bool {
        matches!(self.body.clone().into_iter().next(), Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace)
    }

    /// Reads the function and takes off what stands on its parameters for us.
    pub(crate) fn read(&mut self, kind: Attr, errors: &mut Errors) -> Function {
        let lifetimes = Lifetimes::of(&self.sig.generics);
        let doc = docs::read(&self.attrs);
        // Below `#[tool]` there may be a `#[resource]`, which needs what stands on the parameters too.
        let is_last = !self.attrs.iter().any(is_ours);
        let mut params = Vec::new();
        for input in &mut self.sig.inputs {
            if let FnArg::Typed(param) = input {
                params.push(read_param(param, kind, &lifetimes, errors));
                refuse_rules(param, kind, errors);
                if is_last {
                    param.attrs.retain(|attr| !attr.path().is_ident("doc") && !attr.path().is_ident("arg"));
                }
            }
        }
        let description = doc.into_parts(&mut params, errors);
        let ty = match &self.sig.output {
            ReturnType::Default => parse_quote!(()),
            ReturnType::Type(_, ty) => lifetimes.elide(ty),
        };
        Function {
            ident: self.sig.ident.clone(),
            name: plain(&self.sig.ident),
            is_async: self.sig.asyncness.is_some(),
            carried: carried(&self.attrs),
            description,
            params,
            output: match &self.sig.output {
                ReturnType::Default => {
                    let at = (self.sig.ident.span(), self.sig.ident.span());
                    Output { some: ty.clone(), ty, value: at, error: at }
                }
                ReturnType::Type(..) => read_output(ty),
            },
        }
    }
}

/// What has to stand on the generated code too: conditions, and the levels of lints on the user's types in it.
fn carried(attrs: &[Attribute]) -> Vec<Attribute> {
    let metas = attrs.iter().filter_map(|attr| carried_meta(&attr.meta));
    metas.map(|meta| parse_quote!(#[#meta])).collect()
}

fn carried_meta(meta: &Meta) -> Option<Meta> {
    let path = meta.path();
    match meta {
        Meta::List(_) if path.is_ident("cfg") || path.is_ident("allow") => Some(meta.clone()),
        // What is expected of the function need not happen again in what is generated for it.
        Meta::List(MetaList { tokens, .. }) if path.is_ident("expect") => Some(parse_quote!(allow(#tokens))),
        _ if path.is_ident("deprecated") => Some(parse_quote!(allow(deprecated))),
        Meta::List(list) if path.is_ident("cfg_attr") => {
            let metas = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
            let mut metas = metas.into_iter();
            let condition = metas.next()?;
            let carried: Vec<Meta> = metas.filter_map(|meta| carried_meta(&meta)).collect();
            (!carried.is_empty()).then(|| parse_quote!(cfg_attr(#condition, #(#carried),*)))
        }
        _ => None,
    }
}

/// Another of the three attributes.
fn is_ours(attr: &Attribute) -> bool {
    let last = attr.path().segments.last();
    last.is_some_and(|last| ["tool", "resource", "prompt"].iter().any(|name| last.ident == name))
}

/// Takes off what derives read on the fields of a struct, and what means nothing here.
fn refuse_rules(param: &mut PatType, kind: Attr, errors: &mut Errors) {
    const DERIVES: [&str; 4] = ["schemars", "serde", "validate", "garde"];
    param.attrs.retain(|attr| {
        let Some(name) = DERIVES.into_iter().find(|name| attr.path().is_ident(name)) else { return true };
        let wrong = format!("`#[{name}(...)]` stands on the fields of a struct, not on a parameter");
        match name {
            "serde" if kind != Attr::Resource => {
                let write = "`#[arg(...)]` has `default` and `alias`; for all else";
                errors.add(attr, wrong, format!("{write}, {}", keys::AS_STRUCT));
            }
            _ if kind != Attr::Resource => errors.add(attr, wrong, keys::AS_STRUCT),
            _ => errors.add(attr, wrong, "take a type that allows no more, or check it in the function"),
        }
        false
    });
}

fn read_param(param: &PatType, kind: Attr, lifetimes: &Lifetimes, errors: &mut Errors) -> Param {
    let mut arg = Arg::default();
    for attr in param.attrs.iter().filter(|attr| attr.path().is_ident("arg")) {
        keys::read_arg(kind, attr.clone(), &mut arg, errors);
    }
    let doc = docs::read(&param.attrs).into_text();
    if let (Some(_), Some(again)) = (&doc, &arg.description) {
        errors.add(again, "the parameter is described twice", "keep `description = \"...\"` or the doc comment");
    }
    for attr in param.attrs.iter().filter(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr")) {
        errors.add(attr, "a parameter cannot depend on a condition", "put `#[cfg(...)]` on two functions");
    }
    let role = match role(&param.ty) {
        // Whatever the type is called, it says itself that it is an argument.
        Role::Unknown if arg.attribute.is_some() => Role::Argument,
        role => role,
    };
    let description = arg.description.as_ref().map(|text| Text(vec![text.to_token_stream()]));
    let mut bound = Bound(Vec::new());
    bound.visit_pat(&param.pat);
    Param {
        name: match &*param.pat {
            Pat::Ident(pat) if pat.subpat.is_none() => Some(pat.ident.clone()),
            _ => None,
        },
        bound: bound.0,
        ty: lifetimes.elide(&param.ty),
        description: description.or(doc),
        arg,
        role,
    }
}

/// What the spelling of a type tells about its role.
pub(crate) fn role(ty: &Type) -> Role {
    match ungrouped(ty) {
        Type::Reference(reference) => match role(&reference.elem) {
            Role::Context => Role::Context,
            _ => Role::Unknown,
        },
        Type::Path(path) if path.qself.is_none() => match path.path.segments.last() {
            Some(last) if last.ident == "Context" && last.arguments.is_none() => Role::Context,
            Some(last) if last.ident == "State" && !last.arguments.is_none() => Role::State,
            Some(last) if last.ident == "Args" && !last.arguments.is_none() => Role::Args,
            _ if is_argument(path) => Role::Argument,
            _ => Role::Unknown,
        },
        Type::Tuple(_) | Type::Array(_) => Role::Argument,
        _ => Role::Unknown,
    }
}

/// Well-known types that can be nothing but arguments, and that nobody calls something else.
pub(crate) fn is_argument(path: &TypePath) -> bool {
    const NAMES: [&str; 36] = [
        "String",
        "bool",
        "char",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "f32",
        "f64",
        "Option",
        "Vec",
        "VecDeque",
        "HashMap",
        "BTreeMap",
        "HashSet",
        "BTreeSet",
        "Box",
        "Cow",
        "PathBuf",
        "Uuid",
        "Url",
        "IpAddr",
        "Ipv4Addr",
        "Ipv6Addr",
        "SocketAddr",
        "Duration",
        "SystemTime",
        "NaiveDate",
    ];
    path.path.segments.last().is_some_and(|last| NAMES.iter().any(|name| last.ident == name))
}

/// Where to show a mistake in what is inside `Ok` and `Some`, and in what is inside `Err`.
fn read_output(ty: Type) -> Output {
    let inside = |ty: &Type, name: &str| -> Vec<Type> {
        let Type::Path(path) = ungrouped(ty) else { return Vec::new() };
        let Some(last) = path.path.segments.last() else { return Vec::new() };
        let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Vec::new() };
        let types = arguments.args.iter().filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty.clone()),
            _ => None,
        });
        if last.ident == name { types.collect() } else { Vec::new() }
    };
    let result = inside(&ty, "Result");
    let ok = result.first().unwrap_or(&ty);
    let option = inside(ok, "Option");
    let value = option.first().unwrap_or(ok);
    let error = result.get(1).unwrap_or(&ty);
    Output { some: value.clone(), value: ends(value), error: ends(error), ty }
}

/// The type inside the invisible parentheses that `macro_rules!` puts around its fragments.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        _ => ty,
    }
}

/// The names a pattern binds.
struct Bound(Vec<Ident>);

impl<'ast> Visit<'ast> for Bound {
    fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
        self.0.push(pat.ident.clone());
        syn::visit::visit_pat_ident(self, pat);
    }
}

/// The function's own lifetimes, which mean nothing outside it.
struct Lifetimes(Vec<Ident>);

impl Lifetimes {
    fn of(generics: &Generics) -> Self {
        Lifetimes(
            generics
                .params
                .iter()
                .filter_map(|param| match param {
                    GenericParam::Lifetime(param) => Some(param.lifetime.ident.clone()),
                    _ => None,
                })
                .collect(),
        )
    }

    fn elide(&self, ty: &Type) -> Type {
        let mut ty = ty.clone();
        Elide(&self.0).visit_type_mut(&mut ty);
        ty
    }
}

/// Replaces these lifetimes by `'_`.
struct Elide<'a>(&'a [Ident]);

impl VisitMut for Elide<'_> {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if self.0.contains(&lifetime.ident) {
            *lifetime = Lifetime::new("'_", lifetime.span());
        }
    }
}
