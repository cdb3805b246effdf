//! The README and the attributes' pages say what is true. Their programs are compiled by `cargo test --doc`; this is
//! about what they show of sources, outputs and messages.

use serde_json::Value;
use std::env::consts::EXE_SUFFIX;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const README: &str = include_str!("../../README.md");
const PAGES: [(&str, &str); 3] = [
    ("TOOL", include_str!("../../lmcp/src/docs/tool.md")),
    ("RESOURCE", include_str!("../../lmcp/src/docs/resource.md")),
    ("PROMPT", include_str!("../../lmcp/src/docs/prompt.md")),
];

/// The fenced blocks of a Markdown text: what stands behind the first fence, and the lines between.
fn blocks(markdown: &str) -> Vec<(&str, String)> {
    let mut blocks: Vec<(&str, String)> = Vec::new();
    let mut inside = false;
    for line in markdown.lines() {
        if let Some(kind) = line.strip_prefix("```") {
            inside = !inside;
            if inside {
                blocks.push((kind, String::new()));
            }
        } else if inside && let Some((_, text)) = blocks.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    assert!(!inside, "a block is not closed");
    blocks
}

/// An example's program, which cargo puts beside the directory of this test's own.
fn program(name: &str) -> PathBuf {
    let this = std::env::current_exe().expect("a test has a path");
    let profile = this.ancestors().nth(2).expect("it is <target>/<profile>/deps/<this>");
    let path = profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "there is no {}; run `cargo build --examples`", path.display());
    path
}

/// Everything an example prints when it is run with these words, in lines as long as those of a common terminal.
fn prints(name: &str, words: &str) -> String {
    let mut command = Command::new(program(name));
    command.env("COLUMNS", "80").env_remove("CLICOLOR_FORCE");
    let output = command.args(words.split_whitespace()).stdin(Stdio::null()).output().expect("the example starts");
    String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8")
}

#[test]
fn the_first_block_is_the_first_example() {
    let example = include_str!("../../examples/01_hello.rs");
    let (doc, rest) = example.split_once("\n\n").expect("a paragraph of its own");
    assert!(doc.starts_with("//! ") && doc.lines().count() == 1, "{doc}");
    let blocks = blocks(README);
    let (kind, first) = blocks.first().expect("there are blocks");
    assert_eq!((*kind, first.as_str()), ("rust,no_run", rest));
}

#[test]
fn the_front_page_begins_like_the_readme() {
    let page = include_str!("../../lmcp/src/lib.rs");
    let page: String = page
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .fold(String::new(), |page, line| page + line.strip_prefix(' ').unwrap_or(line) + "\n");
    assert_eq!(blocks(&page)[0].1, blocks(README)[0].1);
}

#[test]
fn programs_in_the_readme_are_compiled() {
    for (kind, text) in blocks(README) {
        assert!(kind != "rust" && !kind.contains("ignore"), "this block would run, or not even compile:\n{text}");
    }
}

#[test]
fn sessions_in_the_readme_are_real() {
    let mut ran = 0;
    for (_, text) in blocks(README).iter().filter(|(kind, _)| *kind == "text") {
        for session in text.split("$ ").skip(1) {
            let (line, shown) = session.split_once('\n').expect("a line and what it prints");
            let (name, words) = line.split_once(' ').expect("a program and its arguments");
            let printed = prints(name, words);
            match shown.strip_suffix("...\n") {
                Some(beginning) => assert!(printed.starts_with(beginning), "{line}\n{printed}"),
                None => assert_eq!(printed, shown, "{line}"),
            }
            ran += 1;
        }
    }
    assert!(ran >= 2, "the sessions are gone");
}

#[test]
fn commands_in_the_readme_exist() {
    // In a block of its own or between backquotes.
    let inline = README.split('`').filter(|text| text.starts_with("cargo "));
    let shell: String = blocks(README).into_iter().filter(|(kind, _)| *kind == "sh").map(|(_, text)| text).collect();
    let mut examples = 0;
    for line in inline.chain(shell.lines()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["cargo", "test"] | ["cargo", "build", "--release"] | ["cargo", "new", "calc"] => {}
            ["cargo", "run", "--example", name] => drop(program(name)),
            // `the_clients_in_the_readme_are_those_of_the_program` knows this one.
            ["target/release/calc", "install", "claude-desktop"] => {}
            // `the_requests_in_the_readme_are_answered` runs these.
            ["cargo", "run", "--example", "tour", "--", "--http", _] | ["curl", ..] | ["-d" | "-H", ..] => {}
            [word, ..] if word.starts_with("\"_meta\"") || word.starts_with("\"io.modelcontextprotocol/") => {}
            // `.ci/run` builds the documentation.
            ["cargo", "doc", "--open", "-p", "lmcp"] => {}
            ["cargo", "run", "--example", name, "--", ..] => {
                let (_, arguments) = line.split_once(" -- ").expect("it has one");
                let printed = prints(name, arguments);
                // The README says so in its next paragraph.
                assert!(README.contains(&format!("prints `{}`", printed.trim())), "{line}: {printed}");
                examples += 1;
            }
            ["cargo", "run", "--release", "--bin", "bench", "--", kind] => {
                let benches = include_str!("../../benches/README.md");
                assert!(benches.contains(&format!("| `{kind}` |")), "the benches have no kind {kind}");
            }
            ["cargo", "run", "--release", "-p", "lmcp-tests", "--bin", name, "--", "--minutes", minutes] => {
                assert!(Path::new(env!("CARGO_BIN_EXE_lmcp-soak")).ends_with(format!("{name}{EXE_SUFFIX}")), "{line}");
                assert!(minutes.parse::<f64>().is_ok_and(|minutes| minutes > 0.0), "{line}");
            }
            _ => panic!("this test does not know the command: {line}"),
        }
    }
    assert!(examples >= 1, "the first command is gone");
    let help = prints("tour", "help");
    let row = README.lines().find_map(|line| line.strip_prefix("| The binary's commands | ")).expect("a row");
    for command in row.split('`').skip(1).step_by(2) {
        assert!(help.contains(&format!("\n  tour {command} ")), "{command} is no command:\n{help}");
    }
}

#[test]
fn the_clients_in_the_readme_are_those_of_the_program() {
    let (_, clients) = README.split_once("That works for ").expect("a sentence");
    let (clients, _) = clients.split_once(".\n").expect("its end");
    let named: Vec<&str> = clients.split('`').skip(1).step_by(2).collect();
    let help = prints("tour", "help install");
    let (_, listed) = help.split_once("\nCLIENTS\n").expect("a list");
    let (listed, _) = listed.split_once("\n\n").expect("its end");
    let listed: Vec<&str> = listed.split([',', '\n']).map(str::trim).filter(|client| !client.is_empty()).collect();
    assert_eq!(named, listed);
    assert!(README.contains("target/release/calc install claude-desktop"));
}

/// What a client's file holds after `install`, as the program says, with the name and the path that the README uses.
fn installed(client: &str) -> (String, Value) {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme-home-that-is-empty");
    let mut command = Command::new(program("tour"));
    command.args(["install", client, "--print"]).env_clear().env("HOME", &home).stdin(Stdio::null());
    let output = command.output().expect("the example starts");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let (file, _) = printed.split_once(" would be made").unwrap_or_else(|| panic!("{client}: {printed}"));
    let json: String = printed.lines().filter_map(|line| line.strip_prefix('+')).collect();
    let path = program("tour").display().to_string();
    let json = json.replace(&path, "/path/to/target/release/calc").replace("\"tour\"", "\"calc\"");
    (file.replace(&home.display().to_string(), "~"), serde_json::from_str(&json).expect("JSON"))
}

#[cfg(target_os = "linux")]
#[test]
fn the_files_in_the_readme_are_what_install_writes() {
    let shown: Vec<Value> = blocks(README)
        .iter()
        .filter(|(kind, _)| *kind == "json")
        .map(|(_, text)| serde_json::from_str(text).expect("JSON"))
        .collect();
    let mut written = Vec::new();
    for client in ["claude-desktop", "cursor", "claude-code", "vscode"] {
        let (file, json) = installed(client);
        assert!(README.contains(&format!("`{file}`")), "{client} keeps its servers in {file}");
        if written.last() != Some(&json) {
            written.push(json);
        }
    }
    assert_eq!(shown, written);
}

/// The requests that the README sends with curl: their headers, and their bodies.
fn requests() -> Vec<(Vec<&'static str>, &'static str)> {
    let commands = README.split("\ncurl ").skip(1);
    let read = |command: &'static str| {
        let (command, _) = command.split_once("\n```").expect("the end of the block");
        let quoted = |behind: &str| -> Vec<&'static str> {
            command.split(behind).skip(1).filter_map(|text| text.split_once('\'')).map(|(text, _)| text).collect()
        };
        (quoted("-H '"), quoted("-d '")[0])
    };
    commands.map(read).collect()
}

#[test]
fn the_requests_in_the_readme_are_answered() {
    /// Ends the process whatever becomes of the test.
    struct Server(std::process::Child);
    impl Drop for Server {
        fn drop(&mut self) {
            let _ended = self.0.kill().and_then(|()| self.0.wait());
        }
    }
    let mut child = Command::new(program("tour"))
        .args(["--http", "127.0.0.1:0"])
        .env_remove("LMCP_TOKEN")
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let stderr = child.stderr.take();
    let _server = Server(child);
    let mut line = String::new();
    BufReader::new(stderr.expect("piped")).read_line(&mut line).expect("it says where it serves");
    let (_, address) = line.split_once("http://").expect("an address");
    let address = address.split_whitespace().next().expect("an address");
    let (host, path) = address.split_once('/').expect("a path");
    assert!(README.contains(&format!("/{path}`")), "the endpoint is /{path}");
    let requests = requests();
    assert_eq!(requests.len(), 2, "one of each era");
    for (headers, body) in requests {
        let mut stream = TcpStream::connect(host).expect("it listens");
        let request = format!(
            "POST /{path} HTTP/1.1\r\nHost: {host}\r\n{}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            headers.join("\r\n"),
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("it reads");
        stream.set_read_timeout(Some(std::time::Duration::from_secs(120))).expect("it can be set");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains(r#""text":"3""#), "{answer}");
        let is_modern = headers.iter().any(|header| header.contains("2026-07-28"));
        assert_eq!(answer.contains("resultType"), is_modern, "{answer}");
    }
}

/// The guide to HTTP shows the same requests.
#[test]
fn the_guide_sends_the_requests_of_the_readme() {
    let guide = include_str!("../../lmcp/src/docs/guide/http.md");
    for (headers, body) in requests() {
        assert!(guide.contains(body), "{body}");
        assert!(headers.iter().all(|header| guide.contains(&format!("-H '{header}'"))), "{headers:?}");
    }
}

#[test]
fn the_crates_in_the_readme_are_those_that_are_counted() {
    let run = include_str!("../../.ci/run");
    let most = |step: &str| -> &str {
        let (_, rest) = run.split_once(step).expect("a step");
        rest.split_whitespace().nth(1).expect("a number")
    };
    let figures = format!("| {} / {} |", most("\"crates, stdio alone\""), most("\"crates, default features\""));
    assert!(README.contains(&figures), "{figures}");
}

/// A link to a file leads to one.
#[test]
fn links_in_the_readme_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut files = 0;
    for link in README.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
        if !link.starts_with("http") && !link.starts_with('#') {
            assert!(root.join(link).exists(), "{link}");
            files += 1;
        }
    }
    assert!(files > 10, "{files}");
}

/// Every guide is a page, and what it shows of Rust is compiled: `cargo test --doc` runs it.
#[test]
fn the_guides_are_pages_whose_programs_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let pages = std::fs::read_to_string(root.join("lmcp/src/guide.rs")).expect("it can be read");
    let mut guides = 0;
    for entry in std::fs::read_dir(root.join("lmcp/src/docs/guide")).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        let file = path.file_name().and_then(|name| name.to_str()).expect("a name");
        assert!(pages.contains(&format!("\"docs/guide/{file}\"")), "{file} is no page");
        assert!(README.contains(&format!("(lmcp/src/docs/guide/{file})")), "the README does not lead to {file}");
        let text = std::fs::read_to_string(&path).expect("it can be read");
        for (kind, block) in blocks(&text) {
            // Rust, or somebody else's: never a program that is not compiled.
            let known = ["", "no_run", "standalone_crate", "text", "python"].contains(&kind);
            assert!(known, "{file}: a block of the kind {kind:?}:\n{block}");
        }
        guides += 1;
    }
    assert_eq!(pages.matches("\"docs/guide/").count(), guides, "a page has no file");
}

#[test]
fn the_pages_name_every_key() {
    let keys = include_str!("../../lmcp-macros/src/keys.rs");
    let keys_of = |name: &str| -> Vec<&str> {
        let (_, list) = keys.split_once(&format!("const {name}: [&str; ")).unwrap_or_else(|| panic!("no keys: {name}"));
        let (list, _) = list.split_once("];").expect("its end");
        list.split('"').skip(1).step_by(2).collect()
    };
    let names = |page: &str, key: &str| page.contains(&format!("`{key}`")) || page.contains(&format!("`{key}(...)`"));
    for (name, page) in PAGES {
        let own = if name == "PROMPT" { Vec::new() } else { keys_of(name) };
        for key in own.iter().chain(&keys_of("COMMON")) {
            assert!(names(page, key), "the page of {name} does not name `{key}`");
        }
    }
    for key in keys_of("ARG") {
        let row = |page: &str| page.lines().any(|line| line.starts_with(&format!("| `{key}")));
        assert!(PAGES.iter().any(|(_, page)| row(page)), "no page has a row for `#[arg({key})]`");
    }
}

#[test]
fn the_pages_show_messages_that_are_printed() {
    // What is printed is tested by `ui.rs`, case by case; here, that what is shown is among it.
    let mut expected = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("ui"), &mut expected);
    for (name, page) in PAGES {
        let blocks = blocks(page);
        let mistakes = blocks.iter().zip(blocks.iter().skip(1)).filter(|((kind, _), _)| *kind == "compile_fail");
        let mut seen = 0;
        for (_, (kind, shown)) in mistakes {
            assert_eq!(*kind, "text", "{name}: a mistake without its message");
            for line in shown.lines() {
                let known = expected.iter().any(|part: &String| line.contains(part.as_str()));
                assert!(known, "{name}: no case in tests/ui expects this: {line}");
            }
            seen += 1;
        }
        assert!(seen >= 2, "the page of {name} shows {seen} mistakes");
    }
}

/// What the annotations below a folder expect of errors and helps.
fn collect(folder: &Path, expected: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            collect(&path, expected);
        } else {
            let source = std::fs::read_to_string(&path).expect("it can be read");
            let annotations = source.lines().filter_map(|line| line.trim().strip_prefix("//~^ "));
            let texts = annotations.filter_map(|text| text.strip_prefix("error: ").or(text.strip_prefix("help: ")));
            expected.extend(texts.map(str::to_owned));
        }
    }
}
