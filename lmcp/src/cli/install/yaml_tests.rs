//! What is done to YAML files, and which are left alone.

use super::super::Format::Yaml;
use super::super::tests::{installed, lines, refused, replaced, there_and_back};

const KEY: &str = "extensions";
const CALC: &str = "  calc:\n    type: stdio\n    cmd: \"/bin/calc\"\n    args: []\n    enabled: true\n";

#[test]
fn texts_with_nothing_in_them() {
    assert_eq!(installed(Yaml, KEY, ""), format!("extensions:\n{CALC}"));
    assert_eq!(installed(Yaml, KEY, "# mine\n---\n"), format!("# mine\n---\nextensions:\n{CALC}"));
    assert_eq!(installed(Yaml, KEY, "A: 1"), format!("A: 1\nextensions:\n{}", CALC.trim_end()));
    assert_eq!(installed(Yaml, KEY, "extensions:\nA: 1\n"), format!("extensions:\n{CALC}A: 1\n"));
    there_and_back(Yaml, KEY, "extensions: {}\n", &format!("extensions:\n{CALC}"));
    there_and_back(Yaml, KEY, "extensions: {} # none\nA: 1", &format!("extensions: # none\n{CALC}A: 1"));
    there_and_back(Yaml, KEY, "A: 1\nextensions: {}", &format!("A: 1\nextensions:\n{}", CALC.trim_end()));
    let crlf = format!("\u{feff}extensions:\n{CALC}").replace('\n', "\r\n");
    there_and_back(Yaml, KEY, "\u{feff}extensions: {}\r\n", &crlf);
}

#[test]
fn behind_other_extensions() {
    let before = lines(
        "
        GOOSE_MODEL: x # the usual
        extensions:
          developer:
            args:
            - a
            - b: [1,
              2]
            description: |
              # no comment
              calc:
            name: 'it''s'

          # the last one
          memory:
            enabled: false
            note: >-
               extensions:

               # still inside

        # of the provider
        GOOSE_PROVIDER: \"a \\\" # b
          c: d\"
        list:
        - extensions: 1
        ",
    );
    for (nl, before) in [("\n", before.clone()), ("\r\n", before.replace('\n', "\r\n"))] {
        let (above, below) = before.split_once(&format!("{nl}{nl}# of the provider")).expect("it is there");
        let calc = CALC.replace('\n', nl);
        there_and_back(Yaml, KEY, &before, &format!("{above}{nl}{calc}{nl}# of the provider{below}"));
    }
}

#[test]
fn indented_as_the_others() {
    there_and_back(
        Yaml,
        KEY,
        "extensions:\n    a:\n        cmd: x",
        "extensions:\n    a:\n        cmd: x\n    calc:\n        type: stdio\n        cmd: \"/bin/calc\"\n        args: \
         []\n        enabled: true",
    );
}

#[test]
fn what_was_added_by_hand_stays() {
    let before = lines(
        "
        extensions:
          calc: # mine
            cmd: /old/calc   # moved
            type: stdio
            args:
            - -v
            envs:
              A: '1'
            # the end
            enabled: false
          b: {}
        ",
    );
    let after = before.replace(" /old/calc", " \"/bin/calc\"");
    assert_eq!(replaced(Yaml, KEY, &before, "/old/calc"), after);
    let before = "extensions:\n  calc:\n    type: streamable_http\n    uri: 'http://h'\n    timeout: 5";
    let after = "extensions:\n  calc:\n    cmd: \"/bin/calc\"\n    args: []\n    enabled: true\n    type: stdio\n    \
                 timeout: 5";
    assert_eq!(replaced(Yaml, KEY, before, "http://h"), after);
}

#[test]
fn the_last_key_may_be_the_one_to_go() {
    let before = "extensions:\n  calc:\n    uri: x";
    let after = "extensions:\n  calc:\n    type: stdio\n    cmd: \"/bin/calc\"\n    args: []\n    enabled: true";
    assert_eq!(replaced(Yaml, KEY, before, "x"), after);
}

#[test]
fn arguments_of_another_command_go() {
    let before =
        "extensions:\n  calc:\n    type: stdio\n    cmd: npx\n    args:\n    - -y\n    - x\n    enabled: true\n";
    let after = "extensions:\n  calc:\n    type: stdio\n    cmd: \"/bin/calc\"\n    args: []\n    enabled: true\n";
    assert_eq!(replaced(Yaml, KEY, before, "npx"), after);
}

#[test]
fn out_of_the_middle() {
    let before = "extensions:\n  a:\n    x: 1\n  calc:\n    x:\n    - 1\n    y: |\n      # z\n  # of b\n  b: {}\n";
    let after = "extensions:\n  a:\n    x: 1\n  # of b\n  b: {}\n";
    assert_eq!(super::remove(before, KEY, "calc").expect("it reads").as_deref(), Some(after));
    let quoted = "extensions:\n  \"calc\" : {}\n  'b':\n    x: 1\n";
    let after = "extensions:\n  'b':\n    x: 1\n";
    assert_eq!(super::remove(quoted, KEY, "calc").expect("it reads").as_deref(), Some(after));
}

#[test]
fn texts_that_are_left_alone() {
    let refused = |text: &str, why: &str| refused(Yaml, KEY, text, why);
    let key = "a key and a colon are expected here";
    refused("{a: 1}\n", &format!("line 1, column 1: {key}"));
    refused("- a: 1\n", &format!("line 1, column 1: {key}"));
    refused("  a: 1\n", &format!("line 1, column 3: {key}"));
    refused("a: 1\nb\n", &format!("line 2, column 1: {key}"));
    refused("a: 1\n\tb: 2\n", "line 2, column 1: a line is indented with a tab, which YAML forbids");
    let open = "a value that begins here does not end";
    refused("a: \"b\nc: d\"\n", &format!("line 1, column 4: {open}"));
    refused("a: [1,\n", &format!("line 1, column 4: {open}"));
    refused("a: 1\n---\nb: 2\n", "line 2, column 1: only a file with one document can be changed here");
    refused("a: 1\n...\n", "line 2, column 1: this way of writing YAML is not understood here");
    let block = "a block of keys is expected below this one";
    refused("extensions: {a: {}}\n", &format!("line 1, column 12: {block}"));
    refused("extensions: &x\n  a: 1\n", &format!("line 1, column 12: {block}"));
    refused("extensions:\n  calc: {cmd: x}\n", &format!("line 2, column 8: {block}"));
    let named = super::super::written(
        Yaml,
        "extensions:\n  calc:\n    cmd: &x y\n",
        KEY,
        "calc",
        &super::super::entry::Entry { set: vec![super::super::tests::text("cmd", "z")], ..Default::default() },
    );
    let named = named.expect_err("it has a name").to_string();
    assert_eq!(named, "line 3, column 9: this value has a name, and may be used elsewhere by it");
    let list = "a list stands where a block of keys is expected";
    refused("extensions:\n- name: calc\n", &format!("line 2, column 1: {list}"));
    refused("extensions:\n  - name: calc\n", &format!("line 2, column 3: {list}"));
    refused("extensions:\n  a: 1\nextensions:\n", "line 3, column 1: \"extensions\" is here a second time");
    refused("extensions:\n  calc:\n  calc:\n", "line 3, column 3: \"calc\" is here a second time");
    let less = "line 3, column 3: this line is indented less than what it belongs to";
    refused("extensions:\n    a: 1\n  calc: 2\n", less);
}

#[test]
fn a_carriage_return_by_itself_is_left_alone() {
    let why = "line 3, column 11: a carriage return by itself, which YAML takes for a line's end";
    refused(Yaml, KEY, "extensions:\n  a:\n    cmd: x\r", why);
    there_and_back(Yaml, KEY, "extensions: {}\r\n", &format!("extensions:\n{CALC}").replace('\n', "\r\n"));
}
