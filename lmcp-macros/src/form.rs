//! Whether a function of this form can be called by the server at all: its qualifiers, the spelling of its types.

use crate::errors::Errors;
use crate::model::{Attr, Role};
use crate::show::show;
use crate::signature::{Source, is_argument, role, ungrouped};
use syn::visit::Visit;
use syn::{FnArg, GenericParam, Pat, ReturnType, Signature, Type, TypeReference};

/// Whether a function of this form can be called by the server at all.
pub(crate) fn check(attr: Attr, source: &Source, errors: &mut Errors) {
    let sig = &source.sig;
    let name = attr.name();
    if !source.has_body() {
        errors.add(&sig.ident, format!("`#[{name}]` needs a function with a body"), "put it above the function itself");
    }
    if let Some(receiver) = sig.receiver() {
        errors.add(
            receiver,
            format!("a {name} is a free function: it has no `self`"),
            "move it out of the `impl`, and take the value as a parameter, as `State<T>`",
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
    SelfType(name, errors).visit_signature(sig);
}

/// Finds `Self`, which only a function of an `impl` can name.
struct SelfType<'a>(&'a str, &'a mut Errors);

impl<'ast> Visit<'ast> for SelfType<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.first().is_some_and(|first| first.ident == "Self") {
            self.1.add(
                &path.segments[0],
                format!("a {} is a free function: it has no `Self`", self.0),
                "move it out of the `impl`, and write the type's name",
            );
        }
        syn::visit::visit_path(self, path);
    }
    // `self` has an error of its own.
    fn visit_receiver(&mut self, _: &'ast syn::Receiver) {}
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
    match ungrouped(ty) {
        Type::Reference(reference) => return check_reference(reference, errors),
        Type::TraitObject(_) | Type::Slice(_) => {
            return errors.add(ty, format!("`{}` has no size", show(ty)), "write a type that can be passed by value");
        }
        Type::Ptr(_) => return errors.add(ty, "a pointer cannot come over the wire", "take the value itself"),
        Type::FnPtr(_) => return errors.add(ty, "a function cannot come over the wire", "take data, such as an enum"),
        _ => {}
    }
    // Inside a type that is surely an argument, nothing can be borrowed. Others may be of any kind.
    let is_argument = matches!(role(ty), Role::Argument | Role::Args);
    Taken { name: show(pat), is_argument, errors }.visit_type(ty);
}

/// Finds what no parameter's type may hold.
struct Taken<'a> {
    name: String,
    is_argument: bool,
    errors: &'a mut Errors,
}

impl<'ast> Visit<'ast> for Taken<'_> {
    fn visit_type_impl_trait(&mut self, ty: &'ast syn::TypeImplTrait) {
        self.errors.add(
            ty,
            "a parameter needs a type of its own, not `impl Trait`",
            format!("write a type that implements it, as in `{}: String`", self.name),
        );
    }
    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        if !self.is_argument {
            syn::visit::visit_type_reference(self, reference);
        } else if is_named(&reference.elem, "Context") {
            self.errors.add(reference, "the context is no argument: it is always there", "take `&Context` itself");
        } else {
            check_reference(reference, self.errors);
        }
    }
    fn visit_type_trait_object(&mut self, ty: &'ast syn::TypeTraitObject) {
        if self.is_argument {
            self.errors.add(
                ty,
                "what comes over the wire has a type of its own",
                "write the type, or an enum of several",
            );
        }
    }
    // What a function type borrows is not the parameter's.
    fn visit_type_fn_ptr(&mut self, _: &'ast syn::TypeFnPtr) {}
}

fn is_named(ty: &Type, name: &str) -> bool {
    matches!(ungrouped(ty), Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

fn check_reference(reference: &TypeReference, errors: &mut Errors) {
    let inside = ungrouped(&reference.elem);
    let wrong = format!("a parameter cannot borrow: `{}`", show(reference));
    if reference.mutability.is_some() {
        if is_named(inside, "Context") {
            errors.add(reference, "the context is shared, not mutable", "write `&Context`");
        } else {
            let write = format!("write `{}`, and `mut` before the name to change it", show(inside));
            errors.add(reference, wrong, write);
        }
        return;
    }
    let write = match inside {
        Type::Slice(slice) => format!("write `Vec<{}>`", show(&slice.elem)),
        Type::TraitObject(_) | Type::ImplTrait(_) => {
            format!("write `State<std::sync::Arc<{}>>`, or a type", show(inside))
        }
        _ if is_named(inside, "str") => "write `String`".to_owned(),
        _ if is_named(inside, "Path") => "write `std::path::PathBuf`".to_owned(),
        _ if is_named(inside, "State") || is_named(inside, "Args") => format!("write `{}`, by value", show(inside)),
        Type::Array(_) | Type::Tuple(_) | Type::Reference(_) => format!("write `{}`", show(inside)),
        Type::Path(path) if is_argument(path) => format!("write `{}`", show(inside)),
        // `&Context` under another name, perhaps: the types decide.
        _ => return,
    };
    errors.add(reference, wrong, write);
}

fn check_return(name: &str, ty: &Type, errors: &mut Errors) {
    if let Type::Never(_) = ungrouped(ty) {
        errors.add(ty, format!("a {name} has to return: a client waits for its result"), "write what it returns");
    }
    Returned(name, errors).visit_type(ty);
}

/// Finds what no return type may hold.
struct Returned<'a>(&'a str, &'a mut Errors);

impl<'ast> Visit<'ast> for Returned<'_> {
    fn visit_type_impl_trait(&mut self, ty: &'ast syn::TypeImplTrait) {
        let write = match show(ty).contains("Future<") {
            true => "write `async fn`, and the type that the future gives",
            false => "write the type itself",
        };
        self.1.add(ty, format!("a {} cannot return `impl Trait`: its type decides what the result is", self.0), write);
    }
    fn visit_type_reference(&mut self, ty: &'ast TypeReference) {
        if ty.lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static") {
            let owned = match ungrouped(&ty.elem) {
                Type::Slice(slice) => format!("Vec<{}>", show(&slice.elem)),
                Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
                other => show(other),
            };
            self.1.add(ty, format!("a {} cannot return what it borrowed", self.0), format!("write `{owned}`"));
        } else {
            self.visit_type(&ty.elem);
        }
    }
    fn visit_lifetime(&mut self, lifetime: &'ast syn::Lifetime) {
        if lifetime.ident != "static" {
            self.1.add(
                lifetime,
                format!("a {} cannot return what it borrowed", self.0),
                "write `'static`, or an owned type",
            );
        }
    }
    // What a function type or a trait's bounds borrow is not what the function returns.
    fn visit_type_fn_ptr(&mut self, _: &'ast syn::TypeFnPtr) {}
    fn visit_type_trait_object(&mut self, _: &'ast syn::TypeTraitObject) {}
}
