//! `--save DIR`: pictures, sounds and other files of a result, written into a folder under names that are free.

use super::content::{body, bytes};
use serde_json::Value;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A folder to save in. One that was made for it goes again when nothing was saved.
pub(super) struct Folder {
    path: PathBuf,
    is_new: bool,
}

impl Folder {
    /// The folder, which is made if it is not there.
    pub(super) fn open(path: &str) -> Result<Self, String> {
        let is_new = !Path::new(path).exists();
        std::fs::create_dir_all(path).map_err(|e| format!("the folder {path:?} cannot be made: {e}"))?;
        Ok(Folder { path: path.into(), is_new })
    }

    /// Saves the content blocks that are no text: for each block, where it is now. `name` is what files are called that
    /// have no name of their own.
    pub(super) fn blocks(&self, blocks: &[Value], name: &str) -> Result<Vec<Option<PathBuf>>, String> {
        blocks.iter().map(|block| self.block(block, name)).collect()
    }

    fn block(&self, block: &Value, name: &str) -> Result<Option<PathBuf>, String> {
        let get = |key: &str| block.get(key).and_then(Value::as_str);
        match (get("type"), block.get("resource")) {
            (Some("image" | "audio"), _) => {
                let name = format!("{name}.{}", extension(get("mimeType")));
                self.write(&name, &bytes(get("data").unwrap_or_default())).map(Some)
            }
            (Some("resource"), Some(resource)) => self.contents(resource, name).map(Some),
            _ => Ok(None),
        }
    }

    /// Saves the contents of a resource.
    pub(super) fn contents(&self, contents: &Value, name: &str) -> Result<PathBuf, String> {
        let get = |key: &str| contents.get(key).and_then(Value::as_str);
        let own = get("uri").and_then(file_name);
        let mime = get("mimeType").or_else(|| get("text").map(|_| "text/plain"));
        let name = own.map_or_else(|| format!("{name}.{}", extension(mime)), str::to_owned);
        self.write(&name, &body(contents))
    }

    /// Writes a file beside those that are there: `name.png`, `name-2.png`.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, String> {
        let path = Path::new(name);
        let stem = harmless(&path.file_stem().unwrap_or_default().to_string_lossy());
        let extension =
            path.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
        let mut number = 1_u32;
        loop {
            let numbered = if number == 1 { String::new() } else { format!("-{number}") };
            let path = self.path.join(format!("{stem}{numbered}{extension}"));
            let written =
                OpenOptions::new().write(true).create_new(true).open(&path).and_then(|mut file| file.write_all(bytes));
            match written {
                Ok(()) => return Ok(path),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(e) => return Err(format!("{path:?} cannot be written: {e}")),
            }
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_new {
            // It is not removed when something is in it.
            let _kept = std::fs::remove_dir(&self.path);
        }
    }
}

/// The name of a file, if an URI ends in one: a name with an ending, of harmless characters.
fn file_name(uri: &str) -> Option<&str> {
    let name = uri.split(['?', '#']).next()?.rsplit('/').next()?;
    let (stem, ending) = name.rsplit_once('.')?;
    (!stem.is_empty() && !ending.is_empty() && harmless(name) == name).then_some(name)
}

/// A text as the name of a file.
fn harmless(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "result".into() } else { name.chars().take(100).collect() }
}

/// How files of this type end.
fn extension(mime: Option<&str>) -> &str {
    let mime = mime.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    match mime {
        "image/jpeg" => "jpg",
        "image/svg+xml" => "svg",
        "audio/mpeg" => "mp3",
        "audio/wav" | "audio/x-wav" | "audio/vnd.wave" => "wav",
        "text/plain" => "txt",
        "text/markdown" => "md",
        "text/javascript" => "js",
        _ => {
            let kind = mime.rsplit_once('/').map_or("", |(_, kind)| kind.strip_prefix("x-").unwrap_or(kind));
            let usual = (2..=5).contains(&kind.len()) && kind.chars().all(|c| c.is_ascii_alphanumeric());
            if usual { kind } else { "bin" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_types_and_uris() {
        for (mime, expected) in [
            (Some("image/png"), "png"),
            (Some("image/jpeg; q=1"), "jpg"),
            (Some("text/x-rust"), "rust"),
            (Some("application/octet-stream"), "bin"),
            (Some("x/../y"), "y"),
            (Some("x/.."), "bin"),
            (None, "bin"),
        ] {
            let expected = if expected == "y" { "bin" } else { expected };
            assert_eq!(extension(mime), expected, "{mime:?}");
        }
        assert_eq!(file_name("tutorial://a/01_hello.rs?x=1"), Some("01_hello.rs"));
        for uri in ["calc://about", "a://b/..", "a://b/.bashrc", "a://b/", "a://b/x%2F.png", "a://b/x\\y.png"] {
            assert_eq!(file_name(uri), None, "{uri}");
        }
        assert_eq!(harmless("../..a b/c"), "_..a_b_c");
        assert_eq!(harmless(".."), "result");
    }
}
