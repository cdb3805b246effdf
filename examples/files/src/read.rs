//! `list` and `read`, and files as resources.

use crate::roots::{Result, Roots};
use cap_std::fs::{DirEntry, FileType};
use lmcp::{Content, Image, ResourceContents, State, TextContent, resource, tool};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;

/// The most entries of a list.
const ENTRIES: usize = 1000;
/// The most bytes of text of one answer: what a model can still read.
const TEXT: usize = 64 << 10;
/// The largest picture, in bytes.
const PICTURE: usize = 4 << 20;

/// What is in a folder.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Listing {
    entries: Vec<Entry>,
    /// Whether there are more.
    cut: bool,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
struct Entry {
    name: String,
    kind: Kind,
    /// The bytes of a file.
    size: Option<u64>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    File,
    Folder,
    /// A symbolic link.
    Link,
    /// A device, a pipe or a socket, which are not read, or a name that is not UTF-8, which cannot be said.
    Other,
}

/// List a folder: its files and folders, by name.
#[tool(title = "List a folder", read_only, destructive = false, idempotent, open_world = false, blocking)]
fn list(
    State(roots): State<Roots>,
    /// The folder, beginning with a root's name; nothing for the roots.
    #[arg(default)]
    path: String,
) -> Result<Listing> {
    if path.is_empty() {
        let root = |root: &crate::roots::Root| Entry { name: root.name.clone(), kind: Kind::Folder, size: None };
        return Ok(Listing { entries: roots.all().iter().map(root).collect(), cut: false });
    }
    let place = roots.place(&path)?;
    let mut listing = Listing::default();
    for found in place.folder.read_dir(&place.rest).map_err(|e| place.failed(e))? {
        if listing.entries.len() == ENTRIES {
            listing.cut = true;
            break;
        }
        // One that is gone meanwhile is not in the list.
        listing.entries.extend(found.and_then(|found| entry(&found)).ok());
    }
    listing.entries.sort();
    Ok(listing)
}

fn entry(found: &DirEntry) -> std::io::Result<Entry> {
    let (name, kind) = (found.file_name(), found.file_type()?);
    let kind = if name.to_str().is_none() { Kind::Other } else { of(kind) };
    let size = if kind == Kind::File { Some(found.metadata()?.len()) } else { None };
    Ok(Entry { name: name.to_string_lossy().into_owned(), kind, size })
}

fn of(kind: FileType) -> Kind {
    match kind {
        kind if kind.is_file() => Kind::File,
        kind if kind.is_dir() => Kind::Folder,
        kind if kind.is_symlink() => Kind::Link,
        _ => Kind::Other,
    }
}

/// Read a file: text, or some lines of it, or a picture.
#[tool(title = "Read a file", read_only, destructive = false, idempotent, open_world = false, blocking)]
fn read(
    State(roots): State<Roots>,
    /// The file, beginning with a root's name.
    path: String,
    /// The first line to read, from 1 on.
    #[arg(default = 1)]
    from_line: usize,
    /// The last line to read; by default as many as fit.
    to_line: Option<usize>,
) -> Result<Vec<Content>> {
    let bytes = roots.place(&path)?.bytes()?;
    if let Some(mime) = picture(&bytes) {
        if bytes.len() > PICTURE {
            return Err(format!("{path}: a picture of {} bytes, and {PICTURE} is the most", bytes.len()));
        }
        return Ok(vec![Image::new(bytes, mime).into()]);
    }
    let size = bytes.len();
    let text =
        String::from_utf8(bytes).map_err(|_| format!("{path}: {size} bytes that are neither text nor a picture"))?;
    let (part, read_on) = lines(&text, from_line, to_line)?;
    let mut content = vec![Content::from(TextContent::new(part))];
    content.extend(read_on.map(|note| Content::from(TextContent::new(note))));
    Ok(content)
}

/// These lines, as far as they fit, and how to read on.
fn lines(text: &str, from: usize, to: Option<usize>) -> Result<(&str, Option<String>)> {
    let count = text.lines().count();
    if from == 0 || from > count.max(1) || to.is_some_and(|to| to < from) {
        return Err(format!("there are the lines 1 to {count}"));
    }
    let (mut start, mut end, mut last, mut at) = (None, 0, from, 0);
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let line_start = at;
        at += line.len();
        if number < from {
            continue;
        }
        let start = *start.get_or_insert(line_start);
        if to.is_some_and(|to| number > to) || (end > start && at - start > TEXT) {
            break;
        }
        (end, last) = (at, number);
    }
    let mut part = &text[start.unwrap_or_default()..end];
    if part.len() > TEXT {
        // One enormous line.
        part = &part[..(0..=TEXT).rfind(|at| part.is_char_boundary(*at)).unwrap_or_default()];
        return Ok((part, Some(format!("[line {last} of {count}, and only its first {} bytes]", part.len()))));
    }
    let note = format!("[lines {from} to {last} of {count}; read on with from_line={}]", last + 1);
    Ok((part, (last < count).then_some(note)))
}

/// The type of a picture that clients show, by how it begins.
fn picture(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// A file of a root, under `files://` and its path.
#[resource("files://<path..>", title = "File", blocking)]
fn file(State(roots): State<Roots>, #[arg(complete = complete_path)] path: PathBuf) -> Result<ResourceContents> {
    // A path in a URI is text already.
    let bytes = roots.place(&path.to_string_lossy())?.bytes()?;
    Ok(match (picture(&bytes), String::from_utf8(bytes)) {
        (Some(mime), Err(bytes)) => ResourceContents::blob(bytes.into_bytes()).mime(mime),
        (_, Ok(text)) => ResourceContents::text(text),
        (None, Err(bytes)) => ResourceContents::blob(bytes.into_bytes()),
    })
}

/// What may follow: the roots, and behind a root what is in the folder.
fn complete_path(typed: String, State(roots): State<Roots>) -> Vec<String> {
    let (folder, begun) = typed.rsplit_once('/').unwrap_or(("", &typed));
    let listing = list(State(roots), folder.to_owned()).unwrap_or_default();
    let fitting =
        listing.entries.into_iter().filter(|entry| entry.name.starts_with(begun) && entry.kind != Kind::Other);
    let path = |entry: Entry| {
        let before = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let behind = if entry.kind == Kind::Folder { "/" } else { "" };
        format!("{before}{}{behind}", entry.name)
    };
    fitting.map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_one() {
        let text = "one\ntwo\nthree";
        assert_eq!(lines(text, 1, None), Ok((text, None)));
        let note = "[lines 2 to 2 of 3; read on with from_line=3]".to_owned();
        assert_eq!(lines(text, 2, Some(2)), Ok(("two\n", Some(note))));
        assert_eq!(lines(text, 3, Some(9)), Ok(("three", None)));
        assert_eq!(lines("", 1, None), Ok(("", None)));
        for (from, to) in [(0, None), (4, None), (2, Some(1))] {
            assert_eq!(lines(text, from, to), Err("there are the lines 1 to 3".into()));
        }
    }

    #[test]
    fn as_much_as_fits_is_read() {
        let text = "0123456789abcde\n".repeat(TEXT / 16 + 10);
        let (part, note) = lines(&text, 2, None).expect("it is there");
        assert_eq!((part.len(), note.is_some_and(|note| note.ends_with("from_line=4098]"))), (TEXT, true));
        let (part, note) =
            lines(&"ä".repeat(TEXT), 1, None).map(|(part, note)| (part.to_owned(), note)).expect("it is");
        assert_eq!((part.len(), note.as_deref()), (TEXT, Some("[line 1 of 1, and only its first 65536 bytes]")));
    }
}
