//! A client that costs little: fixed bytes out, and no more read of an answer than where it ends.

use rustix::event::epoll;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// An answer that is arriving.
#[derive(Default)]
struct Reply {
    head: Vec<u8>,
    left: Left,
    /// The body, where somebody wants it.
    body: Option<Vec<u8>>,
    session: Option<String>,
    status: u16,
}

#[derive(Default, Clone, Copy)]
enum Left {
    /// The head is not complete.
    #[default]
    Unknown,
    Bytes(usize),
    /// Until the last chunk; the last five bytes so far.
    Chunks([u8; 5]),
}

impl Reply {
    fn again(&mut self) {
        self.head.clear();
        self.left = Left::Unknown;
        if let Some(body) = &mut self.body {
            body.clear();
        }
    }

    /// Takes what has arrived; whether the answer is complete.
    fn feed(&mut self, mut bytes: &[u8]) -> bool {
        if matches!(self.left, Left::Unknown) {
            let before = self.head.len();
            self.head.extend_from_slice(bytes);
            let Some(end) = memchr::memmem::find(&self.head, b"\r\n\r\n") else { return false };
            self.read_head(end);
            bytes = &bytes[end + 4 - before..];
        }
        if let Some(body) = &mut self.body {
            body.extend_from_slice(bytes);
        }
        match &mut self.left {
            Left::Unknown => false,
            Left::Bytes(left) => {
                *left = left.checked_sub(bytes.len()).expect("no more than was announced");
                *left == 0
            }
            Left::Chunks(tail) => {
                let new = bytes.len().min(5);
                tail.copy_within(new.., 0);
                tail[5 - new..].copy_from_slice(&bytes[bytes.len() - new..]);
                tail == b"0\r\n\r\n"
            }
        }
    }

    fn read_head(&mut self, end: usize) {
        let head = &self.head[..end];
        self.status = std::str::from_utf8(&head[9..12]).ok().and_then(|code| code.parse().ok()).expect("a status");
        self.left = Left::Bytes(0);
        for line in head.split(|byte| *byte == b'\n').skip(1) {
            let Some(colon) = memchr::memchr(b':', line) else { continue };
            let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
            let text = || std::str::from_utf8(value).expect("text");
            if name.eq_ignore_ascii_case(b"content-length") {
                self.left = Left::Bytes(text().parse().expect("a length"));
            } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
                self.left = Left::Chunks([0; 5]);
            } else if name.eq_ignore_ascii_case(b"mcp-session-id") && self.session.is_none() {
                self.session = Some(text().to_owned());
            }
        }
    }
}

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_nodelay(true).expect("TCP_NODELAY");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time");
    stream
}

/// One connection, one request at a time.
pub struct Connection {
    stream: TcpStream,
    reply: Reply,
    chunk: Vec<u8>,
}

impl Connection {
    pub fn open(address: &str) -> Self {
        Connection { stream: connect(address), reply: Reply::default(), chunk: vec![0; 256 << 10] }
    }

    /// Sends a request and waits for the end of its answer; gives the status.
    pub fn ask(&mut self, request: &[u8]) -> u16 {
        self.stream.write_all(request).expect("the server reads");
        self.reply.again();
        loop {
            let n = self.stream.read(&mut self.chunk).expect("the server answers");
            assert!(n > 0, "the server closed the connection; so far: {}", String::from_utf8_lossy(&self.reply.head));
            if self.reply.feed(&self.chunk[..n]) {
                return self.reply.status;
            }
        }
    }

    /// The same, for the body.
    pub fn fetch(&mut self, request: &[u8]) -> (u16, String) {
        self.reply.body = Some(Vec::new());
        let status = self.ask(request);
        (status, String::from_utf8(self.reply.body.take().expect("it was wanted")).expect("text"))
    }

    /// Opens a session; gives its id.
    pub fn initialize(&mut self) -> String {
        self.reply.session = None;
        let status = self.ask(&crate::requests::Message::initialize().http(None));
        assert_eq!(status, 200, "initialize");
        let session = self.reply.session.clone().unwrap_or_default();
        let status = self.ask(&crate::requests::initialized(&session));
        assert_eq!(status, 202, "initialized");
        session
    }

    /// Sends a request whose answer does not end, and waits for the first of it that is no head.
    pub fn begin(&mut self, request: &[u8]) {
        self.stream.write_all(request).expect("the server reads");
        self.reply.again();
        self.reply.body = Some(Vec::new());
        while self.reply.body.as_ref().is_none_or(|body| !body.windows(4).any(|bytes| bytes == b"data")) {
            let n = self.stream.read(&mut self.chunk).expect("the server answers");
            assert!(n > 0, "the stream ended");
            self.reply.feed(&self.chunk[..n]);
        }
        assert_eq!(
            self.reply.status,
            200,
            "{}",
            String::from_utf8_lossy(self.reply.body.as_deref().unwrap_or_default())
        );
        self.reply.head = Vec::new();
        self.reply.body = None;
        self.chunk = Vec::new();
    }
}

/// Many connections, each with one request under way, on one thread.
pub struct Load {
    epoll: rustix::fd::OwnedFd,
    connections: Vec<Loaded>,
    chunk: Vec<u8>,
}

struct Loaded {
    stream: TcpStream,
    request: Vec<u8>,
    sent: usize,
    waits_for_room: bool,
    reply: Reply,
}

impl Load {
    /// One connection for each of these requests.
    pub fn open(address: &str, requests: Vec<Vec<u8>>) -> Self {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).expect("epoll");
        let open = |(at, request)| {
            let stream = connect(address);
            stream.set_nonblocking(true).expect("non-blocking");
            let data = epoll::EventData::new_u64(at as u64);
            epoll::add(&epoll, &stream, data, epoll::EventFlags::IN).expect("epoll");
            Loaded { stream, request, sent: 0, waits_for_room: false, reply: Reply::default() }
        };
        let connections = requests.into_iter().enumerate().map(open).collect();
        Load { epoll, connections, chunk: vec![0; 256 << 10] }
    }

    /// Asks and asks again for this long, then waits for the last answers; gives how many came and how long it took.
    pub fn run(&mut self, time: Duration) -> (u64, Duration) {
        let began = Instant::now();
        let (mut done, mut busy, mut over) = (0, self.connections.len(), false);
        for at in 0..self.connections.len() {
            self.begin(at);
        }
        let mut events: Vec<epoll::Event> = Vec::with_capacity(64);
        while busy > 0 {
            events.clear();
            epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), None).expect("epoll");
            over = over || began.elapsed() >= time;
            for event in &events {
                // Copied: the kernel's struct is packed.
                let (data, flags) = (event.data, event.flags);
                let at = data.u64() as usize;
                if self.connections[at].waits_for_room {
                    self.send(at);
                }
                if !flags.contains(epoll::EventFlags::IN) {
                    continue;
                }
                let connection = &mut self.connections[at];
                let n = connection.stream.read(&mut self.chunk).expect("the server answers");
                assert!(n > 0, "the server closed a connection");
                if !connection.reply.feed(&self.chunk[..n]) {
                    continue;
                }
                assert_eq!(connection.reply.status, 200, "{}", String::from_utf8_lossy(&self.chunk[..n]));
                done += 1;
                if over {
                    busy -= 1;
                } else {
                    self.begin(at);
                }
            }
        }
        (done, began.elapsed())
    }

    fn begin(&mut self, at: usize) {
        let connection = &mut self.connections[at];
        connection.reply.again();
        connection.sent = 0;
        self.send(at);
    }

    /// Sends as much of the request as there is room for.
    fn send(&mut self, at: usize) {
        let Loaded { stream, request, sent, waits_for_room, .. } = &mut self.connections[at];
        while *sent < request.len() {
            match stream.write(&request[*sent..]) {
                Ok(n) => *sent += n,
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) => panic!("the server does not read: {e}"),
            }
        }
        let waits = *sent < request.len();
        if waits != *waits_for_room {
            *waits_for_room = waits;
            let out = if waits { epoll::EventFlags::OUT } else { epoll::EventFlags::empty() };
            let data = epoll::EventData::new_u64(at as u64);
            epoll::modify(&self.epoll, &*stream, data, epoll::EventFlags::IN | out).expect("epoll");
        }
    }
}
