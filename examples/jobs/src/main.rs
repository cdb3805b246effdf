//! Runs long jobs in the background: several at a time, with progress, a log, and a result that is kept.
//!
//! ```sh
//! cargo run -p jobs -- --folder . call start job=lines wait=true
//! ```
//!
//! Build it with `cargo build --release -p jobs`, and let it write itself, with the folder, into a client's configuration:
//!
//! ```sh
//! target/release/jobs --folder ~/shop install claude-desktop
//! ```
//!
//! What a model does with it: `start` gives the job's number at once, `wait` waits for its end and shows how far it is,
//! `status` lists what runs, `cancel` ends a job. `jobs://1/log` is the log of job 1; whoever is subscribed to it hears of
//! each line.
//!
//! How it works: a job is a task of its own ([`table`]). A call that waits only watches it, so a client that cancels the
//! wait, or goes away, ends the wait and not the job. Two jobs run at a time, the others are queued, and a result is kept
//! until somebody has asked for it. When the process is told to end, jobs are told as well, and it ends when they have.
//! The jobs themselves ([`work`]) are three functions to put others beside.

mod table;
#[cfg(test)]
mod tests;
mod tools;
mod work;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;
use table::Jobs;

/// How many jobs run at a time.
const AT_ONCE: usize = 2;
/// How long jobs may take to end when the process is told to.
const END: Duration = Duration::from_secs(5);

/// The folder that stands before the commands: `--folder DIR`.
fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Option<PathBuf>, String> {
    let mut arguments = arguments.into_iter();
    if arguments.next().is_none_or(|first| first != "--folder") {
        return Ok(None);
    }
    let folder = std::path::absolute(arguments.next().ok_or("--folder needs a folder")?);
    let folder = folder.map_err(|e| format!("--folder: {e}"))?;
    if !folder.is_dir() {
        return Err(format!("there is no folder {}", folder.display()));
    }
    Ok(Some(folder))
}

/// The same, as `install` writes it down.
fn own_arguments(folder: Option<&PathBuf>) -> Result<Vec<String>, String> {
    let Some(folder) = folder else { return Ok(Vec::new()) };
    let folder = folder.to_str().ok_or("the path of the folder is not UTF-8, as configurations must be")?;
    Ok(vec!["--folder".to_owned(), folder.to_owned()])
}

#[tokio::main]
async fn main() {
    let folder = parse(std::env::args_os().skip(1));
    let parts = folder.and_then(|folder| Ok((own_arguments(folder.as_ref())?, Jobs::new(folder, AT_ONCE))));
    let (own_arguments, jobs) = parts.unwrap_or_else(|why| {
        eprintln!("error: {why}");
        std::process::exit(1)
    });
    // `run` comes back when the client is gone or the process was told to end, in a runtime that still runs: `serve!` would
    // leave no time to end jobs in.
    lmcp::server!()
        .title("Jobs")
        .instructions("`start` a job, then `wait` for it. Its log is at jobs://{id}/log.")
        .own_usage("--folder DIR")
        .own_arguments(own_arguments)
        .state(jobs.clone())
        .run()
        .await;
    match tokio::time::timeout(END, jobs.end()).await {
        Ok(0) => {}
        Ok(ended) => eprintln!("jobs: {ended} cancelled, since the server ends"),
        Err(_) => eprintln!("jobs: some did not end in {END:?}"),
    }
}
