//! What the providers' published subsets of JSON Schema refuse.

use crate::corpus::{self, Direction};
use crate::harness::{Findings, PROFILES, listed, schema};
use lmcp::ProtocolVersion;
use serde_json::Value;

/// What a provider of this profile refuses in an input schema, each with its path.
///
/// TO BE WIRED: the checkers of OpenAI's strict mode, of Gemini, and of Anthropic's and OpenAI's plain tools (under
/// `portable`) go here.
fn subset(_profile: &str, _schema: &Value) -> Vec<String> {
    Vec::new()
}

#[tokio::test]
async fn input_schemas_stay_in_the_subset_of_their_profile() {
    let mut findings = Findings::of("an input schema says nothing that its profile's provider refuses");
    for case in corpus::cases() {
        for profile in PROFILES {
            let Some(tool) = listed(&case, profile, ProtocolVersion::LATEST).await else { continue };
            if let Some(schema) = schema(&tool, Direction::Input) {
                subset(profile, schema).into_iter().for_each(|what| findings.add(&case, format!("{profile}: {what}")));
            }
        }
    }
    findings.done();
}
