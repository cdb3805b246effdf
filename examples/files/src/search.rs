//! `find` and `search`: by name and by content, in a folder and all folders below it.

use crate::roots::{Place, Result, Roots, read};
use cap_fs_ext::FollowSymlinks;
use cap_std::fs::Dir;
use lmcp::{Context, State, tool};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The most results.
const RESULTS: usize = 200;
/// The most files and folders that are looked at.
const VISITS: usize = 200_000;
/// The most characters of a line that are shown.
const LINE: usize = 200;

/// What was found.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct Found {
    /// Paths, or lines with their path and their number before them.
    found: Vec<String>,
    /// Why there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<&'static str>,
}

/// Find files and folders by their name.
#[tool(title = "Find by name", read_only, destructive = false, idempotent, open_world = false, blocking)]
fn find(
    ctx: Context,
    State(roots): State<Roots>,
    /// A part of the name, or with `*` and `?` the whole name: `*.rs`. Capitals do not matter.
    name: String,
    /// The folder to begin in; all roots, if it is left out.
    #[arg(default)]
    path: String,
) -> Result<Found> {
    let pattern = name.to_lowercase();
    let whole = pattern.contains(['*', '?']);
    walk(&ctx, &roots, &path, |path, _, _| {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        let fits = if whole { matches(pattern.as_bytes(), name.as_bytes()) } else { name.contains(&pattern) };
        if fits { vec![path.to_owned()] } else { Vec::new() }
    })
}

/// Search the text files for a text, line by line.
#[tool(title = "Search in files", read_only, destructive = false, idempotent, open_world = false, blocking)]
fn search(
    ctx: Context,
    State(roots): State<Roots>,
    /// The text, as it stands in one line.
    text: String,
    /// The file to search, or the folder; all roots, if it is left out.
    #[arg(default)]
    path: String,
    /// Whether capitals do not matter.
    #[arg(default)]
    ignore_case: bool,
) -> Result<Found> {
    if text.is_empty() || text.contains('\n') {
        return Err("search for a text within one line".into());
    }
    let case = |text: &str| if ignore_case { text.to_lowercase() } else { text.to_owned() };
    let wanted = case(&text);
    walk(&ctx, &roots, &path, |path, folder, name| {
        // Links are not followed; what is no text, or too large, is passed over.
        let bytes = read(folder, name, FollowSymlinks::No).unwrap_or_default();
        let Ok(content) = String::from_utf8(bytes) else { return Vec::new() };
        let lines = (1..).zip(content.lines()).filter(|(_, line)| case(line).contains(&wanted));
        let shown = |line: &str| line.char_indices().nth(LINE).map_or(line.len(), |(end, _)| end);
        lines.map(|(number, line)| format!("{path}:{number}: {}", &line[..shown(line)])).take(RESULTS + 1).collect()
    })
}

/// Goes through a folder and those below it, folders last, without following links.
fn walk(
    ctx: &Context,
    roots: &Roots,
    path: &str,
    mut look: impl FnMut(&str, &Dir, &Path) -> Vec<String>,
) -> Result<Found> {
    let mut found = Found::default();
    let mut visits = 0;
    let starts = if path.is_empty() { roots.all().iter().map(|root| root.name.as_str()).collect() } else { vec![path] };
    for start in starts {
        let place = roots.place(start)?;
        if place.folder.metadata(&place.rest).map_err(|e| place.failed(e))?.is_file() {
            let (folder, name) = place.parent()?;
            found.found.extend(look(start, &folder, &name));
            continue;
        }
        let mut folders: Vec<PathBuf> = vec![PathBuf::new()];
        while let Some(below) = folders.pop() {
            // A folder that is gone, or that may not be read, is passed over.
            let Ok(folder) = open(&place, &below) else { continue };
            let Ok(entries) = folder.entries() else { continue };
            let mut names: Vec<_> = entries.filter_map(|entry| entry.ok()).collect();
            names.sort_by_key(|entry| entry.file_name());
            for entry in names {
                visits += 1;
                if ctx.is_cancelled() {
                    return Err("cancelled".into());
                }
                if visits > VISITS || found.found.len() > RESULTS {
                    found.found.truncate(RESULTS);
                    found.cut = Some("there are more, or more to look at: begin in a folder further down");
                    return Ok(found);
                }
                // A name that is not UTF-8 cannot be said, and what stands below it neither.
                let Ok(name) = entry.file_name().into_string() else { continue };
                let Ok(kind) = entry.file_type() else { continue };
                let below = below.join(&name);
                let path = format!("{}/{}", start.trim_end_matches('/'), below.to_string_lossy());
                found.found.extend(look(&path, &folder, Path::new(&name)));
                if kind.is_dir() {
                    folders.push(below);
                }
            }
        }
    }
    if found.found.len() > RESULTS {
        found.found.truncate(RESULTS);
        found.cut = Some("there are more: say more of what is wanted");
    }
    Ok(found)
}

fn open(place: &Place<'_>, below: &Path) -> std::io::Result<Dir> {
    place.folder.open_dir(place.rest.join(below))
}

/// Whether a name fits a pattern with `*` and `?`, in a time that does not explode.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == name[n] => (p, n) = (p + 1, n + 1),
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, n) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        for (pattern, name, fits) in [
            ("*.rs", "main.rs", true),
            ("*.rs", "main.rs.bak", false),
            ("m??n*", "main.rs", true),
            ("*a*b*c", "xaxbxbxc", true),
            ("*a*b*c", "xaxbxbx", false),
            ("", "", true),
            ("?", "", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), fits, "{pattern} {name}");
        }
    }
}
