//! `read`: a resource, for a program as it is, for a person as far as it is text.

use super::command::{Misuse, Verb};
use super::text::Look;
use super::{Report, content, json, request};
use crate::registry::catalog::Found;
use crate::server::ReadyServer;
use serde_json::{Value, json};

pub(super) async fn read(server: &ReadyServer, uri: Option<&str>, json: bool, look: Look) -> Result<Report, Misuse> {
    let catalog = server.shared.registry.current();
    let names = || catalog.resources.names().chain(catalog.templates.names());
    let uri = uri.ok_or_else(|| Misuse::which(Verb::Read, "resource", names()))?;
    let raw = match request::request(server, "resources/read", json!({ "uri": uri })).await {
        Ok(raw) => raw,
        Err(why) if matches!(catalog.read(uri), Found::Nothing) => return Ok(Report::failed(why).hint(server, "list")),
        Err(why) => return Ok(Report::failed(why)),
    };
    if json {
        return Ok(Report::done(json::document(raw.get())));
    }
    let result: Value = serde_json::from_str(raw.get()).unwrap_or_default();
    let contents = result.get("contents").and_then(Value::as_array).map_or([].as_slice(), Vec::as_slice);
    Ok(if look.terminal { Report::done(content::shown(contents, look)) } else { Report::done(content::raw(contents)) })
}
