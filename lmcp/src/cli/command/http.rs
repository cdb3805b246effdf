//! The options that serve HTTP, and the one that `install` shares with them.

use super::{Command, Misuse, Verb};
use crate::auth::environment::Oidc;
use lexopt::Parser;

/// Where to serve HTTP, and to whom.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli) struct HttpOrder {
    pub(in crate::cli) address: String,
    pub(in crate::cli) conf: Option<String>,
    pub(in crate::cli) oidc: Oidc,
    pub(in crate::cli) tls: Option<TlsFiles>,
}

/// Where a certificate and its key are.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli) struct TlsFiles {
    pub(in crate::cli) certificate: String,
    pub(in crate::cli) key: String,
}

/// What was typed.
#[derive(Default)]
pub(super) struct Options {
    http: Option<String>,
    conf: Option<String>,
    issuer: Option<String>,
    audience: Option<String>,
    certificate: Option<String>,
    key: Option<String>,
}

impl Options {
    /// Takes one option; `false` for one that has nothing to do with HTTP.
    pub(super) fn take(&mut self, name: &str, parser: &mut Parser) -> Result<bool, Misuse> {
        match name {
            "http" => self.http = Some(address(parser)?),
            "conf" => self.conf = Some(file(parser, "--conf")?),
            "oidc" => self.issuer = Some(url(parser, "--oidc", "the issuer's URL")?),
            "audience" => self.audience = Some(url(parser, "--audience", "what tokens have in `aud`")?),
            "tls-cert" => self.certificate = Some(file(parser, "--tls-cert")?),
            "tls-key" => self.key = Some(file(parser, "--tls-key")?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The URL to install, if there is one. The same option serves, without a command.
    pub(super) fn url(&self) -> Result<Option<String>, Misuse> {
        let Some(url) = &self.http else { return Ok(None) };
        let host = ["http://", "https://"].into_iter().find_map(|scheme| url.strip_prefix(scheme));
        let whole = host.is_some_and(|host| !host.is_empty() && !host.starts_with('/'));
        if !whole || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
            let message = format!("{url:?} is no URL: write it as in --http http://127.0.0.1:8080/mcp");
            return Err(Misuse::of(Verb::Install, message));
        }
        if let Some((_, option)) = self.beside_http().into_iter().find(|(value, _)| value.is_some()) {
            return Err(Misuse::of(Verb::Install, format!("{option} does not go with install")));
        }
        Ok(Some(url.clone()))
    }

    fn beside_http(&self) -> [(&Option<String>, &'static str); 5] {
        [
            (&self.conf, "--conf"),
            (&self.issuer, "--oidc"),
            (&self.audience, "--audience"),
            (&self.certificate, "--tls-cert"),
            (&self.key, "--tls-key"),
        ]
    }

    /// Serving HTTP, if that is asked for; what belongs to it goes with nothing else.
    pub(super) fn http(&self, verb: Option<Verb>, json: bool) -> Result<Option<Command>, Misuse> {
        let misuse = |message: &str| Err(Misuse::with(HTTP, message));
        let Some(address) = self.http.clone() else {
            return match self.beside_http().into_iter().find(|(value, _)| value.is_some()) {
                Some((_, option)) => misuse(&format!("{option} goes with --http")),
                None => Ok(None),
            };
        };
        if let Some(verb) = verb {
            return misuse(&format!("--http serves; it does not go with {}", verb.as_str()));
        }
        if !is_address(&address) {
            return misuse(&format!("{address:?} is no address: write HOST:PORT, as in --http 127.0.0.1:8080"));
        }
        if json {
            return misuse("--json does not go with --http");
        }
        let tls = match (self.certificate.clone(), self.key.clone()) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (Some(_), None) => {
                return misuse("--tls-cert needs --tls-key, the file with the certificate's private key");
            }
            (None, Some(_)) => return misuse("--tls-key needs --tls-cert, the file with the key's certificate"),
        };
        if self.conf.is_some()
            && let Some((_, option)) = [(&self.issuer, "--oidc"), (&self.audience, "--audience")]
                .into_iter()
                .find(|(value, _)| value.is_some())
        {
            return misuse(&format!("--conf and {option} both say who gets in: write one of them"));
        }
        let oidc = Oidc { issuer: self.issuer.clone(), audience: self.audience.clone() };
        Ok(Some(Command::Http(HttpOrder { address, conf: self.conf.clone(), oidc, tls })))
    }
}

/// What may stand behind the program's name to serve HTTP.
pub(super) const HTTP: &str = if cfg!(feature = "tls") {
    "--http [HOST:PORT] [--conf FILE | --oidc ISSUER [--audience URI]] [--tls-cert FILE --tls-key FILE]"
} else {
    "--http [HOST:PORT] [--conf FILE | --oidc ISSUER [--audience URI]]"
};

/// Whether one could listen there: `HOST:PORT`, a port alone, or on Unix `unix:PATH`. Who a host is, is not asked.
fn is_address(text: &str) -> bool {
    if let Some(path) = text.strip_prefix("unix:").filter(|_| cfg!(unix)) {
        return !path.is_empty();
    }
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    port.parse::<u16>().is_ok() && !host.contains(|c: char| c == '/' || c.is_whitespace())
}

/// What stands behind `--oidc` or `--audience`.
fn url(parser: &mut Parser, option: &str, what: &str) -> Result<String, Misuse> {
    let misuse = || Misuse::with(HTTP, format!("{option} needs {what}"));
    let value = parser.value().map_err(|_| misuse())?;
    value.into_string().ok().filter(|value| !value.trim().is_empty()).ok_or_else(misuse)
}

fn file(parser: &mut Parser, option: &str) -> Result<String, Misuse> {
    let file = parser.value().map_err(|_| Misuse::with(HTTP, format!("{option} needs a file")))?;
    Ok(file.to_string_lossy().into_owned())
}

/// The address behind `--http`, which may be left out.
fn address(parser: &mut Parser) -> Result<String, Misuse> {
    let given = match parser.optional_value() {
        Some(value) => Some(value),
        None => {
            let mut rest = parser.raw_args().map_err(|e| Misuse::with(HTTP, e.to_string()))?;
            rest.next_if(|word| !word.to_string_lossy().starts_with('-'))
        }
    };
    Ok(given.map_or_else(|| "127.0.0.1:8080".into(), |value| value.to_string_lossy().into_owned()))
}
