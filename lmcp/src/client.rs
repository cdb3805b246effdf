//! A small client in the same process: real bytes through memory. What [`testing`](crate::testing) and the binary's
//! own commands drive a server with.

use crate::auth::Principal;
use crate::handler::entry::BoxFuture;
use crate::protocol::ProtocolVersion;
use crate::server::ReadyServer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::sync::{Notify, mpsc, oneshot};

/// One connection to a server in this process.
pub(crate) struct Connection {
    version: ProtocolVersion,
    capabilities: Value,
    shared: Arc<Shared>,
    /// The answer to `initialize` or `server/discover`.
    introduction: Value,
}

struct Shared {
    state: Mutex<State>,
    arrived: Notify,
    /// Who answers what the server asks.
    respond: Arc<dyn Respond>,
}

/// Answers what a server asks its client.
pub(crate) trait Respond: Send + Sync {
    /// The `result`, or the `error`. The params are as the server wrote them: a form's fields have an order.
    fn respond<'a>(&'a self, method: &'a str, params: &'a RawValue) -> BoxFuture<'a, Result<Value, Value>>;
}

/// An object's entries in the order in which they were written.
#[derive(Default)]
pub(crate) struct Entries(pub(crate) Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Entries;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        d.deserialize_map(InOrder)
    }
}

/// A request of the server's.
#[derive(serde::Deserialize)]
struct Question {
    #[serde(default)]
    id: Value,
    method: String,
    params: Option<Box<RawValue>>,
}

impl Question {
    async fn answer(&self, respond: &dyn Respond) -> Result<Value, Value> {
        respond.respond(&self.method, self.params.as_deref().unwrap_or(RawValue::NULL)).await
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // What was said is written still, then both halves of the stream go.
        self.shared.lock().outgoing = None;
    }
}

/// A request that was sent. Dropped before its answer came, it tells the server that nobody waits.
pub(crate) struct Pending {
    shared: Arc<Shared>,
    id: u64,
    answer: oneshot::Receiver<String>,
    /// `initialize` may not be cancelled.
    may_cancel: bool,
}

impl Drop for Pending {
    fn drop(&mut self) {
        let waited = self.shared.lock().waiting.remove(&self.id).is_some();
        if waited && self.may_cancel {
            let params = json!({ "requestId": self.id, "reason": "the client does not wait any longer" });
            self.shared.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params }));
        }
    }
}

#[derive(Default)]
struct State {
    /// To the task that writes; `None` once the connection is gone.
    outgoing: Option<mpsc::UnboundedSender<String>>,
    next_id: u64,
    tokens: u64,
    waiting: HashMap<u64, oneshot::Sender<String>>,
    notifications: Vec<Value>,
    lines: Vec<String>,
    closed: bool,
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Waits for the `result` of the request, or its `error`.
    pub(crate) async fn answer(&mut self) -> Result<Box<RawValue>, Value> {
        #[derive(Default, serde::Deserialize)]
        struct Answer {
            result: Option<Box<RawValue>>,
            error: Option<Value>,
        }
        let line = (&mut self.answer).await.unwrap_or_default();
        let Answer { result, error } = serde_json::from_str(&line).unwrap_or_default();
        result.ok_or_else(|| {
            let gone =
                || json!({ "code": 0, "message": format!("the server ended without answering request {}", self.id) });
            error.unwrap_or_else(gone)
        })
    }
}

impl Connection {
    /// Connects, introduces itself as `name` in `version`, and waits for the server's introduction. It declares these
    /// capabilities, `respond` answers what the server asks, and the server takes it for `principal`.
    pub(crate) async fn open(
        server: &ReadyServer,
        version: ProtocolVersion,
        name: &str,
        principal: Option<Principal>,
        capabilities: Value,
        respond: Arc<dyn Respond>,
    ) -> Result<Self, Value> {
        let (ours, theirs) = tokio::io::duplex(64 << 10);
        let server = server.shared.clone();
        tokio::spawn(async move {
            let (read, write) = tokio::io::split(theirs);
            crate::transport::memory::serve(server, principal, read, write).await
        });
        let (read, mut write) = tokio::io::split(ours);
        let (outgoing, mut lines) = mpsc::unbounded_channel::<String>();
        let state = Mutex::new(State { outgoing: Some(outgoing), ..State::default() });
        let shared = Arc::new(Shared { state, arrived: Notify::new(), respond });
        let receiver = shared.clone();
        let receiving = tokio::spawn(async move {
            let mut lines = BufReader::new(read).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                Shared::received(&receiver, line);
            }
            let mut state = receiver.lock();
            state.closed = true;
            state.waiting.clear();
            drop(state);
            receiver.arrived.notify_waiters();
        });
        tokio::spawn(async move {
            while let Some(line) = lines.recv().await {
                if write.write_all(line.as_bytes()).await.is_err() {
                    // A server that is gone shows in the answer that never comes.
                    return;
                }
            }
            receiving.abort();
        });
        let mut it = Connection { version, capabilities, shared, introduction: Value::Null };
        let info = json!({ "name": name, "version": env!("CARGO_PKG_VERSION") });
        it.introduction = if version.is_modern() {
            it.request("server/discover", json!({})).await?
        } else {
            let params =
                json!({ "protocolVersion": version.as_str(), "capabilities": it.capabilities, "clientInfo": info });
            let introduction = it.request("initialize", params).await?;
            it.notify("notifications/initialized", None);
            introduction
        };
        Ok(it)
    }

    pub(crate) fn version(&self) -> ProtocolVersion {
        self.version
    }

    pub(crate) fn introduction(&self) -> &Value {
        &self.introduction
    }

    /// Sends a request and waits for its `result`, or its `error`.
    pub(crate) async fn request(&self, method: &str, params: Value) -> Result<Value, Value> {
        let result = self.request_raw(method, params).await?;
        Ok(serde_json::from_str(result.get()).unwrap_or_default())
    }

    /// The same, the `result` as the server wrote it: a [`Value`] has its own order of an object's entries.
    ///
    /// As long as the server asks for input instead, it is given, and the request made again.
    pub(crate) async fn request_raw(&self, method: &str, mut params: Value) -> Result<Box<RawValue>, Value> {
        #[derive(Default, serde::Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        struct InputRequired<'a> {
            result_type: Cow<'a, str>,
            input_requests: Entries,
            request_state: Option<Value>,
        }
        loop {
            let raw = self.start(method, params.clone()).answer().await?;
            let InputRequired { result_type, input_requests, request_state } =
                serde_json::from_str(raw.get()).unwrap_or_default();
            if result_type != "input_required" {
                return Ok(raw);
            }
            let mut responses = Map::new();
            for (key, request) in input_requests.0 {
                if let Ok(question) = serde_json::from_str::<Question>(request.get()) {
                    responses.insert(key, question.answer(&*self.shared.respond).await?);
                }
            }
            if let Value::Object(params) = &mut params {
                params.insert("inputResponses".into(), responses.into());
                params.extend(request_state.map(|state| ("requestState".into(), state)));
            }
        }
    }

    /// Sends a request once and waits for its `result`, also one that asks for input, or its `error`.
    pub(crate) async fn request_once(&self, method: &str, params: Value) -> Result<Value, Value> {
        let result = self.start(method, params).answer().await?;
        Ok(serde_json::from_str(result.get()).unwrap_or_default())
    }

    /// A progress token that no other request has.
    pub(crate) fn token(&self) -> String {
        let mut state = self.shared.lock();
        state.tokens += 1;
        format!("progress-{}", state.tokens)
    }

    /// Sends a request without waiting.
    pub(crate) fn start(&self, method: &str, params: Value) -> Pending {
        let (answered, answer) = oneshot::channel();
        let id = {
            let mut state = self.shared.lock();
            state.next_id += 1;
            let id = state.next_id;
            if !state.closed {
                state.waiting.insert(id, answered);
            }
            id
        };
        let params = self.with_meta(params);
        self.shared.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        Pending { shared: self.shared.clone(), id, answer, may_cancel: method != "initialize" }
    }

    pub(crate) fn notify(&self, method: &str, params: Option<Value>) {
        let mut message = json!({ "jsonrpc": "2.0", "method": method });
        if let (Value::Object(message), Some(params)) = (&mut message, params) {
            message.insert("params".into(), params);
        }
        self.shared.send(&message);
    }

    /// In the modern era each request says who is asking.
    fn with_meta(&self, mut params: Value) -> Value {
        if self.version.is_modern() {
            if !params.is_object() {
                params = json!({});
            }
            let mut meta = Map::new();
            meta.insert(crate::protocol::meta::PROTOCOL_VERSION.into(), self.version.as_str().into());
            meta.insert(crate::protocol::meta::CLIENT_CAPABILITIES.into(), self.capabilities.clone());
            if let Some(Value::Object(given)) = params.get_mut("_meta").map(Value::take) {
                meta.extend(given);
            }
            if let Value::Object(params) = &mut params {
                params.insert("_meta".into(), meta.into());
            }
        }
        params
    }

    /// All that was sent and received so far.
    pub(crate) fn transcript(&self) -> String {
        self.shared.lock().lines.join("\n")
    }

    /// The last lines of the transcript, at most so many, and how many were before these.
    pub(crate) fn last_lines(&self, most: usize) -> (usize, Vec<String>) {
        let state = self.shared.lock();
        let before = state.lines.len().saturating_sub(most);
        (before, state.lines.iter().skip(before).cloned().collect())
    }

    /// Waits for a notification of this method and takes it; `None` when the server has ended.
    pub(crate) async fn notification(&self, method: &str) -> Option<Value> {
        self.take_notification(|message| message.get("method").is_some_and(|m| m == method)).await
    }

    /// Waits for the next notification of any method and takes it; `None` when the server has ended.
    #[cfg(feature = "cli")]
    pub(crate) async fn next_notification(&self) -> Option<Value> {
        self.take_notification(|_| true).await
    }

    /// Waits for the next notification that is wanted and takes it; `None` when the server has ended.
    pub(crate) async fn take_notification(&self, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        loop {
            let arrived = self.shared.arrived.notified();
            let mut arrived = std::pin::pin!(arrived);
            arrived.as_mut().enable();
            {
                let mut state = self.shared.lock();
                if let Some(at) = state.notifications.iter().position(&wanted) {
                    return Some(state.notifications.remove(at));
                }
                if state.closed {
                    return None;
                }
            }
            arrived.await;
        }
    }

    /// Takes all notifications that have arrived.
    pub(crate) fn notifications(&self) -> Vec<Value> {
        std::mem::take(&mut self.shared.lock().notifications)
    }

    /// Takes those that have arrived and are wanted.
    pub(crate) fn notifications_that(&self, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        self.shared.lock().notifications.extract_if(.., |message| wanted(message)).collect()
    }
}

impl Shared {
    /// Never waits: whoever sends may be dropped, and a half of a line would be the end of the stream.
    fn send(&self, message: &Value) {
        let mut line = message.to_string();
        let mut state = self.lock();
        state.lines.push(format!("--> {line}"));
        line.push('\n');
        let _gone = state.outgoing.as_ref().map(|outgoing| outgoing.send(line));
    }

    /// Answers a request of the server's, in a task of its own: the server may say more meanwhile.
    fn answer(self: &Arc<Self>, line: String) {
        let shared = self.clone();
        tokio::spawn(async move {
            let Ok(question) = serde_json::from_str::<Question>(&line) else { return };
            let mut answer = json!({ "jsonrpc": "2.0", "id": question.id });
            match question.answer(&*shared.respond).await {
                Ok(result) => answer["result"] = result,
                Err(error) => answer["error"] = error,
            }
            shared.send(&answer);
        });
    }

    fn received(self: &Arc<Self>, line: String) {
        let message: Value = serde_json::from_str(&line).unwrap_or_default();
        let mut state = self.lock();
        state.lines.push(format!("<-- {line}"));
        match message.get("id").and_then(Value::as_u64).and_then(|id| state.waiting.remove(&id)) {
            Some(waiting) => {
                let _nobody_waits = waiting.send(line);
            }
            None if message.get("id").is_some() && message.get("method").is_some() => {
                drop(state);
                self.answer(line);
            }
            // Of a request that was cancelled meanwhile.
            None if message.get("id").is_some_and(Value::is_u64) => {}
            None => {
                state.notifications.push(message);
                drop(state);
                self.arrived.notify_waiters();
            }
        }
    }
}
