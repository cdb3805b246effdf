//! The laws of the three editors: what is written is found, nothing else changes, and taking it out again gives back the
//! bytes that were there.

use super::entry::{Entry, Item, Pair, target};
use super::{Format, written};

pub(super) fn text(key: &str, value: &str) -> Pair {
    (key.to_owned(), Item::Text(value.to_owned()))
}

/// What is to stand in a file of this format.
fn entry(format: Format, command: &str) -> Entry {
    match format {
        Format::Yaml => Entry {
            set: vec![text("type", "stdio"), text("cmd", command)],
            fill: vec![("args".into(), Item::Empty), ("enabled".into(), Item::Flag(true))],
            drop: vec!["uri"],
        },
        _ => Entry { set: vec![text("command", command)], fill: Vec::new(), drop: vec!["url"] },
    }
}

/// Installs into a text of this section, and gives what came of it, once it was seen that a second time changes nothing.
#[track_caller]
pub(super) fn installed(format: Format, section: &str, before: &str) -> String {
    let entry = entry(format, "/bin/calc");
    let (after, was) = written(format, before, section, "calc", &entry).expect(before).expect("it is new");
    assert_eq!(was, None);
    assert_eq!(written(format, &after, section, "calc", &entry), Ok(None), "{after}");
    let found = format.find(&after, section, "calc").expect("it reads").expect("it is there");
    assert_eq!(target(&found), Some("/bin/calc"));
    after
}

/// Installs another command over the entry in this text, and gives what came of it.
#[track_caller]
pub(super) fn replaced(format: Format, section: &str, before: &str, was: &str) -> String {
    let (after, old) =
        written(format, before, section, "calc", &entry(format, "/bin/calc")).expect(before).expect("it differs");
    assert_eq!(old.as_deref(), Some(was));
    after
}

/// What is written into `before` is `after`, and out of `after` comes `before`.
#[track_caller]
pub(super) fn there_and_back(format: Format, section: &str, before: &str, after: &str) {
    let there = installed(format, section, before);
    assert_eq!(there, after);
    let back = format.remove(&there, section, "calc").expect("it reads").expect("it is there");
    assert_eq!(back, before, "and back again");
    assert_eq!(format.remove(before, section, "calc"), Ok(None));
}

/// Neither of the three touches this text; all say the same.
#[track_caller]
pub(super) fn refused(format: Format, section: &str, text: &str, why: &str) {
    let told = |refusal: super::text::Refusal| refusal.to_string();
    let entry = entry(format, "/bin/calc");
    assert_eq!(written(format, text, section, "calc", &entry).map_err(told), Err(why.to_owned()), "{text}");
    assert_eq!(format.remove(text, section, "calc").map_err(told), Err(why.to_owned()), "{text}");
}

/// Whole lines, so that tests read as files do: the first newline and the margin are not part of it.
pub(super) fn lines(text: &str) -> String {
    let text = text.strip_prefix('\n').unwrap_or(text);
    let margin = text.lines().filter(|l| !l.trim().is_empty()).map(|l| l.len() - l.trim_start_matches(' ').len()).min();
    let cut = |line: &str| line.get(margin.unwrap_or(0)..).unwrap_or_default().to_owned() + "\n";
    let lines: String = text.trim_end_matches(' ').lines().map(cut).collect();
    lines
}
