//! Asking the client: its user, its model, its roots. One `await`, whoever the client is.
//!
//! A question ([`elicit`], [`sample`], [`roots`]) enters, spelled for the client's revision, and an answer or an
//! [`Unanswered`] leaves. How it travels is the era's: before 2026-07-28 it is a request of the server's
//! ([`requests`]); since then the call ends with the questions, and is run again with the answers ([`rounds`]).
//! Of transports only the outbox is known here.

pub(crate) mod elicit;
pub(crate) mod form;
pub(crate) mod join;
pub(crate) mod once;
pub(crate) mod requests;
pub(crate) mod roots;
pub(crate) mod rounds;
pub(crate) mod sample;
pub(crate) mod state;
pub(crate) mod unanswered;

pub use elicit::{Elicit, ElicitUrl, UrlVisit};
pub use join::Questions;
pub use roots::{ListRoots, Roots};
pub use sample::{Sample, Sampled};
pub use unanswered::{Unanswered, Unsupported};

use crate::Context;
use crate::handler::entry::BoxFuture;
use crate::protocol::{ClientCapabilities, ProtocolVersion};
use requests::Line;
use rounds::Rounds;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// A question is a future of its answer, and asked when that is first waited for.
macro_rules! asked_when_polled {
    ([$($generics:tt)*] $question:ty => $answer:ty) => {
        impl<'a, $($generics)*> Future for $question {
            type Output = Result<$answer, $crate::Unanswered>;

            fn poll(
                mut self: std::pin::Pin<&mut Self>,
                task: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Self::Output> {
                if self.running.is_none() {
                    self.running = Some(self.start());
                }
                self.running.as_mut().map_or(std::task::Poll::Pending, |running| running.as_mut().poll(task))
            }
        }
    };
}
use asked_when_polled;

/// How the questions of one call travel.
pub(crate) enum Asks {
    /// Not at all, and why.
    Nobody(&'static str),
    /// The call ends with them and is run again with the answers (2026-07-28).
    Rounds(Rounds),
    /// Each is a request to the client (before).
    Requests(Line),
}

/// What is asked for, and so what the client must be able to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Form,
    Url,
    Sample {
        tools: bool,
    },
    Roots,
    /// Whatever else, by its method.
    Other(Cow<'static, str>),
}

/// A question, spelled for the client's revision.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) kind: Kind,
    /// The author's own name for it, where the text varies.
    pub(crate) key: Option<String>,
    pub(crate) params: Value,
    /// The fields of a form, in the order in which people are to see them.
    pub(crate) fields: Vec<String>,
}

impl Question {
    pub(crate) fn method(&self) -> &str {
        self.kind.method()
    }
}

/// The params as they are written: a JSON value has an order of its own, and a form has another.
impl Serialize for Question {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        struct InOrder<'a>(&'a Value, &'a [String]);
        impl Serialize for InOrder<'_> {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                let InOrder(Value::Object(object), fields) = self else { return self.0.serialize(s) };
                if let Some(Value::Object(properties)) = object.get("properties") {
                    let mut map = s.serialize_map(None)?;
                    map.serialize_entry("type", "object")?;
                    map.serialize_entry("properties", &Properties(properties, fields))?;
                    for (key, value) in object.iter().filter(|(key, _)| !matches!(key.as_str(), "type" | "properties"))
                    {
                        map.serialize_entry(key, value)?;
                    }
                    return map.end();
                }
                s.collect_map(object.iter().map(|(key, value)| (key, InOrder(value, fields))))
            }
        }
        struct Properties<'a>(&'a Map<String, Value>, &'a [String]);
        impl Serialize for Properties<'_> {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_map(self.1.iter().filter_map(|name| Some((name, self.0.get(name)?))))
            }
        }
        if self.fields.is_empty() { self.params.serialize(s) } else { InOrder(&self.params, &self.fields).serialize(s) }
    }
}

/// Why what the client sent is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// It says so.
    Unanswered(Unanswered),
    /// It does not fit the question.
    Malformed(String),
}

/// Reads an answer.
pub(crate) type Read<T> = Result<T, NoAnswer>;

impl Kind {
    pub(crate) fn method(&self) -> &str {
        match self {
            Kind::Form | Kind::Url => "elicitation/create",
            Kind::Sample { .. } => "sampling/createMessage",
            Kind::Roots => "roots/list",
            Kind::Other(method) => method,
        }
    }

    /// The kind of a method that has a type of its own here.
    fn of(method: Cow<'static, str>, params: &Value) -> Self {
        match &*method {
            "elicitation/create" if params.get("mode").is_some_and(|mode| mode == "url") => Kind::Url,
            "elicitation/create" => Kind::Form,
            "sampling/createMessage" => Kind::Sample { tools: params.get("tools").is_some() },
            "roots/list" => Kind::Roots,
            _ => Kind::Other(method),
        }
    }

    /// What a client lacks that did not declare what this needs.
    fn lacks(&self, version: ProtocolVersion, client: &ClientCapabilities) -> Option<Unsupported> {
        let (has, required, exists) = match self {
            Kind::Form => (client.has_forms(), json!({ "elicitation": { "form": {} } }), version.has_elicitation()),
            Kind::Url => (client.has_urls(), json!({ "elicitation": { "url": {} } }), version.has_elicitation_modes()),
            Kind::Sample { tools: false } => (client.sampling.is_some(), json!({ "sampling": {} }), true),
            Kind::Sample { tools: true } => {
                (client.samples_with_tools(), json!({ "sampling": { "tools": {} } }), version.has_sampling_tools())
            }
            Kind::Roots => (client.roots.is_some(), json!({ "roots": {} }), true),
            Kind::Other(_) => return None,
        };
        (!has || !exists).then(|| Unsupported::capability(required))
    }
}

impl Context {
    /// Asks the client something for which there is no method of its own here, such as `ping` or an extension's
    /// request, and gives the `result`.
    ///
    /// From 2026-07-28 on, there are no such requests but elicitation, sampling and roots.
    ///
    /// ```
    /// # use lmcp::{Context, tool};
    /// # use serde_json::json;
    /// /// How long the client takes to answer, in milliseconds.
    /// #[tool]
    /// async fn latency(ctx: &Context) -> Result<u64, lmcp::Unanswered> {
    ///     let begun = std::time::Instant::now();
    ///     ctx.request("ping", json!({})).await?;
    ///     Ok(begun.elapsed().as_millis() as u64)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Why there is no result; see [`Unanswered`].
    pub async fn request(
        &self,
        method: impl Into<Cow<'static, str>>,
        params: impl Into<Value>,
    ) -> Result<Value, Unanswered> {
        let params = params.into();
        let question = Question { kind: Kind::of(method.into(), &params), key: None, params, fields: Vec::new() };
        self.ask_one(question, Ok).await
    }

    /// Whether questions to the user can be shown: what [`elicit`](Context::elicit) finds out by itself.
    pub fn can_elicit(&self) -> bool {
        self.can(&Kind::Form)
    }

    /// Whether the user can be sent to a page: what [`elicit_url`](Context::elicit_url) finds out by itself.
    pub fn can_elicit_url(&self) -> bool {
        self.can(&Kind::Url)
    }

    /// Whether the client has roots to tell: what [`roots`](Context::roots) finds out by itself.
    pub fn can_list_roots(&self) -> bool {
        self.can(&Kind::Roots)
    }

    /// Whether the client's model can be asked: what [`sample`](Context::sample) finds out by itself.
    pub fn can_sample(&self) -> bool {
        self.can(&Kind::Sample { tools: false })
    }

    fn can(&self, kind: &Kind) -> bool {
        let lacking = kind.lacks(self.protocol_version(), self.client_capabilities());
        !matches!(self.asks(), Asks::Nobody(_)) && lacking.is_none()
    }

    /// Asks one question; `read` may be called again, with another answer, as long as one does not fit.
    pub(crate) fn ask_one<'a, T: 'a>(
        &'a self,
        question: Question,
        read: impl Fn(Value) -> Read<T> + Send + Sync + 'a,
    ) -> BoxFuture<'a, Result<T, Unanswered>> {
        let refuse = |why: Unsupported| -> BoxFuture<'a, _> { Box::pin(async { Err(why.into()) }) };
        let version = self.protocol_version();
        if once::is_inside() {
            let why = "what is done `once` is not put off, so nothing can be asked in it; ask before or behind it";
            return Box::pin(async { Err(Unanswered::Impossible(why.into())) });
        }
        match (self.asks(), question.kind.lacks(version, self.client_capabilities())) {
            (Asks::Nobody(why), _) => refuse(Unsupported::here(why)),
            (_, Some(lacking)) => refuse(lacking),
            (Asks::Rounds(_), None) if matches!(question.kind, Kind::Other(_)) => {
                refuse(Unsupported::here("there are no requests of this kind to a client of this revision"))
            }
            (Asks::Rounds(rounds), None) => Box::pin(rounds.ask(question, read)),
            (Asks::Requests(line), None) => Box::pin(line.ask(self, question, read)),
        }
    }
}
