//! What nobody sends but to see what happens: one short answer to each, and an end to the search for it.

use crate::client::{Answer, Client};
use crate::tables::example;
use std::sync::mpsc;
use std::time::Duration;

/// Far more than any test here takes, unoptimized and on a machine that does other things; what is tried in every way takes
/// longer.
const PATIENCE: Duration = Duration::from_secs(300);

/// How long an answer may be.
const LETTERS: usize = 8 * 1024;

/// Runs a test on a thread of its own, for which nobody waits when it does not end: what counts is done without a pause, and
/// no time limit of the runtime's would end it.
fn ends(test: impl Future<Output = ()> + Send + 'static) {
    let (done, ended) = mpsc::channel::<()>();
    let running = std::thread::spawn(move || {
        let _done = done;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(test);
    });
    // The sender is dropped at the end, and by a panic too.
    let waited = ended.recv_timeout(PATIENCE);
    assert!(waited != Err(mpsc::RecvTimeoutError::Timeout), "it does not end");
    if let Err(panic) = running.join() {
        std::panic::resume_unwind(panic);
    }
}

/// A call is refused, and in few words.
async fn refused(tool: &str, arguments: &str) -> String {
    let mut client = Client::open().await;
    let answer = client.tool(tool, arguments).await;
    let shown: String = arguments.chars().take(200).collect();
    let Answer::Refused(text) = answer else { panic!("{tool} took {shown}") };
    assert!(text.len() < LETTERS, "{} letters for {tool} {shown}: {text}", text.len());
    if let Some(call) = example(&format!("{tool} "), &text) {
        let again = client.call(&call).await;
        assert!(matches!(again, Answer::Got(_)), "{call}: {again:?}");
    }
    text
}

#[test]
fn depth() {
    ends(async {
        for tool in ["integer", "anything", "family", "calculate", "lists", "query", "expression", "open"] {
            for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                let inner = if open == "[" { "" } else { "1" };
                let deep = format!("{}{inner}{}", open.repeat(100_000), close.repeat(100_000));
                let name = match tool {
                    "integer" => "n",
                    "anything" => "value",
                    "family" => "root",
                    "calculate" => "sum",
                    "lists" => "numbers",
                    "expression" => "e",
                    "open" => "id",
                    _ => "q",
                };
                refused(tool, &format!("{{\"{name}\":{deep}}}")).await;
            }
        }
    });
}

#[test]
fn types_that_hold_themselves() {
    ends(async {
        for (depth, leaf) in [(3, "300"), (12, "{}"), (20, "300"), (60, "300"), (100, "\"x\""), (120, "[]")] {
            let alternating = |at: usize| if at.is_multiple_of(2) { "and" } else { "or" };
            let mut value = format!("{{\"leaf\":{leaf}}}");
            for at in 0..depth {
                value = format!("{{\"left\":{value},\"{}\":true}}", alternating(at));
            }
            for tool in ["judge", "expression"] {
                let text = refused(tool, &format!("{{\"e\":{value}}}")).await;
                assert!(text.contains("leaf: expected an integer from 0 to 255"), "{text}");
            }

            let mut value = format!("{{\"op\":\"number\",\"n\":{}}}", if leaf == "300" { "0.5" } else { leaf });
            for at in 0..depth {
                let op = if at.is_multiple_of(2) { "plus" } else { "Minus" };
                value = format!("{{\"op\":\"{op}\",\"a\":{value},\"b\":{{\"op\":\"number\",\"n\":\"1\"}}}}");
            }
            let text = refused("calculate", &format!("{{\"sum\":{value}}}")).await;
            assert!(text.contains(".n: expected an integer, got"), "{text}");

            let mut value = format!("{{\"name\":\"a\",\"age\":{leaf}}}");
            for _ in 0..depth / 2 {
                value = format!("{{\"name\":\"a\",\"age\":\"3\",\"children\":[{value}]}}");
            }
            let text = refused("family", &format!("{{\"root\":{value}}}")).await;
            assert!(text.contains("age: expected an integer from 0 to 255"), "{text}");
        }
    });
}

#[test]
fn deep_values_are_taken_and_repaired() {
    ends(async {
        let mut client = Client::open().await;
        for depth in [1, 2, 4, 60, 100] {
            let nested = |leaf: &str, yes: &str| {
                let start = format!("{{\"leaf\":{leaf}}}");
                (0..depth).fold(start, |value, at: usize| {
                    let key = if at.is_multiple_of(2) { "and" } else { "or" };
                    format!("{{\"left\":{value},\"{key}\":{yes}}}")
                })
            };
            // serde tries every way, so there is an end to it.
            let answer = client.tool("expression", &format!("{{\"e\":{}}}", nested("3", "true"))).await;
            match depth {
                60.. => assert!(answer.text().contains("nested too deep"), "{depth}: {answer:?}"),
                _ => assert_eq!(answer, Answer::Got(nested("3", "true"))),
            }
            let right: serde_json::Value = serde_json::from_str(&nested("3", "true")).expect("JSON");
            let answer = client.tool("judge", &format!("{{\"e\":{}}}", nested("3", "true"))).await;
            assert_eq!(answer, Answer::Got(right.to_string()));
            let answer = client.tool("judge", &format!("{{\"e\":{}}}", nested("\"3\"", "\"true\""))).await;
            // How many alternatives are tried inside of each other has an end.
            assert!(answer == Answer::Got(right.to_string()) || depth > 4, "{depth}: {answer:?}");
        }
    });
}

#[test]
fn length() {
    ends(async {
        let numbers = vec!["\"x\""; 100_000].join(",");
        let text = refused("lists", &format!("{{\"numbers\":[{numbers}]}}")).await;
        assert!(text.contains("and 99980 more"), "{text}");
        let words = vec!["3"; 50_000].join(",");
        refused("label", &format!("{{\"labels\":[{words}]}}")).await;
        refused("limits", &format!("{{\"once\":[{words}],\"words\":[{words}]}}")).await;
        let shapes = vec![r#"{"kind":"circel"}"#; 20_000].join(",");
        refused("run", &format!("{{\"commands\":[{shapes}]}}")).await;
        let long = "x".repeat(1_000_000);
        refused("integer", &format!("{{\"n\":\"{long}\"}}")).await;
        refused("paint", &format!("{{\"colour\":\"{long}\"}}")).await;
        refused("integer", &format!("{{\"{long}\":1}}")).await;
        refused("connect", &format!("{{\"to\":{{\"host\":\"h\",\"token\":\"{long}\"}},\"port\":1}}")).await;
        refused("limits", &format!("{{\"code\":\"{long}\",\"mail\":\"{long}\",\"link\":\"{long}\"}}")).await;
        refused("integer", &format!("{{\"n\":{}}}", "1".repeat(500_000))).await;
        refused("integer", &format!("{{\"n\":1e{}}}", "9".repeat(500_000))).await;
        refused("real", &format!("{{\"x\":\"1e{}\"}}", "9".repeat(100_000))).await;
    });
}

#[test]
fn names() {
    ends(async {
        let unknown: Vec<String> = (0..10_000).map(|n| format!("\"unknown_{n}\":{n}")).collect();
        let unknown = unknown.join(",");
        for (tool, rest) in [("integer", "\"n\":1"), ("closed", "\"city\":\"a\""), ("nothing", "\"x\":1")] {
            let text = refused(tool, &format!("{{{rest},{unknown}}}")).await;
            assert!(text.contains("more"), "{text}");
            refused(tool, &format!("{{{unknown}}}")).await;
        }
        refused("search", &format!("{{\"filter\":{{{unknown}}}}}")).await;
        refused("query", &format!("{{\"q\":{{{unknown}}}}}")).await;
        refused("maps", &format!("{{\"scores\":{{{}}}}}", unknown.replace(":", ":-"))).await;
        let odd = ["", "\\\"", "\\n", "\\u0000", "a.b", "[0]", "\\ud83d\\ude00", "…", " ", "__proto__", "$ref"];
        let keys: Vec<String> = odd.iter().map(|key| format!("\"{key}\":-1")).collect();
        let text = refused("maps", &format!("{{\"scores\":{{{}}}}}", keys.join(","))).await;
        assert_eq!(text.lines().count(), odd.len() + 2, "{text}");
        let text = refused("integer", &format!("{{{}}}", keys.join(","))).await;
        assert_eq!(text.lines().count(), odd.len() + 3, "{text}");
    });
}

#[test]
fn half_a_character_is_not_changed_by_a_repair() {
    ends(async {
        let mut client = Client::open().await;
        for arguments in [
            r#"{"user": "\ud800", "password": "x", "pin": "1"}"#,
            r#"{"user": "a", "password": "\udc00\ud800", "pin": "1"}"#,
        ] {
            let answer = client.tool("login", arguments).await;
            assert!(
                matches!(&answer, Answer::Refused(text) if text.contains("half of a character") || text.contains("does not fit")),
                "{answer:?}"
            );
        }
        let answer = client.tool("maps", r#"{"scores": {"\ud800": "1"}}"#).await;
        assert!(matches!(&answer, Answer::Refused(_)), "{answer:?}");
        // Where serde does not look, neither is it changed.
        let answer = client.tool("maybe", r#"{"price": {"least": "1", "other": {"\ud800": "\udc00"}}}"#).await;
        assert_eq!(answer.text(), r#"[null,null,null,null,{"least":1.0,"most":null}]"#);
    });
}

#[test]
fn rules_are_kept_beside_what_cannot_be_read() {
    ends(async {
        let text = refused("limits", r#"{"stars": 9, "more": {"\ud800": 1}}"#).await;
        assert!(text.contains("stars: expected an integer from 1 to 5, got 9"), "{text}");
    });
}
