//! What is asked, as bytes.

/// The two eras of the protocol: metadata on each request, or sessions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Era {
    Modern,
    Legacy,
}

const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}"#;

/// One message and the headers that repeat parts of it.
#[derive(Clone)]
pub struct Message {
    era: Era,
    method: &'static str,
    name: Option<String>,
    pub json: String,
}

impl Message {
    fn new(era: Era, method: &'static str, name: Option<&str>, params: &str) -> Self {
        let params = match era {
            Era::Modern if params.is_empty() => META.to_owned(),
            Era::Modern => format!("{params},{META}"),
            Era::Legacy => params.to_owned(),
        };
        let json = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params}}}}}"#);
        Message { era, method, name: name.map(str::to_owned), json }
    }

    /// `tools/call` of `echo` with this many bytes of text.
    pub fn call(era: Era, size: usize) -> Self {
        let text: String = "hello world, ".chars().cycle().take(size).collect();
        Self::new(era, "tools/call", Some("echo"), &format!(r#""name":"echo","arguments":{{"text":"{text}"}}"#))
    }

    pub fn list(era: Era) -> Self {
        Self::new(era, "tools/list", None, "")
    }

    /// `resources/read` of what the template of this number gives.
    pub fn read(era: Era, template: usize) -> Self {
        let uri = format!("notes://shelf-{template:04}/7");
        Self::new(era, "resources/read", Some(&uri), &format!(r#""uri":"{uri}""#))
    }

    /// `subscriptions/listen` for changes of the list of tools.
    pub fn listen() -> Self {
        Self::new(Era::Modern, "subscriptions/listen", None, r#""notifications":{"toolsListChanged":true}"#)
    }

    pub fn initialize() -> Self {
        let params = r#""protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}"#;
        Self::new(Era::Legacy, "initialize", None, params)
    }

    /// As a line of a pipe.
    pub fn line(&self) -> Vec<u8> {
        format!("{}\n", self.json).into_bytes()
    }

    /// Lines of one length that differ in their ids: a pipe may not have two requests of one id under way.
    pub fn lines(&self, many: usize) -> Vec<Vec<u8>> {
        let line =
            |n| format!("{}\n", self.json.replace(r#""id":1,"#, &format!(r#""id":{},"#, 10_000 + n))).into_bytes();
        (0..many).map(line).collect()
    }

    /// As an HTTP request, in a session if there is one.
    pub fn http(&self, session: Option<&str>) -> Vec<u8> {
        let mut head = "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
                        Accept: application/json, text/event-stream\r\n"
            .to_owned();
        let mut add = |name: &str, value: &str| head.extend([name, ": ", value, "\r\n"]);
        match self.era {
            Era::Modern => {
                add("MCP-Protocol-Version", "2026-07-28");
                add("Mcp-Method", self.method);
                if let Some(name) = &self.name {
                    add("Mcp-Name", name);
                }
            }
            Era::Legacy => {
                if let Some(session) = session {
                    add("MCP-Protocol-Version", "2025-11-25");
                    add("Mcp-Session-Id", session);
                }
            }
        }
        add("Content-Length", &self.json.len().to_string());
        format!("{head}\r\n{}", self.json).into_bytes()
    }
}

/// What follows `initialize`.
pub const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

/// The same over HTTP.
pub fn initialized(session: &str) -> Vec<u8> {
    let message = Message { era: Era::Legacy, method: "", name: None, json: INITIALIZED.to_owned() };
    message.http(Some(session))
}
