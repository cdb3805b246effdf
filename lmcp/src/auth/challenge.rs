//! `WWW-Authenticate`: what a client is told that has shown too little. RFC 6750 section 3.

use hyper::header::HeaderValue;

/// The value for a client that is known, and lacks scopes: all that the request needs are named, also those it has.
///
/// Spec: basic/authorization, "Runtime Insufficient Scope Errors".
pub(crate) fn insufficient(scopes: &[&str]) -> HeaderValue {
    let scopes = scopes.join(" ");
    let value = format!("Bearer realm=\"mcp\", error=\"insufficient_scope\", scope=\"{scopes}\"");
    // The attributes take only scopes that can stand there.
    HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("Bearer realm=\"mcp\""))
}
