//! Every role a parameter may have, under its own name and under others.

#![deny(warnings)]

use lmcp::{Args, Call, Context, Parameter, State, prompt, resource, tool};
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

mod reexports {
    pub use lmcp::{Args as Everything, Context as Cx, State as Shared};
}
mod theirs {
    /// It is not lmcp's.
    pub struct Args<T>(pub T);

    impl<'c, T: Default> lmcp::Parameter<'c> for Args<T> {
        fn from_call(_: &'c lmcp::Call<'c>) -> Result<Self, lmcp::Error> {
            Ok(Args(T::default()))
        }
    }
}
type Ctx<'a> = &'a Context;
type Database = State<Db>;
type Maybe = Option<String>;
type All = Args<Query>;

#[derive(Clone)]
pub struct Db(u8);

#[derive(serde::Deserialize, schemars::JsonSchema)]
pub struct Query {
    city: String,
    #[serde(default)]
    days: u8,
}

#[derive(Clone, Copy, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Units {
    Metric,
    Imperial,
}

impl From<&str> for Units {
    fn from(text: &str) -> Self {
        if text == "metric" { Units::Metric } else { Units::Imperial }
    }
}

/// Deserialize without Serialize: the default has no JSON.
#[derive(Default, serde::Deserialize, schemars::JsonSchema)]
pub struct OneWay(u8);

struct Locale(String);

impl<'c> Parameter<'c> for Locale {
    fn from_call(call: &'c Call<'c>) -> Result<Self, lmcp::Error> {
        Ok(Locale(call.context().request_id().unwrap_or_default().to_owned()))
    }
}

struct Borrowed<'c>(&'c Context);

impl<'c> Parameter<'c> for Borrowed<'c> {
    fn from_call(call: &'c Call<'c>) -> Result<Self, lmcp::Error> {
        Ok(Borrowed(call.context()))
    }
}

#[tool]
async fn by_reference(ctx: &Context, other: &lmcp::Context, text: String) -> String {
    let _ = (ctx, other);
    text
}

#[tool]
async fn by_value(ctx: Context, mut text: String) -> String {
    ctx.cancelled().await;
    text.push('.');
    text
}

#[tool]
async fn by_alias(ctx: Ctx<'_>, cx: reexports::Cx, Database { 0: db }: Database, note: Maybe) -> String {
    let _ = (ctx, cx);
    format!("{note:?}{}", db.0)
}

#[tool]
async fn by_lifetime<'a>(ctx: &'a Context, State(db): reexports::Shared<Db>, word: Cow<'a, str>) -> String {
    let _ = ctx;
    format!("{word}{}", db.0)
}

#[tool]
fn extractors(locale: Locale, borrowed: Borrowed<'_>, a: u8) -> String {
    let _ = borrowed.0;
    format!("{}{a}", locale.0)
}

#[tool]
async fn extractors_across_await(borrowed: Borrowed<'_>, state: State<Arc<dyn Fn(&str) -> u8 + Send + Sync>>) -> u8 {
    borrowed.0.cancelled().await;
    (state.0)("")
}

#[tool]
fn whole(Args(query): Args<Query>, State(db): State<Db>, ctx: &Context, locale: Locale) -> String {
    let _ = (db, ctx, locale);
    format!("{}{}", query.city, query.days)
}

#[tool]
fn extractor_of_the_same_name(theirs::Args(days): theirs::Args<u8>) -> u8 {
    days
}

#[tool]
fn whole_by_alias(Args(query): All) -> String {
    query.city
}

#[prompt]
fn whole_prompt(Args(query): reexports::Everything<Query>) -> String {
    query.city
}

#[tool]
#[allow(clippy::too_many_arguments)]
fn arguments(
    a: i128,
    b: [u8; 4],
    c: (u8, String),
    d: HashMap<String, Vec<Option<f64>>>,
    e: Box<Units>,
    f: PathBuf,
    g: serde_json::Value,
    h: std::primitive::u16,
    _i: (),
) -> usize {
    let _ = (a, b, c, d, e, f, g, h);
    0
}

const LIMIT: u32 = 7;

/// Defaults.
///
/// # Arguments
///
/// * `number` - a number
/// * `units` - the units
///   of measurement
#[tool]
fn defaults(
    #[arg(default = LIMIT * 2)] number: u32,
    #[arg(default = -1.5)] float: f32,
    #[arg(default = "metric")] units: Units,
    #[arg(default = Units::Imperial)] more_units: Units,
    #[arg(default = "text", alias = "txt", description = "text")] text: String,
    #[arg(default = "cow")] cow: Cow<'_, str>,
    #[arg(default = vec![1, 2])] list: Vec<u8>,
    #[arg(default = HashMap::<String, u8>::from([("a".to_owned(), 1)]))] map: HashMap<String, u8>,
    #[arg(default)] one_way: OneWay,
    #[arg(default = "/tmp")] path: PathBuf,
) -> String {
    let _ = (number, float, units as u8, more_units, text, list, map, one_way.0, path);
    cow.into_owned()
}

#[resource("things://<id>/<name>/<path..>")]
async fn segments(
    ctx: &Context,
    /// Which.
    id: u64,
    #[arg(complete = async_names)] name: Option<String>,
    path: PathBuf,
    State(db): State<Db>,
    locale: Locale,
    again: Ctx<'_>,
    database: Database,
) -> String {
    let _ = (ctx, path, db, locale, again, database);
    format!("{id}{name:?}")
}

fn names(_prefix: &str) -> Vec<&'static str> {
    vec!["a"]
}
async fn async_names(_prefix: String) -> Vec<String> {
    Vec::new()
}
async fn names_with_state(_prefix: String, State(_db): State<Db>) -> Result<Vec<String>, std::io::Error> {
    Ok(Vec::new())
}
fn names_with_context(_prefix: String, _ctx: Context, _arguments: lmcp::CompletionArguments) -> lmcp::Completions {
    lmcp::Completions::new(["a"])
}
mod elsewhere {
    pub(super) fn names(_prefix: &str) -> [&'static str; 1] {
        ["a"]
    }
}

#[prompt]
fn completed(
    #[arg(complete = names)] a: String,
    #[arg(complete = async_names)] b: u8,
    #[arg(complete = names_with_state)] c: String,
    #[arg(complete = names_with_context, default = "d")] d: String,
    #[arg(complete = self::elsewhere::names)] e: Option<String>,
) -> String {
    format!("{a}{b}{c}{d}{e:?}")
}

#[tool(blocking)]
fn blocking(ctx: Context, State(db): State<Db>, text: String) -> Result<String, std::io::Error> {
    let _ = (ctx, db);
    Ok(text)
}
