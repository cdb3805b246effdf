//! `write`, `edit` and `move`: what is written is whole before it takes its name.

use crate::roots::{Place, Result, Roots};
use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::{Dir, File, OpenOptions, Permissions};
use lmcp::{Context, State, tool};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Write a file, with the folders it stands in. What stood in it before is lost.
#[tool(title = "Write a file", read_only = false, destructive, idempotent, open_world = false, blocking)]
fn write(
    ctx: Context,
    State(roots): State<Roots>,
    /// The file, beginning with a root's name.
    path: String,
    /// All of its text.
    text: String,
) -> Result<String> {
    let place = roots.place(&path)?;
    if let Some(parent) = place.rest.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        place.folder.create_dir_all(parent).map_err(|e| place.failed(e))?;
    }
    put(&place, text.as_bytes())?;
    tell(&ctx, &path);
    Ok(format!("{path} has {} bytes now.", text.len()))
}

/// Change a part of a text file. The old text must be in it exactly once.
#[tool(title = "Edit a file", read_only = false, destructive, idempotent = false, open_world = false, blocking)]
fn edit(
    ctx: Context,
    State(roots): State<Roots>,
    /// The file, beginning with a root's name.
    path: String,
    /// The text to replace, exactly as it stands there, with as many lines as make it the only one.
    old: String,
    /// The text to put there instead.
    new: String,
) -> Result<String> {
    let place = roots.place(&path)?;
    let text = String::from_utf8(place.bytes()?).map_err(|_| format!("{path}: it is no text"))?;
    let line = |at: usize| 1 + text[..at].matches('\n').count();
    let found: Vec<usize> = if old.is_empty() { Vec::new() } else { positions(&text, &old) };
    let at = match found[..] {
        [at] => at,
        [] => {
            return Err(format!(
                "{path}: the old text is not in it, exactly so; `read` it again. Nothing was changed."
            ));
        }
        ref several => {
            let lines: Vec<String> = several.iter().take(10).map(|at| line(*at).to_string()).collect();
            return Err(format!(
                "{path}: the old text is in it {} times, in lines {}; say more of what stands around it. Nothing was changed.",
                several.len(),
                lines.join(", ")
            ));
        }
    };
    put(&place, [&text[..at], &new, &text[at + old.len()..]].concat().as_bytes())?;
    tell(&ctx, &path);
    Ok(format!("{path} is changed in line {}.", line(at)))
}

/// Where a text stands in another, those included that overlap.
fn positions(text: &str, old: &str) -> Vec<usize> {
    let mut positions = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(old) {
        positions.push(from + at);
        from += at + text[from + at..].chars().next().map_or(1, char::len_utf8);
    }
    positions
}

/// Move or rename a file or a folder. Nothing is overwritten.
#[tool(
    name = "move",
    title = "Move",
    read_only = false,
    destructive = false,
    idempotent = false,
    open_world = false,
    blocking
)]
fn move_it(
    ctx: Context,
    State(roots): State<Roots>,
    /// The file or folder, beginning with a root's name.
    from: String,
    /// Where it is to be, its name included.
    to: String,
) -> Result<String> {
    let (place, target) = (roots.place(&from)?, roots.place(&to)?);
    let ((folder, name), (target_folder, target_name)) = (place.parent()?, target.parent()?);
    let kind = folder.symlink_metadata(&name).map_err(|e| place.failed(e))?;
    if target_folder.symlink_metadata(&target_name).is_ok() {
        return Err(format!("{to} is there already; nothing was moved"));
    }
    if kind.is_dir() {
        // Should somebody put something there just now: a folder takes the place of an empty one only.
        folder.rename(&name, &target_folder, &target_name).map_err(|e| place.failed(e))?;
    } else if kind.is_file() {
        // A second name for the file is refused where there is a file of that name, however late it came.
        folder.hard_link(&name, &target_folder, &target_name).map_err(|e| target.failed(e))?;
        folder.remove_file(&name).map_err(|e| place.failed(e))?;
    } else {
        return Err(format!("{from}: only files and folders are moved"));
    }
    tell(&ctx, &from);
    tell(&ctx, &to);
    Ok(format!("{from} is {to} now."))
}

/// Puts a content under a name, all of it at once: into a new file beside it, which then takes the name.
fn put(place: &Place<'_>, bytes: &[u8]) -> Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let (folder, name) = place.parent()?;
    let permissions = replaceable(&folder, &name).map_err(|e| place.failed(e))?;
    let fresh = format!(".{}-{}.new", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut options = OpenOptions::new();
    let options = options.write(true).create_new(true).follow(FollowSymlinks::No);
    let file = folder.open_with(&fresh, options).map_err(|e| place.failed(e))?;
    let written = fill(file, bytes, permissions).and_then(|()| folder.rename(&fresh, &folder, &name));
    written.map_err(|e| match folder.remove_file(&fresh) {
        Ok(()) => place.failed(e),
        Err(left) => format!("{}; and {fresh} is left beside it: {left}", place.failed(e)),
    })
}

fn fill(mut file: File, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    file.write_all(bytes)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}

/// Whether a file may take this name: it is free, or a regular file's, which gives its permissions on.
fn replaceable(folder: &Dir, name: &Path) -> io::Result<Option<Permissions>> {
    let refused = |what| Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    match folder.symlink_metadata(name) {
        Ok(old) if old.is_file() && old.permissions().readonly() => refused("it is write-protected"),
        Ok(old) if old.is_file() => Ok(Some(old.permissions())),
        Ok(old) if old.is_symlink() => refused("it is a symbolic link; write to what it leads to"),
        Ok(_) => refused("it is no regular file"),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Tells whoever is subscribed to the file. What other programs change, nobody hears of.
fn tell(ctx: &Context, path: &str) {
    ctx.server().resource_updated(uri(path));
}

/// A path in the template's URI, as RFC 6570 expands `{+path}`.
fn uri(path: &str) -> String {
    let kept = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(byte);
    let byte = |byte: u8| if kept(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    path.bytes().map(byte).fold("files://".to_owned(), |uri, next| uri + &next)
}
