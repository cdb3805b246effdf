//! The laws of Streamable HTTP: whatever comes in on a connection, what goes out are whole responses, each with a valid
//! body of its kind, and both end; a request that is one is answered once.
//!
//! [`connection`] takes raw bytes as a client's side of a connection. [`requests`] takes heads and bodies as text, so that
//! more of them get past the reading of heads.

use super::pipe::{checked, request};
use super::server::{BODY, server};
use crate::transport::http::connection::plain;
use crate::{HttpService, ResponseBody};
use http_body_util::{BodyExt, Full};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, Uri};
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What stands between two requests, on a line of its own.
const BETWEEN: &str = "===\n";
/// How many requests are sent.
const REQUESTS: usize = 12;
/// The most that one response may have, in bytes, besides a multiple of what was sent.
const SHARE: usize = 32 << 10;
/// Longer than anything takes that ends by itself: the comments of a stream go on for ever.
const PATIENCE: Duration = Duration::from_secs(200);

fn run<T>(work: impl Future<Output = T>) -> T {
    // Its clock goes on when there is nothing to do but to wait for it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.expect("a runtime").block_on(work)
}

/// All that a client sends on one connection. In the head of a request, `{length}` stands for the length of what follows
/// the blank line, up to a line of `===`, which is not sent.
pub fn connection(bytes: &[u8]) {
    let sent = measured(bytes);
    // Another protocol, whose answers are frames.
    if cfg!(feature = "http2") && sent.starts_with(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") {
        return;
    }
    let received = run(async {
        // With room for everything: while an answer waits to be read, hyper writes its own answer to a head that is none
        // into the midst of it.
        let (ours, theirs) = tokio::io::duplex(4 << 20);
        let serving = tokio::spawn(plain(theirs, None, server().http_service().expect("nobody needs a scope"), ()));
        let (mut read, mut write) = tokio::io::split(ours);
        let bytes = sent.clone();
        let writing = tokio::spawn(async move {
            // It may have been refused before everything was sent.
            let _ended = write.write_all(&bytes).await;
            write
        });
        let mut received = Vec::new();
        // It ends when nothing comes for a while; with a stream, not before its client is gone.
        if tokio::time::timeout(PATIENCE, read.read_to_end(&mut received)).await.is_err() {
            let _ended = writing.await.expect("it does not panic").shutdown().await;
            let reading = tokio::time::timeout(PATIENCE, read.read_to_end(&mut received));
            reading.await.expect("the connection ends").expect("it can be read");
        }
        serving.await.expect("it does not panic");
        received
    });
    let lines = sent.iter().filter(|byte| **byte == b'\n').count();
    assert!(received.len() <= (1 + lines) * SHARE + sent.len() * 40, "{} bytes of {}", received.len(), sent.len());
    // To `HEAD` there is an answer whose length is that of another one.
    if !sent.windows(4).any(|word| word == b"HEAD") {
        responses(&received);
    }
}

fn measured(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in split(bytes) {
        let end = part.windows(2).position(|blank| blank == b"\n\n").map_or(part.len(), |at| at + 2);
        let (head, body) = part.split_at(end);
        match head.windows(8).position(|word| word == b"{length}") {
            Some(at) => {
                out.extend_from_slice(&head[..at]);
                out.extend_from_slice(body.len().to_string().as_bytes());
                out.extend_from_slice(&head[at + 8..]);
            }
            None => out.extend_from_slice(head),
        }
        out.extend_from_slice(body);
    }
    out
}

/// The parts between the lines of `===`, which takes their line breaks with it.
fn split(bytes: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut left = bytes;
    while let Some(at) = left.windows(BETWEEN.len()).position(|word| word == BETWEEN.as_bytes()) {
        parts.push(&left[..at]);
        left = &left[at + BETWEEN.len()..];
    }
    parts.push(left);
    parts.truncate(REQUESTS);
    parts
}

/// Fails unless these are whole responses, one behind the other; the last one may have been cut by the end.
fn responses(mut left: &[u8]) {
    while !left.is_empty() {
        let Some(end) = left.windows(4).position(|blank| blank == b"\r\n\r\n") else {
            panic!("half a head: {}", String::from_utf8_lossy(left));
        };
        let head = std::str::from_utf8(&left[..end]).expect("a head is ASCII");
        left = &left[end + 4..];
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1."));
        let code = status.and_then(|line| line.get(2..5)).and_then(|code| code.parse::<u16>().ok());
        let code = code.unwrap_or_else(|| panic!("no status: {head}"));
        let header = |name: &str| {
            let line = head.split("\r\n").skip(1).filter_map(|line| line.split_once(": "));
            line.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
        };
        let body: Vec<u8>;
        if let Some(length) = header("content-length") {
            let length: usize = length.parse().expect("a length");
            assert!(length <= left.len(), "a body that is cut: {head}");
            body = left[..length].to_vec();
            left = &left[length..];
        } else if header("transfer-encoding").is_some_and(|coding| coding == "chunked") {
            let (chunks, rest) = chunked(left);
            body = chunks;
            left = rest;
        } else {
            assert!(matches!(code, 100 | 204 | 202 | 304) || code >= 200, "{head}");
            // HTTP/1.0 ends a stream with the connection.
            let until_the_end = header("content-type").is_some() && code == 200;
            body = if until_the_end { std::mem::take(&mut left).to_vec() } else { Vec::new() };
        }
        checked_body(code, header("content-type"), &body, None);
    }
}

/// What chunks hold, and what follows them. A stream may end in between, with its connection.
fn chunked(mut left: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut body = Vec::new();
    while let Some(end) = left.windows(2).position(|end| end == b"\r\n") {
        let size = std::str::from_utf8(&left[..end]).ok().and_then(|size| usize::from_str_radix(size, 16).ok());
        let size = size.unwrap_or_else(|| panic!("no chunk: {}", String::from_utf8_lossy(left)));
        left = &left[end + 2..];
        if size == 0 {
            return (body, left.strip_prefix(b"\r\n").expect("a blank line"));
        }
        body.extend_from_slice(left.get(..size).unwrap_or(left));
        left = left.get(size + 2..).unwrap_or_default();
    }
    (body, left)
}

/// Requests as text: a line `POST /mcp`, lines of headers, a blank line, a body; between two of them a line of `===`.
///
/// A first line that begins with `@` or `~` is short for a request of 2026-07-28 or before, as in [`pipe`](super::pipe),
/// with the headers that it needs; those on the lines behind it come on top. `{session}` stands for the session that was
/// begun last.
pub fn requests(bytes: &[u8]) {
    run(async {
        let service = server().http_service().expect("nobody needs a scope");
        let mut session = String::new();
        for (at, part) in split(bytes).into_iter().enumerate() {
            if let Some((request, sure)) = read(at, part, &session) {
                let response = service.respond(request).await;
                if let Some(id) = response.headers().get("mcp-session-id") {
                    session = id.to_str().expect("a session's id is text").to_owned();
                }
                finish(&service, response, sure).await;
            }
        }
    });
}

/// One request, if the text is one; and its id, if there has to be an answer to it whatever else is in it.
fn read(at: usize, part: &[u8], session: &str) -> Option<(Request<Full<bytes::Bytes>>, Option<String>)> {
    let end = part.windows(2).position(|blank| blank == b"\n\n").unwrap_or(part.len());
    let head = String::from_utf8_lossy(&part[..end]).replace("{session}", session);
    let mut body = part.get(end + 2..).unwrap_or_default().to_vec();
    let mut lines = head.lines();
    let first = lines.next()?;
    let mut own = Vec::new();
    let (verb, path, sure) = match first.split_at_checked(1)? {
        (era @ ("@" | "~"), call) => {
            let is_modern = era == "@";
            let text = request(at, call.as_bytes(), is_modern);
            own.push(("content-type", "application/json".to_owned()));
            own.push(("accept", "application/json, text/event-stream".to_owned()));
            let (method, params) = call.split_once(' ').unwrap_or((call, "{}"));
            if is_modern {
                own.push(("mcp-protocol-version", "2026-07-28".to_owned()));
                own.push(("mcp-method", method.to_owned()));
                let params = serde_json::from_str::<Value>(params).unwrap_or_default();
                if let Some(name) = params.get("name").or_else(|| params.get("uri")).and_then(Value::as_str) {
                    own.push(("mcp-name", name.to_owned()));
                }
            } else if !session.is_empty() {
                own.push(("mcp-session-id", session.to_owned()));
            }
            body = text.into_bytes();
            let is_json = serde_json::from_slice::<Value>(&body).is_ok();
            // What listens is answered when it ends.
            let ends = method != "subscriptions/listen";
            ("POST", "/mcp", (is_json && is_modern && ends).then(|| at.to_string()))
        }
        _ => {
            let (verb, path) = first.split_once(' ')?;
            (verb, path, None)
        }
    };
    let mut request = Request::new(Full::new(bytes::Bytes::from(body)));
    *request.method_mut() = Method::from_bytes(verb.as_bytes()).ok()?;
    *request.uri_mut() = path.parse::<Uri>().ok()?;
    for (name, value) in own {
        request.headers_mut().insert(name, HeaderValue::from_str(&value).ok()?);
    }
    let mut is_plain = true;
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        let value = HeaderValue::from_str(value.trim()).ok()?;
        // Whoever is refused over a header is refused without an id.
        is_plain = false;
        request.headers_mut().append(name, value);
    }
    Some((request, sure.filter(|_| is_plain)))
}

/// Reads a response to its end, or as far as it goes by itself, and holds it against what holds for all.
async fn finish(service: &HttpService, response: Response<ResponseBody>, sure: Option<String>) {
    let code = response.status().as_u16();
    let kind = response.headers().get(CONTENT_TYPE).map(|kind| kind.to_str().expect("a type is text").to_owned());
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    // An open stream has comments only, once everything was said.
    while bytes.len() < 4 * SHARE
        && let Ok(Some(frame)) = tokio::time::timeout(service.0.server.limits.keep_alive * 2, body.frame()).await
    {
        let data = frame.expect("it does not fail").into_data().expect("data");
        if data.starts_with(b":") {
            break;
        }
        bytes.extend_from_slice(&data);
    }
    assert!(bytes.len() <= SHARE + BODY * 4, "{} bytes", bytes.len());
    checked_body(code, kind.as_deref(), &bytes, sure.as_deref());
}

/// Fails unless a body is what its type says; and unless it has the answer that has to be there.
fn checked_body(code: u16, kind: Option<&str>, body: &[u8], sure: Option<&str>) {
    let text = std::str::from_utf8(body).expect("a body is text");
    let parse = |json: &str| serde_json::from_str::<Value>(json).unwrap_or_else(|e| panic!("{e}: {json}"));
    let mut answers = Vec::new();
    match kind {
        Some("application/json") => match parse(text) {
            Value::Array(messages) => answers.extend(messages.iter().map(checked)),
            message => answers.push(checked(&message)),
        },
        Some("text/event-stream") => {
            assert_eq!(code, 200);
            for event in text.split("\n\n").filter(|event| !event.is_empty()) {
                for line in event.lines() {
                    let (field, value) = line.split_once(':').unwrap_or_else(|| panic!("no field: {line}"));
                    let is_known = ["data", "id", "event", "retry", ""].contains(&field);
                    assert!(is_known, "{line}");
                    match (field, value.trim()) {
                        ("data", "") => {}
                        ("data", json) => match parse(json) {
                            Value::Array(messages) => answers.extend(messages.iter().map(checked)),
                            message => answers.push(checked(&message)),
                        },
                        _ => {}
                    }
                }
            }
        }
        Some("text/plain; charset=utf-8") => assert!(text.ends_with('\n'), "{text}"),
        None => assert_eq!(text, ""),
        Some(other) => panic!("a body of another kind: {other}"),
    }
    if let Some(id) = sure {
        let answered = answers.iter().flatten().filter(|answer| *answer == id).count();
        assert_eq!(answered, 1, "answers to {id}, with {code}: {text}");
    }
}
