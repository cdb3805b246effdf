//! 2024-11-05 to 2025-11-25: `initialize`, and the session it opens.

use super::{Era, Request, Surroundings, unknown_method};
use crate::ask::requests::{Line, Outlet, Requests, Waits};
use crate::ask::{Asks, Unanswered};
use crate::auth::access::Access;
use crate::dispatch::{no_resource, not_offered};
use crate::handler::Context;
use crate::handler::context::{ClientDeclaration, ClientSource};
use crate::handler::log::LogThreshold;
use crate::jsonrpc::encode::NoId;
use crate::jsonrpc::{ErrorObject, Id, Raw};
use crate::outcome::Outcome;
use crate::protocol::method::Method;
use crate::protocol::params::{Params, required_string, typed};
use crate::protocol::{Level, ProtocolVersion};
use crate::registry::Catalog;
use crate::registry::catalog::Found;
use crate::server::handle::Shared;
use crate::server::limits::Limits;
use crate::server::subscribers::{Filter, Subscriber};
use crate::traced::Asked;
use serde::Deserialize;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What one client and this server agreed on, and what the client asked for since.
pub(crate) struct Session {
    agreed: Mutex<Agreed>,
    level: Arc<AtomicU8>,
    initialized: AtomicBool,
    /// What the client was asked and has not answered yet; made when something may be.
    requests: OnceLock<Arc<Requests>>,
    /// The client's subscriptions and the changes it has yet to be told.
    pub(crate) subscriber: Arc<Subscriber>,
}

#[derive(Clone, Default)]
struct Agreed {
    version: Option<ProtocolVersion>,
    client: Arc<ClientDeclaration>,
}

/// Log messages go out from this level on until the client says otherwise.
const DEFAULT_LEVEL: Level = Level::Warning;

impl Session {
    pub(crate) fn new() -> Self {
        Session {
            agreed: Mutex::default(),
            level: Arc::new(AtomicU8::new(DEFAULT_LEVEL as u8)),
            initialized: AtomicBool::new(false),
            requests: OnceLock::new(),
            subscriber: Subscriber::new(Filter::default()),
        }
    }

    /// A session without a handshake, for a client that names a revision and nothing else.
    #[cfg(feature = "http")]
    pub(crate) fn of(version: ProtocolVersion) -> Self {
        let session = Self::new();
        session.agreed.lock().unwrap_or_else(PoisonError::into_inner).version = Some(version);
        session
    }

    /// A session that began elsewhere, whose client has long been ready.
    #[cfg(feature = "http")]
    pub(crate) fn restored(version: ProtocolVersion, client: ClientDeclaration) -> Self {
        let session = Self::of(version);
        session.agreed.lock().unwrap_or_else(PoisonError::into_inner).client = Arc::new(client);
        session.initialized();
        session
    }

    /// Who the client says it is, and what it can do.
    #[cfg(feature = "http")]
    pub(crate) fn client(&self) -> Arc<ClientDeclaration> {
        self.agreed().client
    }

    /// Whether the client said that it is ready.
    pub(crate) fn is_initialized(&self) -> bool {
        self.initialized.load(Ordering::Acquire)
    }

    fn agreed(&self) -> Agreed {
        self.agreed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn agreed_version(&self) -> Option<ProtocolVersion> {
        self.agreed.lock().unwrap_or_else(PoisonError::into_inner).version
    }

    /// The revision that was agreed on; the newest legacy one for a client that skipped `initialize`.
    pub(crate) fn version(&self) -> ProtocolVersion {
        self.agreed_version().unwrap_or(ProtocolVersion::LATEST_LEGACY)
    }

    /// Whether a JSON array may be a batch here.
    pub(crate) fn has_batches(&self) -> bool {
        self.agreed_version().is_some_and(ProtocolVersion::has_batches)
    }

    /// How an error without an id is spelled here.
    pub(crate) fn no_id(&self) -> NoId {
        let null = self.agreed_version().is_some_and(ProtocolVersion::has_null_error_id);
        if null { NoId::Null } else { NoId::Omitted }
    }

    /// `initialize`: agrees on a revision and begins anew.
    pub(crate) fn initialize(&self, params: &Params<'_>, limits: &Limits) -> Result<Outcome, ErrorObject> {
        let requested = required_string(params.protocol_version, "params.protocolVersion")?;
        let version = ProtocolVersion::parse(&requested).filter(|version| !version.is_modern());
        let said: usize =
            [params.capabilities, params.client_info].into_iter().flatten().map(|raw| raw.get().len()).sum();
        let limit = limits.client_bytes;
        if said > limit {
            return Err(ErrorObject::invalid_params(format!(
                "`params.clientInfo` and `params.capabilities` take {said} bytes, of {limit} at most (the server's limit \
                 `client_bytes`)"
            )));
        }
        let capabilities = params.capabilities.map(|raw| typed(raw, "params.capabilities")).transpose()?;
        let info = params.client_info.map(|raw| typed(raw, "params.clientInfo")).transpose()?;
        let client = ClientDeclaration { info, capabilities: capabilities.unwrap_or_default() };
        *self.agreed.lock().unwrap_or_else(PoisonError::into_inner) =
            Agreed { version: Some(version.unwrap_or(ProtocolVersion::LATEST_LEGACY)), client: Arc::new(client) };
        self.level.store(DEFAULT_LEVEL as u8, Ordering::Relaxed);
        self.subscriber.adjust(|filter| *filter = Filter::default());
        self.requests().forget_roots();
        Ok(Outcome::Handshake)
    }

    /// `notifications/initialized`: from now on changes are told. `true` the first time.
    pub(crate) fn initialized(&self) -> bool {
        self.subscriber.adjust(|filter| {
            filter.tools = true;
            filter.prompts = true;
            filter.resources = true;
        });
        !self.initialized.swap(true, Ordering::AcqRel)
    }

    /// The methods that are about the session itself; `None` for all others.
    pub(crate) fn answer(
        &self,
        method: Method,
        params: &Params<'_>,
        catalog: &Catalog,
        access: &Access,
        server: &Shared,
        asked: Asked<'_>,
    ) -> Option<Result<Outcome, ErrorObject>> {
        let advertised = match method {
            Method::SetLevel => server.kinds().logging,
            Method::Subscribe | Method::Unsubscribe => server.kinds().resources,
            _ => true,
        };
        if !advertised {
            return Some(asked.at_once(|| Err(not_offered(method))));
        }
        let about = Asked { item: params.uri, ..asked };
        Some(match method {
            Method::Initialize => asked.at_once(|| self.initialize(params, &server.limits)),
            Method::SetLevel => asked.at_once(|| self.set_level(params)),
            Method::Subscribe => about.at_once(|| self.subscribe(params, catalog, access, server)),
            Method::Unsubscribe => about.at_once(|| {
                let uri = required_string(params.uri, "params.uri")?;
                self.subscriber.adjust(|filter| filter.unsubscribe(&uri));
                Ok(Outcome::Empty)
            }),
            _ => return None,
        })
    }

    fn set_level(&self, params: &Params<'_>) -> Result<Outcome, ErrorObject> {
        let level = super::level(&required_string(params.level, "params.level")?, "params.level")?;
        self.level.store(level as u8, Ordering::Relaxed);
        Ok(Outcome::Empty)
    }

    fn subscribe(
        &self,
        params: &Params<'_>,
        catalog: &Catalog,
        access: &Access,
        server: &Shared,
    ) -> Result<Outcome, ErrorObject> {
        let uri = required_string(params.uri, "params.uri")?;
        let found = catalog.read(&uri);
        if !matches!(found, Found::Resource(_) | Found::Template(..)) {
            return Err(no_resource(&uri, &found, catalog, access, self.version()));
        }
        self.subscriber.adjust(|filter| filter.subscribe(uri.into_owned(), &server.limits)).map(|()| Outcome::Empty)
    }

    fn requests(&self) -> &Arc<Requests> {
        self.requests.get_or_init(Arc::default)
    }

    /// `notifications/roots/list_changed`.
    pub(crate) fn roots_changed(&self) {
        self.requests().forget_roots();
    }

    /// Takes the client's answer to a question; `false` when nothing waits for it.
    pub(crate) fn take_answer(&self, id: Option<&Id>, outcome: Result<Raw<'_>, Raw<'_>>) -> bool {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Refusal {
            code: i64,
            message: String,
        }
        let reply = match outcome {
            Ok(result) => serde_json::from_str(result.get()).map_err(|e| Unanswered::Invalid(e.to_string())),
            Err(error) => {
                let Refusal { code, message } = serde_json::from_str(error.get()).unwrap_or_default();
                Err(Unanswered::Refused { code, message })
            }
        };
        id.is_some_and(|id| self.requests().answer(id, reply))
    }

    /// The context of a request in this session, whose questions go where `outlet` says.
    pub(crate) fn context(
        &self,
        request: &Request<'_>,
        surroundings: Surroundings,
        outlet: Outlet,
    ) -> Result<Context, ErrorObject> {
        let agreed = self.agreed();
        let asks = if Method::parse(request.method).is_some_and(Method::can_ask) {
            Asks::Requests(Line { requests: self.requests().clone(), outlet, waits: Waits::default() })
        } else {
            Asks::Nobody("nobody can be asked during a request of this kind")
        };
        let version = agreed.version.unwrap_or(ProtocolVersion::LATEST_LEGACY);
        let log = LogThreshold::Session(self.level.clone());
        surroundings.context(request, version, asks, ClientSource::Session(agreed.client), log)
    }
}

/// The method, if it exists in this era.
pub(crate) fn method(name: &str) -> Result<Method, ErrorObject> {
    match Method::parse(name) {
        Some(method) if !method.is_only_modern() => Ok(method),
        _ => Err(unknown_method(name, Era::Legacy)),
    }
}
