//! One call's raw material: the arguments as they came, the states, the context.

use super::context::Context;
use super::parameter::{ParamSpec, Role};
use super::state::States;
use crate::Error;
use crate::jsonrpc::Raw;
use crate::jsonrpc::scan::Scanner;
use std::borrow::Cow;

/// How many unknown arguments are told.
const UNKNOWN: usize = 32;

/// One call, as parameters see it.
///
/// An extractor of your own ([`Parameter`](crate::Parameter)) reads it through [`context`](Call::context) and
/// [`state`](Call::state).
///
/// ```
/// use lmcp::{Call, Parameter, tool};
///
/// #[derive(Clone)]
/// struct Prices(u32);
///
/// struct Price(u32);
///
/// impl<'c> Parameter<'c> for Price {
///     fn from_call(call: &'c Call<'c>) -> Result<Self, lmcp::Error> {
///         let Prices(usual) = call.state()?;
///         let member = call.context().principal().is_some_and(|who| who.has_scope("member"));
///         Ok(Price(if member { usual / 2 } else { usual }))
///     }
/// }
///
/// /// What a ticket costs.
/// #[tool]
/// fn ticket(Price(price): Price) -> u32 {
///     price
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> lmcp::Result<()> {
/// let client = lmcp::testing::Client::connect(lmcp::Server::empty().tool(ticket).state(Prices(10))).await?;
/// assert_eq!(client.call("ticket", serde_json::json!({})).await.text(), "10");
/// # Ok(())
/// # }
/// ```
pub struct Call<'c> {
    pub(crate) context: &'c Context,
    pub(crate) states: &'c States,
    pub(crate) params: &'c [ParamSpec],
    pub(crate) slots: Slots<'c>,
    pub(crate) whole: Whole<'c>,
    pub(crate) unknown: Problems,
}

/// Arguments are not shown: some are secret.
impl std::fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("context", &self.context).finish_non_exhaustive()
    }
}

/// What came for one parameter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Slot<'c> {
    #[default]
    Missing,
    Json(Raw<'c>),
    Text(&'c str),
}

/// What came for each parameter; a few need no memory of their own.
#[derive(Debug)]
pub(crate) enum Slots<'c> {
    Few([Slot<'c>; FEW], usize),
    Many(Vec<Slot<'c>>),
}

const FEW: usize = 6;

impl<'c> Slots<'c> {
    fn new(count: usize) -> Self {
        if count <= FEW { Slots::Few([Slot::Missing; FEW], count) } else { Slots::Many(vec![Slot::Missing; count]) }
    }
    pub(crate) fn get(&self, index: usize) -> Slot<'c> {
        let slots = match self {
            Slots::Few(slots, count) => slots.get(..*count).unwrap_or_default(),
            Slots::Many(slots) => slots,
        };
        slots.get(index).copied().unwrap_or_default()
    }
    fn iter_mut(&mut self) -> impl Iterator<Item = &mut Slot<'c>> {
        match self {
            Slots::Few(slots, count) => slots.iter_mut().take(*count),
            Slots::Many(slots) => {
                let count = slots.len();
                slots.iter_mut().take(count)
            }
        }
    }
}

/// All arguments at once, for `Args<T>`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Whole<'c> {
    Json(Option<&'c str>),
    Text(&'c [(Cow<'c, str>, Cow<'c, str>)]),
}

/// Why a call did not run to its end.
#[derive(Debug)]
pub enum Rejection {
    /// The arguments do not fit.
    Arguments(Problems),
    /// The handler or an extractor failed.
    Error(Error),
}

impl From<Problems> for Rejection {
    fn from(problems: Problems) -> Self {
        problems.reject()
    }
}

impl From<Error> for Rejection {
    fn from(error: Error) -> Self {
        Rejection::Error(error)
    }
}

/// Everything wrong with a call's arguments.
#[derive(Debug, Default)]
pub struct Problems {
    pub(crate) list: Vec<Problem>,
    pub(crate) error: Option<Error>,
    /// Arguments that would have been right.
    pub(crate) example: Option<String>,
    /// The request has no `arguments`: they may stand elsewhere in it.
    pub(crate) is_all_missing: bool,
}

/// One thing wrong with one argument.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) path: String,
    pub(crate) message: String,
}

impl Problems {
    /// Nothing wrong yet.
    pub fn new() -> Self {
        Self::default()
    }
    pub(crate) fn add(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.list.push(Problem { path: path.into(), message: message.into() });
    }
    pub(crate) fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }
    /// Nothing wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.error.is_none()
    }
    /// What the call comes to, with these problems.
    pub fn reject(mut self) -> Rejection {
        match self.error.take() {
            Some(error) => Rejection::Error(error),
            None => Rejection::Arguments(self),
        }
    }
    /// The text a model reads: how many problems, then one line each. It stays short, whatever came.
    pub(crate) fn text(&self, of: &str) -> String {
        use std::fmt::Write as _;
        let mut text = match self.list.len() {
            1 => format!("{of}: 1 problem with the arguments"),
            n => format!("{of}: {n} problems with the arguments"),
        };
        if self.is_all_missing {
            text.push_str("; `params.arguments` is missing");
        }
        for (at, problem) in self.list.iter().enumerate() {
            if text.len() > LETTERS {
                let _infallible = write!(text, "\n- and {} more", self.list.len() - at);
                break;
            }
            let separator = if problem.path.is_empty() { "" } else { ": " };
            let (path, message) = (shortened(&problem.path), shortened(&problem.message));
            let _infallible = write!(text, "\n- {path}{separator}{message}");
        }
        if let Some(example) = self.example.as_ref().filter(|example| example.len() <= LETTERS) {
            let _infallible = write!(text, "\nexample: {example}");
        }
        text
    }
}

/// How many letters of problems are told, about.
const LETTERS: usize = 4096;

/// The beginning and the end of a text that is too long for one problem, in one line.
fn shortened(text: &str) -> Cow<'_, str> {
    const ENDS: usize = 400;
    let count = text.chars().count();
    let text: Cow<'_, str> = if count <= 2 * ENDS {
        Cow::Borrowed(text)
    } else {
        text.chars().take(ENDS).chain(['…']).chain(text.chars().skip(count - ENDS)).collect::<String>().into()
    };
    if text.contains(['\n', '\r']) { text.replace(['\n', '\r'], " ").into() } else { text }
}

impl<'c> Call<'c> {
    /// A call with JSON arguments, split by parameter in one pass.
    pub(crate) fn with_json(
        params: &'c [ParamSpec],
        arguments: Option<&'c str>,
        states: &'c States,
        context: &'c Context,
    ) -> Result<Self, Error> {
        let mut call = Call::empty(params, Whole::Json(arguments), states, context);
        if let Some(raw) = arguments {
            if !raw.starts_with('{') {
                return Err(Error::invalid_params("`arguments` must be an object"));
            }
            let split = Scanner::again(raw).object(|scanner, name| {
                call.fill(name, Slot::Json(scanner.value()?));
                Ok(())
            });
            split.map_err(|_| Error::invalid_params("`arguments` is no JSON"))?;
        }
        Ok(call)
    }

    /// A call whose arguments are strings: a prompt's, a template's segments.
    pub(crate) fn with_text(
        params: &'c [ParamSpec],
        arguments: &'c [(Cow<'c, str>, Cow<'c, str>)],
        states: &'c States,
        context: &'c Context,
    ) -> Self {
        let mut call = Call::empty(params, Whole::Text(arguments), states, context);
        for (name, value) in arguments {
            call.fill(name, Slot::Text(value));
        }
        call
    }

    fn empty(params: &'c [ParamSpec], whole: Whole<'c>, states: &'c States, context: &'c Context) -> Self {
        let slots = Slots::new(params.len());
        Call { context, states, params, slots, whole, unknown: Problems::default() }
    }

    fn fill(&mut self, name: &str, value: Slot<'c>) {
        let mut whole = false;
        for (param, slot) in self.params.iter().zip(self.slots.iter_mut()) {
            match param.role {
                Role::Argument if param.name == name || param.aliases.contains(&name) => {
                    if !matches!(slot, Slot::Missing) {
                        self.unknown.add(crate::schema::path_of(name), "given twice");
                    }
                    *slot = value;
                    return;
                }
                Role::Arguments => whole = param.known.is_empty() || param.known.contains(&name),
                _ => {}
            }
        }
        if !whole && self.unknown.list.len() < UNKNOWN {
            let names = self.params.iter().flat_map(|p| match p.role {
                Role::Argument => std::slice::from_ref(&p.name),
                _ => p.known,
            });
            let names = names.copied();
            self.unknown.add(
                crate::schema::path_of(name),
                match crate::registry::nearest::nearest(name, names) {
                    Some(near) => format!("unknown; did you mean \"{near}\"?"),
                    None => "unknown".to_owned(),
                },
            );
        }
    }

    /// The call's context.
    pub fn context(&self) -> &'c Context {
        self.context
    }

    /// The server's state of this type.
    ///
    /// # Errors
    ///
    /// When the server has none. For `State<T>` parameters this is found at start; for an extractor's own use
    /// it is found here.
    pub fn state<T: Clone + Send + Sync + 'static>(&self) -> Result<T, Error> {
        self.states.get::<T>().ok_or_else(|| {
            Error::internal(format!("the server has no state of type {}", crate::type_name::type_name::<T>()))
        })
    }

    /// Problems that no parameter can see: arguments nobody takes.
    pub fn problems(&self) -> Problems {
        let mut problems = Problems::new();
        for problem in &self.unknown.list {
            problems.add(problem.path.clone(), problem.message.clone());
        }
        problems
    }
}

/// A serde complaint in words, without line and column.
pub(crate) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    super::text::in_words(text)
}
