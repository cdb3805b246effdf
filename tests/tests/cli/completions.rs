//! What shells complete words with.

use crate::{Ended, calc, command, end, fails};

/// What the last of these words may become, without what is said of it.
fn completed(words: &[&str]) -> Vec<String> {
    let ended = end(command(&["__complete"]).args(words));
    assert_eq!((ended.stderr.as_str(), ended.code), ("", Some(0)), "{words:?}");
    ended.stdout.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn words_are_completed_by_what_the_server_has() {
    for (words, expected) in [
        (&["ca"][..], &["call"][..]),
        (&["call", "s"], &["seat"]),
        (&["get", ""], &["review"]),
        (&["read", "users"], &["users://"]),
        (&["read", "calc://b"], &["calc://both"]),
        (&["call", "greet", "style=plain", "t"], &["tags=", "times="]),
        (&["call", "greet", "style="], &["style=plain", "style=loud"]),
        (&["call", "--save", "out", "add", "a=1", ""], &["b="]),
        (&["call", "seat", "--answer", ""], &["place=", "table=", "value="]),
        (&["call", "seat", "--answer", "table=t"], &["table=true"]),
        (&["call", "seat", "--a"], &["--answer"]),
        (&["help", "call", "mi"], &["mirror"]),
        (&["list", "p"], &["prompts"]),
        (&["check", "--profile", "g"], &["gemini"]),
        (&["install", "claude-d"], &["claude-desktop"]),
        (&["completions", ""], &["bash", "zsh", "fish"]),
        (&["call", "nothing", ""], &[]),
        (&["call", "add", "--save", ""], &[]),
    ] {
        assert_eq!(completed(words), expected, "{words:?}");
    }
    let described = calc("__complete call ad");
    assert_eq!(described.stdout, "add\tAdd two integers.\n");
    let cannot_start = end(command(&["__complete", "call", "a"]).env("LMCP_TEST_CLI", "mistake"));
    assert_eq!(cannot_start, Ended { stdout: String::new(), stderr: String::new(), code: Some(0) });
}

#[test]
fn a_script_is_there_for_each_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let ended = calc(&format!("completions {shell}"));
        assert!(
            ended.stdout.starts_with("#") && ended.stdout.contains("calc __complete")
                || ended.stdout.contains("__complete")
        );
        assert!(!ended.stdout.contains("PROGRAM") && !ended.stdout.contains("FUNCTION"), "{ended:?}");
    }
    let usage = "usage: calc completions SHELL\n";
    fails("completions", 2, &format!("error: which shell? bash, zsh, fish\n{usage}"));
    fails(
        "completions bsh",
        2,
        &format!("error: there are no completions for \"bsh\"; did you mean \"bash\"?\n{usage}"),
    );
}

/// The script itself, in the shell that most machines have.
#[test]
fn bash_completes_behind_its_word_breaks() {
    let script = calc("completions bash").stdout;
    let program = env!("CARGO_BIN_EXE_lmcp-test-cli");
    let completed = |line: &str| {
        let line = format!("{program} {line}");
        let ask = format!(
            "{script}\nCOMP_LINE='{line}' COMP_POINT={}\n_calc_complete\nprintf '%s ' \"${{COMPREPLY[@]}}\"",
            line.len()
        );
        let output = std::process::Command::new("bash").args(["--norc", "-c", &ask]).output().expect("there is a bash");
        String::from_utf8(output.stdout).expect("UTF-8").trim_end().to_owned()
    };
    assert_eq!(completed("call bl"), "blocks");
    assert_eq!(completed("call greet style="), "plain loud");
    assert_eq!(completed("read users:"), "//");
    assert_eq!(completed("call add a=1 "), "b=");
}
