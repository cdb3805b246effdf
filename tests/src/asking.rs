//! A server whose functions ask their client: what the tests of both eras call.
//!
//! It is no part of the library, so that only those who want its functions collect them.

use lmcp::{Context, Server, State, Unanswered, prompt, resource, tool};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How often something was done that must be done once.
#[derive(Clone, Default)]
pub(crate) struct Effects(Arc<AtomicUsize>);

impl Effects {
    /// How often it was done.
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
    pub(crate) fn happen(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// The server, with everything in it.
pub(crate) fn server() -> Server {
    server_with(Effects::default())
}

/// The server, with effects that the test counts.
pub(crate) fn server_with(effects: Effects) -> Server {
    Server::empty()
        .name("asking")
        .state(effects)
        .tool(trip)
        .tool(name)
        .tool(both)
        .tool(declined)
        .tool(model)
        .tool(folders)
        .tool(twice)
        .tool(varies)
        .tool(never_settles)
        .tool(holds)
        .tool(spawned)
        .tool(selects)
        .tool(hurried)
        .tool(pings)
        .tool(visits)
        .tool(enormous)
        .tool(impossible)
        .tool(blocking)
        .resource(secret)
        .prompt(essay)
}

/// How somebody travels.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Class {
    /// First class
    First,
    /// Second class
    Second,
}

/// Who travels, and how.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Traveller {
    /// As it stands in the passport.
    #[schemars(length(min = 1))]
    name: String,
    class: Class,
    #[schemars(range(min = 0, max = 3))]
    bags: Option<u8>,
}

/// Everything that can be asked, in three rounds, with an effect that must happen once.
#[tool(elicits(Traveller, bool))]
pub(crate) async fn trip(ctx: &Context, State(effects): State<Effects>, to: String) -> Result<String, lmcp::Error> {
    let seat = ctx.once("reserve", async || Ok::<_, lmcp::Error>(effects.happen())).await?;
    let traveller: Traveller = ctx.elicit("Who travels?").await?;
    let wish = ctx.sample(format!("What does {} want to see in {to}?", traveller.name));
    let (wish, roots) = ctx.ask((wish, ctx.roots())).await?;
    let sure: bool = ctx.elicit(format!("Book seat {seat} to {to}?")).await?;
    Ok(format!(
        "{} {:?} {:?} {} {} {sure} {}",
        traveller.name,
        traveller.class,
        traveller.bags,
        wish.text(),
        roots.iter().map(|root| root.uri.as_str()).collect::<Vec<_>>().join(","),
        roots.contains("/home/ada/x"),
    ))
}

/// Asks for a name.
#[tool]
pub(crate) async fn name(ctx: &Context) -> Result<String, Unanswered> {
    ctx.elicit::<String>("Your name?").await
}

/// Asks two things at once.
#[tool]
pub(crate) async fn both(ctx: &Context) -> Result<String, Unanswered> {
    let (a, b) = tokio::join!(ctx.elicit::<String>("A?"), ctx.elicit::<String>("B?"));
    Ok(format!("{} {}", a?, b?))
}

/// Goes on whatever the user does.
#[tool]
pub(crate) async fn declined(ctx: &Context) -> String {
    match ctx.elicit::<()>("Go on?").await {
        Ok(()) => "went on".into(),
        Err(unanswered) => format!("{unanswered:?}"),
    }
}

/// Asks the model.
#[tool]
pub(crate) async fn model(ctx: &Context) -> Result<String, Unanswered> {
    Ok(ctx.sample("Say something.").await?.text())
}

/// Tells the roots, asked for twice.
#[tool]
pub(crate) async fn folders(ctx: &Context) -> Result<String, Unanswered> {
    let known = ctx.known_roots().map(|roots| roots.iter().count());
    let roots = ctx.roots().await?;
    let again = ctx.roots().await?;
    assert_eq!(roots, again);
    Ok(format!("{known:?} {} {}", roots.iter().count(), roots.contains("/home/ada/x")))
}

/// Asks the same question twice.
#[tool]
pub(crate) async fn twice(ctx: &Context) -> Result<String, Unanswered> {
    let first: String = ctx.elicit("Again?").await?;
    let second: String = ctx.elicit("Again?").await?;
    Ok(format!("{first}, {second}"))
}

/// Asks a question whose text is another one in each run.
#[tool]
pub(crate) async fn varies(ctx: &Context, State(effects): State<Effects>) -> Result<String, Unanswered> {
    ctx.elicit::<String>(format!("At {}?", effects.happen())).key("now").await
}

/// The same, without a key.
#[tool]
pub(crate) async fn never_settles(ctx: &Context, State(effects): State<Effects>) -> Result<String, Unanswered> {
    ctx.elicit::<String>(format!("At {}?", effects.happen())).await
}

/// Does something slow that must not be cut off, while it asks.
#[tool]
pub(crate) async fn holds(ctx: &Context, State(effects): State<Effects>) -> Result<String, lmcp::Error> {
    let slow = ctx.once("slow", async || {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok::<_, lmcp::Error>(effects.happen())
    });
    let (slow, name) = tokio::join!(slow, ctx.elicit::<String>("Your name?"));
    Ok(format!("{} {}", slow?, name?))
}

/// Asks from a task of its own, which lives on.
#[tool]
pub(crate) async fn spawned(ctx: Context, State(effects): State<Effects>) -> String {
    let asking = tokio::spawn(async move {
        let answer = ctx.elicit::<String>("From a task?").await;
        if answer == Err(Unanswered::Ended) {
            effects.happen();
        }
        answer
    });
    format!("{:?}", asking.await)
}

/// Takes whichever answer is there first.
#[tool]
pub(crate) async fn selects(ctx: &Context) -> Result<String, Unanswered> {
    tokio::select! {
        a = ctx.elicit::<String>("A?") => Ok(format!("a {}", a?)),
        b = ctx.elicit::<String>("B?") => Ok(format!("b {}", b?)),
    }
}

/// Has little time, and users take long.
#[tool(timeout = "150ms")]
pub(crate) async fn hurried(ctx: &Context, then: u64) -> Result<String, Unanswered> {
    let name = ctx.elicit::<String>("Your name?").await?;
    tokio::time::sleep(Duration::from_millis(then)).await;
    Ok(name)
}

/// Asks for something that has no type here.
#[tool]
pub(crate) async fn pings(ctx: &Context) -> Result<serde_json::Value, Unanswered> {
    ctx.request("ping", serde_json::json!({})).await
}

/// Sends the user to a page.
#[tool]
pub(crate) async fn visits(ctx: &Context) -> Result<&'static str, Unanswered> {
    let visit = ctx.elicit_url("Pay.", "https://example.com/pay").await?;
    visit.complete().await;
    Ok("paid")
}

/// Records more than may travel.
#[tool]
pub(crate) async fn enormous(ctx: &Context) -> Result<String, lmcp::Error> {
    ctx.once("much", async || Ok::<_, lmcp::Error>("x".repeat(5000))).await?;
    Ok(ctx.elicit("Your name?").await?)
}

/// Asks for what no form can hold.
#[tool]
pub(crate) async fn impossible(ctx: &Context) -> Result<String, Unanswered> {
    Ok(ctx.elicit::<Vec<Vec<u8>>>("A matrix?").await?.len().to_string())
}

/// Asks from a thread.
#[tool(blocking)]
pub(crate) fn blocking(ctx: Context) -> Result<String, Unanswered> {
    tokio::runtime::Handle::current().block_on(async move { ctx.elicit::<String>("From a thread?").await })
}

/// Is told to those who know the word.
#[resource("asking://secret/<id>")]
pub(crate) async fn secret(ctx: &Context, #[arg(complete = ids)] id: u32) -> Result<String, Unanswered> {
    let word: String = ctx.elicit("The word?").await?;
    Ok(format!("{id} {word}"))
}

async fn ids(_prefix: String, ctx: Context) -> Result<Vec<String>, Unanswered> {
    ctx.elicit::<String>("During a completion?").await.map(|id| vec![id])
}

/// Asks what to write about.
#[prompt(elicits(String))]
pub(crate) async fn essay(ctx: &Context) -> Result<String, Unanswered> {
    Ok(format!("Write about {}.", ctx.elicit::<String>("About what?").await?))
}
