//! The server that the laws are held against: functions of many kinds of arguments, and limits that are soon met.

use lmcp::{Args, Context, Limits, ReadyServer, Server, Unanswered, prompt, resource, tool};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

/// The longest line that is read, in bytes.
pub(super) const LINE: usize = 8 << 10;
/// The largest body that is read, in bytes.
pub(super) const BODY: usize = 16 << 10;

/// The server, made once: to build it takes longer than most inputs do.
pub(crate) fn server() -> &'static ReadyServer {
    static SERVER: OnceLock<ReadyServer> = OnceLock::new();
    SERVER.get_or_init(|| build().build().expect("it starts"))
}

fn build() -> Server {
    let limits = Limits::default()
        .line_bytes(LINE)
        .body_bytes(BODY)
        .head_bytes(8 << 10)
        .nesting(32)
        .page_size(7)
        .queued_bytes(16 << 10)
        .batch_messages(6)
        .calls_in_flight(8)
        .subscriptions(3)
        .completion_values(3)
        .sessions(4)
        .rounds(3)
        .state_bytes(4 << 10)
        .replay_bytes(2 << 10)
        .answer_time(Duration::from_secs(1))
        .drain(Duration::from_secs(20));
    Server::empty()
        .name("laws")
        .version("1.0.0")
        .secret("a secret of the laws")
        .limits(limits)
        .tool(numbers)
        .tool(texts)
        .tool(wide)
        .tool(days)
        .tool(paint)
        .tool(draw)
        .tool(run)
        .tool(emit)
        .tool(find)
        .tool(search)
        .tool(grid)
        .tool(point)
        .tool(family)
        .tool(book)
        .tool(login)
        .tool(pick)
        .tool(anything)
        .tool(nothing)
        .tool(fails)
        .tool(maybe)
        .tool(counts)
        .tool(asks)
        .tool(asks_much)
        .resource(about)
        .resource(note)
        .resource(file)
        .resource(picture)
        .prompt(summary)
        .prompt(review)
}

/// Numbers.
#[tool]
fn numbers(n: i64, small: Option<u8>, x: Option<f64>, on: Option<bool>) -> String {
    format!("{n} {small:?} {x:?} {on:?}")
}

/// Texts.
#[tool]
fn texts(text: String, letter: Option<char>, more: Option<Vec<String>>) -> String {
    format!("{text} {letter:?} {more:?}")
}

/// Integers as wide as they come.
#[tool]
fn wide(u: Option<u128>, i: Option<i128>) -> String {
    format!("{u:?} {i:?}")
}

/// From one to fourteen.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("minimum" = 1, "maximum" = 14))]
struct Days(u8);

/// How long.
#[tool]
fn days(#[arg(default = Days(3), alias("d"))] days: Days, city: String) -> String {
    format!("{} {city}", days.0)
}

/// A colour.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Colour {
    Red,
    LightBlue,
    DarkBlue,
}

/// Paints.
#[tool]
fn paint(colour: Colour, #[arg(default = false)] twice: bool) -> String {
    format!("{colour:?} {twice}")
}

/// Tagged from inside.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Shape {
    /// Round.
    Circle { radius: f64 },
    /// With corners.
    Rectangle { width: u32, height: u32, rounded: Option<bool> },
    /// Nothing more to say.
    Dot,
}

/// Draws.
#[tool]
fn draw(shape: Shape, copies: Option<u8>) -> (Shape, Option<u8>) {
    (shape, copies)
}

/// Tagged from outside.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Command {
    Stop,
    Wait(u32),
    Move { x: i32, y: i32 },
    Say(Vec<String>),
}

/// Runs commands.
#[tool]
fn run(commands: Vec<Command>) -> Vec<Command> {
    commands
}

/// Tagged beside the content.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
enum Event {
    Opened,
    Renamed(String),
    Moved { x: i32, y: i32 },
}

/// Emits.
#[tool]
fn emit(event: Event) -> Event {
    event
}

/// Told apart by what it is.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Key {
    Id(u64),
    Name(String),
    Many(Vec<i64>),
}

/// Finds.
#[tool]
fn find(by: Key) -> Key {
    by
}

/// What to search for.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Filter {
    #[serde(default)]
    tags: Vec<String>,
    price: Option<Price>,
    #[schemars(length(min = 1, max = 3))]
    colours: Option<Vec<Colour>>,
    #[serde(rename = "inStock")]
    in_stock: bool,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Price {
    least: f64,
    most: Option<f64>,
}

/// Searches.
#[tool]
fn search(filter: Filter, limit: Option<u8>) -> (Filter, Option<u8>) {
    (filter, limit)
}

/// Lists and maps.
#[tool]
fn grid(rows: Vec<Vec<i64>>, scores: Option<BTreeMap<String, f64>>, by_id: Option<BTreeMap<u32, bool>>) -> String {
    format!("{rows:?} {scores:?} {by_id:?}")
}

/// In fixed places.
#[tool]
fn point(at: (i32, f64, String)) -> (i32, f64, String) {
    at
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Person {
    name: String,
    age: Option<u8>,
    #[serde(default)]
    children: Vec<Person>,
}

/// Holds itself.
#[tool]
fn family(root: Person) -> Person {
    root
}

/// All arguments as one.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Booking {
    #[schemars(regex(pattern = "^[A-Z][a-z]*$"))]
    name: String,
    #[schemars(range(min = 1, max = 30))]
    nights: u8,
    #[serde(default, alias = "with_breakfast")]
    breakfast: bool,
    #[serde(flatten)]
    address: Address,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Address {
    street: String,
    zip: String,
}

/// Books.
#[tool]
fn book(Args(booking): Args<Booking>) -> lmcp::Json<Booking> {
    lmcp::Json(booking)
}

/// With what is told to nobody.
#[tool]
fn login(user: String, #[arg(secret)] password: String) -> String {
    format!("{user} {}", password.len())
}

/// Of a few.
#[tool(schema = "openai-strict")]
fn pick(which: Option<Colour>, extra: Option<BTreeMap<String, Value>>) -> String {
    format!("{which:?} {extra:?}")
}

/// Any value.
#[tool]
fn anything(value: Value) -> Value {
    value
}

/// No arguments.
#[tool]
fn nothing() {}

/// Fails.
#[tool]
fn fails(why: String) -> Result<String, String> {
    Err(why)
}

/// A result that may be none.
#[tool]
fn maybe(n: Option<i64>) -> Option<i64> {
    n
}

/// Tells how far it is.
#[tool]
async fn counts(ctx: &Context, to: u8) -> u8 {
    for n in 1..=to.min(40) {
        ctx.progress(f64::from(n)).await;
        ctx.info(n).await;
        tokio::task::yield_now().await;
    }
    to
}

/// Asks the user.
#[tool(elicits(String))]
async fn asks(ctx: &Context) -> Result<String, Unanswered> {
    ctx.elicit("Your name?").await
}

/// Asks for everything there is.
#[tool(elicits(Price, bool))]
async fn asks_much(ctx: &Context) -> Result<String, lmcp::Error> {
    let number = ctx.once("number", async || Ok::<_, lmcp::Error>(7)).await?;
    let (price, roots) = ctx.ask((ctx.elicit::<Price>("How much?"), ctx.roots())).await?;
    let sure: bool = ctx.elicit(format!("Is {} right?", price.least)).await?;
    let wish = ctx.sample("Say something.").await?;
    Ok(format!("{number} {} {sure} {}", roots.iter().count(), wish.text()))
}

/// About.
#[resource("laws://about")]
fn about() -> &'static str {
    "About the laws."
}

/// A note.
#[resource("laws://notes/<id>")]
fn note(#[arg(complete = numbers_like)] id: u32) -> Option<String> {
    (id < 100).then(|| format!("note {id}"))
}

fn numbers_like(prefix: String) -> Vec<String> {
    (0..20).map(|n| n.to_string()).filter(|n| n.starts_with(&prefix)).collect()
}

/// A file.
#[resource("laws://files/<path..>")]
fn file(path: String) -> String {
    path
}

/// A picture.
#[resource("laws://files/<colour>/<size>/raw", mime = "image/png")]
fn picture(colour: Colour, size: Days) -> Vec<u8> {
    format!("{colour:?} {}", size.0).into_bytes()
}

/// Summarises.
#[prompt]
fn summary(#[arg(complete = numbers_like)] id: u32, thorough: Option<bool>, colour: Option<Colour>) -> String {
    format!("{id} {thorough:?} {colour:?}")
}

/// Reviews.
#[prompt]
fn review(code: String) -> Vec<lmcp::Message> {
    vec![lmcp::Message::user("Review."), lmcp::Message::assistant(code)]
}
