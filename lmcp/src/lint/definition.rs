//! Names, titles, hints and descriptions: what stands around the schemas.

use super::anthropic;
use super::finding::Finding;
use super::offer::{Definition, Offer};
use super::target::Target;
use super::walk::{self, Place, Spot};
use serde_json::Value;

/// What is wrong with a tool, apart from its schemas.
pub(super) fn tool(tool: &Definition, offer: &Offer, target: Target) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(tool_name(&tool.name, target));
    if target == Target::Clients {
        findings.extend(whole_name(&tool.name, offer.name.as_deref()));
    }
    findings.extend(description(tool, "the model has only the name to go by"));
    findings.extend(description_length(tool, target));
    // Whoever asks for what all clients take hears of the directories where the server begins to give them what they want.
    if target.is_claude() && (target != Target::Clients || offer.has_titles()) {
        findings.extend(title(tool));
    }
    if target != Target::Clients || offer.has_hints() {
        findings.extend(hints(tool, target));
    }
    if let Some(schema) = tool.json.get("inputSchema") {
        findings.extend(arguments(schema, tool.text("description").unwrap_or_default()));
    }
    findings
}

/// What is wrong with a resource or a template.
pub(super) fn resource(resource: &Definition) -> Option<Finding> {
    description(resource, "who picks it has only the name to go by")
}

/// What is wrong with a prompt.
pub(super) fn prompt(prompt: &Definition) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        description(prompt, "who picks it has only the name to go by").into_iter().collect();
    for argument in prompt.json.get("arguments").and_then(Value::as_array).into_iter().flatten() {
        let name = argument.get("name").and_then(Value::as_str).unwrap_or_default();
        if argument.get("description").is_none() {
            findings.push(undescribed(name));
        }
    }
    findings
}

/// - Claude: `^[a-zA-Z0-9_-]{1,64}$`, <https://github.com/malloydata/publisher/pull/543>; by now its API takes 128
///   letters, <https://github.com/github/copilot-cli/issues/1879>, and its directory 64,
///   <https://claude.com/docs/connectors/building/review-criteria>
/// - OpenAI: `^[a-zA-Z0-9_-]+$`, <https://github.com/openai/codex/issues/8174>, with a maximum length of 64,
///   <https://pub.dev/documentation/dart_openai/latest/dart_openai/OpenAIFunctionModel/name.html>
/// - Gemini: a letter or an underscore first,
///   <https://cloud.google.com/vertex-ai/generative-ai/docs/reference/nodejs/1.1.0/vertexai/functiondeclaration>; 64
///   letters there, 63 in effect,
///   <https://github.com/google-gemini/gemini-cli/blob/main/packages/core/src/tools/mcp-tool.ts> and
///   <https://pub.dev/documentation/firebase_ai/latest/firebase_ai/TemplateFunctionDeclaration/name.html>. Some of its
///   pages take dots and colons, these do not.
fn tool_name(name: &str, target: Target) -> Option<Finding> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let most = if target.is_gemini() { 63 } else { 64 };
    let refuse = match target {
        Target::Clients => "Claude, OpenAI and Gemini refuse",
        Target::OpenAiStrict => "OpenAI refuses",
        Target::Gemini => "Gemini refuses",
        Target::Anthropic => "Claude refuses",
    };
    let message = if let Some(c) = name.chars().find(|c| !fits(*c)) {
        format!("{refuse} a name with `{c}`")
    } else if name.is_empty() || name.len() > most {
        let who = if target == Target::Clients && name.len() == 64 { "Gemini refuses" } else { refuse };
        format!("{who} a name of {} letters", name.len())
    } else if target.is_gemini() && name.starts_with(|c: char| !c.is_ascii_alphabetic() && c != '_') {
        "Gemini refuses a name that begins with no letter".to_owned()
    } else {
        return None;
    };
    let instead = format!("write 1 to {most} of `A-Z a-z 0-9 _ -`, a letter first: `#[tool(name = \"…\")]`");
    Some(Finding::error("tool-name", message, instead))
}

/// Cursor: server and tool together have at most 60 letters,
/// <https://easymanage.com/res/docs/tutorials/ai-solutions/chapter-3-mcp-advanced>. VS Code cuts the server's name so
/// that both fit, <https://github.com/microsoft/vscode/issues/299749>. The user names the server, mostly as it names
/// itself.
fn whole_name(tool: &str, server: Option<&str>) -> Option<Finding> {
    let server = server.unwrap_or_default();
    let length = server.chars().count() + tool.chars().count();
    (length > 60 && tool.len() <= 63).then(|| {
        let message =
            format!("Cursor leaves out tools whose name has, with the server's, more than 60 letters: {length}");
        Finding::advice("whole-name", message, "shorten the name of the tool or of the server")
    })
}

fn description(definition: &Definition, why: &str) -> Option<Finding> {
    let missing = definition.text("description").is_none_or(|text| text.trim().is_empty());
    missing.then(|| {
        let message = format!("has no description: {why}");
        Finding::advice("description", message, "write a doc comment, `///`, above the function")
    })
}

/// - Claude Code cuts at 2 KB, <https://code.claude.com/docs/en/mcp>, as <https://github.com/bug-ops/zeph/issues/2450>
///   and <https://github.com/netclaw-dev/netclaw/pull/498> record
/// - OpenAI: "Expected a string with maximum length 1024", <https://github.com/getsentry/sentry-mcp/issues/106>; not
///   all of its models do, so it is an error only where OpenAI is asked for by name
fn description_length(tool: &Definition, target: Target) -> Option<Finding> {
    let text = tool.text("description")?;
    let (bytes, letters) = (text.len(), text.chars().count());
    let instead = "say first what matters, and move the rest to the arguments or to a resource";
    if target == Target::OpenAiStrict && letters > 1024 {
        let message = format!("OpenAI refuses descriptions of more than 1024 letters: {letters}");
        return Some(Finding::error("description-length", message, instead));
    }
    let message = if target.is_claude() && bytes > 2048 {
        format!("Claude Code cuts descriptions off at 2 KB: {bytes} bytes")
    } else if target == Target::Clients && letters > 1024 {
        format!("some models of OpenAI refuse descriptions of more than 1024 letters: {letters}")
    } else {
        return None;
    };
    Some(Finding::advice("description-length", message, instead))
}

/// "Every tool must include a `title`", <https://claude.com/docs/connectors/building/review-criteria>
fn title(tool: &Definition) -> Option<Finding> {
    (!tool.has_title()).then(|| {
        let message = "has no title, which Claude's directory asks of every tool";
        Finding::advice("title", message, format!("write `#[tool(title = \"{}\")]`", spoken(&tool.name)))
    })
}

/// A name as people write it: `sum_up` is `Sum up`.
fn spoken(name: &str) -> String {
    let words = name.replace(['_', '-', '.'], " ");
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// What directories ask for, and how an attribute spells it.
const HINTS: [(&str, &str); 3] =
    [("readOnlyHint", "read_only"), ("destructiveHint", "destructive"), ("openWorldHint", "open_world")];

impl Offer {
    /// Whether some tool has a title.
    pub(crate) fn has_titles(&self) -> bool {
        self.tools.iter().any(Definition::has_title)
    }

    /// Whether some tool has a hint that directories ask for.
    pub(crate) fn has_hints(&self) -> bool {
        self.tools.iter().any(|tool| HINTS.iter().any(|(key, _)| tool.hint(key).is_some()))
    }
}

impl Definition {
    fn has_title(&self) -> bool {
        self.text("title").is_some() || self.json.pointer("/annotations/title").is_some()
    }

    fn hint(&self, key: &str) -> Option<bool> {
        self.json.get("annotations")?.get(key)?.as_bool()
    }
}

/// - Claude's directory: "`readOnlyHint: true` for read-only tools, `destructiveHint: true` for tools that modify or
///   delete data", <https://claude.com/docs/connectors/building/review-criteria>
/// - ChatGPT's apps: "require every tool to set all three" of `readOnlyHint`, `destructiveHint`, `openWorldHint`,
///   <https://github.com/openai/plugins>, skill `mcp-tool-hint-justifications`
fn hints(tool: &Definition, target: Target) -> Option<Finding> {
    let hint = |key: &str| tool.hint(key);
    let claude = target.is_claude() && hint("readOnlyHint") != Some(true) && hint("destructiveHint").is_none();
    let missing: Vec<&str> = match target.is_openai() {
        true => HINTS.iter().filter(|(hint_key, _)| hint(hint_key).is_none()).map(|(_, key)| *key).collect(),
        false => Vec::new(),
    };
    let hints = format!("hint{} `{}`", if missing.len() == 1 { "" } else { "s" }, missing.join("`, `"));
    let who = match (claude, missing.is_empty()) {
        (false, true) => return None,
        (true, true) => "Claude's directory asks for one of the hints `read_only`, `destructive`".to_owned(),
        (true, false) => format!("the directories of Claude and ChatGPT ask for the {hints}"),
        (false, false) => format!("ChatGPT's directory asks for the {hints}"),
    };
    Some(Finding::advice("hints", who, "add them to `#[tool(…)]`, with `= false` where it is not so"))
}

/// The arguments, and the fields inside of them, that nothing is said about. A reference's target speaks for it, and for
/// an enum's tag, which is no field that a comment could stand above, the list of its values in what is said of the enum.
fn arguments(schema: &Value, about: &str) -> Vec<Finding> {
    let target = |spot: &Spot| spot.get("$ref").and_then(Value::as_str).and_then(|to| walk::target(to, schema));
    let says = |schema: &Value| schema.get("description").is_some_and(|text| text != "");
    let spots = walk::spots(schema, "input");
    let is_listed = |text: &str, value: &Value| {
        let Some(value) = value.as_str() else { return false };
        let rests = text.lines().filter_map(|line| line.strip_prefix("- ")?.strip_prefix(value));
        rests.into_iter().any(|rest| rest.is_empty() || rest.starts_with([':', ' ']))
    };
    let is_tag = |spot: &Spot| {
        let around = spot.path.rsplit_once('.').and_then(|(path, _)| spots.iter().find(|spot| spot.path == path));
        let text = around.and_then(|around| around.get("description")?.as_str()).unwrap_or_default();
        let values = spot.values();
        !values.is_empty() && [text, about].iter().any(|text| values.iter().all(|value| is_listed(text, value)))
    };
    let properties = spots.iter().filter(|spot| spot.place == Place::Property && !spot.in_condition);
    properties
        .filter(|spot| !says(spot.schema) && !target(spot).is_some_and(says) && !is_tag(spot))
        .map(|spot| undescribed(&spot.path))
        .collect()
}

fn undescribed(path: &str) -> Finding {
    let instead = "write a doc comment, `///`, above the parameter or field";
    Finding::advice("argument-description", "has no description", instead).at(path)
}

/// What concerns the server as a whole.
///
/// - at most 128 tools in a request: OpenAI, <https://github.com/anomalyco/opencode/issues/4909>; VS Code,
///   <https://github.com/microsoft/vscode/issues/255532>
/// - Cursor passes on 40 tools, of all servers together,
///   <https://365community.online/model-context-protocol-and-the-too-many-tools-problem>; newer versions load them on
///   demand, <https://getdraft.dev/blog/mcp-tool-discovery/>
/// - Claude Code cuts instructions off at 2 KB, <https://github.com/bug-ops/zeph/issues/2450>
pub(super) fn server(offer: &Offer, target: Target) -> Vec<Finding> {
    let mut findings = Vec::new();
    let tools = offer.tools.len();
    let instead = "split the server, or `disable` tools until they are wanted";
    if tools > 128 && target.is_openai() {
        let message = format!("OpenAI and VS Code take 128 tools: {tools}");
        findings.push(Finding::error("tools", message, instead));
    } else if tools > 40 && target == Target::Clients {
        let message = format!("Cursor has passed on only 40 tools, of all servers together: {tools}");
        findings.push(Finding::advice("tools", message, instead));
    }
    let instructions = offer.instructions.as_ref().map_or(0, String::len);
    if instructions > 2048 && target.is_claude() {
        let message = format!("Claude Code cuts instructions off at 2 KB: {instructions} bytes");
        findings.push(Finding::advice("instructions-length", message, "say first what matters"));
    }
    if !offer.unreachable.is_empty() && target == Target::Clients {
        let message = format!("over HTTP it does not start: nobody has `{}`", offer.unreachable.join("`, `"));
        let instead =
            "give it an `Auth` whose principals have these scopes with `.auth(…)`, or serve it on a pipe only";
        findings.push(Finding::advice("scopes", message, instead));
    }
    if let Some(lost) = &offer.lost {
        let message = format!(
            "{lost} of this package's own library got lost: the linker leaves out a library that nothing refers to"
        );
        findings.push(Finding::advice(
            "library",
            message,
            format!("write `use {} as _;` where `main` is", lost.library),
        ));
    }
    if target == Target::Anthropic {
        findings.extend(anthropic::strict_server(offer.tools.iter().filter_map(|tool| tool.json.get("inputSchema"))));
    }
    findings.into_iter().map(Finding::of_server).collect()
}
