//! A small client in the same process: real bytes through memory. What [`testing`](crate::testing) and the binary's
//! own commands drive a server with.

use crate::protocol::ProtocolVersion;
use crate::server::ReadyServer;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, WriteHalf};
use tokio::sync::{Notify, oneshot};

/// One connection to a server in this process.
pub(crate) struct Connection {
    version: ProtocolVersion,
    write: tokio::sync::Mutex<WriteHalf<DuplexStream>>,
    shared: Arc<Shared>,
    /// Holds the other half of the stream: the server sees its input end when this is gone too.
    receiving: tokio::task::JoinHandle<()>,
    /// The answer to `initialize` or `server/discover`.
    introduction: Value,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    arrived: Notify,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.receiving.abort();
    }
}

#[derive(Default)]
struct State {
    next_id: u64,
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

impl Connection {
    /// Connects, introduces itself as `name` in `version`, and waits for the server's introduction.
    pub(crate) async fn open(server: &ReadyServer, version: ProtocolVersion, name: &str) -> Result<Self, Value> {
        let (ours, theirs) = tokio::io::duplex(64 << 10);
        let server = server.clone();
        tokio::spawn(async move {
            let (read, write) = tokio::io::split(theirs);
            server.serve_io(read, write).await
        });
        let (read, write) = tokio::io::split(ours);
        let shared = Arc::new(Shared::default());
        let receiver = shared.clone();
        let receiving = tokio::spawn(async move {
            let mut lines = BufReader::new(read).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                receiver.received(line);
            }
            let mut state = receiver.lock();
            state.closed = true;
            state.waiting.clear();
            drop(state);
            receiver.arrived.notify_waiters();
        });
        let write = tokio::sync::Mutex::new(write);
        let mut it = Connection { version, write, shared, receiving, introduction: Value::Null };
        let info = json!({ "name": name, "version": env!("CARGO_PKG_VERSION") });
        it.introduction = if version.is_modern() {
            it.request("server/discover", json!({})).await?
        } else {
            let params = json!({ "protocolVersion": version.as_str(), "capabilities": {}, "clientInfo": info });
            let introduction = it.request("initialize", params).await?;
            it.notify("notifications/initialized", None).await;
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
        let (id, answer) = self.start(method, params).await;
        self.finish(id, answer).await
    }

    /// Sends a request without waiting.
    pub(crate) async fn start(&self, method: &str, params: Value) -> (u64, oneshot::Receiver<String>) {
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
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await;
        (id, answer)
    }

    /// Waits for the `result` of a request that was started, or its `error`.
    pub(crate) async fn finish(&self, id: u64, answer: oneshot::Receiver<String>) -> Result<Value, Value> {
        let result = self.finish_raw(id, answer).await?;
        Ok(serde_json::from_str(result.get()).unwrap_or_default())
    }

    /// The same, the `result` as the server wrote it: a [`Value`] has its own order of an object's entries.
    pub(crate) async fn finish_raw(&self, id: u64, answer: oneshot::Receiver<String>) -> Result<Box<RawValue>, Value> {
        #[derive(Default, Deserialize)]
        struct Answer {
            result: Option<Box<RawValue>>,
            error: Option<Value>,
        }
        let line = answer.await.unwrap_or_default();
        let Answer { result, error } = serde_json::from_str(&line).unwrap_or_default();
        result.ok_or_else(|| {
            let gone = || json!({ "code": 0, "message": format!("the server ended without answering request {id}") });
            error.unwrap_or_else(gone)
        })
    }

    pub(crate) async fn notify(&self, method: &str, params: Option<Value>) {
        let mut message = json!({ "jsonrpc": "2.0", "method": method });
        if let (Value::Object(message), Some(params)) = (&mut message, params) {
            message.insert("params".into(), params);
        }
        self.send(&message).await;
    }

    async fn send(&self, message: &Value) {
        let mut line = message.to_string();
        self.shared.lock().lines.push(format!("--> {line}"));
        line.push('\n');
        // A server that is gone shows in the answer that never comes.
        let _gone = self.write.lock().await.write_all(line.as_bytes()).await;
    }

    /// In the modern era each request says who is asking.
    fn with_meta(&self, mut params: Value) -> Value {
        if self.version.is_modern() {
            if !params.is_object() {
                params = json!({});
            }
            let mut meta = Map::new();
            meta.insert(crate::protocol::meta::PROTOCOL_VERSION.into(), self.version.as_str().into());
            meta.insert(crate::protocol::meta::CLIENT_CAPABILITIES.into(), json!({}));
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

    /// Waits for a notification of this method and takes it; `None` when the server has ended.
    pub(crate) async fn notification(&self, method: &str) -> Option<Value> {
        self.take_notification(|message| message.get("method").is_some_and(|m| m == method)).await
    }

    /// Waits for the next notification of any method and takes it; `None` when the server has ended.
    #[cfg(feature = "cli")]
    pub(crate) async fn next_notification(&self) -> Option<Value> {
        self.take_notification(|_| true).await
    }

    async fn take_notification(&self, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
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
}

impl Shared {
    fn received(&self, line: String) {
        let message: Value = serde_json::from_str(&line).unwrap_or_default();
        let mut state = self.lock();
        state.lines.push(format!("<-- {line}"));
        match message.get("id").and_then(Value::as_u64).and_then(|id| state.waiting.remove(&id)) {
            Some(waiting) => {
                let _nobody_waits = waiting.send(line);
            }
            None => {
                state.notifications.push(message);
                drop(state);
                self.arrived.notify_waiters();
            }
        }
    }
}
