//! The methods a client may call, and in which era each exists.

use crate::registry::nearest::nearest;

/// A request's method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Initialize,
    Ping,
    Discover,
    ListTools,
    CallTool,
    ListResources,
    ListResourceTemplates,
    ReadResource,
    Subscribe,
    Unsubscribe,
    ListPrompts,
    GetPrompt,
    Complete,
    SetLevel,
    Listen,
}

impl Method {
    /// The method's name on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, method)| *method == self).map_or("", |(name, _)| name)
    }

    pub(crate) fn parse(name: &str) -> Option<Method> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, method)| method)
    }

    /// The name of the method that is spelled nearly so.
    pub(crate) fn nearest(name: &str) -> Option<&'static str> {
        nearest(name, Self::ALL.into_iter().map(|(known, _)| known))
    }

    /// The most frequent ones first.
    const ALL: [(&'static str, Method); 15] = [
        ("tools/call", Method::CallTool),
        ("tools/list", Method::ListTools),
        ("resources/read", Method::ReadResource),
        ("resources/list", Method::ListResources),
        ("resources/templates/list", Method::ListResourceTemplates),
        ("resources/subscribe", Method::Subscribe),
        ("resources/unsubscribe", Method::Unsubscribe),
        ("prompts/list", Method::ListPrompts),
        ("prompts/get", Method::GetPrompt),
        ("completion/complete", Method::Complete),
        ("logging/setLevel", Method::SetLevel),
        ("subscriptions/listen", Method::Listen),
        ("server/discover", Method::Discover),
        ("initialize", Method::Initialize),
        ("ping", Method::Ping),
    ];

    /// A call of it may end with questions to the client.
    ///
    /// Spec: basic/patterns/mrtr, "Supported Requests".
    pub(crate) fn can_ask(self) -> bool {
        matches!(self, Method::CallTool | Method::ReadResource | Method::GetPrompt)
    }

    /// Exists in 2026-07-28 and only there: enough to tell the era by.
    pub(crate) fn is_only_modern(self) -> bool {
        matches!(self, Method::Discover | Method::Listen)
    }

    /// Exists up to 2025-11-25 and only there.
    pub(crate) fn is_only_legacy(self) -> bool {
        matches!(self, Method::Initialize | Method::Ping | Method::SetLevel | Method::Subscribe | Method::Unsubscribe)
    }
}
