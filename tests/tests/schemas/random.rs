//! Values nobody chose: made at random from schemars' schemas, read by serde, and held against what is listed.

use crate::corpus::{self, Direction};
use crate::harness::{Findings, client, listed, schema, validator};
use crate::nulls::same_but_for_nulls;
use crate::walk::target;
use lmcp::ProtocolVersion;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

/// How many values each type is tried with.
const TRIES: usize = 24;

/// A source of chances that always gives the same ones.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        // SplitMix64: as good as it is short.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides.max(1)
    }

    fn pick<'v>(&mut self, values: &'v [Value]) -> Option<&'v Value> {
        values.get(usize::try_from(self.roll(values.len() as u64)).ok()?)
    }
}

/// A value that this schema describes, more or less.
fn value(schema: &Value, root: &Value, dice: &mut Dice, depth: usize) -> Value {
    let Some(object) = schema.as_object() else { return json!(dice.roll(9)) };
    if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
        let inner = target(root, reference).map(|schema| value(schema, root, dice, depth + 1)).unwrap_or_default();
        return with_properties(object, inner, root, dice, depth);
    }
    if let Some(only) = object.get("const") {
        return only.clone();
    }
    if let Some(values) = object.get("enum").and_then(Value::as_array) {
        return dice.pick(values).cloned().unwrap_or_default();
    }
    for union in ["oneOf", "anyOf"] {
        if let Some(members) = object.get(union).and_then(Value::as_array) {
            // What holds itself ends with its smallest member.
            let member = if depth > 5 { members.last() } else { dice.pick(members) };
            let inner = member.map(|member| value(member, root, dice, depth + 1)).unwrap_or_default();
            return with_properties(object, inner, root, dice, depth);
        }
    }
    let kind = match object.get("type") {
        Some(Value::Array(kinds)) => dice.pick(kinds).and_then(Value::as_str).unwrap_or("null"),
        kind => kind.and_then(Value::as_str).unwrap_or("integer"),
    };
    match kind {
        "null" => Value::Null,
        "boolean" => json!(dice.roll(2) == 0),
        "integer" | "number" => {
            let bound = |key: &str| object.get(key).and_then(Value::as_i64);
            let low = bound("minimum").or(bound("exclusiveMinimum").map(|n| n + 1)).unwrap_or(-100);
            let high = bound("maximum").or(bound("exclusiveMaximum").map(|n| n - 1)).unwrap_or(low.max(0) + 100);
            let range = u64::try_from(high.saturating_sub(low)).unwrap_or_default().saturating_add(1);
            let number = low.saturating_add(i64::try_from(dice.roll(range)).unwrap_or_default());
            if kind == "number" && dice.roll(2) == 0 { json!(number as f64 + 0.25) } else { json!(number) }
        }
        "string" => text(object, dice),
        "array" => {
            let prefix = object.get("prefixItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let least = object.get("minItems").and_then(Value::as_u64).unwrap_or(0);
            let most = object.get("maxItems").and_then(Value::as_u64).unwrap_or(least.max(3)).min(least.max(3));
            let count = if depth > 6 { least } else { least + dice.roll(most - least.min(most) + 1) };
            (0..count)
                .map(|at| {
                    let item = prefix.get(usize::try_from(at).unwrap_or_default()).or(object.get("items"));
                    value(item.unwrap_or(&Value::Null), root, dice, depth + 1)
                })
                .collect()
        }
        _ => with_properties(object, json!({}), root, dice, depth),
    }
}

/// The properties that stand beside a reference or alternatives belong to the value, too.
fn with_properties(object: &Map<String, Value>, inner: Value, root: &Value, dice: &mut Dice, depth: usize) -> Value {
    let Value::Object(mut entries) = inner else { return inner };
    let required = object.get("required").and_then(Value::as_array);
    for (name, property) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let needed = required.is_some_and(|names| names.iter().any(|required| required == name));
        if needed || depth < 6 && dice.roll(3) > 0 {
            entries.insert(name.clone(), value(property, root, dice, depth + 1));
        }
    }
    if let Some(rest) = object.get("additionalProperties").filter(|rest| rest.is_object() && depth < 6) {
        for n in 0..dice.roll(3) {
            entries.insert(format!("key{n}"), value(rest, root, dice, depth + 1));
        }
    }
    if let Some(patterns) = object.get("patternProperties").and_then(Value::as_object).filter(|_| depth < 6) {
        for schema in patterns.values() {
            entries.insert(dice.roll(50).to_string(), value(schema, root, dice, depth + 1));
        }
    }
    Value::Object(entries)
}

fn text(object: &Map<String, Value>, dice: &mut Dice) -> Value {
    let examples: &[&str] = match object.get("format").and_then(Value::as_str) {
        Some("date-time") => &["2026-01-31T12:00:00Z", "1999-12-31T23:59:59.5+01:00"],
        Some("date") => &["2026-01-31", "2024-02-29"],
        Some("time" | "partial-time") => &["12:00:00"],
        Some("uuid") => &["67e55044-10b1-426f-9247-bb680e5fe0c8"],
        Some("uri" | "url") => &["https://example.com/a?b=c"],
        Some("email") => &["ada@example.com"],
        Some("ip" | "ipv4") => &["192.0.2.1"],
        Some("ipv6") => &["2001:db8::1"],
        Some("duration") => &["PT1H"],
        _ => &["", "a", "null", "7", "längst", "two words", "{\"a\":1}", "\u{0}\n\"\\", "🦀"],
    };
    let text = examples[usize::try_from(dice.roll(examples.len() as u64)).unwrap_or_default()];
    let least = object.get("minLength").and_then(Value::as_u64).unwrap_or_default();
    let missing = least.saturating_sub(text.chars().count() as u64);
    json!(format!("{text}{}", "a".repeat(usize::try_from(missing).unwrap_or_default())))
}

#[tokio::test]
async fn values_at_random_keep_the_laws_of_the_chosen_ones() {
    let mut findings = Findings::of("whatever serde reads is given back, as the output schema says");
    let mut runner = TestRunner::deterministic();
    let mut read = 0;
    for case in corpus::cases() {
        let Ok(client) = client(&case, "portable", ProtocolVersion::LATEST).await else { continue };
        let Some(tool) = listed(&case, "portable", ProtocolVersion::LATEST).await else { continue };
        let (Some(output), Some(input)) = (schema(&tool, Direction::Output), schema(&tool, Direction::Input)) else {
            continue;
        };
        let wrapped = output["properties"].as_object().is_some_and(|all| all.len() == 1 && all.contains_key("result"));
        let (Ok(output), Ok(input)) = (validator(output), validator(input)) else { continue };
        let raw = case.raw(Direction::Input);
        let Ok(raw_input) = validator(&raw) else { continue };
        for _ in 0..TRIES {
            let seed = proptest::num::u64::ANY.new_tree(&mut runner).expect("a seed").current();
            let given = value(&raw, &raw, &mut Dice(seed), 0);
            // What the schema does not describe is none of these laws' concern, nor what the type refuses all the same.
            let (true, Ok(written)) = (raw_input.is_valid(&given), (case.echo)(&given)) else { continue };
            read += 1;
            let called = client.call(case.tool, case.arguments(&given)).await.result();
            let Some(called) = findings.take(&case, called.map_err(|e| format!("{given}: {e}"))) else { continue };
            if called.get("isError").is_some_and(|e| e == true) {
                findings.add(&case, format!("{given} is refused: {}", called["content"][0]["text"]));
                continue;
            }
            let structured = called.get("structuredContent").cloned().unwrap_or_default();
            if let Err(e) = output.validate(&structured) {
                findings.add(&case, format!("{structured} does not match: at `{}`: {e}", e.instance_path()));
            }
            let value = if wrapped { structured.get("result").cloned().unwrap_or_default() } else { structured };
            // The order of a hash set is nobody's.
            if case.tool != "set_hash" && !same_but_for_nulls(&value, &written) {
                findings.add(&case, format!("{given} came back as {value}, and not as {written}"));
            }
            // The portable schema never allows less than the one it came from, but for `null`.
            let arguments = case.arguments(&given);
            if crate::nulls::without_refused(&input, &arguments).is_err() {
                findings.add(&case, format!("{arguments} is right, and the portable input schema refuses it"));
            }
        }
    }
    findings.done();
    assert!(read > 2_000, "only {read} values were of any use");
}
