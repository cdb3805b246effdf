//! 2026-07-28: stateless. What a request must carry, and the stream that `subscriptions/listen` opens.

use super::{Era, Request, Surroundings, unknown_method};
use crate::ask::Asks;
use crate::ask::rounds::Rounds;
use crate::auth::Principal;
use crate::auth::access::Access;
use crate::handler::Context;
use crate::handler::context::ClientSource;
use crate::handler::log::LogThreshold;
use crate::jsonrpc::{ErrorObject, Id, code, encode};
use crate::protocol::ProtocolVersion;
use crate::protocol::meta::{CLIENT_CAPABILITIES, LOG_LEVEL, PROTOCOL_VERSION, SUBSCRIPTION_ID};
use crate::protocol::method::Method;
use crate::protocol::params::{Params, RequestMeta, kind, string, typed};
use crate::protocol::shown::quoted;
use crate::registry::Catalog;
use crate::registry::catalog::Found;
use crate::server::handle::Shared;
use crate::server::subscribers::{Change, Filter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Checks a request's metadata in the order the specification gives: missing, then unsupported, then the method.
pub(crate) fn check(method: &str, meta: &RequestMeta<'_>) -> Result<(Method, ProtocolVersion), ErrorObject> {
    let version = supported(&required(meta)?)?;
    Ok((known(method)?, version))
}

/// What every request must carry; gives the revision it names.
pub(crate) fn required<'a>(meta: &RequestMeta<'a>) -> Result<Cow<'a, str>, ErrorObject> {
    let missing = |key: &str| ErrorObject::invalid_params(format!("`params._meta` lacks the required `{key}`"));
    let version = meta.protocol_version.ok_or_else(|| missing(PROTOCOL_VERSION))?;
    let version = string(version, "params._meta[\"io.modelcontextprotocol/protocolVersion\"]")?;
    let capabilities = meta.client_capabilities.ok_or_else(|| missing(CLIENT_CAPABILITIES))?;
    if !capabilities.get().starts_with('{') {
        return Err(ErrorObject::invalid_params(format!(
            "`params._meta[\"{CLIENT_CAPABILITIES}\"]` must be an object, not {}",
            kind(capabilities)
        )));
    }
    Ok(version)
}

/// The revision, if it is one of this era that we speak.
pub(crate) fn supported(version: &str) -> Result<ProtocolVersion, ErrorObject> {
    match ProtocolVersion::parse(version) {
        Some(version) if version.is_modern() => Ok(version),
        _ => Err(unsupported(version)),
    }
}

/// The method, if it exists in this era.
pub(crate) fn known(method: &str) -> Result<Method, ErrorObject> {
    match Method::parse(method) {
        Some(method) if !method.is_only_legacy() => Ok(method),
        _ => Err(unknown_method(method, Era::Modern)),
    }
}

fn unsupported(requested: &str) -> ErrorObject {
    let supported = ProtocolVersion::MODERN.map(ProtocolVersion::as_str);
    let legacy = ProtocolVersion::ALL.into_iter().filter(|version| !version.is_modern());
    let legacy: Vec<&str> = legacy.map(ProtocolVersion::as_str).collect();
    ErrorObject::new(
        code::UNSUPPORTED_PROTOCOL_VERSION,
        format!(
            "unsupported protocol version {}; this server speaks {} without `initialize`, and {} after it",
            quoted(requested),
            supported.join(", "),
            legacy.join(", ")
        ),
    )
    .with_data(json!({ "supported": supported, "requested": requested }))
}

/// The context of a request whose metadata was checked.
pub(crate) fn context(
    version: ProtocolVersion,
    request: &Request<'_>,
    surroundings: Surroundings,
) -> Result<Context, ErrorObject> {
    let Request { meta, message, .. } = request;
    let log = match meta.log_level {
        None => None,
        Some(raw) => {
            let path = format!("params._meta[\"{LOG_LEVEL}\"]");
            Some(super::level(&string(raw, &path)?, &path)?)
        }
    };
    let asks = asks(request, &surroundings.server, surroundings.principal.clone())?;
    let client = ClientSource::Request {
        info: meta.client_info.map(|raw| raw.kept(message)),
        capabilities: meta.client_capabilities.map(|raw| raw.kept(message)),
    };
    surroundings.context(request, version, asks, client, LogThreshold::Request(log))
}

/// How this call asks its client: with the answers that the request brings along.
fn asks(request: &Request<'_>, server: &Shared, principal: Option<Principal>) -> Result<Asks, ErrorObject> {
    let Request { method, params, message, .. } = request;
    if !Method::parse(method).is_some_and(Method::can_ask) {
        return Ok(Asks::Nobody("nobody can be asked during a request of this kind"));
    }
    // `null` holds no answers, so they are asked for again.
    let responses = params.input_responses.map(|raw| typed(raw, "params.inputResponses")).transpose()?;
    let state = params.request_state.map(|raw| string(raw, "params.requestState")).transpose()?;
    let message = (*message).clone();
    Rounds::open(message, principal, responses, state.as_deref(), &server.secret).map(Asks::Rounds)
}

/// `notifications` of a `subscriptions/listen` request, and of its acknowledgement.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
struct Wanted {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    tools_list_changed: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    prompts_list_changed: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    resources_list_changed: bool,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    resource_subscriptions: BTreeSet<String>,
}

/// Reads what a `subscriptions/listen` asks for and cuts it down to what the server offers to this caller.
pub(crate) fn filter(
    params: &Params<'_>,
    access: &Access,
    catalog: &Catalog,
    server: &Shared,
) -> Result<Filter, ErrorObject> {
    let raw = params.notifications.ok_or_else(|| ErrorObject::invalid_params("`params.notifications` is missing"))?;
    let wanted: Wanted = typed(raw, "params.notifications")?;
    if wanted.resource_subscriptions.len() > server.limits.subscriptions {
        return Err(ErrorObject::invalid_params(format!(
            "`params.notifications.resourceSubscriptions`: at most {} (the server's limit `subscriptions`)",
            server.limits.subscriptions
        )));
    }
    let kinds = server.kinds();
    let known = |uri: &String| match catalog.read(uri) {
        Found::Resource(resource) => access.has(resource.common.scopes),
        Found::Template(template, _) => access.has(template.common.scopes),
        Found::Refused(_) | Found::Nothing => false,
    };
    let mut filter = Filter::of_lists(
        wanted.tools_list_changed && kinds.tools,
        wanted.prompts_list_changed && kinds.prompts,
        wanted.resources_list_changed && kinds.resources,
    );
    for uri in wanted.resource_subscriptions.into_iter().filter(known) {
        filter.subscribe(uri, &server.limits)?;
    }
    Ok(filter)
}

/// The first message of a listen stream: what the server agreed to.
pub(crate) fn acknowledgement(id: &Id, filter: &Filter) -> Vec<u8> {
    let agreed = Wanted {
        tools_list_changed: filter.tools,
        prompts_list_changed: filter.prompts,
        resources_list_changed: filter.resources,
        resource_subscriptions: filter.uris().clone(),
    };
    let params = json!({ "_meta": { SUBSCRIPTION_ID: id }, "notifications": agreed });
    encode::notification("notifications/subscriptions/acknowledged", &params)
}

/// A change, as a listen stream or (without an id) a legacy stream says it.
pub(crate) fn change(change: &Change, id: Option<&Id>) -> Vec<u8> {
    let method = match change {
        Change::Tools => "notifications/tools/list_changed",
        Change::Prompts => "notifications/prompts/list_changed",
        Change::Resources => "notifications/resources/list_changed",
        Change::Updated(_) => "notifications/resources/updated",
    };
    #[derive(Serialize)]
    struct Tag<'a> {
        #[serde(rename = "io.modelcontextprotocol/subscriptionId")]
        id: &'a Id,
    }
    #[derive(Serialize)]
    struct Body<'a> {
        #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
        meta: Option<Tag<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        uri: Option<&'a str>,
    }
    let uri = if let Change::Updated(uri) = change { Some(uri.as_str()) } else { None };
    encode::notification(method, &Body { meta: id.map(|id| Tag { id }), uri })
}

/// The answer to a listen request that the server ends by itself.
pub(crate) fn end_of_stream(id: &Id, server: &Shared) -> Vec<u8> {
    let info = crate::outcome::Identity { name: &server.info.name, version: &server.info.version };
    encode::response(id, 0, |out| {
        let meta = json!({ SUBSCRIPTION_ID: id, crate::protocol::meta::SERVER_INFO: info });
        encode::write_json(out, &json!({ "resultType": "complete", "_meta": meta }));
    })
}

/// What follows it on a pipe: the one `cancelled` a server sends.
pub(crate) fn cancelled(id: &Id) -> Vec<u8> {
    encode::notification(
        "notifications/cancelled",
        &json!({ "requestId": id, "reason": "the server is shutting down" }),
    )
}
