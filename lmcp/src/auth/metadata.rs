//! The server's metadata for OAuth clients, RFC 9728: what it is called, whose tokens it takes, which scopes there are.

use super::Auth;
use super::jwt::Jwt;
use super::jwt::url::Url;
use hyper::HeaderMap;
use hyper::header::HOST;
use serde::Serialize;

/// Where the document is, at the root and before the path of the endpoint.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The document, in the order of RFC 9728 section 2.
#[derive(Serialize)]
pub(crate) struct Metadata<'a> {
    resource: String,
    authorization_servers: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<&'a str>,
    bearer_methods_supported: [&'static str; 1],
    resource_name: &'a str,
}

/// Where a server is, as far as it knows itself.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) endpoint: &'a str,
}

impl Auth {
    /// Whether there is an authorization server to tell of.
    pub(crate) fn is_published(&self) -> bool {
        self.issuers().next().is_some()
    }

    /// The scopes that every caller with a token of an authorization server needs.
    pub(crate) fn required_scopes(&self) -> Vec<&str> {
        distinct(self.issuers().flat_map(Jwt::required))
    }

    /// The URL of the server as its clients know it: what was said, or else what the request was sent to. `None` where
    /// neither is known.
    pub(crate) fn resource(&self, place: Place<'_>, headers: &HeaderMap) -> Option<String> {
        if let Some(said) = self.issuers().find_map(Jwt::said_resource) {
            return Some(said.to_owned());
        }
        let host: hyper::http::uri::Authority = headers.get(HOST)?.as_bytes().try_into().ok()?;
        let is_plain = !host.as_str().contains('@');
        is_plain
            .then(|| format!("{}://{}{}", place.scheme, host.as_str().to_ascii_lowercase(), path_of(place.endpoint)))
    }

    /// The URL of the document.
    pub(crate) fn metadata_url(&self, place: Place<'_>, headers: &HeaderMap) -> Option<String> {
        if !self.is_published() {
            return None;
        }
        let resource = self.resource(place, headers)?;
        let url = Url::parse(&resource).ok()?;
        Some(format!("{}{WELL_KNOWN}{}", url.origin(), path_of(url.path())))
    }

    /// Whether the document is here: at the root, before the endpoint, and before the path that clients know.
    pub(crate) fn is_metadata_at(&self, path: &str, endpoint: &str) -> bool {
        let Some(rest) = path.strip_prefix(WELL_KNOWN).filter(|_| self.is_published()) else { return false };
        let is_known = |url: &str| Url::parse(url).is_ok_and(|url| path_of(url.path()) == rest);
        rest == path_of(endpoint) || rest.is_empty() || self.issuers().filter_map(Jwt::said_resource).any(is_known)
    }

    /// The document. `of_functions` are the scopes that single functions ask for.
    pub(crate) fn metadata<'a>(
        &'a self,
        resource: String,
        name: &'a str,
        of_functions: impl Iterator<Item = &'a str>,
    ) -> Metadata<'a> {
        Metadata {
            resource,
            authorization_servers: distinct(self.issuers().map(Jwt::issuer)),
            scopes_supported: self.scopes_supported(of_functions),
            bearer_methods_supported: ["header"],
            resource_name: name,
        }
    }

    /// All scopes there are: those that every caller needs, those that were said, those of functions.
    fn scopes_supported<'a>(&'a self, of_functions: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
        let said = self.issuers().flat_map(Jwt::required).chain(self.issuers().flat_map(Jwt::supported));
        distinct(said.chain(of_functions))
    }
}

impl Metadata<'_> {
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        crate::jsonrpc::encode::write_json(&mut out, self);
        out
    }
}

/// A path to put behind something, which has none of its own if it is the root.
fn path_of(path: &str) -> &str {
    if path == "/" { "" } else { path }
}

fn distinct<'a>(of: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for one in of {
        if !seen.contains(&one) {
            seen.push(one);
        }
    }
    seen
}
