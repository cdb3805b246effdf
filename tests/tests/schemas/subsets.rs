//! What the providers' published subsets of JSON Schema refuse.

use crate::corpus::{self, Direction};
use crate::harness::{Findings, PROFILES, listed, schema};
use lmcp::ProtocolVersion;
use lmcp::testing::{Finding, Target, check_schema};
use serde_json::Value;

/// What the providers that a profile is for refuse in an input schema, each with its path.
fn subset(profile: &str, schema: &Value) -> Vec<String> {
    let targets: &[Target] = match profile {
        "portable" => &[Target::Clients, Target::Anthropic],
        "openai-strict" => &[Target::OpenAiStrict],
        "gemini" => &[Target::Gemini],
        _ => &[],
    };
    // Names of fields are their author's.
    // Where `null` is a value of its own, as in a `Vec<Option<u8>>`, it stays; `laws.rs` says where that is.
    let is_law = |finding: &Finding| matches!(finding.rule, "null" | "type-union" | "property-name");
    let errors = |target: &Target| {
        let found = check_schema(schema, *target).into_iter().filter(|found| found.is_error() && !is_law(found));
        found.map(|finding| finding.to_string()).collect::<Vec<_>>()
    };
    targets.iter().flat_map(errors).collect()
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
