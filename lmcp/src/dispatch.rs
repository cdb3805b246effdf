//! One match on the method: the protocol's table of contents.
//!
//! A [`Call`] comes in, its era already told and its metadata checked; an [`Answer`] goes out, at once where no user code
//! runs, else as something to be run. Nothing here knows a transport, or how a revision spells anything.

use crate::auth::access::Access;
use crate::handler::entry::BoxFuture;
use crate::handler::parameter::Role;
use crate::handler::{Call as HandlerCall, Completions, Context};
use crate::invoke::isolated;
use crate::jsonrpc::{ErrorObject, Raw};
use crate::outcome::{Answer, Listed, Outcome, read_cursor};
use crate::prepared::{Arguments, Item, Prepared, Target};
use crate::protocol::ProtocolVersion;
use crate::protocol::method::Method;
use crate::protocol::params::{Params, Reference as Wanted, required_string, string, typed};
use crate::protocol::resource::not_found;
use crate::protocol::shown::quoted;
use crate::registry::catalog::Found;
use crate::registry::item::Common;
use crate::registry::nearest::nearest;
use crate::registry::{Catalog, Prompt, Template};
use crate::server::handle::Shared;
use crate::traced::{Asked, record};
use bytes::Bytes;
use serde_json::json;
use std::borrow::Cow;
use std::sync::Arc;
use tracing::Instrument as _;

/// One request, told apart from its era.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) params: &'a Params<'a>,
    /// The whole message, of which `params` borrows: what outlives the reader keeps it alive.
    pub(crate) message: &'a Bytes,
    pub(crate) context: Context,
    /// Who calls, and what he may see.
    pub(crate) access: &'a Access,
    /// Where what it is for was found when it was let in.
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) server: &'a Arc<Shared>,
}

impl<'a> Call<'a> {
    fn prepare(self, item: Item<'a>) -> Prepared<'a> {
        Prepared::new(item, self.context, self.server.clone())
    }
}

/// When the answer is there.
pub(crate) enum Dispatched<'a> {
    Now(Answer),
    /// As soon as somebody runs it; [`Prepared::is_plain`] holds.
    Plain(Prepared<'a>),
    Later(BoxFuture<'static, Answer>),
}

impl<'a> From<Prepared<'a>> for Dispatched<'a> {
    fn from(prepared: Prepared<'a>) -> Self {
        if prepared.is_plain() {
            Dispatched::Plain(prepared)
        } else {
            Dispatched::Later(Box::pin(prepared.kept().isolated()))
        }
    }
}

impl From<Answer> for Dispatched<'_> {
    fn from(answer: Answer) -> Self {
        Dispatched::Now(answer)
    }
}

/// Does what the method says, inside of a span that tells who asked for what, what came of it, and how long that took.
/// Methods that change a session or a stream are the eras' own.
pub(crate) fn dispatch(call: Call<'_>) -> Dispatched<'_> {
    let span = Asked {
        method: call.method.as_str(),
        item: match call.method {
            Method::CallTool | Method::GetPrompt => call.params.name,
            Method::ReadResource => call.params.uri,
            _ => None,
        },
        caller: call.access.principal.as_ref(),
        id: call.context.id(),
    }
    .span();
    if span.is_disabled() {
        return by_method(call);
    }
    let context = call.context.clone();
    match span.in_scope(|| by_method(call)) {
        Dispatched::Now(answer) => {
            record(&span, &answer, &context);
            Dispatched::Now(answer)
        }
        Dispatched::Plain(prepared) => Dispatched::Plain(prepared.inside(span)),
        Dispatched::Later(answer) => Dispatched::Later(Box::pin(async move {
            let answer = answer.instrument(span.clone()).await;
            record(&span, &answer, &context);
            answer
        })),
    }
}

fn by_method(call: Call<'_>) -> Dispatched<'_> {
    let kinds = call.server.kinds();
    let advertised = match call.method {
        Method::ListTools | Method::CallTool => kinds.tools,
        Method::ListPrompts | Method::GetPrompt => kinds.prompts,
        Method::ListResources | Method::ListResourceTemplates | Method::ReadResource => kinds.resources,
        Method::Complete => kinds.completions || !call.context.protocol_version().has_completions_capability(),
        _ => true,
    };
    if !advertised {
        return Err(not_offered(call.method)).into();
    }
    let user_code = match call.method {
        Method::ListTools => return list(&call, Listed::Tools).into(),
        Method::ListPrompts => return list(&call, Listed::Prompts).into(),
        Method::ListResources => return list(&call, Listed::Resources).into(),
        Method::ListResourceTemplates => return list(&call, Listed::Templates).into(),
        Method::Ping => return Ok(Outcome::Empty).into(),
        Method::Discover => return Ok(Outcome::Discovery).into(),
        Method::Initialize | Method::SetLevel | Method::Subscribe | Method::Unsubscribe | Method::Listen => {
            return Err(ErrorObject::internal("this method belongs to a session or a stream")).into();
        }
        Method::CallTool => call_tool(call),
        Method::ReadResource => read_resource(call),
        Method::GetPrompt => get_prompt(call),
        Method::Complete => complete(call),
    };
    user_code.unwrap_or_else(|e| Err(e).into())
}

/// The method is for something that this server does not have.
pub(crate) fn not_offered(method: Method) -> ErrorObject {
    ErrorObject::method_not_found(format!("this server does not offer what {:?} is for", method.as_str()))
}

fn list(call: &Call<'_>, list: Listed) -> Answer {
    let catalog = &call.catalog;
    let after = match call.params.cursor {
        None => None,
        Some(raw) if raw.get() == "null" => None,
        Some(raw) => {
            let name = read_cursor(&string(raw, "params.cursor")?);
            let resumed = name.and_then(|name| {
                let listed = match list {
                    Listed::Tools => catalog.tools.get(&name).is_some(),
                    Listed::Prompts => catalog.prompts.get(&name).is_some(),
                    Listed::Resources => catalog.resources.get(&name).is_some(),
                    Listed::Templates => catalog.templates.get(&name).is_some(),
                };
                // What was switched off since the last page still has its place.
                if listed { Some(Some(name)) } else { call.server.registry.before(list, &name) }
            });
            resumed.ok_or_else(|| {
                ErrorObject::invalid_params("`params.cursor` leads nowhere; list again without a cursor")
            })?
        }
    };
    Ok(Outcome::Page { catalog: catalog.clone(), list, after, view: catalog.view(list, call.access), apart: false })
}

fn call_tool(call: Call<'_>) -> Result<Dispatched<'_>, ErrorObject> {
    let name = required_string(call.params.name, "params.name")?;
    let Some(tool) = call.catalog.tool(&name).cloned() else {
        return Err(unknown("tool", &name, call.catalog.tools.names_for(call.access)));
    };
    let arguments = object(call.params.arguments, "params.arguments")?;
    let arguments = arguments.map(|raw| Arguments::Here(call.message, raw));
    Ok(call.prepare(Item::Tool(tool, arguments)).into())
}

fn read_resource(call: Call<'_>) -> Result<Dispatched<'_>, ErrorObject> {
    let uri = required_string(call.params.uri, "params.uri")?.into_owned();
    let version = call.context.protocol_version();
    let target = match call.catalog.read(&uri) {
        Found::Resource(resource) => Target::Resource(resource.clone()),
        Found::Template(template, values) => {
            let names = template.segments.iter().map(|name| Cow::Owned(name.clone()));
            let values = values.into_iter().map(|value| Cow::Owned(value.into_owned()));
            Target::Template(template.clone(), names.zip(values).collect())
        }
        found @ (Found::Refused(_) | Found::Nothing) => {
            return Err(no_resource(&uri, &found, &call.catalog, call.access, version));
        }
    };
    Ok(call.prepare(Item::Read(target, uri)).into())
}

fn get_prompt(call: Call<'_>) -> Result<Dispatched<'_>, ErrorObject> {
    let name = required_string(call.params.name, "params.name")?;
    let Some(prompt) = call.catalog.prompts.get(&name).cloned() else {
        return Err(unknown("prompt", &name, call.catalog.prompts.names_for(call.access)));
    };
    let arguments = texts(call.params.arguments, "params.arguments")?;
    Ok(call.prepare(Item::Prompt(prompt, arguments)).into())
}

/// What a completion is for: a prompt's argument, or a template's segment.
enum Reference {
    Prompt(Arc<Prompt>),
    Template(Arc<Template>),
}

impl Reference {
    /// What `params.ref` names; nothing for a fixed resource, in which there is nothing to fill in.
    fn find(reference: &Wanted<'_>, catalog: &Catalog, access: &Access) -> Result<Option<Self>, ErrorObject> {
        match &*required_string(reference.kind, "params.ref.type")? {
            "ref/prompt" => {
                let name = required_string(reference.name, "params.ref.name")?;
                let prompt = catalog.prompts.get(&name).cloned();
                let unknown = || unknown("prompt", &name, catalog.prompts.names_for(access));
                prompt.map(|prompt| Some(Reference::Prompt(prompt))).ok_or_else(unknown)
            }
            "ref/resource" => {
                let uri = required_string(reference.uri(), "params.ref.uri")?;
                match (catalog.templates.get(&uri), catalog.read(&uri)) {
                    (Some(template), _) | (None, Found::Template(template, _)) => {
                        Ok(Some(Reference::Template(template.clone())))
                    }
                    (None, Found::Resource(_)) => Ok(None),
                    _ => Err(unknown("resource template", &uri, catalog.templates.names_for(access))),
                }
            }
            other => Err(ErrorObject::invalid_params(format!(
                "`params.ref.type` must be \"ref/prompt\" or \"ref/resource\", not {}",
                quoted(other)
            ))),
        }
    }

    fn common(&self) -> &Common {
        match self {
            Reference::Prompt(prompt) => &prompt.common,
            Reference::Template(template) => &template.common,
        }
    }
}

fn complete(call: Call<'_>) -> Result<Dispatched<'_>, ErrorObject> {
    #[derive(serde::Deserialize)]
    struct Argument<'a> {
        #[serde(borrow)]
        name: Option<Raw<'a>>,
        #[serde(borrow)]
        value: Option<Raw<'a>>,
    }
    #[derive(Default, serde::Deserialize)]
    struct Others<'a> {
        #[serde(borrow)]
        arguments: Option<Raw<'a>>,
    }
    let missing = |path: &str| ErrorObject::invalid_params(format!("`{path}` is missing"));
    let nothing = || Ok(Outcome::Completion(Completions::default()));
    let params = call.params;
    let reference = Wanted::read(params.reference.ok_or_else(|| missing("params.ref"))?)?;
    let argument: Argument<'_> = typed(params.argument.ok_or_else(|| missing("params.argument"))?, "params.argument")?;
    let name = required_string(argument.name, "params.argument.name")?.into_owned();
    let value = required_string(argument.value, "params.argument.value")?.into_owned();
    let others: Others<'_> = params.context.map(|raw| typed(raw, "params.context")).transpose()?.unwrap_or_default();
    let arguments = texts(others.arguments, "params.context.arguments")?;

    let Some(reference) = Reference::find(&reference, &call.catalog, call.access)? else {
        return Ok(nothing().into());
    };
    let Common { params, .. } = reference.common();
    let Some(at) = params.iter().position(|param| param.role == Role::Argument && param.name == name) else {
        if params.iter().any(|param| param.role == Role::Arguments) {
            return Ok(nothing().into());
        }
        return Err(unknown("argument", &name, reference.common().arguments().map(|param| param.name)));
    };
    let Call { context, server, .. } = call;
    let server = server.clone();
    Ok(Dispatched::Later(Box::pin(async move {
        let common = reference.common();
        let Some(param) = common.params.get(at) else { return nothing() };
        let Some(complete) = param.complete else {
            // Enums and booleans complete by themselves.
            let typed = value.to_lowercase();
            let fitting = common.choices(at).iter().filter(|choice| choice.to_lowercase().starts_with(&typed));
            return Ok(Outcome::Completion(Completions::new(fitting.cloned())));
        };
        let run = async {
            let call = HandlerCall::with_text(&[], &arguments, &server.states, &context);
            Ok(complete(&call, value).await?)
        };
        let version = context.protocol_version();
        let completions =
            isolated(common, &context, run).await.map_err(|fault| fault.object(&common.name, version, None))?;
        Ok(Outcome::Completion(completions))
    })))
}

// ---- what several methods need

/// `arguments`, if it is there: absent and `null` are `{}`.
fn object<'a>(raw: Option<Raw<'a>>, path: &str) -> Result<Option<Raw<'a>>, ErrorObject> {
    match raw.map(Raw::get) {
        None | Some("null") => Ok(None),
        Some(text) if text.starts_with('{') => Ok(raw),
        Some(_) => Err(ErrorObject::invalid_params(format!("`{path}` must be an object"))),
    }
}

pub(crate) type Texts = Vec<(Cow<'static, str>, Cow<'static, str>)>;

/// An object of strings. Values of other kinds are taken as the text they are written as: clients send them.
fn texts(raw: Option<Raw<'_>>, path: &str) -> Result<Texts, ErrorObject> {
    let Some(raw) = object(raw, path)? else { return Ok(Vec::new()) };
    let map: std::collections::BTreeMap<String, Raw<'_>> = typed(raw, path)?;
    let read = |(name, raw): (String, Raw<'_>)| {
        let value = match raw.get().as_bytes().first() {
            Some(b'"') => string(raw, path)?.into_owned(),
            // `null` means absent.
            Some(b'n') => return Ok(None),
            _ => raw.get().to_owned(),
        };
        Ok(Some((Cow::Owned(name), Cow::Owned(value))))
    };
    map.into_iter().filter_map(|pair| read(pair).transpose()).collect()
}

fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str>) -> ErrorObject {
    let hint = hint(name, known);
    ErrorObject::invalid_params(format!("unknown {kind} {}{hint}", quoted(name)))
}

fn hint<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(name, known).map(|near| format!("; did you mean {}?", quoted(near))).unwrap_or_default()
}

/// What is wrong with a URI that leads to nothing: `found` says it, of this very URI.
pub(crate) fn no_resource(
    uri: &str,
    found: &Found<'_, '_>,
    catalog: &Catalog,
    access: &Access,
    version: ProtocolVersion,
) -> ErrorObject {
    if let Found::Refused(why) = found {
        return ErrorObject::invalid_params(format!("`params.uri`: {why}")).with_data(json!({ "uri": uri }));
    }
    let names = || catalog.resources.names_for(access).chain(catalog.templates.names_for(access));
    // What has its beginning, and more or fewer segments, is likelier meant than what is spelled like it.
    let hint = match catalog.templates.names_for(access).find(|template| begins_as(uri, template)) {
        Some(template) => format!("; there is {}", quoted(template)),
        None => hint(uri, names().filter(|name| is_of_scheme(uri, name))),
    };
    not_found(version, uri, &hint)
}

/// Whether the two differ in nothing but how many segments they have.
fn begins_as(uri: &str, template: &str) -> bool {
    let (Some((scheme, uri)), Some((of, template))) = (uri.split_once("://"), template.split_once("://")) else {
        return false;
    };
    let split = |text: &'_ str| -> Vec<String> { text.trim_end_matches('/').split('/').map(str::to_owned).collect() };
    let (given, wanted) = (split(uri), split(template));
    let fits = |(given, wanted): (&String, &String)| wanted.starts_with('{') && !given.is_empty() || given == wanted;
    scheme.eq_ignore_ascii_case(of) && given.len() != wanted.len() && given.iter().zip(&wanted).all(fits)
}

/// Whether a name has the URI's scheme, or nearly; what is no URI has any.
fn is_of_scheme(uri: &str, name: &str) -> bool {
    match (uri.split_once("://"), name.split_once("://")) {
        (Some((scheme, _)), Some((of, _))) => nearest(scheme, [of]).is_some(),
        _ => true,
    }
}
