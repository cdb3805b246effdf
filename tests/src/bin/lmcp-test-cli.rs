//! A server to try the command line of, as its user would write it. `LMCP_TEST_CLI` makes it start in a wrong way.

use lmcp::{
    Args, Content, Context, Embedded, Image, Message, ResourceContents, ResourceLink, Server, Unanswered, prompt,
    resource, tool,
};

/// Add two integers.
#[tool]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// One block of each kind.
#[tool]
fn blocks() -> Vec<Content> {
    let embedded = ResourceContents::text("inside").uri("calc://inside").mime("text/plain");
    vec![
        "a text".into(),
        Image::png(*b"png").into(),
        ResourceLink::new("calc://about").name("about").into(),
        Embedded::new(embedded).into(),
        "another\n".into(),
    ]
}

/// What a guest is asked.
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Wish {
    /// A letter and a number.
    place: String,
    table: Option<bool>,
}

/// Book a seat.
#[tool(elicits(Wish, String))]
async fn seat(ctx: &Context, train: String) -> Result<String, Unanswered> {
    let wish: Wish = ctx.elicit(format!("Which seat in {train}?")).await?;
    if wish.place != "?" {
        return Ok(format!("{} in {train}, table: {:?}", wish.place, wish.table));
    }
    Ok(format!("somewhere in {train}: {}", ctx.elicit::<String>("Where then?").await?))
}

/// Fail.
#[tool]
fn fail(#[arg(default = false)] protocol: bool) -> Result<(), lmcp::Error> {
    if protocol {
        return Err(lmcp::Error::rpc(1001, "busy").data(serde_json::json!({ "retryAfter": 5 })));
    }
    Err(lmcp::Error::other(std::io::Error::other("the disk is gone")))
}

/// How to greet.
#[derive(Debug, Default, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Style {
    #[default]
    Plain,
    Loud,
}

/// Greet somebody.
///
/// In one of two styles, with as many tags as wanted.
#[tool]
fn greet(
    /// Whom to greet.
    name: String,
    #[arg(default = Style::Plain)] style: Style,
    /// What to add, each behind a `#`.
    #[arg(default = Vec::new())]
    tags: Vec<String>,
    times: Option<u8>,
) -> String {
    let name = if matches!(style, Style::Loud) { name.to_uppercase() } else { name };
    let tags: String = tags.iter().map(|tag| format!(" #{tag}")).collect();
    vec![format!("hello {name}{tags}"); times.unwrap_or(1).into()].join("\n")
}

/// Print, where only the protocol may.
#[tool(blocking)]
fn prints() -> &'static str {
    println!("a stray line");
    "done"
}

/// A point.
#[derive(serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
struct Point {
    x: f64,
    y: f64,
    label: Option<String>,
}

/// Mirror a point.
#[tool]
fn mirror(Args(point): Args<Point>) -> Point {
    Point { x: -point.x, y: -point.y, ..point }
}

/// Work, and say so.
#[tool]
async fn work(ctx: &Context, steps: u8) -> String {
    ctx.debug("not to be seen").await;
    for step in 1..=steps {
        ctx.progress(step).of(steps).message("working").await;
    }
    ctx.warning(serde_json::json!({ "left": 0 })).logger("work").await;
    ctx.info("all done").await;
    format!("{steps} steps")
}

/// What this is.
#[resource("calc://about")]
fn about() -> &'static str {
    "A calculator."
}

/// A picture of it.
#[resource("calc://picture", mime = "image/gif")]
fn picture() -> Vec<u8> {
    b"GIF89a\0\xff".to_vec()
}

/// Two at once.
#[resource("calc://both")]
fn both() -> Vec<ResourceContents> {
    vec![ResourceContents::text("one,"), ResourceContents::blob(*b"two")]
}

/// Somebody's profile.
#[resource("users://<id>/profile", mime = "application/json")]
fn profile(id: u64) -> Option<String> {
    (id < 10).then(|| format!("{{\"id\":{id}}}"))
}

/// Review some code.
#[prompt]
fn review(language: Style, code: String, #[arg(default = false)] thorough: bool) -> Vec<Message> {
    vec![Message::user(format!("Review this, {language:?}, {thorough}:\n{code}")), Message::assistant("Let me see.")]
}

fn not_a_tool() {}

fn main() {
    let mode = std::env::var("LMCP_TEST_CLI").unwrap_or_default();
    match mode.as_str() {
        "empty" => Server::empty().main(),
        "mistake" => Server::empty().tool(not_a_tool).main(),
        "state" => lmcp::serve!(state = Err::<u8, _>(std::io::Error::other("no database"))),
        "runtime" => tokio::runtime::Runtime::new().expect("a runtime").block_on(async { lmcp::serve!() }),
        _ => lmcp::serve!(name = "calc", version = "1.2.3", description = "A calculator."),
    }
}
