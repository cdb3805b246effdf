//! Rules that need more than one part: names, what the attribute says and what the function has.

use crate::errors::Errors;
use crate::model::{Attr, Function, Kind, Model, Param, Resource, Role};
use crate::nearest::{listed, nearest};
use crate::show::show;
use crate::signature::{plain, ungrouped};
use std::collections::HashSet;
use syn::{LitStr, Type};

/// Once attribute and signature are understood: whether they fit.
pub(crate) fn check(attr: Attr, model: &Model, errors: &mut Errors) {
    let function = &model.function;
    check_name(attr, model, errors);
    if let Some(blocking) = &model.common.blocking {
        check_blocking(blocking, function, errors);
    } else if let Some((timeout, _)) = &model.common.timeout
        && !function.is_async
    {
        errors.add(
            timeout,
            "a plain `fn` cannot be stopped, so a time limit would do nothing",
            "write `blocking` beside `timeout`, or make the function `async` if it awaits what takes long",
        );
    }
    for param in &function.params {
        check_arg(attr, param, errors);
    }
    check_names(&function.params, errors);
    check_whole(&function.params, errors);
    if let Kind::Resource(Resource { uri, template, .. }) = &model.kind {
        check_resource_arguments(function, errors);
        if let Some(template) = template {
            check_segments(uri, &template.names, function, errors);
        }
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
        return;
    }
    for param in &function.params {
        let is_shared = matches!(ungrouped(&param.ty), Type::Reference(reference) if reference.mutability.is_none());
        if param.role == Role::Context && is_shared {
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
    if let Some(header) = &arg.header {
        if attr != Attr::Tool {
            errors.add(header, "only the arguments of a tool are repeated in a header", "leave `header` out");
        } else if !is_token(&header.value()) {
            errors.add(
                header,
                format!("{:?} cannot be part of a header's name", header.value()),
                "write letters, digits and `-`: `header = \"Region\"` is the header `Mcp-Param-Region`",
            );
        }
    }
    if attr == Attr::Resource {
        for alias in &arg.aliases {
            errors.add(alias, "a segment has one name", "leave `alias` out");
        }
    }
}

/// RFC 9110, `token`.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
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
        if param.name.is_none() && param.role == Role::Argument {
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

fn check_resource_arguments(function: &Function, errors: &mut Errors) {
    for param in function.params.iter().filter(|param| param.role == Role::Args) {
        errors.add(
            &param.ty,
            "the arguments of a resource are the segments of its URI, one parameter each",
            "write a parameter for each segment instead of `Args`",
        );
    }
}

/// Each segment is a parameter, each argument a segment.
fn check_segments(uri: &LitStr, segments: &[String], function: &Function, errors: &mut Errors) {
    let Function { name: fn_name, params, .. } = function;
    let names: Vec<String> = params.iter().filter_map(Param::wire_name).collect();
    for segment in segments {
        match params.iter().find(|param| param.wire_name().as_ref() == Some(segment)) {
            None => {
                let near = nearest(segment, names.iter().map(String::as_str));
                let near = near.map(|near| format!("did you mean `<{near}>`? ")).unwrap_or_default();
                errors.add(
                    uri,
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
    // A type that is not well known may be something lmcp fills in, under another name: the server looks at start.
    for param in params.iter().filter(|param| param.role == Role::Argument) {
        let Some(name) = &param.name else { continue };
        let wire = plain(name);
        if !segments.contains(&wire) {
            let has = match segments {
                [] => "it has none".to_owned(),
                names => {
                    format!("it has {}", listed(&names.iter().map(|name| format!("<{name}>")).collect::<Vec<_>>()))
                }
            };
            errors.add(
                name,
                format!("`{wire}` is no segment of the URI"),
                format!("write `<{wire}>` as a segment ({has}), or take the parameter away"),
            );
        }
    }
}
