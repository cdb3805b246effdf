//! Ordinary Rust functions as a [Model Context Protocol](https://modelcontextprotocol.io) server.
//!
//! ```no_run
//! use lmcp::tool;
//!
//! /// Add two integers.
//! #[tool]
//! fn add(a: i64, b: i64) -> i64 {
//!     a.saturating_add(b)
//! }
//!
//! fn main() {
//!     lmcp::serve!()
//! }
//! ```
//!
//! This is a whole server, with one dependency. The types become JSON schemas, the doc comments descriptions, and
//! [`serve!`] serves every annotated function of the program. The functions stay functions: `add(1, 2)` is `3`.
//!
//! The three attributes have pages of their own with all keys, parameters and return types: [`#[tool]`](macro@tool) for
//! what a model calls, [`#[resource]`](macro@resource) for what a client reads, [`#[prompt]`](macro@prompt) for what a
//! person picks. This page is the whole in one read; the [guides](guide) go on from it.
//!
//! # The binary
//!
//! The program is its own command line. One called `calc` takes these commands:
//!
//! | command | what it does |
//! |---|---|
//! | `calc` | serves over standard input and output: what a client starts |
//! | `calc --http` | serves Streamable HTTP at `http://127.0.0.1:8080/mcp`; `--http HOST:PORT` elsewhere |
//! | `calc list` | shows what the server offers; `--json` as it is on the wire |
//! | `calc call add a=1 b=2` | runs a tool here and prints its result |
//! | `calc read notes://7` | prints a resource |
//! | `calc get review language=rust` | renders a prompt and prints its messages |
//! | `calc check` | checks what clients would refuse or miss in names, schemas and descriptions; an error is exit code 1 |
//! | `calc install cursor` | writes the program into a client's configuration; `calc install` lists the clients |
//! | `calc uninstall cursor` | takes it out again |
//! | `calc manifest` | prints a `server.json` for the [MCP registry](https://registry.modelcontextprotocol.io) |
//! | `calc help call add` | says more, here about one tool |
//!
//! A program with arguments of its own, such as a file's name, takes them before the commands: [`Server::own_arguments`],
//! which `install` writes down too; [`Server::own_usage`] says what they look like. One that wants the whole command line puts its [`Server`] together with [`server!`]
//! and runs it with [`Server::stdio`] or [`Server::http`], in a runtime of its own; with [`Server::run`] an async `main`
//! keeps the commands above.
//!
//! Over HTTP it listens on this machine only, and refuses web pages of other origins, unless told otherwise. Whoever
//! sets `LMCP_TOKEN=…`, or writes `--conf FILE` with a line `token = …`, asks for that bearer token; `LMCP_OIDC=ISSUER` or
//! `--oidc ISSUER` asks for one of an authorization server. [`auth`] has more. `LMCP_LOG=info` logs a line a request on
//! standard error, refused ones included.
//!
//! # Arguments
//!
//! Each parameter is an argument, under its own name, unless lmcp fills it in. Its type derives [`serde::Deserialize`] and
//! [`schemars::JsonSchema`], as most of the standard library's do. An [`Option`] may be left out, and so may what has a
//! `default`. A `///` on the parameter is the argument's description. [`Args<T>`](Args) takes all of them as one struct.
//!
//! [`serde::Deserialize`]: https://docs.rs/serde/latest/serde/trait.Deserialize.html
//! [`schemars::JsonSchema`]: https://docs.rs/schemars/latest/schemars/trait.JsonSchema.html
//!
//! ```
//! # use lmcp::tool;
//! /// Search the web.
//! #[tool(read_only, open_world)]
//! fn search(
//!     /// Words to look for.
//!     words: String,
//!     #[arg(default = 10)] most: usize,
//!     site: Option<String>,
//! ) -> String {
//!     format!("{most} results for {words:?} on {}", site.as_deref().unwrap_or("any site"))
//! }
//! # assert!(search("lmcp".into(), 1, None).starts_with("1 result"));
//! ```
//!
//! Arguments that do not fit are repaired where their schema leaves no doubt (`"3"` for 3). Else everything that is wrong
//! with them is told at once, in words that a model can act on, and the function is not run. What schemas say is checked,
//! too: `#[schemars(range(min = 1, max = 14))]` on a field is a rule, and no mere hint. They are written for every client;
//! [`Profile`] has others.
//!
//! # Results and errors
//!
//! Text types and numbers give text. A type that derives `Serialize` and `JsonSchema` gives structured output with a
//! schema. [`Image`], [`Audio`], [`ResourceLink`], [`Embedded`] and `Vec<Content>` give blocks, and [`ToolResult`] is for
//! full control. Any of these may stand in an `Option` or a `Result`:
//!
//! ```
//! # use lmcp::tool;
//! #[derive(serde::Serialize, schemars::JsonSchema)]
//! struct Quotient {
//!     quotient: i64,
//!     remainder: i64,
//! }
//!
//! /// Divide two integers.
//! #[tool(read_only)]
//! fn divide(a: i64, b: i64) -> Result<Quotient, String> {
//!     match (a.checked_div(b), a.checked_rem(b)) {
//!         (Some(quotient), Some(remainder)) => Ok(Quotient { quotient, remainder }),
//!         _ => Err("`b` must not be 0".into()),
//!     }
//! }
//! # assert!(divide(1, 0).is_err());
//! ```
//!
//! The error may be any error type, `anyhow::Error` and its like too. Its text and its sources reach the model as a result
//! that says it is an error, so the text says what to do. [`Error::invalid_params`] and its siblings answer with a JSON-RPC
//! error instead. A panic fails the one call it happens in.
//!
//! # State
//!
//! What all calls share is put in once, and taken as [`State<T>`](State) by type:
//!
//! ```no_run
//! # use lmcp::{State, tool};
//! use std::sync::{Arc, atomic::{AtomicU64, Ordering}};
//!
//! /// The number of the next invoice.
//! #[tool]
//! fn next(State(last): State<Arc<AtomicU64>>) -> u64 {
//!     last.fetch_add(1, Ordering::Relaxed) + 1
//! }
//!
//! fn main() {
//!     lmcp::serve!(state = Arc::new(AtomicU64::new(1000)))
//! }
//! ```
//!
//! [`serve!`] takes the other settings of a [`Server`] too: `name = "…"`, `instructions = "…"`, `limits = …`. A server
//! without a state that some function takes does not start, and says so.
//!
//! # Context
//!
//! [`&Context`](Context) is the call that a function runs in: [`progress`](Context::progress), log messages
//! ([`info`](Context::info) and its siblings), [`is_cancelled`](Context::is_cancelled), who the
//! [`client`](Context::client) is, and the [`server`](Context::server), which tells clients of changes.
//!
//! ```
//! # use lmcp::{Context, tool};
//! /// Index the documents.
//! #[tool]
//! async fn index(ctx: &Context, documents: Vec<String>) -> String {
//!     for (done, name) in (1u32..).zip(&documents) {
//!         ctx.progress(done).message(name).await;
//!     }
//!     ctx.info("indexed").await;
//!     format!("{} documents", documents.len())
//! }
//! ```
//!
//! An async function is dropped when its call is cancelled. Others ask `is_cancelled`.
//!
//! # Asking the user, and the user's model
//!
//! A function that needs something from the user asks, and waits for the answer:
//!
//! ```
//! use lmcp::{Context, Unanswered, tool};
//!
//! #[derive(serde::Deserialize, schemars::JsonSchema)]
//! struct Seat {
//!     /// A letter and a number, as on the plan.
//!     place: String,
//!     #[serde(default)]
//!     by_the_window: bool,
//! }
//!
//! /// Books a seat.
//! #[tool(elicits(Seat))]
//! async fn book(ctx: &Context, train: String) -> Result<String, Unanswered> {
//!     match ctx.elicit::<Seat>(format!("Which seat in {train}?")).await {
//!         Ok(seat) => Ok(format!("{} is yours, by the window: {}", seat.place, seat.by_the_window)),
//!         Err(Unanswered::Declined | Unanswered::Cancelled) => Ok("Nothing is booked.".into()),
//!         Err(other) => Err(other), // among them: the client cannot be asked
//!     }
//! }
//! ```
//!
//! [`elicit`](Context::elicit) shows a form, [`elicit_url`](Context::elicit_url) sends the user to a page,
//! [`sample`](Context::sample) asks the client's model, [`roots`](Context::roots) which folders the client works in, and
//! [`ask`](Context::ask) several of these at once. It is one `await`, whoever the client is. What a client of 2026-07-28
//! makes of it is worth knowing, though: it gets the question as the result of the call and calls again with the answer,
//! and the function **runs again from the top**, with the answer at hand. So a function does the same thing up to its last
//! question, and puts what must not happen twice into [`once`](Context::once). Answers travel with the client, sealed by the
//! server's [`secret`](Server::secret): replicas that share it finish each other's calls.
//!
//! # Resources and prompts
//!
//! ```
//! # use lmcp::{prompt, resource};
//! /// A note by its number.
//! #[resource("notes://<id>")]
//! fn note(id: u32) -> Option<String> {
//!     (id == 7).then(|| "Buy milk.".to_owned())
//! }
//!
//! /// Summarise a note.
//! #[prompt]
//! fn summarise(id: u32) -> String {
//!     format!("Read notes://{id} and summarise it in one sentence.")
//! }
//! # assert_eq!(note(7).unwrap() + &summarise(7), "Buy milk.Read notes://7 and summarise it in one sentence.");
//! ```
//!
//! `<id>` is a segment of the URI and a parameter of the function; `<path..>` takes the rest. `None` is "resource not
//! found". The prompt's `String` is one message by the user; [`Message`] is for more.
//!
//! # Who may call, and how often
//!
//! `#[tool(scopes("files:write"))]` hides a tool from callers without that scope, and tells them to get it when they call it
//! all the same; `#[tool(rate = "10/s")]` bounds how often one caller may call it, and [`Server::rate`] all that he asks for.
//! So it is for resources and prompts. See [`#[tool]`](macro@tool#who-may-call-and-how-often).
//!
//! # Tests
//!
//! A function is tested like any other. What a client gets from it is tested with [`testing`], in memory, with the real
//! bytes:
//!
//! ```standalone_crate
//! # /// Adds two integers.
//! # #[lmcp::tool]
//! # fn add(a: i64, b: i64) -> i64 { a + b }
//! # use serde_json::json;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let client = lmcp::testing::client!().await;
//! assert_eq!(client.call("add", json!({"a": 1, "b": 2})).await.text(), "3");
//! assert!(client.call("add", json!({"a": 1})).await.error().contains("b: required, missing"));
//! # }
//! ```
//!
//! [`testing::check`] says in a test what `calc check` says on the command line: what clients would refuse.
//!
//! # Guides
//!
//! | | |
//! |---|---|
//! | what to write | [tools](guide::tools), [resources](guide::resources), [prompts](guide::prompts), [context](guide::context), [state](guide::state), [errors](guide::errors), [testing](guide::testing) |
//! | running it | [HTTP](guide::http), [who gets in](auth), [deployment](guide::deployment), [protocol eras](guide::eras) |
//! | coming from elsewhere | [rmcp](guide::from_rmcp), [FastMCP](guide::from_fastmcp) |
//!
//! # When a tool does not show up
//!
//! Run `calc list` first: it shows what the program offers, without a client.
//!
//! - **The tool is not in the list.** If it stands in a library, even in the `src/lib.rs` of the same package, write
//!   `use my_lib as _;` in `main.rs`: the linker leaves out a library that nothing refers to, and `check` of a
//!   debug build names what got lost so of the package's own. Look for a `#[cfg]` on the function or its module, and for a
//!   `mod` line that is missing. [`Server::empty`] offers only what is named with
//!   [`tool`](Server::tool).
//! - **It is in the list, and the client does not show it.** Most clients read the list once: restart the client. Give it
//!   the absolute path of the binary, as `calc install` does, and build the binary again; clients start what was built, not
//!   what was written. If the server cannot start, it says why on standard error, which clients keep in their logs. Some
//!   clients refuse tools over their names or schemas: `calc check` says which and why.
//! - **It was there, and is gone.** [`Server::disable`], which is `serve!(disable = "…")`, and [`ServerHandle::disable`] take a
//!   tool off the list; `calc list` says where the first one stands.
//!
//! # Features
//!
//! - `stdio`, on by default: [`Server::stdio`].
//! - `http`, on by default: [`Server::http`], [`ReadyServer::http_service`].
//! - `http2`: HTTP/2 beside HTTP/1.1 on the same address, negotiated over TLS and recognised without.
//! - `jsonschema`: a full validator for what only a schema written by hand can say: `if`, `contains`, `dependentRequired`
//!   and their like. Without it, a tool that says so keeps the server from starting.
//! - `tls`: `Server::tls`, and `calc --http --tls-cert FILE --tls-key FILE`. It adds rustls with *ring*.
//! - `oauth`: access tokens of an authorization server, [`auth`] and `calc --http --oidc ISSUER`. It adds rustls with *ring*.
//! - `cli`, on by default: [`serve!`] and the commands of the binary. It needs `stdio`.
#![cfg_attr(docsrs, feature(doc_cfg))]

// Doctests and the attributes' expansions in our own tests name the crate as users do.
extern crate self as lmcp;

// -- bytes <-> messages --
mod transport;
mod jsonrpc;
// -- messages <-> meaning --
mod protocol;
mod era;
mod admission;
mod dispatch;
mod prepared;
mod traced;
mod outcome;
// -- meaning -> user code --
mod registry;
mod schema;
mod attempt;
mod invoke;
mod handler;
mod ask;
pub mod auth;
// -- the program around it --
mod server;
mod client;
pub mod testing;
#[cfg(feature = "cli")]
mod cli;
mod lint;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod laws;
// For the documentation and its tests only: no program compiles it.
#[cfg(any(doc, doctest))]
pub mod guide;
mod error;
mod first;
mod hash;
#[cfg(any(feature = "stdio", feature = "http"))]
mod log;
mod seal;
mod sorted;
mod type_name;
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use admission::Rate;
pub use ask::form::Answer;
pub use ask::{Elicit, ElicitUrl, ListRoots, Questions, Roots, Sample, Sampled, Unanswered, Unsupported, UrlVisit};
#[cfg(feature = "http")]
pub use auth::Auth;
pub use auth::Principal;
pub use error::{Error, Result};
pub use handler::{
    Amount, Args, Call, Completer, CompletionArguments, Completions, Context, ForwardEvents, HandlerError,
    IntoCompletions, IntoPromptResult, IntoResourceContents, IntoToolResult, Json, Log, Parameter, Progress, State,
    StateValue, Text,
};
#[doc(inline)]
#[doc = include_str!("docs/prompt.md")]
pub use lmcp_macros::prompt;
#[doc(inline)]
#[doc = include_str!("docs/resource.md")]
pub use lmcp_macros::resource;
#[doc(inline)]
#[doc = include_str!("docs/tool.md")]
pub use lmcp_macros::tool;
pub use protocol::{
    Annotations, Audio, ClientCapabilities, Content, Embedded, Icon, Image, Implementation, Level, Message, Meta,
    PromptResult, ProtocolVersion, ResourceBody, ResourceContents, ResourceLink, Role, Root, SamplingContent,
    SamplingMessage, SamplingRequest, SamplingTool, TextContent, ToolChoice, ToolResult, ToolUse, ToolUseResult,
};
pub use schema::Profile;
pub use server::{Advertise, Limits, Package, ReadyServer, Server, ServerHandle};
/// The crate that does TLS, in the version that [`Tls::from_config`] takes.
///
/// ```
/// use lmcp::{Tls, rustls::ServerConfig};
///
/// fn with_client_certificates(config: ServerConfig) -> lmcp::Server {
///     lmcp::Server::empty().tls(Tls::from_config(config))
/// }
/// ```
#[cfg(feature = "tls")]
#[doc(no_inline)]
pub use tokio_rustls::rustls;
#[cfg(feature = "tls")]
pub use transport::http::Tls;
#[cfg(feature = "http")]
pub use transport::http::{HttpService, ResponseBody};

/// The README's programs compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
