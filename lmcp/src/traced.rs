//! What the log has of a request: a span, which is a line when it ends, or an event for what is refused before that.
//!
//! Nothing is put into words while nobody listens.

use crate::auth::Principal;
use crate::handler::Context;
use crate::jsonrpc::{ErrorObject, Id, Raw, code};
use crate::outcome::{Answer, Outcome};
use crate::protocol::shown::shown;
use std::borrow::Cow;
use tracing::Span;
use tracing::field::Empty;

/// Who asks for what.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// As it came: it may be one that nobody knows.
    pub(crate) method: &'a str,
    /// The item's name or URI, as JSON.
    pub(crate) item: Option<Raw<'a>>,
    pub(crate) caller: Option<&'a Principal>,
    pub(crate) id: Option<&'a Id>,
}

impl Asked<'_> {
    /// The request's span, as yet without what came of it.
    pub(crate) fn span(self) -> Span {
        tracing::info_span!(
            target: "lmcp::request",
            "request",
            method = &*shown(self.method),
            item = self.item.map(|raw| display(shown(raw.get()))),
            caller = self.caller.map(Principal::in_logs),
            id = self.id.map(|id| display(shown(id.as_json()))),
            outcome = Empty,
            failure = Empty,
            why = Empty
        )
    }

    /// Writes down a request that is answered without any of the program's functions.
    pub(crate) fn at_once<T>(self, answer: impl FnOnce() -> Result<T, ErrorObject>) -> Result<T, ErrorObject> {
        let span = self.span();
        let answer = answer();
        answered(&span, &answer);
        answer
    }

    /// Writes down a request that came to nothing, and why: in words of lmcp's own.
    pub(crate) fn rejected(self, error: &ErrorObject) {
        let span = self.span();
        if !span.is_disabled() {
            span.record("outcome", "error");
            span.record("failure", failure(error));
            span.record("why", &*clipped(&error.message));
        }
    }
}

/// Writes down what a request came to that none of the program's functions is for.
pub(crate) fn answered<T>(span: &Span, answer: &Result<T, ErrorObject>) {
    if !span.is_disabled() {
        span.record("outcome", if answer.is_ok() { "ok" } else { "error" });
        if let Err(error) = answer {
            span.record("failure", failure(error));
        }
    }
}

/// Writes down what a call came to: in the protocol's terms, and if it failed, why.
pub(crate) fn record(span: &Span, answer: &Answer, context: &Context) {
    if span.is_disabled() {
        return;
    }
    let (outcome, failure) = match answer {
        // What a function gives may be an error too.
        Ok(Outcome::Tool { result, .. }) if result.is_error => ("tool error", Some("the function's error")),
        Ok(Outcome::InputRequired(_)) => ("input required", None),
        Ok(_) => ("ok", None),
        Err(_) => ("error", Some("wrong request")),
    };
    span.record("outcome", outcome);
    if let Some(failure) = failure {
        span.record("failure", context.failure().unwrap_or(failure));
    }
}

/// Whose fault it is that a request came to nothing.
fn failure(error: &ErrorObject) -> &'static str {
    if error.code == code::INTERNAL_ERROR { "a limit of the server" } else { "wrong request" }
}

/// Writes down what is refused where no status of HTTP tells it, and is no request that could be named.
pub(crate) fn refused(why: &str, caller: Option<&Principal>, id: Option<&Id>) {
    tracing::info!(
        target: "lmcp::request",
        why = &*clipped(why),
        caller = caller.map(Principal::in_logs),
        id = id.map(|id| display(shown(id.as_json()))),
        "refused"
    );
}

/// Whether anybody hears of refusals.
pub(crate) fn is_on() -> bool {
    tracing::enabled!(target: "lmcp::request", tracing::Level::INFO)
}

/// A sentence with words from the wire in it, as it may stand in a log: at most 200 characters.
pub(crate) fn clipped(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}
