//! Each type's schemas as they are listed, in `tests/schemas/`.

use crate::corpus::{self, Case, Direction};
use crate::harness::{Findings, PROFILES, listed, schema};
use lmcp::ProtocolVersion;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const HOW: &str = "`LMCP_BLESS=1 cargo test -p lmcp-tests --test schemas golden` writes what is listed now";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")
}

/// What the golden file of this type is to say, if its servers start.
async fn schemas(case: &Case) -> Option<String> {
    let mut profiles = Map::new();
    for profile in PROFILES {
        let tool = listed(case, profile, ProtocolVersion::LATEST).await?;
        let mut both = Map::new();
        both.insert("input".into(), schema(&tool, Direction::Input)?.clone());
        if matches!(profile, "portable" | "raw") {
            both.insert("output".into(), schema(&tool, Direction::Output)?.clone());
        }
        profiles.insert(profile.into(), both.into());
    }
    let text = serde_json::to_string_pretty(&Value::Object(profiles)).ok()?;
    Some(
        text + "
",
    )
}

#[tokio::test]
async fn golden_files_say_what_is_listed() {
    let bless = std::env::var_os("LMCP_BLESS").is_some_and(|value| value == "1");
    let folder = folder();
    if bless {
        std::fs::create_dir_all(&folder).expect("the folder of the golden files");
    }
    let mut findings = Findings::of("a type's schemas are those in its golden file");
    let mut wrong = false;
    let mut known = BTreeSet::new();
    for case in corpus::cases() {
        let file = folder.join(format!("{}.json", case.name));
        known.insert(file.clone());
        let Some(now) = schemas(&case).await else { continue };
        match std::fs::read_to_string(&file) {
            Ok(then) if then == now => {}
            _ if bless => std::fs::write(&file, now).expect("a golden file"),
            Ok(then) => {
                wrong = true;
                eprintln!("{}:\n{}", file.display(), difference(&then, &now));
                findings.add(&case, format!("differs; see above. {HOW}"));
            }
            Err(_) => findings.add(&case, format!("has no golden file. {HOW}")),
        }
    }
    for entry in std::fs::read_dir(&folder).into_iter().flatten() {
        let file = entry.expect("an entry of the folder").path();
        if known.contains(&file) {
            continue;
        }
        if bless {
            std::fs::remove_file(&file).expect("removed");
        } else {
            findings.note(&file.display().to_string(), format!("belongs to no type. {HOW}"));
        }
    }
    if wrong {
        eprintln!("{HOW}");
    }
    findings.done();
}

/// The lines that differ, marked, with two around them.
fn difference(then: &str, now: &str) -> String {
    let (then, now): (Vec<_>, Vec<_>) = (then.lines().collect(), now.lines().collect());
    // The length of the longest common rest, from each pair of lines on.
    let mut rest = vec![vec![0_u32; now.len() + 1]; then.len() + 1];
    for i in (0..then.len()).rev() {
        for j in (0..now.len()).rev() {
            rest[i][j] = if then[i] == now[j] { rest[i + 1][j + 1] + 1 } else { rest[i + 1][j].max(rest[i][j + 1]) };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    while i < then.len() || j < now.len() {
        if i < then.len() && j < now.len() && then[i] == now[j] {
            lines.push((' ', then[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == now.len() || (i < then.len() && rest[i + 1][j] >= rest[i][j + 1]) {
            lines.push(('-', then[i]));
            i += 1;
        } else {
            lines.push(('+', now[j]));
            j += 1;
        }
    }
    let near = |at: usize| lines[at.saturating_sub(2)..lines.len().min(at + 3)].iter().any(|(mark, _)| *mark != ' ');
    let mut text = String::new();
    let mut gap = false;
    for (at, (mark, line)) in lines.iter().enumerate() {
        if near(at) {
            text += &format!("  {mark} {line}\n");
        } else if !gap {
            text += "    …\n";
        }
        gap = !near(at);
    }
    text
}

#[test]
fn a_difference_shows_the_lines_that_differ() {
    let shown = difference("a\nb\nc\nd\ne\nf\ng\n", "a\nb\nc\nd\ne\nF\ng\n");
    assert_eq!(shown, "    …\n    d\n    e\n  - f\n  + F\n    g\n");
}
