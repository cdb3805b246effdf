//! Running a handler with its arguments as they came, and if they do not fit, once more with repaired ones.

use crate::handler::Context;
use crate::handler::call::{Call as Arguments, Problems, Rejection};
use crate::handler::entry::BoxFuture;
use crate::protocol::ToolResult;
use crate::registry::Tool;
use crate::registry::item::Common;
use crate::server::handle::Shared;
use std::borrow::Cow;

pub(crate) async fn run_tool(
    tool: &Tool,
    came: Option<&str>,
    server: &Shared,
    context: &Context,
) -> Result<ToolResult, Rejection> {
    let Common { params, arguments: rules, .. } = &tool.common;
    let told = |problems: Problems| Problems { is_all_missing: came.is_none(), ..problems };
    let admitted = if rules.enforces() { rules.admit(params, came).map_err(told)? } else { None };
    let json = admitted.as_deref().or(came);
    let call = Arguments::with_json(params, json, &server.states, context)?;
    let result = match tool.run(&call).await {
        // The function did not run: its arguments did not fit.
        Err(Rejection::Arguments(problems)) => {
            let repaired = rules.repaired(params, json, problems).map_err(told)?;
            // Once: the way of arguments that are right carries nothing of this one.
            Box::pin(run_repaired(tool, repaired, server, context)).await
        }
        result => result,
    };
    let mut result = result?;
    if let (Some(output), Some(structured)) = (&tool.output, &result.structured)
        && let Some(trimmed) = output.trimmed(structured.get())
    {
        result.replace_structured(trimmed);
    }
    Ok(result)
}

async fn run_repaired(
    tool: &Tool,
    arguments: String,
    server: &Shared,
    context: &Context,
) -> Result<ToolResult, Rejection> {
    let params = &tool.common.params;
    let call = Arguments::with_json(params, Some(&arguments), &server.states, context)?;
    match tool.run(&call).await {
        Err(Rejection::Arguments(problems)) => {
            Err(tool.common.arguments.refused(params, Some(&arguments), problems).into())
        }
        result => result,
    }
}

/// Runs what takes texts, a prompt or a template, with the same care for its arguments.
pub(crate) async fn run_with_texts<T>(
    common: &Common,
    came: &[(Cow<'static, str>, Cow<'static, str>)],
    server: &Shared,
    context: &Context,
    run: impl for<'c> Fn(&'c Arguments<'c>) -> BoxFuture<'c, Result<T, Rejection>>,
) -> Result<T, Rejection> {
    let Common { params, arguments: rules, .. } = common;
    let admitted = if rules.enforces() { rules.admit_texts(params, came)? } else { None };
    let values = admitted.as_deref().unwrap_or(came);
    let call = Arguments::with_text(params, values, &server.states, context);
    match run(&call).await {
        Err(Rejection::Arguments(problems)) => {
            let repaired = rules.repaired_texts(params, values, problems)?;
            let call = Arguments::with_text(params, &repaired, &server.states, context);
            match run(&call).await {
                Err(Rejection::Arguments(problems)) => Err(rules.refused_texts(params, &repaired, problems).into()),
                result => result,
            }
        }
        result => result,
    }
}
