//! Functions of a package's own library that never got into its program: the linker leaves out a library that nothing
//! refers to, and what its attributes submit with it.
//!
//! The package's folder enters, as it was when the program was built, and the files from which something is in the
//! program; the first function that is missing leaves. What is left out cannot tell of itself, so this reads the sources,
//! and as plain text: good enough for advice, and for nothing else. Where a `#[cfg(…)]` decides, it says nothing.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

/// The most files that are read, and the most bytes of one.
const FILES: usize = 500;
const BYTES: u64 = 1 << 20;

/// What a library has, and the program does not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Lost {
    /// The library, as code names it.
    pub(crate) library: String,
    /// The first attribute, and how many there are.
    attribute: &'static str,
    file: PathBuf,
    line: usize,
    count: usize,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Lost { attribute, file, line, count, .. } = self;
        write!(f, "`#[{attribute}]` at {}:{line}", file.display())?;
        match count - 1 {
            0 => Ok(()),
            1 => write!(f, " and 1 more function"),
            more => write!(f, " and {more} more functions"),
        }
    }
}

/// What is missing of the library of the package `name` in `directory`, if nothing of it is in the program, which has
/// functions from these files, as `file!()` writes them.
pub(crate) fn lost<'a>(name: &str, directory: &str, files: impl IntoIterator<Item = &'a str>) -> Option<Lost> {
    // Whoever is packed up for somewhere else has no folder.
    if directory.is_empty() {
        return None;
    }
    let directory = Path::new(directory);
    let (library, root) = library(name, &read(&directory.join("Cargo.toml"))?);
    let sources = Sources::of(directory.join(root));
    let there = |file: &str| sources.files.iter().any(|source| source.ends_with(file));
    if files.into_iter().any(there) {
        return None;
    }
    let (file, line, attribute) = sources.attributes.first()?;
    let file = file.strip_prefix(directory).unwrap_or(file).to_owned();
    Some(Lost { library, attribute, file, line: *line, count: sources.attributes.len() })
}

fn read(file: &Path) -> Option<String> {
    let small = std::fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.len() <= BYTES);
    if small { std::fs::read_to_string(file).ok() } else { None }
}

/// The name of a package's library and where it begins, by the section `[lib]` of its manifest.
fn library(package: &str, manifest: &str) -> (String, String) {
    let (mut name, mut root) = (package.replace('-', "_"), "src/lib.rs".to_owned());
    let mut inside = false;
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line.starts_with("[lib]");
        }
        let value = line.split_once('=').filter(|_| inside).and_then(|(key, value)| {
            let value = value.trim();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            Some((key.trim(), value.get(1..)?.split(quote).next()?))
        });
        match value {
            Some(("name", value)) => name = value.to_owned(),
            Some(("path", value)) => root = value.to_owned(),
            _ => {}
        }
    }
    (name, root)
}

/// The files of a library, and the attributes in them with their lines.
#[derive(Default)]
struct Sources {
    files: BTreeSet<PathBuf>,
    attributes: Vec<(PathBuf, usize, &'static str)>,
}

impl Sources {
    fn of(root: PathBuf) -> Self {
        let mut sources = Sources::default();
        let beside = root.parent().map(Path::to_owned).unwrap_or_default();
        sources.add(root, &beside);
        sources
    }

    /// A file, with its modules, which are in files of this folder.
    fn add(&mut self, file: PathBuf, folder: &Path) {
        if self.files.len() >= FILES || self.files.contains(&file) {
            return;
        }
        let Some(text) = read(&file) else { return };
        self.files.insert(file.clone());
        let (attributes, modules) = scan(&text);
        self.attributes.extend(attributes.into_iter().map(|(line, attribute)| (file.clone(), line, attribute)));
        for module in modules {
            let inner = folder.join(module);
            self.add(folder.join(format!("{module}.rs")), &inner);
            self.add(inner.join("mod.rs"), &inner);
        }
    }
}

/// The attributes of a file with their lines, and the names of its modules that are in files of their own.
fn scan(text: &str) -> (Vec<(usize, &'static str)>, Vec<&str>) {
    let (mut attributes, mut modules) = (Vec::new(), Vec::new());
    let (mut in_comment, mut is_conditional) = (false, false);
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if in_comment || line.starts_with("/*") {
            in_comment = !line.contains("*/");
            continue;
        }
        if line.is_empty() || line.starts_with("//") {
            continue;
        }
        if line.starts_with("#[") {
            is_conditional |= line.starts_with("#[cfg(");
            attributes.extend(attribute(line).filter(|_| !is_conditional).map(|attribute| (number, attribute)));
            continue;
        }
        let module = line.strip_prefix("mod ").or_else(|| line.strip_prefix("pub")?.split_once("mod ").map(|m| m.1));
        match module.and_then(|rest| rest.split_once([';', '{'])) {
            // Where such a module ends is not known.
            Some(_) if is_conditional && !line.ends_with([';', '}']) => break,
            Some((name, "")) if !is_conditional && line.ends_with(';') => modules.push(name.trim()),
            _ => {}
        }
        is_conditional = false;
    }
    (attributes, modules)
}

/// Which one of ours a line begins with.
fn attribute(line: &str) -> Option<&'static str> {
    let path = line.strip_prefix("#[")?;
    let path = path.strip_prefix("::").unwrap_or(path);
    let path = path.strip_prefix("lmcp::").unwrap_or(path);
    let ours = |name: &&str| path.strip_prefix(name).is_some_and(|rest| rest.starts_with([']', '(']));
    ["tool", "resource", "prompt"].into_iter().find(ours)
}

#[cfg(test)]
mod tests {
    use super::{library, lost, scan};
    use std::path::PathBuf;

    /// A package in a folder of its own, which is gone with it.
    struct Package(PathBuf);

    impl Package {
        fn new(name: &str, files: &[(&str, &str)]) -> Self {
            let folder = std::env::temp_dir().join(format!("lmcp-library-{name}-{}", std::process::id()));
            for (file, text) in files {
                let file = folder.join(file);
                std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder of our own");
                std::fs::write(file, text).expect("a file of our own");
            }
            Package(folder)
        }

        /// What is said of it, where the program has functions from these files.
        fn lost(&self, files: &[&str]) -> Option<(String, String)> {
            let lost = lost("my-calc", self.0.to_str().expect("UTF-8"), files.iter().copied())?;
            Some((lost.to_string(), lost.library))
        }
    }

    impl Drop for Package {
        fn drop(&mut self) {
            let _gone = std::fs::remove_dir_all(&self.0);
        }
    }

    const MANIFEST: (&str, &str) = ("Cargo.toml", "[package]\nname = \"my-calc\"\n");

    fn said(text: &str, library: &str) -> Option<(String, String)> {
        Some((text.to_owned(), library.to_owned()))
    }

    #[test]
    fn what_stands_in_a_library_is_missed_unless_something_of_it_is_there() {
        let files = [
            MANIFEST,
            ("src/main.rs", "#[tool]\nfn add() {}\n"),
            ("src/lib.rs", "//! A library.\n\npub mod tools;\nmod texts;\n\n#[tool(read_only)]\nfn sub() {}\n"),
            ("src/tools.rs", "mod deep;\n#[lmcp::resource(\"a://b\")]\nfn mul() {}\n"),
            ("src/tools/deep.rs", "    #[::lmcp::prompt]\n"),
            ("src/texts/mod.rs", "/// `#[tool]`\n"),
            ("src/elsewhere.rs", "#[tool]"),
        ];
        let package = Package::new("missed", &files);
        let all = said("`#[tool]` at src/lib.rs:6 and 2 more functions", "my_calc");
        assert_eq!(package.lost(&[]), all);
        assert_eq!(package.lost(&["src/main.rs", "other/src/lib.rs", "lib.rs.rs"]), all);
        for there in ["src/lib.rs", "src/tools/deep.rs", "src/texts/mod.rs"] {
            assert_eq!(package.lost(&["src/main.rs", there]), None, "{there}");
        }
    }

    #[test]
    fn a_package_without_a_library_or_with_nothing_in_it_misses_nothing() {
        let main = ("src/main.rs", "#[tool]\nfn add() {}\n");
        assert_eq!(Package::new("none", &[MANIFEST, main]).lost(&[]), None);
        assert_eq!(Package::new("plain", &[MANIFEST, main, ("src/lib.rs", "fn f() {}\n")]).lost(&[]), None);
        assert_eq!(Package::new("gone", &[]).lost(&[]), None);
        assert_eq!(lost("my-calc", "", []), None);
    }

    #[test]
    fn a_library_may_have_another_name_and_place() {
        let manifest = "[package]\nname = \"my-calc\" # x\n\n[lib] # y\nname = 'sums'\npath = \"code/all.rs\"\n[[bin]]\n\
                        name = \"z\"\npath = \"q\"\n";
        assert_eq!(library("my-calc", manifest), ("sums".to_owned(), "code/all.rs".to_owned()));
        let package = Package::new("named", &[("Cargo.toml", manifest), ("code/all.rs", "#[prompt]")]);
        assert_eq!(package.lost(&["src/main.rs"]), said("`#[prompt]` at code/all.rs:1", "sums"));
    }

    #[test]
    fn what_is_conditional_or_no_attribute_does_not_count() {
        let text = "#[cfg(feature = \"x\")]\n/// A.\n#[tool]\nfn a() {}\n#[tool]\nfn b() {}\n/* \n#[tool]\n*/\n#[toolbox]\n\
                    #[other::tool]\n#[cfg(unix)]\nmod sys;\npub(crate) mod c;\nmod d { }\n#[cfg(test)]\nmod tests {\n#[tool]\n";
        assert_eq!(scan(text), (vec![(5, "tool")], vec!["c"]));
    }
}
