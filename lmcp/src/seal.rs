//! What a client carries for the server: the client can read it, but cannot change it.
//!
//! A sealed text is `payload.mac`, both base64url. Whoever has the same [`Secret`] can open it: another replica, or this
//! program after a restart.

use crate::Error;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac_sha256::{HMAC, Hash};
use std::time::{SystemTime, UNIX_EPOCH};

/// What seals are made with.
pub(crate) struct Secret {
    key: [u8; 32],
    /// The program or its environment gave it, so that others may have it too.
    #[cfg_attr(not(feature = "http"), allow(dead_code, reason = "only sessions over HTTP outlive a process"))]
    pub(crate) is_shared: bool,
}

/// The fewest bytes of a secret that is worth its name.
const SHORTEST: usize = 16;

impl Secret {
    /// One that dies with the process.
    pub(crate) fn random() -> Result<Self, Error> {
        Ok(Secret { key: random()?, is_shared: false })
    }

    /// One that others have too.
    ///
    /// # Errors
    ///
    /// When it is too short to be one.
    pub(crate) fn shared(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() < SHORTEST {
            return Err(Error::setup(format!(
                "the secret has {} bytes; give it at least {SHORTEST}, for example what `openssl rand -hex 32` prints",
                bytes.len()
            )));
        }
        Ok(Secret { key: Hash::hash(bytes), is_shared: true })
    }

    /// The one in the environment variable `LMCP_SECRET`, if it is set.
    ///
    /// # Errors
    ///
    /// When the variable holds no secret: one was meant, and none is there.
    pub(crate) fn from_environment() -> Result<Option<Self>, Error> {
        match std::env::var_os("LMCP_SECRET") {
            None => Ok(None),
            Some(text) => match Secret::shared(text.as_encoded_bytes()) {
                Ok(secret) => Ok(Some(secret)),
                Err(e) => Err(Error::setup(format!("the environment variable LMCP_SECRET: {e}"))),
            },
        }
    }

    /// The same for one server only: several that share a secret do not take each other's seals.
    pub(crate) fn of_server(self, name: &str) -> Self {
        Secret { key: HMAC::mac(name.as_bytes(), self.key), ..self }
    }

    fn mac(&self, purpose: &str, payload: &[u8]) -> [u8; 32] {
        let mut mac = HMAC::new(self.key);
        mac.update(purpose.as_bytes());
        mac.update([0]);
        mac.update(payload);
        mac.finalize()
    }

    /// Seals a payload for one purpose.
    pub(crate) fn seal(&self, purpose: &str, payload: &[u8]) -> String {
        let mut sealed = URL_SAFE_NO_PAD.encode(payload);
        sealed.push('.');
        URL_SAFE_NO_PAD.encode_string(self.mac(purpose, payload), &mut sealed);
        sealed
    }

    /// The payload, if it was sealed with this secret and for this purpose.
    pub(crate) fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let (payload, mac) = sealed.split_once('.')?;
        let (payload, mac) = (URL_SAFE_NO_PAD.decode(payload).ok()?, URL_SAFE_NO_PAD.decode(mac).ok()?);
        is_same(&mac, &self.mac(purpose, &payload)).then_some(payload)
    }
}

/// The secret is not shown.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The time that seals expire by: seconds since 1970.
pub(crate) fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    #[cfg(test)]
    let now = now.saturating_add_signed(clock::STEP.get());
    now
}

/// Bytes nobody can guess.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(e) => Err(Error::setup(format!("the system gives no random bytes: {e}"))),
    }
}

/// Bytes as text that can stand in a URL, a header or a file's name.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A short digest that stands for a text without telling it.
pub(crate) fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Hash::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    URL_SAFE_NO_PAD.encode(hash.finalize().get(..16).unwrap_or_default())
}

/// Whether both are the same. The time it takes says nothing about their content.
pub(crate) fn is_same(given: &[u8], expected: &[u8]) -> bool {
    let longest = given.len().max(expected.len());
    let mut difference = given.len() ^ expected.len();
    for at in 0..longest {
        let pair = (given.get(at).copied().unwrap_or(0), expected.get(at).copied().unwrap_or(0));
        difference |= usize::from(pair.0 ^ pair.1);
    }
    std::hint::black_box(difference) == 0
}

/// A clock that tests step.
#[cfg(test)]
pub(crate) mod clock {
    use std::cell::Cell;

    thread_local! {
        /// By how many seconds this thread's clock is off.
        pub(super) static STEP: Cell<i64> = const { Cell::new(0) };
    }

    /// Sets the clock off by so many seconds.
    pub(crate) fn step(seconds: i64) {
        STEP.set(seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::{Secret, digest};

    #[test]
    fn only_what_was_sealed_opens() {
        let secret = Secret::shared(b"0123456789abcdef").expect("long enough");
        let sealed = secret.seal("test", b"payload");
        assert_eq!(secret.open("test", &sealed).as_deref(), Some(&b"payload"[..]));
        assert_eq!(
            Secret::shared(b"0123456789abcdef").expect("long enough").open("test", &sealed).expect("sealed here"),
            b"payload"
        );
        assert_eq!(secret.open("another purpose", &sealed), None);
        assert_eq!(Secret::random().expect("random bytes").open("test", &sealed), None);
        let of_server = |name: &str| Secret::shared(b"0123456789abcdef").expect("long enough").of_server(name);
        let own = of_server("a").seal("test", b"payload");
        assert!(of_server("a").open("test", &own).is_some());
        assert_eq!(of_server("b").open("test", &own), None);
        assert_eq!(secret.open("test", &own), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(secret.open("test", &String::from_utf8(changed).expect("ASCII")), None, "at {at}");
            assert_eq!(secret.open("test", &sealed[..at]), None, "cut at {at}");
        }
        assert_eq!(secret.open("test", &format!("{sealed}-TAMPERED")), None);
        for odd in ["", ".", "..", "a.b", "é.é"] {
            assert_eq!(secret.open("test", odd), None, "{odd}");
        }
    }

    #[test]
    fn short_secrets_are_none() {
        assert!(Secret::shared(b"short").expect_err("too short").to_string().contains("5 bytes"));
    }

    #[test]
    fn parts_of_a_digest_do_not_run_into_each_other() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
    }
}
