//! The document that tells OAuth clients where to get a token. Everybody may read it, web pages of all origins too.
//!
//! Spec: basic/authorization, "Protected Resource Metadata Discovery Requirements"; RFC 9728.

use super::guard;
use super::options::Options;
use super::reply::{Reply, json, not_allowed, text};
use super::service::Endpoint;
use crate::auth::Auth;
use hyper::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, HOST, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method as Verb, StatusCode};

/// Whether the document is here.
pub(crate) fn is_at(options: &Options, path: &str) -> bool {
    options.auth.as_ref().is_some_and(|auth| auth.is_metadata_at(path, &options.endpoint))
}

/// Puts the name that was asked for where the URL of the server is made of: HTTP/2, and proxies, say it in the target.
/// RFC 9112 section 3.2.2, RFC 9113 section 8.3.1.
pub(crate) fn name(options: &Options, head: &mut Parts) {
    if options.auth.as_ref().is_some_and(Auth::is_published)
        && let Some(authority) = head.uri.authority()
        && let Ok(host) = HeaderValue::try_from(authority.as_str())
    {
        head.headers.insert(HOST, host);
    }
}

/// The document, or what a browser asks before it.
pub(crate) fn answer(endpoint: &Endpoint, verb: &Verb, headers: &HeaderMap) -> Reply {
    match *verb {
        Verb::GET | Verb::HEAD => document(endpoint, headers),
        Verb::OPTIONS => guard::preflight(headers),
        _ => not_allowed("GET"),
    }
}

fn document(endpoint: &Endpoint, headers: &HeaderMap) -> Reply {
    let Endpoint { server, options, .. } = endpoint;
    let Some(auth) = &options.auth else { return text(StatusCode::NOT_FOUND, "nothing is here") };
    let Some(resource) = auth.resource(options.place(), headers) else {
        return text(StatusCode::BAD_REQUEST, "the server does not know by which name it was asked: send `Host`");
    };
    let info = &server.info;
    let name = info.title.as_deref().unwrap_or(&info.name);
    let metadata = auth.metadata(resource, name, server.registry.scopes().into_iter());
    let mut reply = json(StatusCode::OK, metadata.to_json());
    // It is different by the name that was asked for.
    reply.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    reply
}

/// Lets every page see it.
pub(crate) fn expose(reply: &mut Reply) {
    reply.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}
