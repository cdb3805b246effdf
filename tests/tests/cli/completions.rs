//! What shells complete words with.

use crate::{Ended, calc, command, end, fails, shop};

/// What the last of these words may become, without what is said of it.
fn completed(words: &[&str]) -> Vec<String> {
    let ended = end(command(words).env("_LMCP_COMPLETE", "bash"));
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
    let described = end(command(&["call", "ad"]).env("_LMCP_COMPLETE", "bash"));
    assert_eq!(described.stdout, "add\tAdd two integers.\n");
    let cannot_start = end(command(&["call", "a"]).env("_LMCP_COMPLETE", "zsh").env("LMCP_TEST_CLI", "mistake"));
    assert_eq!(cannot_start, Ended { stdout: String::new(), stderr: String::new(), code: Some(0) });
}

#[test]
fn a_script_is_there_for_each_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let ended = calc(&format!("completions {shell}"));
        assert!(ended.stdout.starts_with("#") && ended.stdout.contains("_LMCP_COMPLETE="), "{ended:?}");
        assert!(ended.stdout.contains(&format!("calc completions {shell}")), "{ended:?}");
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

/// What bash, zsh or fish is told to complete, with arguments of the program's own before the command.
fn of_shop(words: &[&str]) -> String {
    let ended = end(shop(words).env("_LMCP_COMPLETE", "bash"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.stdout
}

#[test]
fn the_programs_own_arguments_are_no_part_of_its_name() {
    for (shell, head, tail) in [
        (
            "bash",
            "# source <(shop --db /srv/shop.db completions bash)\n",
            "complete -o default -F _shop_complete shop\n",
        ),
        (
            "zsh",
            "#compdef shop\n# source <(shop --db /srv/shop.db completions zsh), behind `autoload -U compinit; compinit`\n",
            "compdef _shop_complete shop\n",
        ),
        (
            "fish",
            "# shop --db /srv/shop.db completions fish | source\n",
            "complete -c shop -f -a '(__shop_complete)'\n",
        ),
    ] {
        let script = end(&mut shop(&["--db", "shop.db", "completions", shell])).stdout;
        assert!(script.starts_with(head) && script.ends_with(tail), "{script}");
        let without = end(&mut shop(&["completions", shell])).stdout;
        assert_eq!(without, script.replace(" --db /srv/shop.db", ""));
    }
    assert_eq!(of_shop(&["--db", "shop.db", "call", "or"]), "order\tOrder something.\n");
    assert_eq!(of_shop(&["call", "or"]), "order\tOrder something.\n");
    // Its own arguments are its own business.
    assert_eq!(of_shop(&["--db", "sh"]), "");
}

#[test]
fn the_programs_own_completers_are_asked() {
    for (words, expected) in [
        (&["get", "advertise", "aisle=to"][..], "aisle=tools\naisle=toys\n"),
        // A shell would have to quote the third.
        (&["get", "advertise", "aisle="], "aisle=tools\naisle=toys\n"),
        (&["get", "advertise", "aisle=toys", "item=h"], "item=hammer-of-toys\n"),
        (&["read", "stock://too"], "stock://tools/\n"),
        (&["read", "stock://tw"], "stock://two%20words/\n"),
        (&["read", "stock://two%20words/s"], "stock://two%20words/saw-of-two%20words\n"),
        (&["read", "stock://toys/"], "stock://toys/hammer-of-toys\nstock://toys/saw-of-toys\n"),
        (&["get", "nothing", "aisle="], ""),
    ] {
        assert_eq!(of_shop(words), expected, "{words:?}");
    }
}

/// The script itself, in each shell that this machine has; bash at least.
#[test]
fn shells_complete_behind_the_programs_own_arguments() {
    let folder = std::env::temp_dir().join(format!("lmcp-cli-shells-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let program = folder.join("shop");
    std::fs::copy(env!("CARGO_BIN_EXE_lmcp-test-shop"), &program).expect("a copy");
    let script = |shell: &str| end(&mut shop(&["completions", shell])).stdout;
    let line = "shop --db shop.db call or";
    let bash = format!(
        "{}\nCOMP_LINE='{line}' COMP_POINT={}\n_shop_complete\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
        script("bash"),
        line.len()
    );
    // What the shell itself would do with the words is put in place of what it does.
    let zsh = format!(
        "compdef() {{ : }}\n_files() {{ print files }}\n_describe() {{ print -l ${{(P)2}} }}\n{}\n\
         words=(shop --db shop.db call or)\nCURRENT=5\n_shop_complete",
        script("zsh")
    );
    let fish = format!("{}\ncomplete -C '{line}'", script("fish"));
    let mut ran = 0;
    for (shell, arguments, text, expected) in [
        ("bash", &["--norc", "-c"][..], bash, "order\n"),
        ("zsh", &["-f", "-c"], zsh, "order:Order something.\n"),
        ("fish", &["--no-config", "-c"], fish, "order\tOrder something.\n"),
    ] {
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
        let mut command = std::process::Command::new(shell);
        match command.args(arguments).arg(&text).env("PATH", path).output() {
            Ok(output) => {
                let stdout = String::from_utf8_lossy(&output.stdout);
                assert_eq!(stdout.trim(), expected.trim(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
                ran += 1;
            }
            Err(e) => assert!(shell != "bash", "{e}"),
        }
    }
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    assert!(ran > 0);
}
