//! HTTP/2 by hand: frames as bytes, for what no client would send.

use crate::http::within;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// What every connection begins with.
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Kinds of frames, as RFC 9113 section 6 numbers them.
pub mod kind {
    #![allow(missing_docs, reason = "they are called as the RFC calls them")]
    pub const DATA: u8 = 0;
    pub const HEADERS: u8 = 1;
    pub const PRIORITY: u8 = 2;
    pub const RST_STREAM: u8 = 3;
    pub const SETTINGS: u8 = 4;
    pub const PUSH_PROMISE: u8 = 5;
    pub const PING: u8 = 6;
    pub const GOAWAY: u8 = 7;
    pub const WINDOW_UPDATE: u8 = 8;
    pub const CONTINUATION: u8 = 9;
}
use kind::*;

/// The flag by which a stream ends, of `DATA` and `HEADERS`; of `SETTINGS` and `PING` it says that they are answers.
pub const END_STREAM: u8 = 1;
/// The flag by which a head ends, of `HEADERS` and `CONTINUATION`.
pub const END_HEADERS: u8 = 4;
/// The flag of `DATA` and `HEADERS` that have padding.
pub const PADDED: u8 = 8;

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// One of [`kind`].
    pub kind: u8,
    /// What is said about it.
    pub flags: u8,
    /// 0 is the connection itself.
    pub stream: u32,
    /// What it holds.
    pub payload: Vec<u8>,
}

/// A frame as bytes.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    frame_of(payload.len(), kind, flags, stream, payload)
}

/// One that says that it is so long, whether it is or not.
pub fn frame_of(length: usize, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(length).expect("three bytes").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Settings by number and value.
pub fn settings(values: &[(u16, u32)]) -> Vec<u8> {
    let payload: Vec<u8> =
        values.iter().flat_map(|(id, value)| [&id.to_be_bytes()[..], &value.to_be_bytes()].concat()).collect();
    frame(SETTINGS, 0, 0, &payload)
}

/// A header that no table keeps, and no code shortens. RFC 7541 section 6.2.2.
pub fn header(name: &str, value: &str) -> Vec<u8> {
    let mut out = vec![0];
    for text in [name, value] {
        text_of(text.len(), &mut out);
        out.extend_from_slice(text.as_bytes());
    }
    out
}

/// The length of a text in seven bits, and more bytes if it takes them. RFC 7541 section 5.1.
fn text_of(length: usize, out: &mut Vec<u8>) {
    let Some(mut rest) = length.checked_sub(127) else {
        return out.push(u8::try_from(length).expect("less than 127"));
    };
    out.push(127);
    while rest >= 128 {
        out.push(u8::try_from(rest % 128).expect("seven bits") | 128);
        rest /= 128;
    }
    out.push(u8::try_from(rest).expect("seven bits"));
}

/// The head of a `POST` to the endpoint.
pub fn post() -> Vec<u8> {
    [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", "/mcp"),
        (":authority", "localhost"),
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
    ]
    .iter()
    .flat_map(|(name, value)| header(name, value))
    .collect()
}

/// A request before 2026-07-28 without a session, for which the message is enough, as frames.
pub fn request(stream: u32, method: &str, params: &Value) -> Vec<u8> {
    let message = json!({ "jsonrpc": "2.0", "id": stream, "method": method, "params": params }).to_string();
    let mut out = frame(HEADERS, END_HEADERS, stream, &post());
    let pieces = message.as_bytes().chunks(16 << 10);
    let last = pieces.len() - 1;
    for (at, piece) in pieces.enumerate() {
        out.extend(frame(DATA, if at == last { END_STREAM } else { 0 }, stream, piece));
    }
    out
}

/// A call before 2026-07-28 without a session.
pub fn call(stream: u32, tool: &str, arguments: &Value) -> Vec<u8> {
    request(stream, "tools/call", &json!({ "name": tool, "arguments": arguments }))
}

/// A call of 2026-07-28, whose connection's end is its own; one that reports progress is a stream.
pub fn modern_call(stream: u32, tool: &str, progress: bool) -> Vec<u8> {
    let mut meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {},
    });
    if progress {
        meta["progressToken"] = stream.into();
    }
    let params = json!({ "name": tool, "_meta": meta });
    let message = json!({ "jsonrpc": "2.0", "id": stream, "method": "tools/call", "params": params }).to_string();
    let more = [("mcp-protocol-version", "2026-07-28"), ("mcp-method", "tools/call"), ("mcp-name", tool)];
    let head: Vec<u8> = post().into_iter().chain(more.iter().flat_map(|(name, value)| header(name, value))).collect();
    [frame(HEADERS, END_HEADERS, stream, &head), frame(DATA, END_STREAM, stream, message.as_bytes())].concat()
}

/// One connection.
pub struct Frames<S = TcpStream> {
    /// For what has no method here.
    pub socket: S,
    unread: Vec<u8>,
}

impl Frames {
    /// A connection on which nothing was said.
    ///
    /// # Panics
    ///
    /// When nobody listens.
    pub async fn open(address: SocketAddr) -> Self {
        Frames::over(within(TcpStream::connect(address)).await.expect("it listens"))
    }

    /// One with its beginning: the preface, and these settings.
    pub async fn begin(address: SocketAddr, values: &[(u16, u32)]) -> Self {
        let mut frames = Self::open(address).await;
        frames.write(&[PREFACE, &settings(values)].concat()).await;
        frames
    }

    /// Ends the connection with a reset.
    ///
    /// # Panics
    ///
    /// When it is no socket.
    pub fn reset(self) {
        self.socket.set_zero_linger().expect("a socket");
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Frames<S> {
    /// On any stream on which nothing was said.
    pub fn over(socket: S) -> Self {
        Frames { socket, unread: Vec::new() }
    }

    /// Sends bytes, as long as the server takes them; whether it took all.
    pub async fn write(&mut self, bytes: &[u8]) -> bool {
        within(self.socket.write_all(bytes)).await.is_ok()
    }

    /// The next frame; `None` when the server has closed the connection.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.take() {
                return Some(frame);
            }
            let mut some = vec![0; 64 << 10];
            match within(self.socket.read(&mut some)).await {
                Ok(0) | Err(_) => return None,
                Ok(n) => self.unread.extend_from_slice(&some[..n]),
            }
        }
    }

    fn take(&mut self) -> Option<Frame> {
        let (head, rest) = self.unread.split_first_chunk::<9>()?;
        let length = usize::try_from(u32::from_be_bytes([0, head[0], head[1], head[2]])).expect("24 bits");
        let payload = rest.get(..length)?.to_vec();
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let frame = Frame { kind: head[3], flags: head[4], stream, payload };
        self.unread.drain(..9 + length);
        Some(frame)
    }

    /// The next frame of this kind; whatever comes before it is passed over, and `None` is the end.
    pub async fn until(&mut self, kind: u8) -> Option<Frame> {
        loop {
            let frame = self.next().await?;
            if frame.kind == kind {
                return Some(frame);
            }
        }
    }

    /// The answer on this stream, of which all data is one message; frames of others are passed over.
    ///
    /// # Panics
    ///
    /// When there is none, or it is refused.
    pub async fn answer(&mut self, stream: u32) -> Value {
        let mut body = Vec::new();
        loop {
            let frame = self.next().await.expect("the connection goes on");
            if frame.stream != stream {
                continue;
            }
            match frame.kind {
                // The number of `:status: 200` in the table that never changes.
                HEADERS => assert_eq!(frame.payload.first(), Some(&0x88), "{frame:?}"),
                DATA => body.extend_from_slice(&frame.payload),
                _ => panic!("no answer: {frame:?}"),
            }
            if frame.flags & END_STREAM != 0 {
                return serde_json::from_slice(&body).expect("JSON");
            }
        }
    }
}
