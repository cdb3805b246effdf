//! `tools/call` of `echo`, parsed and answered for real: typed serde, raw arguments, the headers checked against the body.

use crate::Answer;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Request, Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;

const REVISION: &str = "2026-07-28";

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
    name: Option<Text<'a>>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow, rename = "_meta")]
    meta: Option<Meta<'a>>,
}

#[derive(Deserialize)]
struct Meta<'a> {
    #[serde(borrow, rename = "io.modelcontextprotocol/protocolVersion")]
    version: Option<Text<'a>>,
    #[serde(borrow, rename = "io.modelcontextprotocol/clientCapabilities")]
    capabilities: Option<&'a RawValue>,
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
struct Response_<'a> {
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

fn answer(body: &[u8], headers: Option<&HeaderMap>) -> Option<Result<Vec<u8>, Bytes>> {
    let message: Message<'_> = serde_json::from_slice(body).ok()?;
    if message.jsonrpc.0 != "2.0" {
        return None;
    }
    let modern = match &message.params.meta {
        Some(meta) => {
            meta.capabilities?;
            if meta.version.as_ref()?.0 != REVISION {
                return None;
            }
            true
        }
        None => false,
    };
    if modern && let Some(headers) = headers {
        repeats(headers, "mcp-protocol-version", REVISION)?;
        repeats(headers, "mcp-method", &message.method.0)?;
    }
    match &*message.method.0 {
        "tools/call" => {}
        "subscriptions/listen" => {
            let first = format!(
                "data: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":{{\
                 \"_meta\":{{\"io.modelcontextprotocol/subscriptionId\":{}}},\"notifications\":{{\
                 \"toolsListChanged\":true}}}}}}\n\n",
                message.id
            );
            return Some(Err(first.into()));
        }
        _ => return None,
    }
    let name = &message.params.name.as_ref()?.0;
    if modern && let Some(headers) = headers {
        repeats(headers, "mcp-name", name)?;
    }
    if name != "echo" {
        return None;
    }
    let arguments: Arguments = serde_json::from_str(message.params.arguments?.get()).ok()?;
    let text = echo(arguments.text);
    let response = Response_ {
        jsonrpc: "2.0",
        id: message.id,
        result: CallResult {
            result_type: modern.then_some("complete"),
            content: [Block { kind: "text", text: &text }],
            is_error: false,
            meta: modern.then_some(ResultMeta { server: Server { name: "bench", version: "1" } }),
        },
    };
    Some(Ok(serde_json::to_vec(&response).expect("it is JSON")))
}

/// The header stands there once and is what the body says.
fn repeats(headers: &HeaderMap, name: &str, body: &str) -> Option<()> {
    let mut values = headers.get_all(name).iter();
    let (value, second) = (values.next()?, values.next());
    (second.is_none() && value.to_str().ok()?.trim() == body).then_some(())
}

/// Answers one HTTP request.
pub async fn respond<B: Body>(request: Request<B>) -> Response<Answer> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return refused() };
    let body = body.to_bytes();
    let (kind, answer) = match answer(&body, Some(&head.headers)) {
        Some(Ok(message)) => ("application/json", Answer::whole(message)),
        Some(Err(first)) => ("text/event-stream", Answer::open(first)),
        None => return refused(),
    };
    let mut response = Response::new(answer);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn refused() -> Response<Answer> {
    let mut response = Response::new(Answer::whole("refused"));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}
