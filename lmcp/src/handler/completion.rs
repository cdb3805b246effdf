//! `complete = f`: what suggests values for a prompt's argument or a template's segment.

use super::call::Call;
use super::entry::BoxFuture;
use super::parameter::{Args, Parameter};
use crate::Error;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// Runs a completer: what an attribute emits for `complete = f`.
pub type CompleteFn = for<'c> fn(&'c Call<'c>, String) -> BoxFuture<'c, Result<Completions, Error>>;

/// Suggested values, with how many there are when not all of them are given.
///
/// At most 100 go out, the rest is told by `total` and `hasMore`. A `Vec<String>` does for most.
///
/// ```
/// use lmcp::{Completions, prompt};
///
/// fn words(typed: &str) -> Completions {
///     let index = ["bread", "breakfast", "breath"]; // as if it held 1,000
///     Completions::new(index.into_iter().filter(|word| word.starts_with(typed))).total(1000)
/// }
///
/// /// Explains a word.
/// #[prompt]
/// fn explain(#[arg(complete = words)] word: String) -> String {
///     format!("Explain {word}.")
/// }
///
/// assert_eq!(words("bread").values, ["bread"]);
/// assert!(words("bread").has_more);
/// assert!(Completions::new(["a"]).has_more().total.is_none()); // more, nobody knows how many
/// ```
///
/// Spec: server/utilities/completion.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Completions {
    /// The values, best first.
    pub values: Vec<String>,
    /// How many there are; the number of `values` when not set.
    pub total: Option<u64>,
    /// There are more than `values`.
    pub has_more: bool,
}

impl Completions {
    /// These values, best first.
    pub fn new<S: Into<String>>(values: impl IntoIterator<Item = S>) -> Self {
        Completions { values: values.into_iter().map(Into::into).collect(), total: None, has_more: false }
    }
    /// Says how many there are.
    pub fn total(mut self, total: u64) -> Self {
        self.has_more = total > self.values.len() as u64;
        self.total = Some(total);
        self
    }
    /// Says that there are more.
    pub fn has_more(mut self) -> Self {
        self.has_more = true;
        self
    }
}

/// The arguments already filled in, for a completer that depends on them.
///
/// ```
/// use lmcp::{CompletionArguments, prompt};
///
/// fn frameworks(prefix: String, others: CompletionArguments) -> Vec<String> {
///     let all: &[&str] = match others.get("language") {
///         Some("rust") => &["axum", "rocket"],
///         _ => &["flask"],
///     };
///     all.iter().filter(|name| name.starts_with(&prefix)).map(|name| name.to_string()).collect()
/// }
///
/// #[prompt]
/// fn start(language: String, #[arg(complete = frameworks)] framework: String) -> String {
///     format!("Start a {language} project with {framework}.")
/// }
/// # assert!(start("rust".into(), "axum".into()).contains("axum"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompletionArguments(BTreeMap<String, String>);

impl CompletionArguments {
    /// The value of an argument that is already filled in.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

#[diagnostic::do_not_recommend]
impl<'c> Parameter<'c> for CompletionArguments {
    fn from_call(call: &'c Call<'c>) -> Result<Self, Error> {
        Ok(CompletionArguments(match call.whole {
            super::call::Whole::Text(pairs) => {
                pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
            }
            super::call::Whole::Json(_) => BTreeMap::new(),
        }))
    }
}

/// What a completer may return: strings in a `Vec`, [`Completions`], or a `Result` of these.
///
/// ```
/// use lmcp::Completions;
///
/// fn fixed(_typed: &str) -> [&'static str; 2] { ["en", "de"] }
/// fn found(typed: &str) -> Result<Vec<String>, std::io::Error> { Ok(vec![typed.to_uppercase()]) }
/// fn counted(_typed: &str) -> Completions { Completions::new(["a", "b"]).total(20) }
/// # #[lmcp::prompt]
/// # fn p(#[arg(complete = fixed)] a: String, #[arg(complete = found)] b: String, #[arg(complete = counted)] c: String) -> String { a + &b + &c }
/// ```
pub trait IntoCompletions {
    #[doc(hidden)]
    fn into_completions(self) -> Result<Completions, Error>;
}
macro_rules! strings {
    ($([$($generics:tt)*] $t:ty),*) => { $(
        impl<$($generics)*> IntoCompletions for $t {
            fn into_completions(self) -> Result<Completions, Error> { Ok(Completions::new(self)) }
        }
    )* };
}
strings!([] Vec<String>, [] Vec<&'static str>, [] Vec<Cow<'static, str>>, [const N: usize] [&'static str; N], [const N: usize] [String; N]);
impl IntoCompletions for Completions {
    fn into_completions(self) -> Result<Completions, Error> {
        Ok(self)
    }
}
impl<T: IntoCompletions, E: Into<Box<dyn std::error::Error + Send + Sync>>> IntoCompletions for Result<T, E> {
    fn into_completions(self) -> Result<Completions, Error> {
        self.map_err(|e| Error::from_handler(&*e.into()))?.into_completions()
    }
}

/// A function that `complete = f` may name: what was typed so far comes in (`String` or `&str`), suggestions come
/// out, `async` or not. Behind the text it may take [`Context`](crate::Context), [`State<T>`](crate::State),
/// [`CompletionArguments`] or an extractor, by value.
///
/// ```
/// use lmcp::{CompletionArguments, State, prompt};
/// use std::sync::Arc;
///
/// async fn streets(typed: String, others: CompletionArguments, State(known): State<Arc<Vec<String>>>) -> Vec<String> {
///     let city = others.get("city").unwrap_or_default();
///     known.iter().filter(|street| street.starts_with(&typed) && street.ends_with(city)).cloned().collect()
/// }
///
/// /// Describes a street.
/// #[prompt]
/// fn describe(city: String, #[arg(complete = streets)] street: String) -> String {
///     format!("Describe {street} in {city}.")
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot complete an argument",
    label = "not a completer",
    note = "write `fn f(prefix: String) -> Vec<String>` or `async fn f(prefix: String) -> Vec<String>`; `Context`, `State<T>` and `CompletionArguments` may follow the prefix"
)]
pub trait Completer<'c, Shape> {
    #[doc(hidden)]
    fn complete(self, call: &'c Call<'c>, prefix: String) -> BoxFuture<'c, Result<Completions, Error>>;
}

/// Shape of a completer: what kind of function it is, and what it takes behind the text.
#[derive(Debug)]
pub struct Shape<Kind, A, B>(PhantomData<(Kind, A, B)>);
/// Kind: a plain function.
#[derive(Debug)]
pub struct Plain;
/// Kind: a plain function of `&str`.
#[derive(Debug)]
pub struct Borrowed;
/// Kind: an async function.
#[derive(Debug)]
pub struct Async;
/// Stands where a completer takes no more.
#[derive(Debug)]
pub struct Nothing;

macro_rules! completer {
    ([$($extra:ident),*] $a:ty, $b:ty) => {
        #[allow(non_snake_case, unused_variables, reason = "a type parameter names its value too; there may be none")]
        impl<'c, F, R, $($extra),*> Completer<'c, Shape<Plain, $a, $b>> for F
        where
            F: FnOnce(String, $($extra),*) -> R,
            R: IntoCompletions,
            $($extra: Parameter<'c>,)*
        {
            fn complete(self, call: &'c Call<'c>, prefix: String) -> BoxFuture<'c, Result<Completions, Error>> {
                let run = || { $(let $extra = $extra::from_call(call)?;)* self(prefix, $($extra),*).into_completions() };
                Box::pin(std::future::ready(run()))
            }
        }
        #[allow(non_snake_case, unused_variables, reason = "a type parameter names its value too; there may be none")]
        impl<'c, F, R, $($extra),*> Completer<'c, Shape<Borrowed, $a, $b>> for F
        where
            F: FnOnce(&str, $($extra),*) -> R,
            R: IntoCompletions,
            $($extra: Parameter<'c>,)*
        {
            fn complete(self, call: &'c Call<'c>, prefix: String) -> BoxFuture<'c, Result<Completions, Error>> {
                let run = || { $(let $extra = $extra::from_call(call)?;)* self(&prefix, $($extra),*).into_completions() };
                Box::pin(std::future::ready(run()))
            }
        }
        #[allow(non_snake_case, unused_variables, reason = "a type parameter names its value too; there may be none")]
        impl<'c, F, R, $($extra),*> Completer<'c, Shape<Async, $a, $b>> for F
        where
            F: FnOnce(String, $($extra),*) -> R + Send + 'c,
            R: Future<Output: IntoCompletions> + Send + 'c,
            $($extra: Parameter<'c> + Send + 'c,)*
        {
            fn complete(self, call: &'c Call<'c>, prefix: String) -> BoxFuture<'c, Result<Completions, Error>> {
                Box::pin(async move { $(let $extra = $extra::from_call(call)?;)* self(prefix, $($extra),*).await.into_completions() })
            }
        }
    };
}
completer!([] Nothing, Nothing);
completer!([A1] A1, Nothing);
completer!([A1, A2] A1, A2);

/// A completer at work, with what it takes behind the text.
pub struct Completing<'c, A, B> {
    /// What it suggests.
    pub suggested: BoxFuture<'c, Result<Completions, Error>>,
    /// What it takes first.
    pub first: Behind<A>,
    /// What it takes second.
    pub second: Behind<B>,
}

/// Runs `completer`. The only place where it is bounded.
pub fn complete<'c, F: Completer<'c, Shape<Kind, A, B>>, Kind, A, B>(
    completer: F,
    call: &'c Call<'c>,
    prefix: String,
) -> Completing<'c, A, B> {
    let suggested = completer.complete(call, prefix);
    Completing { suggested, first: Behind(PhantomData), second: Behind(PhantomData) }
}

/// The type of what a completer takes behind the text.
///
/// An argument is a [`Parameter`] as all the others are, but a completer has none. So its kind is told by an inherent
/// method for what can be an argument, which wins over a trait's for all others.
#[derive(Debug)]
pub struct Behind<T>(PhantomData<fn() -> T>);

/// Kind: an argument.
#[derive(Debug)]
pub struct Argument;
/// Kind: something lmcp fills in.
#[derive(Debug)]
pub struct Injected;

/// One argument, or all of them.
pub trait IsArgument {}
impl<T: DeserializeOwned + JsonSchema> IsArgument for T {}
impl<T> IsArgument for Args<T> {}

impl<T: IsArgument> Behind<T> {
    /// Its kind.
    pub fn kind(&self) -> Argument {
        Argument
    }
}

/// The kind of what is no argument.
pub trait NoArgument {
    /// Its kind.
    fn kind(&self) -> Injected {
        Injected
    }
}
impl<T> NoArgument for Behind<T> {}

/// What a completer may take behind the text, by its kind.
#[diagnostic::on_unimplemented(
    message = "a completer has no argument but the text, and `{Self}` stands behind it",
    label = "takes `{Self}` behind the text",
    note = "take `CompletionArguments` for what stands in the other arguments: `fn f(typed: String, others: CompletionArguments) -> Vec<String>`, with `others.get(\"city\")`"
)]
pub trait BehindText<Kind> {}
#[diagnostic::do_not_recommend]
impl<T> BehindText<Injected> for T {}

/// Refuses an argument behind the text. The kind comes first, or the compiler takes the one that would do.
pub fn behind<T: BehindText<K>, K>(_: K, _: &Behind<T>) {}
