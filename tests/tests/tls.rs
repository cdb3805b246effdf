//! HTTP over TLS: what a client gets, what becomes of handshakes that are none, which files are refused.

use lmcp::{Limits, Tls, rustls};
use lmcp_tests::http::{Connection, PATIENCE, Request, Site, within};
use lmcp_tests::process::Served;
use lmcp_tests::server;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A certificate and its key as files, which go with the test.
struct Files {
    folder: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
    trusted: rustls::pki_types::CertificateDer<'static>,
}

impl Files {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("lmcp-{}-tls-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let (certificate, key) = (folder.join("calc.crt"), folder.join("calc.key"));
        std::fs::write(&certificate, made.cert.pem()).expect("written");
        std::fs::write(&key, made.signing_key.serialize_pem()).expect("written");
        Files { folder, certificate, key, trusted: made.cert.der().clone() }
    }

    fn tls(&self) -> Tls {
        Tls::from_pem_files(&self.certificate, &self.key).expect("they fit")
    }

    /// A client that trusts the certificate, and offers these protocols.
    async fn connect(&self, address: SocketAddr, protocols: &[&str]) -> TlsStream<TcpStream> {
        self.connect_over(within(TcpStream::connect(address)).await.expect("it listens"), protocols).await
    }

    /// The same over any pair of streams to the server.
    async fn connect_over<S>(&self, stream: S, protocols: &[&str]) -> TlsStream<S>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.trusted.clone()).expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let mut config = builder.expect("versions").with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let name = "localhost".try_into().expect("a name");
        within(TlsConnector::from(Arc::new(config)).connect(name, stream)).await.expect("a handshake")
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.folder);
    }
}

fn add() -> Request {
    Request::call(1, "add", json!({ "a": 1, "b": 2 })).with("Connection", "close")
}

/// A whole answer, up to the proper end of the connection.
async fn answer<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut TlsStream<S>, request: &Request) -> String {
    within(stream.write_all(&request.bytes())).await.expect("the server reads");
    let mut answer = String::new();
    within(stream.read_to_string(&mut answer)).await.expect("the end is a proper one");
    answer
}

async fn adds(files: &Files, address: SocketAddr) {
    adds_over(files, within(TcpStream::connect(address)).await.expect("it listens")).await;
}

async fn adds_over<S: AsyncRead + AsyncWrite + Unpin>(files: &Files, stream: S) {
    let mut stream = files.connect_over(stream, &[]).await;
    let answer = answer(&mut stream, &add()).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains(r#""text":"3""#), "{answer}");
}

#[tokio::test]
async fn calls_and_streams() {
    let files = Files::new("calls");
    let site = Site::open(server().tls(files.tls())).await;
    adds(&files, site.address).await;
    let mut stream = files.connect(site.address, &["http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let progress = json!({ "name": "counting", "arguments": { "to": 2 }, "_meta": { "progressToken": 1 } });
    let answer = answer(&mut stream, &Request::modern(1, "tools/call", progress).with("Connection", "close")).await;
    assert_eq!(answer.matches("data: ").count(), 3, "{answer}");
    site.ended().await;
}

#[tokio::test]
async fn protocols_are_those_that_are_spoken() {
    let files = Files::new("protocols");
    let site = Site::open(server().tls(files.tls())).await;
    let stream = files.connect(site.address, &["h2", "http/1.1"]).await;
    let expected: &[u8] = if cfg!(feature = "http2") { b"h2" } else { b"http/1.1" };
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(expected));
}

#[cfg(feature = "http2")]
#[tokio::test]
async fn calls_over_http2() {
    use http_body_util::{BodyExt, Full};
    use hyper_util::rt::{TokioExecutor, TokioIo};
    let files = Files::new("http2");
    let site = Site::open(server().tls(files.tls())).await;
    let stream = TokioIo::new(files.connect(site.address, &["h2"]).await);
    let begun = within(hyper::client::conn::http2::handshake(TokioExecutor::new(), stream)).await;
    let (mut client, connection) = begun.expect("HTTP/2 is spoken");
    tokio::spawn(connection);
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2}}}"#;
    let request = hyper::Request::post("https://localhost/mcp").header("content-type", "application/json");
    let request = request.body(Full::new(bytes::Bytes::from(call))).expect("a request");
    let answer = within(client.send_request(request)).await.expect("an answer");
    assert_eq!((answer.version(), answer.status().as_u16()), (hyper::Version::HTTP_2, 200));
    let body = within(answer.into_body().collect()).await.expect("it can be read").to_bytes();
    assert!(String::from_utf8_lossy(&body).contains(r#""text":"3""#), "{body:?}");
    site.ended().await;
}

#[tokio::test]
async fn a_configuration_of_ones_own() {
    let files = Files::new("own");
    let pem = std::fs::read(&files.key).expect("read");
    let key = rustls::pki_types::pem::PemObject::from_pem_slice(&pem).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("a version")
        .with_no_client_auth()
        .with_single_cert(vec![files.trusted.clone()], key)
        .expect("they fit");
    let site = Site::open(server().tls(Tls::from_config(Arc::new(config)))).await;
    adds(&files, site.address).await;
}

#[tokio::test]
async fn what_is_no_handshake_harms_nobody() {
    let files = Files::new("plain");
    let site = Site::open(server().tls(files.tls())).await;
    for garbage in [add().bytes(), vec![0; 100], b"\x16\x03\x01\x00\x05hello".to_vec(), Vec::new()] {
        let mut socket = TcpStream::connect(site.address).await.expect("it listens");
        socket.write_all(&garbage).await.expect("it reads");
        socket.shutdown().await.expect("it was open");
        let mut said = Vec::new();
        let _reset_or_closed = within(socket.read_to_end(&mut said)).await;
        assert!(!said.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&said));
        adds(&files, site.address).await;
    }
}

#[tokio::test]
async fn handshakes_that_never_end() {
    let limit = Duration::from_millis(200);
    let files = Files::new("slow");
    let site = Site::open(server().limits(Limits::default().head_time(limit)).tls(files.tls())).await;
    let patient = Site::open(server().limits(Limits::default().head_time(PATIENCE)).tls(files.tls())).await;
    for part in [&b""[..], b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"] {
        let (client, mut held) = tokio::io::duplex(1 << 16);
        let holds = async {
            let mut waited_for = TcpStream::connect(patient.address).await.expect("it listens");
            let mut as_much = vec![0; part.len()];
            within(held.read_exact(&mut as_much)).await.expect("a handshake begins");
            waited_for.write_all(&as_much).await.expect("it reads");
            let mut socket = TcpStream::connect(site.address).await.expect("it listens");
            socket.write_all(part).await.expect("it reads");
            let _reset_or_closed = within(socket.read(&mut [0; 64])).await;
            let _ends_as_it_likes = tokio::io::copy_bidirectional(&mut held, &mut waited_for).await;
        };
        // Where it may take longer it is not closed, and is answered once it goes on.
        tokio::join!(holds, adds_over(&files, client));
        adds(&files, site.address).await;
    }
    // Nor do those wait that are in the middle of one when the server ends.
    let _open = TcpStream::connect(site.address).await.expect("it listens");
    site.ended().await;
}

fn refused(certificate: &Path, key: &Path) -> String {
    Tls::from_pem_files(certificate, key).expect_err("refused").to_string()
}

#[test]
fn files_that_are_wrong() {
    let (files, others) = (Files::new("wrong"), Files::new("others"));
    let nowhere = files.folder.join("nowhere.crt");
    let shown = |path: &Path| path.display().to_string();
    assert_eq!(refused(&nowhere, &files.key), format!("the file {} cannot be read", shown(&nowhere)));
    assert_eq!(refused(&files.certificate, &nowhere), format!("the file {} cannot be read", shown(&nowhere)));
    assert!(Tls::from_pem_files(&nowhere, &files.key).expect_err("refused").is_io());
    // Swapped.
    let swapped = refused(&files.key, &files.certificate);
    assert!(swapped.starts_with(&format!("the file {} holds no certificate;", shown(&files.key))), "{swapped}");
    let no_key = refused(&files.certificate, &files.certificate);
    assert!(no_key.starts_with(&format!("the file {} holds no private key", shown(&files.certificate))), "{no_key}");
    assert_eq!(
        refused(&files.certificate, &others.key),
        format!("the key in {} is not that of the certificate in {}", shown(&others.key), shown(&files.certificate))
    );
    let half = files.folder.join("half.crt");
    std::fs::write(&half, "-----BEGIN CERTIFICATE-----\nMIIB\n").expect("written");
    assert_eq!(refused(&half, &files.key), format!("the file {} is no proper PEM: it breaks off", shown(&half)));
    std::fs::write(&half, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").expect("written");
    let nonsense = refused(&half, &files.key);
    assert!(nonsense.starts_with(&format!("the certificate in {}", shown(&half))), "{nonsense}");
}

fn fixture(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    command.args(arguments).env_remove("LMCP_TOKEN");
    command
}

#[tokio::test]
async fn the_command_line() {
    let files = Files::new("cli");
    let (certificate, key) = (files.certificate.to_str().expect("text"), files.key.to_str().expect("text"));
    let tls = ["--tls-cert", certificate, "--tls-key", key];
    let served = Served::start(fixture(&[&["--http", "127.0.0.1:0"][..], &tls].concat()));
    let expected = format!("fixture serves https://{}/mcp without asking for a token\n", served.address);
    assert_eq!(served.line, expected);
    adds(&files, served.address).await;
    let fails = |arguments: &[&str], code| {
        let output = fixture(arguments).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        said
    };
    let half = fails(&["--http", ":0", "--tls-cert", certificate], 2);
    assert!(half.contains("--tls-cert needs --tls-key"), "{half}");
    let swapped = fails(&["--http", ":0", "--tls-cert", key, "--tls-key", certificate], 1);
    assert!(swapped.contains("holds no certificate"), "{swapped}");
    let missing = fails(&["--http", ":0", "--tls-cert", "no.crt", "--tls-key", key], 1);
    assert!(missing.contains("error: the file no.crt cannot be read: No such file"), "{missing}");
    let help = fixture(&["--help"]).output().expect("it runs");
    assert!(String::from_utf8_lossy(&help.stdout).contains("--tls-cert FILE"));
    if cfg!(unix) {
        let socket = files.folder.join("a.sock");
        let socket = format!("unix:{}", socket.display());
        let on_socket = fails(&[&["--http", &socket][..], &tls].concat(), 1);
        assert!(on_socket.contains("there is no TLS on a Unix socket"), "{on_socket}");
    }
}

/// Whoever looks for the reason finds it.
#[cfg(unix)]
#[tokio::test]
async fn plain_http_is_named_in_the_log() {
    let files = Files::new("log");
    let (certificate, key) = (files.certificate.to_str().expect("text"), files.key.to_str().expect("text"));
    let mut command = fixture(&["--http", "127.0.0.1:0", "--tls-cert", certificate, "--tls-key", key]);
    command.env("LMCP_LOG", "warn");
    let (mut served, said) = Served::start_as_is(command);
    let mut socket = TcpStream::connect(served.address).await.expect("it listens");
    socket.write_all(&add().bytes()).await.expect("it reads");
    let _reset_or_closed = within(socket.read_to_end(&mut Vec::new())).await;
    // What it was about is done before it ends.
    let id = rustix::process::Pid::from_raw(served.id() as i32).expect("a process");
    rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it runs");
    assert!(served.wait().success());
    let said = said.join().expect("it was read");
    assert!(said.contains("a client did not speak TLS; this address serves https://"), "{said}");
}

/// Without TLS nothing changes.
#[tokio::test]
async fn plain_beside_it() {
    let site = Site::open(server()).await;
    let mut connection = Connection::open(site.address).await;
    connection.send(&add()).await;
    let answer: Value = connection.response().await.json();
    assert_eq!(answer["result"]["content"][0]["text"], "3");
}
