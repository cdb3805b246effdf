//! Asking the client's model.

use super::unanswered::Unanswered;
use super::{Kind, NoAnswer, Question, Read};
use crate::Context;
use crate::handler::entry::BoxFuture;
use crate::protocol::sampling::{SamplingContent, SamplingRequest, ToolUse};
use crate::protocol::{Content, Role};
use serde_json::Value;

impl Context {
    /// Asks the client's model: a text, or a [`SamplingRequest`] with everything there is to say.
    ///
    /// ```
    /// use lmcp::{Context, SamplingRequest, Unanswered, tool};
    ///
    /// /// Sums a text up.
    /// #[tool]
    /// async fn sum_up(ctx: &Context, text: String) -> Result<String, Unanswered> {
    ///     let request = SamplingRequest::new(format!("Sum this up in one sentence:\n{text}")).max_tokens(200);
    ///     Ok(ctx.sample(request).await?.text())
    /// }
    /// ```
    ///
    /// In 2026-07-28 the function is run again with the answer; see [`elicit`](Context::elicit).
    ///
    /// Spec: client/sampling (deprecated there from 2026-07-28 on, in favour of asking a model directly).
    pub fn sample(&self, request: impl Into<SamplingRequest>) -> Sample<'_> {
        Sample { context: self, request: request.into(), key: None, running: None }
    }
}

/// A question for the client's model; a future of the answer. Made by [`Context::sample`].
///
/// ```
/// use lmcp::{Context, Unanswered};
///
/// async fn motto(ctx: &Context, minute: u64) -> Result<String, Unanswered> {
///     // The text is another one in each run, so that the question needs a name.
///     let answer = ctx.sample(format!("A motto for minute {minute}, please.")).key("motto").await?;
///     Ok(answer.text())
/// }
/// ```
#[must_use = "a question is asked when it is awaited"]
pub struct Sample<'a> {
    context: &'a Context,
    request: SamplingRequest,
    key: Option<String>,
    running: Option<BoxFuture<'a, Result<Sampled, Unanswered>>>,
}

impl<'a> Sample<'a> {
    /// Names the question, so that it is recognised when the function is run again although its text is another one.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    fn start(&mut self) -> BoxFuture<'a, Result<Sampled, Unanswered>> {
        let context = self.context;
        let with_context = context.client_capabilities().samples_with_context();
        let question = Question {
            kind: Kind::Sample { tools: self.request.uses_tools() },
            key: self.key.take(),
            params: self.request.params(context.protocol_version(), with_context),
            fields: Vec::new(),
        };
        let answer = context.ask_one(question, Sampled::read);
        Box::pin(async move {
            answer.await.map_err(|unanswered| match unanswered {
                // How a client says that its user does not want it.
                Unanswered::Refused { code: -1, .. } => Unanswered::Declined,
                other => other,
            })
        })
    }
}

super::asked_when_polled!([] Sample<'a> => Sampled);

impl std::fmt::Debug for Sample<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sample").field("request", &self.request).finish_non_exhaustive()
    }
}

/// What the client's model answered.
///
/// ```
/// use lmcp::{Context, Server, Unanswered, testing::Client, tool};
/// use serde_json::json;
///
/// /// Names a cat.
/// #[tool]
/// async fn name_a_cat(ctx: &Context) -> Result<String, Unanswered> {
///     let answer = ctx.sample("A name for a black cat, one word.").await?;
///     assert_eq!(answer.tool_uses().count(), 0); // it was given no tools
///     Ok(format!("{} (by {})", answer.text(), answer.model))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> lmcp::Result<()> {
/// let client = Client::connect(Server::empty().tool(name_a_cat)).await?;
/// client.answer_sampling("Soot");
/// assert_eq!(client.call("name_a_cat", json!({})).await.text(), "Soot (by lmcp-testing)");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sampled {
    /// Who says it: the model, unless the client knows better.
    pub role: Role,
    /// What it says.
    pub content: Vec<SamplingContent>,
    /// The model's name.
    pub model: String,
    /// Why it stopped: `endTurn`, `stopSequence`, `maxTokens`, `toolUse`, or what its provider says.
    pub stop_reason: Option<String>,
}

impl Sampled {
    fn read(answer: Value) -> Read<Sampled> {
        let malformed = |why: &str| NoAnswer::Malformed(why.to_owned());
        let Value::Object(mut answer) = answer else { return Err(malformed("it is no object")) };
        let content = match answer.remove("content") {
            Some(Value::Array(blocks)) => blocks,
            Some(block) => vec![block],
            None => return Err(malformed("it has no `content`")),
        };
        let content = content.into_iter().map(SamplingContent::read).collect::<Result<_, _>>();
        let role = answer.remove("role").and_then(|role| serde_json::from_value(role).ok());
        let text = |value: Option<Value>| if let Some(Value::String(text)) = value { Some(text) } else { None };
        Ok(Sampled {
            role: role.unwrap_or(Role::Assistant),
            content: content.map_err(NoAnswer::Malformed)?,
            model: text(answer.remove("model")).unwrap_or_default(),
            stop_reason: text(answer.remove("stopReason")),
        })
    }

    /// Its texts, joined by newlines.
    pub fn text(&self) -> String {
        let texts = self.content.iter().filter_map(|block| match block {
            SamplingContent::Content(Content::Text(text)) => Some(&*text.text),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    /// The tools that the model wants to use.
    pub fn tool_uses(&self) -> impl Iterator<Item = &ToolUse> {
        self.content.iter().filter_map(|block| match block {
            SamplingContent::ToolUse(tool) => Some(tool),
            _ => None,
        })
    }
}
