//! [`Unanswered`]: why a question has no answer, as values that a handler can match on.

use crate::Error;
use serde_json::Value;

/// Why a question to the client has no answer.
///
/// A handler that wants to go on without the answer matches on it; one that cannot passes it on with `?`, into any
/// error type.
///
/// ```
/// use lmcp::{Context, Unanswered, tool};
///
/// /// Deletes a file, if the user agrees.
/// #[tool(destructive)]
/// async fn delete(ctx: &Context, name: String) -> Result<String, Unanswered> {
///     match ctx.elicit::<bool>(format!("Delete {name}?")).await {
///         Ok(true) => Ok(format!("{name} is deleted")),
///         Ok(false) | Err(Unanswered::Declined | Unanswered::Cancelled) => Ok(format!("{name} is still there")),
///         Err(other) => Err(other),
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Unanswered {
    /// The user said no.
    Declined,
    /// The user closed the question without saying anything.
    Cancelled,
    /// The client cannot be asked this. Passed on with `?`, it becomes the protocol's error for a capability that is
    /// missing (`-32021`), which tells the client what to declare.
    Unsupported(Unsupported),
    /// The client took longer than [`Limits::answer_time`](crate::Limits::answer_time).
    TimedOut,
    /// The client's answer does not fit the question; the text says why. Only before 2026-07-28, where a client was to check
    /// it: since then the user is asked again, with the reason.
    Invalid(String),
    /// The client answered with a JSON-RPC error.
    Refused {
        /// The error's code.
        code: i64,
        /// The error's message.
        message: String,
    },
    /// The question cannot be asked: its form is none that clients can show, or its page has no absolute URL; the text
    /// says why.
    Impossible(String),
    /// The call ended, or was put off until the client has answered other questions, or the client is gone.
    Ended,
}

/// What a client cannot be asked.
///
/// ```
/// use lmcp::{Context, ProtocolVersion, Server, Unanswered, testing::Client, tool};
/// use serde_json::json;
///
/// /// Greets.
/// #[tool]
/// async fn greet(ctx: &Context) -> Result<String, Unanswered> {
///     match ctx.elicit::<String>("Your name?").await {
///         Err(Unanswered::Unsupported(what)) => Ok(format!("{what}: {}", what.capabilities().is_some())),
///         other => other,
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> lmcp::Result<()> {
/// let server = Server::empty().tool(greet).build()?;
/// let client = Client::connect_with(&server, ProtocolVersion::LATEST, json!({})).await?;
/// assert_eq!(client.call("greet", json!({})).await.text(), "the client does not offer `elicitation.form`: true");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Unsupported {
    /// The capability to declare, as in `clientCapabilities`.
    required: Option<Value>,
    why: String,
}

impl Unsupported {
    /// The client did not declare this capability.
    pub(crate) fn capability(required: Value) -> Self {
        let name =
            required.as_object().and_then(|object| object.iter().next()).map_or(String::new(), |(name, inner)| {
                match inner.as_object().and_then(|inner| inner.keys().next()) {
                    Some(part) => format!("{name}.{part}"),
                    None => name.clone(),
                }
            });
        Unsupported { why: format!("the client does not offer `{name}`"), required: Some(required) }
    }

    /// Nobody can be asked here.
    pub(crate) fn here(why: &str) -> Self {
        Unsupported { required: None, why: why.to_owned() }
    }

    /// The capability that the client would have to declare, as it stands in `clientCapabilities`; `None` when it would
    /// not help.
    pub fn capabilities(&self) -> Option<&Value> {
        self.required.as_ref()
    }
}

impl std::fmt::Display for Unsupported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.why)
    }
}

impl From<Unsupported> for Unanswered {
    fn from(why: Unsupported) -> Self {
        Unanswered::Unsupported(why)
    }
}

impl std::fmt::Display for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unanswered::Declined => f.write_str("the user declined to answer"),
            Unanswered::Cancelled => f.write_str("the user closed the question without answering"),
            Unanswered::Unsupported(why) => write!(f, "the question cannot be asked: {why}"),
            Unanswered::TimedOut => f.write_str("the client did not answer in time"),
            Unanswered::Invalid(why) => write!(f, "the client's answer does not fit the question: {why}"),
            Unanswered::Refused { code, message } => {
                write!(f, "the client refused to answer: {message} ({code})")
            }
            Unanswered::Impossible(why) => write!(f, "the question cannot be asked: {why}"),
            Unanswered::Ended => f.write_str("the call ended before the question was answered"),
        }
    }
}

impl std::error::Error for Unanswered {}

impl From<Unanswered> for Error {
    fn from(unanswered: Unanswered) -> Self {
        Error::from_handler(&unanswered)
    }
}
