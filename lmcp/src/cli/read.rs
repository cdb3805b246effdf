//! `read`: a resource, for a program as it is, for a person as far as it is text.

use super::command::{Misuse, Run, Verb};
use super::text::Look;
use super::{Report, answers, content, json, missing, request};
use crate::registry::catalog::Found;
use crate::registry::collect::Kind;
use crate::server::ReadyServer;
use serde_json::{Value, json};

pub(super) async fn read(server: &ReadyServer, uri: Option<&str>, run: &Run, look: Look) -> Result<Report, Misuse> {
    let catalog = server.shared.registry.current();
    let names = || catalog.resources.names().chain(catalog.templates.names());
    let uri = uri.ok_or_else(|| Misuse::which(Verb::Read, "resource", names()))?;
    let (answers, folder) = run.prepared().map_err(|why| Misuse::with(Verb::Read.usage(), why))?;
    let found = catalog.read(uri);
    let hint = answers::hint(match &found {
        Found::Resource(resource) => Some(&resource.common),
        Found::Template(template, _) => Some(&template.common),
        Found::Refused(_) | Found::Nothing => None,
    });
    let raw = match request::request(server, "resources/read", json!({ "uri": uri }), answers, &hint).await {
        Ok(raw) => raw,
        Err(why) if matches!(found, Found::Nothing) => return Ok(missing::unknown(server, Kind::Resource, uri, &why)),
        Err(why) => return Ok(Report::failed(why)),
    };
    let result: Value = serde_json::from_str(raw.get()).unwrap_or_default();
    let contents = result.get("contents").and_then(Value::as_array).map_or([].as_slice(), Vec::as_slice);
    let mut report = Report::done(match look.terminal {
        _ if run.json => json::document(raw.get()).into_bytes(),
        true => content::shown(contents, look).into_bytes(),
        false => content::raw(contents),
    });
    if let Some(folder) = folder {
        let saved: Result<Vec<_>, String> =
            contents.iter().map(|contents| folder.contents(contents, "resource")).collect();
        let line = |path: &std::path::PathBuf| format!("saved as {}\n", path.display());
        match saved {
            Ok(paths) if run.json => drop(paths),
            Ok(paths) => report = Report::done(look.result(&paths.iter().map(line).collect::<String>()).into_owned()),
            Err(why) => report = Report::failed(why),
        }
    }
    Ok(report)
}
