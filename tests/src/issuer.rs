//! An authorization server, as far as servers that take its tokens see it: metadata, keys, outages, tokens.

use crate::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding,
    RsaKeyPair,
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::{TlsAcceptor, rustls};

/// Whom the tokens are for unless a test says something else.
pub const AUDIENCE: &str = "https://mcp.example.com/mcp";

/// How an issuer behaves that is asked for something.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Mood {
    /// As it should.
    #[default]
    Well,
    /// It answers 500.
    Broken,
    /// It takes connections and says nothing until it behaves in another way.
    Silent,
    /// Its keys are followed by this many spaces.
    Huge(usize),
    /// It answers this document for its keys.
    Keys(Value),
    /// It says that it is somebody else.
    Issuer(String),
    /// It says that its keys are there.
    KeysAt(String),
    /// It has no metadata but at this path.
    OnlyAt(&'static str),
}

/// An authorization server on a port of its own. It ends with its test.
pub struct Issuer {
    /// What tokens have in `iss`.
    pub url: String,
    state: Arc<Mutex<State>>,
    serving: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    url: String,
    mood: Mood,
    keys: Vec<Value>,
    asked: Vec<String>,
    /// It behaves in another way.
    changed: Arc<Notify>,
}

impl State {
    /// What is at this path; `None` where it says nothing.
    fn document(&self, path: &str) -> Option<(u16, String)> {
        let State { url, mood, keys, .. } = self;
        let origin = url.split('/').take(3).collect::<Vec<_>>().join("/");
        let rest = url.strip_prefix(&origin).unwrap_or_default().trim_end_matches('/');
        let is_metadata = match mood {
            Mood::OnlyAt(at) => path == *at,
            _ => path == format!("/.well-known/oauth-authorization-server{rest}"),
        };
        let keys = || json!({ "keys": keys }).to_string();
        Some(match mood {
            Mood::Silent => return None,
            Mood::Broken => (500, "out of order".to_owned()),
            _ if is_metadata => {
                let issuer = if let Mood::Issuer(other) = mood { other } else { url };
                let keys = if let Mood::KeysAt(other) = mood { other.clone() } else { format!("{origin}/keys") };
                (200, json!({ "issuer": issuer, "jwks_uri": keys }).to_string())
            }
            Mood::Keys(instead) if path == "/keys" => (200, instead.to_string()),
            Mood::Huge(spaces) if path == "/keys" => (200, keys() + &" ".repeat(*spaces)),
            _ if path == "/keys" => (200, keys()),
            _ => (404, "nothing is here".to_owned()),
        })
    }
}

impl Issuer {
    /// Starts one with these keys, whose URL ends in this path.
    ///
    /// # Panics
    ///
    /// When no port is free.
    pub async fn start(path: &str, keys: &[&Key]) -> Self {
        Self::start_as(path, keys, None).await
    }

    /// The same over TLS, as `localhost`; gives its certificate too, as PEM.
    ///
    /// # Panics
    ///
    /// When no port is free.
    pub async fn start_secure(path: &str, keys: &[&Key]) -> (Self, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .expect("they fit");
        (Self::start_as(path, keys, Some(TlsAcceptor::from(Arc::new(config)))).await, made.cert.pem())
    }

    async fn start_as(path: &str, keys: &[&Key], tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let url = match tls {
            None => format!("http://{address}{path}"),
            Some(_) => format!("https://localhost:{}{path}", address.port()),
        };
        let state = Arc::new(Mutex::new(State { url: url.clone(), ..State::default() }));
        let shared = state.clone();
        let serving = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (tls, shared) = (tls.clone(), shared.clone());
                tokio::spawn(async move {
                    match tls {
                        None => answer(socket, shared).await,
                        // Whoever does not trust it hangs up.
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(socket).await {
                                answer(stream, shared).await;
                            }
                        }
                    }
                });
            }
        });
        let issuer = Issuer { url, state, serving };
        issuer.publish(keys);
        issuer
    }

    /// Has these keys from now on.
    pub fn publish(&self, keys: &[&Key]) {
        self.lock().keys = keys.iter().map(|key| key.public()).collect();
    }

    /// Behaves like this from now on.
    pub fn be(&self, mood: Mood) {
        let mut state = self.lock();
        state.mood = mood;
        state.changed.notify_waiters();
    }

    /// The paths it was asked for so far.
    pub fn asked(&self) -> Vec<String> {
        self.lock().asked.clone()
    }

    /// How often it was asked for its keys.
    pub fn key_fetches(&self) -> usize {
        self.lock().asked.iter().filter(|path| *path == "/keys").count()
    }

    /// The claims of a good token.
    pub fn claims(&self) -> Value {
        let now = now();
        json!({
            "iss": self.url, "sub": "ana", "aud": AUDIENCE, "exp": now + 3600, "iat": now, "nbf": now,
            "scope": "files:read files:write", "client_id": "test",
        })
    }

    /// The same, with other values for some of them; `null` leaves one out.
    pub fn claims_with(&self, change: Value) -> Value {
        let mut claims = self.claims();
        for (name, value) in change.as_object().into_iter().flatten() {
            claims[name] = value.clone();
            if value.is_null() {
                claims.as_object_mut().expect("an object").remove(name);
            }
        }
        claims
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panicked")
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Seconds since 1970.
///
/// # Panics
///
/// Before 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("later than 1970").as_secs()
}

async fn answer(mut socket: impl AsyncRead + AsyncWrite + Unpin, state: Arc<Mutex<State>>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match socket.read_buf(&mut request).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    state.lock().expect("nobody panicked").asked.push(path.clone());
    let (status, body) = loop {
        let (document, changed) = {
            let state = state.lock().expect("nobody panicked");
            (state.document(&path), state.changed.clone().notified_owned())
        };
        match document {
            Some(document) => break document,
            None => changed.await,
        }
    };
    let head = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _gone = socket.write_all((head + &body).as_bytes()).await;
    let _gone = socket.shutdown().await;
}

/// A private key, and the id by which tokens name it.
pub struct Key {
    id: String,
    pair: Pair,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Key {
    /// The RSA key of all tests: making one takes seconds.
    ///
    /// # Panics
    ///
    /// When its file is none.
    pub fn rsa(id: &str) -> Self {
        let pem: String = include_str!("../keys/rsa.pem").lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(pem).expect("base64");
        Key { id: id.into(), pair: Pair::Rsa(Box::new(RsaKeyPair::from_pkcs8(&der).expect("a key"))) }
    }

    /// A new key on the curve P-256.
    ///
    /// # Panics
    ///
    /// Never.
    pub fn p256(id: &str) -> Self {
        let random = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_ref(), &random);
        Key { id: id.into(), pair: Pair::P256(pair.expect("a key")) }
    }

    /// A new key on the curve P-384.
    ///
    /// # Panics
    ///
    /// Never.
    pub fn p384(id: &str) -> Self {
        let random = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, der.as_ref(), &random);
        Key { id: id.into(), pair: Pair::P384(pair.expect("a key")) }
    }

    /// A new Ed25519 key.
    ///
    /// # Panics
    ///
    /// Never.
    pub fn ed25519(id: &str) -> Self {
        let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
        Key { id: id.into(), pair: Pair::Ed25519(Ed25519KeyPair::from_pkcs8(der.as_ref()).expect("a key")) }
    }

    /// Its public half, as a key set has it.
    pub fn public(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let curve = |pair: &EcdsaKeyPair, name: &str| {
            let (x, y) = pair.public_key().as_ref()[1..].split_at(pair.public_key().as_ref().len() / 2);
            json!({ "kty": "EC", "crv": name, "x": text(x), "y": text(y) })
        };
        let mut key = match &self.pair {
            Pair::Rsa(pair) => {
                let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(pair.public());
                json!({ "kty": "RSA", "n": text(&n), "e": text(&e), "use": "sig" })
            }
            Pair::P256(pair) => curve(pair, "P-256"),
            Pair::P384(pair) => curve(pair, "P-384"),
            Pair::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref()) })
            }
        };
        key["kid"] = self.id.as_str().into();
        key
    }

    /// A token with these claims, signed by this algorithm.
    pub fn token(&self, algorithm: &str, claims: &Value) -> String {
        self.token_with(json!({ "alg": algorithm, "kid": self.id, "typ": "at+jwt" }), algorithm, claims)
    }

    /// The same with a header of the test's own.
    ///
    /// # Panics
    ///
    /// When the key cannot sign by the algorithm.
    pub fn token_with(&self, header: Value, algorithm: &str, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature = self.sign(algorithm, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match (&self.pair, algorithm) {
            (Pair::Rsa(pair), _) => {
                let encoding: &'static dyn RsaEncoding = match algorithm {
                    "RS256" => &RSA_PKCS1_SHA256,
                    "RS384" => &RSA_PKCS1_SHA384,
                    "RS512" => &RSA_PKCS1_SHA512,
                    "PS256" => &RSA_PSS_SHA256,
                    "PS384" => &RSA_PSS_SHA384,
                    "PS512" => &RSA_PSS_SHA512,
                    other => panic!("no RSA algorithm: {other}"),
                };
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(encoding, &random, message, &mut signature).expect("signed");
                signature
            }
            (Pair::P256(pair), "ES256") | (Pair::P384(pair), "ES384") => {
                pair.sign(&random, message).expect("signed").as_ref().to_vec()
            }
            (Pair::Ed25519(pair), "EdDSA" | "Ed25519") => pair.sign(message).as_ref().to_vec(),
            (_, other) => panic!("the key cannot sign by {other}"),
        }
    }
}

impl Request {
    /// With this bearer token.
    #[must_use]
    pub fn by(self, token: &str) -> Self {
        self.with("Authorization", &format!("Bearer {token}"))
    }
}
