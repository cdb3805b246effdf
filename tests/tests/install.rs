//! `install`, `uninstall` and `manifest` as real processes, each with a home of its own.

#![cfg(unix)]

use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A home, gone with the test.
struct Home(PathBuf);

impl Drop for Home {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

impl Home {
    fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}-{}", std::process::id()));
        let _old = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        Home(folder)
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-cli"));
        command.arg0("calc").args(line.split_whitespace()).stdin(Stdio::null());
        command.env_clear().env("HOME", &self.0).env("XDG_CONFIG_HOME", self.0.join("xdg"));
        command
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).expect("a file");
        path
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).expect(file)
    }

    /// What is printed, with `~` for this home and `CALC` for the program.
    fn tilde(&self, text: &str) -> String {
        text.replace(&self.0.display().to_string(), "~").replace(&program(), "CALC")
    }

    #[track_caller]
    fn prints(&self, line: &str) -> String {
        let ended = end(&mut self.command(line));
        assert_eq!((ended.stderr.as_str(), ended.code), ("", Some(0)), "{line}");
        self.tilde(&ended.stdout)
    }

    #[track_caller]
    fn fails(&self, line: &str, code: i32, stderr: &str) {
        let ended = end(&mut self.command(line));
        let said = (ended.stdout.as_str(), self.tilde(&ended.stderr), ended.code);
        assert_eq!(said, ("", stderr.to_owned(), Some(code)), "{line}");
    }

    /// Every file below it with its bytes and the time of its last change.
    fn everything(&self) -> Vec<(PathBuf, Vec<u8>, i64, i64)> {
        let mut all = Vec::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("it can be read").path();
                let meta = fs::symlink_metadata(&path).expect("it is there");
                if meta.is_dir() {
                    folders.push(path);
                } else {
                    all.push((path.clone(), fs::read(&path).expect("a file"), meta.mtime(), meta.mtime_nsec()));
                }
            }
        }
        all.sort();
        all
    }
}

/// What a process came to.
struct Ended {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

fn end(command: &mut Command) -> Ended {
    let output = command.output().expect("the process starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ended { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

/// The program as it finds itself.
fn program() -> String {
    let path = fs::canonicalize(env!("CARGO_BIN_EXE_lmcp-test-cli")).expect("it is there");
    path.to_str().expect("UTF-8").to_owned()
}

/// A client, its file below a home, what may stand there, and what `install` makes of it.
struct Case {
    client: &'static str,
    file: String,
    before: &'static str,
    after: &'static str,
    /// The file that is made where there is none.
    fresh: &'static str,
    /// The key of a URL, if the client takes one.
    url: Option<&'static str>,
}

fn cases() -> [Case; 9] {
    let application = if cfg!(target_os = "macos") { "Library/Application Support" } else { "xdg" };
    let zed = if cfg!(target_os = "macos") { ".config" } else { "xdg" };
    let plain = "{\n  \"mcpServers\": {\n    \"calc\": {\n      \"command\": \"CALC\"\n    }\n  }\n}\n";
    [
        Case {
            client: "claude-desktop",
            file: format!("{application}/Claude/claude_desktop_config.json"),
            before: "{\n  \"preferences\": {\"menuBarEnabled\": false},\n  \"mcpServers\": {}\n}",
            after: "{\n  \"preferences\": {\"menuBarEnabled\": false},\n  \"mcpServers\": {\n    \"calc\": {\n      \
                    \"command\": \"CALC\"\n    }\n  }\n}",
            fresh: plain,
            url: None,
        },
        Case {
            client: "claude-code",
            file: ".claude.json".into(),
            before: "{\n  \"numStartups\": 7,\n  \"projects\": {\"/p\": {\"mcpServers\": {\"calc\": {}}}},\n  \
                     \"mcpServers\": {\n    \"a\": {\"type\": \"http\", \"url\": \"http://h\"}\n  }\n}\n",
            after: "{\n  \"numStartups\": 7,\n  \"projects\": {\"/p\": {\"mcpServers\": {\"calc\": {}}}},\n  \
                    \"mcpServers\": {\n    \"a\": {\"type\": \"http\", \"url\": \"http://h\"},\n    \"calc\": {\n      \
                    \"type\": \"stdio\",\n      \"command\": \"CALC\",\n      \"args\": []\n    }\n  }\n}\n",
            fresh: "{\n  \"mcpServers\": {\n    \"calc\": {\n      \"type\": \"stdio\",\n      \"command\": \"CALC\",\n      \
                    \"args\": []\n    }\n  }\n}\n",
            url: Some("url"),
        },
        Case {
            client: "cursor",
            file: ".cursor/mcp.json".into(),
            before: "{\r\n\t\"mcpServers\": {\r\n\t\t// Ünïcode\r\n\t\t\"b\": {\"command\": \"b\"},\r\n\t},\r\n}",
            after: "{\r\n\t\"mcpServers\": {\r\n\t\t// Ünïcode\r\n\t\t\"b\": {\"command\": \"b\"},\r\n\t\t\"calc\": \
                    {\r\n\t\t\t\"command\": \"CALC\"\r\n\t\t},\r\n\t},\r\n}",
            fresh: plain,
            url: Some("url"),
        },
        Case {
            client: "vscode",
            file: format!("{application}/Code/User/mcp.json"),
            before: "{\n\t\"inputs\": [],\n\t\"servers\": {} // none\n}\n",
            after: "{\n\t\"inputs\": [],\n\t\"servers\": {\n\t\t\"calc\": {\n\t\t\t\"type\": \"stdio\",\n\t\t\t\
                    \"command\": \"CALC\"\n\t\t}\n\t} // none\n}\n",
            fresh: "{\n  \"servers\": {\n    \"calc\": {\n      \"type\": \"stdio\",\n      \"command\": \"CALC\"\n    \
                    }\n  }\n}\n",
            url: Some("url"),
        },
        Case {
            client: "windsurf",
            file: ".codeium/windsurf/mcp_config.json".into(),
            before: "{\"mcpServers\": {/* none */ \"x\": {\"serverUrl\": \"http://x\"}}}",
            after: "{\"mcpServers\": {/* none */ \"x\": {\"serverUrl\": \"http://x\"}, \"calc\": { \"command\": \
                    \"CALC\" }}}",
            fresh: plain,
            url: Some("serverUrl"),
        },
        Case {
            client: "zed",
            file: format!("{zed}/zed/settings.json"),
            before: "// Zed settings\n//\n{\n  \"theme\": \"One\", // dark\n  \"context_servers\": {\n    // mine\n    \
                     \"a\": {\n      \"command\": \"a\", \"args\": []\n    }, // a\n    // end\n  },\n}\n",
            after: "// Zed settings\n//\n{\n  \"theme\": \"One\", // dark\n  \"context_servers\": {\n    // mine\n    \
                    \"a\": {\n      \"command\": \"a\", \"args\": []\n    }, // a\n    \"calc\": {\n      \"command\": \
                    \"CALC\",\n      \"args\": []\n    },\n    // end\n  },\n}\n",
            fresh: "{\n  \"context_servers\": {\n    \"calc\": {\n      \"command\": \"CALC\",\n      \"args\": []\n    \
                    }\n  }\n}\n",
            url: Some("url"),
        },
        Case {
            client: "gemini-cli",
            file: ".gemini/settings.json".into(),
            before: "{\n    \"ui\": {\"theme\": \"x\"}, /* of it */\n    \"mcpServers\": {\n    }\n}\n",
            after: "{\n    \"ui\": {\"theme\": \"x\"}, /* of it */\n    \"mcpServers\": {\n        \"calc\": {\n            \
                    \"command\": \"CALC\"\n        }\n    }\n}\n",
            fresh: plain,
            url: Some("httpUrl"),
        },
        Case {
            client: "codex",
            file: ".codex/config.toml".into(),
            before: "# mine\nmodel = \"o3\" # the usual\n\n[mcp_servers.a]\ncommand = \"a\"\n[projects.\"/p\"]\n\
                     trust_level = \"trusted\"",
            after: "# mine\nmodel = \"o3\" # the usual\n\n[mcp_servers.a]\ncommand = \"a\"\n[projects.\"/p\"]\n\
                    trust_level = \"trusted\"\n\n[mcp_servers.calc]\ncommand = \"CALC\"",
            fresh: "[mcp_servers.calc]\ncommand = \"CALC\"\n",
            url: Some("url"),
        },
        Case {
            client: "goose",
            file: "xdg/goose/config.yaml".into(),
            before: "# mine\nGOOSE_MODEL: x\nextensions:\n  developer: # built in\n    enabled: true\n    type: builtin\n\
                     \n# the end\nGOOSE_MODE: auto\n",
            after: "# mine\nGOOSE_MODEL: x\nextensions:\n  developer: # built in\n    enabled: true\n    type: builtin\n  \
                    calc:\n    type: stdio\n    cmd: \"CALC\"\n    args: []\n    name: calc\n    description: \"A \
                    calculator.\"\n    enabled: true\n    timeout: 300\n\n# the end\nGOOSE_MODE: auto\n",
            fresh: "extensions:\n  calc:\n    type: stdio\n    cmd: \"CALC\"\n    args: []\n    name: calc\n    \
                    description: \"A calculator.\"\n    enabled: true\n    timeout: 300\n",
            url: Some("uri"),
        },
    ]
}

#[test]
fn a_file_that_is_not_there_is_made() {
    for Case { client, file, fresh, .. } in cases() {
        let home = Home::new(&format!("fresh-{client}"));
        let said = home.prints(&format!("install {client}"));
        assert!(said.starts_with(&format!("calc is in ~/{file} now.\n")) && said.lines().count() == 2, "{said}");
        assert_eq!(home.tilde(&home.read(&file)), fresh, "{client}");
        assert_eq!(home.everything().len(), 1, "no backup of nothing, and nothing left over");
    }
}

#[test]
fn the_rest_of_a_file_stays_byte_for_byte() {
    for Case { client, file, before, after, .. } in cases() {
        let home = Home::new(&format!("rest-{client}"));
        home.write(&file, before);
        let said = home.prints(&format!("install {client}"));
        let now = format!("calc is in ~/{file} now.\nWhat was there before is in ~/{file}.bak.\n");
        assert!(said.starts_with(&now) && said.lines().count() == 3, "{said}");
        assert_eq!(home.tilde(&home.read(&file)), after, "{client}");
        assert_eq!(home.read(&format!("{file}.bak")), before);

        let installed = home.everything();
        let again = home.prints(&format!("install {client}"));
        assert_eq!(again, format!("calc is in ~/{file} already; nothing was changed.\n"));
        assert_eq!(home.everything(), installed, "{client}: not even a time changed");

        let out = home.prints(&format!("uninstall {client}"));
        assert!(out.starts_with(&format!("calc is out of ~/{file} now.\n")), "{out}");
        // An object that has nothing but blanks in it is written as `{}`.
        assert_eq!(home.read(&file), before.replace("{\n    }", "{}"), "{client}");
        let again = home.prints(&format!("uninstall {client}"));
        assert_eq!(again, format!("calc is not in ~/{file}; nothing was changed.\n"));
    }
}

#[test]
fn print_shows_and_changes_nothing() {
    for Case { client, file, before, after, fresh, .. } in cases() {
        let home = Home::new(&format!("print-{client}"));
        let shown = home.prints(&format!("install {client} --print"));
        assert!(shown.starts_with(&format!("~/{file} would be made, line 1:\n+")), "{shown}");
        let lines: String =
            shown.lines().filter_map(|line| line.strip_prefix('+')).map(|l| l.to_owned() + "\n").collect();
        assert_eq!(lines, fresh);
        assert!(home.everything().is_empty());

        home.write(&file, before);
        let there = home.everything();
        let shown = home.prints(&format!("--print install {client}"));
        assert!(shown.starts_with(&format!("~/{file} would be changed, line ")) && shown.contains("CALC"), "{shown}");
        assert_eq!(home.everything(), there);
        home.write(&file, &after.replace("CALC", &program()));
        let there = home.everything();
        let shown = home.prints(&format!("uninstall {client} --print"));
        assert!(shown.starts_with(&format!("~/{file} would be changed, line ")) && shown.contains("-"), "{shown}");
        assert_eq!(home.everything(), there);
    }
}

#[test]
fn an_entry_that_points_elsewhere_is_replaced() {
    for Case { client, file, before, after, .. } in cases() {
        let home = Home::new(&format!("replaced-{client}"));
        home.write(&file, &after.replace("CALC", "/old/calc"));
        let said = home.prints(&format!("install {client}"));
        let expected = format!("calc in ~/{file} pointed to /old/calc; now it points to CALC.\n");
        assert!(said.starts_with(&expected), "{said}");
        assert_eq!(home.tilde(&home.read(&file)), after, "{client}");
        assert_eq!(home.read(&format!("{file}.bak")), after.replace("CALC", "/old/calc"));
        home.prints(&format!("uninstall {client}"));
        assert_eq!(home.read(&file), before.replace("{\n    }", "{}"), "{client}");
    }
}

#[test]
fn a_file_that_does_not_parse_is_left_alone() {
    for Case { client, file, before, .. } in cases() {
        let home = Home::new(&format!("broken-{client}"));
        let broken = format!("{before}\n]");
        home.write(&file, &broken);
        let there = home.everything();
        for verb in ["install", "uninstall"] {
            let ended = end(&mut home.command(&format!("{verb} {client}")));
            let (stderr, line) = (home.tilde(&ended.stderr), broken.lines().count());
            assert!(stderr.starts_with(&format!("error: ~/{file}:{line}:1: ")), "{client}: {stderr}");
            assert!(stderr.ends_with("; the file was left as it is\n") && ended.code == Some(1), "{stderr}");
            assert_eq!(home.everything(), there, "{client}");
        }
    }
    let home = Home::new("broken-bytes");
    let path = home.write(".cursor/mcp.json", "");
    fs::write(&path, b"{\n \"\xff\": 1}").expect("a file");
    home.fails("install cursor", 1, "error: ~/.cursor/mcp.json:2:3: this is not UTF-8; the file was left as it is\n");
}

#[test]
fn a_url_is_spelled_as_the_client_spells_it() {
    for Case { client, file, url, before, .. } in cases() {
        let home = Home::new(&format!("url-{client}"));
        let line = format!("install {client} --http http://127.0.0.1:8080/mcp");
        let Some(key) = url else {
            home.fails(
                &line,
                1,
                "error: Claude Desktop takes no URL in its file. Add it there under Settings > Connectors > Add custom \
                 connector, for which it has to be reachable from the internet; or leave --http out, and Claude Desktop \
                 starts this program itself\n",
            );
            assert!(home.everything().is_empty());
            continue;
        };
        home.write(&file, before);
        home.prints(&line);
        let text = home.read(&file);
        let value = "\"http://127.0.0.1:8080/mcp\"";
        let written = [format!("\"{key}\": {value}"), format!("{key} = {value}"), format!("{key}: {value}")];
        assert!(written.iter().any(|written| text.contains(written)) && !text.contains(&program()), "{text}");
        let again = home.prints(&line);
        assert_eq!(again, format!("calc is in ~/{file} already; nothing was changed.\n"));
        // And back to the program.
        let said = home.prints(&format!("install {client}"));
        assert!(said.contains("pointed to http://127.0.0.1:8080/mcp; now it points to CALC.\n"), "{said}");
        let text = home.read(&file);
        assert!(text.contains(&program()) && !text.contains("127.0.0.1") && !text.contains("streamable"), "{text}");
        home.prints(&format!("uninstall {client}"));
        assert_eq!(home.read(&file), before.replace("{\n    }", "{}"), "{client}");
    }
}

#[test]
fn what_was_added_by_hand_stays() {
    let home = Home::new("by-hand");
    let mine = |command: &str, args: &str| {
        format!("{{\"mcpServers\": {{\"calc\": {{\"command\": \"{command}\",{args} \"env\": {{\"A\": \"1\"}}}}}}}}")
    };
    let args = " \"args\": [\"-v\"],";
    // The program moved: its arguments are still its own.
    home.write(".cursor/mcp.json", &mine("/old/lmcp-test-cli", args));
    home.prints("install cursor");
    assert_eq!(home.tilde(&home.read(".cursor/mcp.json")), mine("CALC", args));
    // These are the arguments of another program.
    home.write(".cursor/mcp.json", &mine("npx", args));
    home.prints("install cursor");
    assert_eq!(home.tilde(&home.read(".cursor/mcp.json")), mine("CALC", ""));
}

#[test]
fn a_windsurf_that_became_devin_has_its_own_file() {
    let home = Home::new("devin");
    home.write(".config/devin/mcp_config.json", "{}");
    home.prints("install windsurf --http https://h/mcp");
    let expected = "{\n  \"mcpServers\": {\n    \"calc\": {\n      \"url\": \"https://h/mcp\"\n    }\n  }\n}";
    assert_eq!(home.read(".config/devin/mcp_config.json"), expected);
    assert!(!home.path(".codeium").exists());
}

#[test]
fn the_first_backup_is_never_written_over() {
    let home = Home::new("backup");
    let (file, bak, latest) = (".cursor/mcp.json", ".cursor/mcp.json.bak", ".cursor/mcp.json.lmcp.bak");
    home.write(bak, "somebody's only one");
    home.write(file, "{}");
    let said = home.prints("install cursor");
    assert!(said.contains("What was there before is in ~/.cursor/mcp.json.lmcp.bak.\n"), "{said}");
    assert_eq!((home.read(bak), home.read(latest)), ("somebody's only one".to_owned(), "{}".to_owned()));
    let installed = home.read(file);
    home.prints("uninstall cursor");
    assert_eq!((home.read(bak), home.read(latest)), ("somebody's only one".to_owned(), installed));
}

#[test]
fn permissions_and_links_stay() {
    let home = Home::new("links");
    let real = home.write("dotfiles/codex.toml", "a = 1\n");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("permissions");
    fs::create_dir_all(home.path(".codex")).expect("a folder");
    symlink("../dotfiles/codex.toml", home.path(".codex/config.toml")).expect("a link");
    let said = home.prints("install codex");
    assert!(said.contains("What was there before is in ~/.codex/../dotfiles/codex.toml.bak.\n"), "{said}");
    assert_eq!(fs::read_link(home.path(".codex/config.toml")).expect("a link"), Path::new("../dotfiles/codex.toml"));
    assert!(home.read("dotfiles/codex.toml").contains("[mcp_servers.calc]"));
    for file in ["dotfiles/codex.toml", "dotfiles/codex.toml.bak"] {
        assert_eq!(fs::metadata(home.path(file)).expect(file).permissions().mode() & 0o777, 0o640, "{file}");
    }

    // A link that leads to nothing yet.
    fs::create_dir_all(home.path(".gemini")).expect("a folder");
    symlink(home.path("dotfiles/gemini.json"), home.path(".gemini/settings.json")).expect("a link");
    home.prints("install gemini-cli");
    assert!(fs::symlink_metadata(home.path(".gemini/settings.json")).expect("a link").is_symlink());
    assert!(home.read("dotfiles/gemini.json").contains("\"calc\""));
}

#[test]
fn what_cannot_be_written_is_told_in_words() {
    let home = Home::new("read-only");
    let path = home.write(".cursor/mcp.json", "{}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("permissions");
    home.fails("install cursor", 1, "error: ~/.cursor/mcp.json is read-only; nothing was written\n");
    home.write(".gemini", "a file where a folder should be");
    home.fails(
        "install gemini-cli",
        1,
        "error: ~/.gemini/settings.json cannot be read: Not a directory (os error 20)\n",
    );

    let folder = home.path(".codex");
    fs::create_dir_all(&folder).expect("a folder");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).expect("permissions");
    let mut command = home.command("install codex");
    if fs::write(folder.join("probe"), "").is_ok() {
        // Whoever may do everything is not stopped by that, so it has to be somebody else.
        command.uid(65534);
    }
    // Where nobody else may start the program, nothing can be shown.
    if let Ok(output) = command.output() {
        let stderr = home.tilde(&String::from_utf8_lossy(&output.stderr));
        assert_eq!(stderr, "error: ~/.codex/config.toml cannot be written: Permission denied (os error 13)\n");
        assert!(!home.path(".codex/config.toml").exists());
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("permissions");
}

#[test]
fn without_a_client_there_is_a_list() {
    let home = Home::new("list");
    home.prints("install cursor");
    home.write(".gemini/settings.json", "{\"mcpServers\": {\"calc\": {\"httpUrl\": \"http://h\"}}}");
    home.write(".codex/config.toml", "[mcp_servers.other]\n");
    home.write(".claude.json", "{\n");
    for line in ["install", "uninstall"] {
        let shown = home.prints(line);
        let mut lines = shown.lines();
        assert_eq!(lines.next(), Some("CLIENTS"));
        let (rows, states): (Vec<&str>, Vec<&str>) = lines.partition(|line| !line.starts_with("    "));
        let state = |client: &str| {
            let at = rows.iter().position(|row| row.trim_start().starts_with(&format!("{client} "))).expect(client);
            format!("{} {}", rows[at].split_whitespace().last().unwrap_or_default(), states[at].trim())
        };
        assert_eq!(rows.len(), 9);
        assert_eq!(state("cursor"), "~/.cursor/mcp.json has calc: CALC");
        assert_eq!(state("gemini-cli"), "~/.gemini/settings.json has calc: http://h");
        assert_eq!(state("codex"), "~/.codex/config.toml calc is not in it");
        assert_eq!(state("claude-code"), "~/.claude.json line 1, column 1: unterminated object");
        assert_eq!(state("goose"), "~/xdg/goose/config.yaml there is no file yet");
    }
}

#[test]
fn a_client_that_is_unknown_is_named() {
    let home = Home::new("unknown");
    let usage = "usage: calc install [CLIENT] [--http URL] [--print]\n";
    home.fails("install cursr", 2, &format!("error: unknown client \"cursr\"; did you mean \"cursor\"?\n{usage}"));
    let all = "claude-desktop, claude-code, cursor, vscode, windsurf, zed, gemini-cli, codex, goose";
    home.fails("install emacs", 2, &format!("error: unknown client \"emacs\"; there are {all}\n{usage}"));
    home.fails("install --print", 2, &format!("error: which client? {all}\n{usage}"));
    home.fails(
        "install cursor --http :8080",
        2,
        &format!("error: \":8080\" is no URL: write it as in --http http://127.0.0.1:8080/mcp\n{usage}"),
    );
    assert!(home.everything().is_empty());
}

#[test]
fn a_server_that_does_not_start_is_not_installed() {
    let home = Home::new("mistake");
    let ended = end(home.command("install cursor").env("LMCP_TEST_CLI", "mistake"));
    assert!(ended.stderr.starts_with("error: the server cannot start") && ended.code == Some(1), "{}", ended.stderr);
    assert!(home.everything().is_empty());
}

#[test]
fn examples_in_the_help_run() {
    let home = Home::new("examples");
    let mut ran = 0;
    for verb in ["install", "uninstall", "manifest"] {
        let help = home.prints(&format!("help {verb}"));
        assert!(help.starts_with(&format!("calc {verb}")), "{help}");
        let (_, examples) = help.split_once("\nEXAMPLES\n").expect(verb);
        for example in examples.lines().map_while(|line| line.strip_prefix("  calc ")) {
            let (line, _shell) = example.split_once(" > ").unwrap_or((example, ""));
            assert_eq!(end(&mut home.command(line)).code, Some(0), "{line}");
            ran += 1;
        }
    }
    assert_eq!(ran, 5);
}

#[test]
fn the_manifest_is_what_the_registry_takes() {
    let home = Home::new("manifest");
    let ended = end(&mut home.command("manifest"));
    assert_eq!(ended.code, Some(0));
    let manifest: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_valid(&manifest);
    let package = json!([{
        "registryType": "cargo",
        "registryBaseUrl": "https://crates.io",
        "identifier": "lmcp-tests",
        "version": env!("CARGO_PKG_VERSION"),
        "transport": { "type": "stdio" },
    }]);
    assert_eq!(manifest.get("packages"), Some(&package));
    assert_eq!(manifest.get("name"), Some(&json!("io.github.YOUR-GITHUB-NAME/calc")));
    assert_eq!(manifest.get("version"), Some(&json!("1.2.3")));
    let notes: Vec<&str> = ended.stderr.lines().collect();
    assert!(notes.len() == 3 && notes.iter().all(|note| note.starts_with("note: ")), "{notes:?}");
    assert!(notes[0].contains("YOUR-GITHUB-NAME") && notes[1].contains("mcp-name: io.github."), "{notes:?}");
}

/// The constraints of <https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json> on what a manifest of
/// ours has in it.
fn assert_valid(manifest: &Value) {
    let text = |pointer: &str| manifest.pointer(pointer).and_then(Value::as_str).expect(pointer).to_owned();
    let length = |pointer: &str| text(pointer).chars().count();
    let known = ["$schema", "name", "title", "description", "version", "repository", "websiteUrl", "packages"];
    assert!(manifest.as_object().expect("an object").keys().all(|key| known.contains(&key.as_str())), "{manifest}");
    assert_eq!(text("/$schema"), "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json");

    let name = text("/name");
    let (namespace, server) = name.split_once('/').expect("one slash");
    let all = |part: &str, more: &[char]| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(&c))
    };
    assert!((3..=200).contains(&name.len()) && all(namespace, &['.', '-']) && all(server, &['.', '_', '-']), "{name}");
    assert!((1..=100).contains(&length("/description")));
    let version = text("/version");
    assert!((1..=255).contains(&version.len()) && version.starts_with(|c: char| c.is_ascii_digit()), "{version}");
    if manifest.get("title").is_some() {
        assert!((1..=100).contains(&length("/title")));
    }
    if manifest.get("websiteUrl").is_some() {
        assert!(text("/websiteUrl").contains("://"));
    }
    if manifest.get("repository").is_some() {
        assert!(text("/repository/url").contains("://") && !text("/repository/source").is_empty());
    }
    for package in manifest.get("packages").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| package.get(key).and_then(Value::as_str).expect(key);
        let known = ["registryType", "registryBaseUrl", "identifier", "version", "transport"];
        assert!(package.as_object().expect("an object").keys().all(|key| known.contains(&key.as_str())), "{package}");
        assert!(["npm", "pypi", "cargo", "oci", "nuget", "mcpb"].contains(&text("registryType")), "{package}");
        assert!(!text("identifier").is_empty() && text("registryBaseUrl") == "https://crates.io", "{package}");
        assert!((1..=255).contains(&text("version").len()) && text("version") != "latest", "{package}");
        assert_eq!(package.pointer("/transport/type"), Some(&json!("stdio")));
    }
}
