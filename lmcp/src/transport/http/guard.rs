//! Who may come in at all: host, origin, token; and what browsers are told about it (CORS).

use super::options::Options;
use super::reply::{Reply, SESSION_ID, refusal, status};
use super::service::Takes;
use crate::auth::Principal;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, AUTHORIZATION, HOST,
    HeaderMap, HeaderValue, ORIGIN, VARY, WWW_AUTHENTICATE,
};
use hyper::http::request::Parts;
use hyper::{StatusCode, Uri};

/// Refuses a host or an origin that is not allowed; the refusal names the setting.
pub(crate) fn admit(options: &Options, uri: &Uri, headers: &HeaderMap) -> Result<(), Box<Reply>> {
    let host = uri.host().or_else(|| headers.get(HOST)?.to_str().ok()).map(without_port);
    if options.loopback
        && let Some(host) = host
        && !is_local(host)
        && !options.hosts.iter().any(|allowed| without_port(allowed).eq_ignore_ascii_case(host))
    {
        return Err(Box::new(refusal(
            StatusCode::MISDIRECTED_REQUEST,
            format!("the host {host:?} is not served here; if it should be, add it with `.allow_host({host:?})`"),
        )));
    }
    match headers.get(ORIGIN) {
        Some(origin) if !allows_origin(options, origin) => {
            let origin = String::from_utf8_lossy(origin.as_bytes());
            Err(Box::new(refusal(
                StatusCode::FORBIDDEN,
                format!(
                    "requests from {origin:?} are not allowed; if they should be, add it with `.allow_origin({origin:?})`"
                ),
            )))
        }
        _ => Ok(()),
    }
}

/// Refuses a head that is larger than it may be.
pub(crate) fn measure(head: &Parts, limit: usize) -> Result<(), Box<Reply>> {
    let target = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    let lines = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    if target + lines.sum::<usize>() <= limit {
        return Ok(());
    }
    Err(Box::new(refusal(
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        format!("the head is larger than {limit} bytes (the server's limit `head_bytes`)"),
    )))
}

fn allows_origin(options: &Options, origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    let listed = options.origins.iter().any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(origin));
    let local = || {
        let rest = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        rest.is_some_and(|host| is_local(without_port(host)))
    };
    listed || (options.loopback && local())
}

fn is_local(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host == "127.0.0.1" || host == "[::1]"
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// Who sends a request, and what its head says.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) headers: HeaderMap,
    /// As far as that was checked: nobody in particular where no token is asked for.
    pub(crate) principal: Option<Principal>,
    /// The types of answers that it takes.
    pub(crate) takes: Takes,
}

impl Caller {
    /// Its principal's name, which its sessions and states are bound to.
    pub(crate) fn who(&self) -> Option<&str> {
        self.principal.as_ref().map(Principal::subject)
    }
}

/// Refuses who has no token, if there is one to have; gives who has it.
pub(crate) fn authenticate(options: &Options, headers: &HeaderMap) -> Result<Option<Principal>, Box<Reply>> {
    let Some(auth) = &options.auth else { return Ok(None) };
    let given = headers.get(AUTHORIZATION);
    if let Some(principal) = auth.accepts(given.map(HeaderValue::as_bytes)) {
        return Ok(Some(principal));
    }
    let (why, challenge) = match given {
        None => ("a bearer token is needed: `Authorization: Bearer …`", "Bearer realm=\"mcp\""),
        Some(_) => ("the bearer token is not valid", "Bearer realm=\"mcp\", error=\"invalid_token\""),
    };
    let mut reply = refusal(StatusCode::UNAUTHORIZED, why.into());
    reply.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    Err(Box::new(reply))
}

/// The answer to a browser that asks before it asks.
pub(crate) fn preflight(headers: &HeaderMap) -> Reply {
    let mut reply = status(StatusCode::NO_CONTENT);
    let out = reply.headers_mut();
    out.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, GET, DELETE"));
    // `*` does not stand for `Authorization`: that one goes by name, the others as they were asked for.
    let mut allowed = b"Authorization, Content-Type".to_vec();
    // Names are ASCII; what is none is not repeated.
    if let Some(asked) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS).filter(|asked| asked.to_str().is_ok()) {
        allowed.extend_from_slice(b", ");
        allowed.extend_from_slice(asked.as_bytes());
    }
    if let Ok(allowed) = HeaderValue::from_bytes(&allowed) {
        out.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    }
    out.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    reply
}

/// Lets the page of an allowed origin see the answer, errors included.
pub(crate) fn expose(options: &Options, origin: Option<&HeaderValue>, reply: &mut Reply) {
    let Some(origin) = origin.filter(|origin| allows_origin(options, origin)) else { return };
    let headers = reply.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    headers.append(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from(SESSION_ID));
    headers.append(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from(WWW_AUTHENTICATE));
}
