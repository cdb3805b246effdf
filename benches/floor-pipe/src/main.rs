//! The plain loop over standard input and output: read a line, parse it, call, write. Output is flushed when no further
//! line has arrived.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, BufWriter, Write};

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    jsonrpc: Text<'a>,
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow)]
    method: Text<'a>,
    #[serde(borrow)]
    params: Params<'a>,
}

#[derive(Deserialize)]
struct Params<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    arguments: &'a RawValue,
    #[serde(borrow, rename = "_meta")]
    meta: Option<Meta<'a>>,
}

#[derive(Deserialize)]
struct Meta<'a> {
    #[serde(borrow, rename = "io.modelcontextprotocol/protocolVersion")]
    version: Text<'a>,
    #[serde(borrow, rename = "io.modelcontextprotocol/clientCapabilities")]
    _capabilities: &'a RawValue,
}

/// A string, borrowed unless it has escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
struct Arguments {
    text: String,
}

#[derive(Serialize)]
struct Response<'a> {
    jsonrpc: &'static str,
    id: &'a RawValue,
    result: CallResult<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallResult<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    result_type: Option<&'static str>,
    content: [Block<'a>; 1],
    is_error: bool,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<ResultMeta>,
}

#[derive(Serialize)]
struct Block<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct ResultMeta {
    #[serde(rename = "io.modelcontextprotocol/serverInfo")]
    server: Server,
}

#[derive(Serialize)]
struct Server {
    name: &'static str,
    version: &'static str,
}

/// The tool.
fn echo(text: String) -> String {
    text
}

fn answer(line: &[u8], out: &mut impl Write) {
    let message: Message<'_> = serde_json::from_slice(line).expect("a call");
    assert!(message.jsonrpc.0 == "2.0" && message.method.0 == "tools/call" && message.params.name.0 == "echo");
    let modern = message.params.meta.as_ref().map(|meta| assert!(meta.version.0 == "2026-07-28"));
    let arguments: Arguments = serde_json::from_str(message.params.arguments.get()).expect("a text");
    let text = echo(arguments.text);
    let response = Response {
        jsonrpc: "2.0",
        id: message.id,
        result: CallResult {
            result_type: modern.map(|()| "complete"),
            content: [Block { kind: "text", text: &text }],
            is_error: false,
            meta: modern.map(|()| ResultMeta { server: Server { name: "bench", version: "1" } }),
        },
    };
    serde_json::to_writer(&mut *out, &response).expect("somebody reads");
    out.write_all(b"\n").expect("somebody reads");
}

fn main() -> io::Result<()> {
    let mut input = BufReader::with_capacity(64 << 10, io::stdin().lock());
    let mut out = BufWriter::with_capacity(64 << 10, io::stdout().lock());
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        answer(&line, &mut out);
        line.clear();
        if input.buffer().is_empty() {
            out.flush()?;
        }
    }
    out.flush()
}
