//! Requests that say more than the plain ones: completions, calls with progress, one round alone.

use super::{Called, Client, RpcError, answer_to, items};
use serde_json::{Value, json};
use std::panic::Location;

impl Client {
    /// Completes an argument of a prompt (by name) or a resource template (by its URI template, `notes://{id}`).
    ///
    /// # Errors
    ///
    /// The JSON-RPC error.
    #[track_caller]
    pub fn complete(
        &self,
        reference: &str,
        argument: &str,
        typed: &str,
    ) -> impl Future<Output = Result<Vec<String>, RpcError>> {
        self.completed(completion(reference, argument, typed), Location::caller())
    }

    /// The same, for a user who has filled in these arguments already.
    ///
    /// ```
    /// use lmcp::{CompletionArguments, Server, prompt, testing::Client};
    /// use serde_json::json;
    ///
    /// /// Plan a trip.
    /// #[prompt]
    /// fn trip(country: String, #[arg(complete = cities)] city: String) -> String {
    ///     format!("Plan a trip to {city}, {country}.")
    /// }
    ///
    /// fn cities(_typed: &str, others: CompletionArguments) -> Vec<&'static str> {
    ///     if others.get("country") == Some("Italy") { vec!["Rome", "Turin"] } else { Vec::new() }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = Client::connect(Server::empty().prompt(trip)).await?;
    /// let italian = client.complete_with("trip", "city", "", json!({"country": "Italy"})).await?;
    /// assert_eq!(italian, ["Rome", "Turin"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The JSON-RPC error.
    #[track_caller]
    pub fn complete_with(
        &self,
        reference: &str,
        argument: &str,
        typed: &str,
        others: impl Into<Value>,
    ) -> impl Future<Output = Result<Vec<String>, RpcError>> {
        let mut params = completion(reference, argument, typed);
        params["context"] = json!({ "arguments": others.into() });
        self.completed(params, Location::caller())
    }

    async fn completed(&self, params: Value, caller: &'static Location<'static>) -> Result<Vec<String>, RpcError> {
        let answer = self.asked("completion/complete", params, caller).await?;
        let values = items(answer.get("completion").unwrap_or(&Value::Null), "values");
        Ok(values.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// Calls a tool and asks for progress: what it gave, and the `params` of every report, in order.
    ///
    /// ```
    /// use lmcp::{Context, Server, testing::Client, tool};
    /// use serde_json::json;
    ///
    /// /// Bakes.
    /// #[tool]
    /// async fn bake(ctx: &Context, loaves: u32) -> String {
    ///     for loaf in 1..=loaves {
    ///         ctx.progress(loaf).of(loaves).message("in the oven").await;
    ///     }
    ///     format!("{loaves} loaves")
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> lmcp::Result<()> {
    /// let client = Client::connect(Server::empty().tool(bake)).await?;
    /// let (called, reports) = client.call_with_progress("bake", json!({"loaves": 2})).await;
    /// assert_eq!(called.text(), "2 loaves");
    /// assert_eq!((&reports[1]["progress"], &reports[1]["message"]), (&json!(2), &json!("in the oven")));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When it takes longer than the [time limit](Self::time_limit).
    #[track_caller]
    pub fn call_with_progress(
        &self,
        name: &str,
        arguments: impl Into<Value>,
    ) -> impl Future<Output = (Called, Vec<Value>)> {
        let (params, caller) = (json!({ "name": name, "arguments": arguments.into() }), Location::caller());
        async move {
            let token = Value::from(self.connection.token());
            let mut params = params;
            params["_meta"] = json!({ "progressToken": token });
            let outcome = self.asked("tools/call", params, caller).await;
            let reports = self.connection.notifications_that(|message| {
                message["method"] == "notifications/progress" && message["params"]["progressToken"] == token
            });
            let reports = reports.into_iter().map(|mut report| report["params"].take()).collect();
            (Called { outcome, client: self.clone() }, reports)
        }
    }

    /// Sends a request once and gives its `result` as it came: one that asks for input is not answered. So a test can
    /// answer by hand: late, twice, or something else.
    ///
    /// ```standalone_crate
    /// use lmcp::{Context, tool};
    /// use serde_json::json;
    ///
    /// /// Greets the user.
    /// #[tool]
    /// async fn greet(ctx: &Context) -> Result<String, lmcp::Unanswered> {
    ///     Ok(format!("Hello, {}!", ctx.elicit::<String>("What is your name?").await?))
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), lmcp::testing::RpcError> {
    /// let client = lmcp::testing::client!().await;
    /// let mut call = json!({"name": "greet", "arguments": {}});
    /// let asks = client.request_once("tools/call", call.clone()).await?;
    /// assert_eq!(asks["resultType"], "input_required");
    ///
    /// let (key, question) = asks["inputRequests"].as_object().unwrap().iter().next().unwrap();
    /// assert_eq!(question["params"]["message"], "What is your name?");
    /// call["inputResponses"] = json!({key: {"action": "accept", "content": {"value": "Ada"}}});
    /// call["requestState"] = asks["requestState"].clone();
    /// for _twice in 0..2 {
    ///     let result = client.request_once("tools/call", call.clone()).await?;
    ///     assert_eq!(result["content"][0]["text"], "Hello, Ada!");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Before 2026-07-28 a server asks with a request of its own, which is answered as with [`request`](Self::request).
    ///
    /// # Errors
    ///
    /// The JSON-RPC error.
    #[track_caller]
    pub fn request_once(
        &self,
        method: &str,
        params: impl Into<Value>,
    ) -> impl Future<Output = Result<Value, RpcError>> {
        let (params, caller) = (params.into(), Location::caller());
        async move {
            let what = answer_to(method, &params);
            self.within(caller, &what, self.connection.request_once(method, params)).await
        }
    }
}

/// The params of `completion/complete`.
fn completion(reference: &str, argument: &str, typed: &str) -> Value {
    let reference = if reference.contains("://") {
        json!({ "type": "ref/resource", "uri": reference })
    } else {
        json!({ "type": "ref/prompt", "name": reference })
    };
    json!({ "ref": reference, "argument": { "name": argument, "value": typed } })
}
