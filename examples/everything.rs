//! What the official conformance suite asks of a server. `cargo run --example everything -- call test_simple_text`
//!
//! Names, arguments and answers are the suite's, which `tests/conformance/run.sh` runs over HTTP.

use lmcp::{
    Args, Audio, Content, Context, Embedded, Image, Message, ResourceContents, SamplingRequest, Unanswered, prompt,
    resource, tool,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::{borrow::Cow, time::Duration};

/// One grey pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\
    \0\0\0\nIDATx\xdac\xa8\x07\0\0\x81\0\x80~\x1c)\xc7\0\0\0\0IEND\xaeB`\x82";

/// One silent sample.
const WAV: &[u8] = b"RIFF&\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0@\x1f\0\0\x80>\0\0\x02\0\x10\0data\x02\0\0\0\0\0";

// Tools: what a result may hold

/// Answers with text.
#[tool]
fn test_simple_text() -> &'static str {
    "This is a simple text response for testing."
}

/// Answers with a picture.
#[tool]
fn test_image_content() -> Image {
    Image::png(PNG)
}

/// Answers with sound.
#[tool]
fn test_audio_content() -> Audio {
    Audio::wav(WAV)
}

/// Answers with a resource.
#[tool]
fn test_embedded_resource() -> Embedded {
    let contents = ResourceContents::text("This is an embedded resource content.").mime("text/plain");
    Embedded::new(contents.uri("test://embedded-resource"))
}

/// Answers with text, a picture and a resource.
#[tool]
fn test_multiple_content_types() -> [Content; 3] {
    let contents = ResourceContents::text(r#"{"test":"data","value":123}"#).mime("application/json");
    [
        "Multiple content types test:".into(),
        Image::png(PNG).into(),
        Embedded::new(contents.uri("test://mixed-content-resource")).into(),
    ]
}

/// Fails.
#[tool]
fn test_error_handling() -> Result<(), &'static str> {
    Err("This tool intentionally returns an error for testing")
}

// Tools: what goes on during a call

async fn pause() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

/// Reports progress in three steps.
#[tool]
async fn test_tool_with_progress(ctx: &Context) -> &'static str {
    ctx.progress(0).of(100).await;
    pause().await;
    ctx.progress(50).of(100).await;
    pause().await;
    ctx.progress(100).of(100).await;
    "Progress reported"
}

/// Logs three messages.
#[tool]
async fn test_tool_with_logging(ctx: &Context) -> &'static str {
    ctx.info("Tool execution started").await;
    pause().await;
    ctx.info("Tool processing data").await;
    pause().await;
    ctx.info("Tool execution completed").await;
    "Messages logged"
}

/// Logs one message, for those who asked for it.
#[tool]
async fn test_logging_tool(ctx: &Context) -> &'static str {
    ctx.info("Logging tool called").await;
    "Message logged"
}

/// Says that the list of tools changed.
#[tool]
fn test_trigger_tool_change(ctx: &Context) -> &'static str {
    ctx.server().tools_changed();
    "Tool change triggered"
}

/// Says that the list of prompts changed.
#[tool]
fn test_trigger_prompt_change(ctx: &Context) -> &'static str {
    ctx.server().prompts_changed();
    "Prompt change triggered"
}

/// Lets go of the connection, and answers when the client has come back for the rest.
#[tool]
async fn test_reconnection(ctx: &Context) -> &'static str {
    ctx.close_stream();
    tokio::time::sleep(Duration::from_millis(100)).await;
    "Reconnection test completed"
}

// Tools: asking the client

#[derive(Debug, serde::Serialize, serde::Deserialize, JsonSchema)]
struct Name {
    name: String,
}

#[derive(serde::Deserialize, JsonSchema)]
struct Confirmation {
    ok: bool,
}

#[derive(serde::Deserialize, JsonSchema)]
struct Color {
    color: String,
}

/// Asks the model.
#[tool]
async fn test_sampling(ctx: &Context, prompt: String) -> Result<String, Unanswered> {
    let answer = ctx.sample(SamplingRequest::new(prompt).max_tokens(100)).await?;
    Ok(format!("LLM response: {}", answer.text()))
}

/// What the user did with a form, as the suite wants it told.
fn told<T: serde::Serialize>(answer: Result<T, Unanswered>) -> Result<(&'static str, String), Unanswered> {
    match answer {
        Ok(content) => Ok(("accept", serde_json::to_string(&content).unwrap_or_default())),
        Err(Unanswered::Declined) => Ok(("decline", "null".into())),
        Err(Unanswered::Cancelled) => Ok(("cancel", "null".into())),
        Err(other) => Err(other),
    }
}

#[derive(serde::Serialize, serde::Deserialize, JsonSchema)]
struct Account {
    username: String,
    email: String,
}

/// Asks the user.
#[tool(elicits(Account))]
async fn test_elicitation(ctx: &Context, message: String) -> Result<String, Unanswered> {
    let (action, content) = told(ctx.elicit::<Account>(message).await)?;
    Ok(format!("User response: action={action}, content={content}"))
}

#[derive(serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Status {
    Active,
    Inactive,
    Pending,
}

#[derive(serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(default)]
struct Defaults {
    name: String,
    age: i64,
    score: f64,
    status: Status,
    verified: bool,
}

impl Default for Defaults {
    fn default() -> Self {
        Defaults { name: "John Doe".into(), age: 30, score: 95.5, status: Status::Active, verified: true }
    }
}

/// Asks the user, with an answer at hand.
#[tool(elicits(Defaults))]
async fn test_elicitation_sep1034_defaults(ctx: &Context) -> Result<String, Unanswered> {
    let (action, content) = told(ctx.elicit::<Defaults>("Please review the defaults").await)?;
    Ok(format!("Elicitation completed: action={action}, content={content}"))
}

#[derive(serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Untitled {
    Option1,
    Option2,
    Option3,
}

#[derive(serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Titled {
    /// First Option
    Value1,
    /// Second Option
    Value2,
    /// Third Option
    Value3,
}

#[derive(serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum TitledChoice {
    #[schemars(title = "First Choice")]
    Value1,
    #[schemars(title = "Second Choice")]
    Value2,
    #[schemars(title = "Third Choice")]
    Value3,
}

#[derive(serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Legacy {
    Opt1,
    Opt2,
    Opt3,
}

#[derive(serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Choices {
    untitled_single: Option<Untitled>,
    titled_single: Option<Titled>,
    // How titles were spelled once.
    #[schemars(extend("enumNames" = ["Option One", "Option Two", "Option Three"]))]
    legacy_enum: Option<Legacy>,
    untitled_multi: Option<Vec<Untitled>>,
    titled_multi: Option<Vec<TitledChoice>>,
}

/// Asks the user to choose.
#[tool(elicits(Choices))]
async fn test_elicitation_sep1330_enums(ctx: &Context) -> Result<String, Unanswered> {
    let (action, content) = told(ctx.elicit::<Choices>("Please choose").await)?;
    Ok(format!("Elicitation completed: action={action}, content={content}"))
}

/// Needs a client with a model.
#[tool]
async fn test_missing_capability(ctx: &Context) -> Result<String, Unanswered> {
    Ok(ctx.sample("Say something.").await?.text())
}

/// Asks the user, and says something meanwhile.
#[tool(elicits(Name))]
async fn test_streaming_elicitation(ctx: &Context) -> Result<String, Unanswered> {
    ctx.progress(1).message("asking").await;
    let Name { name } = ctx.elicit("What is your name?").await?;
    Ok(format!("Hello, {name}!"))
}

/// Asks the user for a name.
#[tool(elicits(Name))]
async fn test_input_required_result_elicitation(ctx: &Context) -> Result<String, Unanswered> {
    let Name { name } = ctx.elicit("What is your name?").key("user_name").await?;
    Ok(format!("Hello, {name}!"))
}

/// Asks the model for a capital.
#[tool]
async fn test_input_required_result_sampling(ctx: &Context) -> Result<String, Unanswered> {
    let question = SamplingRequest::new("What is the capital of France?").max_tokens(100);
    Ok(ctx.sample(question).key("capital_question").await?.text())
}

/// Asks for the client's roots.
#[tool]
async fn test_input_required_result_list_roots(ctx: &Context) -> Result<String, Unanswered> {
    let roots = ctx.roots().key("client_roots").await?;
    let uris: Vec<&str> = roots.iter().map(|root| root.uri.as_str()).collect();
    Ok(format!("Roots: {}", uris.join(", ")))
}

/// Asks the user to confirm.
#[tool(elicits(Confirmation))]
async fn test_input_required_result_request_state(ctx: &Context) -> Result<String, Unanswered> {
    let Confirmation { ok } = ctx.elicit("Please confirm").key("confirm").await?;
    Ok(format!("state-ok: {ok}"))
}

/// Asks for three things at once.
#[tool(elicits(Name))]
async fn test_input_required_result_multiple_inputs(ctx: &Context) -> Result<String, Unanswered> {
    let name = ctx.elicit::<Name>("What is your name?").key("user_name");
    let greeting = ctx.sample(SamplingRequest::new("Generate a greeting").max_tokens(50)).key("greeting");
    let roots = ctx.roots().key("client_roots");
    let (Name { name }, greeting, roots) = ctx.ask((name, greeting, roots)).await?;
    Ok(format!("{} {name}, in {} roots", greeting.text(), roots.iter().count()))
}

/// Asks two things, one after the other.
#[tool(elicits(Name, Color))]
async fn test_input_required_result_multi_round(ctx: &Context) -> Result<String, Unanswered> {
    let Name { name } = ctx.elicit("Step 1: What is your name?").key("step1").await?;
    let Color { color } = ctx.elicit("Step 2: What is your favorite color?").key("step2").await?;
    Ok(format!("{name} likes {color}"))
}

/// Asks the user to confirm; whoever changes what the client carries is refused.
#[tool(elicits(Confirmation))]
async fn test_input_required_result_tampered_state(ctx: &Context) -> Result<String, Unanswered> {
    let Confirmation { ok } = ctx.elicit("Please confirm").key("confirm").await?;
    Ok(format!("state-ok: {ok}"))
}

/// Asks whoever can be asked: the user or the model.
#[tool(elicits(Name))]
async fn test_input_required_result_capabilities(ctx: &Context) -> Result<String, Unanswered> {
    match ctx.elicit::<Name>("What is your name?").key("user_name").await {
        Err(Unanswered::Unsupported(_)) => Ok(ctx.sample("Think of a name.").key("model_name").await?.text()),
        name => Ok(name?.name),
    }
}

// Tools: what an argument may be

/// Repeats a value that clients also send in a header.
#[tool]
fn test_custom_header(#[arg(header = "Value")] value: String) -> String {
    format!("Value: {value}")
}

/// Takes arguments whose schema is written by hand.
#[tool(schema = "raw", unenforced)]
fn json_schema_2020_12_tool(Args(contact): Args<Contact>) -> String {
    format!("Contact: {}", contact.name.as_deref().unwrap_or("nobody"))
}

#[derive(serde::Deserialize)]
struct Contact {
    name: Option<String>,
}

impl JsonSchema for Contact {
    fn schema_name() -> Cow<'static, str> {
        "Contact".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "$defs": {
                "address": {
                    "$anchor": "addressDef",
                    "type": "object",
                    "properties": { "street": { "type": "string" }, "city": { "type": "string" } }
                }
            },
            "properties": {
                "name": { "type": "string" },
                "address": { "$ref": "#/$defs/address" },
                "contactMethod": { "type": "string", "enum": ["phone", "email"] },
                "phone": { "type": "string" },
                "email": { "type": "string" }
            },
            "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
            "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
            "then": { "required": ["phone"] },
            "else": { "required": ["email"] },
            "additionalProperties": false
        })
    }
}

// Resources

/// Text that never changes.
#[resource("test://static-text")]
fn static_text() -> &'static str {
    "This is the content of the static text resource."
}

/// Bytes that never change.
#[resource("test://static-binary", mime = "image/png")]
fn static_binary() -> &'static [u8] {
    PNG
}

/// A resource to subscribe to.
#[resource("test://watched-resource")]
fn watched_resource() -> &'static str {
    "Watched resource content"
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct TemplateData {
    id: String,
    template_test: bool,
    data: String,
}

/// Data by its id.
#[resource("test://template/<id>/data")]
fn template_data(id: String) -> TemplateData {
    let data = format!("Data for ID: {id}");
    TemplateData { id, template_test: true, data }
}

// Prompts

/// A prompt without arguments.
#[prompt]
fn test_simple_prompt() -> &'static str {
    "This is a simple prompt for testing."
}

/// A prompt with two arguments.
#[prompt]
fn test_prompt_with_arguments(
    /// Begins with `test`, if you ask for completions.
    #[arg(complete = values)]
    arg1: String,
    arg2: String,
) -> String {
    format!("Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")
}

fn values(typed: &str) -> Vec<&'static str> {
    ["test", "testing", "tested"].into_iter().filter(|value| value.starts_with(typed)).collect()
}

#[derive(serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct EmbeddedArguments {
    /// The resource that the prompt is about.
    resource_uri: String,
}

/// A prompt about a resource.
#[prompt]
fn test_prompt_with_embedded_resource(Args(arguments): Args<EmbeddedArguments>) -> [Message; 2] {
    let contents = ResourceContents::text("Embedded resource content for testing.").mime("text/plain");
    [
        Message::user(Embedded::new(contents.uri(arguments.resource_uri))),
        Message::user("Please process the embedded resource above."),
    ]
}

/// A prompt about a picture.
#[prompt]
fn test_prompt_with_image() -> [Message; 2] {
    [Message::user(Image::png(PNG)), Message::user("Please analyze the image above.")]
}

#[derive(serde::Deserialize, JsonSchema)]
struct PromptContext {
    context: String,
}

/// A prompt that asks the user what it is about.
#[prompt(elicits(PromptContext))]
async fn test_input_required_result_prompt(ctx: &Context) -> Result<String, Unanswered> {
    let PromptContext { context } = ctx.elicit("What context should the prompt use?").key("user_context").await?;
    Ok(format!("Use this context: {context}"))
}

// What is named here comes first in the lists: the suite takes the first tool and the first resource for some tests.
fn main() {
    lmcp::serve!(
        name = "everything",
        description = "What the official conformance suite asks for.",
        tool = test_simple_text,
        resource = static_text,
    )
}
