//! The URLs of authorization servers: which are allowed, and where their metadata is.

/// An absolute `http` or `https` URL without query and fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    https: bool,
    /// As it was written, without brackets.
    host: String,
    port: u16,
    /// `host:port` as it was written.
    authority: String,
    /// With its slash; `/` if there is none.
    path: String,
    query: Option<String>,
}

impl Url {
    /// Reads one; the error says what it should be.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        const WANTED: &str = "write it as in https://id.example.com/tenant";
        let uri: hyper::Uri = text.parse().map_err(|_| WANTED)?;
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(WANTED),
        };
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or(WANTED)?;
        // A fragment is dropped when it is parsed.
        if text.contains('#') || authority.host().is_empty() {
            return Err(WANTED);
        }
        Ok(Url {
            https,
            host: authority.host().trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: authority.port_u16().unwrap_or(if https { 443 } else { 80 }),
            authority: authority.as_str().to_owned(),
            path: uri.path().to_owned(),
            query: uri.query().map(str::to_owned),
        })
    }

    pub(super) fn is_https(&self) -> bool {
        self.https
    }
    pub(super) fn host(&self) -> &str {
        &self.host
    }
    pub(super) fn port(&self) -> u16 {
        self.port
    }
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }
    pub(crate) fn path(&self) -> &str {
        &self.path
    }
    pub(super) fn has_query(&self) -> bool {
        self.query.is_some()
    }

    /// Path and query, as a request's target.
    pub(super) fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// Scheme and authority.
    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", if self.https { "https" } else { "http" }, self.authority)
    }

    /// Whether nobody on the way can read or change what is sent: over TLS, or inside this machine.
    pub(super) fn is_safe(&self) -> bool {
        self.https || self.is_loopback()
    }

    fn is_loopback(&self) -> bool {
        let address = self.host.parse::<std::net::IpAddr>();
        self.host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
    }

    /// Where an issuer's metadata may be, in the order in which to look.
    ///
    /// Spec: basic/authorization, "Authorization Server Metadata Discovery".
    pub(super) fn metadata(&self) -> Vec<String> {
        let (origin, path) = (self.origin(), self.path.trim_end_matches('/'));
        let mut urls = vec![
            format!("{origin}/.well-known/oauth-authorization-server{path}"),
            format!("{origin}/.well-known/openid-configuration{path}"),
        ];
        if !path.is_empty() {
            urls.push(format!("{origin}{path}/.well-known/openid-configuration"));
        }
        urls
    }
}

#[cfg(test)]
mod tests {
    use super::Url;

    #[test]
    fn where_metadata_is() {
        let of = |issuer: &str| Url::parse(issuer).expect("a URL").metadata();
        let root = [
            "https://id.example.com/.well-known/oauth-authorization-server",
            "https://id.example.com/.well-known/openid-configuration",
        ];
        assert_eq!(of("https://id.example.com"), root);
        assert_eq!(of("https://id.example.com/"), root);
        assert_eq!(
            of("https://id.example.com:8443/a/b/"),
            [
                "https://id.example.com:8443/.well-known/oauth-authorization-server/a/b",
                "https://id.example.com:8443/.well-known/openid-configuration/a/b",
                "https://id.example.com:8443/a/b/.well-known/openid-configuration",
            ]
        );
    }

    #[test]
    fn what_is_safe() {
        for safe in ["https://a.example", "http://localhost:1", "http://127.0.0.9", "http://[::1]:1/x"] {
            assert!(Url::parse(safe).expect("a URL").is_safe(), "{safe}");
        }
        for open in ["http://a.example", "http://localhost.a.example", "http://10.0.0.1", "http://[::2]"] {
            assert!(!Url::parse(open).expect("a URL").is_safe(), "{open}");
        }
        for none in ["", "a.example", "ftp://a.example", "https://", "https:///x", "https://a#b", "https://u@a", "/x"] {
            assert!(Url::parse(none).is_err(), "{none}");
        }
    }
}
