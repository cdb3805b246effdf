//! The server that the tests talk to: one function for each thing a client may meet.

use lmcp::{
    Audio, Completions, Content, Context, Embedded, Image, Json, Message, PromptResult, ResourceContents, ResourceLink,
    Server, State, Text, ToolResult, prompt, resource, tool,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[cfg(feature = "http2")]
pub mod frames;
pub mod guarded;
pub mod http;
#[cfg(feature = "oauth")]
pub mod issuer;
pub mod pipe;
pub mod process;
pub mod transcript;

/// Counts what the tests want to see happen, or not happen.
#[derive(Clone, Default)]
pub struct Counters {
    /// Handlers that were dropped before they were done.
    pub dropped: Arc<AtomicUsize>,
    /// Handlers that run right now.
    pub running: Arc<AtomicUsize>,
    /// The most that ran at the same time.
    pub most: Arc<AtomicUsize>,
}

/// The fixture, with everything in it in this order.
pub fn server() -> Server {
    server_with(Counters::default())
}

/// The fixture with counters of the test's own.
pub fn server_with(counters: Counters) -> Server {
    Server::empty()
        .name("fixture")
        .version("1.2.3")
        .title("The Fixture")
        .description("What the tests talk to.")
        .instructions("Try everything.")
        .state(counters)
        .tool(add)
        .tool(annotated)
        .tool(blocking_wait)
        .tool(contents)
        .tool(counting)
        .tool(fails)
        .tool(forecast)
        .tool(forever)
        .tool(list)
        .tool(logs)
        .tool(maybe)
        .tool(one_at_a_time)
        .tool(panics)
        .tool(prints)
        .tool(protocol_error)
        .tool(switches)
        .tool(takes_meta)
        .tool(too_slow)
        .tool(updates)
        .tool(waits)
        .resource(about)
        .resource(raw)
        .resource(note)
        .resource(file)
        .resource(special)
        .resource(asking)
        .prompt(greet)
        .prompt(review)
        .prompt(talk)
        .prompt(stumble)
}

/// Adds two integers.
#[tool]
pub fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Has everything a definition may have.
///
/// # Arguments
///
/// * `city` - City name, in any language.
#[tool(
    name = "annotated.tool",
    title = "Annotated",
    read_only,
    destructive = false,
    idempotent,
    open_world,
    icon("https://example.com/icon.png", mime = "image/png", size = "48x48", theme = "dark"),
    meta = serde_json::json!({ "example.com/kind": "demo" }),
    tags("demo", "weather"),
    alias("old_name")
)]
pub fn annotated(
    #[arg(header = "City")] city: String,
    #[arg(default = 3, alias = "d")] days: u8,
    units: Option<String>,
) -> String {
    format!("{city} {days} {units:?}")
}

/// Waits on a thread for such functions.
#[tool(blocking)]
pub fn blocking_wait(ctx: Context, ms: u64) -> bool {
    std::thread::sleep(Duration::from_millis(ms));
    ctx.is_cancelled()
}

/// One block of each kind.
#[tool]
pub fn contents() -> Vec<Content> {
    vec![
        "text".into(),
        Image::png(*b"png").into(),
        Audio::wav(*b"wav").into(),
        ResourceLink::new("fixture://about").name("about").description("What it is").mime("text/plain").into(),
        Embedded::new(ResourceContents::text("inside").uri("fixture://embedded")).meta("example.com/a", 1).into(),
    ]
}

/// Reports progress.
#[tool]
pub async fn counting(ctx: &Context, to: u32) -> String {
    for n in 1..=to {
        ctx.progress(n).of(to).message("counting").await;
        ctx.progress(n).await;
    }
    "done".into()
}

#[derive(Debug)]
struct DiskError(std::io::Error);
impl std::fmt::Display for DiskError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the disk is gone")
    }
}
impl std::error::Error for DiskError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// Fails, with a source.
#[tool]
pub fn fails() -> anyhow::Result<String> {
    Err(DiskError(std::io::Error::other("unplugged")).into())
}

/// A forecast.
#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Forecast {
    /// Degrees.
    celsius: f64,
    #[serde(rename = "_meta", skip_serializing_if = "BTreeMap::is_empty", default)]
    #[schemars(skip)]
    meta: BTreeMap<String, String>,
}

/// Forecast for a city.
#[tool]
pub async fn forecast(city: String) -> Result<Forecast, std::io::Error> {
    let meta = BTreeMap::from([("example.com/source".to_owned(), city)]);
    Ok(Forecast { celsius: 21.5, meta })
}

struct OnDrop(Arc<AtomicUsize>);
impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Never ends by itself.
#[tool]
pub async fn forever(ctx: &Context, State(counters): State<Counters>) {
    let _dropped = OnDrop(counters.dropped);
    counters.running.fetch_add(1, Ordering::SeqCst);
    ctx.progress(0).await;
    std::future::pending::<()>().await;
}

/// Structured output that is no object.
#[tool]
pub fn list() -> Vec<u8> {
    vec![1, 2]
}

/// Logs at three levels.
#[tool]
pub async fn logs(ctx: &Context) {
    ctx.debug("a detail").await;
    ctx.warning(serde_json::json!({ "disk": "full" })).logger("disk").await;
    ctx.error("an error").await;
}

/// Maybe nothing.
#[tool]
pub fn maybe(some: bool) -> Option<Json<u8>> {
    some.then_some(Json(7))
}

/// Runs alone.
#[tool(concurrency = 1)]
pub async fn one_at_a_time(State(counters): State<Counters>) {
    let now = counters.running.fetch_add(1, Ordering::SeqCst) + 1;
    counters.most.fetch_max(now, Ordering::SeqCst);
    tokio::task::yield_now().await;
    counters.running.fetch_sub(1, Ordering::SeqCst);
}

/// Panics.
#[tool]
pub async fn panics() -> String {
    panic!("a secret")
}

/// Prints to standard output.
#[tool]
pub fn prints() -> Text<u8> {
    println!("Hello from a println!");
    Text(1)
}

/// Answers with a JSON-RPC error, from inside another error.
#[tool]
pub fn protocol_error() -> anyhow::Result<()> {
    use anyhow::Context as _;
    Err(lmcp::Error::invalid_params("bad").data(serde_json::json!({ "why": "because" }))).context("while trying")
}

/// Switches another item off and on.
#[tool]
pub fn switches(ctx: &Context, name: String, on: bool) -> bool {
    if on { ctx.server().enable(&name) } else { ctx.server().disable(&name) }
}

/// Shows what came with the request.
#[tool]
pub fn takes_meta(ctx: &Context) -> ToolResult {
    let client = ctx.client().map(|client| format!("{} {}", client.name, client.version));
    let text = format!(
        "{} {} {} {}",
        ctx.request_id().unwrap_or("-"),
        ctx.protocol_version(),
        client.as_deref().unwrap_or("-"),
        ctx.meta().get("traceparent").and_then(|value| value.as_str()).unwrap_or("-"),
    );
    ToolResult::text(text).meta("example.com/seen", true)
}

/// Exceeds its time limit.
#[tool(timeout = "20ms")]
pub async fn too_slow() {
    std::future::pending::<()>().await;
}

/// Tells that a resource changed, twice.
#[tool]
pub fn updates(ctx: &Context, uri: String) {
    ctx.server().resource_updated(&uri);
    ctx.server().resource_updated(&uri);
}

/// Waits without a thread.
#[tool]
pub async fn waits(ms: u64) -> String {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    "waited".into()
}

/// What this is.
#[resource("fixture://about", mime = "text/plain", size = 9)]
pub fn about() -> &'static str {
    "A fixture"
}

/// Bytes.
#[resource("fixture://raw", name = "raw bytes", mime = "image/gif")]
pub fn raw() -> Vec<u8> {
    b"GIF89a".to_vec()
}

/// A note by its number.
#[resource("notes://<id>")]
pub fn note(#[arg(complete = numbers)] id: u32) -> Option<String> {
    (id < 1000).then(|| format!("note {id}"))
}

async fn numbers(typed: String) -> Completions {
    Completions::new((0..150).map(|n| n.to_string()).filter(|n| n.starts_with(&typed)))
}

/// A file.
#[resource("files://<path..>", mime = "text/x-file")]
pub fn file(path: std::path::PathBuf) -> std::io::Result<String> {
    if path.starts_with("missing") {
        return Err(std::io::Error::new(std::io::ErrorKind::NotFound, "no such file"));
    }
    Ok(path.display().to_string())
}

/// Literals win.
#[resource("files://special/<name>")]
pub fn special(name: String) -> Vec<ResourceContents> {
    vec![ResourceContents::text(name).mime("text/special").uri("files://elsewhere").meta("example.com/a", 1)]
}

/// Fails with an error of its own.
#[resource("fixture://asking")]
pub fn asking() -> lmcp::Result<String> {
    Err(lmcp::Error::not_found("nobody home"))
}

/// Greets somebody.
#[prompt]
pub fn greet(
    /// Whom.
    name: String,
    times: Option<u8>,
) -> String {
    format!("Say hello to {name} {} times.", times.unwrap_or(1))
}

/// A programming language.
#[derive(serde::Deserialize, schemars::JsonSchema, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Borrow checker included.
    Rust,
    /// Batteries included.
    Python,
}

/// Review some code.
#[prompt(title = "Review")]
pub fn review(language: Language, #[arg(default = false)] thorough: bool) -> Vec<Message> {
    vec![Message::user(format!("Review {language:?}, thorough: {thorough}")), Message::assistant(Image::jpeg(*b"jpeg"))]
}

/// All arguments as one struct.
#[derive(serde::Deserialize, schemars::JsonSchema)]
pub struct Topic {
    /// About what.
    about: String,
    minutes: Option<u8>,
}

/// A talk.
#[prompt]
pub fn talk(lmcp::Args(topic): lmcp::Args<Topic>) -> PromptResult {
    PromptResult::new([Message::user(format!("{} {:?}", topic.about, topic.minutes))]).description("A talk, prepared")
}

/// Fails.
#[prompt]
pub fn stumble() -> Result<String, String> {
    Err("out of words".into())
}
