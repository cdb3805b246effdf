//! Asking the user: a form ([`Elicit`]), or a page to visit ([`ElicitUrl`]).

use super::form::{Answer, Form};
use super::unanswered::Unanswered;
use super::{Kind, NoAnswer, Question, Read};
use crate::Context;
use crate::handler::entry::BoxFuture;
use crate::jsonrpc::encode;
use serde_json::{Value, json};

impl Context {
    /// Asks the user to fill in a form whose fields are those of `T`, and waits for the answer.
    ///
    /// `T` is a struct of texts, numbers, booleans and choices, or one of these alone; it derives `Deserialize` and
    /// `JsonSchema`. A choice is an enum without fields, shown by its variants' titles
    /// (`#[schemars(title = "…")]`) or doc comments; a `Vec` of one is several choices. An `Option` may be left empty, and
    /// a `#[serde(default = "…")]` is what the form starts with. `()` is a question without fields, to be confirmed.
    ///
    /// ```
    /// use lmcp::{Context, Unanswered, tool};
    ///
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Login {
    ///     /// As it stands on the invoice.
    ///     account: String,
    ///     #[schemars(range(min = 1, max = 12))]
    ///     months: Option<u8>,
    /// }
    ///
    /// /// Shows invoices.
    /// #[tool]
    /// async fn invoices(ctx: &Context) -> Result<String, Unanswered> {
    ///     let login: Login = ctx.elicit("Which account?").await?;
    ///     Ok(format!("{} months of {}", login.months.unwrap_or(3), login.account))
    /// }
    /// ```
    ///
    /// A client of 2026-07-28 gets the question as the call's result, and calls again with the answer. The function is
    /// then **run again from the top**, and this `await` gives the answer at once. So, up to its last question, a function
    /// does the same thing given the same answers, and puts what must not happen twice into [`once`](Context::once). What
    /// follows from that:
    ///
    /// - A question is recognised by its text and its form. Where the text varies from run to run (it has the time in
    ///   it, say), give it a [`key`](Elicit::key).
    /// - A timeout around a question measures one run, and not the user.
    /// - Ask from the function, not from a task that it spawns.
    ///
    /// An answer that does not fit the form is asked for again, with the reason; before 2026-07-28 it is
    /// [`Unanswered::Invalid`].
    ///
    /// Never ask for passwords or keys this way: [`elicit_url`](Context::elicit_url) is for those.
    ///
    /// Spec: client/elicitation; basic/patterns/mrtr.
    pub fn elicit<T: Answer>(&self, message: impl Into<String>) -> Elicit<'_, T> {
        Elicit {
            context: self,
            message: message.into(),
            key: None,
            form: Form::of::<T>,
            read: Form::read::<T>,
            running: None,
        }
    }

    /// Asks the user to visit a page: to log in somewhere, to pay, to enter what must not pass through the client.
    ///
    /// It gives when the user agreed to go there. When they are done there, only the page's own server knows. A text that
    /// is no absolute URL is [`Unanswered::Impossible`].
    ///
    /// ```
    /// # use lmcp::{Context, Unanswered, tool};
    /// # async fn connected(_: &str) {}
    /// /// Connects a calendar.
    /// #[tool]
    /// async fn connect(ctx: &Context, name: String) -> Result<String, Unanswered> {
    ///     let url = format!("https://example.com/connect/{name}");
    ///     let visit = ctx.elicit_url("Connect your calendar.", url).await?;
    ///     connected(&name).await;
    ///     visit.complete().await;
    ///     Ok("connected".into())
    /// }
    /// ```
    ///
    /// Spec: client/elicitation, "URL Mode Elicitation Requests" (from 2025-11-25 on).
    pub fn elicit_url(&self, message: impl Into<String>, url: impl Into<String>) -> ElicitUrl<'_> {
        ElicitUrl { context: self, message: message.into(), url: url.into(), key: None, running: None }
    }
}

/// A form for the user; a future of the answer. Made by [`Context::elicit`].
///
/// ```
/// use lmcp::{Context, Server, Unanswered, testing::Client, tool};
/// use serde_json::json;
///
/// /// Books a room.
/// #[tool]
/// async fn book(ctx: &Context) -> Result<String, Unanswered> {
///     let now = std::time::SystemTime::now(); // another one in each run, so that the question needs a name
///     let nights: u8 = ctx.elicit(format!("At {now:?}, for how many nights?")).key("nights").await?;
///     Ok(format!("{nights} nights"))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> lmcp::Result<()> {
/// let client = Client::connect_with(&Server::empty().tool(book).build()?, lmcp::ProtocolVersion::LATEST, json!({})).await?;
/// assert!(client.call("book", json!({})).await.is_error()); // this client cannot be asked
/// # Ok(())
/// # }
/// ```
#[must_use = "a question is asked when it is awaited"]
pub struct Elicit<'a, T> {
    context: &'a Context,
    message: String,
    key: Option<String>,
    // Functions, so that a type that is no form is an error where it is asked for, and not at each use behind that.
    form: fn() -> Result<Form, String>,
    read: fn(&Form, &Value) -> Result<T, String>,
    running: Option<BoxFuture<'a, Result<T, Unanswered>>>,
}

impl<'a, T: 'a> Elicit<'a, T> {
    /// Names the question, so that it is recognised when the function is run again although its text is another one.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    fn start(&mut self) -> BoxFuture<'a, Result<T, Unanswered>> {
        let version = self.context.protocol_version();
        let form = match (self.form)() {
            Ok(form) => form,
            Err(why) => return Box::pin(async { Err(Unanswered::Impossible(why)) }),
        };
        let mut params = json!({ "message": self.message, "requestedSchema": form.schema(version) });
        if version.has_elicitation_modes() {
            params["mode"] = "form".into();
        }
        let fields = form.names().map(str::to_owned).collect();
        let question = Question { kind: Kind::Form, key: self.key.take(), params, fields };
        let read = self.read;
        self.context.ask_one(question, move |answer| read(&form, &accepted(answer)?).map_err(NoAnswer::Malformed))
    }
}

/// The content of an answer that the user gave.
fn accepted(answer: Value) -> Read<Value> {
    let Value::Object(mut answer) = answer else {
        return Err(NoAnswer::Malformed("it is no object".into()));
    };
    match answer.get("action").and_then(Value::as_str) {
        Some("accept") => Ok(answer.remove("content").unwrap_or_default()),
        Some("decline") => Err(NoAnswer::Unanswered(Unanswered::Declined)),
        Some("cancel") => Err(NoAnswer::Unanswered(Unanswered::Cancelled)),
        _ => Err(NoAnswer::Malformed("its `action` is none of accept, decline, cancel".into())),
    }
}

super::asked_when_polled!([T: 'a] Elicit<'a, T> => T);

impl<T> std::fmt::Debug for Elicit<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Elicit").field("message", &self.message).finish_non_exhaustive()
    }
}

/// A page for the user; a future of their consent. Made by [`Context::elicit_url`].
///
/// ```
/// use lmcp::{Context, Unanswered};
///
/// async fn sign_in(ctx: &Context, nonce: &str) -> Result<(), Unanswered> {
///     // The URL is another one in each run, so that the question needs a name.
///     ctx.elicit_url("Sign in.", format!("https://example.com/sign-in/{nonce}")).key("sign in").await?;
///     Ok(())
/// }
/// ```
#[must_use = "a question is asked when it is awaited"]
pub struct ElicitUrl<'a> {
    context: &'a Context,
    message: String,
    url: String,
    key: Option<String>,
    running: Option<BoxFuture<'a, Result<UrlVisit<'a>, Unanswered>>>,
}

impl<'a> ElicitUrl<'a> {
    /// Names the question, so that it is recognised when the function is run again although its text or its URL is
    /// another one, as it is when the URL has something unguessable in it.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    fn start(&mut self) -> BoxFuture<'a, Result<UrlVisit<'a>, Unanswered>> {
        let context = self.context;
        if !is_absolute(&self.url) {
            let why = format!("{:?} is no absolute URL, as in https://example.com/pay", self.url);
            return Box::pin(async { Err(Unanswered::Impossible(why)) });
        }
        let mut params = json!({ "mode": "url", "message": self.message, "url": self.url });
        let mut id = None;
        if context.protocol_version().has_elicitation_ids() {
            let fresh = match super::requests::fresh_id() {
                Ok(fresh) => fresh,
                Err(unanswered) => return Box::pin(async { Err(unanswered) }),
            };
            params["elicitationId"] = fresh.as_str().into();
            id = Some(fresh);
        }
        let question = Question { kind: Kind::Url, key: self.key.take(), params, fields: Vec::new() };
        context.ask_one(question, move |answer| accepted(answer).map(|_| UrlVisit { context, id: id.clone() }))
    }
}

super::asked_when_polled!([] ElicitUrl<'a> => UrlVisit<'a>);

impl std::fmt::Debug for ElicitUrl<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ElicitUrl").field("message", &self.message).field("url", &self.url).finish_non_exhaustive()
    }
}

/// Whether a text begins as URLs do (RFC 3986, section 3.1), and has nothing in it that none may have.
fn is_absolute(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        && !rest.is_empty()
        && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// The user agreed to visit a page.
///
/// ```
/// use lmcp::{Context, Unanswered};
///
/// async fn paid() {}
///
/// async fn pay(ctx: &Context) -> Result<(), Unanswered> {
///     let visit = ctx.elicit_url("Pay 5 euros.", "https://example.com/pay/17").await?; // the user agreed to go there
///     paid().await;
///     visit.complete().await; // the client may close the page
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct UrlVisit<'a> {
    context: &'a Context,
    id: Option<String>,
}

impl UrlVisit<'_> {
    /// Tells the client that the user is done there, if its revision knows such a message (2025-11-25).
    pub async fn complete(self) {
        if let Some(id) = self.id {
            let params = json!({ "elicitationId": id });
            self.context.notify(encode::notification("notifications/elicitation/complete", &params)).await;
        }
    }
}
