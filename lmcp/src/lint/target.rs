//! Who is to take the definitions.

/// Who is to take a server's definitions: what they are judged by.
///
/// This is the judge. What a server publishes is not changed by it.
///
/// ```
/// use lmcp::testing::{Target, check_schema};
///
/// let open = serde_json::json!({"type": "object", "properties": {}});
/// for target in Target::ALL {
///     let rules: Vec<_> = check_schema(&open, target).iter().map(|finding| finding.rule).collect();
///     assert_eq!(rules.contains(&"openai-open"), target.as_str() == "openai-strict", "{target:?}: {rules:?}");
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// The clients people use, with the models behind them: what at least one of them refuses.
    #[default]
    Clients,
    /// OpenAI's strict mode (Structured Outputs), which takes a subset of JSON Schema.
    OpenAiStrict,
    /// Gemini's function declarations, whose `parameters` are a subset of OpenAPI's schemas.
    Gemini,
    /// Claude's API. What only its strict tool use refuses is advice: MCP clients do not turn it on.
    Anthropic,
}

impl Target {
    /// Every target.
    pub const ALL: [Target; 4] = [Target::Clients, Target::OpenAiStrict, Target::Gemini, Target::Anthropic];

    /// Its name on the command line: `clients`, `openai-strict`, `gemini`, `anthropic`.
    pub fn as_str(self) -> &'static str {
        match self {
            Target::Clients => "clients",
            Target::OpenAiStrict => "openai-strict",
            Target::Gemini => "gemini",
            Target::Anthropic => "anthropic",
        }
    }

    pub(super) fn is_openai(self) -> bool {
        matches!(self, Target::Clients | Target::OpenAiStrict)
    }

    pub(super) fn is_gemini(self) -> bool {
        matches!(self, Target::Clients | Target::Gemini)
    }

    pub(super) fn is_claude(self) -> bool {
        matches!(self, Target::Clients | Target::Anthropic)
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
