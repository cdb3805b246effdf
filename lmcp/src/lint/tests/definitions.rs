//! Every rule about names, titles, hints, descriptions and numbers.

use super::*;
use crate::handler::entry::Source;
use crate::lint::offer::Definition;

fn definition(json: Value) -> Definition {
    Definition {
        name: json.get("name").and_then(Value::as_str).unwrap_or_default().to_owned(),
        json,
        #[cfg(feature = "cli")]
        size: Size::default(),
        source: Source { file: "src/main.rs", line: 7, function: "f" },
    }
}

/// A tool that nothing can be said against, but for what is put over it.
fn tool(over: Value) -> Definition {
    let mut json = json!({
        "name": "add",
        "title": "Add",
        "description": "Adds.",
        "inputSchema": { "type": "object", "properties": {}, "additionalProperties": false },
        "annotations": { "readOnlyHint": true, "destructiveHint": false, "openWorldHint": false },
    });
    json.as_object_mut().expect("it is one").extend(over.as_object().cloned().unwrap_or_default());
    definition(json)
}

/// Rules that are broken by these tools of a server called `calc`, with `e` for errors and `a` for advice.
fn about(tools: Vec<Definition>, target: Target) -> Vec<String> {
    let offer = Offer { name: Some("calc".into()), tools, ..Offer::default() };
    let findings = lint(&offer, target);
    findings.iter().map(|f| format!("{} {}", &f.severity.as_str()[..1], f.rule)).collect()
}

/// A tag is no field: its values' list, in what is said of the enum or of the tool, is all that can be said of it.
#[test]
fn an_enums_tag_is_described_by_the_list_of_its_values() {
    let kinds = json!({ "kind": { "type": "string", "enum": ["at", "round"] } });
    let listed = "One of:\n- at with x\n- round: goes round";
    let schema = |description: &str| json!({ "type": "object", "properties": kinds, "description": description });
    let whole = |description: &str, said: &str| {
        about(vec![tool(json!({ "inputSchema": schema(description), "description": said }))], Target::Clients)
    };
    let undescribed = vec!["a argument-description".to_owned()];
    assert_eq!(whole(listed, "Goes."), Vec::<String>::new());
    assert_eq!(whole("", &format!("Goes.\n\n{listed}")), Vec::<String>::new());
    assert_eq!(whole("One of:\n- atop\n- round", "Goes."), undescribed);
    let field = json!({ "type": "object", "properties": { "shape": schema(listed) } });
    assert_eq!(about(vec![tool(json!({ "inputSchema": field }))], Target::Clients), Vec::<String>::new());
}

#[test]
fn names_of_tools() {
    use Target::{Anthropic, Clients, Gemini, OpenAiStrict};
    let long = |letters: usize| "x".repeat(letters);
    let cases: &[(&str, &[Target])] = &[
        ("add_2-x", &[]),
        ("admin.list", &[Clients, OpenAiStrict, Gemini, Anthropic]),
        ("", &[Clients, OpenAiStrict, Gemini, Anthropic]),
        ("2add", &[Clients, Gemini]),
        ("_add", &[]),
        (&long(64), &[Clients, Gemini]),
        (&long(65), &[Clients, OpenAiStrict, Gemini, Anthropic]),
    ];
    for (name, refusing) in cases {
        for target in [Clients, OpenAiStrict, Gemini, Anthropic] {
            let found = about(vec![tool(json!({ "name": name }))], target);
            let expected = refusing.contains(&target);
            assert_eq!(found.contains(&"e tool-name".to_owned()), expected, "{target} {name:?}: {found:?}");
        }
    }
    let combined = |letters| about(vec![tool(json!({ "name": long(letters) }))], Clients);
    assert_eq!((combined(56), combined(57)), (vec![], vec!["a whole-name".to_owned()]));
}

/// They are for directories: a first server hears of them by name, and one that has some where they are missing.
#[test]
fn titles_and_hints_are_missed_where_others_have_them() {
    let plain = || tool(json!({ "title": null, "annotations": null }));
    let bare = |target| about(vec![plain(), plain()], target);
    assert_eq!(bare(Target::Clients), Vec::<String>::new());
    assert_eq!(bare(Target::Anthropic), ["a title", "a hints", "a title", "a hints"]);
    assert_eq!(bare(Target::OpenAiStrict), ["a hints", "a hints"]);
    let beside = |over| about(vec![plain(), tool(over)], Target::Clients);
    assert_eq!(beside(json!({ "annotations": null })), ["a title"]);
    assert_eq!(beside(json!({ "title": null })), ["a hints"]);
    assert_eq!(beside(json!({ "title": null, "annotations": { "title": "Add" } })), ["a title"]);
    assert_eq!(beside(json!({})), ["a title", "a hints"]);
}

#[test]
fn titles_hints_and_descriptions() {
    use Target::{Anthropic, Clients, Gemini, OpenAiStrict};
    let cases: &[(Value, [&[&str]; 4])] = &[
        (json!({}), [&[], &[], &["e gemini-keyword"], &[]]),
        (json!({ "title": null }), [&[], &[], &["e gemini-keyword"], &["a title"]]),
        (
            json!({ "title": null, "annotations": { "title": "Add", "readOnlyHint": true } }),
            [&["a hints"], &["a hints"], &["e gemini-keyword"], &[]],
        ),
        (json!({ "annotations": null }), [&[], &["a hints"], &["e gemini-keyword"], &["a hints"]]),
        (
            json!({ "annotations": { "readOnlyHint": false, "openWorldHint": true, "destructiveHint": true } }),
            [&[], &[], &["e gemini-keyword"], &[]],
        ),
        (
            json!({ "description": " " }),
            [&["a description"], &["a description"], &["a description", "e gemini-keyword"], &["a description"]],
        ),
        (json!({ "description": "x".repeat(1024) }), [&[], &[], &["e gemini-keyword"], &[]]),
        (
            json!({ "description": "x".repeat(1025) }),
            [&["a description-length"], &["e description-length"], &["e gemini-keyword"], &[]],
        ),
        (
            json!({ "description": "x".repeat(2049) }),
            [&["a description-length"], &["e description-length"], &["e gemini-keyword"], &["a description-length"]],
        ),
        (json!({ "outputSchema": { "type": "object", "properties": {} } }), [&[], &[], &["e gemini-keyword"], &[]]),
        (
            json!({ "outputSchema": { "type": "array", "items": true } }),
            [
                &["a wrapped-output", "e boolean-schema"],
                &["a wrapped-output", "e boolean-schema"],
                &["e gemini-keyword", "a wrapped-output", "e boolean-schema"],
                &["a wrapped-output", "e boolean-schema"],
            ],
        ),
    ];
    for (over, expected) in cases {
        for (target, expected) in [Clients, OpenAiStrict, Gemini, Anthropic].into_iter().zip(expected) {
            assert_eq!(about(vec![tool(over.clone())], target), *expected, "{target}: {over}");
        }
    }
}

#[test]
fn arguments_are_described_at_every_depth() {
    let schema = json!({
        "type": "object",
        "properties": {
            "said": { "type": "string", "description": "It is." },
            "unsaid": { "type": "string" },
            "point": {
                "description": "A point.",
                "type": "array",
                "items": { "type": "object", "properties": { "x": { "type": "number" } } },
            },
            "node": { "$ref": "#/$defs/Node" },
        },
        "$defs": { "Node": { "type": "string", "description": "A node." } },
        "if": { "properties": { "unsaid": { "type": "string" } } },
    });
    let tool = tool(json!({ "inputSchema": schema }));
    let offer = Offer { tools: vec![tool], ..Offer::default() };
    let paths = |findings: Vec<Finding>| {
        let missing = findings.into_iter().filter(|finding| finding.rule == "argument-description");
        missing.filter_map(|finding| finding.path).collect::<Vec<_>>()
    };
    assert_eq!(paths(lint(&offer, Target::Clients)), ["input.point[].x", "input.unsaid"]);

    let arguments = json!([{ "name": "x" }, { "name": "y", "description": "Y." }]);
    let prompt = json!({ "name": "p", "description": "P.", "arguments": arguments });
    let prompts = vec![definition(prompt), definition(json!({ "name": "q" }))];
    let resources = vec![definition(json!({ "name": "r", "description": "R." })), definition(json!({ "name": "s" }))];
    let templates = vec![definition(json!({ "name": "t" }))];
    let offer = Offer { prompts, resources, templates, ..Offer::default() };
    let lines: Vec<String> = lint(&offer, Target::Clients).iter().map(Finding::to_string).collect();
    let lines: Vec<&str> = lines.iter().filter_map(|line| line.split_once(';')).map(|(line, _)| line).collect();
    assert_eq!(
        lines,
        [
            "src/main.rs:7: advice: resource `s`: has no description: who picks it has only the name to go by",
            "src/main.rs:7: advice: template `t`: has no description: who picks it has only the name to go by",
            "src/main.rs:7: advice: prompt `p`: x: has no description",
            "src/main.rs:7: advice: prompt `q`: has no description: who picks it has only the name to go by",
        ]
    );
}

#[test]
fn the_server_as_a_whole() {
    use Target::{Anthropic, Clients, OpenAiStrict};
    let tools = |count: usize| (0..count).map(|_| tool(json!({}))).collect::<Vec<_>>();
    let cases: [(usize, Target, &[&str]); 8] = [
        (40, Clients, &[]),
        (41, Clients, &["a tools"]),
        (128, Clients, &["a tools"]),
        (129, Clients, &["e tools"]),
        (128, OpenAiStrict, &[]),
        (129, OpenAiStrict, &["e tools"]),
        (20, Anthropic, &[]),
        (21, Anthropic, &["a claude-strict-limits"]),
    ];
    for (count, target, expected) in cases {
        assert_eq!(about(tools(count), target), expected, "{count} {target}");
    }
    let said = |bytes: usize| {
        let offer = Offer { instructions: Some("x".repeat(bytes)), ..Offer::default() };
        lint(&offer, Clients).iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    assert_eq!((said(2048), said(2049)), (vec![], vec!["instructions-length"]));

    let arguments = |count: usize, schema: Value| {
        let properties: Value = (0..count).map(|n| (format!("p{n}"), schema.clone())).collect();
        let required: Vec<String> =
            if schema.get("anyOf").is_some() { (0..count).map(|n| format!("p{n}")).collect() } else { vec![] };
        let schema =
            json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
        about(vec![tool(json!({ "inputSchema": schema }))], Anthropic)
    };
    let text = json!({ "type": "string", "description": "x" });
    let union = json!({ "anyOf": [{ "type": "string" }], "description": "x" });
    assert_eq!((arguments(24, text.clone()), arguments(25, text)), (vec![], vec!["a claude-strict-limits".to_owned()]));
    assert_eq!(
        (arguments(16, union.clone()), arguments(17, union)),
        (vec![], vec!["a claude-strict-limits".to_owned()])
    );
}
