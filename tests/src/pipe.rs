//! A pipe by hand: lines to a server, in memory or as a process, and lines from it.

use lmcp::ReadyServer;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, Lines};

type Reader = Lines<BufReader<Box<dyn AsyncRead + Unpin + Send>>>;

/// One client's end of a pipe.
pub struct Pipe {
    lines: Reader,
    write: Box<dyn AsyncWrite + Unpin + Send>,
    /// A process ends with its test.
    _child: Option<tokio::process::Child>,
}

impl Pipe {
    /// A pipe in memory.
    pub fn open(server: &ReadyServer) -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let server = server.clone();
        tokio::spawn(async move {
            let (read, write) = tokio::io::split(theirs);
            server.serve_io(read, write).await
        });
        let (read, write) = tokio::io::split(ours);
        Self::over(read, write)
    }

    /// Any pair of streams.
    pub fn over(
        read: impl AsyncRead + Unpin + Send + 'static,
        write: impl AsyncWrite + Unpin + Send + 'static,
    ) -> Self {
        let read: Box<dyn AsyncRead + Unpin + Send> = Box::new(read);
        Pipe { lines: BufReader::new(read).lines(), write: Box::new(write), _child: None }
    }

    /// A process's standard streams.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn spawn(program: &str) -> Self {
        Self::spawn_with(program.as_ref(), &[])
    }

    /// The same with arguments.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn spawn_with(program: &std::path::Path, arguments: &[&str]) -> Self {
        let mut child = tokio::process::Command::new(program)
            .args(arguments)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("it starts");
        let (write, read) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        Pipe { _child: Some(child), ..Self::over(read, write) }
    }

    /// Sends one message.
    ///
    /// # Panics
    ///
    /// When the server does not read.
    pub async fn send(&mut self, message: &Value) {
        self.write.write_all(format!("{message}\n").as_bytes()).await.expect("the server reads");
    }

    /// Sends bytes.
    ///
    /// # Panics
    ///
    /// When the server does not read.
    pub async fn send_bytes(&mut self, bytes: &[u8]) {
        self.write.write_all(bytes).await.expect("the server reads");
    }

    /// Says that nothing more will be sent.
    ///
    /// # Panics
    ///
    /// When the server does not read.
    pub async fn finish(&mut self) {
        self.write.shutdown().await.expect("the server reads");
        // A process's input ends when it is closed.
        self.write = Box::new(tokio::io::sink());
    }

    /// All messages up to the end.
    ///
    /// # Panics
    ///
    /// When one is none.
    pub async fn rest(&mut self) -> Vec<Value> {
        let mut rest = Vec::new();
        while let Some(line) = crate::http::within(self.lines.next_line()).await.expect("readable") {
            rest.push(serde_json::from_str(&line).expect("JSON"));
        }
        rest
    }

    /// Sends one line as it is, and gives the next message.
    ///
    /// # Panics
    ///
    /// When the server does not read, or does not answer.
    pub async fn ask_line(&mut self, line: &str) -> Value {
        self.write.write_all(format!("{line}\n").as_bytes()).await.expect("the server reads");
        self.next().await
    }

    /// The next message.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn next(&mut self) -> Value {
        serde_json::from_str(&self.line().await).expect("JSON")
    }

    /// The next line.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn line(&mut self) -> String {
        crate::http::within(self.lines.next_line()).await.expect("readable").expect("it goes on")
    }

    /// The next message of this method; whatever comes before it is passed over.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn until(&mut self, method: &str) -> Value {
        loop {
            let message = self.next().await;
            if message["method"] == method {
                return message;
            }
        }
    }

    /// Nothing comes for a while.
    ///
    /// # Panics
    ///
    /// When something does.
    pub async fn quiet(&mut self, a_while: Duration) {
        let line = tokio::time::timeout(a_while, self.lines.next_line()).await;
        assert!(line.is_err(), "something came: {line:?}");
    }

    /// The handshake of a legacy revision.
    pub async fn initialize(&mut self, version: &str, capabilities: Value) {
        let params = json!({
            "protocolVersion": version, "capabilities": capabilities, "clientInfo": { "name": "test", "version": "1" },
        });
        self.send(&json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params })).await;
        assert_eq!(self.next().await["result"]["protocolVersion"], version);
        self.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
    }

    /// A request of 2026-07-28, and its answer.
    pub async fn ask(&mut self, id: u32, method: &str, params: Value, capabilities: &Value) -> Value {
        self.send(&modern(id, method, params, capabilities)).await;
        let answer = self.next().await;
        assert_eq!(answer["id"], id, "{answer}");
        answer
    }
}

/// A request of 2026-07-28 by a client with these capabilities.
pub fn modern(id: u32, method: &str, mut params: Value, capabilities: &Value) -> Value {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": capabilities,
    });
    match params["_meta"].as_object_mut() {
        Some(given) => given.extend(meta.as_object().cloned().unwrap_or_default()),
        None => params["_meta"] = meta,
    }
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}
