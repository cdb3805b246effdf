//! Session ids: 192 bits nobody can guess; with a shared secret, the session's own content beside them, sealed.

use crate::Error;
use crate::era::legacy::Session;
use crate::handler::context::ClientDeclaration;
use crate::jsonrpc::decode;
use crate::protocol::{ClientCapabilities, Implementation, ProtocolVersion};
use crate::seal::now;
use crate::server::handle::Shared;
use serde::{Deserialize, Serialize};

const PURPOSE: &str = "Mcp-Session-Id";

/// The longest content of a sealed id, in bytes. A client that says more of itself is known to one replica only.
const LONGEST: usize = 1024;

/// What a sealed id says.
#[derive(Serialize, Deserialize)]
pub(crate) struct Sealed {
    key: Box<str>,
    version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<Implementation>,
    capabilities: ClientCapabilities,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    principal: Option<String>,
    /// In seconds since 1970.
    expires: u64,
}

/// What a session is found by.
pub(crate) fn fresh_key() -> Result<Box<str>, Error> {
    Ok(crate::seal::base64url(&crate::seal::random::<24>()?).into())
}

/// The id of a session that begins.
pub(crate) fn of(key: &str, session: &Session, principal: Option<&str>, server: &Shared) -> Box<str> {
    if !server.secret.is_shared {
        return key.into();
    }
    let client = session.client();
    let ClientCapabilities { roots, sampling, elicitation, .. } = client.capabilities.clone();
    let sealed = Sealed {
        key: key.into(),
        version: session.version().as_str().into(),
        client: client.info.clone(),
        capabilities: ClientCapabilities { roots, sampling, elicitation, ..ClientCapabilities::default() },
        principal: principal.map(str::to_owned),
        expires: now().saturating_add(server.limits.session_life.as_secs()),
    };
    let mut payload = Vec::new();
    crate::jsonrpc::encode::write_json(&mut payload, &sealed);
    if payload.len() > LONGEST { key.into() } else { server.secret.seal(PURPOSE, &payload).into() }
}

/// What an id says that was sealed, here or by another replica, and is still good.
pub(crate) fn open(id: &str, server: &Shared) -> Option<Sealed> {
    if !server.secret.is_shared {
        return None;
    }
    let sealed: Sealed = decode::read(&server.secret.open(PURPOSE, id)?)?;
    (sealed.expires >= now()).then_some(sealed)
}

impl Sealed {
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn is_of(&self, principal: Option<&str>) -> bool {
        self.principal.as_deref() == principal
    }

    /// The session that was agreed on, as it was when it began.
    pub(crate) fn into_session(self) -> Option<(Box<str>, Session)> {
        let version = ProtocolVersion::parse(&self.version).filter(|version| !version.is_modern())?;
        let client = ClientDeclaration { info: self.client, capabilities: self.capabilities };
        Some((self.key, Session::restored(version, client)))
    }
}

#[cfg(test)]
mod tests {
    use super::{fresh_key, of, open};
    use crate::era::legacy::Session;
    use crate::protocol::ProtocolVersion;
    use crate::seal::clock::step;
    use crate::{Limits, Server};
    use std::time::Duration;

    /// A clock that is set back or forth is one that was wrong: an id that expired is good again when it was right after
    /// all. A session that is known does not expire by this clock, and its id does.
    #[test]
    fn the_clock_steps() {
        let limits = Limits::default().session_life(Duration::from_secs(3600));
        let server = Server::empty().secret("a secret of many bytes").limits(limits).build().expect("it starts");
        let server = &server.shared;
        let key = fresh_key().expect("random bytes");
        let id = of(&key, &Session::of(ProtocolVersion::V2025_11_25), None, server);
        for (seconds, good) in
            [(-7200, true), (3590, true), (3700, false), (i64::MAX, false), (i64::MIN, true), (0, true)]
        {
            step(seconds);
            assert_eq!(open(&id, server).is_some(), good, "{seconds} s");
            let fresh = of(&key, &Session::of(ProtocolVersion::V2025_11_25), None, server);
            assert!(open(&fresh, server).is_some(), "{seconds} s");
        }
    }
}
