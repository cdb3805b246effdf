//! Tables of calls and what comes of them, as text.
//!
//! A table holds sentences (`# …`), calls, and what comes of each: `= …` is what the function got, lines that begin with
//! `|` are what the model reads instead. A call is `tool {…}`, `prompt name {…}` or `read uri`. `LMCP_BLESS=1` rewrites
//! what is expected with what came.

use crate::client::{Answer, Client};
use std::fmt::Write as _;
use std::path::Path;

/// One call of a table.
pub(crate) struct Row {
    pub(crate) call: String,
    pub(crate) answer: Answer,
}

/// What comes of a call, as the table has it.
fn written(answer: &Answer) -> String {
    match answer {
        Answer::Got(value) => format!("= {value}\n"),
        Answer::Refused(text) => text.lines().fold(String::new(), |all, line| all + "| " + line + "\n"),
    }
}

/// Makes each call of a table, and compares.
///
/// # Panics
///
/// With everything that differs.
pub(crate) async fn check(name: &str) -> Vec<Row> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/arguments").join(name);
    let text = std::fs::read_to_string(&file).expect("the table can be read");
    let mut client = Client::open().await;
    let mut rows = Vec::new();
    let mut now = String::new();
    for line in text.lines() {
        if line.starts_with(['=', '|']) {
            continue;
        }
        let _infallible = writeln!(now, "{line}");
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let answer = client.call(line).await;
        now.push_str(&written(&answer));
        rows.push(Row { call: line.to_owned(), answer });
    }
    if std::env::var_os("LMCP_BLESS").is_some() {
        std::fs::write(&file, now).expect("the table can be written");
    } else if text != now {
        panic!("{}", difference(name, &text, &now));
    }
    rows
}

/// The lines that differ, below the calls that they belong to.
fn difference(name: &str, expected: &str, got: &str) -> String {
    let blocks = |text: &str| {
        let mut blocks: Vec<Vec<String>> = Vec::new();
        for line in text.lines() {
            match blocks.last_mut() {
                Some(last) if line.starts_with(['=', '|']) => last.push(line.to_owned()),
                _ => blocks.push(vec![line.to_owned()]),
            }
        }
        blocks
    };
    let mut out = format!("{name} differs from what came; LMCP_BLESS=1 takes it over\n");
    for (expected, got) in blocks(expected).iter().zip(&blocks(got)) {
        if expected != got {
            let _infallible = writeln!(out, "{}", got.first().map_or("", String::as_str));
            for line in expected.iter().skip(1) {
                let _infallible = writeln!(out, "  - {line}");
            }
            for line in got.iter().skip(1) {
                let _infallible = writeln!(out, "  + {line}");
            }
        }
    }
    out
}

/// The call that an explanation ends with.
pub(crate) fn example(call: &str, text: &str) -> Option<String> {
    let example = text.lines().find_map(|line| line.strip_prefix("example: "))?;
    Some(match call.split_once(' ').expect("a call has two parts") {
        ("read", _) => format!("read {example}"),
        ("prompt", rest) => format!("prompt {} {example}", rest.split(' ').next().unwrap_or_default()),
        (tool, _) => format!("{tool} {example}"),
    })
}
