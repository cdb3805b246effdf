//! A server whose functions say what they got: one for each kind of argument.

use lmcp::{Args, Server, prompt, resource, tool};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn server() -> Server {
    Server::empty()
        .name("arguments")
        .version("1.0.0")
        .tool(integer)
        .tool(small)
        .tool(real)
        .tool(flag)
        .tool(word)
        .tool(letter)
        .tool(wide)
        .tool(forecast)
        .tool(maybe)
        .tool(paint)
        .tool(review)
        .tool(draw)
        .tool(run)
        .tool(emit)
        .tool(find)
        .tool(toggle)
        .tool(one_or_many)
        .tool(search)
        .tool(lists)
        .tool(maps)
        .tool(point)
        .tool(label)
        .tool(family)
        .tool(chain)
        .tool(expression)
        .tool(calculate)
        .tool(book)
        .tool(closed)
        .tool(open)
        .tool(limits)
        .tool(query)
        .tool(even)
        .tool(login)
        .tool(connect)
        .tool(careful)
        .tool(anything)
        .tool(nothing)
        .tool(judge)
        .tool(patterns)
        .tool(places)
        .tool(parts)
        .tool(stamps)
        .prompt(summary)
        .prompt(talk)
        .resource(note)
        .resource(room)
        .resource(tagged)
}

fn told(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("what was read can be written")
}

/// An integer.
#[tool]
fn integer(n: i64) -> String {
    told(&n)
}

/// A small one.
#[tool]
fn small(n: u8) -> String {
    told(&n)
}

/// A number.
#[tool]
fn real(x: f64) -> String {
    told(&x)
}

/// Yes or no.
#[tool]
fn flag(on: bool) -> String {
    told(&on)
}

/// A text.
#[tool]
fn word(text: String) -> String {
    told(&text)
}

/// One character.
#[tool]
fn letter(c: char) -> String {
    told(&c)
}

/// Integers as wide as they come.
#[tool]
fn wide(u: Option<u128>, i: Option<i128>, n: Option<u64>) -> String {
    // `serde_json` writes them whole, as numbers.
    told(&(u, i, n))
}

/// From one to fourteen.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("minimum" = 1, "maximum" = 14))]
struct Days(u8);

/// Forecast for a city.
#[tool]
fn forecast(city: String, #[arg(default = Days(3), alias("d"))] days: Days) -> String {
    told(&(city, days))
}

/// A colour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Colour {
    Red,
    Green,
    LightBlue,
    DarkBlue,
}

/// Everything may be left out.
#[tool]
fn maybe(
    count: Option<u32>,
    on: Option<bool>,
    names: Option<Vec<String>>,
    colour: Option<Colour>,
    price: Option<Price>,
) -> String {
    told(&(count, on, names, colour, price))
}

/// Paints.
#[tool]
fn paint(colour: Colour) -> String {
    told(&colour)
}

/// A programming language.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    /// Borrow checker included.
    Rust,
    /// Batteries included.
    Python,
    /// No generics, then some.
    Go,
}

/// Reviews code.
#[tool]
fn review(language: Language, #[arg(default = false)] thorough: bool) -> String {
    told(&(language, thorough))
}

/// Tagged from inside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Shape {
    /// Round.
    Circle { radius: f64 },
    /// With corners.
    Rectangle { width: u32, height: u32, rounded: Option<bool> },
    /// Nothing more to say.
    Dot,
}

/// Draws.
#[tool]
fn draw(shape: Shape, copies: Option<u8>) -> String {
    told(&(shape, copies))
}

/// Tagged from outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Command {
    Stop,
    Pause,
    Wait(u32),
    Move { x: i32, y: i32 },
    Say(Vec<String>),
}

/// Runs commands.
#[tool]
fn run(commands: Vec<Command>) -> String {
    told(&commands)
}

/// Tagged beside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data", rename_all = "lowercase")]
pub(crate) enum Event {
    Opened,
    Moved { x: i32, y: i32 },
    Renamed(String),
}

/// Emits an event.
#[tool]
fn emit(event: Event) -> String {
    told(&event)
}

/// By number or by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Key {
    Id(u64),
    Name(String),
}

/// Finds.
#[tool]
fn find(by: Key) -> String {
    told(&by)
}

/// A level, or on and off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Toggle {
    Level(u8),
    On(bool),
}

/// Toggles.
#[tool]
fn toggle(to: Toggle) -> String {
    told(&to)
}

/// One or many of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(i64),
    Many(Vec<i64>),
}

/// One, or many.
#[tool]
fn one_or_many(x: OneOrMany) -> String {
    told(&x)
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Price {
    pub(crate) least: f64,
    pub(crate) most: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    pub(crate) tags: Vec<String>,
    pub(crate) price: Option<Price>,
    pub(crate) colours: Option<Vec<Colour>>,
    #[serde(default)]
    pub(crate) in_stock: bool,
}

/// Searches.
#[tool]
fn search(filter: Filter, limit: Option<u8>) -> String {
    told(&(filter, limit))
}

/// Lists.
#[tool]
fn lists(numbers: Vec<i64>, words: Option<Vec<String>>, grid: Option<Vec<Vec<u8>>>) -> String {
    told(&(numbers, words, grid))
}

/// Maps.
#[tool]
fn maps(scores: BTreeMap<String, u32>, by_id: Option<BTreeMap<i32, String>>) -> String {
    told(&(scores, by_id))
}

/// A place.
#[tool]
fn point(at: (f64, f64), tag: Option<(String, u8)>) -> String {
    told(&(at, tag))
}

/// Labels, each once.
#[tool]
fn label(labels: BTreeSet<String>) -> String {
    told(&labels)
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) age: Option<u8>,
    #[serde(default)]
    pub(crate) children: Vec<Person>,
}

/// A family tree.
#[tool]
fn family(root: Person) -> String {
    told(&root)
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Link {
    pub(crate) n: i64,
    pub(crate) next: Option<Box<Link>>,
}

/// A chain.
#[tool]
fn chain(first: Link) -> String {
    told(&first)
}

/// Two forms that look much alike, and hold themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Expression {
    And { left: Box<Expression>, and: bool },
    Or { left: Box<Expression>, or: bool },
    Leaf { leaf: u8 },
}

/// An expression.
#[tool]
fn expression(e: Expression) -> String {
    told(&e)
}

/// The same, with a tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "lowercase")]
pub(crate) enum Sum {
    Plus { a: Box<Sum>, b: Box<Sum> },
    Minus { a: Box<Sum>, b: Box<Sum> },
    Number { n: i64 },
}

/// Calculates.
#[tool]
fn calculate(sum: Sum) -> String {
    told(&sum)
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Address {
    pub(crate) street: String,
    #[serde(rename = "zipCode")]
    pub(crate) zip: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Booking {
    /// Who.
    #[serde(rename = "guestName", alias = "guest")]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) nights: u8,
    #[serde(flatten)]
    pub(crate) address: Address,
    #[serde(default)]
    pub(crate) breakfast: bool,
}

/// Books a room.
#[tool]
fn book(Args(booking): Args<Booking>) -> String {
    told(&booking)
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Closed {
    pub(crate) city: String,
    #[serde(alias = "amount")]
    pub(crate) count: Option<u32>,
    #[serde(default)]
    pub(crate) shape: Option<Shape>,
}

/// Takes these and no others.
#[tool]
fn closed(Args(closed): Args<Closed>) -> String {
    told(&closed)
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Open {
    pub(crate) id: u32,
    #[serde(flatten)]
    pub(crate) rest: BTreeMap<String, Value>,
}

/// Takes whatever comes.
#[tool]
fn open(Args(open): Args<Open>) -> String {
    told(&open)
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Limits {
    #[schemars(range(min = 1, max = 5))]
    pub(crate) stars: Option<u8>,
    #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
    pub(crate) share: Option<f64>,
    #[schemars(length(min = 2, max = 8))]
    pub(crate) name: Option<String>,
    #[schemars(regex(pattern = r"^[A-Z]{2}-\d+$"))]
    pub(crate) code: Option<String>,
    #[schemars(email)]
    pub(crate) mail: Option<String>,
    #[schemars(url)]
    pub(crate) link: Option<String>,
    #[schemars(extend("multipleOf" = 5))]
    pub(crate) step: Option<i32>,
    #[schemars(extend("uniqueItems" = true), length(min = 1, max = 3))]
    pub(crate) once: Option<Vec<String>>,
    #[schemars(inner(length(min = 1, max = 4)))]
    pub(crate) words: Option<Vec<String>>,
}

/// Rules that no type checks.
#[tool]
fn limits(Args(limits): Args<Limits>) -> String {
    told(&limits)
}

/// A schema by hand, over anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Query(pub(crate) Value);

impl JsonSchema for Query {
    fn schema_name() -> Cow<'static, str> {
        "Query".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "properties": {
                "table": { "enum": ["users", "orders"] },
                "limit": { "type": "integer", "minimum": 1, "maximum": 100 },
                "order": { "type": "string", "pattern": "^[a-z_]+( desc)?$" },
                "columns": { "type": "array", "items": { "type": "string" }, "minItems": 1, "uniqueItems": true }
            },
            "required": ["table"],
            "additionalProperties": false
        })
    }
}

/// Queries.
#[tool]
fn query(q: Query) -> String {
    told(&q)
}

/// Refuses for a reason that no schema knows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Even(pub(crate) u32);

impl<'de> Deserialize<'de> for Even {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let n = u32::deserialize(deserializer)?;
        if n % 2 == 1 {
            return Err(serde::de::Error::custom(format_args!("{n} is odd")));
        }
        Ok(Even(n))
    }
}

impl JsonSchema for Even {
    fn schema_name() -> Cow<'static, str> {
        "Even".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        u32::json_schema(generator)
    }
}

/// Even numbers.
#[tool]
fn even(n: Even, more: Option<Vec<Even>>) -> String {
    told(&(n, more))
}

/// Nobody is told.
#[tool]
fn login(user: String, #[arg(secret)] password: String, #[arg(secret)] pin: Option<u16>) -> String {
    let _ = password;
    told(&(user, pin.is_some()))
}

/// Refuses, and tells what it was given.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Token(String);

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if !text.starts_with("tk-") {
            return Err(serde::de::Error::custom(format_args!("{text:?} is no token")));
        }
        Ok(Token(text))
    }
}

impl JsonSchema for Token {
    fn schema_name() -> Cow<'static, str> {
        "Token".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "examples": ["tk-1"] })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Credentials {
    pub(crate) host: String,
    #[schemars(extend("writeOnly" = true))]
    pub(crate) token: Token,
    #[schemars(extend("writeOnly" = true), range(max = 9999))]
    pub(crate) code: Option<u32>,
}

/// Connects.
#[tool]
fn connect(#[arg(alias("server"))] to: Credentials, port: u16) -> String {
    told(&(to.host, port))
}

/// Repairs nothing.
#[tool(strict)]
fn careful(n: i64, tags: Option<Vec<String>>, language: Option<Language>) -> String {
    told(&(n, tags, language))
}

/// Takes anything.
#[tool]
fn anything(value: Value) -> String {
    told(&value)
}

/// What [`Expression`] is, where no type checks it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Judged(pub(crate) Value);

impl JsonSchema for Judged {
    fn schema_name() -> Cow<'static, str> {
        "Judged".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let left = generator.subschema_for::<Judged>();
        let member = |name: &str| {
            json_schema!({
                "type": "object",
                "properties": { "left": left, (name): { "type": "boolean" } },
                "required": ["left", name]
            })
        };
        let leaf = json_schema!({
            "type": "object",
            "properties": { "leaf": { "type": "integer", "minimum": 0, "maximum": 255 } },
            "required": ["leaf"]
        });
        json_schema!({ "anyOf": [member("and"), member("or"), leaf] })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Part {
    #[schemars(regex(pattern = r"^[A-Z]{2}-\d{4}(/[a-z]+)?$"))]
    pub(crate) number: String,
    #[schemars(regex(pattern = r"^(eu|us)-(west|east)-[1-9]$"))]
    pub(crate) region: String,
}

/// Patterns that are required.
#[tool]
fn patterns(part: Part) -> String {
    told(&part)
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Place {
    pub(crate) inside: Option<Box<Room>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Room {
    pub(crate) around: Place,
    pub(crate) shape: Shape,
    pub(crate) commands: Vec<Command>,
}

/// Types that hold each other.
#[tool]
fn places(rooms: Vec<Room>, at: Option<Place>) -> String {
    told(&(rooms, at))
}

/// A tuple of everything.
#[tool]
fn parts(all: (Key, Toggle, Vec<(u8, Colour)>), by_colour: BTreeMap<String, Option<Shape>>) -> String {
    told(&(all, by_colour))
}

/// Judges.
#[tool]
fn judge(e: Judged) -> String {
    told(&e)
}

/// Takes nothing.
#[tool]
fn nothing() -> String {
    "nothing".into()
}

/// A point in time, as text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Stamp(#[schemars(extend("format" = "date-time"))] pub(crate) String);

/// Points in time.
#[tool]
fn stamps(at: Vec<Stamp>) -> String {
    told(&at)
}

/// A summary.
#[prompt]
fn summary(
    topic: String,
    words: u32,
    thorough: Option<bool>,
    colour: Option<Colour>,
    sections: Option<Vec<String>>,
) -> String {
    told(&(topic, words, thorough, colour, sections))
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Topic {
    /// About what.
    #[schemars(length(min = 3))]
    pub(crate) about: String,
    pub(crate) minutes: Option<u8>,
    pub(crate) language: Option<Tongue>,
}

/// A tongue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Tongue {
    English,
    German,
}

/// A talk.
#[prompt]
fn talk(Args(topic): Args<Topic>) -> String {
    told(&topic)
}

/// A note.
#[resource("notes://<id>")]
fn note(id: u32) -> String {
    told(&id)
}

/// A room.
#[resource("rooms://<floor>/<language>")]
fn room(floor: Days, language: Language) -> String {
    told(&(floor, language))
}

/// Something with a tag.
#[resource("tagged://<tag>/<n>")]
fn tagged(tag: String, n: u8) -> String {
    told(&(tag, n))
}
