//! Streamable HTTP: one endpoint for both eras.
//!
//! [`service`] takes a request through its checks, [`modern`] and [`legacy`] make of it what their era makes of it,
//! [`answer`] turns a running call into a JSON body or an event stream, [`changes`] is the stream without a call.
//! [`listener`] accepts connections, each of them a `Socket` that [`connection`] serves.

pub(crate) mod answer;
pub(crate) mod body;
pub(crate) mod changes;
pub(crate) mod connection;
pub(crate) mod descriptors;
pub(crate) mod guard;
pub(crate) mod headers;
pub(crate) mod legacy;
pub(crate) mod legacy_call;
pub(crate) mod legacy_stream;
pub(crate) mod listener;
pub(crate) mod modern;
pub(crate) mod options;
pub(crate) mod pace;
#[cfg(feature = "http2")]
pub(crate) mod preface;
pub(crate) mod replay;
pub(crate) mod reply;
pub(crate) mod service;
pub(crate) mod session;
pub(crate) mod session_id;
pub(crate) mod sessions;
mod socket;
pub(crate) mod streams;
#[cfg(feature = "tls")]
pub(crate) mod tls;
#[cfg(feature = "oauth")]
pub(crate) mod well_known;

/// What is written to a stream around another one, in its field `stream`, goes to that one.
macro_rules! writes_through {
    ($t:ident) => {
        impl<S: tokio::io::AsyncWrite + Unpin> tokio::io::AsyncWrite for $t<S> {
            fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
                Pin::new(&mut self.stream).poll_write(cx, bytes)
            }
            fn poll_write_vectored(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bytes: &[io::IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
            }
            fn is_write_vectored(&self) -> bool {
                self.stream.is_write_vectored()
            }
            fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                Pin::new(&mut self.stream).poll_flush(cx)
            }
            fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                Pin::new(&mut self.stream).poll_shutdown(cx)
            }
        }
    };
}
use writes_through;

pub use body::ResponseBody;
pub use service::HttpService;
#[cfg(feature = "tls")]
pub use tls::Tls;
