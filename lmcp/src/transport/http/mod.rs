//! Streamable HTTP: one endpoint for both eras.
//!
//! [`service`] takes a request through its checks, [`modern`] and [`legacy`] make of it what their era makes of it,
//! [`answer`] turns a running call into a JSON body or an event stream, [`changes`] is the stream without a call.
//! [`listener`] owns the socket, [`connection`] what is accepted.

pub(crate) mod answer;
pub(crate) mod auth;
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
pub(crate) mod streams;
#[cfg(feature = "tls")]
pub(crate) mod tls;

pub use auth::Auth;
pub use body::ResponseBody;
pub use service::HttpService;
#[cfg(feature = "tls")]
pub use tls::Tls;
