//! `check` of a built binary, and what tests have of it.

use lmcp::testing::{Severity, Target, check, check_schema, check_server};
use lmcp::{Server, tool};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// What the server came to in this mode: standard output, standard error, the exit code.
fn run(mode: &str, line: &str) -> (String, String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-check"));
    command.args(line.split_whitespace()).env("LMCP_TEST_CHECK", mode).stdin(Stdio::null());
    let output = command.output().expect("the process starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr), output.status.code())
}

/// How long the definitions are, by the list as it is on the wire: of each tool, and of all with commas between.
fn sizes(mode: &str) -> (Vec<usize>, usize) {
    let list: Value = serde_json::from_str(&run(mode, "list tools --json").0).expect("JSON");
    let tools = list["tools"].as_array().expect("a list").iter().map(|tool| tool.to_string().len());
    let tools: Vec<usize> = tools.collect();
    let all = tools.iter().sum::<usize>() + tools.len() - 1;
    (tools, all)
}

/// As it is told.
fn amount(bytes: usize) -> String {
    format!("{bytes} bytes, about {} tokens", bytes.div_ceil(4))
}

const ALL: &str = "\
TOOLS
  add       {add}  tests/src/bin/lmcp-test-check.rs:6
  list.all  {list}  tests/src/bin/lmcp-test-check.rs:16
    error   tool-name             Claude, OpenAI and Gemini refuse a name with `.`
                                  -> write 1 to 63 of `A-Z a-z 0-9 _ -`, a letter first: `#[tool(name = \"…\")]`
    advice  description           has no description: the model has only the name to go by
                                  -> write a doc comment, `///`, above the function
    advice  title                 has no title, which Claude's directory asks of every tool
                                  -> write `#[tool(title = \"List all\")]`
    advice  wrapped-output        output: is no object, so clients of revisions before 2026-07-28 get it as `{\"result\": …}`
                                  -> give back a struct to have one form for all of them

RESOURCES
  check://about  tests/src/bin/lmcp-test-check.rs:21
    advice  description           has no description: who picks it has only the name to go by
                                  -> write a doc comment, `///`, above the function

SEVERAL
    advice  argument-description  list.all input.a, input.b; review code: have no description
                                  -> write a doc comment, `///`, above the parameter or field

SERVER
    advice  library               {lost} of this package's own library got lost: the linker leaves out a library that nothing refers to
                                  -> write `use lmcp_tests as _;` where `main` is

2 tools, 1 error, 8 advice; {all}
";

#[test]
fn everything_is_told_at_once_and_an_error_fails() {
    let (stdout, stderr, code) = run("", "check");
    let (tools, all) = sizes("");
    let expected = ALL.replace("{add}", &amount(tools[0])).replace("{list}", &amount(tools[1]));
    // This program does not refer to the library beside it.
    let found = |line: &&str| line.starts_with("    advice  library");
    let line = stdout.lines().find(found).unwrap_or_default();
    let lost = line
        .split_once("library               ")
        .and_then(|(_, rest)| rest.split_once(" of this"))
        .unwrap_or_default()
        .0;
    assert!(lost.starts_with("`#[tool]` at src/lib.rs:") && lost.ends_with(" more functions"), "{line}");
    assert_eq!(stdout, expected.replace("{all}", &amount(all)).replace("{lost}", lost));
    assert_eq!((stderr.as_str(), code), ("", Some(1)));
}

#[test]
fn advice_does_not_fail() {
    let size = amount(sizes("well").1);
    let well = format!("TOOLS\n  add  {size}  tests/src/bin/lmcp-test-check.rs:6\n\n1 tool, all well; {size}\n");
    let note = "note: `list.all` (tests/src/bin/lmcp-test-check.rs:16), `check://about` (tests/src/bin/lmcp-test-check.rs:21) \
                and `review` (tests/src/bin/lmcp-test-check.rs:27) are in this program, but `Server::empty` offers only what \
                `.tool(…)`, `.resource(…)`, `.prompt(…)` name\n";
    assert_eq!(run("well", "check"), (well, note.into(), Some(0)));
    let (stdout, _, code) = run("advice", "check");
    assert!(stdout.ends_with(&format!("\n1 tool, no errors, 1 advice; {size}\n")), "{stdout}");
    assert_eq!(code, Some(0));
    let left = "`add` (tests/src/bin/lmcp-test-check.rs:6), `list.all` (tests/src/bin/lmcp-test-check.rs:16), \
                `check://about` (tests/src/bin/lmcp-test-check.rs:21) and 1 more are in this program, but `Server::empty` \
                offers only what `.tool(…)`, `.resource(…)`, `.prompt(…)` name\n";
    for verb in ["check", "list"] {
        let nothing = format!("nothing to {verb}: no tools, resources, templates or prompts\nnote: {left}");
        assert_eq!(run("empty", verb), (String::new(), nothing, Some(0)));
    }
    assert_eq!(run("prompt", "check --json").2, Some(0));
    let (stdout, _, code) = run("prompt", "check");
    assert!(stdout.ends_with("\nno tools, no errors, 1 advice\n") && code == Some(0), "{stdout}");
}

#[test]
fn what_is_switched_off_is_told_to_its_operator() {
    let off = |line: usize| {
        format!(
            "`list.all` (tests/src/bin/lmcp-test-check.rs:16) is switched off, by `disable` at \
             tests/src/bin/lmcp-test-check.rs:{line}: no client sees it\n"
        )
    };
    let off = off(line_of(".disable(\"list.all\")"));
    for verb in ["list", "check"] {
        let (stdout, stderr, code) = run("off", verb);
        assert!(stderr.ends_with(&format!("\nnote: {off}")) && code == Some(0), "{stderr}");
        assert!(stdout.contains("add") && !stdout.contains("list.all"), "{stdout}");
    }
    for command in ["call list.all b=1", "help list.all", "help call list.all"] {
        let (_, stderr, code) = run("off", command);
        assert_eq!((stderr, code), (format!("error: the tool {off}"), Some(1)), "{command}");
    }
}

/// `Server::empty` is silent over MCP; whoever calls what the program has, and the server does not, is told why.
#[test]
fn a_function_that_is_left_out_says_so_where_it_is_called() {
    let page = "see \"When a tool does not show up\" in the documentation of lmcp";
    let only =
        |kind: &str| format!("is in this program, but `Server::empty` offers only what `.{kind}(…)` names; {page}\n");
    let (_, stderr, code) = run("well", "call list.all");
    let place = "`list.all` (tests/src/bin/lmcp-test-check.rs:16)";
    assert_eq!(stderr, format!("error: unknown tool \"list.all\"\n{place} {}", only("tool")));
    assert_eq!(code, Some(1));
    let (_, stderr, _) = run("prompt", "call list.all");
    let none = "error: unknown tool \"list.all\": the server offers no tools";
    assert_eq!(stderr, format!("{none}\n{place} {}", only("tool")));
    let (_, stderr, _) = run("well", "get review");
    let none = "error: unknown prompt \"review\": the server offers no prompts";
    assert_eq!(stderr, format!("{none}\n`review` (tests/src/bin/lmcp-test-check.rs:27) {}", only("prompt")));
    let (_, stderr, _) = run("well", "read check://about");
    assert!(stderr.ends_with(&format!("\n`check://about` (tests/src/bin/lmcp-test-check.rs:21) {}", only("resource"))));
    // What is not in the program at all may stand in a library.
    let (_, stderr, _) = run("empty", "call nothing");
    let hint = "a file needs `mod my_file;`, a library `use my_lib as _;`: see \"When a tool does not show up\" in the \
                documentation of lmcp\n";
    assert_eq!(stderr, format!("error: unknown tool \"nothing\": the server offers no tools\n{hint}"));
}

/// The line of the program where this stands first.
fn line_of(code: &str) -> usize {
    let source = include_str!("../src/bin/lmcp-test-check.rs");
    source.lines().position(|line| line.contains(code)).unwrap_or_else(|| panic!("no {code}")) + 1
}

/// What is said of a server with these mistakes, each with the code that is its place.
fn refusal(mistakes: &[(&str, &str)]) -> String {
    let n = mistakes.len();
    let told = mistakes
        .iter()
        .map(|(code, message)| format!("  tests/src/bin/lmcp-test-check.rs:{}: {message}\n", line_of(code)));
    format!("error: the server cannot start, there are {n} mistakes in it:\n{}", told.collect::<String>())
}

#[test]
fn every_mistake_is_told_at_once_with_its_place() {
    let is_no = |place: &str, kind: &str| {
        format!("`{place}` was given to `.{kind}(…)` but is no {kind}: put `#[lmcp::{kind}]` above the function")
    };
    let plain = "lmcp_test_check::plain";
    let mistakes = [
        (".tool(plain)", &*is_no(plain, "tool")),
        (".resource(plain)", &is_no(plain, "resource")),
        (".prompt(add)", &is_no("lmcp_test_check::add", "prompt")),
        (".state(2_u8)", "two states of type `u8`: wrap one of them in a type of its own"),
        (".disable(\"nope\")", "disable(\"nope\"): nothing of this name is registered"),
        (".disable(\"revew\")", "disable(\"revew\"): nothing of this name is registered; did you mean \"review\"?"),
        (".endpoint(\"mcp\")", "the endpoint \"mcp\" is no path: write \"/mcp\""),
        (".auth(lmcp::Auth::bearer(\"\"))", "the bearer token is empty: nobody could tell it from none"),
        (".line_bytes(0)", "the limit `line_bytes` is 0, and nothing could be served: write more, or leave it out"),
        (
            ".secret(\"short\")",
            "the secret has 5 bytes; give it at least 16, for example what `openssl rand -hex 32` prints",
        ),
        (
            ".allow_origin(\"app.example.com\")",
            "no web page has the origin \"app.example.com\": write its scheme, host and port, as in \
             \"https://app.example.com\"",
        ),
        (
            ".allow_origin(\"https://app.example.com/x\")",
            "no web page has the origin \"https://app.example.com/x\": write its scheme, host and port, as in \
             \"https://app.example.com\"",
        ),
        (
            ".allow_host(\"https://mcp.example.com/x\")",
            "no request is for the host \"https://mcp.example.com/x\": write its name alone, as in \"mcp.example.com\"",
        ),
        (
            ".website(\"not a url\")",
            "the website \"not a url\" is no URL: write it whole, as in \"https://example.com\"",
        ),
        (
            ".icon(lmcp::Icon::new(\"icon.png\"))",
            "the icon \"icon.png\" is no URL that clients load: write one that begins with `https://` or `data:`",
        ),
        (".name(\" \")", "the name \" \" is blank: write one, or leave it out for the package's"),
        (".version(\"1\\n\")", "the version \"1\\n\" has control characters: write it without"),
    ];
    for command in ["", "list", "--http 127.0.0.1:0"] {
        assert_eq!(run("mistakes", command), (String::new(), refusal(&mistakes), Some(1)), "{command}");
    }
    let serve = "lmcp::serve!(name = \"check\", state";
    let mistakes = [
        (serve, "the endpoint \"mcp\" is no path: write \"/mcp\""),
        (serve, "two states of type `u8`: wrap one of them in a type of its own"),
    ];
    assert_eq!(run("mistakes in a macro", "list"), (String::new(), refusal(&mistakes), Some(1)));
}

#[test]
fn what_stands_in_no_source_is_told_besides() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-check"));
    command.arg("list").env("LMCP_TEST_CHECK", "mistakes in a macro").env("LMCP_SECRET", "short");
    let stderr = String::from_utf8(command.output().expect("the process starts").stderr).expect("UTF-8");
    let first = "error: the server cannot start, there are 3 mistakes in it:\n  the environment variable LMCP_SECRET: the \
                 secret has 5 bytes; ";
    assert!(stderr.starts_with(first), "{stderr}");
}

#[test]
fn a_host_of_the_environment_that_no_request_is_for_is_refused() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-check"));
    command.args(["--http", "127.0.0.1:0"]).env("LMCP_TEST_CHECK", "well").stderr(Stdio::piped());
    let mut served = Served(command.env("LMCP_ALLOW_HOST", "a.example, bad host").spawn().expect("it starts"));
    let mut lines = BufReader::new(served.0.stderr.take().expect("piped")).lines().map_while(Result::ok);
    // One that starts says one line, and goes on for ever.
    assert_eq!(lines.next().as_deref(), Some("error: the server cannot start, there is 1 mistake in it:"));
    let wrong = "  the environment variable LMCP_ALLOW_HOST: no request is for the host \"bad host\": write its name alone, \
                 as in \"mcp.example.com\"";
    assert_eq!(lines.next().as_deref(), Some(wrong));
}

/// A process that ends with the test.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

#[test]
fn a_token_in_the_environment_that_changes_nothing_is_warned_of() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-check"));
    command.args(["--http", "127.0.0.1:0"]).env("LMCP_TEST_CHECK", "auth").env("LMCP_TOKEN", "zzz");
    let mut served = Served(command.env_remove("LMCP_OIDC").stderr(Stdio::piped()).spawn().expect("it starts"));
    let mut lines = BufReader::new(served.0.stderr.take().expect("piped")).lines().map_while(Result::ok);
    let first = lines.next().expect("a warning");
    assert_eq!(first, "lmcp: warning: LMCP_TOKEN is set and changes nothing: the program says itself who gets in");
    let second = lines.next().expect("where it serves");
    assert!(second.ends_with(" to whoever sends one of 2 tokens (ana, nightly)"), "{second}");
}

#[test]
fn an_option_that_would_change_nothing_is_an_error() {
    // Only its first line is waited for: one that starts goes on for ever.
    let said = |arguments: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lmcp-test-check"));
        command.args(["--http", "127.0.0.1:0"]).args(arguments.split(' ')).env("LMCP_TEST_CHECK", "auth");
        let mut served = Served(command.stderr(Stdio::piped()).spawn().expect("it starts"));
        let stderr = BufReader::new(served.0.stderr.take().expect("piped"));
        stderr.lines().map_while(Result::ok).next().expect("it says something")
    };
    let nothing = |options: &str| {
        format!(
            "error: this program says itself who gets in, with an `Auth` in its code: {options} would change nothing; \
             leave it out"
        )
    };
    // The file need not even be there.
    assert_eq!(said("--conf no-such-file"), nothing("--conf"));
    assert_eq!(said("--oidc https://id.example.com --audience a"), nothing("--oidc and --audience"));
}

#[test]
fn findings_are_there_for_programs_too() {
    let (stdout, stderr, code) = run("", "check --json");
    let checked: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((stderr.as_str(), code), ("", Some(1)));
    let numbers = ["profile", "errors", "advice", "bytes", "tokens"].map(|key| checked[key].clone());
    let (tools, all) = sizes("");
    assert_eq!(numbers, [json!("clients"), json!(1), json!(8), json!(all), json!(all.div_ceil(4))]);
    let source = "tests/src/bin/lmcp-test-check.rs:6";
    assert_eq!(
        checked["tools"][0],
        json!({ "name": "add", "source": source, "bytes": tools[0], "tokens": tools[0].div_ceil(4) })
    );
    let finding = json!({
        "severity": "advice", "rule": "argument-description", "kind": "prompt", "name": "review", "path": "code",
        "source": "tests/src/bin/lmcp-test-check.rs:27", "message": "has no description",
        "instead": "write a doc comment, `///`, above the parameter or field",
    });
    assert_eq!(checked["findings"].as_array().and_then(|findings| findings.iter().nth_back(1)), Some(&finding));
}

#[test]
fn a_profile_judges_by_one_target() {
    let rules = |mode: &str, profile: &str| {
        let (stdout, _, code) = run(mode, &format!("check --json --profile {profile}"));
        let checked: Value = serde_json::from_str(&stdout).expect("JSON");
        assert_eq!(checked["profile"], profile);
        let findings = checked["findings"].as_array().expect("a list").clone();
        let errors = findings.iter().filter(|finding| finding["severity"] == "error");
        (errors.filter_map(|finding| finding["rule"].as_str().map(str::to_owned)).collect::<Vec<_>>(), code)
    };
    for (called, profile) in [("claude", "anthropic"), ("openai", "openai-strict")] {
        assert_eq!(
            run("", &format!("check --json --profile {called}")),
            run("", &format!("check --json --profile {profile}"))
        );
    }
    assert_eq!(rules("well", "clients"), (vec![], Some(0)));
    assert_eq!(rules("well", "openai-strict"), (vec![], Some(0)));
    assert_eq!(rules("well", "anthropic"), (vec![], Some(0)));
    assert_eq!(rules("well", "gemini"), (vec!["gemini-keyword".to_owned()], Some(1)));
    let strict = (vec!["tool-name".to_owned(), "openai-required".to_owned()], Some(1));
    assert_eq!(rules("", "openai-strict"), strict);
}

#[test]
fn misuse_names_the_nearest() {
    let misused = |line: &str, error: &str| {
        let stderr = format!("error: {error}\nusage: lmcp-test-check check [--profile PROFILE] [--json]\n");
        assert_eq!(run("", line), (String::new(), stderr, Some(2)), "{line}");
    };
    misused("check --profile openai-stric", "there is no profile \"openai-stric\"; did you mean \"openai-strict\"?");
    misused(
        "check --profile all",
        "there is no profile \"all\"; write one of clients, openai-strict, gemini, anthropic",
    );
    misused("check --profile", "--profile needs one of clients, openai-strict, gemini, anthropic");
    misused("check add", "\"add\" is one argument too many");
}

const HELP: &str = "\
lmcp-test-check check [--profile PROFILE] [--json]

Reports what clients, and the models behind them, would refuse or cut off of the
definitions, and what directories ask for; each with what to write instead, and
how large the list of tools is. A token is counted for each four bytes. Errors
fail, advice does not.

OPTIONS
  --profile PROFILE  whom to ask: clients (all of them), openai-strict, gemini,
                     anthropic
  --json             print findings and sizes as JSON
  -h, --help         print this

EXAMPLES
  lmcp-test-check check
  lmcp-test-check check --profile gemini --json
";

#[test]
fn help_has_examples_that_run() {
    assert_eq!(run("well", "help check"), (HELP.into(), String::new(), Some(0)));
    let (_, examples) = HELP.split_once("EXAMPLES\n").expect("there are");
    for example in examples.lines() {
        let (_, line) = example.trim().split_once(' ').expect("a program and its arguments");
        let (stdout, stderr, _) = run("", line);
        assert!(stdout.contains("add") && stderr.is_empty(), "{line}: {stderr}");
    }
}

// ---- in tests

/// Adds.
#[tool(title = "Add", read_only, destructive = false, open_world = false)]
fn add(
    /// The first one.
    a: i64,
    b: i64,
) -> i64 {
    a + b
}

#[test]
fn a_test_gets_the_advice() {
    let [advice] = &check()[..] else { panic!("one finding") };
    assert_eq!((advice.severity, advice.rule), (Severity::Advice, "argument-description"));
    let line = "tests/tests/check.rs:";
    assert!(
        advice.to_string().starts_with(line) && advice.to_string().contains("advice: tool `add`: input.b: "),
        "{advice}"
    );
}

#[test]
#[should_panic = "1 error, 1 advice:\n  tests/tests/check.rs:"]
fn a_test_panics_over_errors() {
    check_server(Server::empty().tool(add), Target::Gemini);
}

#[test]
#[should_panic = "the server cannot start"]
fn a_test_panics_over_a_server_that_does_not_start() {
    check_server(Server::empty().tool(|| ()), Target::Clients);
}

#[test]
fn a_schema_is_judged_on_its_own() {
    let schema = json!({ "type": "object", "properties": { "a": true } });
    for target in Target::ALL {
        let found = check_schema(&schema, target);
        let refused = found.iter().any(|finding| finding.rule == "boolean-schema" && finding.kind.is_none());
        assert_eq!(refused, target != Target::Anthropic, "{target}: {found:?}");
    }
}
