//! HTTP by hand: a server on a socket, and one client's view of it. `request` writes, `connection` reads.

mod connection;
mod request;
mod response;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use lmcp::{Principal, Server};
use serde_json::json;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use connection::Connection;
pub use request::Request;
pub use response::Response;

/// Far more than anything here takes, on a machine that is busy with something else too.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Waits for what must come.
///
/// # Panics
///
/// When it does not come.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it takes far too long")
}

/// Waits until a counter says what it should.
///
/// # Panics
///
/// When it never does.
pub async fn until(mut done: impl FnMut() -> bool) {
    within(async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

/// Lets so much time pass for the servers of this process, at once: what they have begun to wait for sees it.
///
/// # Panics
///
/// In a runtime of several threads.
pub async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// A server that listens.
pub struct Site {
    /// Where.
    pub address: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    serving: JoinHandle<lmcp::Result<()>>,
}

impl Site {
    /// Starts a server on a port of its own.
    pub async fn open(server: Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let server = server.build().expect("the server starts");
        let (end, ended) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            server
                .http_on(listener, async {
                    let _sent_or_dropped = ended.await;
                })
                .await
        });
        Site { address, end: Some(end), serving }
    }

    /// Mounts a server into another one that knows who calls: somebody with this header, `X-Caller: name scope scope`.
    pub async fn mounted(server: Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let service = server.build().expect("the server starts").http_service().expect("its scopes can be had");
        let serving = tokio::spawn(async move {
            loop {
                let (stream, peer) = listener.accept().await?;
                let service = service.clone();
                let vouching = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
                    let caller = request.headers().get("x-caller").and_then(|value| value.to_str().ok());
                    if let Some((name, scopes)) = caller.map(|caller| caller.split_once(' ').unwrap_or((caller, ""))) {
                        let scopes = scopes.split_whitespace();
                        let caller = scopes.fold(Principal::new(name), |caller, scope| caller.scope(scope));
                        request.extensions_mut().insert(caller);
                    }
                    request.extensions_mut().insert(peer);
                    hyper::service::Service::call(&service, request)
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), vouching));
            }
        });
        Site { address, end: None, serving }
    }

    /// A new connection.
    pub async fn connect(&self) -> Connection {
        Connection::open(self.address).await
    }

    /// One request on a connection of its own, and its whole response.
    pub async fn ask(&self, request: &Request) -> Response {
        let mut connection = self.connect().await;
        connection.send(request).await;
        connection.response().await
    }

    /// One request whose answer is an event stream, up to the head of the response.
    pub async fn stream(&self, request: &Request) -> Connection {
        let mut connection = self.connect().await;
        connection.send(request).await;
        let head = connection.head().await;
        assert_eq!(head.status, 200, "{head:?}");
        assert_eq!(head.header("content-type"), Some("text/event-stream"), "{head:?}");
        connection
    }

    /// Opens a session of this revision and says that it is ready; gives its id.
    pub async fn session(&self, version: &str) -> String {
        let answer = self.ask(&Request::initialize(0, version)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let id = answer.header("mcp-session-id").expect("a session").to_owned();
        let ready = Request::message(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        assert_eq!(self.ask(&ready.with("Mcp-Session-Id", &id)).await.status, 202);
        id
    }

    /// Tells the server to end.
    pub fn end(&mut self) {
        drop(self.end.take());
    }

    /// Waits until the server has ended, and well.
    pub async fn ended(mut self) {
        self.end();
        within(&mut self.serving).await.expect("no panic").expect("it ends well");
    }
}

/// A test that fails leaves nothing behind.
impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
