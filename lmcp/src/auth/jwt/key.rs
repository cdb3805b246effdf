//! [`Key`]: a public key of an issuer's, and the signatures it verifies. RFC 7517, RFC 7518, RFC 8037.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm};
use serde_json::Value;

/// The algorithms that tokens may be signed by: those whose private keys only the issuer has.
///
/// ```
/// use lmcp::auth::{Algorithm, Auth};
///
/// let auth = Auth::jwt("https://id.example.com", "https://mcp.example.com/mcp").algorithms([Algorithm::ES256]);
/// # let server = lmcp::Server::empty().auth(auth);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSA PKCS #1 with SHA-256.
    RS256,
    /// RSA PKCS #1 with SHA-384.
    RS384,
    /// RSA PKCS #1 with SHA-512.
    RS512,
    /// RSA PSS with SHA-256.
    PS256,
    /// RSA PSS with SHA-384.
    PS384,
    /// RSA PSS with SHA-512.
    PS512,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// Ed25519.
    EdDSA,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Algorithm; 9] = [
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::EdDSA,
    ];

    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::RS256,
            "RS384" => Self::RS384,
            "RS512" => Self::RS512,
            "PS256" => Self::PS256,
            "PS384" => Self::PS384,
            "PS512" => Self::PS512,
            "ES256" => Self::ES256,
            "ES384" => Self::ES384,
            // RFC 9864 calls it by the curve.
            "EdDSA" | "Ed25519" => Self::EdDSA,
            _ => return None,
        })
    }

    fn scheme(self) -> Scheme {
        match self {
            Self::RS256 => Scheme::Rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
            Self::RS384 => Scheme::Rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
            Self::RS512 => Scheme::Rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
            Self::PS256 => Scheme::Rsa(&signature::RSA_PSS_2048_8192_SHA256),
            Self::PS384 => Scheme::Rsa(&signature::RSA_PSS_2048_8192_SHA384),
            Self::PS512 => Scheme::Rsa(&signature::RSA_PSS_2048_8192_SHA512),
            Self::ES256 => Scheme::Curve("P-256", &signature::ECDSA_P256_SHA256_FIXED),
            Self::ES384 => Scheme::Curve("P-384", &signature::ECDSA_P384_SHA384_FIXED),
            Self::EdDSA => Scheme::Curve("Ed25519", &signature::ED25519),
        }
    }
}

enum Scheme {
    Rsa(&'static RsaParameters),
    Curve(&'static str, &'static dyn VerificationAlgorithm),
}

/// A key to verify signatures with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    id: Option<String>,
    /// The only algorithm it is for, if it says so.
    algorithm: Option<Algorithm>,
    material: Material,
}

#[derive(Clone, Debug, PartialEq)]
enum Material {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// A curve's name, and a point as ring takes it.
    Curve(&'static str, Vec<u8>),
}

impl Key {
    /// Reads one out of a key set; `None` if it is for something else, or of a kind that is unknown.
    pub(super) fn of(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let number = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let operations = jwk.get("key_ops").and_then(Value::as_array);
        if operations.is_some_and(|operations| !operations.iter().any(|one| one == "verify")) {
            return None;
        }
        let material = match (text("kty")?, text("crv")) {
            ("RSA", _) => Material::Rsa { n: trimmed(number("n")?), e: trimmed(number("e")?) },
            ("EC", Some("P-256")) => Material::Curve("P-256", point(&number("x")?, &number("y")?, 32)?),
            ("EC", Some("P-384")) => Material::Curve("P-384", point(&number("x")?, &number("y")?, 48)?),
            ("OKP", Some("Ed25519")) => Material::Curve("Ed25519", number("x").filter(|x| x.len() == 32)?),
            _ => return None,
        };
        let algorithm = match text("alg") {
            None => None,
            Some(name) => Some(Algorithm::parse(name)?),
        };
        Some(Key { id: text("kid").map(str::to_owned), algorithm, material })
    }

    /// Whether it is the one of this id, if there is one, and can verify signatures by the algorithm.
    pub(super) fn is_for(&self, algorithm: Algorithm, id: Option<&str>) -> bool {
        let of_kind = match (&self.material, algorithm.scheme()) {
            (Material::Rsa { .. }, Scheme::Rsa(_)) => true,
            (Material::Curve(curve, _), Scheme::Curve(wanted, _)) => *curve == wanted,
            _ => false,
        };
        of_kind && self.algorithm.is_none_or(|only| only == algorithm) && (id.is_none() || id == self.id.as_deref())
    }

    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (&self.material, algorithm.scheme()) {
            (Material::Rsa { n, e }, Scheme::Rsa(parameters)) => {
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok()
            }
            (Material::Curve(curve, point), Scheme::Curve(wanted, algorithm)) if *curve == wanted => {
                UnparsedPublicKey::new(algorithm, point).verify(message, signature).is_ok()
            }
            _ => false,
        }
    }
}

/// ring refuses numbers that begin with zeros, which some issuers write.
fn trimmed(number: Vec<u8>) -> Vec<u8> {
    number.into_iter().skip_while(|byte| *byte == 0).collect()
}

/// An uncompressed point.
fn point(x: &[u8], y: &[u8], size: usize) -> Option<Vec<u8>> {
    (x.len() == size && y.len() == size).then(|| [&[4], x, y].concat())
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, Key};
    use serde_json::{Value, json};

    /// RFC 8037 appendix A.
    fn ed25519() -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" })
    }

    #[test]
    fn the_rfcs_example() {
        let key = Key::of(&ed25519()).expect("a key");
        let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        use base64::Engine as _;
        let signature = super::URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        assert!(key.is_for(Algorithm::EdDSA, Some("a")) && key.is_for(Algorithm::EdDSA, None));
        assert!(key.verifies(Algorithm::EdDSA, message, &signature));
        assert!(!key.verifies(Algorithm::EdDSA, b"another message", &signature));
        for other in [Algorithm::ES256, Algorithm::ES384, Algorithm::RS256] {
            assert!(!key.is_for(other, Some("a")) && !key.verifies(other, message, &signature), "{other:?}");
        }
        assert!(!key.is_for(Algorithm::EdDSA, Some("b")));
    }

    #[test]
    fn keys_for_something_else() {
        for (name, value) in [
            ("use", json!("enc")),
            ("key_ops", json!(["sign"])),
            ("alg", json!("RSA-OAEP")),
            ("alg", json!("HS256")),
            ("kty", json!("oct")),
            ("crv", json!("X25519")),
            ("x", json!("AA")),
            ("x", json!("!")),
        ] {
            let mut jwk = ed25519();
            jwk[name] = value;
            assert_eq!(Key::of(&jwk), None, "{jwk}");
        }
        for (name, value) in [("use", json!("sig")), ("key_ops", json!(["verify"])), ("alg", json!("EdDSA"))] {
            let mut jwk = ed25519();
            jwk[name] = value;
            assert!(Key::of(&jwk).is_some(), "{jwk}");
        }
        let only = Key::of(&json!({ "kty": "RSA", "n": "AAEC", "e": "AQAB", "alg": "PS256" })).expect("a key");
        assert!(only.is_for(Algorithm::PS256, None) && !only.is_for(Algorithm::RS256, None));
    }

    #[test]
    fn names() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::parse(&format!("{algorithm:?}")), Some(algorithm));
        }
        for other in ["none", "None", "HS256", "HS384", "HS512", "rs256", "ES512", "ES256K", ""] {
            assert_eq!(Algorithm::parse(other), None, "{other}");
        }
    }
}
