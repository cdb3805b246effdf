//! Who may come in at all: host, origin, token; and what browsers are told about it (CORS).

use super::options::Options;
use super::reply::{Reply, SESSION_ID, Why, error, refusal, status};
use super::service::Takes;
use crate::admission::Refusal;
use crate::admission::logins::Login;
use crate::admission::rate::whole_seconds;
use crate::auth::access::{Access, Place};
use crate::auth::{Auth, Principal, Refused, challenge};
use crate::jsonrpc::Id;
use crate::jsonrpc::encode::NoId;
use crate::protocol::shown::shown;
use crate::server::handle::Shared;
use crate::traced;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, AUTHORIZATION, HOST,
    HeaderMap, HeaderValue, ORIGIN, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use hyper::http::request::Parts;
use hyper::{StatusCode, Uri};
use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

/// Refuses a host that is not served; the refusal names the setting.
pub(crate) fn admit_host(options: &Options, uri: &Uri, headers: &HeaderMap) -> Result<(), Box<Reply>> {
    let host = uri.host().or_else(|| headers.get(HOST)?.to_str().ok()).map(without_port);
    if options.loopback
        && let Some(host) = host
        && !is_local(host)
        && !options.hosts.iter().any(|allowed| without_port(allowed).eq_ignore_ascii_case(host))
    {
        let mut reply = refusal(
            StatusCode::MISDIRECTED_REQUEST,
            format!("the host {host:?} is not served here; if it should be, add it with `.allow_host({host:?})`"),
        );
        Why::note(&mut reply, || format!("the host {} is not allowed", harmless(host)));
        return Err(Box::new(reply));
    }
    Ok(())
}

/// Refuses an origin that is not allowed; the refusal names the setting.
pub(crate) fn admit_origin(options: &Options, headers: &HeaderMap) -> Result<(), Box<Reply>> {
    match headers.get(ORIGIN) {
        Some(origin) if !allows_origin(options, origin) => {
            let origin = String::from_utf8_lossy(origin.as_bytes());
            let mut reply = refusal(
                StatusCode::FORBIDDEN,
                format!(
                    "requests from {origin:?} are not allowed; if they should be, add it with `.allow_origin({origin:?})`"
                ),
            );
            Why::note(&mut reply, || format!("the origin {} is not allowed", harmless(&origin)));
            Err(Box::new(reply))
        }
        _ => Ok(()),
    }
}

/// A host or an origin as it may stand in a log: not too long, and without the name and the password of a URL.
fn harmless(place: &str) -> String {
    let (scheme, rest) = place.split_once("://").map_or(("", place), |(scheme, rest)| (scheme, rest));
    let host = rest.rsplit('@').next().unwrap_or_default();
    shown(&if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") })
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

pub(crate) fn is_local(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host == "127.0.0.1" || host == "[::1]"
}

pub(crate) fn without_port(host: &str) -> &str {
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
    /// Where it comes from.
    pub(crate) place: Place,
    /// The types of answers that it takes.
    pub(crate) takes: Takes,
}

impl Caller {
    /// Who its principal is, which its sessions are bound to.
    pub(crate) fn who(&self) -> Option<&str> {
        self.principal.as_ref().map(Principal::identity)
    }

    /// How far it gets.
    pub(crate) fn access(&self) -> Access {
        Access { principal: self.principal.clone(), place: self.place }
    }
}

/// Refuses who may not come in, if anybody may not; gives who may.
pub(crate) async fn authenticate(
    options: &Options,
    server: &Shared,
    headers: &HeaderMap,
    place: Place,
) -> Result<Option<Principal>, Box<Reply>> {
    let Some(auth) = &options.auth else { return Ok(None) };
    if let Some(principal) = auth.at_once(headers) {
        return Ok(Some(principal));
    }
    let login = Login { place, shown: headers.get(AUTHORIZATION).map(HeaderValue::as_bytes) };
    // Who shows nothing is told what to show, whoever guesses beside him.
    if login.shown.is_some() || auth.looks_elsewhere() {
        server.logins.admit(login).map_err(|refusal| {
            let mut reply = refused(options, headers, &refusal, None);
            Why::note(&mut reply, || refusal.text());
            Box::new(reply)
        })?;
    }
    // In a box, so that requests with a fixed token need not have room for it.
    let refused = match Box::pin(auth.check(headers)).await {
        Ok(principal) => {
            server.logins.good(login);
            return Ok(Some(principal));
        }
        Err(refused) => refused,
    };
    // Who shows nothing has not guessed, and of who cannot be checked it is not known.
    if matches!(refused, Refused::Invalid(_) | Refused::InsufficientScope(_)) {
        server.logins.bad(login);
    }
    let unauthorized = |description: Option<&str>, message: String| {
        let (metadata, scopes) = (metadata(options, headers), required_scopes(auth));
        let value = challenge::unauthorized(description, metadata.as_deref(), scopes);
        challenged(StatusCode::UNAUTHORIZED, message, value)
    };
    // A reason that somebody made up while he looked at a token may hold it: what goes to the log was written before.
    let why = match &refused {
        Refused::Missing => Cow::Borrowed("no credentials"),
        Refused::Invalid(Cow::Borrowed(reason)) if !reason.is_empty() => Cow::Borrowed(*reason),
        Refused::Invalid(_) => Cow::Borrowed("the credentials are not valid"),
        Refused::InsufficientScope(scopes) => format!("the token lacks one of the scopes {}", scopes.join(" ")).into(),
        Refused::Failed(_) => Cow::Borrowed("the credentials could not be checked"),
    };
    let mut reply = match refused {
        Refused::Missing => unauthorized(None, "a bearer token is needed: `Authorization: Bearer …`".into()),
        Refused::Invalid(reason) if reason.is_empty() => {
            unauthorized(Some("the bearer token is not valid"), "the bearer token is not valid".into())
        }
        Refused::Invalid(reason) => unauthorized(Some(&*reason), format!("the bearer token is not valid: {reason}")),
        Refused::InsufficientScope(scopes) => insufficient(options, headers, scopes.iter().map(String::as_str)),
        Refused::Failed(error) => {
            let error = crate::error::chain(&*error);
            tracing::error!(target: "lmcp::auth", error, "whether a caller may come in cannot be told");
            refusal(
                StatusCode::SERVICE_UNAVAILABLE,
                "who you are cannot be checked at the moment; try again later".into(),
            )
        }
    };
    Why::note(&mut reply, || why);
    Err(Box::new(reply))
}

/// Refuses who lacks scopes: `scopes` are all that the request needs.
///
/// Spec: basic/authorization, "Runtime Insufficient Scope Errors".
pub(crate) fn insufficient<'s>(
    options: &Options,
    headers: &HeaderMap,
    scopes: impl IntoIterator<Item = &'s str>,
) -> Reply {
    let scopes: Vec<&str> = scopes.into_iter().collect();
    let message = format!("the token lacks a scope: the request needs {}", scopes.join(" "));
    let value = challenge::insufficient(metadata(options, headers).as_deref(), scopes);
    challenged(StatusCode::FORBIDDEN, message, value)
}

fn challenged(status: StatusCode, message: String, challenge: HeaderValue) -> Reply {
    let mut reply = refusal(status, message);
    reply.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    reply
}

/// A request that is not let in. It gets an answer to what it asked, if that was read; who asked it is known then.
pub(crate) fn refused(
    options: &Options,
    headers: &HeaderMap,
    refusal: &Refusal,
    asked: Option<(&Id, Option<&Principal>)>,
) -> Reply {
    let (id, caller) = asked.unzip();
    let mut reply = match refusal {
        Refusal::Scopes { needed, .. } => {
            let mut reply = error(StatusCode::FORBIDDEN, id, NoId::Omitted, &refusal.object());
            let value = challenge::insufficient(metadata(options, headers).as_deref(), needed.iter().copied());
            reply.headers_mut().insert(WWW_AUTHENTICATE, value);
            reply
        }
        Refusal::Rate { wait, .. } => {
            let mut reply = error(StatusCode::TOO_MANY_REQUESTS, id, NoId::Omitted, &refusal.object());
            reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from(whole_seconds(*wait)));
            reply
        }
    };
    if traced::is_on() {
        let (caller, id) = (caller.flatten().cloned(), id.cloned());
        reply.extensions_mut().insert(Why { text: refusal.text().into(), method: None, caller, id });
    }
    reply
}

/// The URL of the server's metadata, if it has any.
#[cfg(feature = "oauth")]
fn metadata(options: &Options, headers: &HeaderMap) -> Option<String> {
    options.auth.as_ref()?.metadata_url(options.place(), headers)
}

#[cfg(not(feature = "oauth"))]
fn metadata(_: &Options, _: &HeaderMap) -> Option<String> {
    None
}

#[cfg(feature = "oauth")]
fn required_scopes(auth: &Auth) -> Vec<&str> {
    auth.required_scopes()
}

#[cfg(not(feature = "oauth"))]
fn required_scopes(_: &Auth) -> Vec<&str> {
    Vec::new()
}

/// Where a request comes from: from the peer, or as many steps before it as there are proxies.
pub(crate) fn place(proxies: usize, peer: Option<IpAddr>, headers: &HeaderMap) -> Place {
    let step = proxies.checked_sub(1);
    let forwarded = step.and_then(|step| {
        let lists = headers.get_all("x-forwarded-for").iter();
        let addresses: Vec<&str> = lists.flat_map(|list| list.to_str().unwrap_or_default().split(',')).collect();
        address(addresses.into_iter().rev().nth(step)?.trim())
    });
    forwarded.or(peer).map_or(Place::Elsewhere, Place::Address)
}

/// An address as proxies write it: with a port or without.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()))
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
    if headers.contains_key(RETRY_AFTER) {
        headers.append(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from(RETRY_AFTER));
    }
}
