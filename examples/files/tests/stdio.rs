//! The program as a process: what one types, and what a client says over its pipe.

use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A root of this test's own.
fn shop(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test).join("shop");
    let _old = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("src")).expect("a folder");
    std::fs::write(folder.join("src/main.rs"), "fn main() {\n    bread();\n}\n").expect("a file");
    folder
}

fn program(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_files"));
    command.arg("--root").arg(root).stdin(Stdio::null());
    command
}

/// What is printed, and whether it went well.
fn run(command: &mut Command) -> (String, bool) {
    let output = command.output().expect("it starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8") + &String::from_utf8(output.stderr).expect("UTF-8");
    (text, output.status.success())
}

/// Sends these messages over stdio and gives those that come back.
fn session(root: &Path, messages: &[Value]) -> Vec<Value> {
    let mut process = program(root).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = process.stdin.take().expect("it is piped");
    for message in messages {
        writeln!(stdin, "{message}").expect("it is read");
    }
    drop(stdin);
    let output = process.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", output.status);
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

#[test]
fn what_one_types_prints_what_it_should() {
    let root = shop("typed");
    for (words, printed) in [
        (&["call", "list"][..], "{\"entries\":[{\"name\":\"shop\",\"kind\":\"folder\"}],\"cut\":false}\n"),
        (&["call", "search", "text=bread"], "{\"found\":[\"shop/src/main.rs:2:     bread();\"]}\n"),
        (&["call", "read", "path=shop/src/main.rs", "from_line=3"], "}\n"),
        (&["read", "files://shop/src/main.rs"], "fn main() {\n    bread();\n}\n"),
        (
            &["read", "files://shop/../key"],
            "error: `params.uri`: the URI has a `..` component; send the path without it\n",
        ),
        (
            &["call", "edit", "path=shop/src/main.rs", "old=bread", "new=rolls"],
            "shop/src/main.rs is changed in line 2.\n",
        ),
        (&["call", "read", "path=/etc/passwd"], "error: \"/etc/passwd\" begins with no root; there is shop\n"),
    ] {
        assert_eq!(run(program(&root).args(words)).0, printed, "{words:?}");
    }
    let (said, good) = run(program(Path::new("/no/such")).arg("list"));
    assert!(!good && said.starts_with("error: the root /no/such cannot be opened: "), "{said}");
    let (said, _) = run(Command::new(env!("CARGO_BIN_EXE_files")).args(["call", "read", "path=a"]));
    assert_eq!(said, "error: no folder was given: the server has to be started with --root DIR\n");
}

#[test]
fn it_installs_itself_with_its_roots() {
    let root = shop("installed");
    let home = root.parent().expect("a folder");
    let mut command = program(Path::new("shop"));
    let (said, good) = run(command
        .args(["--root", "shop/src", "install", "zed"])
        .current_dir(home)
        .env("HOME", home)
        .env_remove("XDG_CONFIG_HOME"));
    assert!(good, "{said}");
    let written = if cfg!(windows) { return } else { home.join(".config/zed/settings.json") };
    let written: Value = serde_json::from_str(&std::fs::read_to_string(written).expect("it is there")).expect("JSON");
    let entry = &written["context_servers"]["files"];
    assert_eq!(entry["args"], json!(["--root", root, "--root", root.join("src")]));
}

#[test]
fn a_client_reads_edits_and_hears_of_it() {
    let root = shop("session");
    let call = |id: u8, name: &str, arguments: Value| json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": name, "arguments": arguments } });
    let client = json!({ "name": "test", "version": "1" });
    let initialize = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
    let path = "shop/src/main.rs";
    let answers = session(
        &root,
        &[
            json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": initialize }),
            json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
            json!({ "jsonrpc": "2.0", "id": 1, "method": "resources/subscribe", "params": { "uri": format!("files://{path}") } }),
            call(2, "edit", json!({ "path": path, "old": "bread();", "new": "rolls();" })),
        ],
    );
    assert_eq!(answers[0]["result"]["serverInfo"]["name"], "files");
    assert_eq!(answers[1], json!({ "jsonrpc": "2.0", "id": 1, "result": {} }));
    let of = |key: &str, value: Value| answers.iter().find(|answer| answer[key] == value).unwrap_or(&Value::Null);
    let updated = of("method", "notifications/resources/updated".into());
    assert_eq!(updated["params"]["uri"], format!("files://{path}"));
    assert_eq!(of("id", 2.into())["result"]["content"][0]["text"], "shop/src/main.rs is changed in line 2.");
    assert_eq!(
        std::fs::read_to_string(root.join("src/main.rs")).expect("it is there"),
        "fn main() {\n    rolls();\n}\n"
    );
}
