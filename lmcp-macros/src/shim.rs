//! The shim all kinds have: one function that says what the user's function takes and gives, and runs it.
//!
//! Each of the user's types is named once, where its trait is asked for, and the tokens there point at the type: one
//! mistake is one error on the token to edit.

use crate::model::{Default, Function, Model, Param, Period, Rate, Role, Text};
use crate::parts::{self, Duty};
use crate::paths::{Paths, ends, ours, spread};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::visit_mut::VisitMut;
use syn::{Ident, Lifetime, LitStr, PathArguments, Type, TypeReference};

/// What differs between tools, resources and prompts.
pub(crate) struct Target {
    /// What a shim gives: `ToolResult`.
    pub(crate) result: TokenStream,
    /// The trait and the method that tell a value's kind.
    pub(crate) kind: Option<(Ident, Ident)>,
    /// The function that bounds the return type.
    pub(crate) output: Ident,
    /// What the parts of a value of no kind of its own have to do.
    pub(crate) duty: Option<Duty>,
    /// Whether the description has an output.
    pub(crate) describes_output: bool,
}

/// `fn __lmcp_shim` and the functions beside it.
pub(crate) fn expand(model: &Model, target: &Target) -> TokenStream {
    let paths = &model.paths;
    let Function { params, .. } = &model.function;
    let defaults = params.iter().enumerate().map(|(index, param)| expand_default(paths, index, param));
    let completers = params.iter().enumerate().map(|(index, param)| expand_completer(paths, index, param));
    let witnesses = params.iter().enumerate().map(|(index, param)| expand_witness(paths, index, param));
    let specs = params.iter().enumerate().map(|(index, param)| expand_spec(paths, index, param));
    let takes = params.iter().enumerate().map(|(index, param)| expand_take(paths, index, param));
    let output = expand_output(model, target);
    let describe =
        target.describes_output.then(|| quote!(__lmcp_output.describe(__lmcp_description, __lmcp_value.nullable());));
    let forms = model.common.forms.iter().map(|ty| quote!(__lmcp_description.form::<#ty>();));
    let result = &target.result;
    let imports = target.kind.iter().map(|(import, _)| import);
    let taken: Vec<Ident> = (0..params.len()).map(taken).collect();
    let run = expand_run(model, &taken);
    let outcome = quote! {{
        let mut __lmcp_problems = __lmcp_call.problems();
        #(#takes)*
        match (#(#taken,)*) {
            (#(#paths::core::option::Option::Some(#taken),)*) if __lmcp_problems.is_empty() => #run,
            _ => #paths::core::result::Result::Err(__lmcp_problems.reject()),
        }
    }};
    let is_plain = !model.function.is_async && model.common.blocking.is_none();
    let step = if !is_plain {
        // What is wrong with the future (it cannot move between threads) is shown at the function's name.
        let at = ours(model.function.ident.span());
        let there = paths.at(at);
        let running = quote_spanned!(at=> #there::std::boxed::Box::pin(async move #outcome));
        quote!(#paths::Step::Running(#running))
    } else {
        quote!(#paths::Step::Done(#outcome))
    };
    quote! {
        #(#defaults)*
        #(#completers)*
        fn __lmcp_shim<'__lmcp>(__lmcp_op: #paths::Op<'__lmcp>) -> #paths::Step<'__lmcp, #paths::#result> {
            use #paths::{
                ByInto as _, ByRef as _, NoJson as _, OtherArgs as _, OtherPart as _, PlainReturn as _, PlainValue as _ #(, #imports as _)*
            };
            #(#witnesses)*
            #output
            match __lmcp_op {
                #paths::Op::Describe(__lmcp_description) => {
                    #(#specs)*
                    #(#forms)*
                    #describe
                    __lmcp_description.is_plain = #is_plain;
                    #paths::Step::Described
                }
                #paths::Op::Call(__lmcp_call) => #step,
            }
        }
    }
}

fn witness(index: usize) -> Ident {
    format_ident!("__lmcp_p{index}")
}

fn taken(index: usize) -> Ident {
    format_ident!("__lmcp_{index}")
}

fn default_fn(index: usize) -> Ident {
    format_ident!("__lmcp_default_{index}")
}

fn completer_fn(index: usize) -> Ident {
    format_ident!("__lmcp_complete_{index}")
}

fn expand_witness(paths: &Paths, index: usize, param: &Param) -> TokenStream {
    let (witness, ty) = (witness(index), &param.ty);
    // Only the context can be borrowed, under whatever name; anything else is one error, not one per missing trait.
    let of = match crate::signature::ungrouped(ty) {
        Type::Reference(_) => quote!(borrowed),
        Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Args") => {
            // What its inner type lacks is shown there.
            let inner = match path.path.segments.last().map(|last| &last.arguments) {
                Some(PathArguments::AngleBracketed(inner)) if !inner.args.is_empty() => ends(&inner.args),
                _ => ends(ty),
            };
            let probe = spread("__lmcp_args", inner);
            return quote! {
                let #witness = {
                    let __lmcp_args = #paths::ArgsProbe::<#ty>::new();
                    __lmcp_args.kind().param(#probe)
                };
            };
        }
        // Anything else may be a type of the user's own that only holds what is in its brackets.
        _ if param.role == Role::Argument => {
            let duty = Duty { verdict: "in_argument", part: "argument_part" };
            if let Some(parts) = parts::expand(paths, &duty, ty) {
                return quote! {
                    let #witness = {
                        let __lmcp_whole = #paths::Part::<#ty>::new().is_parameter();
                        __lmcp_whole.blame(#parts).param::<#ty>()
                    };
                };
            }
            quote!(of)
        }
        _ => quote!(of),
    };
    quote!(let #witness = #paths::Param::#of::<#ty>();)
}

fn expand_spec(paths: &Paths, index: usize, param: &Param) -> TokenStream {
    let witness = witness(index);
    let name = param.wire_name().unwrap_or_default();
    let description = param.description.as_ref().map(|text| {
        let text = expand_text(paths, text);
        quote!(.description(#text))
    });
    let default = param.arg.default.as_ref().map(|_| {
        let default = default_fn(index);
        quote!(.default((&#paths::DefaultOf(#default())).json()))
    });
    let aliases = (!param.arg.aliases.is_empty()).then(|| {
        let aliases = &param.arg.aliases;
        quote!(.aliases(&[#(#aliases),*]))
    });
    let complete = param.arg.complete.as_ref().map(|_| {
        let complete = completer_fn(index);
        quote!(.complete(#complete))
    });
    let header = param.arg.header.as_ref().map(|header| quote!(.header(#header)));
    let secret = param.arg.secret.then(|| quote!(.secret()));
    quote!(__lmcp_description.param(#witness.spec(#name) #description #default #aliases #complete #header #secret);)
}

fn expand_take(paths: &Paths, index: usize, param: &Param) -> TokenStream {
    let (witness, taken) = (witness(index), taken(index));
    let default = match &param.arg.default {
        Some(_) => {
            let default = default_fn(index);
            quote!(#paths::core::option::Option::Some(#default))
        }
        None => quote!(#paths::core::option::Option::None),
    };
    quote!(let #taken = #witness.take(__lmcp_call, #index, #default, &mut __lmcp_problems);)
}

/// A function with the parameter's type, so that a default of another type is an error at the default.
fn expand_default(paths: &Paths, index: usize, param: &Param) -> Option<TokenStream> {
    let (key, default) = param.arg.default.as_ref()?;
    let name = default_fn(index);
    let mut ty = param.ty.clone();
    Static.visit_type_mut(&mut ty);
    let value = match default {
        Default::OfType => {
            let at = ours(key.span());
            let there = paths.at(at);
            quote_spanned!(at=> #there::core::default::Default::default())
        }
        Default::Text(text) => {
            let at = ours(text.span());
            let there = paths.at(at);
            quote_spanned!(at=> #there::DefaultText::default_text(#text))
        }
        Default::Expr(expr) => expr.to_token_stream(),
    };
    Some(quote!(fn #name() -> #ty { #value }))
}

/// Lifetimes left to the compiler become `'static`: nothing else can come out of a function that takes nothing.
struct Static;

impl VisitMut for Static {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = Lifetime::new("'static", lifetime.span());
        }
    }
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime.get_or_insert_with(|| Lifetime::new("'static", Span::call_site()));
        syn::visit_mut::visit_type_reference_mut(self, reference);
    }
}

fn expand_completer(paths: &Paths, index: usize, param: &Param) -> Option<TokenStream> {
    let (_, path) = param.arg.complete.as_ref()?;
    let name = completer_fn(index);
    let kinds = ["first", "second"].map(|which| {
        let which = Ident::new(which, Span::call_site());
        let taken = spread("__lmcp_taken", ends(path));
        quote! {
            let __lmcp_taken = __lmcp_completing.#which;
            #paths::behind(__lmcp_taken.kind(), #taken);
        }
    });
    Some(quote! {
        fn #name<'__lmcp>(
            __lmcp_call: &'__lmcp #paths::Call<'__lmcp>,
            __lmcp_prefix: #paths::std::string::String,
        ) -> #paths::BoxFuture<'__lmcp, #paths::core::result::Result<#paths::Completions, #paths::Error>> {
            use #paths::NoArgument as _;
            let __lmcp_completing = #paths::complete(#path, __lmcp_call, __lmcp_prefix);
            #(#kinds)*
            __lmcp_completing.suggested
        }
    })
}

/// Takes the return type apart, and bounds its parts.
fn expand_output(model: &Model, target: &Target) -> TokenStream {
    let paths = &model.paths;
    let output = &model.function.output;
    let ty: &Type = &output.ty;
    let value = spread("__lmcp_some", output.value);
    let error = spread("__lmcp_error", output.error);
    let (kind, arguments) = match &target.kind {
        // The kind comes first: as soon as the compiler meets the value, it looks for its trait.
        Some((_, method)) => (Some(quote!(let __lmcp_kind = __lmcp_some.#method();)), quote!(__lmcp_kind, #value)),
        None => (None, value),
    };
    let bound = &target.output;
    let parts = target.duty.as_ref().and_then(|duty| {
        let verdict = Ident::new(duty.verdict, Span::call_site());
        let parts = parts::expand(paths, duty, &output.some)?;
        Some((
            quote!(let __lmcp_whole = #paths::Judge::judge(&__lmcp_kind, __lmcp_some.whole().#verdict());),
            quote!(__lmcp_whole.blame(#parts).),
        ))
    });
    let (whole, by) = match parts {
        Some((whole, by)) => (Some(whole), by),
        None => (None, quote!(#paths::)),
    };
    quote! {
        let __lmcp_return = #paths::Return::<#ty>::new();
        let __lmcp_value = __lmcp_return.value();
        let __lmcp_some = __lmcp_value.some();
        #kind
        #whole
        let __lmcp_output = #by #bound(#arguments);
        let __lmcp_error = __lmcp_return.error();
        let __lmcp_via = (&__lmcp_error).via();
        let __lmcp_failure = #paths::failure(#error, __lmcp_via);
    }
}

/// Calls the function and makes an outcome of what it gives.
fn expand_run(model: &Model, taken: &[Ident]) -> TokenStream {
    let Model { paths, function, common, .. } = model;
    let ident = &function.ident;
    let wait = function.is_async.then(|| quote!(.await));
    let outcome = quote! {
        match __lmcp_return.split(#ident(#(#taken),*) #wait) {
            #paths::core::result::Result::Ok(__lmcp_ok) => __lmcp_output.finish(__lmcp_value.open(__lmcp_ok)),
            #paths::core::result::Result::Err(__lmcp_err) => {
                #paths::core::result::Result::Err(__lmcp_failure.reject(__lmcp_err))
            }
        }
    };
    if common.blocking.is_none() {
        return outcome;
    }
    // The outcome is made over there, so that what the function gives need not move between threads.
    let at = ours(ident.span());
    let there = paths.at(at);
    quote_spanned!(at=> #there::blocking(move || { #outcome }).await)
}

/// The fields of `Item`.
pub(crate) fn expand_item(model: &Model) -> TokenStream {
    let Model { paths, common, function, .. } = model;
    let none = quote!(#paths::core::option::Option::None);
    let some = |value: TokenStream| quote!(#paths::core::option::Option::Some(#value));
    let option = |value: Option<TokenStream>| value.map_or_else(|| none.clone(), some);
    let name = match &common.name {
        Some(name) => name.to_token_stream(),
        None => function.name.to_token_stream(),
    };
    let title = option(common.title.as_ref().map(ToTokens::to_token_stream));
    let description = match &common.description {
        Some(text) => text.to_token_stream(),
        None => expand_text(paths, &function.description),
    };
    let icons = option((!common.icons.is_empty()).then(|| {
        let icons = common.icons.iter().map(|icon| {
            let src = &icon.src;
            let mime = icon.mime.iter();
            let sizes = icon.sizes.iter();
            let theme = icon.theme.iter();
            quote!(#paths::Icon::new(#src) #(.mime(#mime))* #(.size(#sizes))* #(.theme(#theme))*)
        });
        quote!(|| #paths::std::vec![#(#icons),*])
    }));
    let meta = option(common.meta.as_ref().map(|meta| quote!(|| #paths::meta(#meta))));
    let tags: &[LitStr] = &common.tags;
    let timeout = common.timeout.as_ref().map(|(_, millis)| quote!(#paths::core::time::Duration::from_millis(#millis)));
    let timeout = option(timeout);
    let scopes: &[LitStr] = &common.scopes;
    let rate = option(common.rate.as_ref().map(|Rate { calls, per, burst }| {
        let per = Ident::new(
            match per {
                Period::Second => "per_second",
                Period::Minute => "per_minute",
                Period::Hour => "per_hour",
            },
            Span::call_site(),
        );
        let burst = burst.iter();
        quote!(#paths::Rate::#per(#calls) #(.burst(#burst))*)
    }));
    let concurrency = option(common.concurrency.map(|number| quote!(#number)));
    let (ident, function) = (&function.ident, &function.name);
    quote! {
        #paths::Item {
            name: #name,
            title: #title,
            description: #description,
            icons: #icons,
            meta: #meta,
            tags: &[#(#tags),*],
            scopes: &[#(#scopes),*],
            rate: #rate,
            timeout: #timeout,
            concurrency: #concurrency,
            source: #paths::Source {
                file: #paths::core::file!(),
                line: #paths::core::line!(),
                function: #function,
            },
            item: || #paths::type_id_of(&#ident),
        }
    }
}

fn expand_text(paths: &Paths, text: &Text) -> TokenStream {
    match &*text.0 {
        [] => quote!(""),
        [only] => only.clone(),
        parts => quote!(#paths::core::concat!(#(#parts),*)),
    }
}
