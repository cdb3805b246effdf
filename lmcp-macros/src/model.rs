//! What the expanders may read: a function and its attribute, understood and checked.

use crate::paths::Paths;
use crate::template::Template;
use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Expr, Ident, LitStr, Path, Type};

/// One use of `#[tool]`, `#[resource]` or `#[prompt]`.
pub(crate) struct Model {
    pub(crate) paths: Paths,
    pub(crate) common: Common,
    pub(crate) kind: Kind,
    pub(crate) function: Function,
}

/// Which attribute it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attr {
    Tool,
    Resource,
    Prompt,
}

impl Attr {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Attr::Tool => "tool",
            Attr::Resource => "resource",
            Attr::Prompt => "prompt",
        }
    }
}

/// What belongs to one attribute only.
pub(crate) enum Kind {
    Tool(Tool),
    Resource(Resource),
    Prompt,
}

/// The keys all attributes have.
#[derive(Default)]
pub(crate) struct Common {
    pub(crate) name: Option<LitStr>,
    pub(crate) title: Option<LitStr>,
    pub(crate) description: Option<LitStr>,
    pub(crate) icons: Vec<Icon>,
    pub(crate) meta: Option<Expr>,
    pub(crate) tags: Vec<LitStr>,
    pub(crate) scopes: Vec<LitStr>,
    pub(crate) rate: Option<Rate>,
    /// The key itself, and milliseconds.
    pub(crate) timeout: Option<(Ident, u64)>,
    pub(crate) concurrency: Option<usize>,
    /// The key itself, where it is given and true.
    pub(crate) blocking: Option<Ident>,
    /// The types of the forms that the user may be asked to fill in.
    pub(crate) forms: Vec<Type>,
    pub(crate) root: Option<Path>,
}

/// `rate = "10/s burst 20"`.
pub(crate) struct Rate {
    pub(crate) calls: u32,
    pub(crate) per: Period,
    pub(crate) burst: Option<u32>,
}

/// What a rate counts in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Period {
    Second,
    Minute,
    Hour,
}

/// `icon("https://...", mime = "image/png")`.
pub(crate) struct Icon {
    pub(crate) src: LitStr,
    pub(crate) mime: Option<LitStr>,
    pub(crate) sizes: Vec<LitStr>,
    pub(crate) theme: Option<LitStr>,
}

/// The keys only a tool has.
#[derive(Default)]
pub(crate) struct Tool {
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) read_only: Option<bool>,
    pub(crate) destructive: Option<bool>,
    pub(crate) idempotent: Option<bool>,
    pub(crate) open_world: Option<bool>,
    /// The profile of its schemas.
    pub(crate) schema: Option<LitStr>,
    pub(crate) strict: bool,
    pub(crate) unenforced: bool,
}

/// The keys only a resource has.
pub(crate) struct Resource {
    pub(crate) uri: LitStr,
    /// None if it is malformed, which has been reported.
    pub(crate) template: Option<Template>,
    pub(crate) mime: Option<LitStr>,
    pub(crate) size: Option<u64>,
}

/// The function, as far as the expansion is concerned.
pub(crate) struct Function {
    pub(crate) ident: Ident,
    /// Its name without `r#`.
    pub(crate) name: String,
    pub(crate) is_async: bool,
    /// Attributes that what we generate has to carry too: `cfg`, and the levels of lints.
    pub(crate) carried: Vec<Attribute>,
    /// From the doc comment.
    pub(crate) description: Text,
    pub(crate) params: Vec<Param>,
    pub(crate) output: Output,
}

/// A text, in parts: string literals, and the macros that may stand in a doc attribute.
pub(crate) struct Text(pub(crate) Vec<TokenStream>);

/// One parameter.
pub(crate) struct Param {
    /// The name on the wire; none where there is a pattern, which is for what lmcp fills in.
    pub(crate) name: Option<Ident>,
    /// Everything the pattern binds.
    pub(crate) bound: Vec<Ident>,
    /// The type, with the function's own lifetimes as `'_`.
    pub(crate) ty: Type,
    /// From the doc comment, the `# Arguments` section or `#[arg(description = "...")]`.
    pub(crate) description: Option<Text>,
    pub(crate) arg: Arg,
    pub(crate) role: Role,
}

impl Param {
    /// The name on the wire, without `r#`.
    pub(crate) fn wire_name(&self) -> Option<String> {
        self.name.as_ref().map(crate::signature::plain)
    }
}

/// What `#[arg(...)]` says.
#[derive(Default)]
pub(crate) struct Arg {
    /// The whole attribute is there, even if empty.
    pub(crate) attribute: Option<Attribute>,
    pub(crate) default: Option<(Ident, Default)>,
    pub(crate) description: Option<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) complete: Option<(Ident, Path)>,
    /// The name behind `Mcp-Param-`.
    pub(crate) header: Option<LitStr>,
    /// Its value is told to nobody.
    pub(crate) secret: bool,
}

/// `default`, in its three forms.
pub(crate) enum Default {
    /// `default`
    OfType,
    /// `default = "text"`
    Text(LitStr),
    /// `default = expr`
    Expr(Expr),
}

/// What a parameter is as far as its spelling tells; an alias tells nothing, and the types decide in the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// `Context` or `&Context`.
    Context,
    /// `State<T>`.
    State,
    /// `Args<T>`.
    Args,
    /// A well-known type that can be nothing but an argument.
    Argument,
    /// Anything else.
    Unknown,
}

impl Role {
    /// Something lmcp fills in, for sure.
    pub(crate) fn is_injected(self) -> bool {
        matches!(self, Role::Context | Role::State | Role::Args)
    }
}

/// The return type and the places of its parts, where a mistake in them is shown.
pub(crate) struct Output {
    pub(crate) ty: Type,
    /// What is inside of `Ok` and `Some`, as far as they are seen.
    pub(crate) some: Type,
    pub(crate) value: (Span, Span),
    pub(crate) error: (Span, Span),
}
