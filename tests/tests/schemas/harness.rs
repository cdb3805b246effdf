//! Serves one type with one profile, lists what came of it, and collects what is wrong with it.

use crate::corpus::{Case, Direction};
use jsonschema::Validator;
use lmcp::testing::Client;
use lmcp::{ProtocolVersion, Server};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The profiles, by their names in the golden files.
pub(crate) const PROFILES: [&str; 4] = ["portable", "openai-strict", "gemini", "raw"];

/// A server with this profile.
fn server(profile: &str) -> Server {
    Server::empty().profile(profile.parse().expect("a profile"))
}

/// A client of a server that has this type's tool only.
pub(crate) async fn client(case: &Case, profile: &str, version: ProtocolVersion) -> Result<Client, String> {
    let ready = (case.add)(server(profile)).build().map_err(|e| format!("the server does not start: {e}"))?;
    Client::connect_as(&ready, version).await.map_err(|e| e.to_string())
}

/// The tool's definition in the list; `None` if the server does not start, which a test of its own complains of.
pub(crate) async fn listed(case: &Case, profile: &str, version: ProtocolVersion) -> Option<Value> {
    client(case, profile, version).await.ok()?.tools().await.pop()
}

#[tokio::test]
async fn every_server_starts_and_lists_its_tool() {
    let mut findings = Findings::of("a server starts, whatever the type, and lists its one tool");
    for case in crate::corpus::cases() {
        for profile in PROFILES {
            if let Some(client) = findings.take(&case, client(&case, profile, ProtocolVersion::LATEST).await) {
                let tools = client.tools().await;
                let both = |tool: &Value| tool.get("inputSchema").is_some() && tool.get("outputSchema").is_some();
                if tools.len() != 1 || !tools.iter().all(both) {
                    findings.add(&case, format!("{profile}: listed as {}", shown(&tools.into())));
                }
            }
        }
    }
    findings.done();
}

/// A schema of a tool's definition.
pub(crate) fn schema(tool: &Value, direction: Direction) -> Option<&Value> {
    tool.get(match direction {
        Direction::Input => "inputSchema",
        Direction::Output => "outputSchema",
    })
}

/// Reads a schema as JSON Schema 2020-12. Formats are asserted.
pub(crate) fn validator(schema: &Value) -> Result<Validator, String> {
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(schema)
        .map_err(|e| format!("no schema: {}: {e}", e.instance_path()))
}

/// What breaks a law, all over the corpus.
pub(crate) struct Findings {
    law: &'static str,
    found: Vec<(String, String)>,
}

impl Findings {
    /// Nothing yet.
    pub(crate) fn of(law: &'static str) -> Self {
        Findings { law, found: Vec::new() }
    }

    /// This type breaks it.
    pub(crate) fn add(&mut self, case: &Case, what: impl std::fmt::Display) {
        self.note(&case.name, what);
    }

    /// Something breaks it that belongs to no type.
    pub(crate) fn note(&mut self, name: &str, what: impl std::fmt::Display) {
        let found = (name.to_owned(), what.to_string().replace('\n', " "));
        if !self.found.contains(&found) {
            self.found.push(found);
        }
    }

    /// Notes the error of a step, if it has one.
    pub(crate) fn take<T>(&mut self, case: &Case, result: Result<T, String>) -> Option<T> {
        result.map_err(|what| self.add(case, what)).ok()
    }

    /// Fails with everything that was found.
    #[track_caller]
    pub(crate) fn done(self) {
        if self.found.is_empty() {
            return;
        }
        let types: BTreeSet<_> = self.found.iter().map(|(name, _)| name).collect();
        let mut text = format!("{}\n{} findings in {} types:\n", self.law, self.found.len(), types.len());
        for (name, what) in &self.found {
            let _ = writeln!(text, "- {name}: {what}");
        }
        panic!("{text}");
    }
}

/// JSON in a message: not more than fits a line.
pub(crate) fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(160) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
