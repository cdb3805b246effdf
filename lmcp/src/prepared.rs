//! A request for user code whose parameters were read and whose item was found: it waits for whoever runs it.
//!
//! A plain function is done when [`Prepared::run`] returns, wherever that is; anything else is a future for a task.

use crate::ask::Asks;
use crate::attempt::{run_tool, run_with_texts};
use crate::dispatch::Texts;
use crate::handler::Context;
use crate::handler::call::Rejection;
use crate::invoke::{Fault, at_once, isolated};
use crate::jsonrpc::{ErrorObject, Raw};
use crate::outcome::{Answer, Outcome};
use crate::protocol::{PromptResult, ResourceContents, ToolResult};
use crate::registry::item::Common;
use crate::registry::takes::Takes;
use crate::registry::{Prompt, Resource, Template, Tool};
use crate::server::handle::Shared;
use crate::traced::record;
use bytes::Bytes;
use std::sync::Arc;
use tracing::Span;

/// What runs, with what it takes.
pub(crate) struct Prepared<'a> {
    item: Item<'a>,
    context: Context,
    server: Arc<Shared>,
    span: Span,
}

/// The function, and what it is given.
pub(crate) enum Item<'a> {
    Tool(Arc<Tool>, Option<Arguments<'a>>),
    Prompt(Arc<Prompt>, Texts),
    /// The URI that was asked for.
    Read(Target, String),
}

/// Arguments as JSON, a part of the message.
pub(crate) enum Arguments<'a> {
    /// As long as the message is there.
    Here(&'a Bytes, Raw<'a>),
    Kept(Bytes),
}

impl Arguments<'_> {
    fn kept(self) -> Arguments<'static> {
        Arguments::Kept(match self {
            Arguments::Here(message, raw) => raw.kept(message),
            Arguments::Kept(part) => part,
        })
    }

    fn json(&self) -> Option<&str> {
        match self {
            Arguments::Here(_, raw) => Some(raw.get()),
            // It was valid UTF-8 as a whole.
            Arguments::Kept(part) => std::str::from_utf8(part).ok(),
        }
    }
}

/// What is read: a fixed resource, or a template with the values of its segments.
pub(crate) enum Target {
    Resource(Arc<Resource>),
    Template(Arc<Template>, Texts),
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(item: Item<'a>, context: Context, server: Arc<Shared>) -> Self {
        Prepared { item, context, server, span: Span::none() }
    }

    /// Whether it is a plain function that has to wait for nothing: no permit, nobody who may step in between.
    pub(crate) fn is_plain(&self) -> bool {
        let common = self.item.common();
        common.is_plain && common.permits.is_none() && self.server.forward.is_none()
    }

    /// How long the function takes.
    pub(crate) fn takes(&self) -> &Takes {
        &self.item.common().takes
    }

    /// It outlives the message.
    pub(crate) fn kept(self) -> Prepared<'static> {
        let Prepared { item, context, server, span } = self;
        let item = match item {
            Item::Tool(tool, arguments) => Item::Tool(tool, arguments.map(Arguments::kept)),
            Item::Prompt(prompt, arguments) => Item::Prompt(prompt, arguments),
            Item::Read(target, uri) => Item::Read(target, uri),
        };
        Prepared { item, context, server, span }
    }

    /// Runs inside of this span.
    pub(crate) fn inside(self, span: Span) -> Self {
        Prepared { span, ..self }
    }

    /// Runs a [plain](Self::is_plain) function, right here.
    pub(crate) fn run(self) -> Answer {
        let Prepared { item, context, server, span } = self;
        let answer = span.in_scope(|| match item {
            Item::Tool(tool, arguments) => {
                let run = run_tool(&tool, arguments.as_ref().and_then(Arguments::json), &server, &context);
                let result = at_once(&tool.common, &context, run);
                called(result, tool, &context)
            }
            Item::Prompt(prompt, arguments) => {
                let run = render(&prompt, &arguments, &server, &context);
                got(at_once(&prompt.common, &context, run), &prompt, &context)
            }
            Item::Read(target, uri) => {
                let contents = at_once(target.common(), &context, target.run(&server, &context));
                target.contents(contents, &uri, &context)
            }
        });
        record(&span, &answer, &context);
        answer
    }

    /// Runs any function, under the limits of its item.
    pub(crate) async fn isolated(self) -> Answer {
        let Prepared { item, context, server, .. } = self;
        match item {
            Item::Tool(tool, arguments) => {
                let run = run_tool(&tool, arguments.as_ref().and_then(Arguments::json), &server, &context);
                match isolated(&tool.common, &context, run).await {
                    Err(Fault::Suspended) => input_required(&context, &server),
                    result => called(result, tool, &context),
                }
            }
            Item::Prompt(prompt, arguments) => {
                let run = render(&prompt, &arguments, &server, &context);
                match isolated(&prompt.common, &context, run).await {
                    Err(Fault::Suspended) => input_required(&context, &server),
                    result => got(result, &prompt, &context),
                }
            }
            Item::Read(target, uri) => match isolated(target.common(), &context, target.run(&server, &context)).await {
                Err(Fault::Suspended) => input_required(&context, &server),
                contents => target.contents(contents, &uri, &context),
            },
        }
    }
}

impl Item<'_> {
    fn common(&self) -> &Common {
        match self {
            Item::Tool(tool, _) => &tool.common,
            Item::Prompt(prompt, _) => &prompt.common,
            Item::Read(target, _) => target.common(),
        }
    }
}

impl Target {
    fn common(&self) -> &Common {
        match self {
            Target::Resource(resource) => &resource.common,
            Target::Template(template, _) => &template.common,
        }
    }

    fn mime(&self) -> Option<&'static str> {
        match self {
            Target::Resource(resource) => resource.mime,
            Target::Template(template, _) => template.mime,
        }
    }

    async fn run(&self, server: &Shared, context: &Context) -> Result<Vec<ResourceContents>, Rejection> {
        let values: &[_] = if let Target::Template(_, values) = self { values } else { &[] };
        run_with_texts(self.common(), values, server, context, |call| match self {
            Target::Resource(resource) => resource.run(call),
            Target::Template(template, _) => template.run(call),
        })
        .await
    }

    /// What reading it came to.
    fn contents(&self, contents: Result<Vec<ResourceContents>, Fault>, uri: &str, context: &Context) -> Answer {
        let version = context.protocol_version();
        let mut contents = contents.map_err(|fault| fault.object(&self.common().name, version, Some(uri)))?;
        for item in &mut contents {
            item.complete(uri, self.mime());
        }
        Ok(Outcome::Contents(contents))
    }
}

/// What a tool's call came to.
fn called(result: Result<ToolResult, Fault>, tool: Arc<Tool>, context: &Context) -> Answer {
    let result = match result {
        Ok(result) => result,
        Err(Fault::Rejected(Rejection::Error(error))) => match error.rpc_object(context.protocol_version(), None) {
            Some(object) => return Err(object),
            None => ToolResult::text(error.to_string()).error(),
        },
        Err(fault) => ToolResult::text(fault.text(&tool.common.name)).error(),
    };
    Ok(Outcome::Tool { result, tool })
}

async fn render(
    prompt: &Prompt,
    arguments: &Texts,
    server: &Shared,
    context: &Context,
) -> Result<PromptResult, Rejection> {
    run_with_texts(&prompt.common, arguments, server, context, |call| prompt.run(call)).await
}

/// What rendering a prompt came to.
fn got(result: Result<PromptResult, Fault>, prompt: &Prompt, context: &Context) -> Answer {
    let common = &prompt.common;
    let mut result = result.map_err(|fault| fault.object(&common.name, context.protocol_version(), None))?;
    if result.description.is_none() {
        result.description.clone_from(&common.description);
    }
    Ok(Outcome::Prompt(result))
}

/// The answer to a call that cannot go on without its client's answers.
fn input_required(context: &Context, server: &Shared) -> Answer {
    match context.asks() {
        Asks::Rounds(rounds) => rounds.input_required(&server.secret, &server.limits).map(Outcome::InputRequired),
        Asks::Requests(_) | Asks::Nobody(_) => Err(ErrorObject::internal("a call of this kind is never put off")),
    }
}
