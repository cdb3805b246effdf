//! The roots: paths of clients become a folder that is open and a name in it.

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

pub(crate) type Result<T> = std::result::Result<T, String>;

/// The largest file that is read, in bytes.
pub(crate) const LARGEST: u64 = 16 << 20;

/// The folders that were given. They stay open, so that nobody can put another one in their place.
#[derive(Clone, Debug)]
pub(crate) struct Roots(Arc<Vec<Root>>);

/// A folder and its name in paths.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) name: String,
    pub(crate) folder: Dir,
}

/// Where a path leads: below a root, or to the root itself when `rest` is `.`.
pub(crate) struct Place<'r> {
    pub(crate) folder: &'r Dir,
    pub(crate) rest: PathBuf,
    /// As the client wrote it, for errors.
    pub(crate) path: &'r str,
}

impl Roots {
    /// The error is for a folder that cannot be opened.
    pub(crate) fn open(folders: &[PathBuf]) -> Result<Self> {
        let mut roots: Vec<Root> = Vec::new();
        for path in folders {
            let folder = Dir::open_ambient_dir(path, ambient_authority())
                .map_err(|e| format!("the root {} cannot be opened: {e}", path.display()))?;
            let last = path.file_name().map_or("root".into(), |name| name.to_string_lossy().into_owned());
            let mut name = last.clone();
            for number in 2.. {
                if roots.iter().all(|root| root.name != name) {
                    break;
                }
                name = format!("{last}-{number}");
            }
            roots.push(Root { name, folder });
        }
        Ok(Roots(Arc::new(roots)))
    }

    pub(crate) fn all(&self) -> &[Root] {
        &self.0
    }

    /// The place of a path. What is wrong with the path itself is told here; where it leads out, when it is used.
    pub(crate) fn place<'r>(&'r self, path: &'r str) -> Result<Place<'r>> {
        if path.contains('\0') {
            return Err("a path has no NUL".into());
        }
        let trimmed = path.trim_end_matches('/');
        let (name, rest) = trimmed.split_once('/').unwrap_or((trimmed, ""));
        let Some(root) = self.all().iter().find(|root| root.name == name) else {
            let names: Vec<&str> = self.all().iter().map(|root| root.name.as_str()).collect();
            return Err(match names.as_slice() {
                [] => "no folder was given: the server has to be started with --root DIR".into(),
                names => format!(
                    "{path:?} begins with no root; there {} {}",
                    if names.len() == 1 { "is" } else { "are" },
                    names.join(", ")
                ),
            });
        };
        let rest = Path::new(rest);
        if !rest.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return Err(format!("{path:?}: write the path without `..`, and without a second `/` at its beginning"));
        }
        let rest = if rest.as_os_str().is_empty() { ".".into() } else { rest.to_owned() };
        Ok(Place { folder: &root.folder, rest, path })
    }
}

impl<'r> Place<'r> {
    /// The folder in which the last name of the path stands, open, and that name. What is done there does not walk the
    /// path again.
    pub(crate) fn parent(&self) -> Result<(Dir, PathBuf)> {
        let (Some(name), Some(parent)) = (self.rest.file_name(), self.rest.parent()) else {
            return Err(format!("{}: this is a root itself", self.path));
        };
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        let folder = self.folder.open_dir(parent).map_err(|e| self.failed(e))?;
        Ok((folder, name.into()))
    }

    /// The content of a regular file.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>> {
        read(self.folder, &self.rest, FollowSymlinks::Yes).map_err(|e| self.failed(e))
    }

    pub(crate) fn failed(&self, error: io::Error) -> String {
        let path = self.path;
        match error.kind() {
            io::ErrorKind::NotFound => format!("{path}: there is no such file or folder; `list` shows what there is"),
            // What cap-std says of a path that leaves its folder.
            io::ErrorKind::PermissionDenied if error.raw_os_error().is_none() => {
                format!("{path}: this leads out of the root, and is refused")
            }
            _ => format!("{path}: {error}"),
        }
    }
}

/// Reads a regular file, which may be neither a pipe nor a device, and not too large.
pub(crate) fn read(folder: &Dir, path: &Path, links: FollowSymlinks) -> io::Result<Vec<u8>> {
    let other = |what: String| io::Error::new(io::ErrorKind::InvalidInput, what);
    // To open a device may do something already, so it is looked at first; what was opened is looked at again, since it
    // may be another thing by then. Neither waits: opening a pipe without a writer would.
    let looked_at =
        if links == FollowSymlinks::Yes { folder.metadata(path)? } else { folder.symlink_metadata(path)? };
    if !looked_at.is_file() {
        return Err(other(
            if looked_at.is_dir() { "it is a folder; `list` shows what is in it" } else { "it is no regular file" }
                .into(),
        ));
    }
    let file = folder.open_with(path, OpenOptions::new().read(true).nonblock(true).follow(links))?;
    read_open(file)
}

fn read_open(file: File) -> io::Result<Vec<u8>> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    let mut bytes = Vec::new();
    if metadata.len() <= LARGEST {
        // It may grow meanwhile.
        file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    }
    if metadata.len() > LARGEST || bytes.len() as u64 > LARGEST {
        let message = format!("it has {} bytes, and {LARGEST} is the most that is read", metadata.len());
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}
