//! What a call gave, and what to expect of it.

use super::{Client, items};
use serde_json::{Map, Value};

/// What calling a tool gave.
///
/// ```
/// use lmcp::{Server, testing::Client, tool};
/// use serde_json::json;
///
/// #[derive(serde::Serialize, schemars::JsonSchema)]
/// struct Quotient { whole: i64 }
///
/// /// Divides.
/// #[tool]
/// fn divide(a: i64, b: i64) -> Result<Quotient, &'static str> {
///     Ok(Quotient { whole: a.checked_div(b).ok_or("`b` must not be 0")? })
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::connect(Server::empty().tool(divide)).await?;
/// let called = client.call("divide", json!({"a": 7, "b": 2})).await;
/// assert_eq!(called.structured(), json!({"whole": 3}));
/// assert_eq!((called.text(), called.content().len()), (r#"{"whole":3}"#.to_owned(), 1));
/// assert_eq!(called.result()?["isError"], false);
///
/// let called = client.call("divide", json!({"a": 7, "b": 0})).await;
/// assert!(called.is_error());
/// assert_eq!(called.error(), "`b` must not be 0");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "look at what the tool gave"]
pub struct Called {
    pub(super) outcome: Result<Value, RpcError>,
    pub(super) client: Client,
}

impl Called {
    /// The text blocks of a call that succeeded, joined by newlines.
    ///
    /// # Panics
    ///
    /// When the call failed, or gave blocks of other kinds only.
    #[track_caller]
    pub fn text(&self) -> String {
        let result = self.succeeded();
        let blocks = items(result, "content");
        let is_text = |block: &Value| block.get("type").is_some_and(|kind| kind == "text");
        if !blocks.is_empty() && !blocks.iter().any(is_text) {
            self.client.fail(&format!("the tool gave no text, but {}; `content()` has it", kinds(&blocks)));
        }
        text_of(result)
    }

    /// The structured content of a call that succeeded.
    ///
    /// # Panics
    ///
    /// When the call failed or gave none.
    #[track_caller]
    pub fn structured(&self) -> Value {
        match self.succeeded().get("structuredContent") {
            Some(value) => value.clone(),
            None => self.client.fail(&format!(
                "the tool gave no structured content, but {}; a tool gives it whose result's type is `Serialize` and \
                 `JsonSchema`",
                kinds(&items(self.succeeded(), "content"))
            )),
        }
    }

    /// The content blocks of a call that succeeded.
    ///
    /// # Panics
    ///
    /// When the call failed.
    #[track_caller]
    pub fn content(&self) -> Vec<Value> {
        items(self.succeeded(), "content")
    }

    /// The text of a call that failed: a tool's error, or the JSON-RPC error's message.
    ///
    /// # Panics
    ///
    /// When the call succeeded.
    #[track_caller]
    pub fn error(&self) -> String {
        match &self.outcome {
            Err(error) => error.message().to_owned(),
            Ok(result) if is_error(result) => text_of(result),
            Ok(result) => self.client.fail(&format!(
                "the call was expected to fail, and succeeded with {}",
                kinds(&items(result, "content"))
            )),
        }
    }

    /// Whether the call failed, in either way.
    pub fn is_error(&self) -> bool {
        self.outcome.as_ref().map_or(true, is_error)
    }

    /// The whole result.
    ///
    /// # Errors
    ///
    /// The JSON-RPC error.
    pub fn result(self) -> Result<Value, RpcError> {
        self.outcome
    }

    #[track_caller]
    fn succeeded(&self) -> &Value {
        match &self.outcome {
            Ok(result) if !is_error(result) => result,
            Ok(result) => self.client.fail(&format!("the tool failed: {}", text_of(result))),
            Err(error) => self.client.fail(&format!("the call failed: {error}")),
        }
    }
}

fn is_error(result: &Value) -> bool {
    result.get("isError").and_then(Value::as_bool).unwrap_or(false)
}

fn text_of(result: &Value) -> String {
    let blocks = items(result, "content");
    blocks.iter().filter_map(|block| block.get("text")?.as_str()).collect::<Vec<_>>().join("\n")
}

/// What content blocks are, in words: `a text "3"`, `an image`.
fn kinds(blocks: &[Value]) -> String {
    let kind = |block: &Value| match (block.get("type").and_then(Value::as_str), block.get("text")) {
        (Some("text"), Some(Value::String(text))) if text.chars().count() > 60 => {
            format!("a text of {} bytes", text.len())
        }
        (Some("text"), Some(text)) => format!("a text {text}"),
        (Some(kind @ ("image" | "audio")), _) => format!("an {kind}"),
        (kind, _) => format!("a {}", kind.unwrap_or("block of no type")),
    };
    match blocks {
        [] => "nothing".into(),
        blocks => blocks.iter().map(kind).collect::<Vec<_>>().join(", "),
    }
}

/// A JSON-RPC error, as the client got it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> lmcp::Result<()> {
/// let client = lmcp::testing::Client::connect(lmcp::Server::empty().advertise(lmcp::Advertise::Resources)).await?;
/// let error = client.read("notes://7").await.unwrap_err();
/// assert_eq!((error.code(), error.message()), (-32602, "resource \"notes://7\" not found"));
/// assert_eq!(error.data().unwrap()["uri"], "notes://7");
/// # Ok(())
/// # }
/// ```
///
/// Its `Debug`, which `unwrap` and `expect` print, shows what was said on the wire too.
#[derive(Clone)]
pub struct RpcError {
    error: Value,
    wire: String,
}

impl RpcError {
    pub(super) fn new(error: Value, wire: String) -> Self {
        RpcError { error, wire }
    }

    /// The error's code.
    pub fn code(&self) -> i64 {
        self.error.get("code").and_then(Value::as_i64).unwrap_or_default()
    }
    /// The error's message.
    pub fn message(&self) -> &str {
        self.error.get("message").and_then(Value::as_str).unwrap_or_default()
    }
    /// The error's data, if it has any.
    pub fn data(&self) -> Option<&Map<String, Value>> {
        self.error.get("data").and_then(Value::as_object)
    }
}

/// By code, message and data.
impl PartialEq for RpcError {
    fn eq(&self, other: &Self) -> bool {
        self.error == other.error
    }
}

impl std::fmt::Debug for RpcError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}\n{}", self.wire)
    }
}

impl std::fmt::Display for RpcError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.message(), self.code())
    }
}

impl std::error::Error for RpcError {}
