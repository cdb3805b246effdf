//! A client for your tests: in memory, the real bytes, any protocol revision.
//!
//! ```standalone_crate
//! use lmcp::tool;
//! use serde_json::json;
//!
//! /// Adds.
//! #[tool]
//! fn add(a: i64, b: i64) -> i64 {
//!     a + b
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let client = lmcp::testing::client!().await;
//! assert_eq!(client.call("add", json!({"a": 1, "b": 2})).await.text(), "3");
//! # }
//! ```
//!
//! Beside the functions, in a `#[cfg(test)]` module, it finds them by itself. A test in `tests/` sees the package's library
//! and not its `main.rs`: keep the functions in `src/lib.rs` and write `use my_lib as _;` in the test. States are given like
//! to [`serve!`](crate::serve!): `client!(state = db)`.
//!
//! In a doctest, mark a block that uses `client!()`, `server!()` or `serve!()` as ```` ```standalone_crate ````: from
//! edition 2024 on, rustdoc compiles the other doctests of a crate into one program, where the annotated functions of
//! all of them would meet. The same holds for unit tests: `client!()` offers every annotated function of the test
//! program, so pass every state they take, or use `Server::empty().tool(f)`.
//!
//! What goes wrong panics with what was said on the wire, `-->` sent and `<--` received. So does a call that takes longer
//! than 60 s of real time, whatever tokio's clock says: [`Client::time_limit`] says otherwise.
//!
//! [`check`] says what clients would refuse of the functions, without calling any.

mod called;
mod check;
mod connecting;
mod limit;
mod listening;
mod lists;
mod requests;
mod script;
mod wire;

use crate::auth::Principal;
use crate::client::Connection;
pub use crate::lint::{Finding, Severity, Target};
use crate::protocol::ProtocolVersion;
use crate::server::{ReadyServer, Server};
use crate::{Error, Result};
pub use called::{Called, RpcError};
pub use check::{check, check_schema, check_server};
pub use connecting::Connecting;
use listening::Streams;
use script::Script;
use serde_json::{Value, json};
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

#[doc(inline)]
pub use crate::__testing_client as client;

/// A client connected to a server in the same process.
///
/// Cheap to clone; clones are the same client.
///
/// ```
/// use lmcp::{Server, prompt, resource, testing::Client, tool};
/// use serde_json::json;
///
/// /// Adds.
/// #[tool]
/// fn add(a: i64, b: i64) -> i64 { a + b }
///
/// /// A note.
/// #[resource("notes://<id>")]
/// fn note(id: u32) -> Option<String> {
///     (id == 7).then(|| "Buy milk.".into())
/// }
///
/// /// Greet somebody.
/// #[prompt]
/// fn greet(#[arg(complete = names)] name: String) -> String {
///     format!("Greet {name}.")
/// }
///
/// fn names(typed: &str) -> Vec<&'static str> {
///     ["Ada", "Alan", "Grace"].into_iter().filter(|name| name.starts_with(typed)).collect()
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::connect(Server::empty().name("demo").tool(add).resource(note).prompt(greet)).await?;
/// assert_eq!(client.call("add", json!({"a": 1, "b": 2})).await.text(), "3");
/// assert_eq!(client.read("notes://7").await?[0]["text"], "Buy milk.");
/// assert_eq!(client.get("greet", json!({"name": "Ada"})).await?[0]["role"], "user");
/// assert_eq!(client.complete("greet", "name", "A").await?, ["Ada", "Alan"]);
///
/// // What it offers, and who it is.
/// assert_eq!(client.tools().await[0]["name"], "add");
/// assert_eq!(client.resource_templates().await[0]["uriTemplate"], "notes://{id}");
/// assert_eq!((client.resources().await.len(), client.prompts().await.len()), (0, 1));
/// assert_eq!(client.introduction()["capabilities"]["tools"]["listChanged"], true);
///
/// // Anything else, and all that was said.
/// assert_eq!(client.request("tools/list", json!({})).await?["tools"][0]["name"], "add");
/// assert!(client.protocol_version().is_modern() && client.transcript().contains("\"method\":\"tools/call\""));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    connection: Arc<Connection>,
    script: Arc<Script>,
    streams: Arc<Streams>,
    limit: Duration,
}

/// How long a test waits for an answer.
const TIME_LIMIT: Duration = Duration::from_secs(60);

impl Client {
    /// Connects in the latest revision.
    ///
    /// # Errors
    ///
    /// What is wrong with the server; see [`Server::build`].
    pub async fn connect(server: Server) -> Result<Client> {
        Self::connect_as(&server.build()?, ProtocolVersion::LATEST).await
    }

    /// Connects in this revision; several clients may share one server.
    ///
    /// ```standalone_crate
    /// use lmcp::{ProtocolVersion, testing::Client};
    /// # #[lmcp::tool] fn ping_it() {}
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> lmcp::Result<()> {
    /// let server = lmcp::server!().build()?;
    /// for version in ProtocolVersion::ALL {
    ///     let client = Client::connect_as(&server, version).await?;
    ///     assert_eq!(client.tools().await.len(), 1);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the server refuses the connection.
    pub async fn connect_as(server: &ReadyServer, version: ProtocolVersion) -> Result<Client> {
        Self::open(server, version, None, everything()).await
    }

    /// Connects as a client that declares these capabilities only; the others declare everything a server may ask for.
    ///
    /// ```standalone_crate
    /// use lmcp::{Context, ProtocolVersion, testing::Client, tool};
    /// use serde_json::json;
    ///
    /// /// Greets the user.
    /// #[tool]
    /// async fn greet(ctx: &Context) -> Result<String, lmcp::Unanswered> {
    ///     Ok(format!("Hello, {}!", ctx.elicit::<String>("What is your name?").await?))
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> lmcp::Result<()> {
    /// let server = lmcp::server!().build()?;
    /// let client = Client::connect_with(&server, ProtocolVersion::LATEST, json!({})).await?;
    /// assert!(client.call("greet", json!({})).await.error().contains("does not offer `elicitation.form`"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the server refuses the connection.
    pub async fn connect_with(
        server: &ReadyServer,
        version: ProtocolVersion,
        capabilities: impl Into<Value>,
    ) -> Result<Client> {
        Self::open(server, version, None, capabilities.into()).await
    }

    async fn open(
        server: &ReadyServer,
        version: ProtocolVersion,
        principal: Option<Principal>,
        capabilities: Value,
    ) -> Result<Client> {
        let script = Arc::new(Script::default());
        match Connection::open(server, version, "lmcp-testing", principal, capabilities, script.clone()).await {
            Ok(connection) => {
                Ok(Client { connection: Arc::new(connection), script, streams: Arc::default(), limit: TIME_LIMIT })
            }
            Err(error) => Err(Error::msg(format!("the server refused the connection: {error}"))),
        }
    }

    /// Waits at most this long for an answer or a notification; 60 s by default, [`Duration::MAX`] for ever.
    ///
    /// What takes longer panics, with what was said on the wire, so that a handler that hangs does not hang the test. It is
    /// real time: a paused clock of tokio's neither counts nor moves. A handler that blocks the thread of a
    /// `current_thread` runtime holds up the test itself; `#[tool(blocking)]` gives it another thread.
    ///
    /// ```standalone_crate,should_panic
    /// use std::time::Duration;
    ///
    /// /// Never ends.
    /// #[lmcp::tool]
    /// async fn hang() {
    ///     std::future::pending().await
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let client = lmcp::testing::client!().await.time_limit(Duration::from_millis(50));
    /// let _never = client.call("hang", serde_json::json!({})).await; // panics: no answer to tools/call "hang" within 50ms
    /// # }
    /// ```
    #[must_use = "it gives the client with the new limit"]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// When the server asks the user this, they enter that: an object with the form's fields, or the value of a form that
    /// asks for one value. It holds for every time it is asked, until something else is said.
    ///
    /// A question that nothing was said for fails the call, with its text.
    ///
    /// ```standalone_crate
    /// # use lmcp::{Context, tool};
    /// # use serde_json::json;
    /// /// Greets the user.
    /// #[tool]
    /// async fn greet(ctx: &Context) -> Result<String, lmcp::Unanswered> {
    ///     Ok(format!("Hello, {}!", ctx.elicit::<String>("What is your name?").await?))
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let client = lmcp::testing::client!().await;
    /// client.answer("What is your name?", "Ada");
    /// assert_eq!(client.call("greet", json!({})).await.text(), "Hello, Ada!");
    /// client.decline("What is your name?");
    /// assert_eq!(client.call("greet", json!({})).await.error(), "the user declined to answer");
    /// # }
    /// ```
    pub fn answer(&self, question: impl Into<String>, content: impl Into<Value>) {
        let content = match content.into() {
            Value::Object(content) => content.into(),
            value => json!({ "value": value }),
        };
        self.script.put(question.into(), json!({ "action": "accept", "content": content }));
    }

    /// When the server asks the user this, they say no.
    pub fn decline(&self, question: impl Into<String>) {
        self.script.put(question.into(), json!({ "action": "decline" }));
    }

    /// When the server asks the user this, they close the question.
    pub fn cancel(&self, question: impl Into<String>) {
        self.script.put(question.into(), json!({ "action": "cancel" }));
    }

    /// When the server asks the client's model something, it says this.
    ///
    /// A text, or the whole result: `json!({"role": "assistant", "content": {…}, "model": "…"})`.
    pub fn answer_sampling(&self, answer: impl Into<Value>) {
        let answer = match answer.into() {
            Value::Object(answer) => answer.into(),
            text => json!({
                "role": "assistant", "model": "lmcp-testing", "stopReason": "endTurn",
                "content": { "type": "text", "text": text },
            }),
        };
        self.script.lock().sampling = Some(answer);
    }

    /// Sets the client's roots, as `file:` URIs, and tells the server that they changed.
    pub async fn set_roots(&self, uris: impl IntoIterator<Item = &str>) {
        let roots: Vec<Value> = uris.into_iter().map(|uri| json!({ "uri": uri })).collect();
        self.script.lock().roots = Some(json!({ "roots": roots }));
        if !self.protocol_version().is_modern() {
            self.notify("notifications/roots/list_changed", json!({})).await;
        }
    }

    /// Calls a tool. Dropped before it is done, the future cancels the call, as clients do when somebody gives up.
    ///
    /// ```
    /// use lmcp::{Server, testing::Client, tool};
    /// use std::sync::Arc;
    /// use tokio::sync::Notify;
    ///
    /// struct Work(Arc<Notify>);
    ///
    /// impl Drop for Work {
    ///     fn drop(&mut self) {
    ///         self.0.notify_one();
    ///     }
    /// }
    ///
    /// /// Works for ever.
    /// #[tool]
    /// async fn work(lmcp::State(over): lmcp::State<Arc<Notify>>) {
    ///     let _work = Work(over.clone());
    ///     over.notify_one();
    ///     std::future::pending().await
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> lmcp::Result<()> {
    /// let over = Arc::new(Notify::new());
    /// let client = Client::connect(Server::empty().tool(work).state(over.clone())).await?;
    /// tokio::select! {
    ///     _never = client.call("work", serde_json::json!({})) => {}
    ///     () = over.notified() => {} // it has begun
    /// }
    /// over.notified().await; // and is dropped
    /// assert!(client.transcript().contains("notifications/cancelled"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When it takes longer than the [time limit](Self::time_limit), as every request of the client's.
    #[track_caller]
    pub fn call(&self, name: &str, arguments: impl Into<Value>) -> impl Future<Output = Called> {
        let answer = self.request("tools/call", json!({ "name": name, "arguments": arguments.into() }));
        async move { Called { outcome: answer.await, client: self.clone() } }
    }

    /// Reads a resource: its `contents`.
    ///
    /// # Errors
    ///
    /// The JSON-RPC error.
    #[track_caller]
    pub fn read(&self, uri: &str) -> impl Future<Output = Result<Vec<Value>, RpcError>> {
        let answer = self.request("resources/read", json!({ "uri": uri }));
        async move { Ok(items(&answer.await?, "contents")) }
    }

    /// Renders a prompt: its `messages`.
    ///
    /// # Errors
    ///
    /// The JSON-RPC error.
    #[track_caller]
    pub fn get(&self, name: &str, arguments: impl Into<Value>) -> impl Future<Output = Result<Vec<Value>, RpcError>> {
        let answer = self.request("prompts/get", json!({ "name": name, "arguments": arguments.into() }));
        async move { Ok(items(&answer.await?, "messages")) }
    }

    /// Sends any request and gives its `result`. Questions on the way are [answered](Self::answer).
    ///
    /// # Errors
    ///
    /// The JSON-RPC error.
    #[track_caller]
    pub fn request(&self, method: &str, params: impl Into<Value>) -> impl Future<Output = Result<Value, RpcError>> {
        self.asked(method, params.into(), Location::caller())
    }

    async fn asked(&self, method: &str, params: Value, caller: &'static Location<'static>) -> Result<Value, RpcError> {
        let what = answer_to(method, &params);
        self.within(caller, &what, self.connection.request(method, params)).await
    }

    /// What was asked for within the time limit.
    async fn within<T>(
        &self,
        caller: &'static Location<'static>,
        what: &str,
        answer: impl Future<Output = Result<T, Value>>,
    ) -> Result<T, RpcError> {
        match limit::within(self.limit, answer).await {
            Some(answer) => answer.map_err(|error| RpcError::new(error, wire::shown(&self.connection))),
            None => self.late(caller, &format!("no {what}")),
        }
    }

    /// Sends any notification.
    pub async fn notify(&self, method: &str, params: impl Into<Value>) {
        self.connection.notify(method, Some(params.into()));
    }

    /// Waits for a notification of this method and gives its `params`.
    ///
    /// # Panics
    ///
    /// When the server ends before one comes, or none comes within the time limit. Of changes a server tells those who
    /// [subscribed](Self::subscribe).
    #[track_caller]
    pub fn notification(&self, method: &str) -> impl Future<Output = Value> {
        let caller = Location::caller();
        async move {
            match limit::within(self.limit, self.connection.notification(method)).await {
                Some(Some(mut message)) => message.get_mut("params").map(Value::take).unwrap_or_default(),
                Some(None) => self.fail_at(caller, &format!("the server ended without sending {method}")),
                None => self.late(caller, &format!("no {method} came{}", self.not_subscribed(method))),
            }
        }
    }

    /// Takes every notification that has arrived and was not waited for.
    pub fn notifications(&self) -> Vec<Value> {
        self.connection.notifications()
    }

    /// What the server said of itself: the result of `initialize` or `server/discover`.
    pub fn introduction(&self) -> &Value {
        self.connection.introduction()
    }

    /// The revision this client speaks.
    pub fn protocol_version(&self) -> ProtocolVersion {
        self.connection.version()
    }

    /// Everything that was said on the wire so far, one JSON line each.
    pub fn transcript(&self) -> String {
        self.connection.transcript()
    }

    /// Why a change may not have come.
    fn not_subscribed(&self, method: &str) -> &'static str {
        let is_change = method.starts_with("notifications/resources/") || method.ends_with("/list_changed");
        let transcript = self.transcript();
        let has_asked =
            ["\"resources/subscribe\"", "\"subscriptions/listen\""].iter().any(|it| transcript.contains(it));
        match is_change && !has_asked {
            true => ", and this client has subscribed to nothing: `client.subscribe(uri).await` comes first,",
            false => "",
        }
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        panic!("{what}\n{}", wire::shown(&self.connection))
    }

    /// Of what was awaited: a panic in there has a place of its own, which helps nobody.
    fn fail_at(&self, caller: &Location<'_>, what: &str) -> ! {
        self.fail(&format!("{what}, as asked for at {caller}"))
    }

    fn late(&self, caller: &Location<'_>, what: &str) -> ! {
        let limit = self.limit;
        self.fail_at(caller, &format!("{what} within {limit:?}, the client's time limit"))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("version", &self.connection.version()).finish_non_exhaustive()
    }
}

/// Whatever a server may ask for.
fn everything() -> Value {
    json!({
        "elicitation": { "form": {}, "url": {} },
        "roots": { "listChanged": true },
        "sampling": { "tools": {}, "context": {} },
    })
}

/// What is waited for, in words.
fn answer_to(method: &str, params: &Value) -> String {
    let name = params.get("name").or(params.get("uri")).map(|name| format!(" {name}")).unwrap_or_default();
    format!("answer to {method}{name}")
}

fn items(result: &Value, key: &str) -> Vec<Value> {
    result.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
}
