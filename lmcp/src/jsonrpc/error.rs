//! The error object of a response.

use super::code;
use serde_json::Value;
use std::borrow::Cow;

/// What the peer is told when a request fails.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub(crate) struct ErrorObject {
    pub(crate) code: i64,
    pub(crate) message: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<Value>,
}

impl ErrorObject {
    pub(crate) fn new(code: i64, message: impl Into<Cow<'static, str>>) -> Self {
        ErrorObject { code, message: message.into(), data: None }
    }
    pub(crate) fn parse_error(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(code::PARSE_ERROR, message)
    }
    pub(crate) fn invalid_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(code::INVALID_REQUEST, message)
    }
    pub(crate) fn method_not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(code::METHOD_NOT_FOUND, message)
    }
    pub(crate) fn invalid_params(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(code::INVALID_PARAMS, message)
    }
    pub(crate) fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(code::INTERNAL_ERROR, message)
    }
    pub(crate) fn too_many_calls(limit: usize) -> Self {
        Self::internal(format!(
            "{limit} requests are running (the server's limit `calls_in_flight`); wait for some to end"
        ))
    }
    pub(crate) fn too_many_bytes(limit: usize) -> Self {
        Self::internal(format!(
            "the messages of the requests that are running take almost {limit} bytes (the server's limit \
             `bytes_in_flight`), and there is no room for this one; wait for some to end"
        ))
    }
    pub(crate) fn with_data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }
}
