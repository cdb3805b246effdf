//! Prompts, and values that complete while one types. `cargo run --example 07_prompts -- get explain word=borrow`

use lmcp::{CompletionArguments, Message, prompt};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The unit variants of an enum complete by themselves.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Reader {
    Beginner,
    Expert,
}

/// Explain a word of programming.
#[prompt(title = "Explain")]
fn explain(
    /// The word.
    word: String,
    #[arg(default = Reader::Beginner)] reader: Reader,
    // Prompt arguments are strings on the wire: "3" arrives as a number all the same.
    sentences: Option<u8>,
) -> String {
    let style = match reader {
        Reader::Beginner => "in plain words",
        Reader::Expert => "precisely",
    };
    format!("Explain {word:?} {style}, in {} sentences.", sentences.unwrap_or(2))
}

/// Translate a word, with the answer begun.
#[prompt]
fn translate(
    /// From where to where, such as `en-de`.
    #[arg(complete = pairs)]
    pair: String,
    #[arg(complete = words)] word: String,
) -> Vec<Message> {
    vec![Message::user(format!("Translate {word:?} ({pair}).")), Message::assistant(format!("{word:?} is"))]
}

async fn pairs(typed: String) -> Vec<&'static str> {
    ["en-de", "en-fr", "de-en"].into_iter().filter(|pair| pair.starts_with(&typed)).collect()
}

/// What stands in the other fields comes along.
fn words(typed: &str, others: CompletionArguments) -> Vec<&'static str> {
    let words = match others.get("pair") {
        Some("de-en") => ["Baum", "Bach", "Haus"],
        _ => ["tree", "brook", "house"],
    };
    words.into_iter().filter(|word| word.starts_with(typed)).collect()
}

fn main() {
    lmcp::serve!()
}
