//! What a test's client answers when the server asks.

use crate::ask::rounds::NOTE;
use crate::client::Respond;
use crate::handler::entry::BoxFuture;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the client answers when the server asks.
#[derive(Default)]
pub(super) struct Script(Mutex<Answers>);

#[derive(Default)]
pub(super) struct Answers {
    elicitation: HashMap<String, Value>,
    pub(super) sampling: Option<Value>,
    pub(super) roots: Option<Value>,
}

impl Script {
    pub(super) fn lock(&self) -> MutexGuard<'_, Answers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn put(&self, question: String, answer: Value) {
        self.lock().elicitation.insert(question, answer);
    }

    fn find(&self, method: &str, params: &Value) -> Result<Value, Value> {
        let answers = self.lock();
        let (answer, how) = match method {
            "ping" => (Some(json!({})), String::new()),
            "roots/list" => (answers.roots.clone(), "client.set_roots([…]).await".into()),
            "sampling/createMessage" => (answers.sampling.clone(), "client.answer_sampling(…)".into()),
            "elicitation/create" => {
                let message = params.get("message").and_then(Value::as_str).unwrap_or_default();
                if let Some((message, why)) = message.split_once(NOTE)
                    && answers.elicitation.contains_key(message)
                {
                    let why = format!("the answer that the test gives to {message:?} does not fit: {why}");
                    return Err(json!({ "code": -32603, "message": why }));
                }
                (answers.elicitation.get(message).cloned(), format!("client.answer({message:?}, …)"))
            }
            _ => (None, "no method of the test client's".into()),
        };
        answer.ok_or_else(|| {
            json!({ "code": -32603, "message": format!("the server sent {method}, which the test does not answer; use {how}") })
        })
    }
}

impl Respond for Script {
    fn respond<'a>(&'a self, method: &'a str, params: &'a RawValue) -> BoxFuture<'a, Result<Value, Value>> {
        Box::pin(async move { self.find(method, &serde_json::from_str(params.get()).unwrap_or_default()) })
    }
}
