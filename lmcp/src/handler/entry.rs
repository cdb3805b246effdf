//! What an attribute submits: one static entry per function, data and one shim.

use super::call::{Call, Rejection};
use super::parameter::ParamSpec;
use crate::admission::Rate;
use crate::ask::form::{Answer, Form};
use crate::protocol::{Icon, PromptResult, ResourceContents, ToolResult};
use schemars::{Schema, SchemaGenerator};
use std::any::TypeId;
use std::panic::Location;
use std::pin::Pin;
use std::time::Duration;

/// A boxed future that can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where a function stands in the user's source, for messages about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// `file!()`.
    pub file: &'static str,
    /// `line!()`.
    pub line: u32,
    /// The function's name.
    pub function: &'static str,
}

impl From<&'static Location<'static>> for Source {
    /// What stands there is a call, and no function.
    fn from(at: &'static Location<'static>) -> Self {
        Source { file: at.file(), line: at.line(), function: "" }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What all three kinds have in common.
#[derive(Debug)]
pub struct Item {
    /// The name on the wire.
    pub name: &'static str,
    /// The name for people.
    pub title: Option<&'static str>,
    /// What it does, from the doc comment.
    pub description: &'static str,
    /// Pictures for clients.
    pub icons: Option<fn() -> Vec<Icon>>,
    /// `_meta` of the definition.
    pub meta: Option<fn() -> serde_json::Value>,
    /// Words to group by, published under `_meta`.
    pub tags: &'static [&'static str],
    /// What a caller must be allowed to do.
    pub scopes: &'static [&'static str],
    /// How often one caller may call it.
    pub rate: Option<Rate>,
    /// How long one call may take.
    pub timeout: Option<Duration>,
    /// How many calls run at a time; the others wait.
    pub concurrency: Option<usize>,
    /// Where the function stands.
    pub source: Source,
    /// The type of the function item: the key for explicit registration.
    pub item: fn() -> TypeId,
}

/// A `#[tool]`.
#[derive(Debug)]
pub struct ToolEntry {
    /// What all kinds have.
    pub item: Item,
    /// Further names the tool answers to, not listed.
    pub aliases: &'static [&'static str],
    /// The hints of its annotations, as far as given.
    pub hints: ToolHints,
    /// The name of the profile of its schemas, if it is not the server's.
    pub schema: Option<&'static str>,
    /// Its arguments are not repaired.
    pub strict: bool,
    /// What its schema says beyond its types is not checked.
    pub unenforced: bool,
    /// Describes and runs it.
    pub shim: Shim<ToolResult>,
}

/// `annotations` of a tool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ToolHints {
    /// It changes nothing.
    pub read_only: Option<bool>,
    /// What it changes may be lost.
    pub destructive: Option<bool>,
    /// Calling it twice is like calling it once.
    pub idempotent: Option<bool>,
    /// It deals with the outside world.
    pub open_world: Option<bool>,
}

/// A `#[resource]`, fixed or a template.
#[derive(Debug)]
pub struct ResourceEntry {
    /// What all kinds have.
    pub item: Item,
    /// The URI with `<segments>`, as written.
    pub uri: &'static str,
    /// The package's name, the scheme of a URI written without one.
    pub package: &'static str,
    /// The MIME type of what it gives, unless the handler says otherwise.
    pub mime: Option<&'static str>,
    /// Size in bytes, if known beforehand.
    pub size: Option<u64>,
    /// Describes and runs it.
    pub shim: Shim<Vec<ResourceContents>>,
}

/// A `#[prompt]`.
#[derive(Debug)]
pub struct PromptEntry {
    /// What all kinds have.
    pub item: Item,
    /// Describes and runs it.
    pub shim: Shim<PromptResult>,
}

inventory::collect!(&'static ToolEntry);
inventory::collect!(&'static ResourceEntry);
inventory::collect!(&'static PromptEntry);

/// The one function an attribute emits beside the data.
pub type Shim<O> = for<'c> fn(Op<'c>) -> Step<'c, O>;

/// What a shim is asked to do.
#[derive(Debug)]
pub enum Op<'c> {
    /// Say what the function takes and gives.
    Describe(&'c mut Description),
    /// Run it.
    Call(&'c Call<'c>),
}

/// What a shim answers.
pub enum Step<'c, O> {
    /// To [`Op::Describe`].
    Described,
    /// To [`Op::Call`], of a plain function: it ran.
    Done(Result<O, Rejection>),
    /// To [`Op::Call`], of one that may wait.
    Running(BoxFuture<'c, Result<O, Rejection>>),
}

/// Makes the schema of one type.
pub type SchemaFn = fn(&mut SchemaGenerator) -> Schema;

/// What a function takes and gives.
#[derive(Debug, Default)]
pub struct Description {
    /// Its parameters, in order.
    pub params: Vec<ParamSpec>,
    /// The schema of its structured output, if it has one.
    pub output: Option<fn(&mut SchemaGenerator) -> Option<Schema>>,
    /// The forms that its user may be asked to fill in, or why one is none.
    pub(crate) forms: Vec<fn() -> Result<Form, String>>,
    /// `None` is among the values: the output is an `Option`.
    pub nullable: bool,
    /// The function is neither `async` nor `blocking`.
    pub is_plain: bool,
    /// The MIME type of the contents, if the type tells.
    pub mime: Option<&'static str>,
}

impl Description {
    /// Adds a parameter.
    pub fn param(&mut self, spec: ParamSpec) {
        self.params.push(spec);
    }

    /// Adds a form.
    pub fn form<T: Answer>(&mut self) {
        self.forms.push(Form::of::<T>);
    }
}

/// Asks a shim to describe itself.
pub(crate) fn describe<O>(shim: Shim<O>) -> Description {
    let mut description = Description::default();
    drop(shim(Op::Describe(&mut description)));
    description
}

/// Asks a shim to run.
pub(crate) async fn run<'c, O>(shim: Shim<O>, call: &'c Call<'c>) -> Result<O, Rejection> {
    match shim(Op::Call(call)) {
        Step::Done(result) => result,
        Step::Running(future) => future.await,
        Step::Described => {
            Err(Rejection::Error(crate::Error::internal("this handler can describe itself but not run")))
        }
    }
}
