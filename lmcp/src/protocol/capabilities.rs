//! Who the client is and what it can do, as it declares it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A client's or a server's name and version, as it introduces itself. Not verified by anybody.
///
/// ```
/// use lmcp::{Context, tool};
///
/// /// Says which program calls.
/// #[tool]
/// fn who(ctx: &Context) -> String {
///     ctx.client().map_or("nobody says".into(), |client| format!("{} {}", client.name, client.version))
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Implementation {
    /// The program's name.
    pub name: String,
    /// Its name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its version.
    pub version: String,
}

/// What a client declared that it can do.
///
/// ```
/// use lmcp::{Context, tool};
///
/// /// Says whether the client speaks an extension.
/// #[tool]
/// fn has_extension(ctx: &Context, name: String) -> bool {
///     ctx.client_capabilities().extensions.as_ref().is_some_and(|all| all.get(name).is_some())
/// }
/// ```
///
/// Spec: basic, "Per-request protocol fields" (2026-07-28); lifecycle, "Capability Negotiation" (before).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ClientCapabilities {
    /// It can list the roots it works in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roots: Option<Value>,
    /// It can run its model for the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling: Option<Value>,
    /// It can ask its user for the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elicitation: Option<Value>,
    /// Extensions it speaks, by their identifiers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Value>,
    /// Whatever else it claims, not standardised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub experimental: Option<Value>,
}

impl ClientCapabilities {
    /// It shows forms: it says so, or says nothing of what it shows.
    pub(crate) fn has_forms(&self) -> bool {
        let says = |mode: &str| part(&self.elicitation, mode);
        self.elicitation.is_some() && (says("form") || !says("url"))
    }
    /// It shows URLs to visit.
    pub(crate) fn has_urls(&self) -> bool {
        part(&self.elicitation, "url")
    }
    /// Its model can be given tools.
    pub(crate) fn samples_with_tools(&self) -> bool {
        part(&self.sampling, "tools")
    }
    /// What was said with servers can go along to its model.
    pub(crate) fn samples_with_context(&self) -> bool {
        part(&self.sampling, "context")
    }
}

fn part(capability: &Option<Value>, name: &str) -> bool {
    capability.as_ref().and_then(|capability| capability.get(name)).is_some_and(|part| !part.is_null())
}
