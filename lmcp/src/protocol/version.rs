//! The version table: what each protocol revision knows, as predicates.
//!
//! Nothing else in the crate compares revisions. A difference between two revisions is a method here.

/// A revision of the Model Context Protocol, oldest first.
///
/// One server speaks all of them at once; which one a message is in is decided message by message.
///
/// ```
/// use lmcp::ProtocolVersion;
///
/// assert!(ProtocolVersion::V2025_06_18 < ProtocolVersion::LATEST);
/// assert_eq!(ProtocolVersion::LATEST.as_str(), "2026-07-28");
/// assert!(ProtocolVersion::ALL.iter().filter(|version| version.is_modern()).count() == 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ProtocolVersion {
    /// `2024-11-05`, the first published revision.
    V2024_11_05,
    /// `2025-03-26`: tool annotations, audio, batches.
    V2025_03_26,
    /// `2025-06-18`: structured output, elicitation, titles, `_meta` on definitions.
    V2025_06_18,
    /// `2025-11-25`: icons, sampling with tools, URL elicitation. The last one with sessions.
    V2025_11_25,
    /// `2026-07-28`: stateless, the metadata on each request.
    V2026_07_28,
}

impl ProtocolVersion {
    /// Every revision, oldest first.
    pub const ALL: [ProtocolVersion; 5] =
        [Self::V2024_11_05, Self::V2025_03_26, Self::V2025_06_18, Self::V2025_11_25, Self::V2026_07_28];

    /// The newest revision.
    pub const LATEST: ProtocolVersion = Self::V2026_07_28;

    /// The newest revision of the legacy era, the one offered to a client that names an unknown one.
    pub const LATEST_LEGACY: ProtocolVersion = Self::V2025_11_25;

    /// The revisions without `initialize`, as `server/discover` lists them.
    pub const MODERN: [ProtocolVersion; 1] = [Self::V2026_07_28];

    /// The date that names the revision on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    /// The revision with this name, if it is one of ours.
    ///
    /// ```
    /// use lmcp::ProtocolVersion;
    /// assert_eq!(ProtocolVersion::parse("2025-06-18"), Some(ProtocolVersion::V2025_06_18));
    /// assert_eq!(ProtocolVersion::parse("1.0"), None);
    /// ```
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.as_str() == name)
    }

    /// Stateless, metadata on each request, no `initialize`.
    pub const fn is_modern(self) -> bool {
        matches!(self, Self::V2026_07_28)
    }

    pub(crate) fn has_batches(self) -> bool {
        self == Self::V2025_03_26
    }
    pub(crate) fn has_audio(self) -> bool {
        self >= Self::V2025_03_26
    }
    pub(crate) fn has_tool_annotations(self) -> bool {
        self >= Self::V2025_03_26
    }
    pub(crate) fn has_progress_message(self) -> bool {
        self >= Self::V2025_03_26
    }
    pub(crate) fn has_completions_capability(self) -> bool {
        self >= Self::V2025_03_26
    }
    /// `title` beside `name`.
    pub(crate) fn has_titles(self) -> bool {
        self >= Self::V2025_06_18
    }
    /// `_meta` on definitions and content (requests and results always had it).
    pub(crate) fn has_meta_on_items(self) -> bool {
        self >= Self::V2025_06_18
    }
    pub(crate) fn has_structured_output(self) -> bool {
        self >= Self::V2025_06_18
    }
    pub(crate) fn has_resource_links(self) -> bool {
        self >= Self::V2025_06_18
    }
    pub(crate) fn has_last_modified(self) -> bool {
        self >= Self::V2025_06_18
    }
    /// A stream that a reader can come back to begins with an event that says so.
    #[cfg(feature = "http")]
    pub(crate) fn has_priming_events(self) -> bool {
        self == Self::V2025_11_25
    }
    /// The user can be asked.
    pub(crate) fn has_elicitation(self) -> bool {
        self >= Self::V2025_06_18
    }
    /// The user can be asked to visit a page, and a form says that it is one.
    pub(crate) fn has_elicitation_modes(self) -> bool {
        self >= Self::V2025_11_25
    }
    /// Forms have defaults, choices with titles, and several choices.
    pub(crate) fn has_full_forms(self) -> bool {
        self >= Self::V2025_11_25
    }
    /// A page to visit has an id, under which the client is told that the user is done there.
    pub(crate) fn has_elicitation_ids(self) -> bool {
        self == Self::V2025_11_25
    }
    /// A client's model can be given tools, and its messages have several blocks.
    pub(crate) fn has_sampling_tools(self) -> bool {
        self >= Self::V2025_11_25
    }
    pub(crate) fn has_icons(self) -> bool {
        self >= Self::V2025_11_25
    }
    /// `description` and `websiteUrl` of an implementation.
    pub(crate) fn has_implementation_details(self) -> bool {
        self >= Self::V2025_11_25
    }
    /// Structured output may be any JSON value; before, only an object.
    pub(crate) fn has_any_structured_value(self) -> bool {
        self.is_modern()
    }
    /// An error whose request could not be read carries `"id": null`; later it carries no id.
    pub(crate) fn has_null_error_id(self) -> bool {
        self <= Self::V2025_06_18
    }
    /// `resultType` and the server's identity in every result, caching hints in some.
    pub(crate) fn has_result_type(self) -> bool {
        self.is_modern()
    }
    /// The code for a resource that does not exist.
    pub(crate) fn resource_not_found_code(self) -> i64 {
        if self.is_modern() { crate::jsonrpc::code::INVALID_PARAMS } else { crate::jsonrpc::code::RESOURCE_NOT_FOUND }
    }
}

impl std::fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
