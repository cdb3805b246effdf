//! Rules that need more than one part: the function's form, its parameters, and what the attribute says of them.

use crate::errors::Errors;
use crate::model::{Attr, Function, Kind, Model, Param, Resource, Role};
use crate::nearest::{listed, nearest};
use crate::show::show;
use crate::signature::{Source, ungrouped};
use std::collections::HashSet;
use syn::visit::Visit;
use syn::{FnArg, GenericParam, LitStr, Pat, ReturnType, Signature, Type, TypeReference};

/// Whether a function of this form can be called by the server at all.
pub(crate) fn check_signature(attr: Attr, source: &Source, errors: &mut Errors) {
    let sig = &source.sig;
    let name = attr.name();
    if !source.has_body() {
        errors.add(&sig.ident, format!("`#[{name}]` needs a function with a body"), "put it above the function itself");
    }
    if let Some(receiver) = sig.receiver() {
        errors.add(
            receiver,
            format!("a {name} is a free function: it has no `self`"),
            "move it out of the `impl`, and take the value as a parameter `State<T>`",
        );
    }
    check_qualifiers(name, sig, errors);
    for param in &sig.generics.params {
        let what = match param {
            GenericParam::Lifetime(_) => continue,
            GenericParam::Type(param) => param.ident.to_string(),
            GenericParam::Const(param) => param.ident.to_string(),
        };
        errors.add(
            param,
            format!("a {name} cannot be generic: nobody says what `{what}` is when it is called"),
            format!("write a type instead of `{what}`, and one function for each type"),
        );
    }
    for input in &sig.inputs {
        if let FnArg::Typed(input) = input {
            check_type(&input.pat, &input.ty, errors);
        }
    }
    if let ReturnType::Type(_, ty) = &sig.output {
        check_return(name, ty, errors);
    }
}

fn check_qualifiers(name: &str, sig: &Signature, errors: &mut Errors) {
    if let syn::Safety::Unsafe(token) = &sig.safety {
        errors.add(
            token,
            format!("a {name} cannot be `unsafe`: it is called with whatever a client sends"),
            "make it safe, with the `unsafe` block and its checks inside",
        );
    }
    if let Some(abi) = &sig.abi {
        errors.add(abi, format!("a {name} is an ordinary Rust function"), "leave the `extern` out");
    }
    if let Some(variadic) = &sig.variadic {
        errors.add(variadic, format!("a {name} has named arguments"), "take a `Vec<T>`");
    }
}

/// Refuses the types that can never be parameters, with what to write instead.
fn check_type(pat: &Pat, ty: &Type, errors: &mut Errors) {
    let name = show(pat);
    match ungrouped(ty) {
        Type::Reference(reference) => check_reference(ty, reference, errors),
        Type::ImplTrait(_) => errors.add(
            ty,
            "a parameter needs a type of its own, not `impl Trait`",
            format!("write a type that implements it, as in `{name}: String`"),
        ),
        Type::TraitObject(_) | Type::Slice(_) => {
            errors.add(ty, format!("`{}` has no size", show(ty)), "write a type that can be passed by value");
        }
        Type::Infer(_) => {}
        Type::Ptr(_) => errors.add(ty, "a pointer cannot come over the wire", "take the value itself"),
        Type::FnPtr(_) => errors.add(ty, "a function cannot come over the wire", "take data, such as an enum"),
        _ => {}
    }
}

fn check_reference(ty: &Type, reference: &TypeReference, errors: &mut Errors) {
    let inside = ungrouped(&reference.elem);
    let shown = show(ty);
    let wrong = format!("a parameter cannot borrow: `{shown}`");
    let is_named = |name: &str| {
        matches!(inside, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
    };
    if reference.mutability.is_some() {
        let owned = show(inside);
        if is_named("Context") {
            errors.add(ty, "the context is shared, not mutable", "write `&Context`");
        } else {
            errors.add(ty, wrong, format!("write `{owned}`, and `mut` before the name to change it"));
        }
        return;
    }
    match inside {
        Type::Slice(slice) => errors.add(ty, wrong, format!("write `Vec<{}>`", show(&slice.elem))),
        Type::TraitObject(_) | Type::ImplTrait(_) => {
            errors.add(ty, wrong, format!("write `State<std::sync::Arc<{}>>`, or a type", show(inside)));
        }
        _ if is_named("str") => errors.add(ty, wrong, "write `String`"),
        _ if is_named("Path") => errors.add(ty, wrong, "write `std::path::PathBuf`"),
        _ if is_named("State") || is_named("Args") => {
            errors.add(ty, wrong, format!("write `{}`, by value", show(inside)));
        }
        Type::Array(_) | Type::Tuple(_) | Type::Reference(_) => {
            errors.add(ty, wrong, format!("write `{}`", show(inside)));
        }
        Type::Path(path) if crate::signature::is_argument(path) => {
            errors.add(ty, wrong, format!("write `{}`", show(inside)));
        }
        // `&Context` under another name, perhaps: the types decide.
        _ => {}
    }
}

fn check_return(name: &str, ty: &Type, errors: &mut Errors) {
    struct Hidden<'a>(&'a str, &'a mut Errors);
    impl<'ast> Visit<'ast> for Hidden<'_> {
        fn visit_type_impl_trait(&mut self, ty: &'ast syn::TypeImplTrait) {
            self.1.add(
                ty,
                format!("a {} cannot return `impl Trait`: its result is decided by its type", self.0),
                "write the type itself",
            );
        }
        fn visit_type_reference(&mut self, ty: &'ast TypeReference) {
            if ty.lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static") {
                let owned = match ungrouped(&ty.elem) {
                    Type::Slice(slice) => format!("Vec<{}>", show(&slice.elem)),
                    Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
                    other => show(other),
                };
                self.1.add(
                    ty,
                    format!("a {} cannot return what it borrowed", self.0),
                    format!("write `{owned}`"),
                );
            }
        }
        // What a function type or a trait's bounds borrow is not what the function returns.
        fn visit_type_fn_ptr(&mut self, _: &'ast syn::TypeFnPtr) {}
        fn visit_type_trait_object(&mut self, _: &'ast syn::TypeTraitObject) {}
    }
    if let Type::Never(_) = ungrouped(ty) {
        errors.add(ty, format!("a {name} has to return: a client waits for its result"), "write what it returns");
    }
    Hidden(name, errors).visit_type(ty);
}

/// Everything else, once attribute and signature are understood.
pub(crate) fn check_model(attr: Attr, model: &Model, errors: &mut Errors) {
    let function = &model.function;
    check_name(attr, model, errors);
    if let Some(blocking) = &model.common.blocking {
        check_blocking(blocking, function, errors);
    }
    for param in &function.params {
        check_arg(attr, param, errors);
    }
    check_names(&function.params, errors);
    check_whole(&function.params, errors);
    if let Kind::Resource(resource) = &model.kind {
        check_segments(resource, function, errors);
    }
}

fn check_name(attr: Attr, model: &Model, errors: &mut Errors) {
    if attr != Attr::Tool {
        return;
    }
    const WRITE: &str = "1 to 128 letters, digits, `_`, `-` or `.`";
    match &model.common.name {
        Some(name) if !is_tool_name(&name.value()) => {
            errors.add(name, format!("{:?} is no name of a tool", name.value()), format!("write {WRITE}"));
        }
        None if !is_tool_name(&model.function.name) => errors.add(
            &model.function.ident,
            format!("`{}` is no name of a tool", model.function.name),
            format!("give it one with `#[tool(name = \"...\")]`: {WRITE}"),
        ),
        _ => {}
    }
    if let Kind::Tool(tool) = &model.kind {
        let mut seen = HashSet::from([wire_name(model)]);
        for alias in &tool.aliases {
            if !is_tool_name(&alias.value()) {
                errors.add(alias, format!("{:?} is no name of a tool", alias.value()), format!("write {WRITE}"));
            } else if !seen.insert(alias.value()) {
                errors.add(alias, format!("the tool is called {:?} already", alias.value()), "leave this alias out");
            }
        }
    }
}

/// The name of the whole thing on the wire.
pub(crate) fn wire_name(model: &Model) -> String {
    model.common.name.as_ref().map_or_else(|| model.function.name.clone(), LitStr::value)
}

fn is_tool_name(name: &str) -> bool {
    (1..=128).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

fn check_blocking(blocking: &syn::Ident, function: &Function, errors: &mut Errors) {
    if function.is_async {
        errors.add(
            blocking,
            "`blocking` is for functions that wait without `await`, and this one is `async`",
            "leave `blocking` out, or take `async` off the function",
        );
    }
    for param in &function.params {
        if param.role == Role::Context && matches!(ungrouped(&param.ty), Type::Reference(_)) {
            errors.add(
                &param.ty,
                "a `blocking` function runs on a thread of its own, where it cannot borrow the context",
                "take `Context` by value",
            );
        }
    }
}

/// What `#[arg(...)]` may say here.
fn check_arg(attr: Attr, param: &Param, errors: &mut Errors) {
    let arg = &param.arg;
    let Some(attribute) = &arg.attribute else { return };
    if param.role.is_injected() {
        let what = match param.role {
            Role::Args => "the fields of `Args` are the arguments",
            _ => "this parameter is no argument: lmcp fills it in",
        };
        let write = match param.role {
            Role::Args => "put `#[serde(...)]` and doc comments on the fields instead",
            _ => "take `#[arg]` off",
        };
        errors.add(attribute, format!("`#[arg]` has no place here, as {what}"), write);
        return;
    }
    if let Some((key, _)) = &arg.default {
        if attr == Attr::Resource {
            errors.add(key, "a segment of a URI always has a value", "leave `default` out");
        } else if is_option(&param.ty) {
            errors.add(
                key,
                "an `Option` is `None` when it is left out; it has no other default",
                "leave `default` out, or write the type without `Option`",
            );
        }
    }
    if let Some((key, _)) = &arg.complete
        && attr == Attr::Tool
    {
        errors.add(
            key,
            "the arguments of a tool cannot be completed: the protocol does it for prompts and resources",
            "leave `complete` out; an enum tells the model what can be chosen",
        );
    }
    if attr == Attr::Resource {
        for alias in &arg.aliases {
            errors.add(alias, "a segment has one name", "leave `alias` out");
        }
    }
}

fn is_option(ty: &Type) -> bool {
    matches!(ungrouped(ty), Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Option"))
}

/// Each name once, and a name for each argument.
fn check_names(params: &[Param], errors: &mut Errors) {
    let mut names: HashSet<String> = params.iter().filter_map(Param::wire_name).collect();
    for param in params {
        for alias in &param.arg.aliases {
            if !names.insert(alias.value()) {
                errors.add(alias, format!("there is an argument {:?} already", alias.value()), "leave this alias out");
            }
        }
        if param.name.is_none() && (param.role == Role::Argument || param.arg.attribute.is_some()) {
            errors.add(
                &param.ty,
                "an argument needs a name, which a pattern does not give",
                format!("write `name: {}`, and take it apart in the body", show(&param.ty)),
            );
        }
    }
}

/// `Args<T>` stands alone.
fn check_whole(params: &[Param], errors: &mut Errors) {
    let mut whole = params.iter().filter(|param| param.role == Role::Args);
    let Some(first) = whole.next() else { return };
    for again in whole {
        errors.add(&again.ty, "there is one `Args` already", "put all fields into one struct");
    }
    for param in params.iter().filter(|param| param.role == Role::Argument) {
        let name = param.wire_name().unwrap_or_default();
        errors.add(
            &param.ty,
            format!("`{}` takes all arguments, so that none is left for `{name}`", show(&first.ty)),
            format!("make `{name}` a field of the struct"),
        );
    }
}

/// Each segment is a parameter, each argument a segment.
fn check_segments(resource: &Resource, function: &Function, errors: &mut Errors) {
    let Function { name: fn_name, params, .. } = function;
    let names: Vec<String> = params.iter().filter_map(Param::wire_name).collect();
    for segment in &resource.template.names {
        match params.iter().find(|param| param.wire_name().as_ref() == Some(segment)) {
            None => {
                let near = nearest(segment, names.iter().map(String::as_str));
                let near = near.map(|near| format!("did you mean `<{near}>`? ")).unwrap_or_default();
                errors.add(
                    &resource.uri,
                    format!("template names `<{segment}>` but `fn {fn_name}` has no parameter `{segment}`"),
                    format!("{near}add `{segment}: String`, or rename the segment"),
                );
            }
            Some(param) if param.role.is_injected() => errors.add(
                &param.ty,
                format!("the segment `<{segment}>` gives a text, and `{}` is filled in by lmcp", show(&param.ty)),
                format!("write `{segment}: String`, or rename the segment"),
            ),
            Some(_) => {}
        }
    }
    for param in params {
        let Some(name) = &param.name else { continue };
        let wire = crate::signature::plain(name);
        if param.role == Role::Args {
            errors.add(
                &param.ty,
                "the arguments of a resource are the segments of its URI, one parameter each",
                "write a parameter for each segment instead of `Args`",
            );
        } else if param.role == Role::Argument && !resource.template.names.contains(&wire) {
            let segments = match &*resource.template.names {
                [] => "it has none".to_owned(),
                names => format!("it has {}", listed(&names.iter().map(|n| format!("<{n}>")).collect::<Vec<_>>())),
            };
            errors.add(
                name,
                format!("`{wire}` is no segment of the URI"),
                format!("write `<{wire}>` as a segment ({segments}), or take the parameter away"),
            );
        }
    }
}
