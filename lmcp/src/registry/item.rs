//! What is registered, made ready: definitions as each revision spells them, and what running one needs.

use super::takes::Takes;
use crate::admission::Rate;
use crate::ask::form::Form;
use crate::handler::call::{Call, Rejection};
use crate::handler::entry::{self, BoxFuture, Description, Item, PromptEntry, ResourceEntry, ToolEntry, ToolHints};
use crate::handler::parameter::{ParamSpec, Role};
use crate::protocol::content::common_entries;
use crate::protocol::{At, Icon, Meta, PromptResult, ProtocolVersion, ResourceContents, ToolResult};
use crate::schema::arguments::{Arguments, Handling};
use crate::schema::output::Output;
use crate::schema::{self, Profile, source};
use crate::sorted::sorted_by_key;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How a server's schemas are written, and what is made of arguments that do not keep to them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Schemas {
    pub(crate) profile: Profile,
    pub(crate) strict: bool,
}

impl Schemas {
    fn handling(self) -> Handling {
        Handling { strict: self.strict, closes: true, ..Handling::default() }
    }
}

/// The schema of one parameter on its own, for what completes by itself.
fn choice(param: &ParamSpec) -> Value {
    let mut schema = Profile::Portable.input(source::of_param(param));
    if let Value::Object(object) = &mut schema {
        schema::portable::drop_null(object);
    }
    schema
}

/// A struct or a map: what has names.
fn check_root(schema: &Value) -> Result<(), String> {
    match schema.get("type") {
        Some(kind) if kind == "object" => Ok(()),
        kind => {
            let is = kind.map_or("no object".into(), |kind| format!("of type {kind}"));
            Err(format!("the schema of its `Args<T>` is {is}; `T` must be a struct with named fields or a map"))
        }
    }
}

/// How many calls of an item run at a time.
#[derive(Debug)]
pub(crate) struct Permits {
    pub(crate) semaphore: Arc<Semaphore>,
    pub(crate) count: usize,
}

/// What every kind has, ready to be listed and run.
#[derive(Debug)]
pub(crate) struct Common {
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) icons: Vec<Icon>,
    pub(crate) meta: Option<Meta>,
    pub(crate) params: Vec<ParamSpec>,
    /// What its arguments go through around the handler.
    pub(crate) arguments: Arguments,
    /// The forms that its user may be asked to fill in, or why one is none.
    pub(crate) forms: Vec<fn() -> Result<Form, String>>,
    /// For each parameter of a prompt or a template, the few values that its type allows.
    choices: Vec<Vec<String>>,
    pub(crate) source: entry::Source,
    /// All of these a caller needs to see it.
    pub(crate) scopes: &'static [&'static str],
    pub(crate) rate: Option<Rate>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) permits: Option<Permits>,
    /// A function that never waits.
    pub(crate) is_plain: bool,
    pub(crate) takes: Takes,
}

impl Common {
    fn new(item: &Item, mut description: Description, handling: Handling) -> Result<Self, String> {
        let arguments = Arguments::new(&description.params, handling)?;
        for param in description.params.iter_mut().filter(|param| param.role == Role::Arguments) {
            let schema = source::of_param(param);
            if handling.closes && schema.as_object().is_some_and(|schema| source::is_closed(param, schema)) {
                param.known = (param.fields)();
            }
        }
        let mut meta = item.meta.and_then(|meta| if let Value::Object(meta) = meta() { Some(meta) } else { None });
        if !item.tags.is_empty() {
            // Tags have no field of their own in the protocol.
            meta.get_or_insert_default().insert("lmcp".into(), json!({ "tags": item.tags }));
        }
        Ok(Common {
            name: item.name.to_owned(),
            title: item.title.map(str::to_owned),
            description: Some(item.description.trim()).filter(|d| !d.is_empty()).map(str::to_owned),
            icons: item.icons.map(|icons| icons()).unwrap_or_default(),
            meta: meta.filter(|meta| !meta.is_empty()),
            choices: Vec::new(),
            params: description.params,
            forms: description.forms,
            source: item.source,
            scopes: item.scopes,
            rate: item.rate,
            timeout: item.timeout,
            permits: item.concurrency.map(|count| Permits { semaphore: Arc::new(Semaphore::new(count)), count }),
            is_plain: description.is_plain,
            takes: Takes::default(),
            arguments,
        })
    }

    /// Finds out, once, what completes by itself.
    fn with_choices(mut self) -> Self {
        let choices = |param: &ParamSpec| schema::choices(&choice(param));
        self.choices = self.params.iter().map(choices).collect();
        self
    }

    /// The values that complete the parameter at this place by themselves.
    pub(crate) fn choices(&self, at: usize) -> &[String] {
        self.choices.get(at).map_or(&[], Vec::as_slice)
    }

    /// Whether something can be suggested for some argument: by a completer, or because its type has a few values.
    pub(crate) fn completes(&self) -> bool {
        self.choices.iter().any(|choices| !choices.is_empty()) || self.params.iter().any(|p| p.complete.is_some())
    }

    pub(crate) fn arguments(&self) -> impl Iterator<Item = &ParamSpec> {
        self.params.iter().filter(|p| p.role == Role::Argument)
    }

    /// Whether the function can log: it takes the context, or a type that may hold it.
    pub(crate) fn can_log(&self) -> bool {
        self.params.iter().any(|p| matches!(p.role, Role::Context | Role::Extractor))
    }

    fn serialize_head<M: SerializeMap>(&self, map: &mut M, version: ProtocolVersion) -> Result<(), M::Error> {
        map.serialize_entry("name", &self.name)?;
        if let (Some(title), true) = (&self.title, version.has_titles()) {
            map.serialize_entry("title", title)?;
        }
        if let Some(description) = &self.description {
            map.serialize_entry("description", description)?;
        }
        Ok(())
    }

    fn serialize_tail<M: SerializeMap>(&self, map: &mut M, version: ProtocolVersion) -> Result<(), M::Error> {
        if !self.icons.is_empty() && version.has_icons() {
            map.serialize_entry("icons", &self.icons)?;
        }
        common_entries(map, None, self.meta.as_ref(), version)
    }
}

/// A tool.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) common: Common,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) input_schema: Value,
    pub(crate) output: Option<Output>,
    /// Whose schemas were not written by hand, and are put into an order that people like.
    ordered: bool,
    hints: ToolHints,
    shim: entry::Shim<ToolResult>,
}

impl Tool {
    /// The tool of an entry; the error says what is wrong with its schemas.
    pub(crate) fn new(entry: &ToolEntry, schemas: Schemas) -> Result<Self, String> {
        let description = entry::describe(entry.shim);
        let profile = entry.schema.map_or(Ok(schemas.profile), str::parse)?;
        let source = source::input(&description.params, profile != Profile::Raw)?;
        let input_schema = profile.input(source);
        check_root(&input_schema)?;
        let output = description.output.map(|schema| Output::new(schema, description.nullable, profile));
        let handling = Handling {
            strict: schemas.strict || entry.strict,
            unenforced: entry.unenforced,
            closes: profile != Profile::Raw,
            quotes: matches!(profile, Profile::OpenAiStrict | Profile::Gemini),
        };
        Ok(Tool {
            aliases: entry.aliases,
            input_schema,
            output: output.transpose()?.flatten(),
            ordered: profile != Profile::Raw,
            hints: entry.hints,
            shim: entry.shim,
            common: Common::new(&entry.item, description, handling)?,
        })
    }

    pub(crate) async fn run<'c>(&self, call: &'c Call<'c>) -> Result<ToolResult, Rejection> {
        entry::run(self.shim, call).await
    }
}

impl Serialize for At<'_, Tool> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let At(tool, version) = *self;
        let mut map = s.serialize_map(None)?;
        tool.common.serialize_head(&mut map, version)?;
        if tool.ordered {
            map.serialize_entry("inputSchema", &InOrder(&tool.input_schema, &tool.common.params))?;
        } else {
            map.serialize_entry("inputSchema", &tool.input_schema)?;
        }
        if let (Some(output), true) = (&tool.output, version.has_structured_output()) {
            map.serialize_entry("outputSchema", &output.listed(version.has_any_structured_value()))?;
        }
        if version.has_tool_annotations() && tool.hints != ToolHints::default() {
            map.serialize_entry("annotations", &Annotations(&tool.hints))?;
        }
        tool.common.serialize_tail(&mut map, version)?;
        map.end()
    }
}

/// An input schema whose properties come in the order of the function's parameters, or of the fields of its struct.
struct InOrder<'a>(&'a Value, &'a [ParamSpec]);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        struct Properties<'a>(&'a serde_json::Map<String, Value>, Vec<&'a str>);
        impl Serialize for Properties<'_> {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                let first = self.1.iter().filter_map(|name| Some((*name, self.0.get(*name)?)));
                let rest = self.0.iter().filter(|(name, _)| !self.1.contains(&name.as_str()));
                s.collect_map(first.chain(rest.map(|(name, schema)| (name.as_str(), schema))))
            }
        }
        let Value::Object(schema) = self.0 else { return self.0.serialize(s) };
        // `type` first: a schema is read by people too.
        let mut map = s.serialize_map(Some(schema.len()))?;
        if let Some(kind) = schema.get("type") {
            map.serialize_entry("type", kind)?;
        }
        for (key, value) in schema.iter().filter(|(key, _)| *key != "type") {
            match value {
                Value::Object(properties) if key == "properties" => {
                    map.serialize_entry(key, &Properties(properties, names(self.1)))?;
                }
                _ => map.serialize_entry(key, value)?,
            }
        }
        map.end()
    }
}

/// The names of arguments, in the order in which somebody wrote them.
pub(crate) fn names(params: &[ParamSpec]) -> Vec<&'static str> {
    params
        .iter()
        .flat_map(|param| match param.role {
            Role::Argument => vec![param.name],
            Role::Arguments => (param.fields)().to_vec(),
            _ => Vec::new(),
        })
        .collect()
}

struct Annotations<'a>(&'a ToolHints);

impl Serialize for Annotations<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let hints = [
            ("readOnlyHint", self.0.read_only),
            // What only reads destroys nothing; directories want to hear it.
            ("destructiveHint", self.0.destructive.or(self.0.read_only.filter(|only| *only).map(|_| false))),
            ("idempotentHint", self.0.idempotent),
            ("openWorldHint", self.0.open_world),
        ];
        s.collect_map(hints.into_iter().filter_map(|(key, hint)| Some((key, hint?))))
    }
}

/// A fixed resource.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) common: Common,
    pub(crate) uri: String,
    pub(crate) mime: Option<&'static str>,
    size: Option<u64>,
    shim: entry::Shim<Vec<ResourceContents>>,
}

impl Resource {
    pub(crate) fn new(entry: &ResourceEntry, uri: String, schemas: Schemas) -> Result<Self, String> {
        let description = entry::describe(entry.shim);
        let mime = entry.mime.or(description.mime);
        let common = Common::new(&entry.item, description, schemas.handling())?;
        Ok(Resource { common, uri, mime, size: entry.size, shim: entry.shim })
    }
    pub(crate) fn run<'c>(&self, call: &'c Call<'c>) -> BoxFuture<'c, Result<Vec<ResourceContents>, Rejection>> {
        Box::pin(entry::run(self.shim, call))
    }
}

impl Serialize for At<'_, Resource> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let At(resource, version) = *self;
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("uri", &resource.uri)?;
        resource.common.serialize_head(&mut map, version)?;
        if let Some(mime) = resource.mime {
            map.serialize_entry("mimeType", mime)?;
        }
        if let Some(size) = resource.size {
            map.serialize_entry("size", &size)?;
        }
        resource.common.serialize_tail(&mut map, version)?;
        map.end()
    }
}

/// A resource template.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) common: Common,
    /// As RFC 6570 writes it: the key of completion references and the name on the wire.
    pub(crate) uri_template: String,
    /// The names of its segments, in order.
    pub(crate) segments: Vec<String>,
    pub(crate) mime: Option<&'static str>,
    shim: entry::Shim<Vec<ResourceContents>>,
}

impl Template {
    pub(crate) fn new(
        entry: &ResourceEntry,
        template: &super::uri_template::UriTemplate,
        schemas: Schemas,
    ) -> Result<Self, String> {
        let description = entry::describe(entry.shim);
        let uri_template = template.as_rfc6570();
        let mime = entry.mime.or(description.mime);
        let mut common = Common::new(&entry.item, description, schemas.handling())?.with_choices();
        common.arguments.in_uri(&uri_template);
        Ok(Template {
            mime,
            common,
            uri_template,
            segments: template.names().map(str::to_owned).collect(),
            shim: entry.shim,
        })
    }
    pub(crate) fn run<'c>(&self, call: &'c Call<'c>) -> BoxFuture<'c, Result<Vec<ResourceContents>, Rejection>> {
        Box::pin(entry::run(self.shim, call))
    }
}

impl Serialize for At<'_, Template> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let At(template, version) = *self;
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("uriTemplate", &template.uri_template)?;
        template.common.serialize_head(&mut map, version)?;
        if let Some(mime) = template.mime {
            map.serialize_entry("mimeType", mime)?;
        }
        template.common.serialize_tail(&mut map, version)?;
        map.end()
    }
}

/// A prompt.
#[derive(Debug)]
pub(crate) struct Prompt {
    pub(crate) common: Common,
    pub(crate) arguments: Vec<PromptArgument>,
    shim: entry::Shim<PromptResult>,
}

/// An argument of a prompt, as it is listed.
#[derive(Debug, serde::Serialize)]
pub(crate) struct PromptArgument {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) required: bool,
}

impl Prompt {
    /// The prompt of an entry; the error says what is wrong with its arguments.
    pub(crate) fn new(entry: &PromptEntry, schemas: Schemas) -> Result<Self, String> {
        let description = entry::describe(entry.shim);
        let common = Common::new(&entry.item, description, schemas.handling())?.with_choices();
        // The same schema as a tool's, read for what a prompt can say: names, descriptions, what is required.
        let schema = Profile::Portable.input(source::input(&common.params, true)?);
        check_root(&schema)?;
        let required = schema.get("required").and_then(Value::as_array);
        let arguments = schema.get("properties").and_then(Value::as_object).map(|properties| {
            let argument = |(name, schema): (&String, &Value)| PromptArgument {
                name: name.clone(),
                description: schema.get("description").and_then(Value::as_str).map(str::to_owned),
                required: required.is_some_and(|names| names.iter().any(|n| n == name)),
            };
            properties.iter().map(argument).collect::<Vec<_>>()
        });
        // JSON objects are sorted; people expect the order they wrote.
        let names = names(&common.params);
        let place =
            |argument: &PromptArgument| names.iter().position(|name| *name == argument.name).unwrap_or(names.len());
        let arguments = sorted_by_key(arguments.unwrap_or_default(), place);
        Ok(Prompt { common, arguments, shim: entry.shim })
    }
    pub(crate) fn run<'c>(&self, call: &'c Call<'c>) -> BoxFuture<'c, Result<PromptResult, Rejection>> {
        Box::pin(entry::run(self.shim, call))
    }
}

impl Serialize for At<'_, Prompt> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let At(prompt, version) = *self;
        let mut map = s.serialize_map(None)?;
        prompt.common.serialize_head(&mut map, version)?;
        if !prompt.arguments.is_empty() {
            map.serialize_entry("arguments", &prompt.arguments)?;
        }
        prompt.common.serialize_tail(&mut map, version)?;
        map.end()
    }
}
