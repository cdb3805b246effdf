//! What jobs do.

use crate::table::Job;
use hmac_sha256::Hash;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The most files of a job.
const FILES: usize = 100_000;
/// The most lines of a result.
const LINES: usize = 1000;

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Count the lines of all files in the folder.
    Lines,
    /// The SHA-256 of each file in the folder.
    Checksums,
    /// Count the seconds down to nothing.
    Countdown,
}

/// Does it; the error is also for a job that was cancelled.
pub(crate) async fn work(job: Arc<Job>, kind: Kind, seconds: u32, folder: Option<PathBuf>) -> Result<String, String> {
    if kind == Kind::Countdown {
        return countdown(&job, seconds).await;
    }
    let folder = folder.ok_or("there is no folder")?;
    // Files make threads wait, so it is a thread for that. It looks whether it was cancelled by itself.
    let read = move || match kind {
        Kind::Lines => lines(&job, &folder),
        _ => checksums(&job, &folder),
    };
    tokio::task::spawn_blocking(read).await.map_err(|e| e.to_string())?
}

async fn countdown(job: &Job, seconds: u32) -> Result<String, String> {
    for gone in 1..=seconds {
        tokio::select! {
            () = job.cancelled() => return Err(format!("cancelled with {} s left", seconds - gone + 1)),
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
        job.log(&format!("{} s left", seconds - gone));
        job.progress(gone.into(), seconds.into());
    }
    Ok("lift-off".into())
}

fn lines(job: &Job, folder: &Path) -> Result<String, String> {
    let mut lines = 0;
    let files = each(job, folder, |name, file| {
        let mut here = 0;
        chunks(job, file, |bytes| here += bytes.iter().filter(|byte| **byte == b'\n').count())?;
        lines += here;
        Ok(format!("{name}: {here}"))
    })?;
    Ok(format!("{lines} lines in {files} files"))
}

fn checksums(job: &Job, folder: &Path) -> Result<String, String> {
    let mut sums = Vec::new();
    let files = each(job, folder, |name, file| {
        let mut hash = Hash::new();
        chunks(job, file, |bytes| hash.update(bytes))?;
        let sum: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        // As `sha256sum` writes it.
        let line = format!("{sum}  {name}");
        if sums.len() < LINES {
            sums.push(line.clone());
        }
        Ok(line)
    })?;
    if files > sums.len() {
        sums.push(format!("and {} more, in the log", files - sums.len()));
    }
    Ok(sums.join("\n"))
}

/// Does something with each file of a folder, logs what it says, and gives how many there were.
fn each(
    job: &Job,
    folder: &Path,
    mut with: impl FnMut(&str, &mut File) -> Result<String, Stop>,
) -> Result<usize, String> {
    let files = files(job, folder)?;
    for (done, path) in (1..).zip(&files) {
        let name = path.strip_prefix(folder).unwrap_or(path).display().to_string();
        let told = File::open(path).map_err(Stop::File).and_then(|mut file| with(&name, &mut file));
        match told {
            Ok(line) => job.log(&line),
            // One file that cannot be read is no reason to stop.
            Err(Stop::File(e)) => job.log(&format!("{name}: {e}")),
            Err(Stop::Cancelled) => return Err(format!("cancelled after {} of {} files", done - 1, files.len())),
        }
        job.progress(done, files.len() as u64);
    }
    Ok(files.len())
}

/// Why a file was not read to its end.
enum Stop {
    File(io::Error),
    Cancelled,
}

fn chunks(job: &Job, file: &mut File, mut with: impl FnMut(&[u8])) -> Result<(), Stop> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        if job.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        match file.read(&mut buffer).map_err(Stop::File)? {
            0 => return Ok(()),
            read => with(&buffer[..read]),
        }
    }
}

/// All regular files below a folder, by name. Links are not followed.
fn files(job: &Job, folder: &Path) -> Result<Vec<PathBuf>, String> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        if job.is_cancelled() {
            return Err("cancelled while it looked for files".into());
        }
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) => {
                job.log(&format!("{}: {e}", folder.display()));
                continue;
            }
        };
        for entry in entries.flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
        if files.len() > FILES {
            return Err(format!("there are more than {FILES} files"));
        }
    }
    files.sort();
    Ok(files)
}
