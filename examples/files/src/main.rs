//! Reads, searches and edits files in the folders it was given, and nowhere else.
//!
//! ```sh
//! cargo run -p files -- --root . call list path=lmcp
//! cargo run -p files -- --root . call search text=serve! path=lmcp/README.md
//! ```
//!
//! Each folder is a root, and paths begin with its name: with `--root /home/ada/shop --root /srv/logs` there are
//! `shop/src/main.rs` and `logs/today.txt`. Build it with `cargo build --release -p files`, and let it write itself, with
//! its roots, into a client's configuration:
//!
//! ```sh
//! target/release/files --root ~/shop install claude-desktop
//! ```
//!
//! Why nobody gets out: to compare paths, or to resolve them first and open them then, leaves a moment in which somebody
//! makes a link of a folder. So a root is an open folder, and whatever is done in it, the system is asked relative to that
//! folder, step by step. `cap-std` does it, which sandboxes of WebAssembly are built on: `..`, absolute paths and links that
//! lead out are refused on every step, links that stay inside work, and it does so on Windows too. With `rustix` alone that
//! walk would be ours to write and to get right. What this program adds: only regular files are read, without waiting for
//! devices and pipes (`roots`); sizes and numbers are bounded; what is written takes its name in one step (`write`).

mod read;
mod roots;
mod search;
#[cfg(test)]
mod tests;
mod write;

use roots::Roots;
use std::ffi::OsString;
use std::path::PathBuf;

/// The roots that stand before the commands: `--root DIR --root DIR`.
fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Vec<PathBuf>, String> {
    let mut arguments = arguments.into_iter().peekable();
    let mut roots = Vec::new();
    while arguments.next_if(|argument| argument == "--root").is_some() {
        let root = arguments.next().ok_or("--root needs a folder")?;
        roots.push(std::path::absolute(root).map_err(|e| format!("--root: {e}"))?);
    }
    Ok(roots)
}

/// The same, as `install` writes them down.
fn own_arguments(roots: &[PathBuf]) -> Result<Vec<String>, String> {
    let mut own = Vec::new();
    for root in roots {
        let root = root.to_str().ok_or("the path of a root is not UTF-8, as configurations must be")?;
        own.extend(["--root".to_owned(), root.to_owned()]);
    }
    Ok(own)
}

fn main() {
    let folders = parse(std::env::args_os().skip(1));
    let parts = folders.and_then(|folders| Ok((own_arguments(&folders)?, Roots::open(&folders)?)));
    let (own_arguments, roots) = parts.unwrap_or_else(|why| {
        eprintln!("error: {why}");
        std::process::exit(1)
    });
    lmcp::serve!(
        title = "Files",
        instructions = "Paths begin with the name of a root; `list` without a path shows the roots.",
        own_usage = "--root DIR...",
        own_arguments = own_arguments,
        state = roots,
    )
}
