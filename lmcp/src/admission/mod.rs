//! Whether a request may be made at all: how often its caller asks, and what he may use.
//!
//! A transport asks [`admit`] once it knows the method, before anything is done for the request. A [`Refusal`] is told in
//! the way that is left: HTTP has a status for it, a pipe an error, and a model that calls too often a text.

pub(crate) mod buckets;
#[cfg(feature = "http")]
pub(crate) mod logins;
pub(crate) mod rate;

use crate::auth::access::Access;
use crate::jsonrpc::{ErrorObject, Id, Raw, code};
use crate::outcome::{Answer, Outcome};
use crate::protocol::ToolResult;
use crate::protocol::method::Method;
use crate::protocol::params::{Params, Reference};
use crate::registry::catalog::Found;
use crate::registry::item::Common;
use crate::registry::{Catalog, Tool};
use crate::server::handle::Shared;
use crate::traced;
pub use rate::Rate;
use serde_json::json;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// Why a request is not let in.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// What it asks for needs all of these scopes.
    Scopes { what: String, needed: &'static [&'static str] },
    /// It comes too soon.
    Rate { what: What, rate: Rate, wait: Duration },
}

/// What was called too often.
#[derive(Debug)]
pub(crate) enum What {
    Server,
    /// Wrong credentials were shown.
    #[cfg(feature = "http")]
    Logins,
    Tool(Arc<Tool>),
    Other(String),
}

/// Lets a request in, or says why not. What it is for is to be looked up in the catalog that comes of it: another one may
/// hold what was not checked.
///
/// Every request of a method that exists counts for the server's rate, whatever comes of it; for an item's, the calls that
/// its caller may make. A call that goes on with answers is one more: its function runs once more, and nothing keeps a client
/// from sending the same answers often.
pub(crate) fn admit(
    method: Method,
    params: &Params<'_>,
    access: &Access,
    server: &Shared,
) -> Result<Arc<Catalog>, Refusal> {
    if let (Some(rate), Some(buckets)) = (server.rate, &server.buckets) {
        let taken = buckets.take((access, "server"), rate);
        taken.map_err(|wait| Refusal::Rate { what: What::Server, rate, wait })?;
    }
    let catalog = server.registry.current();
    if catalog.is_guarded
        && let Some(target) = target(method, params, &catalog)
    {
        let Target { common, kind, name, tool, counts } = target;
        if !access.has(common.scopes) {
            return Err(Refusal::Scopes { what: format!("{kind} `{name}`"), needed: common.scopes });
        }
        if let (Some(rate), Some(buckets)) = (common.rate.filter(|_| counts), &server.buckets) {
            let taken = buckets.take((access, kind, name), rate);
            taken.map_err(|wait| {
                let other = || What::Other(format!("{kind} `{name}`"));
                Refusal::Rate { what: tool.cloned().map_or_else(other, What::Tool), rate, wait }
            })?;
        }
    }
    Ok(catalog)
}

/// What a request is for.
struct Target<'a> {
    common: &'a Common,
    kind: &'static str,
    /// Under which it is listed, whatever it was called.
    name: &'a str,
    tool: Option<&'a Arc<Tool>>,
    /// It runs the item's own function, which is what its rate is for.
    counts: bool,
}

/// The item that a request is for. One that names nothing is let in: it is told so further on.
fn target<'a>(method: Method, params: &Params<'_>, catalog: &'a Catalog) -> Option<Target<'a>> {
    match method {
        Method::CallTool => {
            let tool = catalog.tool(&text(params.name)?)?;
            let Common { name, .. } = &tool.common;
            Some(Target { common: &tool.common, kind: "tool", name, tool: Some(tool), counts: true })
        }
        Method::GetPrompt => prompt(&text(params.name)?, true, catalog),
        Method::ReadResource => resource(&text(params.uri)?, true, catalog),
        Method::Subscribe => resource(&text(params.uri)?, false, catalog),
        Method::Complete => {
            let reference = Reference::read(params.reference?).ok()?;
            match &*text(reference.kind)? {
                "ref/prompt" => prompt(&text(reference.name)?, false, catalog),
                "ref/resource" => {
                    let uri = text(reference.uri())?;
                    match catalog.templates.get(&uri) {
                        Some(template) => Some(of_template(template, false)),
                        None => resource(&uri, false, catalog),
                    }
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn text(raw: Option<Raw<'_>>) -> Option<Cow<'_, str>> {
    raw?.text()
}

fn prompt<'a>(name: &str, counts: bool, catalog: &'a Catalog) -> Option<Target<'a>> {
    let prompt = catalog.prompts.get(name)?;
    let Common { name, .. } = &prompt.common;
    Some(Target { common: &prompt.common, kind: "prompt", name, tool: None, counts })
}

fn resource<'a>(uri: &str, counts: bool, catalog: &'a Catalog) -> Option<Target<'a>> {
    match catalog.read(uri) {
        Found::Resource(resource) => {
            Some(Target { common: &resource.common, kind: "resource", name: &resource.uri, tool: None, counts })
        }
        Found::Template(template, _) => Some(of_template(template, counts)),
        Found::Refused(_) | Found::Nothing => None,
    }
}

fn of_template(template: &crate::registry::Template, counts: bool) -> Target<'_> {
    let name = &template.uri_template;
    Target { common: &template.common, kind: "resource", name, tool: None, counts }
}

impl Refusal {
    /// Writes down what was refused, where no status of HTTP tells it.
    pub(crate) fn log(&self, access: &Access, id: &Id) {
        if traced::is_on() {
            traced::refused(&self.text(), access.principal.as_ref(), Some(id));
        }
    }

    /// As an error, whose text says what to do.
    pub(crate) fn object(&self) -> ErrorObject {
        match self {
            Refusal::Scopes { needed, .. } => {
                ErrorObject::new(code::INVALID_REQUEST, self.text()).with_data(json!({ "requiredScopes": needed }))
            }
            Refusal::Rate { wait, .. } => {
                ErrorObject::internal(self.text()).with_data(json!({ "retryAfter": rate::whole_seconds(*wait) }))
            }
        }
    }

    /// What is refused, and why: nothing in it is the caller's own words.
    pub(crate) fn text(&self) -> String {
        match self {
            Refusal::Scopes { what, needed } => {
                let word = if needed.len() == 1 { "scope" } else { "scopes" };
                format!("{what} needs the {word} `{}`", needed.join("`, `"))
            }
            Refusal::Rate { what, rate, wait } => {
                let calls = match what {
                    What::Server => "requests".to_owned(),
                    #[cfg(feature = "http")]
                    What::Logins => "failed logins".to_owned(),
                    What::Tool(tool) => format!("calls of `{}`", tool.common.name),
                    What::Other(name) => format!("calls of {name}"),
                };
                let (rate, wait) = (rate.in_words(), rate::whole_seconds(*wait));
                format!("too many {calls}: at most {rate}; try again in {wait} s")
            }
        }
    }

    /// The answer where no status can tell it. A model that calls a tool too often reads it, and waits.
    pub(crate) fn answer(self) -> Answer {
        let text = self.text();
        match self {
            Refusal::Rate { what: What::Tool(tool), .. } => {
                Ok(Outcome::Tool { result: ToolResult::text(text).error(), tool })
            }
            other => Err(other.object()),
        }
    }
}
