//! One connection: its handshake, HTTP/1.1 or HTTP/2 on it, and how it ends.

use super::pace::{Answered, Arriving, Pace, Paced, Turn};
use super::service::HttpService;
use crate::handler::cancellation::Cancellation;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::task::Poll;
use tokio::io::{AsyncRead, AsyncWrite};

/// The name of HTTP/2 in a TLS handshake.
#[cfg(all(feature = "http2", feature = "tls"))]
pub(crate) const H2: &[u8] = b"h2";

/// How many requests one HTTP/2 connection may have open. A client with more keeps them, or opens another connection.
#[cfg(feature = "http2")]
const STREAMS: u32 = 128;

/// Serves a connection until it closes, or the server ends and its current answers are out. Then lets go of what it
/// holds.
pub(crate) async fn plain<S, H>(stream: S, peer: Option<IpAddr>, service: HttpService, _held: H)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    #[cfg(not(feature = "http2"))]
    first_version(stream, peer, &service).await;
    #[cfg(feature = "http2")]
    match begun(&service, super::preface::tell(stream)).await {
        // Boxed: it is several times as large, and the others should not pay for that.
        Some((true, stream)) => Box::pin(second_version(stream, peer, &service)).await,
        Some((false, stream)) => first_version(stream, peer, &service).await,
        None => {}
    }
}

/// The same behind a TLS handshake, in which the client says what it speaks.
#[cfg(feature = "tls")]
pub(crate) async fn secured<S, H>(stream: S, peer: Option<IpAddr>, service: HttpService, _held: H)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Some(tls) = &service.0.options.tls else { return };
    let accepted = async {
        let accepted = tls.acceptor().accept(stream).await;
        if accepted.as_ref().err().is_some_and(super::tls::is_no_tls) {
            tracing::warn!(
                peer = ?peer,
                "a client did not speak TLS; this address serves https://, perhaps the client was given http://"
            );
        }
        accepted
    };
    let Some(stream) = begun(&service, accepted).await else { return };
    #[cfg(feature = "http2")]
    if stream.get_ref().1.alpn_protocol() == Some(H2) {
        return Box::pin(second_version(stream, peer, &service)).await;
    }
    first_version(stream, peer, &service).await;
}

/// What comes before the first request, in no more time than that may take.
#[cfg(any(feature = "http2", feature = "tls"))]
async fn begun<T>(service: &HttpService, beginning: impl Future<Output = std::io::Result<T>>) -> Option<T> {
    let limit = service.0.server.limits.head_time;
    match until(&service.0.ending, pin!(tokio::time::timeout(limit, beginning))).await? {
        Ok(Ok(begun)) => return Some(begun),
        Ok(Err(e)) => tracing::debug!(error = %e, "a connection could not begin"),
        Err(_late) => tracing::debug!(?limit, "a connection took too long to begin"),
    }
    None
}

async fn first_version<S: AsyncRead + AsyncWrite + Unpin>(stream: S, peer: Option<IpAddr>, service: &HttpService) {
    let limits = &service.0.server.limits;
    let turn = Turn::default();
    let stream = Paced::new(stream, Pace { head: limits.head_time, idle: limits.connection_idle }, turn.clone());
    let answer = service_fn(|request: hyper::Request<_>| {
        let answering = turn.begin();
        let request = request.map(|body| Arriving::new(body, turn.clone()));
        // Boxed: hyper keeps the room of an unboxed one, 3.7 KiB, as long as the response's stream is open.
        Box::pin(async {
            let response = service.respond_to(peer, request).await;
            if response.body().is_stream() {
                answering.streams();
            }
            Ok::<_, Infallible>(response.map(|body| Answered { body, _answering: answering }))
        })
    });
    let connection = pin!(
        http1::Builder::new()
            // It has none for heads: those are `Paced`.
            .header_read_timeout(None)
            // Up to here a head that is too large gets an answer in words; beyond, the connection just closes.
            .max_buf_size(limits.head_bytes.saturating_mul(2))
            .serve_connection(TokioIo::new(stream), answer)
    );
    finish(service, connection, |connection| connection.graceful_shutdown()).await;
}

#[cfg(feature = "http2")]
async fn second_version<S>(stream: S, peer: Option<IpAddr>, service: &HttpService)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = &service.0.server.limits;
    let answer = service_fn(|request| {
        let service = service.clone();
        Box::pin(async move { Ok::<_, Infallible>(service.respond_to(peer, request).await) })
    });
    let connection = pin!(
        hyper::server::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new())
            .timer(hyper_util::rt::TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            // As with HTTP/1: up to here in our words.
            .max_header_list_size(u32::try_from(limits.head_bytes.saturating_mul(2)).unwrap_or(u32::MAX))
            // A client that is gone without a word is missed.
            .keep_alive_interval(limits.keep_alive)
            .keep_alive_timeout(limits.head_time)
            .serve_connection(TokioIo::new(stream), answer)
    );
    finish(service, connection, |connection| connection.graceful_shutdown()).await;
}

/// Drives a connection to its end, or to the server's.
async fn finish<C>(service: &HttpService, mut connection: Pin<&mut C>, shut_down: impl FnOnce(Pin<&mut C>))
where
    C: Future<Output = hyper::Result<()>>,
{
    let mut served = until(&service.0.ending, connection.as_mut()).await;
    if served.is_none() {
        shut_down(connection.as_mut());
        served = until(&service.0.over, connection).await;
    }
    if let Some(Err(e)) = served {
        tracing::debug!(error = %e, "a connection ended early");
    }
}

/// What comes of `work`, unless the flag is raised first.
async fn until<T>(flag: &Cancellation, mut work: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    let mut raised = pin!(flag.cancelled());
    poll_fn(|cx| match raised.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(None),
        Poll::Pending => work.as_mut().poll(cx).map(Some),
    })
    .await
}
