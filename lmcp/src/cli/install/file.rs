//! A client's file: read as it is, backed up before its first change, and replaced as a whole.
//!
//! The backup is `FILE.bak`, with what was there before the first change. It is never written over: where a file of that
//! name has other contents, it may be all that somebody has. What a later change replaces is kept as `FILE.lmcp.bak`,
//! which is ours alone and always the latest. Both have the file's own permissions.

use super::text::Refusal;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file as it was found.
#[derive(Debug)]
pub(super) struct Found {
    /// Where it really is, behind symbolic links.
    pub(super) path: PathBuf,
    /// What is in it; empty if there is none.
    pub(super) text: String,
    /// Its permissions, if there is one.
    permissions: Option<Permissions>,
}

/// Where the backup is, and whether it was made now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Backup(pub(super) PathBuf);

impl Found {
    /// Reads the file. The error says in words what is wrong with it.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let path = real(path);
        let failed = |e: io::Error| format!("{} cannot be read: {e}", path.display());
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Ok(Found { path, text: String::new(), permissions: None });
            }
            Err(e) => return Err(failed(e)),
        };
        let permissions = Some(fs::metadata(&path).map_err(failed)?.permissions());
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Found { path, text, permissions }),
            Err(e) => {
                let valid = e.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(e.as_bytes().get(..valid).unwrap_or_default()).into_owned();
                Err(untouched(&path, &Refusal::at(&text, valid, "this is not UTF-8")))
            }
        }
    }

    pub(super) fn exists(&self) -> bool {
        self.permissions.is_some()
    }

    /// Puts this text in place of the file, at once or not at all. Gives the backup, if there was something to back up.
    pub(super) fn replace(&self, text: &str) -> Result<Option<Backup>, String> {
        let failed = |e: io::Error| format!("{} cannot be written: {e}", self.path.display());
        if self.permissions.as_ref().is_some_and(Permissions::readonly) {
            return Err(format!("{} is read-only; nothing was written", self.path.display()));
        }
        let folder = self.path.parent().unwrap_or_else(|| Path::new("."));
        fs::create_dir_all(folder).map_err(|e| format!("the folder {} cannot be made: {e}", folder.display()))?;
        let backup = match &self.permissions {
            Some(permissions) => Some(self.back_up(permissions)?),
            None => None,
        };
        let new = beside(&self.path, &format!(".lmcp-{}", std::process::id()));
        let written = self.write(&new, text, self.permissions.as_ref()).map_err(failed).and_then(|()| {
            // A client that runs may write too.
            match Found::read(&self.path) {
                Ok(now) if now.text == self.text => fs::rename(&new, &self.path).map_err(failed),
                Ok(_) => Err(format!(
                    "{} was changed by another program meanwhile; close the client and run this again",
                    self.path.display()
                )),
                Err(e) => Err(e),
            }
        });
        if written.is_err() {
            let _ = fs::remove_file(&new);
        }
        written.map(|()| backup)
    }

    fn back_up(&self, permissions: &Permissions) -> Result<Backup, String> {
        let first = beside(&self.path, ".bak");
        let latest = beside(&self.path, ".lmcp.bak");
        let failed = |path: &Path, e: io::Error| format!("the backup {} cannot be written: {e}", path.display());
        match fs::read(&first) {
            Ok(bytes) if bytes == self.text.as_bytes() => return Ok(Backup(first)),
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                self.write(&first, &self.text, Some(permissions)).map_err(|e| failed(&first, e))?;
                return Ok(Backup(first));
            }
            Err(e) => return Err(failed(&first, e)),
        }
        let new = beside(&self.path, &format!(".lmcp-{}.bak", std::process::id()));
        let written = self.write(&new, &self.text, Some(permissions)).and_then(|()| fs::rename(&new, &latest));
        if written.is_err() {
            let _ = fs::remove_file(&new);
        }
        written.map(|()| Backup(latest.clone())).map_err(|e| failed(&latest, e))
    }

    /// Writes a file that is not there yet, seen by nobody who may not see the one it is made from.
    fn write(&self, path: &Path, text: &str, permissions: Option<&Permissions>) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if permissions.is_some() {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let mut file: File = options.open(path)?;
        file.write_all(text.as_bytes())?;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions.clone())?;
        }
        file.sync_all()
    }
}

/// A refusal with the file it is about.
pub(super) fn untouched(path: &Path, refusal: &Refusal) -> String {
    let Refusal { line, column, why } = refusal;
    format!("{}:{line}:{column}: {why}; the file was left as it is", path.display())
}

/// The path behind symbolic links, also where the last one leads to nothing.
fn real(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    // As many as Linux follows.
    for _ in 0..40 {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or_else(|| Path::new("")).join(target);
    }
    path
}

/// The path with more behind its last name.
fn beside(path: &Path, more: &str) -> PathBuf {
    let mut name: OsString = path.file_name().unwrap_or_default().to_owned();
    name.push(more);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_program_wrote_meanwhile_stays() {
        let folder = std::env::temp_dir().join(format!("lmcp-file-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("a.json");
        fs::write(&path, "{}").expect("a file");
        let found = Found::read(&path).expect("it reads");
        fs::write(&path, "{\"theirs\": 1}").expect("a file");
        let refused = found.replace("{\"ours\": 1}").expect_err("it changed");
        assert!(refused.ends_with("was changed by another program meanwhile; close the client and run this again"));
        assert_eq!(fs::read_to_string(&path).expect("a file"), "{\"theirs\": 1}");
        let mut left: Vec<_> =
            fs::read_dir(&folder).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
        left.sort();
        assert_eq!(left, ["a.json", "a.json.bak"]);
        fs::remove_dir_all(&folder).expect("a folder");
    }
}
