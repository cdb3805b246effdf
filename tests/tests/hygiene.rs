//! What the attributes generate does the right thing wherever it stands: names that are taken, functions in odd
//! places, several attributes on one function, documentation in every form.
//!
//! That all of this compiles without a warning is shown by `ui/pass`; here it runs.

#![warn(clippy::pedantic)]
#![allow(clippy::needless_pass_by_value, reason = "an argument is taken by value, whatever becomes of it")]

use lmcp::testing::Client;
use lmcp::{Context, Server, State, prompt, resource, tool};
use serde_json::{Value, json};

/// Nothing that an expansion needs is in scope, and what is called like it is something else.
mod taken {
    #![no_implicit_prelude]
    #![allow(dead_code)]

    mod lmcp {}
    mod core {}
    mod std {}
    type Result<T> = ::core::option::Option<T>;
    struct Option;
    struct Some;
    struct None;
    struct Ok;
    struct Err;
    struct String;
    struct Vec;
    struct Box;
    trait Into {}
    trait Default {}

    /// Adds.
    #[::lmcp::tool]
    pub(super) fn call(op: i64, #[arg(default = 2)] call: i64, __lmcp_call: ::std::option::Option<i64>) -> i64 {
        op + call + __lmcp_call.unwrap_or(0)
    }

    /// Divides.
    #[::lmcp::tool]
    pub(super) async fn p(p: i64, problems: i64) -> ::core::result::Result<i64, ::std::string::String> {
        let zero = || ::std::borrow::ToOwned::to_owned("divided by zero");
        p.checked_div(problems).ok_or_else(zero)
    }
}

macro_rules! doubling {
    ($($name:ident: $ty:ty = $default:expr, $doc:literal;)*) => { $(
        #[doc = $doc]
        #[tool]
        fn $name(#[arg(default = $default)] value: $ty) -> $ty {
            value + value
        }
    )* };
}
doubling! {
    double_u8: u8 = 1, "Doubles a byte.";
    double_f64: f64 = 0.5, "Doubles a number.";
}

#[tool(name = "type")]
fn r#type(r#fn: u8, _ignored: Option<u8>) -> u8 {
    r#fn
}

/// A greeting, in three ways.
#[tool]
#[resource("greetings://<name>")]
#[prompt]
fn greeting(
    /// Whom.
    name: String,
) -> String {
    format!("Hello {name}")
}

fn server_of_the_inside() -> Server {
    /// In a function.
    #[tool]
    fn innermost(State(offset): State<u8>, number: u8) -> u8 {
        number + offset
    }
    Server::empty().tool(innermost).state(7_u8)
}

/// What it does, with
/// two lines.
///
///     code
///
/// # Arguments
///
/// Lengths are in metres.
///
/// * `width` - from left
///   to right
/// * `height`: from top to bottom
///
/// # Errors
///
/// None.
#[tool]
fn documented(ctx: &Context, width: u8, height: u8) -> u8 {
    let _ = ctx;
    width * height
}

#[doc = concat!("Put", " together.")]
#[doc = "Twice."]
#[tool]
fn put_together() {}

/** A block
 *
 * with stars.
 */
#[tool(description = "In its own words.")]
fn overridden() {}

/** A block

of lines. */
#[tool]
fn block() {}

#[tool(blocking)]
fn blocks(number: u8) -> Result<std::num::NonZeroU8, Box<dyn std::error::Error>> {
    Ok(std::num::NonZeroU8::try_from(number)?)
}

async fn connect(server: Server) -> Client {
    Client::connect(server).await.expect("the server starts")
}

async fn descriptions(client: &Client) -> Vec<(String, String)> {
    let text = |tool: &Value, key: &str| tool[key].as_str().unwrap_or_default().to_owned();
    let tools = client.tools().await;
    tools.iter().map(|tool| (text(tool, "name"), text(tool, "description"))).collect()
}

#[tokio::test]
async fn names_that_are_taken_change_nothing() {
    let client = connect(Server::empty().tool(taken::call).tool(taken::p).tool(r#type)).await;
    assert_eq!(client.call("call", json!({"op": 1})).await.text(), "3");
    assert_eq!(client.call("call", json!({"op": 1, "call": 5, "__lmcp_call": 10})).await.text(), "16");
    assert_eq!(client.call("p", json!({"p": 7, "problems": 2})).await.text(), "3");
    assert_eq!(client.call("p", json!({"p": 7, "problems": 0})).await.error(), "divided by zero");
    assert_eq!(client.call("type", json!({"fn": 4})).await.text(), "4");
}

#[tokio::test]
async fn functions_from_macros_are_tools() {
    let client = connect(Server::empty().tool(double_u8).tool(double_f64)).await;
    assert_eq!(client.call("double_u8", json!({})).await.text(), "2");
    assert_eq!(client.call("double_f64", json!({"value": 1.5})).await.text(), "3");
    let expected = [("double_u8", "Doubles a byte."), ("double_f64", "Doubles a number.")];
    assert_eq!(descriptions(&client).await, expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
}

#[tokio::test]
async fn functions_in_functions_are_tools() {
    let client = connect(server_of_the_inside()).await;
    assert_eq!(client.call("innermost", json!({"number": 1})).await.text(), "8");
}

#[tokio::test]
async fn one_function_can_be_several_things() {
    let client = connect(Server::empty().tool(greeting).resource(greeting).prompt(greeting)).await;
    assert_eq!(client.call("greeting", json!({"name": "Eva"})).await.text(), "Hello Eva");
    let read = client.read("greetings://Eva").await.expect("there is such a resource");
    assert_eq!(read[0]["text"], "Hello Eva");
    let messages = client.get("greeting", json!({"name": "Eva"})).await.expect("there is such a prompt");
    assert_eq!(messages[0]["content"]["text"], "Hello Eva");
    assert_eq!(client.tools().await[0]["inputSchema"]["properties"]["name"]["description"], "Whom.");
    assert_eq!(client.prompts().await[0]["arguments"][0]["description"], "Whom.");
}

#[tokio::test]
async fn documentation_becomes_descriptions() {
    let server = Server::empty().tool(documented).tool(put_together).tool(overridden).tool(block);
    let client = connect(server).await;
    let expected = [
        ("documented", "What it does, with\ntwo lines.\n\n    code\n\nLengths are in metres.\n\n# Errors\n\nNone."),
        ("put_together", "Put together.\nTwice."),
        ("overridden", "In its own words."),
        ("block", "A block\n\nof lines."),
    ];
    let found = descriptions(&client).await;
    assert_eq!(found, expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
    let tools = client.tools().await;
    let properties = &tools[0]["inputSchema"]["properties"];
    assert_eq!(properties["width"]["description"], "from left\nto right");
    assert_eq!(properties["height"]["description"], "from top to bottom");
}

#[tokio::test]
async fn a_blocking_function_may_give_what_cannot_move() {
    let client = connect(Server::empty().tool(blocks)).await;
    assert_eq!(client.call("blocks", json!({"number": 3})).await.text(), "3");
    assert!(client.call("blocks", json!({"number": 0})).await.is_error());
}

#[test]
fn functions_stay_functions() {
    assert_eq!(taken::call(1, 2, Some(3)), 6);
    assert_eq!(double_u8(2), 4);
    assert_eq!(greeting("Eva".into()), "Hello Eva");
}
