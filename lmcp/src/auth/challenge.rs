//! `WWW-Authenticate`: what a client is told that has shown too little. RFC 6750 section 3, RFC 9728 section 5.1.

use hyper::header::HeaderValue;

/// The value for a client that showed no credentials, or such as are not valid: then `description` says why.
///
/// `metadata` is the URL of the server's metadata, if it has any, `scopes` what every caller needs.
pub(crate) fn unauthorized<'s>(
    description: Option<&str>,
    metadata: Option<&str>,
    scopes: impl IntoIterator<Item = &'s str>,
) -> HeaderValue {
    let error = description.map(|description| ("invalid_token", description));
    value(error, metadata, scopes)
}

/// The value for a client that is known, and lacks scopes: all that the request needs are named, also those it has.
///
/// Spec: basic/authorization, "Runtime Insufficient Scope Errors".
pub(crate) fn insufficient<'s>(metadata: Option<&str>, scopes: impl IntoIterator<Item = &'s str>) -> HeaderValue {
    value(Some(("insufficient_scope", "the token lacks a scope that the request needs")), metadata, scopes)
}

fn value<'s>(
    error: Option<(&str, &str)>,
    metadata: Option<&str>,
    scopes: impl IntoIterator<Item = &'s str>,
) -> HeaderValue {
    let mut out = "Bearer realm=\"mcp\"".to_owned();
    let mut add = |name: &str, text: &str| {
        out.extend([", ", name, "=\""]);
        // What RFC 6750 allows there; a header takes no more than text anyway.
        out.extend(text.chars().map(|c| if matches!(c, ' '..='~') && !matches!(c, '"' | '\\') { c } else { '\'' }));
        out.push('"');
    };
    if let Some((error, description)) = error {
        add("error", error);
        if !description.is_empty() {
            add("error_description", description);
        }
    }
    if let Some(metadata) = metadata {
        add("resource_metadata", metadata);
    }
    let scopes: Vec<&str> = scopes.into_iter().collect();
    if !scopes.is_empty() {
        add("scope", &scopes.join(" "));
    }
    HeaderValue::try_from(out).unwrap_or(HeaderValue::from_static("Bearer realm=\"mcp\""))
}

#[cfg(test)]
mod tests {
    use super::{insufficient, unauthorized};

    #[test]
    fn what_clients_are_told() {
        assert_eq!(unauthorized(None, None, []), "Bearer realm=\"mcp\"");
        assert_eq!(unauthorized(Some(""), None, []), "Bearer realm=\"mcp\", error=\"invalid_token\"");
        assert_eq!(
            unauthorized(Some("it \"expired\"\r\nat \\ ä"), Some("https://a/.well-known/x"), ["a", "b"]),
            "Bearer realm=\"mcp\", error=\"invalid_token\", error_description=\"it 'expired'''at ' '\", \
             resource_metadata=\"https://a/.well-known/x\", scope=\"a b\""
        );
        assert_eq!(
            insufficient(Some("https://a/x"), ["files:write"]),
            "Bearer realm=\"mcp\", error=\"insufficient_scope\", \
             error_description=\"the token lacks a scope that the request needs\", \
             resource_metadata=\"https://a/x\", scope=\"files:write\""
        );
    }
}
