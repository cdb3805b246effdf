//! What `serve!` collects: functions of other crates, or nothing.

use std::process::Command;

#[test]
fn functions_of_other_crates_are_collected_and_sorted_by_name() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_lmcp-test-collected")).args(["list", "--json"]).output().expect("run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let names = |kind: &str| -> Vec<String> {
        let items = listed[kind].as_array().expect("a list");
        items.iter().map(|item| item["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let tools = names("tools");
    assert_eq!(tools.len(), 27);
    assert!(tools.is_sorted(), "{tools:?}");
    assert_eq!(names("resources"), ["about", "asking", "raw bytes", "about", "minutes"]);
    assert_eq!(names("resourceTemplates"), ["file", "special", "anything", "file", "note"]);
    assert_eq!(names("prompts"), ["greet", "hello", "plan", "review", "stumble", "talk"]);
    // So nothing of them got lost.
    let output = Command::new(env!("CARGO_BIN_EXE_lmcp-test-collected")).arg("check").output().expect("run");
    let checked = String::from_utf8_lossy(&output.stdout);
    assert!(checked.contains("\nSEVERAL\n") && !checked.contains("got lost"), "{checked}");
}

#[test]
fn nothing_collected_says_why_that_can_be() {
    let output = Command::new(env!("CARGO_BIN_EXE_lmcp-test-nothing")).output().expect("run");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.starts_with("error: there is nothing to serve"), "{text}");
    // It was built here, and its library is there to be looked at.
    let library = include_str!("../src/lib.rs");
    let first = library.lines().position(|line| line.starts_with("#[tool")).expect("a tool") + 1;
    let lost = format!("- `#[tool]` at src/lib.rs:{first} and ");
    assert!(text.contains(&lost), "{lost}: {text}");
    assert!(
        text.contains(
            " of this package's own library got lost: add `use lmcp_tests as _;` to `main.rs`, or to the test"
        ),
        "{text}"
    );
}

#[test]
fn nothing_collected_is_told_among_others() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-nothing"));
    let output = command.env("LMCP_SECRET", "short").output().expect("run");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        text.starts_with("error: the server cannot start, there are 2 mistakes in it:\n  the environment"),
        "{text}"
    );
    assert!(
        text.contains("\n  there is nothing to serve") && text.contains("\n    - if the server is meant"),
        "{text}"
    );
}
