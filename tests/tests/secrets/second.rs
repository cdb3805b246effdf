//! The same over HTTP/2, plain and behind TLS: what is there has logs of its own.

use super::{ALL, ARGUMENT, BASIC, CONF, PASSWORD, TOKEN, WRONG_TOKEN, has_none, log, server};
use lmcp::{Tls, rustls};
use lmcp_tests::frames::kind::{CONTINUATION, DATA, GOAWAY, HEADERS, PING, RST_STREAM};
use lmcp_tests::frames::{END_HEADERS, END_STREAM, Frames, PREFACE, frame, header, settings};
use lmcp_tests::http::{Site, within};
use lmcp_tests::process::Served;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::process::Command;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

fn head(path: &str, authority: &str, more: &[Vec<u8>]) -> Vec<u8> {
    let fixed = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", authority)];
    let mut head: Vec<u8> = fixed.iter().flat_map(|(name, value)| header(name, value)).collect();
    head.extend(header("content-type", "application/json"));
    head.extend(more.concat());
    head
}

/// A header that a table keeps (`0x40`), or that none may ever keep (`0x10`).
fn kept(how: u8, name: &str, value: &str) -> Vec<u8> {
    let mut header = header(name, value);
    header[0] = how;
    header
}

fn bearer(token: &str) -> Vec<u8> {
    header("authorization", &format!("Bearer {token}"))
}

/// Says secrets in all ways that come to an answer, and writes the answers down.
async fn speaks<S: AsyncRead + AsyncWrite + Unpin>(frames: &mut Frames<S>, answers: &mut String) {
    let call = |tool: &str, arguments: Value| {
        let params = json!({ "name": tool, "arguments": arguments });
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }).to_string()
    };
    let wrong = json!({ "key": ARGUMENT, "login": { "user": 1, "password": ARGUMENT }, "other": ARGUMENT });
    let page = json!({ "uri": format!("https://ada:{PASSWORD}@example.com/page") });
    let read = json!({ "jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": page }).to_string();
    let initialize = json!({ "protocolVersion": "2025-11-25", "capabilities": {} });
    let initialize = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": initialize }).to_string();
    let inside = |more: &[Vec<u8>]| head("/mcp", "localhost", &[&[bearer(TOKEN)], more].concat());
    let requests: Vec<(Vec<u8>, String)> = vec![
        // Into the table, out of it, and never into one.
        (
            head("/mcp", "localhost", &[kept(0x40, "authorization", &format!("Bearer {TOKEN}"))]),
            call("unlocks", wrong.clone()),
        ),
        (head("/mcp", "localhost", &[vec![0xbe]]), call("shows", json!({ "text": ARGUMENT }))),
        (
            head("/mcp", "localhost", &[kept(0x10, "authorization", &format!("Bearer {WRONG_TOKEN}"))]),
            call("shows", json!({})),
        ),
        (head("/mcp", "localhost", &[header("authorization", &format!("Basic {BASIC}"))]), call("shows", json!({}))),
        (inside(&[header("mcp-param-key", ARGUMENT)]), call("unlocks", wrong)),
        (inside(&[]), call("panics", json!({ "key": ARGUMENT }))),
        (inside(&[header("mcp-session-id", WRONG_TOKEN)]), call("panics", json!({}))),
        (inside(&[header("cookie", CONF)]), initialize),
        (inside(&[]), "not JSON".to_owned()),
        (head(&format!("/other?token={PASSWORD}"), "localhost", &[]), "{}".to_owned()),
        (head("/mcp", &format!("ada:{PASSWORD}@localhost"), &[bearer(TOKEN)]), "{}".to_owned()),
        (head("/mcp", &format!("ada:{PASSWORD}@evil.example"), &[bearer(TOKEN)]), "{}".to_owned()),
        // Last, since what is read is the caller's.
        (inside(&[]), read),
    ];
    let last = requests.len() - 1;
    for (at, (head, body)) in requests.into_iter().enumerate() {
        let stream = 2 * u32::try_from(at).expect("few") + 1;
        // In two pieces, as long ones come.
        let (first, second) = head.split_at(head.len() / 2);
        frames.write(&frame(HEADERS, 0, stream, first)).await;
        frames.write(&frame(CONTINUATION, END_HEADERS, stream, second)).await;
        frames.write(&frame(DATA, END_STREAM, stream, body.as_bytes())).await;
        loop {
            let frame = frames.next().await.expect("the connection goes on");
            if frame.stream == stream && at != last {
                let _infallible = write!(answers, "{}", String::from_utf8_lossy(&frame.payload));
            }
            let ends =
                frame.kind == RST_STREAM || matches!(frame.kind, HEADERS | DATA) && frame.flags & END_STREAM != 0;
            if frame.stream == stream && ends {
                break;
            }
        }
    }
    // What else carries bytes of its own.
    frames.write(&frame(PING, 0, 0, &PASSWORD.as_bytes()[..8])).await;
    frames.write(&frame(0xfa, 0, 0, PASSWORD.as_bytes())).await;
    frames.write(&frame(GOAWAY, 0, 0, &[0; 8])).await;
    while frames.next().await.is_some() {}
}

/// Heads that are none. Of the first of them HTTP/2 says in its log what stood there.
fn refused() -> Vec<Vec<u8>> {
    vec![
        head(&format!("/a b?token={PASSWORD}"), "localhost", &[bearer(TOKEN)]),
        head("/mcp", &format!("ada:{PASSWORD}@local host"), &[bearer(TOKEN)]),
        [header(":method", "POST"), header(":scheme", &format!("{PASSWORD} x")), header(":path", "/")].concat(),
        [header(":method", &format!("{PASSWORD} x")), header(":scheme", "http"), header(":path", "/")].concat(),
        head("/mcp", "localhost", &[bearer(TOKEN), header("x", &format!("{CONF}\r\n"))]),
        head("/mcp", "localhost", &[bearer(TOKEN), header("content-length", &format!("1{CONF}"))]),
    ]
}

/// How many those are.
const REPEATED: usize = 3;

/// Sends a head on a connection of its own, and waits until it or the connection is refused.
async fn end_of(address: std::net::SocketAddr, head: &[u8]) {
    let mut frames = Frames::begin(address, &[]).await;
    frames.write(&frame(HEADERS, END_HEADERS | END_STREAM, 1, head)).await;
    while frames.next().await.is_some_and(|frame| !matches!(frame.kind, RST_STREAM | GOAWAY) && frame.stream != 1) {}
}

#[tokio::test]
async fn over_http2() {
    let log = log();
    let folder = std::env::temp_dir().join(format!("lmcp-secrets-{}-tls", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let (certificate, file) = (folder.join("a.crt"), folder.join("a.key"));
    let key = made.signing_key.serialize_pem();
    let line = key.lines().nth(1).expect("a line of it").to_owned();
    std::fs::write(&certificate, made.cert.pem()).expect("written");
    let mut shown = String::new();
    for broken in
        [format!("-----BEGIN PRIVATE KEY-----\n{line}!\n"), format!("{line}\n"), key.replace(&line[..20], "AAAA")]
    {
        std::fs::write(&file, broken).expect("written");
        let error = Tls::from_pem_files(&certificate, &file).expect_err("it is none");
        let _infallible = write!(shown, "{error} {error:?}");
    }
    std::fs::write(&file, key).expect("written");
    let tls = Tls::from_pem_files(&certificate, &file).expect("they fit");
    std::fs::remove_dir_all(&folder).expect("it was there");
    let _infallible = write!(shown, "{tls:?}");

    let plain = Site::open(server()).await;
    speaks(&mut Frames::begin(plain.address, &[]).await, &mut shown).await;
    let secure = Site::open(server().tls(tls)).await;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = builder.expect("versions").with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let socket = within(TcpStream::connect(secure.address)).await.expect("it listens");
    let connecting = TlsConnector::from(Arc::new(config)).connect("localhost".try_into().expect("a name"), socket);
    let mut frames = Frames::over(within(connecting).await.expect("a handshake"));
    frames.write(&[PREFACE, &settings(&[])].concat()).await;
    speaks(&mut frames, &mut shown).await;
    // And somebody who speaks no TLS.
    let mut stranger = Frames::open(secure.address).await;
    stranger.write(format!("GET /{PASSWORD} HTTP/1.1\r\nAuthorization: Bearer {WRONG_TOKEN}\r\n\r\n").as_bytes()).await;
    while stranger.next().await.is_some() {}
    // What HTTP/2 itself refuses, with its connection or alone.
    let mut heads = refused();
    heads.extend(
        [header("X-Capital", CONF), header("connection", CONF), header(":path", &format!("/{CONF}"))]
            .map(|more| head("/mcp", "localhost", &[bearer(TOKEN), more])),
    );
    for head in heads.split_off(REPEATED) {
        end_of(plain.address, &head).await;
    }
    plain.ended().await;
    secure.ended().await;

    let secrets = [&ALL[..], &[&line, &line[20..40]]].concat();
    has_none(&shown, &secrets, "an answer or an error");
    let said = log.said();
    for expected in ["Headers { stream_id", "tools/call", "unlocks", "https://…@example.com/page"] {
        assert!(said.contains(expected), "the log tells of {expected}");
    }
    has_none(&said, &secrets, "the log");
}

/// Its own log leaves out what HTTP/2 tells of heads that are none.
#[tokio::test]
async fn of_a_process() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    command.args(["--http", "127.0.0.1:0"]).env("LMCP_LOG", "trace").env("LMCP_TOKEN", TOKEN);
    let (served, stderr) = Served::start_as_is(command);
    for head in refused() {
        end_of(served.address, &head).await;
    }
    drop(served);
    let said = stderr.join().expect("it was read");
    assert!(said.contains("malformed headers: malformed path\n") && said.contains("malformed authority\n"), "{said}");
    has_none(&said, &ALL, "standard error");
}
