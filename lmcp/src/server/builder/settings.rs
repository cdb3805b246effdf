//! Settings that mean nothing: what is wrong with one, and what to write.

#[cfg(feature = "http")]
use crate::transport::http::guard::{is_local, without_port};
#[cfg(feature = "http")]
use std::net::Ipv6Addr;

/// What is wrong with a name or a version, if something is.
pub(super) fn word(what: &str, word: &str) -> Option<String> {
    let why = match word {
        word if word.trim().is_empty() => "is blank: write one, or leave it out for the package's",
        word if word.contains(char::is_control) => "has control characters: write it without",
        _ => return None,
    };
    Some(format!("the {what} {word:?} {why}"))
}

/// What is wrong with a website, if something is.
pub(super) fn website(url: &str) -> Option<String> {
    let whole = format!("https://{url}");
    let write =
        if is_url(&whole) && url.contains('.') && !url.contains("://") { &whole } else { "https://example.com" };
    (!is_url(url)).then(|| format!("the website {url:?} is no URL: write it whole, as in {write:?}"))
}

/// What is wrong with a picture's URI, if something is.
pub(super) fn icon(src: &str) -> Option<String> {
    let is_data = src.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
    (!is_data && !is_url(src)).then(|| {
        format!("the icon {src:?} is no URL that clients load: write one that begins with `https://` or `data:`")
    })
}

/// Whether this is a URL of the web.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    is_web && !rest.is_empty() && !rest.starts_with(['/', '?', '#', ':']) && !has_gaps(rest)
}

fn has_gaps(text: &str) -> bool {
    text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// What is wrong with an origin that is to be let in, if none is ever called so.
#[cfg(feature = "http")]
pub(super) fn origin(origin: &str) -> Option<String> {
    if is_origin(origin) {
        return None;
    }
    let (scheme, host) = match origin.trim().split_once("://") {
        Some((scheme, rest)) => (scheme, host_in(rest)),
        None if is_local(without_port(host_in(origin.trim()))) => ("http", host_in(origin.trim())),
        None => ("https", host_in(origin.trim())),
    };
    let meant = Some(format!("{scheme}://{host}")).filter(|meant| is_origin(meant));
    let meant = meant.unwrap_or_else(|| "https://app.example.com".to_owned());
    let hint = if origin.contains('*') { "; `*` stands for all, and alone" } else { in_ascii(origin) };
    Some(format!("no web page has the origin {origin:?}: write its scheme, host and port, as in {meant:?}{hint}"))
}

/// What is wrong with a host that is to be served, if no request is for such a one.
#[cfg(feature = "http")]
pub(super) fn host(host: &str) -> Option<String> {
    if is_host(without_port(host)) {
        return None;
    }
    let text = host.trim();
    let text = host_in(text.split_once("://").map_or(text, |(_, rest)| rest));
    let meant = if text.parse::<Ipv6Addr>().is_ok() { format!("[{text}]") } else { text.to_owned() };
    let meant = Some(meant).filter(|meant| is_host(without_port(meant)));
    let meant = meant.unwrap_or_else(|| "mcp.example.com".to_owned());
    let hint = in_ascii(host);
    Some(format!("no request is for the host {host:?}: write its name alone, as in {meant:?}{hint}"))
}

/// As browsers send it: `scheme://host:port`; besides, `null`, and `*` for all of them.
#[cfg(feature = "http")]
fn is_origin(text: &str) -> bool {
    if text == "*" || text.eq_ignore_ascii_case("null") || text.eq_ignore_ascii_case("file://") {
        return true;
    }
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let host = without_port(rest);
    let has_port = |port: &str| port.parse::<u16>().is_ok();
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        && is_host(host)
        && rest.strip_prefix(host).is_some_and(|port| port.is_empty() || port.strip_prefix(':').is_some_and(has_port))
}

/// A name or an address, without a port.
#[cfg(feature = "http")]
fn is_host(text: &str) -> bool {
    if let Some(address) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && !"/?#@*,:[]<>\"\\^`{|}".contains(c))
}

/// The host and the port of what stands behind a scheme.
#[cfg(feature = "http")]
fn host_in(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

#[cfg(feature = "http")]
fn in_ascii(text: &str) -> &'static str {
    if text.is_ascii() { "" } else { "; names beyond ASCII are sent as `xn--…`" }
}

#[cfg(test)]
mod tests {
    use super::{icon, website, word};

    #[test]
    fn words_are_there_and_plain() {
        for good in ["calc", "my calc 2", "größe", "1.0.0-beta+3"] {
            assert_eq!(word("name", good), None);
        }
        for blank in ["", " ", "\t\n"] {
            assert!(word("version", blank).is_some_and(|why| why.contains("is blank: write one")), "{blank:?}");
        }
        for bad in ["a\nb", "a\u{1b}[31m", "\u{0}"] {
            assert!(word("name", bad).is_some_and(|why| why.contains("control characters")), "{bad:?}");
        }
    }

    #[test]
    fn websites_and_pictures_are_urls() {
        for good in ["https://example.com", "HTTP://localhost:8080/a?b#c", "https://bücher.example/ü"] {
            assert_eq!((website(good), icon(good)), (None, None));
        }
        for bad in
            ["", "not a url", "/icon.png", "ftp://example.com/x", "https://", "https:///x", "https://a b", "file:///x"]
        {
            assert!(icon(bad).is_some(), "{bad}");
            assert!(website(bad).is_some_and(|why| why.ends_with("as in \"https://example.com\"")), "{bad}");
        }
        assert_eq!(icon("data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' />"), None);
        assert!(icon("example.com/icon.png").is_some());
        let said = website("example.org/x").expect("no scheme");
        assert_eq!(said, "the website \"example.org/x\" is no URL: write it whole, as in \"https://example.org/x\"");
    }
}

#[cfg(all(test, feature = "http"))]
mod http_tests {
    use super::{host, origin};

    #[test]
    fn origins_are_as_browsers_send_them() {
        for good in [
            "*",
            "null",
            "https://app.example.com",
            "HTTPS://App.Example.com:8443",
            "http://localhost:3000",
            "http://[::1]:3000",
            "http://10.0.0.1",
            "https://a_b-c.example.",
            "file://",
            "chrome-extension://abcdefghijklmnop",
            "app://-",
        ] {
            assert_eq!(origin(good), None, "{good}");
        }
        for (bad, write) in [
            ("app.example.com", "https://app.example.com"),
            ("app.example.com:8443/x", "https://app.example.com:8443"),
            ("localhost:3000", "http://localhost:3000"),
            ("https://app.example.com/", "https://app.example.com"),
            ("https://app.example.com/x?y", "https://app.example.com"),
            (" https://a.example ", "https://a.example"),
            ("https://user@a.example", "https://a.example"),
            ("foo bar", "https://app.example.com"),
            ("", "https://app.example.com"),
            ("https://", "https://app.example.com"),
            ("https://a.example:", "https://app.example.com"),
            ("https://a.example:99999", "https://app.example.com"),
            ("https://::1", "https://app.example.com"),
            ("https://a.example,https://b.example", "https://app.example.com"),
            ("1http://a.example", "https://app.example.com"),
        ] {
            let said = origin(bad).unwrap_or_else(|| panic!("{bad:?} is none"));
            assert!(said.ends_with(&format!(" as in {write:?}")), "{said}");
        }
        assert!(origin("https://*.example.com").is_some_and(|said| said.ends_with("; `*` stands for all, and alone")));
        assert!(origin("https://bücher.example").is_some_and(|said| said.contains("xn--")));
    }

    #[test]
    fn hosts_are_as_requests_have_them() {
        for good in
            ["mcp.example.com", "MCP.example.com:443", "calc_1.local:", "[::1]", "[2001:db8::1]:80", "10.0.0.1", "x"]
        {
            assert_eq!(host(good), None, "{good}");
        }
        for (bad, write) in [
            ("https://mcp.example.com/x", "mcp.example.com"),
            ("https://mcp.example.com:8443", "mcp.example.com:8443"),
            ("mcp.example.com/", "mcp.example.com"),
            (" calc.local", "calc.local"),
            ("::1", "[::1]"),
            ("2001:db8::1", "[2001:db8::1]"),
            ("bad host", "mcp.example.com"),
            ("", "mcp.example.com"),
            (":80", "mcp.example.com"),
            ("*", "mcp.example.com"),
            ("*.example.com", "mcp.example.com"),
            ("[x]", "mcp.example.com"),
            ("a.example,b.example", "mcp.example.com"),
        ] {
            let said = host(bad).unwrap_or_else(|| panic!("{bad:?} is none"));
            assert!(said.ends_with(&format!(" as in {write:?}")), "{said}");
        }
        assert!(host("bücher.example").is_some_and(|said| said.contains("xn--")));
    }
}
