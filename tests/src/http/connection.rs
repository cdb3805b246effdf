//! One socket: bytes and requests go out, and whatever comes back is read: heads, bodies, events, the end.

use super::{Request, Response, within};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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
