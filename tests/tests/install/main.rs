//! `install` and `uninstall` as real processes, each with a home of its own: what becomes of clients' files.

#![cfg(unix)]

mod cases;
mod home;
mod manifest;

use cases::{Case, cases};
use home::{Home, end, program};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;

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

        home.write(&file, &after.replace("CALC", "/old/calc"));
        let said = home.prints(&format!("uninstall {client}"));
        assert!(said.starts_with(&format!("calc is out of ~/{file} now; it pointed to /old/calc.\n")), "{said}");
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
        let said = home.prints(&line);
        let headers = if client == "codex" { "http_headers" } else { "headers" };
        let token =
            format!("asks for a token, this entry needs it: {headers} with \"Authorization\": \"Bearer ...\".\n");
        assert!(said.contains(&token), "{said}");
        let text = home.read(&file);
        let value = "\"http://127.0.0.1:8080/mcp\"";
        let written = [format!("\"{key}\": {value}"), format!("{key} = {value}"), format!("{key}: {value}")];
        assert!(written.iter().any(|written| text.contains(written)) && !text.contains(&program()), "{text}");
        let again = home.prints(&line);
        assert_eq!(again, format!("calc is in ~/{file} already; nothing was changed.\n"));
        // And back to the program.
        let said = home.prints(&format!("install {client}"));
        assert!(said.contains("pointed to http://127.0.0.1:8080/mcp; now it points to CALC.\n"), "{said}");
        assert!(!said.contains("token"), "{said}");
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
