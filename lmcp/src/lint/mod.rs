//! What a client or a model's API would refuse, cut off or miss in a server's definitions, told before anyone
//! connects.
//!
//! The definitions enter as they are on the wire, with their places in the source; [`Finding`]s leave. Nothing here
//! knows how a schema was made, or how findings are shown.
//!
//! - [`offer`]: the definitions, and how large they are;
//! - [`definition`]: names, titles, hints and descriptions;
//! - [`walk`]: a schema as a list of the schemas in it, each with its path;
//! - [`clients`], [`openai`], [`gemini`], [`anthropic`]: what each [`Target`] takes of JSON Schema.
//!
//! Every rule names the source it was found in. Where sources differ, the strict one counts, and the rule says so.

mod anthropic;
mod clients;
mod definition;
mod finding;
mod gemini;
mod offer;
mod openai;
mod target;
#[cfg(test)]
mod tests;
mod walk;

pub use finding::{Finding, Severity};
pub(crate) use offer::Offer;
#[cfg(feature = "cli")]
pub(crate) use offer::{Definition, Size};
pub use target::Target;

use serde_json::Value;

/// All findings about what is offered: by kind and in the listed order, what concerns the whole server last.
pub(crate) fn lint(offer: &Offer, target: Target) -> Vec<Finding> {
    let mut findings = Vec::new();
    for tool in &offer.tools {
        let mut about = definition::tool(tool, offer, target);
        if let Some(schema) = tool.json.get("inputSchema") {
            about.extend(input(schema, target));
        }
        if let Some(schema) = tool.json.get("outputSchema") {
            about.extend(clients::output(schema));
        }
        findings.extend(about.into_iter().map(|finding| finding.of("tool", tool)));
    }
    for resource in &offer.resources {
        findings.extend(definition::resource(resource).map(|finding| finding.of("resource", resource)));
    }
    for template in &offer.templates {
        findings.extend(definition::resource(template).map(|finding| finding.of("template", template)));
    }
    for prompt in &offer.prompts {
        findings.extend(definition::prompt(prompt).into_iter().map(|finding| finding.of("prompt", prompt)));
    }
    findings.extend(definition::server(offer, target));
    findings
}

/// What is wrong with the schema of a tool's arguments.
pub(crate) fn input(schema: &Value, target: Target) -> Vec<Finding> {
    match target {
        Target::Clients => clients::input(schema),
        Target::OpenAiStrict => openai::input(schema),
        Target::Gemini => gemini::input(schema),
        Target::Anthropic => anthropic::input(schema),
    }
}
