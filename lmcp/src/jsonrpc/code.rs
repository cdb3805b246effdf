//! Error codes: JSON-RPC's own and those MCP defines.

/// The bytes are no JSON.
pub(crate) const PARSE_ERROR: i64 = -32700;
/// JSON, but no JSON-RPC request.
pub(crate) const INVALID_REQUEST: i64 = -32600;
/// No such method.
pub(crate) const METHOD_NOT_FOUND: i64 = -32601;
/// The method's parameters do not fit.
pub(crate) const INVALID_PARAMS: i64 = -32602;
/// The server failed.
pub(crate) const INTERNAL_ERROR: i64 = -32603;
/// No such resource, up to 2025-11-25.
pub(crate) const RESOURCE_NOT_FOUND: i64 = -32002;
/// The client lacks a capability that the call needs, from 2026-07-28 on.
pub(crate) const MISSING_CAPABILITY: i64 = -32021;
/// The revision is not supported, from 2026-07-28 on.
pub(crate) const UNSUPPORTED_PROTOCOL_VERSION: i64 = -32022;
/// The HTTP headers and the message disagree, from 2026-07-28 on.
#[cfg(feature = "http")]
pub(crate) const HEADER_MISMATCH: i64 = -32020;
