//! Everything on the wire: each transcript in memory and over standard input and output.

use lmcp_tests::guarded::guarded;
use lmcp_tests::transcript;
use std::path::{Path, PathBuf};

fn transcripts() -> Vec<PathBuf> {
    let files = transcripts_in("transcripts");
    assert!(files.len() >= 10, "{files:?}");
    files
}

fn transcripts_in(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("there are transcripts")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

/// Those of a server with rates, for which time stands still.
#[tokio::test(start_paused = true)]
async fn transcripts_of_a_guarded_server() {
    let files = transcripts_in("transcripts/guarded");
    assert!(!files.is_empty());
    for file in files {
        transcript::in_memory_of(guarded(), &file).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transcripts_in_memory() {
    for file in transcripts() {
        transcript::in_memory(&file).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transcripts_over_stdio() {
    for file in transcripts() {
        transcript::over_stdio(&file, env!("CARGO_BIN_EXE_lmcp-test-server")).await;
    }
}
