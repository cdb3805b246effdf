//! Values against the schemas that describe them, and through calls and back.

use crate::corpus::{self, Case, Direction};
use crate::harness::{Findings, client, listed, schema, validator};
use crate::nulls::{nulls_under_keys, remove, same, same_but_for_nulls, without_refused};
use crate::walk::target;
use jsonschema::Validator;
use lmcp::ProtocolVersion;
use serde_json::{Value, json};

/// The validator of a listed schema; that there is one is a law of its own.
async fn listed_validator(
    case: &Case,
    profile: &str,
    version: ProtocolVersion,
    direction: Direction,
) -> Option<Validator> {
    let tool = listed(case, profile, version).await?;
    validator(schema(&tool, direction)?).ok()
}

/// The values that serde writes; what is wrong with the corpus is another test's concern.
fn written(case: &Case) -> Vec<Value> {
    case.given().iter().filter_map(|given| (case.echo)(given).ok()).collect()
}

/// Types that serde does not read again without the `null`s that are left out of results.
const NEEDS_NULL: [&str; 2] = ["opt_said", "range_options"];

/// Whether a result is put into an object in every revision: its schema would have alternatives at the root.
fn is_wrapped(schema: &Value) -> bool {
    schema["properties"].as_object().is_some_and(|all| all.len() == 1 && all.contains_key("result"))
}

/// Whether serde reads this, and then writes that.
fn reads_as(case: &Case, value: &Value, written: &Value) -> bool {
    (case.echo)(value).is_ok_and(|again| same(&again, written))
}

/// The corpus itself: serde reads each value, and schemars' own schemas know it.
#[test]
fn serde_and_schemars_agree_about_the_corpus() {
    let mut findings = Findings::of("serde reads each value of the corpus, and schemars' schemas describe it");
    for case in corpus::cases() {
        let input = findings.take(&case, validator(&case.raw(Direction::Input)));
        let output = findings.take(&case, validator(&case.raw(Direction::Output)));
        let (Some(input), Some(output)) = (input, output) else { continue };
        for given in case.given() {
            if let Err(e) = input.validate(&given) {
                findings.add(&case, format!("{given} is given: at `{}`: {e}", e.instance_path()));
            }
            let Some(written) = findings.take(&case, (case.echo)(&given)) else { continue };
            if let Err(e) = output.validate(&written) {
                findings.add(&case, format!("{written} is written: at `{}`: {e}", e.instance_path()));
            }
        }
    }
    findings.done();
}

#[tokio::test]
async fn written_values_match_the_output_schema() {
    let mut findings = Findings::of("what serde writes matches the portable output schema, once `null`s are left out");
    for case in corpus::cases() {
        let Some(tool) = listed(&case, "portable", ProtocolVersion::LATEST).await else { continue };
        let Some(schema) = schema(&tool, Direction::Output) else { continue };
        let (wrapped, Ok(output)) = (is_wrapped(schema), validator(schema)) else { continue };
        for written in written(&case) {
            let whole = if wrapped { json!({ "result": written }) } else { written.clone() };
            let Some(mut left) = findings.take(&case, without_refused(&output, &whole)) else { continue };
            if wrapped {
                left = left.get_mut("result").map(Value::take).unwrap_or_default();
            }
            let again = reads_as(&case, &written, &written) && !NEEDS_NULL.contains(&case.tool);
            if again && !reads_as(&case, &left, &written) {
                findings.add(&case, format!("{written} had to become {left}, which is another value"));
            }
        }
    }
    findings.done();
}

#[tokio::test]
async fn written_values_match_the_raw_output_schema() {
    let mut findings = Findings::of("what serde writes matches the raw output schema as it is");
    for case in corpus::cases() {
        let Some(output) = listed_validator(&case, "raw", ProtocolVersion::LATEST, Direction::Output).await else {
            continue;
        };
        for written in written(&case) {
            if let Err(e) = output.validate(&written) {
                findings.add(&case, format!("{written}: at `{}`: {e}", e.instance_path()));
            }
        }
    }
    findings.done();
}

#[tokio::test]
async fn values_match_the_input_schema() {
    let mut findings = Findings::of("what serde reads matches the portable input schema, once `null`s are left out");
    for case in corpus::cases() {
        let Some(input) = listed_validator(&case, "portable", ProtocolVersion::LATEST, Direction::Input).await else {
            continue;
        };
        for given in case.given() {
            let Ok(written) = (case.echo)(&given) else { continue };
            // What was written may be sent again, if it is read as what it was.
            let again = (written != given && reads_as(&case, &written, &written)).then(|| written.clone());
            for value in [given].into_iter().chain(again) {
                let arguments = case.arguments(&value);
                let Some(left) = findings.take(&case, without_refused(&input, &arguments)) else { continue };
                let left = if case.whole { left } else { left.get("value").cloned().unwrap_or_default() };
                if !reads_as(&case, &left, &written) {
                    findings.add(&case, format!("{value} had to become {left}, which is another value"));
                }
            }
        }
    }
    findings.done();
}

#[tokio::test]
async fn what_is_required_cannot_be_left_out() {
    let mut findings = Findings::of("a property that the input schema requires is one that serde does not do without");
    for case in corpus::cases().into_iter().filter(|case| case.whole && !case.tool.starts_with("hand_")) {
        let Some(tool) = listed(&case, "portable", ProtocolVersion::LATEST).await else { continue };
        let raw = case.raw(Direction::Input);
        let raw = raw.get("$ref").and_then(Value::as_str).and_then(|r| target(&raw, r)).unwrap_or(&raw);
        let asked = |name: &str| raw["required"].as_array().is_some_and(|names| names.iter().any(|n| n == name));
        let required = tool.pointer("/inputSchema/required").and_then(Value::as_array).cloned().unwrap_or_default();
        for name in required.iter().filter_map(Value::as_str) {
            for mut given in case.given() {
                let removed = given.as_object_mut().and_then(|object| object.remove(name));
                // A type that asks for it by itself, more than serde does, has its reasons.
                if removed.is_some() && !asked(name) && (case.echo)(&given).is_ok() {
                    findings.add(&case, format!("`{name}` is required, and {given} is read without it"));
                }
            }
        }
    }
    findings.done();
}

/// The values of the corpus, and each as somebody sends it who keeps to the input schema.
fn sent(case: &Case, tool: &Value) -> Vec<Value> {
    let input = schema(tool, Direction::Input).and_then(|schema| validator(schema).ok());
    let mut values = case.given();
    for given in case.given() {
        let arguments = case.arguments(&given);
        let left = input.as_ref().and_then(|input| without_refused(input, &arguments).ok());
        values.extend(left.filter(|left| *left != arguments).and_then(|mut left| match case.whole {
            true => Some(left),
            // Nothing is left of `null`, which the type's own `None` stands for.
            false => left.get_mut("value").map(Value::take),
        }));
    }
    values
}

/// The law: in outputs the value matches its schema. A `None` that serde would write as `null` is left out of the
/// structured value, at every depth, or the schema says `null` where it cannot be left out.
async fn calls_give_back_what_they_took(version: ProtocolVersion) {
    let mut findings = Findings::of("a call gives back what it took, as its output schema says");
    for case in corpus::cases() {
        let Ok(client) = client(&case, "portable", version).await else { continue };
        let Some(tool) = listed(&case, "portable", version).await else { continue };
        let Some(newest) = listed(&case, "portable", ProtocolVersion::LATEST).await else { continue };
        let Some(schema) = schema(&tool, Direction::Output) else { continue };
        let Ok(output) = validator(schema) else { continue };
        // An output that is no object is put into one before 2026-07-28, and its schema with it.
        let wrapped = newest.get("outputSchema") != Some(schema) || is_wrapped(schema);
        if !version.is_modern() && schema.get("type") != Some(&json!("object")) {
            findings.add(&case, format!("{version}: the output schema is none of an object"));
        }
        for given in sent(&case, &tool) {
            let Ok(written) = (case.echo)(&given) else { continue };
            let called = client.call(case.tool, case.arguments(&given)).await.result();
            let called = called.map_err(|e| format!("{given}: {e}"));
            let Some(called) = findings.take(&case, called) else { continue };
            if called.get("isError").is_some_and(|e| e == true) {
                findings.add(&case, format!("{given}: {}", called["content"][0]["text"]));
                continue;
            }
            let structured = called.get("structuredContent").cloned();
            if let Some(structured) = &structured
                && let Err(e) = output.validate(structured)
            {
                findings.add(&case, format!("{structured} does not match: at `{}`: {e}", e.instance_path()));
            }
            let value = match structured {
                Some(mut object) if wrapped => object.get_mut("result").map(Value::take),
                other => other,
            };
            let value = value.unwrap_or_default();
            if !same_but_for_nulls(&value, &written) {
                findings.add(&case, format!("{given} came back as {value}, and not as {written}"));
            } else if reads_as(&case, &written, &written)
                && !reads_as(&case, &value, &written)
                && !NEEDS_NULL.contains(&case.tool)
            {
                findings.add(&case, format!("{given} came back as {value}, which is another value"));
            }
        }
    }
    findings.done();
}

#[tokio::test]
async fn calls_give_back_what_they_took_today() {
    calls_give_back_what_they_took(ProtocolVersion::LATEST).await;
}

#[tokio::test]
async fn calls_give_back_what_they_took_in_2025() {
    calls_give_back_what_they_took(ProtocolVersion::V2025_06_18).await;
}

/// Their `null` is a value of its own, though serde does without it, or no schema tells of it.
const NEVER_LEFT_OUT: [&str; 4] = ["phantom", "opt_fields", "loose", "replaced"];

#[tokio::test]
async fn what_is_none_is_left_out_of_results() {
    let mut findings = Findings::of("a `null` under a key is left out of a result, if what is left is the same value");
    for case in corpus::cases().into_iter().filter(|case| !NEVER_LEFT_OUT.contains(&case.tool)) {
        let Ok(client) = client(&case, "portable", ProtocolVersion::LATEST).await else { continue };
        for given in case.given() {
            let Ok(written) = (case.echo)(&given) else { continue };
            let called = client.call(case.tool, case.arguments(&given)).await.result();
            let Some(structured) = called.ok().and_then(|called| called.get("structuredContent").cloned()) else {
                continue;
            };
            if !reads_as(&case, &structured, &written) {
                continue;
            }
            let can_go = |path: &String| {
                let mut less = structured.clone();
                remove(&mut less, path);
                reads_as(&case, &less, &written)
            };
            let paths: Vec<_> = nulls_under_keys(&structured).into_iter().filter(can_go).collect();
            if !paths.is_empty() {
                findings.add(&case, format!("{} in {structured}", paths.join(", ")));
            }
        }
    }
    findings.done();
}
