//! Everything on the wire: each transcript in memory and over standard input and output.

use lmcp_tests::transcript;
use std::path::{Path, PathBuf};

fn transcripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("there are transcripts")
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "{files:?}");
    files
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
