//! HTTP by hand: a server on a socket, requests as bytes, a reader for whatever comes back.

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use lmcp::{Principal, Server};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Far more than anything here takes.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for what must come.
///
/// # Panics
///
/// When it does not come.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it takes far too long")
}

/// Waits until a counter says what it should.
///
/// # Panics
///
/// When it never does.
pub async fn until(mut done: impl FnMut() -> bool) {
    within(async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

/// A server that listens.
pub struct Site {
    /// Where.
    pub address: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    serving: JoinHandle<lmcp::Result<()>>,
}

impl Site {
    /// Starts a server on a port of its own.
    pub async fn open(server: Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let server = server.build().expect("the server starts");
        let (end, ended) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            server
                .http_on(listener, async {
                    let _sent_or_dropped = ended.await;
                })
                .await
        });
        Site { address, end: Some(end), serving }
    }

    /// Mounts a server into another one that knows who calls: somebody with this header, `X-Caller: name scope scope`.
    pub async fn mounted(server: Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let service = server.build().expect("the server starts").http_service().expect("its scopes can be had");
        let serving = tokio::spawn(async move {
            loop {
                let (stream, peer) = listener.accept().await?;
                let service = service.clone();
                let vouching = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
                    let caller = request.headers().get("x-caller").and_then(|value| value.to_str().ok());
                    if let Some((name, scopes)) = caller.map(|caller| caller.split_once(' ').unwrap_or((caller, ""))) {
                        let scopes = scopes.split_whitespace();
                        let caller = scopes.fold(Principal::new(name), |caller, scope| caller.scope(scope));
                        request.extensions_mut().insert(caller);
                    }
                    request.extensions_mut().insert(peer);
                    hyper::service::Service::call(&service, request)
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), vouching));
            }
        });
        Site { address, end: None, serving }
    }

    /// A new connection.
    pub async fn connect(&self) -> Connection {
        Connection::open(self.address).await
    }

    /// One request on a connection of its own, and its whole response.
    pub async fn ask(&self, request: &Request) -> Response {
        let mut connection = self.connect().await;
        connection.send(request).await;
        connection.response().await
    }

    /// One request whose answer is an event stream, up to the head of the response.
    pub async fn stream(&self, request: &Request) -> Connection {
        let mut connection = self.connect().await;
        connection.send(request).await;
        let head = connection.head().await;
        assert_eq!(head.status, 200, "{head:?}");
        assert_eq!(head.header("content-type"), Some("text/event-stream"), "{head:?}");
        connection
    }

    /// Opens a session of this revision and says that it is ready; gives its id.
    pub async fn session(&self, version: &str) -> String {
        let answer = self.ask(&Request::initialize(0, version)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let id = answer.header("mcp-session-id").expect("a session").to_owned();
        let ready = Request::message(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        assert_eq!(self.ask(&ready.with("Mcp-Session-Id", &id)).await.status, 202);
        id
    }

    /// Tells the server to end.
    pub fn end(&mut self) {
        drop(self.end.take());
    }

    /// Waits until the server has ended, and well.
    pub async fn ended(mut self) {
        self.end();
        within(&mut self.serving).await.expect("no panic").expect("it ends well");
    }
}

/// A test that fails leaves nothing behind.
impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A request, until it is bytes.
#[derive(Clone, Debug)]
pub struct Request {
    verb: String,
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

/// The head of a response, and its body as far as it was read.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// The body without its framing.
    pub body: Vec<u8>,
}

impl Response {
    /// The header's only value.
    ///
    /// # Panics
    ///
    /// When it is there twice.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name));
        let first = values.next();
        assert!(values.next().is_none(), "{name} twice: {self:?}");
        first.map(|(_, value)| value.as_str())
    }

    /// All values of the header, joined by commas as the header's definition allows.
    pub fn joined(&self, name: &str) -> String {
        let values = self.headers.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name));
        values.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, of the type it says.
    ///
    /// # Panics
    ///
    /// When it is none.
    pub fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }
}

/// How the body being read is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunked,
    UntilClosed,
    Done,
}

/// One socket.
pub struct Connection {
    /// For what has no method here.
    pub socket: TcpStream,
    unread: Vec<u8>,
    framing: Framing,
    events: Vec<u8>,
    /// The id of the last event that had one.
    pub last_event: Option<String>,
    /// What the requests that were sent and not answered yet make of the response's body: `HEAD` has none.
    heads: std::collections::VecDeque<bool>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Self {
        let socket = within(TcpStream::connect(address)).await.expect("it listens");
        Connection {
            socket,
            unread: Vec::new(),
            framing: Framing::Done,
            events: Vec::new(),
            last_event: None,
            heads: std::collections::VecDeque::new(),
        }
    }

    /// Sends a request.
    pub async fn send(&mut self, request: &Request) {
        self.heads.push_back(request.verb == "HEAD");
        self.write(&request.bytes()).await;
    }

    /// Sends bytes.
    pub async fn write(&mut self, bytes: &[u8]) {
        within(self.socket.write_all(bytes)).await.expect("the server reads");
    }

    /// Says that nothing more will be sent.
    pub async fn finish(&mut self) {
        within(self.socket.shutdown()).await.expect("it was open");
    }

    /// Says that nothing more will be sent, if the server has not closed the connection meanwhile.
    pub async fn finish_if_open(&mut self) {
        let _closed_meanwhile = within(self.socket.shutdown()).await;
    }

    /// Reads some more; `false` at the end.
    async fn more(&mut self) -> bool {
        let mut some = vec![0; 64 << 10];
        match within(self.socket.read(&mut some)).await {
            // Who closes a socket that still has something to read resets it.
            Ok(0) | Err(_) => false,
            Ok(n) => {
                self.unread.extend_from_slice(&some[..n]);
                true
            }
        }
    }

    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|pair| pair == b"\r\n") {
                let line = self.unread.drain(..end + 2).take(end).collect::<Vec<_>>();
                return Some(String::from_utf8(line).expect("heads are ASCII"));
            }
            if !self.more().await {
                assert!(self.unread.is_empty(), "half a line: {:?}", String::from_utf8_lossy(&self.unread));
                return None;
            }
        }
    }

    /// The head of the next response, if the connection is not closed instead.
    pub async fn try_head(&mut self) -> Option<Response> {
        assert_eq!(self.framing, Framing::Done, "the last response was not read");
        let status = self.line().await?;
        let mut words = status.split(' ');
        assert!(words.next().is_some_and(|word| word.starts_with("HTTP/1.")), "{status}");
        let status = words.next().and_then(|word| word.parse().ok()).expect("a status");
        let mut headers = Vec::new();
        loop {
            let line = self.line().await.expect("a head has an end");
            let Some((name, value)) = line.split_once(':') else {
                assert!(line.is_empty(), "{line}");
                break;
            };
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        let response = Response { status, headers, body: Vec::new() };
        if status < 200 {
            return Some(response);
        }
        let is_head = self.heads.pop_front().unwrap_or(false);
        let length = response.header("content-length").map(|length| length.parse().expect("a length"));
        self.framing = match (length, response.header("transfer-encoding")) {
            _ if is_head || matches!(status, 204 | 304) => Framing::Done,
            (Some(0), None) => Framing::Done,
            (Some(length), None) => Framing::Length(length),
            (None, Some("chunked")) => Framing::Chunked,
            (None, None) => Framing::UntilClosed,
            _ => panic!("two framings: {response:?}"),
        };
        Some(response)
    }

    /// The head of the next response.
    pub async fn head(&mut self) -> Response {
        self.try_head().await.expect("a response, not the end")
    }

    /// The next piece of the body; `None` at its end. The second value is whether the end was a proper one.
    async fn piece(&mut self) -> (Option<Vec<u8>>, bool) {
        match self.framing {
            Framing::Done => (None, true),
            Framing::Length(left) => {
                if self.unread.is_empty() && !self.more().await {
                    return (None, false);
                }
                let take = left.min(self.unread.len());
                self.framing = if take == left { Framing::Done } else { Framing::Length(left - take) };
                (Some(self.unread.drain(..take).collect()), true)
            }
            Framing::Chunked => {
                let Some(size) = self.line().await else { return (None, false) };
                let size = usize::from_str_radix(&size, 16).expect("a chunk's size");
                while self.unread.len() < size + 2 {
                    if !self.more().await {
                        return (None, false);
                    }
                }
                let piece = self.unread.drain(..size).collect::<Vec<_>>();
                assert_eq!(self.unread.drain(..2).collect::<Vec<_>>(), b"\r\n");
                if size == 0 {
                    self.framing = Framing::Done;
                    return (None, true);
                }
                (Some(piece), true)
            }
            Framing::UntilClosed => {
                if self.unread.is_empty() && !self.more().await {
                    self.framing = Framing::Done;
                    return (None, true);
                }
                (Some(std::mem::take(&mut self.unread)), true)
            }
        }
    }

    /// The next response, whole.
    pub async fn response(&mut self) -> Response {
        let mut response = self.head().await;
        response.body = self.rest_of_body().await;
        response
    }

    /// What is left of the body.
    pub async fn rest_of_body(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        while let (Some(piece), _) = self.piece().await {
            body.extend(piece);
        }
        assert_eq!(self.framing, Framing::Done, "the body was cut off: {:?}", String::from_utf8_lossy(&body));
        body
    }

    /// The next event as it was written, comments too; `None` at the end of the stream.
    pub async fn event(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.events.windows(2).position(|pair| pair == b"\n\n") {
                let event = self.events.drain(..end + 2).take(end).collect::<Vec<_>>();
                return Some(String::from_utf8(event).expect("events are text"));
            }
            match self.piece().await {
                (Some(piece), _) => self.events.extend(piece),
                (None, proper) => {
                    assert!(self.events.is_empty(), "half an event: {:?}", String::from_utf8_lossy(&self.events));
                    assert!(proper, "the stream was cut off");
                    return None;
                }
            }
        }
    }

    /// The next message of an event stream: one `data:` line, behind `id:` where events have one. Comments are skipped, and
    /// so is the event that only says how to come back.
    pub async fn try_message(&mut self) -> Option<Value> {
        loop {
            let event = self.event().await?;
            if event.lines().all(|line| line.starts_with(':')) {
                continue;
            }
            let mut lines = event.lines().peekable();
            if let Some(id) = lines.next_if(|line| line.starts_with("id: ")) {
                self.last_event = Some(id["id: ".len()..].to_owned());
            }
            if lines.next_if(|line| line.starts_with("retry: ")).is_some() {
                assert_eq!(lines.next(), Some("data: "), "{event:?}");
                continue;
            }
            let data = lines.next().and_then(|line| line.strip_prefix("data: "));
            let data = data.unwrap_or_else(|| panic!("no data: {event:?}"));
            assert!(lines.next().is_none(), "more than one line: {event:?}");
            return Some(serde_json::from_str(data).unwrap_or_else(|e| panic!("{e}: {data}")));
        }
    }

    /// The next message of an event stream that goes on.
    pub async fn next(&mut self) -> Value {
        self.try_message().await.expect("the stream goes on")
    }

    /// All that is left of an event stream.
    pub async fn rest(&mut self) -> Vec<Value> {
        let mut rest = Vec::new();
        while let Some(message) = self.try_message().await {
            rest.push(message);
        }
        rest
    }

    /// Waits until the server closes the connection; nothing may come before.
    pub async fn closed(&mut self) {
        while self.more().await {}
        assert!(self.unread.is_empty(), "instead of the end: {:?}", String::from_utf8_lossy(&self.unread));
    }

    /// Nothing comes for a while.
    pub async fn quiet(&mut self, a_while: Duration) {
        if self.framing != Framing::Done {
            let got = tokio::time::timeout(a_while, self.try_message()).await;
            assert!(got.is_err(), "something came: {got:?}");
            return;
        }
        let mut some = [0; 64];
        let got = tokio::time::timeout(a_while, self.socket.peek(&mut some)).await;
        assert!(got.is_err() && self.unread.is_empty(), "something came: {got:?}");
    }
}
