//! The seeds of the fuzzers, and whatever they once found, as tests: each file of `fuzz/seeds/` goes through its law.

use std::path::Path;

/// Takes each seed of a law through it, and says of which one it fails.
fn replay(law: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(law);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    assert!(paths.len() >= 12, "{} has {} seeds", folder.display(), paths.len());
    let fails = |path: &Path| {
        let bytes = std::fs::read(path).expect("it can be read");
        std::panic::catch_unwind(|| check(&bytes)).is_err()
    };
    let failed: Vec<_> = paths.into_iter().filter(|path| fails(path)).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn codec() {
    replay("codec", super::codec);
}

#[test]
fn template() {
    replay("template", super::template);
}

#[test]
fn seal() {
    replay("seal", super::seal);
}

#[test]
fn pipe() {
    replay("pipe", super::pipe);
}

#[cfg(feature = "http")]
#[test]
fn connection() {
    replay("connection", super::connection);
}

#[cfg(feature = "http")]
#[test]
fn requests() {
    replay("requests", super::requests);
}

#[test]
fn schema() {
    replay("schema", super::schema);
}

#[test]
fn schema_made() {
    replay("schema_made", super::schema_made);
}

#[test]
fn repair() {
    replay("repair", super::repair);
}

#[cfg(feature = "cli")]
#[test]
fn editor() {
    replay("editor", super::editor);
}
