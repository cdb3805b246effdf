//! A built binary as its own command line: real processes, their output and their exit codes.

#![cfg(unix)]

mod asks;
mod completions;
mod help;
mod rare;
mod shop;

use serde_json::{Value, json};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// What a process came to.
#[derive(Debug, PartialEq, Eq)]
struct Ended {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

fn command(arguments: &[&str]) -> Command {
    named(env!("CARGO_BIN_EXE_lmcp-test-cli"), "some/where/calc", arguments)
}

/// Another program, with arguments of its own, which may stand before the command.
fn shop(arguments: &[&str]) -> Command {
    named(env!("CARGO_BIN_EXE_lmcp-test-shop"), "some/where/shop", arguments)
}

fn named(program: &str, name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.arg0(name).args(arguments).stdin(Stdio::null());
    // What whoever runs the tests likes is nobody else's business.
    for name in ["COLUMNS", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}

fn end(command: &mut Command) -> Ended {
    let output = command.output().expect("the process starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ended { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

/// A line as it is typed, split at blanks.
fn calc(line: &str) -> Ended {
    end(&mut command(&line.split_whitespace().collect::<Vec<_>>()))
}

#[track_caller]
fn prints(line: &str, stdout: &str) {
    assert_eq!(calc(line), Ended { stdout: stdout.into(), stderr: String::new(), code: Some(0) }, "{line}");
}

#[track_caller]
fn fails(line: &str, code: i32, stderr: &str) {
    assert_eq!(calc(line), Ended { stdout: String::new(), stderr: stderr.into(), code: Some(code) }, "{line}");
}

#[track_caller]
fn json_of(line: &str) -> Value {
    let ended = calc(line);
    assert_eq!((ended.stderr.as_str(), ended.code), ("", Some(0)), "{line}");
    serde_json::from_str(&ended.stdout).expect(line)
}

// ---- list

const TOOLS: &str = "\
TOOLS
  add(a: integer, b: integer)                                     Add two integers.
  blocks()                                                        One block of each kind.
  fail(protocol: boolean = false)                                 Fail.
  greet(name: string, style: plain|loud = plain, tags: string[] = [], times?: integer)  Greet somebody.
  mirror(x: number, y: number, label?: string) -> {x, y, label?}  Mirror a point.
  prints()                                                        Print, where only the protocol may.
  seat(train: string)                                             Book a seat.
  work(steps: integer)                                            Work, and say so.
";
const RESOURCES: &str = "\
RESOURCES
  calc://about -> text/plain   What this is.
  calc://both                  Two at once.
  calc://picture -> image/gif  A picture of it.
";
const TEMPLATES: &str = "\
TEMPLATES
  users://{id}/profile (id: integer) -> application/json  Somebody's profile.
";
const PROMPTS: &str = "\
PROMPTS
  review(language: plain|loud, code: string, thorough: boolean = false)  Review some code.
";

#[test]
fn list_is_a_table_of_each_kind() {
    prints("list", &[TOOLS, RESOURCES, TEMPLATES, PROMPTS].join("\n"));
    prints("list tools", TOOLS);
    prints("list resources", RESOURCES);
    prints("list templates", TEMPLATES);
    prints("list prompts", PROMPTS);
}

#[test]
fn list_as_json_has_the_definitions() {
    let all = json_of("list --json");
    let names = |list: &str, key: &str| {
        let items = all.get(list).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(|item| item.get(key)?.as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(names("tools", "name"), ["add", "blocks", "fail", "greet", "mirror", "prints", "seat", "work"]);
    assert_eq!(names("resources", "uri"), ["calc://about", "calc://both", "calc://picture"]);
    assert_eq!(names("resourceTemplates", "uriTemplate"), ["users://{id}/profile"]);
    assert_eq!(names("prompts", "name"), ["review"]);
    let expected = json!({
        "type": "object",
        "properties": { "a": { "type": "integer" }, "b": { "type": "integer" } },
        "required": ["a", "b"],
        "additionalProperties": false,
    });
    assert_eq!(all.pointer("/tools/0/inputSchema"), Some(&expected));
    let only = json_of("list prompts --json");
    assert_eq!(only.as_object().map(|only| only.len()), Some(1));
    assert_eq!(only.get("prompts"), all.get("prompts"));
}

/// The binary's own commands are nobody's but his who types them: everything is listed, and called.
#[test]
fn scopes_and_rates_are_listed_and_stand_in_nobody_s_way() {
    let guarded = |line: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
        let ended = end(command.args(line.split_whitespace()).stdin(Stdio::null()).env("LMCP_TEST_GUARDED", "1"));
        // It is `Server::empty`, beside much that other tests need.
        let note = ended.stderr.starts_with("note: `add` (tests/src/lib.rs:") && ended.stderr.lines().count() == 1;
        let whole = matches!(line, "list" | "check");
        assert_eq!((note, ended.stderr.is_empty(), ended.code), (whole, !whole, Some(0)), "{line}: {}", ended.stderr);
        ended.stdout
    };
    let tools = "\
TOOLS
  open()                                                 For everybody.
  look() [needs files:read]                              For who may read.
  delete() [needs files:read, files:write]               For who may read and write.
  deletes()                                              For everybody; its name is like another one's.
  ask() [needs ask]                                      Asks before it does something.
  limited() [at most 2/m]                                Twice a minute.
  limited_and_scoped() [needs files:write; at most 1/h]  Once an hour, for who may write.
";
    assert_eq!(guarded("list tools"), tools);
    let all: Value = serde_json::from_str(&guarded("list --json")).expect("JSON");
    let access = json!({
        "tools": {
            "look": { "scopes": ["files:read"] },
            "delete": { "scopes": ["files:read", "files:write"] },
            "ask": { "scopes": ["ask"] },
            "limited": { "rate": "2/m" },
            "limited_and_scoped": { "scopes": ["files:write"], "rate": "1/h" },
        },
        "resources": { "guarded://minutes": { "scopes": ["files:read"], "rate": "1/m" } },
        "resourceTemplates": { "guarded://files/{name}": { "scopes": ["files:read"] } },
        "prompts": { "plan": { "scopes": ["files:write"] } },
    });
    assert_eq!(all.get("access"), Some(&access));
    assert_eq!(
        all.pointer("/tools/1"),
        Some(&json!({
            "name": "look", "description": "For who may read.",
            "inputSchema": { "type": "object", "properties": {}, "additionalProperties": false },
        }))
    );
    assert_eq!(guarded("call delete"), "deleted\n");
    assert_eq!(guarded("read guarded://minutes"), "minutes");
    let check = guarded("check");
    let advice = "over HTTP it does not start: nobody has `ask`, `files:read`, `files:write`";
    assert!(check.contains(advice), "{check}");
}

#[test]
fn an_empty_list_says_so() {
    let nothing = end(command(&["list"]).env("LMCP_TEST_CLI", "empty"));
    let (first, second) = nothing.stderr.split_once('\n').expect("two lines");
    assert_eq!(first, "nothing to list: no tools, resources, templates or prompts");
    let left = second.starts_with("note: `add` (tests/src/bin/lmcp-test-cli.rs:9), `blocks` (")
        && second.contains(" more are in");
    assert!(left && nothing.stdout.is_empty() && nothing.code == Some(0), "{nothing:?}");
    let nothing = end(command(&["list", "prompts"]).env("LMCP_TEST_CLI", "empty"));
    assert!(nothing.stderr.starts_with("nothing to list: no prompts\n"), "{nothing:?}");
}

// ---- call

#[test]
fn call_reads_arguments_as_the_schema_says() {
    prints("call add a=1 b=2", "3\n");
    prints("call add {\"a\":1,\"b\":2}", "3\n");
    prints("call add {\"a\":1} b=-2", "-1\n");
    prints("call add a:=1 b:=2", "3\n");
    prints("call greet name=1 style=loud times=2", "hello 1\nhello 1\n");
    prints("call greet name=ada tags=x tags=7", "hello ada #x #7\n");
    prints("call greet name=ada tags=[\"x\",\"y\"]", "hello ada #x #y\n");
    prints("call mirror x=1 y=2.5", "{\"x\":-1.0,\"y\":-2.5}\n");
}

#[test]
fn call_reads_arguments_from_standard_input_and_files() {
    let mut process = command(&["call", "add", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the process starts");
    let mut stdin = process.stdin.take().expect("it is piped");
    stdin.write_all(b"{\"a\": 20,\n\"b\": 22}\n").expect("it is read");
    drop(stdin);
    let output = process.wait_with_output().expect("it ends");
    assert_eq!((output.stdout.as_slice(), output.status.code()), (&b"42\n"[..], Some(0)));

    let file = concat!("@", env!("CARGO_MANIFEST_DIR"), "/cli/add.json");
    prints(&format!("call add {file}"), "42\n");
    fails(
        "call add @no/such/file",
        2,
        "error: \"no/such/file\" cannot be read: No such file or directory (os error 2)\n\
         usage: calc call add a=1 b=2\n",
    );
}

#[test]
fn call_prints_each_block_on_lines_of_its_own() {
    let blocks = "\
a text
[image image/png, 3 bytes]
[link calc://about \"about\"]
[resource calc://inside text/plain, 6 bytes]
another
";
    prints("call blocks", blocks);
}

#[test]
fn call_as_json_prints_the_whole_result_in_its_own_order() {
    let result = json_of("call mirror x=1 y=2 label=p --json");
    assert_eq!(result.get("structuredContent"), Some(&json!({ "x": -1.0, "y": -2.0, "label": "p" })));
    assert_eq!(result.get("isError"), Some(&json!(false)));
    let stdout = calc("call mirror x=1 y=2 label=p --json").stdout;
    assert!(stdout.contains("  \"structuredContent\": {\n    \"x\": -1.0,\n    \"y\": -2.0,\n"), "{stdout}");
}

#[test]
fn a_failed_call_is_an_error() {
    fails("call fail", 1, "error: the disk is gone\n");
    fails("call fail protocol=true", 1, "error: busy\ndata: {\"retryAfter\":5}\n");
    let with_json = calc("call fail --json");
    assert_eq!((with_json.stderr.as_str(), with_json.code), ("error: the disk is gone\n", Some(1)));
    let result: Value = serde_json::from_str(&with_json.stdout).expect("JSON");
    assert_eq!(result.get("isError"), Some(&json!(true)));
}

#[test]
fn the_server_explains_what_does_not_fit() {
    let example = "example: {\"a\": 1, \"b\": 1}\n";
    let wrong = "error: add: 1 problem with the arguments\n- a: expected an integer, got \"x\"\n";
    fails("call add a=x b=2", 1, &format!("{wrong}{example}"));
    fails("call add a=1", 1, &format!("error: add: 1 problem with the arguments\n- b: required, missing\n{example}"));
    let stranger = calc("call greet nmae=x name=y");
    assert_eq!(stranger.code, Some(1));
    assert!(stranger.stderr.contains("nmae: unknown; did you mean \"name\"?"), "{stranger:?}");
    fails("call ad a=1", 1, "error: unknown tool \"ad\"; did you mean \"add\"?\n");
    fails(
        "call frobnicate",
        1,
        "error: unknown tool \"frobnicate\"\n`calc list tools` shows what there is\na file needs `mod my_file;`, a library `use my_lib as _;`: see \"When a tool does not show up\" in the documentation of lmcp\n",
    );
}

#[test]
fn what_is_of_another_kind_is_found_where_it_is() {
    let other = |line: &str, kind: &str, name: &str, is: &str, write: &str| {
        let said = format!("error: unknown {kind} \"{name}\"\nthere is a {is} of this name: `calc {write}`\n");
        fails(line, 1, &said);
    };
    other("call review", "tool", "review", "prompt", "get review");
    other("get greet", "prompt", "greet", "tool", "call greet");
    other("call about", "tool", "about", "resource", "read calc://about");
    other("call profile id=1", "tool", "profile", "resource", "read users://{id}/profile");
    let read = calc("read greet");
    assert!(read.stderr.ends_with("\nthere is a tool of this name: `calc call greet`\n"), "{read:?}");
}

#[test]
fn progress_and_log_messages_go_to_standard_error() {
    let stderr = "\
progress 1/2 working
progress 2/2 working
warning [work]: {\"left\":0}
info: all done
";
    let expected = Ended { stdout: "2 steps\n".into(), stderr: stderr.into(), code: Some(0) };
    assert_eq!(calc("call work steps=2"), expected);
}

#[test]
fn what_a_tool_prints_is_no_result() {
    let ended = calc("call prints");
    assert_eq!((ended.stdout.as_str(), ended.code), ("done\n", Some(0)));
    // There is no protocol on the command line that it could disturb.
    assert_eq!(ended.stderr, "a stray line\n");
}

// ---- read and get

#[test]
fn read_prints_contents_as_they_are() {
    prints("read calc://about", "A calculator.");
    prints("read calc://both", "one,two");
    prints("read users://7/profile", "{\"id\":7}");
    let picture = command(&["read", "calc://picture"]).output().expect("the process starts");
    assert_eq!((picture.stdout.as_slice(), picture.status.code()), (&b"GIF89a\0\xff"[..], Some(0)));
    let json = json_of("read calc://picture --json");
    let contents = json!([{ "uri": "calc://picture", "mimeType": "image/gif", "blob": "R0lGODlhAP8=" }]);
    assert_eq!(json.get("contents"), Some(&contents));
}

#[test]
fn read_says_what_it_cannot_read() {
    fails("read users://70/profile", 1, "error: resource \"users://70/profile\" not found\n");
    fails(
        "read nowhere://at-all",
        1,
        "error: resource \"nowhere://at-all\" not found\n`calc list` shows what there is\n",
    );
    let there_is = |uri: &str, template: &str| {
        let said = calc(&format!("read {uri}")).stderr;
        assert!(said.contains(&format!("not found; {template}\n")), "{said}");
    };
    there_is("users://7", "there is \"users://{id}/profile\"");
    there_is("users://7/profile/name", "there is \"users://{id}/profile\"");
    there_is("calc://abuot", "did you mean \"calc://about\"?");
    // Another scheme is not meant, however near the rest is.
    let other = calc("read file://about").stderr;
    assert!(other.starts_with("error: resource \"file://about\" not found\n`calc list`"), "{other}");
}

#[test]
fn get_prints_messages_behind_their_roles() {
    let line = "get review language=loud code=7 thorough=true";
    prints(line, "user: Review this, Loud, true:\n7\n\nassistant: Let me see.\n");
    let json = json_of(&format!("{line} --json"));
    assert_eq!(json.pointer("/messages/1/role"), Some(&json!("assistant")));
    fails("get rview", 1, "error: unknown prompt \"rview\"; did you mean \"review\"?\n");
    let missing = calc("get review language=loud");
    assert_eq!((missing.stderr.contains("code: required, missing"), missing.code), (true, Some(1)));
}

// ---- processes

#[test]
fn a_server_that_cannot_start_says_why() {
    let started = |mode: &str, arguments: &[&str]| end(command(arguments).env("LMCP_TEST_CLI", mode));
    let source = include_str!("../../src/bin/lmcp-test-cli.rs");
    let line = source.lines().position(|line| line.contains(".tool(not_a_tool)")).expect("it is there") + 1;
    let mistake = format!(
        "error: the server cannot start, there is 1 mistake in it:\n  tests/src/bin/lmcp-test-cli.rs:{line}: \
         `lmcp_test_cli::not_a_tool` was given"
    );
    for arguments in [&[][..], &["list"], &["call", "add"], &["call", "add", "-h"]] {
        let ended = started("mistake", arguments);
        assert!(ended.stderr.starts_with(&mistake) && ended.stdout.is_empty() && ended.code == Some(1), "{ended:?}");
    }
    let help = started("mistake", &["help"]);
    assert!(help.stdout.contains("EXIT CODES") && help.stderr.is_empty() && help.code == Some(0), "{help:?}");
    let failed = |stderr: &str| Ended { stdout: String::new(), stderr: stderr.into(), code: Some(1) };
    assert_eq!(
        started("state", &["list"]),
        failed("error: the state `Err::<u8, _>(std::io::Error::other(\"no database\"))` of `serve!`: no database\n")
    );
    let inside = "error: `lmcp::serve!()` starts its own runtime and cannot run inside one; in an async `main` write \
                  `lmcp::server!().run().await`\n";
    assert_eq!(started("runtime", &[]), failed(inside));
}

#[test]
fn a_server_that_does_not_serve_does_not_say_that_it_does() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-server"));
    command.args(["--http", "127.0.0.1:0"]).env("LMCP_TEST_GUARDED", "1").stdin(Stdio::null());
    for name in ["LMCP_TOKEN", "LMCP_OIDC", "LMCP_LOG", "RUST_LOG"] {
        command.env_remove(name);
    }
    let ended = end(&mut command);
    assert!(ended.stderr.starts_with("error: the server cannot start") && ended.code == Some(1), "{ended:?}");
}

#[test]
fn an_address_that_is_none_is_misuse_and_one_that_cannot_be_had_is_not() {
    let usage = calc("--http --json").stderr.lines().last().map(str::to_owned).expect("usage");
    assert!(usage.starts_with("usage: ") && usage.contains(" --http [HOST:PORT]"), "{usage}");
    for address in ["notanaddress", "localhost", "127.0.0.1:99999"] {
        let none = format!("error: {address:?} is no address: write HOST:PORT, as in --http 127.0.0.1:8080\n{usage}\n");
        fails(&format!("--http {address}"), 2, &none);
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("it has an address");
    let ended = calc(&format!("--http {taken}"));
    assert!(
        ended.stderr.starts_with(&format!("error: cannot listen on {taken}: ")) && ended.code == Some(1),
        "{ended:?}"
    );
}

#[test]
fn without_a_command_it_serves_until_the_input_ends() {
    prints("", "");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    for line in ["list", "call add a=1 b=2", "help"] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = command(&line.split(' ').collect::<Vec<_>>());
        let ended = end(command.stdout(writer));
        assert_eq!((ended.stderr.as_str(), ended.code), ("", Some(0)), "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let ended = end(command(&["list"]).stdout(full));
    let expected = "error: standard output cannot be written: No space left on device (os error 28)\n";
    assert_eq!((ended.stderr.as_str(), ended.code), (expected, Some(1)));
}
