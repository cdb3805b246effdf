//! A token's three parts, read and not yet believed. RFC 7515 section 7.1, RFC 7519.

use super::Algorithm;
use crate::jsonrpc::decode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// A token, as far as it says itself.
#[derive(Debug)]
pub(super) struct Token<'a> {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    /// What the signature is over.
    signed: &'a [u8],
    signature: Vec<u8>,
}

impl<'a> Token<'a> {
    /// Reads one; the error says in a few words what is wrong.
    pub(super) fn parse(token: &'a [u8]) -> Result<Self, &'static str> {
        let mut parts = token.split(|b| *b == b'.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err("it has not three parts");
        };
        let signed = token.get(..header.len() + 1 + claims.len()).unwrap_or_default();
        Ok(Token {
            header: object(header).ok_or("its header is no JSON object in base64url")?,
            claims: object(claims).ok_or("its claims are no JSON object in base64url")?,
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).map_err(|_| "its signature is not base64url")?,
        })
    }

    pub(super) fn issuer(&self) -> Option<&str> {
        self.claims.get("iss")?.as_str()
    }

    pub(super) fn algorithm(&self) -> Option<Algorithm> {
        Algorithm::parse(self.header.get("alg")?.as_str()?)
    }

    pub(super) fn key_id(&self) -> Option<&str> {
        self.header.get("kid")?.as_str()
    }

    /// Refuses what is signed for something else than access, or in a way that has to be understood and is not.
    pub(super) fn check_header(&self) -> Result<(), &'static str> {
        if self.header.contains_key("crit") {
            return Err("the token's header has extensions that are unknown here");
        }
        if self.header.get("kid").is_some_and(|kid| !kid.is_string()) {
            return Err("the token's `kid` is no string");
        }
        match self.header.get("typ").map(|typ| typ.as_str().unwrap_or_default().to_ascii_lowercase()).as_deref() {
            None | Some("jwt" | "at+jwt" | "application/jwt" | "application/at+jwt") => Ok(()),
            Some(_) => Err("the token is no access token, by its `typ`"),
        }
    }

    pub(super) fn signed(&self) -> &[u8] {
        self.signed
    }
    pub(super) fn signature(&self) -> &[u8] {
        &self.signature
    }
    pub(super) fn into_claims(self) -> Map<String, Value> {
        self.claims
    }
}

fn object(part: &[u8]) -> Option<Map<String, Value>> {
    decode::read(&URL_SAFE_NO_PAD.decode(part).ok()?)
}

#[cfg(test)]
mod tests {
    use super::Token;
    use proptest::prelude::*;

    #[test]
    fn what_is_none() {
        for (token, why) in [
            ("", "three parts"),
            ("a.b", "three parts"),
            ("e30.e30.AA.AA", "three parts"),
            ("e30=.e30.AA", "header"),
            ("W10.e30.AA", "header"),
            ("e30.!.AA", "claims"),
            ("e30.e30.A", "signature"),
        ] {
            let error = Token::parse(token.as_bytes()).expect_err(token);
            assert!(error.contains(why), "{token}: {error}");
        }
        assert_eq!(Token::parse(b"e30.e30.AA").expect("three parts").signed(), b"e30.e30");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(token in ".{0,80}", header in "[{}\":a-z0-9,\\[\\]]{0,40}") {
            use base64::Engine as _;
            let _read_or_not = Token::parse(token.as_bytes());
            let header = super::URL_SAFE_NO_PAD.encode(header);
            let _read_or_not = Token::parse(format!("{header}.{header}.{header}").as_bytes());
        }
    }
}
