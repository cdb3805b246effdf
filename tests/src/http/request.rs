//! A request, put together by its parts and written as bytes: also one that no client would send.

use serde_json::{Value, json};

/// A request, until it is bytes.
#[derive(Clone, Debug)]
pub struct Request {
    pub(super) verb: String,
    target: String,
    protocol: &'static str,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Request {
    /// A request without a body.
    pub fn new(verb: &str, target: &str) -> Self {
        Request {
            verb: verb.into(),
            target: target.into(),
            protocol: "HTTP/1.1",
            headers: vec![("Host".into(), "localhost".into())],
            body: None,
        }
    }

    /// `POST` of these bytes to the endpoint, with the headers every client sends.
    pub fn post(body: impl Into<Vec<u8>>) -> Self {
        let mut request = Self::new("POST", "/mcp")
            .with("Content-Type", "application/json")
            .with("Accept", "application/json, text/event-stream");
        request.body = Some(body.into());
        request
    }

    /// `POST` of a JSON value.
    pub fn message(message: &Value) -> Self {
        Self::post(message.to_string())
    }

    /// A request of a legacy revision; its session, if any, is for [`with`](Self::with).
    pub fn legacy(id: impl Into<Value>, method: &str, params: Value) -> Self {
        let id: Value = id.into();
        Self::message(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
    }

    /// The handshake.
    pub fn initialize(id: i64, version: &str) -> Self {
        let params = json!({
            "protocolVersion": version, "capabilities": {}, "clientInfo": { "name": "test", "version": "1" },
        });
        Self::legacy(id, "initialize", params)
    }

    /// A request of 2026-07-28 with everything it needs: metadata in the message, and headers that repeat it.
    pub fn modern(id: impl Into<Value>, method: &str, mut params: Value) -> Self {
        let named = params.get("name").or_else(|| params.get("uri")).and_then(Value::as_str).map(str::to_owned);
        let meta = params.as_object_mut().expect("an object").entry("_meta").or_insert_with(|| json!({}));
        let meta = meta.as_object_mut().expect("an object");
        meta.entry("io.modelcontextprotocol/protocolVersion").or_insert_with(|| "2026-07-28".into());
        meta.entry("io.modelcontextprotocol/clientCapabilities").or_insert_with(|| json!({}));
        let request =
            Self::legacy(id, method, params).with("MCP-Protocol-Version", "2026-07-28").with("Mcp-Method", method);
        match named {
            Some(named) if matches!(method, "tools/call" | "prompts/get" | "resources/read") => {
                request.with("Mcp-Name", &named)
            }
            _ => request,
        }
    }

    /// A call of 2026-07-28.
    pub fn call(id: impl Into<Value>, tool: &str, arguments: Value) -> Self {
        Self::modern(id, "tools/call", json!({ "name": tool, "arguments": arguments }))
    }

    /// A call of a legacy revision.
    pub fn legacy_call(id: impl Into<Value>, tool: &str, arguments: Value) -> Self {
        Self::legacy(id, "tools/call", json!({ "name": tool, "arguments": arguments }))
    }

    /// Sets a header, in place of what it was.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// Adds a header, whether it is there or not.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Leaves a header out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(given, _)| !given.eq_ignore_ascii_case(name));
        self
    }

    /// Another verb.
    #[must_use]
    pub fn verb(mut self, verb: &str) -> Self {
        self.verb = verb.into();
        self
    }

    /// Another target.
    #[must_use]
    pub fn target(mut self, target: &str) -> Self {
        self.target = target.into();
        self
    }

    /// HTTP/1.0.
    #[must_use]
    pub fn old(mut self) -> Self {
        self.protocol = "HTTP/1.0";
        self
    }

    /// What goes over the wire. The length is announced unless a header says something else about it.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = format!("{} {} {}\r\n", self.verb, self.target, self.protocol);
        for (name, value) in &self.headers {
            out.push_str(&format!("{name}: {value}\r\n"));
        }
        let framed = |(name, _): &(String, String)| {
            name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("transfer-encoding")
        };
        if let Some(body) = &self.body
            && !self.headers.iter().any(framed)
        {
            out.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        out.push_str("\r\n");
        let mut out = out.into_bytes();
        out.extend_from_slice(self.body.as_deref().unwrap_or_default());
        out
    }
}
