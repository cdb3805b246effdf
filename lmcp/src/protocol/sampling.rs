//! What a client's model is asked, and what it says.
//!
//! Spec: client/sampling.

use super::content::{Audio, Content, Image, Role, TextContent};
use super::{At, ProtocolVersion};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// A question for a client's model.
///
/// ```
/// use lmcp::{SamplingMessage, SamplingRequest};
///
/// let request = SamplingRequest::new("What is the capital of France?")
///     .system("You are a geographer.")
///     .max_tokens(100)
///     .temperature(0.2)
///     .model("claude-sonnet");
/// let more = SamplingRequest::from(vec![
///     SamplingMessage::user("Name a city."),
///     SamplingMessage::assistant("Paris."),
///     SamplingMessage::user("Another one."),
/// ]);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SamplingRequest {
    /// The conversation so far.
    pub messages: Vec<SamplingMessage>,
    /// How the model is told to behave.
    pub system: Option<String>,
    /// The most tokens it may answer with; 1,000 unless set.
    pub max_tokens: u32,
    /// How freely it answers.
    pub temperature: Option<f64>,
    /// Texts at which it stops.
    pub stop_sequences: Vec<String>,
    /// Names, or parts of names, of models that would do, best first.
    pub models: Vec<String>,
    /// How much low cost matters, from 0 to 1.
    pub cost_priority: Option<f64>,
    /// How much speed matters, from 0 to 1.
    pub speed_priority: Option<f64>,
    /// How much intelligence matters, from 0 to 1.
    pub intelligence_priority: Option<f64>,
    /// What of the conversations with servers goes along, where the client offers that: `thisServer`, `allServers`.
    pub include_context: Option<String>,
    /// What the model's provider is told.
    pub metadata: Option<Map<String, Value>>,
    /// The tools that it may use.
    pub tools: Vec<SamplingTool>,
    /// Whether it uses them.
    pub tool_choice: Option<ToolChoice>,
}

/// Whether a model uses the tools it is given.
///
/// ```
/// use lmcp::{SamplingRequest, ToolChoice};
/// let request = SamplingRequest::new("What time is it?").tool_choice(ToolChoice::Required);
/// # assert_eq!(request.tool_choice, Some(ToolChoice::Required));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolChoice {
    /// If it wants to.
    Auto,
    /// At least one.
    Required,
    /// None.
    None,
}

/// A tool that a model may use while it answers one question. It need not be one of the server's.
///
/// ```
/// # use lmcp::{SamplingRequest, SamplingTool};
/// let clock = SamplingTool::new::<()>("clock", "Tells the time.");
/// let request = SamplingRequest::new("What time is it?").tool(clock);
/// # assert_eq!(request.tools[0].name, "clock");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SamplingTool {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// What it takes.
    pub input_schema: Value,
}

impl SamplingTool {
    /// A tool whose arguments are the fields of `T`.
    ///
    /// ```
    /// use lmcp::{SamplingRequest, SamplingTool};
    ///
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct City {
    ///     name: String,
    /// }
    /// let request = SamplingRequest::new("How is the weather in Rome?")
    ///     .tool(SamplingTool::new::<City>("weather", "The weather in a city."));
    /// assert_eq!(request.tools[0].input_schema["required"][0], "name");
    /// ```
    pub fn new<T: schemars::JsonSchema>(name: impl Into<String>, description: impl Into<String>) -> Self {
        let input_schema = crate::Profile::Portable.input(crate::schema::source::of_type::<T>());
        SamplingTool { name: name.into(), description: description.into(), input_schema }
    }
}

impl SamplingRequest {
    /// A question by the user.
    pub fn new(question: impl Into<SamplingContent>) -> Self {
        Self::from(vec![SamplingMessage::user(question)])
    }
    /// Adds a message to the conversation.
    pub fn message(mut self, message: impl Into<SamplingMessage>) -> Self {
        self.messages.push(message.into());
        self
    }
    /// Tells the model how to behave.
    pub fn system(mut self, prompt: impl Into<String>) -> Self {
        self.system = Some(prompt.into());
        self
    }
    /// Sets the most tokens it may answer with.
    pub fn max_tokens(mut self, tokens: u32) -> Self {
        self.max_tokens = tokens;
        self
    }
    /// Sets how freely it answers.
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.temperature = Some(temperature);
        self
    }
    /// Adds a text at which it stops.
    pub fn stop_sequence(mut self, text: impl Into<String>) -> Self {
        self.stop_sequences.push(text.into());
        self
    }
    /// Adds the name, or a part of the name, of a model that would do.
    pub fn model(mut self, hint: impl Into<String>) -> Self {
        self.models.push(hint.into());
        self
    }
    /// Says how much low cost matters, from 0 to 1.
    pub fn cost_priority(mut self, priority: f64) -> Self {
        self.cost_priority = Some(priority);
        self
    }
    /// Says how much speed matters, from 0 to 1.
    pub fn speed_priority(mut self, priority: f64) -> Self {
        self.speed_priority = Some(priority);
        self
    }
    /// Says how much intelligence matters, from 0 to 1.
    pub fn intelligence_priority(mut self, priority: f64) -> Self {
        self.intelligence_priority = Some(priority);
        self
    }
    /// Asks for what was said with this server (`thisServer`) or with all (`allServers`) to go along. Left out where the
    /// client does not offer that.
    pub fn include_context(mut self, context: impl Into<String>) -> Self {
        self.include_context = Some(context.into());
        self
    }
    /// Tells the model's provider something.
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.metadata.get_or_insert_default().insert(key.into(), value.into());
        self
    }
    /// Adds a tool that the model may use, where the client can do that; elsewhere the question is unsupported.
    pub fn tool(mut self, tool: SamplingTool) -> Self {
        self.tools.push(tool);
        self
    }
    /// Says whether it uses them.
    pub fn tool_choice(mut self, choice: ToolChoice) -> Self {
        self.tool_choice = Some(choice);
        self
    }

    /// Whether only a client that knows tools understands it.
    pub(crate) fn uses_tools(&self) -> bool {
        let is_tools = |block: &SamplingContent| !matches!(block, SamplingContent::Content(_));
        !self.tools.is_empty()
            || self.tool_choice.is_some()
            || self.messages.iter().any(|message| message.content.iter().any(is_tools))
    }

    /// `params` as this revision spells them.
    pub(crate) fn params(&self, version: ProtocolVersion, with_context: bool) -> Value {
        let messages: Vec<Value> = self.messages.iter().flat_map(|message| message.spelled(version)).collect();
        let mut params = Map::new();
        params.insert("messages".into(), messages.into());
        params.insert("maxTokens".into(), self.max_tokens.into());
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                params.insert(key.into(), value);
            }
        };
        let hints: Vec<Value> = self.models.iter().map(|name| json!({ "name": name })).collect();
        let preferences: Map<String, Value> = [
            ("hints", (!hints.is_empty()).then(|| hints.into())),
            ("costPriority", self.cost_priority.map(Value::from)),
            ("speedPriority", self.speed_priority.map(Value::from)),
            ("intelligencePriority", self.intelligence_priority.map(Value::from)),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect();
        put("modelPreferences", (!preferences.is_empty()).then(|| preferences.into()));
        put("systemPrompt", self.system.clone().map(Value::from));
        put("temperature", self.temperature.map(Value::from));
        put("stopSequences", (!self.stop_sequences.is_empty()).then(|| self.stop_sequences.clone().into()));
        put("metadata", self.metadata.clone().map(Value::from));
        put("includeContext", self.include_context.clone().filter(|_| with_context).map(Value::from));
        if version.has_sampling_tools() {
            let tool = |tool: &SamplingTool| json!({ "name": tool.name, "description": tool.description, "inputSchema": tool.input_schema });
            put("tools", (!self.tools.is_empty()).then(|| self.tools.iter().map(tool).collect()));
            put("toolChoice", self.tool_choice.map(|choice| json!({ "mode": choice.as_str() })));
        }
        params.into()
    }
}

impl ToolChoice {
    fn as_str(self) -> &'static str {
        match self {
            ToolChoice::Auto => "auto",
            ToolChoice::Required => "required",
            ToolChoice::None => "none",
        }
    }
}

impl From<Vec<SamplingMessage>> for SamplingRequest {
    fn from(messages: Vec<SamplingMessage>) -> Self {
        SamplingRequest {
            messages,
            system: None,
            max_tokens: 1000,
            temperature: None,
            stop_sequences: Vec::new(),
            models: Vec::new(),
            cost_priority: None,
            speed_priority: None,
            intelligence_priority: None,
            include_context: None,
            metadata: None,
            tools: Vec::new(),
            tool_choice: None,
        }
    }
}
impl From<String> for SamplingRequest {
    fn from(question: String) -> Self {
        Self::new(question)
    }
}
impl From<&str> for SamplingRequest {
    fn from(question: &str) -> Self {
        Self::new(question)
    }
}

/// One message of a conversation with a client's model.
///
/// ```
/// use lmcp::{Image, Role, SamplingMessage};
///
/// let message = SamplingMessage::user("What is on this picture?").content(Image::png(b"\x89PNG".to_vec()));
/// assert_eq!((message.role, message.content.len()), (Role::User, 2));
/// let begun = SamplingMessage::assistant("On the picture is");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SamplingMessage {
    /// Who says it.
    pub role: Role,
    /// What they say.
    pub content: Vec<SamplingContent>,
}

impl SamplingMessage {
    /// A message by the user.
    pub fn user(content: impl Into<SamplingContent>) -> Self {
        SamplingMessage { role: Role::User, content: vec![content.into()] }
    }
    /// A message by the model.
    pub fn assistant(content: impl Into<SamplingContent>) -> Self {
        SamplingMessage { role: Role::Assistant, content: vec![content.into()] }
    }
    /// Adds a block.
    pub fn content(mut self, content: impl Into<SamplingContent>) -> Self {
        self.content.push(content.into());
        self
    }

    /// The message as this revision spells it; several where it knows one block a message only.
    fn spelled(&self, version: ProtocolVersion) -> Vec<Value> {
        let block = |block: &SamplingContent| block.spelled(version);
        match self.content.as_slice() {
            [only] => vec![json!({ "role": self.role, "content": block(only) })],
            blocks if version.has_sampling_tools() => {
                let blocks: Vec<Value> = blocks.iter().map(block).collect();
                vec![json!({ "role": self.role, "content": blocks })]
            }
            blocks => blocks.iter().map(|one| json!({ "role": self.role, "content": block(one) })).collect(),
        }
    }
}

/// One block of a message to or from a client's model.
///
/// ```
/// use lmcp::{Content, Sampled, SamplingContent};
///
/// fn texts(said: &Sampled) -> usize {
///     said.content.iter().filter(|block| matches!(block, SamplingContent::Content(Content::Text(_)))).count()
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SamplingContent {
    /// Text, a picture or sound.
    Content(Content),
    /// The model wants to use a tool.
    ToolUse(ToolUse),
    /// What a tool gave.
    ToolResult(ToolUseResult),
}

/// A model's wish to use a tool.
///
/// ```
/// use lmcp::{Sampled, ToolUseResult};
///
/// fn answer(said: &Sampled) -> Vec<ToolUseResult> {
///     let give = |wish| ToolUseResult::new(wish, format!("there is no tool {}", wish.name)).error();
///     said.tool_uses().map(give).collect()
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolUse {
    /// What its result refers to.
    pub id: String,
    /// The tool.
    pub name: String,
    /// The arguments.
    pub input: Map<String, Value>,
}

/// What a tool gave that a model wanted to use.
///
/// ```
/// use lmcp::{Context, SamplingRequest, SamplingTool, ToolUseResult, Unanswered, tool};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct City {
///     name: String,
/// }
/// # fn weather(_: &lmcp::ToolUse) -> String { "sunny".into() }
///
/// /// Answers a question about the weather.
/// #[tool]
/// async fn answer(ctx: &Context, question: String) -> Result<String, Unanswered> {
///     let tool = SamplingTool::new::<City>("weather", "The weather in a city.");
///     let mut request = SamplingRequest::new(question).tool(tool);
///     loop {
///         let said = ctx.sample(request.clone()).await?;
///         let results: Vec<_> = said.tool_uses().map(|tool| ToolUseResult::new(tool, weather(tool))).collect();
///         if results.is_empty() {
///             return Ok(said.text());
///         }
///         request = request.message(said).message(results);
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolUseResult {
    /// The wish's id.
    pub id: String,
    /// What the tool gave.
    pub content: Vec<Content>,
    /// It failed, and the content says why.
    pub is_error: bool,
}

impl ToolUseResult {
    /// What this wish came to.
    pub fn new(of: &ToolUse, content: impl Into<Content>) -> Self {
        ToolUseResult { id: of.id.clone(), content: vec![content.into()], is_error: false }
    }
    /// Says that the tool failed.
    pub fn error(mut self) -> Self {
        self.is_error = true;
        self
    }
}

impl SamplingContent {
    fn spelled(&self, version: ProtocolVersion) -> Value {
        let content = |content: &Content| serde_json::to_value(At(content, version)).unwrap_or_default();
        match self {
            SamplingContent::Content(block) => content(block),
            SamplingContent::ToolUse(tool) => {
                json!({ "type": "tool_use", "id": tool.id, "name": tool.name, "input": tool.input })
            }
            SamplingContent::ToolResult(result) => {
                let blocks: Vec<Value> = result.content.iter().map(content).collect();
                json!({
                    "type": "tool_result", "toolUseId": result.id, "content": blocks, "isError": result.is_error
                })
            }
        }
    }

    /// A block as a client sent it.
    pub(crate) fn read(block: Value) -> Result<Self, String> {
        let Value::Object(mut block) = block else { return Err("a block of its `content` is no object".into()) };
        let kind = match block.remove("type") {
            Some(Value::String(kind)) => kind,
            _ => return Err("a block of its `content` has no `type`".into()),
        };
        let mut text = |key: &str| match block.remove(key) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(format!("a block of its `content` of the type {kind:?} has no `{key}`")),
        };
        let bytes = |text: String| {
            STANDARD.decode(text).map_err(|_| format!("the `data` of a block of the type {kind:?} is no base64"))
        };
        Ok(match &*kind {
            "text" => SamplingContent::from(text("text")?),
            "image" => Image::new(bytes(text("data")?)?, text("mimeType")?).into(),
            "audio" => Audio::new(bytes(text("data")?)?, text("mimeType")?).into(),
            "tool_use" => {
                let (id, name) = (text("id")?, text("name")?);
                let input = match block.remove("input") {
                    Some(Value::Object(input)) => input,
                    _ => Map::new(),
                };
                SamplingContent::ToolUse(ToolUse { id, name, input })
            }
            other => return Err(format!("a block of its `content` is of the type {other:?}, which no answer has")),
        })
    }
}

impl From<crate::ask::Sampled> for SamplingMessage {
    fn from(said: crate::ask::Sampled) -> Self {
        SamplingMessage { role: said.role, content: said.content }
    }
}
/// What the tools gave is said by the user.
impl From<Vec<ToolUseResult>> for SamplingMessage {
    fn from(results: Vec<ToolUseResult>) -> Self {
        SamplingMessage { role: Role::User, content: results.into_iter().map(SamplingContent::from).collect() }
    }
}

macro_rules! content {
    ($($t:ty),*) => { $(
        impl From<$t> for SamplingContent {
            fn from(block: $t) -> Self { SamplingContent::Content(Content::from(block)) }
        }
    )* };
}
content!(String, &str, TextContent, Image, Audio);
impl From<ToolUse> for SamplingContent {
    fn from(tool: ToolUse) -> Self {
        SamplingContent::ToolUse(tool)
    }
}
impl From<ToolUseResult> for SamplingContent {
    fn from(result: ToolUseResult) -> Self {
        SamplingContent::ToolResult(result)
    }
}
