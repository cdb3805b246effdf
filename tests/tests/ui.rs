//! What the compiler says to mistakes in the use of lmcp, and what it takes without a word.
//!
//! Each file below `ui/` is compiled by itself. Those in `ui/pass` must compile without a warning. In the others, the
//! line after a mistake says what has to be reported on it, and nothing else may be:
//!
//! ```text
//! fn note(id: &str) -> String {
//!     //~^ error: a parameter cannot borrow
//!     //~^ token: &str
//!     //~^ help: write `String`
//! ```
//!
//! `error` is a part of the message, `token` the exact source text that is underlined, `help` a part of the message,
//! of one of its notes or of its labels. Lines of this kind belong to the line above the first of them, which may have
//! several errors. A file can begin with `//@ edition: 2021` and `//@ extern: other_name = lmcp`.
//!
//! These are contains-checks on purpose: the rest of a message is the compiler's own, and changes with its version.
//! `UI=part/of/a/path` runs only some of the files.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

/// Crates that a case may use, by package name.
const EXTERNS: [&str; 6] = ["lmcp", "serde", "serde_json", "schemars", "anyhow", "tokio"];

#[test]
fn mistakes_are_reported_once_and_where_they_are() {
    run_all(|path| !path.starts_with("pass"), check_mistakes);
}

#[test]
fn correct_uses_compile_without_a_warning() {
    run_all(
        |path| path.starts_with("pass"),
        |_, diagnostics| {
            let unwanted = diagnostics.iter().map(|diagnostic| format!("unexpected: {}", diagnostic.message));
            unwanted.collect()
        },
    );
}

/// Compiles the files that `wanted` picks, and prints what `check` has against what the compiler said.
fn run_all(wanted: impl Fn(&Path) -> bool, check: impl Fn(&str, &[Diagnostic]) -> Vec<String> + Sync) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let filter = std::env::var("UI").unwrap_or_default();
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.retain(|file| {
        let below = file.strip_prefix(&root).expect("the file was found there");
        wanted(below) && file.to_string_lossy().contains(&filter)
    });
    assert!(!files.is_empty() || !filter.is_empty(), "no files below {}", root.display());
    files.sort();

    let next = AtomicUsize::new(0);
    let failures = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let source = std::fs::read_to_string(file).expect("a readable case");
                    let diagnostics = compile(file, &source);
                    let mut complaints = check(&source, &diagnostics);
                    if !complaints.is_empty() {
                        complaints.push("the compiler said:".to_owned());
                        complaints.extend(diagnostics.iter().map(|diagnostic| diagnostic.rendered.clone()));
                        failures.lock().expect("no panics here").insert(file, complaints);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no panics here");
    for (file, complaints) in &failures {
        println!("\n==== {}", file.strip_prefix(&root).unwrap_or(file).display());
        for complaint in complaints {
            println!("{complaint}");
        }
    }
    assert!(failures.is_empty(), "{} of {} files failed", failures.len(), files.len());
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("a readable directory") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// One annotated error.
#[derive(Debug)]
struct Expected {
    line: usize,
    error: String,
    token: Option<String>,
    help: Vec<String>,
}

/// Pairs each expected error with a reported one; what is left on either side is a complaint.
fn check_mistakes(source: &str, diagnostics: &[Diagnostic]) -> Vec<String> {
    let expected = annotations(source);
    let mut left: Vec<&Diagnostic> = diagnostics.iter().collect();
    let mut complaints = Vec::new();
    if expected.is_empty() {
        complaints.push("the file expects no error: it belongs to ui/pass".to_owned());
    }
    for expected in expected {
        match left.iter().position(|diagnostic| diagnostic.line == expected.line && fits(&expected, diagnostic)) {
            Some(index) => drop(left.remove(index)),
            None => complaints.push(format!("expected on line {}: {expected:#?}", expected.line)),
        }
    }
    for diagnostic in left {
        complaints.push(format!(
            "unexpected on line {}, token `{}`: {}",
            diagnostic.line, diagnostic.token, diagnostic.message
        ));
    }
    complaints
}

fn fits(expected: &Expected, diagnostic: &Diagnostic) -> bool {
    diagnostic.message.contains(&expected.error)
        && expected.token.as_ref().is_none_or(|token| *token == diagnostic.token)
        && expected.help.iter().all(|help| diagnostic.texts.iter().any(|text| text.contains(help)))
}

fn annotations(source: &str) -> Vec<Expected> {
    let mut expected: Vec<Expected> = Vec::new();
    let mut line_above = 0;
    for (index, line) in source.lines().enumerate() {
        let Some(annotation) = line.trim().strip_prefix("//~^ ") else {
            line_above = index + 1;
            continue;
        };
        let (kind, text) = annotation.split_once(": ").unwrap_or((annotation, ""));
        let text = text.to_owned();
        match (kind, expected.last_mut()) {
            ("error", _) => expected.push(Expected { line: line_above, error: text, token: None, help: Vec::new() }),
            ("token", Some(last)) => last.token = Some(text),
            ("help", Some(last)) => last.help.push(text),
            _ => panic!("line {}: not an annotation: {line}", index + 1),
        }
    }
    expected
}

/// An error or a warning, as the compiler reported it.
#[derive(Debug)]
struct Diagnostic {
    message: String,
    line: usize,
    token: String,
    /// The message, its notes, the labels of all.
    texts: Vec<String>,
    rendered: String,
}

impl Diagnostic {
    fn read(value: &Value, file: &str, source: &str) -> Option<Self> {
        let message = value["message"].as_str()?.to_owned();
        if !matches!(value["level"].as_str()?, "error" | "warning") || message.starts_with("aborting due to ") {
            return None;
        }
        if value["spans"].as_array()?.is_empty() && message.ends_with(" emitted") {
            return None;
        }
        let mut texts = Vec::new();
        for part in std::iter::once(value).chain(value["children"].as_array()?) {
            let labels = part["spans"].as_array()?.iter().filter_map(|span| span["label"].as_str());
            texts.extend(part["message"].as_str().into_iter().chain(labels).map(str::to_owned));
        }
        // Which macro an error is from is told in the rendered text alone.
        let rendered = value["rendered"].as_str().unwrap_or_default();
        texts.extend(rendered.lines().filter(|line| line.contains("this error originates in")).map(str::to_owned));
        let mut primary = value["spans"].as_array()?.iter().find(|span| span["is_primary"] == true);
        // What a macro of lmcp's wrote is shown where that is used.
        while let Some(inside) = primary.filter(|span| span["file_name"].as_str().is_some_and(|name| name != file)) {
            primary = Some(&inside["expansion"]["span"]).filter(|span| span.is_object());
        }
        let number =
            |key: &str| primary.and_then(|span| span[key].as_u64()).and_then(|number| usize::try_from(number).ok());
        let token = number("byte_start").zip(number("byte_end")).and_then(|(start, end)| source.get(start..end));
        Some(Diagnostic {
            message,
            line: number("line_start").unwrap_or_default(),
            token: token.unwrap_or_default().to_owned(),
            texts,
            rendered: value["rendered"].as_str().unwrap_or_default().to_owned(),
        })
    }
}

/// Compiles one file, up to its metadata.
fn compile(file: &Path, source: &str) -> Vec<Diagnostic> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let libraries = libraries();
    let directive = |name: &str| {
        let prefix = format!("//@ {name}: ");
        source.lines().filter_map(move |line| line.strip_prefix(&*prefix)).collect::<Vec<_>>()
    };
    let renamed: Vec<(&str, &str)> =
        directive("extern").into_iter().filter_map(|line| line.split_once(" = ")).collect();
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let out = std::env::temp_dir().join(format!("lmcp-ui-{}-{number}.rmeta", std::process::id()));
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc
        .args(["--crate-type", "lib", "--crate-name", "case", "--error-format", "json"])
        .args(["--edition", directive("edition").first().unwrap_or(&"2024")])
        .arg(format!("--emit=metadata={}", out.display()))
        .envs([("CARGO_PKG_NAME", "case"), ("CARGO_PKG_VERSION", "1.2.3"), ("CARGO_MANIFEST_DIR", "")])
        .arg(file);
    for dir in &libraries.dirs {
        rustc.arg("-L").arg(format!("dependency={}", dir.display()));
    }
    for (package, path) in &libraries.paths {
        let name = renamed.iter().find(|(_, real)| real == package).map_or(&**package, |(name, _)| name);
        rustc.arg("--extern").arg(format!("{name}={}", path.display()));
    }
    let output = rustc.output().expect("rustc runs");
    // A case that does not compile leaves no file.
    let _absent = std::fs::remove_file(&out);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let diagnostics = stderr.lines().map(|line| {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("rustc did not run: {stderr}"));
        Diagnostic::read(&value, &file.to_string_lossy(), source)
    });
    diagnostics.flatten().collect()
}

/// Where cargo put lmcp and the crates that cases use.
struct Libraries {
    paths: BTreeMap<String, PathBuf>,
    dirs: Vec<PathBuf>,
}

/// Asks cargo; this test was built a moment ago, so there is nothing left to build.
fn libraries() -> &'static Libraries {
    static LIBRARIES: OnceLock<Libraries> = OnceLock::new();
    LIBRARIES.get_or_init(|| {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["test", "--no-run", "--package", "lmcp-tests", "--test", "ui", "--message-format", "json"]);
        cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
        // The directory this test was built in: <target>/<profile>/deps/<this>.
        let this = std::env::current_exe().expect("a test has a path");
        if let [_, _, profile, target] = this.ancestors().take(4).collect::<Vec<_>>()[..]
            && target.join("CACHEDIR.TAG").exists()
        {
            cargo.arg("--target-dir").arg(target);
            match profile.file_name().and_then(|name| name.to_str()) {
                None | Some("debug") => {}
                Some(profile) => drop(cargo.args(["--profile", profile])),
            }
        }
        let output = cargo.output().expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut libraries = Libraries { paths: BTreeMap::new(), dirs: Vec::new() };
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(value) = serde_json::from_str::<Value>(line) else { continue };
            let name = value["target"]["name"].as_str().unwrap_or_default().replace('-', "_");
            let files = value["filenames"].as_array().map(Vec::as_slice).unwrap_or_default();
            let files = files.iter().filter_map(Value::as_str).map(PathBuf::from);
            for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "rlib")) {
                libraries.dirs.extend(file.parent().map(Path::to_owned));
                // The last one: a build dependency of the same name comes first.
                if EXTERNS.contains(&&*name) {
                    libraries.paths.insert(name.clone(), file);
                }
            }
        }
        libraries.dirs.sort();
        libraries.dirs.dedup();
        for name in EXTERNS {
            assert!(libraries.paths.contains_key(name), "cargo did not say where {name} is");
        }
        libraries
    })
}
