//! `_meta`: the open map beside a message's own fields, and the keys the protocol reserves in it.

/// Additional metadata, under `_meta` on the wire.
///
/// ```
/// use lmcp::{Context, ToolResult, tool};
///
/// /// Gives back the trace that it belongs to.
/// #[tool]
/// fn trace(ctx: &Context) -> ToolResult {
///     let meta: &lmcp::Meta = ctx.meta();
///     let trace = meta.get("traceparent").cloned().unwrap_or_default();
///     ToolResult::text("traced").meta("example.com/trace", trace)
/// }
/// ```
///
/// Spec: basic, `_meta`.
pub type Meta = serde_json::Map<String, serde_json::Value>;

pub(crate) const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
pub(crate) const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
pub(crate) const LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";
pub(crate) const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";
pub(crate) const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
