//! What a function may take: arguments, all arguments as one struct, states, the context, extractors.

use super::call::{Call, Problems, Slot, Whole, reason};
use super::completion::CompleteFn;
use super::context::Context;
use super::entry::SchemaFn;
use super::text;
use crate::Error;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::any::TypeId;

/// What a `#[tool]`, `#[resource]` or `#[prompt]` function may take.
///
/// Every `DeserializeOwned + JsonSchema` type is an argument; [`Context`], `&Context`, [`State<T>`](crate::State) and
/// [`Args<T>`](Args) are filled in by lmcp. Implement it for an extractor of your own:
///
/// ```
/// use lmcp::{Call, Parameter, tool};
///
/// struct Locale(String);
///
/// impl<'c> Parameter<'c> for Locale {
///     fn from_call(call: &'c Call<'c>) -> Result<Self, lmcp::Error> {
///         let meta = call.context().meta();
///         let locale = meta.get("example.com/locale").and_then(|v| v.as_str()).unwrap_or("en");
///         Ok(Locale(locale.to_owned()))
///     }
/// }
///
/// /// Greets.
/// #[tool]
/// fn greet(locale: Locale, name: String) -> String {
///     if locale.0 == "de" { format!("Hallo {name}") } else { format!("Hello {name}") }
/// }
/// # assert_eq!(greet(Locale("de".into()), "Eva".into()), "Hallo Eva");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a tool, a resource or a prompt",
    label = "neither an argument nor something lmcp fills in",
    note = "an argument's type derives both: `#[derive(serde::Deserialize, schemars::JsonSchema)]`",
    note = "a type of another crate has `JsonSchema` by a feature of schemars 1: `schemars = {{ version = \"1\", features = [\"uuid1\"] }}`, or `chrono04`, `url2`, `jiff02`; what schemars 0.8 derives is another trait",
    note = "a value of the server's own is taken as `State<T>`, with `T: Clone + Send + Sync + 'static`, as an `Arc` is",
    note = "`Json<T>` is for results: take `T`, or `Args<T>` for all arguments at once"
)]
pub trait Parameter<'c>: Sized {
    /// Takes the value out of the call.
    ///
    /// # Errors
    ///
    /// The error becomes the call's outcome, and the function is not run.
    fn from_call(call: &'c Call<'c>) -> Result<Self, Error>;

    #[doc(hidden)]
    fn role() -> Role {
        Role::Extractor
    }
    #[doc(hidden)]
    fn schema() -> Option<SchemaFn> {
        None
    }
    #[doc(hidden)]
    fn optional() -> bool {
        false
    }
    #[doc(hidden)]
    fn accepts() -> Option<fn(&str) -> bool> {
        None
    }
    #[doc(hidden)]
    fn fields() -> &'static [&'static str] {
        &[]
    }
    #[doc(hidden)]
    fn take(
        call: &'c Call<'c>,
        _index: usize,
        _default: Option<fn() -> Self>,
        problems: &mut Problems,
    ) -> Option<Self> {
        Self::from_call(call).map_err(|e| problems.fail(e)).ok()
    }
}

/// What a parameter is, decided by its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// One argument.
    Argument,
    /// All arguments as one struct.
    Arguments,
    /// The context.
    Context,
    /// A state of the server.
    State {
        /// Its type.
        id: TypeId,
        /// Its type's name, for messages.
        name: &'static str,
    },
    /// A type of the user's that takes itself out of the call.
    Extractor,
}

/// All arguments as one struct: its fields are the tool's or the prompt's arguments.
///
/// It stands alone, or beside things lmcp fills in; never beside single arguments. Unknown arguments are refused, as single
/// ones are. Where something is flattened into the struct (`#[serde(flatten)]`), a map or a struct, serde does not tell which
/// names it takes: what nobody takes is passed over then.
///
/// ```
/// use lmcp::{Args, tool};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Query {
///     /// City name, in any language.
///     city: String,
///     #[serde(default)]
///     days: u8,
/// }
///
/// /// Forecast for a city.
/// #[tool]
/// fn forecast(Args(query): Args<Query>) -> String {
///     format!("{} days in {}", query.days, query.city)
/// }
/// # assert_eq!(forecast(Args(Query { city: "Rome".into(), days: 2 })), "2 days in Rome");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Args<T>(pub T);

impl<T> std::ops::Deref for Args<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<'c, T: DeserializeOwned + JsonSchema> Parameter<'c> for T {
    fn from_call(_: &'c Call<'c>) -> Result<Self, Error> {
        Err(Error::internal("an argument is taken by its position"))
    }
    fn role() -> Role {
        Role::Argument
    }
    fn schema() -> Option<SchemaFn> {
        Some(|generator| generator.subschema_for::<T>())
    }
    fn optional() -> bool {
        when_missing::<T>().is_some()
    }
    fn accepts() -> Option<fn(&str) -> bool> {
        Some(|json| serde_json::from_str::<T>(json).is_ok())
    }
    fn take(call: &'c Call<'c>, index: usize, default: Option<fn() -> T>, problems: &mut Problems) -> Option<T> {
        let name = call.params.get(index).map_or("", |p| p.name);
        let missing = || default.map(|d| d()).or_else(when_missing::<T>);
        let taken = match call.slots.get(index) {
            Slot::Missing => missing().ok_or_else(|| REQUIRED.to_owned()),
            Slot::Json(raw) => match super::plain::read::<T>(raw) {
                Ok(value) => Ok(value),
                // `null` means absent, unless the type itself takes it.
                Err(e) if raw.is_null() => missing().ok_or_else(|| reason(&e)),
                Err(e) => Err(reason(&e)),
            },
            Slot::Text(text) => text::parse::<T>(text),
        };
        taken
            .map_err(|message| {
                // What serde says tells what came.
                let secret = call.params.get(index).is_some_and(|p| p.secret) && message != REQUIRED;
                problems.add(name, if secret { "does not fit".to_owned() } else { message });
            })
            .ok()
    }
}

/// What is said of an argument that is not there.
pub(crate) const REQUIRED: &str = "required, missing";

#[diagnostic::do_not_recommend]
impl<'c> Parameter<'c> for &'c Context {
    fn from_call(call: &'c Call<'c>) -> Result<Self, Error> {
        Ok(call.context)
    }
    fn role() -> Role {
        Role::Context
    }
}

#[diagnostic::do_not_recommend]
impl<'c> Parameter<'c> for Context {
    fn from_call(call: &'c Call<'c>) -> Result<Self, Error> {
        Ok(call.context.clone())
    }
    fn role() -> Role {
        Role::Context
    }
}

#[diagnostic::do_not_recommend]
impl<'c, T: DeserializeOwned + JsonSchema> Parameter<'c> for Args<T> {
    fn from_call(_: &'c Call<'c>) -> Result<Self, Error> {
        Err(Error::internal("arguments are taken with their problems"))
    }
    fn role() -> Role {
        Role::Arguments
    }
    fn schema() -> Option<SchemaFn> {
        Some(|generator| generator.subschema_for::<T>())
    }
    fn accepts() -> Option<fn(&str) -> bool> {
        Some(|json| serde_json::from_str::<T>(json).is_ok())
    }
    fn fields() -> &'static [&'static str] {
        crate::ask::form::declared::<T>()
    }
    fn take(call: &'c Call<'c>, _: usize, _: Option<fn() -> Self>, problems: &mut Problems) -> Option<Self> {
        let taken = match call.whole {
            Whole::Json(raw) => serde_json::from_str(raw.unwrap_or("{}")).map_err(|e| reason(&e)),
            Whole::Text(arguments) => text::parse_all(arguments),
        };
        taken
            .map(Args)
            .map_err(|message| {
                // serde stops at its first complaint; at least it names the field.
                let field = |prefix: &str| message.strip_prefix(prefix)?.split('`').next();
                match (field("missing field `"), field("unknown field `")) {
                    (Some(name), _) => problems.add(name, REQUIRED),
                    (_, Some(name)) => problems.add(name, "unknown"),
                    _ => problems.add("", &*message),
                }
            })
            .ok()
    }
}

/// What a type makes of an absent value: serde's own rule, by which only an `Option` and its like accept one.
fn when_missing<T: DeserializeOwned>() -> Option<T> {
    struct Missing;
    impl<'de> serde::Deserializer<'de> for Missing {
        type Error = serde::de::value::Error;
        fn deserialize_any<V: serde::de::Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
            Err(serde::de::Error::custom("missing"))
        }
        fn deserialize_option<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            visitor.visit_none()
        }
        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
            newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
        }
    }
    T::deserialize(Missing).ok()
}

/// One parameter, described.
#[derive(Debug)]
pub struct ParamSpec {
    pub(crate) name: &'static str,
    pub(crate) description: Option<&'static str>,
    pub(crate) role: Role,
    pub(crate) schema: Option<SchemaFn>,
    pub(crate) optional: bool,
    pub(crate) has_default: bool,
    pub(crate) default: Option<Value>,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) header: Option<&'static str>,
    pub(crate) complete: Option<CompleteFn>,
    /// Its value is told to nobody.
    pub(crate) secret: bool,
    /// Whether its type takes a value.
    pub(crate) accepts: Option<fn(&str) -> bool>,
    /// The names that a struct of all arguments takes, if it says so.
    pub(crate) fields: fn() -> &'static [&'static str],
    /// The same, if there are no others.
    pub(crate) known: &'static [&'static str],
}

impl ParamSpec {
    /// Sets the description.
    pub fn description(mut self, text: &'static str) -> Self {
        self.description = Some(text);
        self
    }
    /// Says that there is a default, and its JSON if it has one.
    pub fn default(mut self, json: Option<Value>) -> Self {
        self.has_default = true;
        self.default = json;
        self
    }
    /// Sets further names.
    pub fn aliases(mut self, names: &'static [&'static str]) -> Self {
        self.aliases = names;
        self
    }
    /// Sets the header that repeats it.
    pub fn header(mut self, name: &'static str) -> Self {
        self.header = Some(name);
        self
    }
    /// Sets what completes it.
    pub fn complete(mut self, complete: CompleteFn) -> Self {
        self.complete = Some(complete);
        self
    }
    /// Keeps its value out of errors and logs.
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
    /// Neither has to be given.
    pub(crate) fn is_required(&self) -> bool {
        !self.optional && !self.has_default
    }
}

/// Takes one parameter out of a call: its place, its default, where to put what is wrong with it.
pub type TakeFn<'c, T> = fn(&'c Call<'c>, usize, Option<fn() -> T>, &mut Problems) -> Option<T>;

/// A typed witness that `T` is a parameter: the bound is named once, in [`Param::of`]; what follows needs none.
pub struct Param<'c, T> {
    role: Role,
    schema: Option<SchemaFn>,
    optional: fn() -> bool,
    accepts: Option<fn(&str) -> bool>,
    fields: fn() -> &'static [&'static str],
    take: TakeFn<'c, T>,
}

impl<'c> Param<'c, ()> {
    /// The witness. The only place where a parameter's type is bounded.
    pub fn of<T: Parameter<'c>>() -> Param<'c, T> {
        Param {
            role: T::role(),
            schema: T::schema(),
            optional: T::optional,
            accepts: T::accepts(),
            fields: T::fields,
            take: T::take,
        }
    }
    /// What stands in place of a parameter whose parts are to blame, in a program that does not compile.
    pub(crate) fn excused<T>() -> Param<'c, T> {
        let take: TakeFn<'c, T> = |_, _, _, _| None;
        Param { role: Role::Argument, schema: None, optional: || false, accepts: None, fields: || &[], take }
    }
    /// The witness of a parameter that is written as a reference.
    pub fn borrowed<T: BorrowedParameter<'c>>() -> Param<'c, T> {
        Param::of::<T>()
    }
}

/// What a parameter may borrow from the call: the context, and nothing else.
#[diagnostic::on_unimplemented(
    message = "a parameter cannot borrow: `{Self}`",
    label = "only the context is taken by reference, as `&Context`",
    note = "take an argument by value, and a value of the server's own as `State<T>`"
)]
pub trait BorrowedParameter<'c>: Parameter<'c> {}
#[diagnostic::do_not_recommend]
impl<'c> BorrowedParameter<'c> for &'c Context {}

impl<'c, T> Param<'c, T> {
    /// Its description.
    pub fn spec(&self, name: &'static str) -> ParamSpec {
        ParamSpec {
            name,
            description: None,
            role: self.role,
            schema: self.schema,
            optional: (self.optional)(),
            has_default: false,
            default: None,
            aliases: &[],
            header: None,
            complete: None,
            secret: false,
            accepts: self.accepts,
            fields: self.fields,
            known: &[],
        }
    }
    /// Its value, or `None` and a problem.
    pub fn take(
        &self,
        call: &'c Call<'c>,
        index: usize,
        default: Option<fn() -> T>,
        problems: &mut Problems,
    ) -> Option<T> {
        (self.take)(call, index, default, problems)
    }
}

/// What a text can be the default of.
#[diagnostic::on_unimplemented(
    message = "a text cannot be the default of a parameter of type `{Self}`",
    label = "this is a text, and the parameter is of type `{Self}`",
    note = "write a value of that type: `#[arg(default = 3)]`; a text is for what is `From<&'static str>`"
)]
pub trait DefaultText: Sized {
    /// The default.
    fn default_text(text: &'static str) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: From<&'static str>> DefaultText for T {
    fn default_text(text: &'static str) -> Self {
        text.into()
    }
}

/// A default's JSON, if its type can be written as JSON; decided by method resolution.
#[derive(Debug)]
pub struct DefaultOf<T>(pub T);

impl<T: serde::Serialize> DefaultOf<T> {
    /// The JSON.
    pub fn json(&self) -> Option<Value> {
        // Through the text: as a value, 0.1 of an `f32` would have the digits of an `f64`.
        serde_json::from_str(&serde_json::to_string(&self.0).ok()?).ok()
    }
}

/// What is left when a default's type cannot be written as JSON.
pub trait NoJson {
    /// Nothing.
    fn json(&self) -> Option<Value> {
        None
    }
}
impl<T> NoJson for &DefaultOf<T> {}
